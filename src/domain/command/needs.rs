//! What has to be loaded for a command.

use uuid::Uuid;

use super::Command;

/// What has to be loaded before a command can be decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Entities by id.
    pub ids: Vec<Uuid>,
    /// Whether all open invoices are needed, beside the other open entities, which always are.
    pub open_invoices: bool,
    /// Whether they are where the account's bills share a limit or a balance.
    pub open_invoices_together: bool,
}

impl Command {
    /// What has to be loaded, beside the account and its open methods, verifications and payments.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let ids = |ids: Vec<Uuid>| Needs { ids, ..Needs::default() };
        match self {
            Self::CreateAccount(_)
            | Self::ReportObligations { .. }
            | Self::LinkCard(_)
            | Self::LinkWallet(_)
            | Self::SendCode { .. }
            | Self::CheckCode { .. }
            | Self::SubmitKycDocuments(_)
            | Self::RequireKyc { .. }
            | Self::UpdateAccount(_) => ids(vec![]),
            Self::Deactivate => Needs { open_invoices: true, ..Needs::default() },
            Self::EnableProduct { .. }
            | Self::DisableProduct { .. }
            | Self::ReportUsage(_)
            | Self::SetDeductionThreshold { .. }
            | Self::IssueBill { .. } => ids(vec![]),
            Self::ClosePeriod { period } => ids(vec![period.0]),
            Self::PlaceOrder(order) => Needs {
                ids: order.method.iter().map(|id| id.0).collect(),
                open_invoices_together: true,
                ..Needs::default()
            },
            Self::CreateInvoice(_) => Needs { open_invoices_together: true, ..Needs::default() },
            // With it, the first invoice on credit may be in the same batch.
            Self::SetCreditTerms(_) => Needs { open_invoices: true, ..Needs::default() },
            Self::SetDefault { method } => ids(vec![method.0]),
            Self::UpdateExpiry(update) => ids(vec![update.method.0]),
            Self::Unlink { method } => Needs { ids: vec![method.0], open_invoices: true, ..Needs::default() },
            Self::CreateTicket { attempt, .. } => ids(vec![attempt.0]),
            Self::CancelVerification { verification } => ids(vec![verification.0]),
            Self::VoidInvoice { invoice } => {
                Needs { ids: vec![invoice.0], open_invoices_together: true, ..Needs::default() }
            }
            // What arrives pays open bills.
            Self::ReceiveRemittance(receive) => {
                Needs { ids: vec![receive.id.0], open_invoices: receive.seller.is_none(), ..Needs::default() }
            }
            Self::SetAutoSettlement { .. } => Needs { open_invoices: true, ..Needs::default() },
            Self::ClaimRemittance(claim) => ids(vec![claim.remittance.0]),
            Self::ApproveRemittanceClaim { remittance, .. } => ids(vec![remittance.0]),
            Self::RejectRemittanceClaim(reject) => ids(vec![reject.remittance.0]),
            Self::ReturnRemittance(take_back) => ids(vec![take_back.remittance.0]),
            Self::PayFromBalance { invoices } => ids(invoices.iter().map(|id| id.0).collect()),
            Self::PayInvoices(pay) => {
                ids(pay.invoices.iter().map(|id| id.0).chain(pay.method.map(|id| id.0)).collect())
            }
            // A payment that never left is cancelled at once, and what it pays is owed again.
            Self::EnableRedirect => Needs { open_invoices: true, ..Needs::default() },
            Self::CompletePayment { payment } => {
                Needs { ids: vec![payment.0], open_invoices: true, ..Needs::default() }
            }
            Self::RefundPayment(refund) => ids(vec![refund.payment.0]),
            Self::CancelPayment { payment } => {
                Needs { ids: vec![payment.0], open_invoices: true, ..Needs::default() }
            }
            Self::Learn { effect, related, .. } => {
                ids(related.iter().copied().chain([effect.entity]).collect())
            }
            Self::Wake { entity, related, .. } => ids(related.iter().copied().chain([*entity]).collect()),
            Self::AttachClock { .. } => Needs { open_invoices: true, ..Needs::default() },
            Self::Webhook { ask, .. } => ids(ask.needs()),
            Self::Recall => Needs::default(),
        }
    }
}
