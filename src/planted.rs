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

    use strum::{Display, EnumIter, EnumMessage, EnumProperty, EnumString};

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

    /// The bugs: what each is, and by whom it was made, where that is known.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumIter, EnumMessage, EnumProperty, EnumString)]
    #[strum(serialize_all = "kebab-case")]
    pub enum Bug {
        /// A call without an answer is read as a failure.
        #[strum(props(by = "Hyperswitch #2380"))]
        FailOnTimeOut,
        /// A retry goes out under another idempotency key.
        #[strum(props(by = "Medusa #16292, Adyen-commercetools #1305"))]
        NewKeyPerRetry,
        /// An error of the provider's gateway is taken for "nothing was sent".
        #[strum(props(by = "hyperswitch-prism"))]
        UnavailableIsNotSent,
        /// "I don't know it" is believed before the provider can know.
        #[strum(props(by = "Hyperswitch #10285"))]
        NotFoundBelieved,
        /// A decline that an inquiry finds is taken for no answer, for ever.
        #[strum(props(by = "Hyperswitch #1475"))]
        DeclineIsUnknown,
        /// An approval of another amount is accepted.
        AmountNotCompared,
        /// What comes after the end moves the attempt all the same.
        #[strum(props(by = "stripe-cli #418"))]
        EndReopened,
        /// Giving up ends a payment without the provider's word.
        CancelNotAwaited,
        /// A challenge that was not completed in time ends without the provider's word.
        ExpiryNotAwaited,
        /// A timer is not written down.
        #[strum(props(by = "Kill Bill #1832, Hyperswitch #12255"))]
        TimerLost,
        /// An invoice can be paid while another payment of it is in doubt.
        #[strum(props(by = "Kill Bill #1015"))]
        ReservedPaidAgain,
        /// An invoice is owed again once its payment is in doubt.
        #[strum(props(by = "Kill Bill #643"))]
        ReopenedInDoubt,
        /// An invoice is voided while it is being paid.
        VoidedWhilePaid,
        /// What a verification took is kept.
        HoldNeverReleased,
        /// A release is tried once.
        ReleaseTriedOnce,
        /// Whatever a provider says is taken for the attempt that is under way.
        WrongEffectMoved,
        /// A link that failed keeps its card.
        ClaimNotFreed,
        /// A card is free again while its hold is in doubt.
        ClaimFreedInDoubt,
        /// A link takes no claim.
        #[strum(props(by = "stripe-php #747, spree #14281"))]
        ClaimNotTaken,
        /// A card that another account holds is linked.
        #[strum(props(by = "Hyperswitch #7692"))]
        HeldCardLinked,
        /// The next card is tried while the one before may still take the money.
        NextCardInDoubt,
        /// A method goes while a payment with it is under way.
        UnlinkedWhilePaying,
        /// A remittance is credited as often as it is reported.
        RemittanceCreditedTwice,
        /// A remittance that is claimed already can be claimed.
        TwoClaims,
        /// Who claims a remittance may approve the claim.
        ClaimantApproves,
        /// A balance that is enough for a part of a bill pays all of it.
        PartPaysWhole,
        /// A card's number stays in the account's log.
        CardNumberKept,
        /// A browser that comes back is taken for a success.
        ReturnTrusted,
        /// A request's id is not stored with what it did.
        RequestNotStored,
        /// A request id does for any request.
        FingerprintNotCompared,
        /// A repeat is refused because of what the request itself has changed.
        RepeatRefused,
        /// Callers are answered, and calls made, whatever becomes of the commit.
        #[strum(props(by = "Hyperswitch, with its KV store"))]
        AnswerBeforeCommit,
        /// Calls to providers go out before the commit.
        EffectBeforeCommit,
        /// A commit whose answer was lost is taken as done.
        UnknownCommitIsDone,
        /// A call that nobody looks after once its process is gone.
        #[strum(props(by = "Hyperswitch #12255"))]
        LeaseNotKept,
        /// A call that was left behind is taken for failed, without asking.
        LeftBehindFails,
        /// A replica overwrites what another has written.
        #[strum(props(by = "Hyperswitch #4813"))]
        VersionNotCompared,
        /// A one-time code is taken after it has expired.
        CodeNeverExpires,
        /// Wrong answers to a one-time code are not counted.
        WrongAnswersNotCounted,
        /// Two replicas take the same card.
        ClaimVersionNotCompared,
        /// Refunds that are under way are not counted, so that two together give back more than was taken.
        #[strum(props(by = "Hyperswitch #13182"))]
        RefundSumNotLocked,
        /// What a provider took after all is nobody's.
        LateSuccessDropped,
        /// The month's bill takes what the threshold has taken already.
        MonthEndTwice,
        /// What is held for usage stays held once that is billed.
        UsageHoldKept,
    }
}
