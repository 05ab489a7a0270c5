//! Requests as clients make them.

use bursar::proto::v1 as pb;

use super::shopper::RETURN_URL;

/// What is used.
const PRODUCT: &str = "ecs";

pub fn enable(account: String, request_id: String) -> pb::EnableProductRequest {
    pb::EnableProductRequest { account, product: PRODUCT.to_owned(), request_id }
}

pub fn disable(account: String, request_id: String) -> pb::DisableProductRequest {
    pb::DisableProductRequest { account, product: PRODUCT.to_owned(), request_id }
}

pub fn threshold(
    account: String,
    threshold: Option<pb::Money>,
    request_id: String,
) -> pb::SetDeductionThresholdRequest {
    pb::SetDeductionThresholdRequest { account, threshold, request_id }
}

pub fn usage(parent: String, amount: Option<pb::Money>, request_id: String) -> pb::ReportUsageRequest {
    pb::ReportUsageRequest { parent, product: PRODUCT.to_owned(), amount, tax: None, request_id }
}

pub fn refund(name: String, amount: Option<pb::Money>, request_id: String) -> pb::RefundPaymentRequest {
    pb::RefundPaymentRequest { name, amount, reason: "It was not as described.".to_owned(), request_id }
}

pub fn bill(parent: String, request_id: String) -> pb::IssueBillRequest {
    pb::IssueBillRequest { parent, reason: "It has used much.".to_owned(), request_id }
}

pub fn order(parent: String, amount: Option<pb::Money>, request_id: String) -> pb::PlaceOrderRequest {
    pb::PlaceOrderRequest {
        parent,
        kind: pb::OrderKind::Purchase.into(),
        amount,
        description: "A year of it".to_owned(),
        payment_method: String::new(),
        return_url: RETURN_URL.to_owned(),
        request_id,
    }
}

/// A card as its holder types it in.
pub fn card(number: String, expiry: String) -> pb::CardDetails {
    let amex = number.starts_with("34") || number.starts_with("37");
    pb::CardDetails {
        number,
        expiry,
        security_code: if amex { "1234" } else { "123" }.to_owned(),
        holder_name: "Ada Lovelace".to_owned(),
        company_name: String::new(),
        billing_address: Some(pb::Address {
            street_lines: vec!["1 Marina Boulevard".to_owned()],
            city: "Singapore".to_owned(),
            administrative_area: String::new(),
            postal_code: "018989".to_owned(),
            region_code: "SG".to_owned(),
        }),
    }
}

/// Agrees on credit with an enterprise.
pub fn credit(account: String, limit: pb::Money, request_id: String) -> pb::SetCreditTermsRequest {
    let terms = pb::CreditTerms {
        approved: true,
        customer_type: pb::CustomerType::Enterprise.into(),
        limit: Some(limit),
        bill_due_days: 30,
    };
    pb::SetCreditTermsRequest { account, credit_terms: Some(terms), request_id }
}
