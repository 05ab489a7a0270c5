//! What an account still waits for.

use bursar::proto::v1::{
    self as pb, HoldState, KycReviewState, PaymentMethodState, PaymentState, VerificationPurpose,
    VerificationState,
};

use super::super::oracle::facts::AccountFacts;

/// A page that waits for the customer.
pub(super) fn page(there: &AccountFacts) -> Option<String> {
    let verifications = there.verifications.iter().map(|it| it.next_action.as_ref());
    let payments = there.payments.iter().map(|it| it.next_action.as_ref());
    let methods = there.methods.iter().map(|it| it.next_action.as_ref());
    verifications.chain(payments).chain(methods).flatten().map(|action| action.url.clone()).next()
}

/// Whether anything is under way or in doubt that is not the customer's turn.
pub(super) fn is_open(there: &AccountFacts) -> bool {
    let verifications = there.verifications.iter().any(|it| {
        let hold = it.hold.as_ref().map_or(HoldState::None, |hold| hold.state());
        // What usage holds stands until it is billed.
        let stays = hold == HoldState::Placed && it.purpose() == VerificationPurpose::Usage;
        it.state() == VerificationState::Pending
            || (matches!(hold, HoldState::Placed | HoldState::Releasing) && !stays)
    });
    let sending = |message: &pb::Message| {
        let state = message.delivery.as_ref().map(pb::MessageDelivery::state);
        state == Some(pb::MessageDeliveryState::Sending)
    };
    // An agreement that is being set up.
    let agreements = there
        .methods
        .iter()
        .any(|it| it.verification.is_empty() && it.state() == PaymentMethodState::PendingVerification);
    verifications
        || agreements
        || there.refunds.iter().any(|it| it.state() == pb::RefundState::Pending)
        || there.kyc_reviews.iter().any(|it| it.state() == KycReviewState::InReview)
        || there.messages.iter().any(sending)
        || there.payments.iter().any(|it| it.state() == PaymentState::Processing)
}
