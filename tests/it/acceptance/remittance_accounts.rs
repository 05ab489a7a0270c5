//! Where a bank transfer goes, and the form that proves it (A26, A29).

use bursar::proto::v1::{
    GetPaymentRequestFormRequest, GetRemittanceAccountRequest, PaymentMethod, RemittanceAccount,
};
use tonic::{Code, Status};

use super::credit::terms;
use crate::support::{
    given::{ALIBABA, HUAWEI},
    refusal::refused,
    world::World,
};

impl World {
    /// Where an account's transfers go.
    pub async fn remittance_account(&self, account: &str) -> Result<RemittanceAccount, Status> {
        let request = GetRemittanceAccountRequest { name: format!("{account}/remittanceAccount") };
        let answer = self.remittances().get_remittance_account(request).await?.into_inner();
        Ok(answer.remittance_account.expect("a remittance account"))
    }

    async fn form(&self, account: &str) -> Result<Vec<u8>, Status> {
        let request = GetPaymentRequestFormRequest { name: format!("{account}/remittanceAccount") };
        let answer = self.remittances().get_payment_request_form(request).await?.into_inner();
        assert_eq!(answer.content_type, "application/pdf");
        Ok(answer.content)
    }
}

acceptance!(a26_the_bank_depends_on_the_country_and_the_number_on_the_account, |world| {
    #[rustfmt::skip]
    let countries = [
        ("US", "USD", "SBOXUS33", "US", "USD"),
        ("DE", "EUR", "SBOXDEFF", "DE", "EUR"),
        ("GB", "GBP", "SBOXGB2L", "GB", "GBP"),
        ("MY", "MYR", "SBOXMYKL", "MY", "MYR"),
        ("SG", "USD", "SBOXSGSG", "SG", "USD"),
        ("BR", "USD", "SBOXSGSG", "SG", "USD"),
    ];
    let mut numbers = std::collections::BTreeSet::new();
    for (country, currency, swift, number, kept_in) in countries {
        let account = world.enterprise(country, currency).await;
        let shown = world.remittance_account(&account).await.unwrap();
        assert_eq!(shown.name, format!("{account}/remittanceAccount"));
        assert_eq!((shown.swift_code.as_str(), shown.currency_code.as_str()), (swift, kept_in), "{country}");
        assert!(shown.dedicated_account_number.starts_with(number), "{shown:#?}");
        assert!(shown.shared_account_number.starts_with(number), "{shown:#?}");
        for said in [&shown.account_holder, &shown.bank_name, &shown.bank_address] {
            assert!(!said.is_empty(), "{shown:#?}");
        }
        assert!(numbers.insert(shown.dedicated_account_number.clone()), "{shown:#?}");
        // It stays the account's.
        assert_eq!(world.remittance_account(&account).await.unwrap(), shown);
    }
});

acceptance!(a25_bank_transfer_is_for_accounts_that_buy_on_credit, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    refused(world.remittance_account(&account).await).is_by_rules(&["A25 CREDIT_NOT_APPROVED"]);
    refused(world.form(&account).await).is_by_rules(&["A25 CREDIT_NOT_APPROVED"]);
    let elsewhere = world.account(HUAWEI, "SG", "USD").await;
    refused(world.remittance_account(&elsewhere).await)
        .is_by_rules(&["A25 CREDIT_NOT_APPROVED", "A25 METHOD_KIND_NOT_SUPPORTED"]);
    let nobody = "accounts/0198a000-0000-7000-8000-000000000000";
    refused(world.remittance_account(nobody).await).is_not_found();
    let refusal = refused(world.remittance_account("accounts/x").await);
    assert_eq!((refusal.code, refusal.fields), (Code::InvalidArgument, vec!["name".to_owned()]));

    world.set_credit_terms(&account, terms("USD 100")).await.unwrap();
    world.remittance_account(&account).await.unwrap();
    // A method of the account it is not: there is nothing to link.
    assert_eq!(world.methods_of(&account).await, Vec::<PaymentMethod>::new());
});

acceptance!(a29_the_payment_request_form_opens_and_says_whose_the_account_is, |world| {
    let account = world.enterprise("DE", "EUR").await;
    let shown = world.remittance_account(&account).await.unwrap();
    let pdf = world.form(&account).await.unwrap();
    let document = lopdf::Document::load_mem(&pdf).expect("a PDF that opens");
    assert_eq!(document.get_pages().len(), 1);
    let text = document.extract_text(&[1]).expect("text");
    let said = [
        "Payment request form",
        "Alibaba Cloud",
        "Analytical Engines",
        account.as_str(),
        "Germany",
        shown.account_holder.as_str(),
        shown.dedicated_account_number.as_str(),
        shown.bank_name.as_str(),
        shown.bank_address.as_str(),
        shown.swift_code.as_str(),
        "EUR",
    ];
    for line in said {
        assert!(text.lines().any(|written| written.trim() == line), "{line:?} is not in\n{text}");
    }
});
