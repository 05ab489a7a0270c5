//! What a provider is asked to do.

use bursar::proto::provider::v1::{PerformRequest, perform_request::Operation};

/// Whether an issuer may decline it: what gives back is never declined by an honest provider.
pub fn takes(request: &PerformRequest) -> bool {
    match &request.operation {
        Some(
            Operation::Authorize(_) | Operation::Charge(_) | Operation::Verify(_) | Operation::Capture(_),
        ) => true,
        Some(
            Operation::Release(_)
            | Operation::Refund(_)
            | Operation::SendMessage(_)
            | Operation::Agree(_)
            | Operation::EndAgreement(_)
            | Operation::AuthorizeRedirect(_)
            | Operation::ReviewIdentity(_)
            | Operation::Withdraw(_),
        )
        | None => false,
    }
}

/// Its name, as the trace has it.
pub fn operation(request: &PerformRequest) -> &'static str {
    match &request.operation {
        Some(Operation::Authorize(_)) => "perform authorize",
        Some(Operation::Charge(_)) => "perform charge",
        Some(Operation::Release(_)) => "perform release",
        Some(Operation::Refund(_)) => "perform refund",
        Some(Operation::Verify(_)) => "perform verify",
        Some(Operation::SendMessage(_)) => "perform send_message",
        Some(Operation::Agree(_)) => "perform agree",
        Some(Operation::AuthorizeRedirect(_)) => "perform authorize_redirect",
        Some(Operation::Capture(_)) => "perform capture",
        Some(Operation::Withdraw(_)) => "perform withdraw",
        Some(Operation::ReviewIdentity(_)) => "perform review_identity",
        Some(Operation::EndAgreement(_)) => "perform end_agreement",
        None => "perform nothing",
    }
}
