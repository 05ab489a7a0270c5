//! Planted bugs: mistakes that others have made, built in to show that the simulated worlds find them.
//!
//! They exist only with the feature `planted`, which nothing but `tests/sim` asks for. Without it,
//! [`planted!`] is the constant `false` and the compiler leaves nothing of it; a release build with it does
//! not compile. With it, the simulator chooses one bug for its own thread; whoever chooses none runs the
//! product as it is.

/// Whether this bug is planted now.
#[cfg(feature = "planted")]
macro_rules! planted {
    ($bug:ident) => {
        $crate::planted::is($crate::planted::Bug::$bug)
    };
}

/// Whether this bug is planted: it is not.
#[cfg(not(feature = "planted"))]
macro_rules! planted {
    ($bug:ident) => {
        false
    };
}

#[cfg(all(feature = "planted", not(debug_assertions)))]
compile_error!("planted bugs are for the simulator; a release build has none");

// Only a constant can be asked here: whatever the choice was, this would not compile.
#[cfg(not(feature = "planted"))]
const _: () = assert!(!planted!(FailOnTimeOut));

#[cfg(feature = "planted")]
pub use bugs::{Bug, is, plant};

#[cfg(feature = "planted")]
mod bugs {
    use std::cell::Cell;

    use strum::{Display, EnumIter, EnumMessage, EnumString};

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Chooses the bug of this thread, or none.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    /// Whether this bug is planted in this thread.
    #[must_use]
    pub fn is(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }

    /// The bugs. The message says what each is, the detailed message who made it, where that is known.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumIter, EnumMessage, EnumString)]
    #[strum(serialize_all = "kebab-case")]
    pub enum Bug {
        /// A call without an answer is read as a failure.
        #[strum(message = "silence is read as failure", detailed_message = "Hyperswitch #2380")]
        FailOnTimeOut,
        /// A retry goes out under another idempotency key.
        #[strum(message = "a new provider key for each retry", detailed_message = "Medusa #16292, Adyen #1305")]
        NewKeyPerRetry,
        /// An error of the provider's gateway is taken for "nothing was sent".
        #[strum(message = "UNAVAILABLE is read as not sent", detailed_message = "hyperswitch-prism docs")]
        UnavailableIsNotSent,
        /// "I don't know it" is believed before the provider can know.
        #[strum(message = "NOT_FOUND is believed too soon", detailed_message = "Hyperswitch #10285")]
        NotFoundBelieved,
        /// A decline that an inquiry finds is taken for no answer, for ever.
        #[strum(message = "a decline is asked about for ever", detailed_message = "Hyperswitch #1475")]
        DeclineIsUnknown,
        /// An approval of another amount is accepted.
        #[strum(message = "the approved amount is not compared")]
        AmountNotCompared,
        /// What comes after the end moves the attempt all the same.
        #[strum(message = "a late notification reopens an end", detailed_message = "stripe-cli #418")]
        EndReopened,
        /// Giving up ends a payment without the provider's word.
        #[strum(message = "cancelled without the provider's word", detailed_message = "pay-connector #352")]
        CancelNotAwaited,
        /// A challenge that was not completed in time ends without the provider's word.
        #[strum(message = "expired without the provider's word", detailed_message = "Adyen-shopware5 #14")]
        ExpiryNotAwaited,
        /// An approval that comes after the end is dropped.
        #[strum(message = "an approval after the end is dropped", detailed_message = "statamic-cargo #190")]
        LateApprovalDropped,
        /// A timer is not written down.
        #[strum(message = "no timer is set", detailed_message = "Kill Bill #1832, Hyperswitch #12255")]
        TimerLost,
        /// An invoice can be paid while another payment of it is in doubt.
        #[strum(message = "a second payment while one is in doubt", detailed_message = "Kill Bill #1015")]
        ReservedPaidAgain,
        /// An invoice is owed again once its payment is in doubt.
        #[strum(message = "the invoice is freed while in doubt", detailed_message = "Kill Bill #643")]
        ReopenedInDoubt,
        /// An invoice is voided while it is being paid.
        #[strum(message = "voided while it is being paid", detailed_message = "Lago #3910")]
        VoidedWhilePaid,
        /// What a verification took is kept.
        #[strum(message = "a hold is never released")]
        HoldNeverReleased,
        /// A release is tried once.
        #[strum(message = "a release is not tried again", detailed_message = "Hyperswitch, void flows")]
        ReleaseTriedOnce,
        /// Whatever a provider says is taken for the attempt that is under way.
        #[strum(message = "a notification moves the wrong effect", detailed_message = "Hyperswitch #4813")]
        WrongEffectMoved,
        /// A link that failed keeps its card.
        #[strum(message = "a claim is not freed")]
        ClaimNotFreed,
        /// A card is free again while its hold is in doubt.
        #[strum(message = "a claim is freed while in doubt")]
        ClaimFreedInDoubt,
        /// A link takes no claim.
        #[strum(message = "a claim is not taken", detailed_message = "stripe-php #747, spree #14281")]
        ClaimNotTaken,
        /// A card that another account holds is linked.
        #[strum(message = "a held card is linked again", detailed_message = "Hyperswitch #7692")]
        HeldCardLinked,
        /// A method goes while a payment with it is under way.
        #[strum(message = "a method is unlinked while it pays")]
        UnlinkedWhilePaying,
        /// A card's number stays in the account's log.
        #[strum(message = "the card's number is in an event")]
        CardNumberKept,
        /// A browser that comes back is taken for a success.
        #[strum(message = "the browser's return is trusted", detailed_message = "csob #46")]
        ReturnTrusted,
        /// A request's id is not stored with what it did.
        #[strum(message = "the request id is not stored", detailed_message = "Saleor #19220")]
        RequestNotStored,
        /// A request id does for any request.
        #[strum(message = "the request's fingerprint is not compared")]
        FingerprintNotCompared,
        /// A repeat is refused because of what the request itself has changed.
        #[strum(message = "a repeat is refused for its own effect", detailed_message = "Lago #3063")]
        RepeatRefused,
        /// Callers are answered, and calls made, whatever becomes of the commit.
        #[strum(message = "answered before the commit", detailed_message = "Hyperswitch KV drainer")]
        AnswerBeforeCommit,
        /// Calls to providers go out before the commit.
        #[strum(message = "a call goes out before the commit")]
        EffectBeforeCommit,
        /// A commit whose answer was lost is taken as done.
        #[strum(message = "an unknown commit is taken as done", detailed_message = "PostgreSQL sync rep, 2019")]
        UnknownCommitIsDone,
        /// What another replica has changed is not loaded anew.
        #[strum(message = "a stale account stays cached")]
        StaleAfterLosing,
        /// A call that nobody looks after once its process is gone.
        #[strum(message = "a call has no lease", detailed_message = "Hyperswitch #12255")]
        LeaseNotKept,
        /// Whoever takes a call over performs it without asking first.
        #[strum(message = "a takeover performs and believes its failure")]
        TakeoverPerforms,
        /// A replica overwrites what another has written.
        #[strum(message = "an account's version is not compared", detailed_message = "Hyperswitch #4813")]
        VersionNotCompared,
        /// Two replicas take the same card.
        #[strum(message = "a claim's version is not compared", detailed_message = "Saleor #12652")]
        ClaimVersionNotCompared,
    }
}
