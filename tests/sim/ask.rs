//! What clients ask of the service, as values: so that the very same can be asked again, by anybody, at
//! any time, and with something changed.

use std::time::Duration;

use bursar::{
    env::Connection,
    proto::v1::{
        self as pb, account_service_client::AccountServiceClient,
        invoice_service_client::InvoiceServiceClient,
        payment_method_service_client::PaymentMethodServiceClient,
        payment_service_client::PaymentServiceClient, usage_service_client::UsageServiceClient,
        verification_service_client::VerificationServiceClient,
    },
};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use super::transfer::Transfer;

/// One request.
#[derive(Debug, Clone)]
pub enum Ask {
    CreateAccount(pb::CreateAccountRequest),
    Obligations(pb::ReportObligationsRequest),
    Credit(pb::SetCreditTermsRequest),
    Link(pb::LinkCardRequest),
    Wallet(pb::LinkWalletRequest),
    Redirect(pb::EnableChinaBankRedirectRequest),
    Complete(pb::CompletePaymentRequest),
    SetDefault(pb::SetDefaultPaymentMethodRequest),
    UpdateExpiry(pb::UpdateCardExpiryRequest),
    Unlink(pb::UnlinkPaymentMethodRequest),
    CancelVerification(pb::CancelVerificationRequest),
    CreateInvoice(pb::CreateInvoiceRequest),
    VoidInvoice(pb::VoidInvoiceRequest),
    Order(pb::PlaceOrderRequest),
    Enable(pb::EnableProductRequest),
    Disable(pb::DisableProductRequest),
    Use(pb::ReportUsageRequest),
    ClosePeriod(pb::CloseUsagePeriodRequest),
    Threshold(pb::SetDeductionThresholdRequest),
    Bill(pb::IssueBillRequest),
    Pay(pb::PayInvoicesRequest),
    CancelPayment(pb::CancelPaymentRequest),
    Refund(pb::RefundPaymentRequest),
    Ticket(pb::CreateServiceTicketRequest),
    SendCode(pb::SendVerificationCodeRequest),
    CheckCode(pb::CheckVerificationCodeRequest),
    UpdateAccount(pb::UpdateAccountRequest),
    Deactivate(pb::DeactivateAccountRequest),
    Transfer(Transfer),
    Documents(pb::SubmitKycDocumentsRequest),
    RequireKyc(pb::RequireKycRequest),
}

/// What the service told.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    Account(pb::Account),
    Method(pb::PaymentMethod),
    Verification(pb::Verification),
    Invoice(pb::Invoice),
    Payment(pb::Payment),
    Refund(pb::Refund),
    Period(pb::UsagePeriod),
    Link(pb::LinkAttempt),
    Message(pb::Message),
    Remittance(pb::Remittance),
    Balance(pb::Balance),
    Review(pb::KycReview),
}

/// How a call ended.
#[derive(Debug, Clone)]
pub enum Answer {
    Told(Box<Told>),
    /// For this reason, and it will be refused again.
    Refused(String),
    /// The service asks to be called again.
    Later(String),
    /// Nobody knows what became of it.
    Lost,
    /// An answer that the contract does not know (I13).
    Undocumented(String),
}

/// Reasons that say nothing of the request itself.
const LATER: [&str; 4] = ["OVERLOADED", "STORE_UNAVAILABLE", "PROVIDER_UNAVAILABLE", "DEADLINE_EXCEEDED"];

impl Told {
    pub fn name(&self) -> &str {
        match self {
            Self::Account(account) => &account.name,
            Self::Method(method) => &method.name,
            Self::Verification(verification) => &verification.name,
            Self::Invoice(invoice) => &invoice.name,
            Self::Payment(payment) => &payment.name,
            Self::Refund(refund) => &refund.name,
            Self::Period(period) => &period.name,
            Self::Link(link) => &link.name,
            Self::Message(message) => &message.name,
            Self::Remittance(remittance) => &remittance.name,
            Self::Balance(balance) => &balance.name,
            Self::Review(review) => &review.name,
        }
    }

    /// Where the customer is to go.
    pub fn action(&self) -> Option<&str> {
        let action = match self {
            Self::Method(method) => method.next_action.as_ref(),
            Self::Verification(verification) => verification.next_action.as_ref(),
            Self::Payment(payment) => payment.next_action.as_ref(),
            Self::Account(_)
            | Self::Invoice(_)
            | Self::Period(_)
            | Self::Link(_)
            | Self::Message(_)
            | Self::Remittance(_)
            | Self::Balance(_)
            | Self::Refund(_)
            | Self::Review(_) => None,
        };
        action.map(|action| action.url.as_str())
    }
}

/// Calls one method and makes a [`Told`] of what it answers.
macro_rules! call {
    ($client:ident, $connection:ident, $method:ident, $request:ident, $patience:ident, $told:ident, $field:ident) => {{
        let mut request = Request::new($request.clone());
        request.set_timeout($patience);
        let answer = $client::new($connection).$method(request).await?.into_inner();
        answer.$field.map(Told::$told)
    }};
}

/// Places an order. Billed on credit, it has no payment, and its invoice stands for it (A25).
async fn place(
    ask: &pb::PlaceOrderRequest,
    to: Connection,
    patience: Duration,
) -> Result<Option<Told>, Status> {
    let mut request = Request::new(ask.clone());
    request.set_timeout(patience);
    let answer = InvoiceServiceClient::new(to).place_order(request).await?.into_inner();
    Ok(answer.payment.map(Told::Payment).or(answer.invoice.map(Told::Invoice)))
}

impl Ask {
    /// The method.
    pub fn method(&self) -> &'static str {
        match self {
            Self::CreateAccount(_) => "CreateAccount",
            Self::Obligations(_) => "ReportObligations",
            Self::Credit(_) => "SetCreditTerms",
            Self::Link(_) => "LinkCard",
            Self::Wallet(_) => "LinkWallet",
            Self::Redirect(_) => "EnableChinaBankRedirect",
            Self::Complete(_) => "CompletePayment",
            Self::SetDefault(_) => "SetDefaultPaymentMethod",
            Self::UpdateExpiry(_) => "UpdateCardExpiry",
            Self::Unlink(_) => "UnlinkPaymentMethod",
            Self::CancelVerification(_) => "CancelVerification",
            Self::CreateInvoice(_) => "CreateInvoice",
            Self::VoidInvoice(_) => "VoidInvoice",
            Self::Order(_) => "PlaceOrder",
            Self::Enable(_) => "EnableProduct",
            Self::Disable(_) => "DisableProduct",
            Self::Use(_) => "ReportUsage",
            Self::ClosePeriod(_) => "CloseUsagePeriod",
            Self::Threshold(_) => "SetDeductionThreshold",
            Self::Bill(_) => "IssueBill",
            Self::Pay(_) => "PayInvoices",
            Self::CancelPayment(_) => "CancelPayment",
            Self::Refund(_) => "RefundPayment",
            Self::Ticket(_) => "CreateServiceTicket",
            Self::SendCode(_) => "SendVerificationCode",
            Self::CheckCode(_) => "CheckVerificationCode",
            Self::UpdateAccount(_) => "UpdateAccount",
            Self::Deactivate(_) => "DeactivateAccount",
            Self::Transfer(ask) => ask.method(),
            Self::Documents(_) => "SubmitKycDocuments",
            Self::RequireKyc(_) => "RequireKyc",
        }
    }

    /// Its request id.
    pub fn request_id(&self) -> &str {
        match self {
            Self::CreateAccount(request) => &request.request_id,
            Self::Obligations(request) => &request.request_id,
            Self::Credit(request) => &request.request_id,
            Self::Link(request) => &request.request_id,
            Self::Wallet(request) => &request.request_id,
            Self::Redirect(request) => &request.request_id,
            Self::Complete(request) => &request.request_id,
            Self::SetDefault(request) => &request.request_id,
            Self::UpdateExpiry(request) => &request.request_id,
            Self::Unlink(request) => &request.request_id,
            Self::CancelVerification(request) => &request.request_id,
            Self::CreateInvoice(request) => &request.request_id,
            Self::VoidInvoice(request) => &request.request_id,
            Self::Order(request) => &request.request_id,
            Self::Enable(request) => &request.request_id,
            Self::Disable(request) => &request.request_id,
            Self::Use(request) => &request.request_id,
            Self::ClosePeriod(request) => &request.request_id,
            Self::Threshold(request) => &request.request_id,
            Self::Bill(request) => &request.request_id,
            Self::Pay(request) => &request.request_id,
            Self::CancelPayment(request) => &request.request_id,
            Self::Refund(request) => &request.request_id,
            Self::Ticket(request) => &request.request_id,
            Self::SendCode(request) => &request.request_id,
            Self::CheckCode(request) => &request.request_id,
            Self::UpdateAccount(request) => &request.request_id,
            Self::Deactivate(request) => &request.request_id,
            Self::Transfer(ask) => ask.request_id(),
            Self::Documents(request) => &request.request_id,
            Self::RequireKyc(request) => &request.request_id,
        }
    }

    /// The same request id for something else, where that can be said without being refused for it.
    pub fn changed(&self) -> Option<Self> {
        match self {
            Self::CreateInvoice(request) => {
                let mut request = request.clone();
                request.invoice.as_mut()?.amount.as_mut()?.units += 1;
                Some(Self::CreateInvoice(request))
            }
            Self::Pay(request) => {
                let return_url = format!("{}/other", request.return_url);
                Some(Self::Pay(pb::PayInvoicesRequest { return_url, ..request.clone() }))
            }
            Self::Link(request) => {
                let return_url = format!("{}/other", request.return_url);
                Some(Self::Link(pb::LinkCardRequest { return_url, ..request.clone() }))
            }
            Self::Wallet(request) => {
                let return_url = format!("{}/other", request.return_url);
                Some(Self::Wallet(pb::LinkWalletRequest { return_url, ..request.clone() }))
            }
            Self::Obligations(request) => {
                let running_resource_count = request.running_resource_count + 1;
                let request = pb::ReportObligationsRequest { running_resource_count, ..request.clone() };
                Some(Self::Obligations(request))
            }
            Self::Credit(request) => {
                let mut request = request.clone();
                request.credit_terms.as_mut()?.bill_due_days += 1;
                Some(Self::Credit(request))
            }
            Self::Documents(request) => {
                let mut request = request.clone();
                "another.png".clone_into(&mut request.documents.first_mut()?.file_name);
                Some(Self::Documents(request))
            }
            Self::RequireKyc(request) => {
                let reason = format!("{} Or not?", request.reason);
                Some(Self::RequireKyc(pb::RequireKycRequest { reason, ..request.clone() }))
            }
            Self::Order(request) => {
                let description = format!("{} or other", request.description);
                Some(Self::Order(pb::PlaceOrderRequest { description, ..request.clone() }))
            }
            Self::Use(request) => {
                let mut request = request.clone();
                request.amount.as_mut()?.units += 1;
                Some(Self::Use(request))
            }
            Self::Refund(request) => {
                let reason = format!("{} or other", request.reason);
                Some(Self::Refund(pb::RefundPaymentRequest { reason, ..request.clone() }))
            }
            Self::CreateAccount(_)
            | Self::Enable(_)
            | Self::Disable(_)
            | Self::ClosePeriod(_)
            | Self::Threshold(_)
            | Self::Bill(_)
            | Self::Redirect(_)
            | Self::Complete(_)
            | Self::Transfer(_)
            | Self::SetDefault(_)
            | Self::UpdateExpiry(_)
            | Self::Unlink(_)
            | Self::CancelVerification(_)
            | Self::VoidInvoice(_)
            | Self::CancelPayment(_)
            | Self::Ticket(_)
            | Self::SendCode(_)
            | Self::CheckCode(_)
            | Self::UpdateAccount(_)
            | Self::Deactivate(_) => None,
        }
    }

    /// Asks once.
    pub async fn send(&self, connection: Connection, patience: Duration) -> Answer {
        match self.call(connection, patience).await {
            Ok(Some(told)) => Answer::Told(Box::new(told)),
            Ok(None) => Answer::Undocumented(format!("{}: an answer without a resource", self.method())),
            Err(status) => read(self.method(), &status),
        }
    }

    async fn call(&self, to: Connection, patience: Duration) -> Result<Option<Told>, Status> {
        #[rustfmt::skip]
        let told = match self {
            Self::CreateAccount(ask) => call!(AccountServiceClient, to, create_account, ask, patience, Account, account),
            Self::Obligations(ask) => call!(AccountServiceClient, to, report_obligations, ask, patience, Account, account),
            Self::Credit(ask) => call!(AccountServiceClient, to, set_credit_terms, ask, patience, Account, account),
            Self::Link(ask) => call!(PaymentMethodServiceClient, to, link_card, ask, patience, Method, payment_method),
            Self::Wallet(ask) => call!(PaymentMethodServiceClient, to, link_wallet, ask, patience, Method, payment_method),
            Self::Redirect(ask) => call!(PaymentMethodServiceClient, to, enable_china_bank_redirect, ask, patience, Method, payment_method),
            Self::Complete(ask) => call!(PaymentServiceClient, to, complete_payment, ask, patience, Payment, payment),
            Self::SetDefault(ask) => call!(PaymentMethodServiceClient, to, set_default_payment_method, ask, patience, Method, payment_method),
            Self::UpdateExpiry(ask) => call!(PaymentMethodServiceClient, to, update_card_expiry, ask, patience, Verification, verification),
            Self::Unlink(ask) => call!(PaymentMethodServiceClient, to, unlink_payment_method, ask, patience, Method, payment_method),
            Self::CancelVerification(ask) => call!(VerificationServiceClient, to, cancel_verification, ask, patience, Verification, verification),
            Self::CreateInvoice(ask) => call!(InvoiceServiceClient, to, create_invoice, ask, patience, Invoice, invoice),
            Self::VoidInvoice(ask) => call!(InvoiceServiceClient, to, void_invoice, ask, patience, Invoice, invoice),
            Self::Order(ask) => place(ask, to, patience).await?,
            Self::Enable(ask) => call!(UsageServiceClient, to, enable_product, ask, patience, Account, account),
            Self::Disable(ask) => call!(UsageServiceClient, to, disable_product, ask, patience, Account, account),
            Self::Use(ask) => call!(UsageServiceClient, to, report_usage, ask, patience, Period, usage_period),
            Self::ClosePeriod(ask) => call!(UsageServiceClient, to, close_usage_period, ask, patience, Period, usage_period),
            Self::Threshold(ask) => call!(UsageServiceClient, to, set_deduction_threshold, ask, patience, Account, account),
            Self::Bill(ask) => call!(UsageServiceClient, to, issue_bill, ask, patience, Invoice, invoice),
            Self::Pay(ask) => call!(PaymentServiceClient, to, pay_invoices, ask, patience, Payment, payment),
            Self::CancelPayment(ask) => call!(PaymentServiceClient, to, cancel_payment, ask, patience, Payment, payment),
            Self::Refund(ask) => call!(PaymentServiceClient, to, refund_payment, ask, patience, Refund, refund),
            Self::Ticket(ask) => call!(PaymentMethodServiceClient, to, create_service_ticket, ask, patience, Link, link_attempt),
            Self::SendCode(ask) => call!(AccountServiceClient, to, send_verification_code, ask, patience, Message, message),
            Self::CheckCode(ask) => call!(AccountServiceClient, to, check_verification_code, ask, patience, Account, account),
            Self::UpdateAccount(ask) => call!(AccountServiceClient, to, update_account, ask, patience, Account, account),
            Self::Deactivate(ask) => call!(AccountServiceClient, to, deactivate_account, ask, patience, Account, account),
            Self::Transfer(ask) => ask.call(to, patience).await?,
            Self::Documents(ask) => call!(AccountServiceClient, to, submit_kyc_documents, ask, patience, Review, kyc_review),
            Self::RequireKyc(ask) => call!(AccountServiceClient, to, require_kyc, ask, patience, Account, account),
        };
        Ok(told)
    }
}

/// Reads an error as the contract has it: a reason that is documented, with the code that goes with it.
pub fn read(method: &str, status: &Status) -> Answer {
    let details = status.get_error_details();
    let Some(info) = details.error_info() else {
        // Only the simulated connection leaves out the reason.
        return match std::error::Error::source(status) {
            Some(_) => Answer::Lost,
            None => Answer::Undocumented(format!("{method}: {status:?}")),
        };
    };
    let known = pb::ErrorReason::from_str_name(&format!("ERROR_REASON_{}", info.reason)).is_some();
    let documented = match status.code() {
        Code::InvalidArgument
        | Code::FailedPrecondition
        | Code::NotFound
        | Code::AlreadyExists
        | Code::ResourceExhausted => true,
        Code::Unavailable | Code::DeadlineExceeded => LATER.contains(&info.reason.as_str()),
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::PermissionDenied
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Internal
        | Code::DataLoss
        | Code::Unauthenticated => false,
    };
    if !known || !documented {
        return Answer::Undocumented(format!("{method}: {:?} {}", status.code(), info.reason));
    }
    let reason = info.reason.clone();
    if LATER.contains(&reason.as_str()) { Answer::Later(reason) } else { Answer::Refused(reason) }
}
