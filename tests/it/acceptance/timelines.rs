//! What happened to one payment when (C10, A32), and why a decision fell as it did (C1, C6).

use std::collections::HashSet;

use bursar::proto::v1::{
    ExplainDecisionRequest, Explanation, GetPaymentTimelineRequest, GetPaymentTimelineResponse, Ground,
    ListVerificationsRequest, TimelineEntry, TimelineEntryKind as Is,
};
use tonic::{Request, Status};

use crate::support::{
    browser,
    clock::time,
    given::{ALIBABA, CHALLENGED, DECLINED, HUAWEI, MASTERCARD, PREPAID, VISA, pay_request},
    refusal::refused,
    world::World,
};

/// Good for the verification, and then declined for want of funds.
const LATER_51: &str = "4000009900000012";
/// Charged without an answer.
const ANSWER_LOST: &str = "4000009600000031";
const NOTHING: &str = "0198a000-0000-7000-8000-000000000000";

impl World {
    async fn timeline_page(
        &self,
        payment: &str,
        page_size: i32,
        token: &str,
    ) -> Result<GetPaymentTimelineResponse, Status> {
        let (name, page_token) = (payment.to_owned(), token.to_owned());
        let request = GetPaymentTimelineRequest { name, page_size, page_token };
        Ok(self.payments().get_payment_timeline(request).await?.into_inner())
    }

    async fn timeline(&self, payment: &str) -> Vec<TimelineEntry> {
        self.timeline_page(payment, 0, "").await.expect("a timeline").entries
    }

    async fn explain(&self, name: &str) -> Result<Explanation, Status> {
        let request = ExplainDecisionRequest { name: name.to_owned() };
        Ok(self.events().explain_decision(request).await?.into_inner().explanation.expect("an explanation"))
    }
}

fn kinds(entries: &[TimelineEntry]) -> Vec<Is> {
    entries.iter().map(TimelineEntry::kind).collect()
}

/// The grounds by a requirement.
fn by<'a>(explanation: &'a Explanation, requirement: &str) -> Vec<&'a Ground> {
    explanation.grounds.iter().filter(|ground| ground.requirement == requirement).collect()
}

acceptance!(c10_a_payments_timeline_tells_what_happened_when_and_by_whom, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    let first = world.active(&account, LATER_51).await;
    let second = world.active(&account, MASTERCARD).await;
    let invoice = world.invoice(&account, "USD 20.00").await;
    let request = pay_request(&account, &[&invoice]);
    let id = request.request_id.clone();
    let mut request =
        Request::new(bursar::proto::v1::PayInvoicesRequest { try_other_methods: true, ..request });
    request.metadata_mut().insert("bursar-principal", "ada@example.com".parse().unwrap());
    let payment = world.payments().pay_invoices(request).await.unwrap().into_inner().payment.unwrap();

    let entries = world.timeline(&payment.name).await;
    let expected =
        [Is::Requested, Is::AttemptStarted, Is::Declined, Is::NextMethod, Is::Approved, Is::Succeeded];
    assert_eq!(kinds(&entries), expected, "{entries:#?}");
    let cause = entries[0].cause.clone().unwrap();
    assert_eq!(
        (cause.method.as_str(), cause.principal.as_str(), &cause.request_id),
        ("PayInvoices", "ada@example.com", &id)
    );
    assert_eq!(entries[0].summary, "USD 20.00 for one invoice, asked for by the customer.");
    // What a provider answers, nobody has asked for.
    assert_eq!(entries[2].cause.clone().unwrap().request_id, "");
    assert_eq!((entries[2].network_code.as_str(), entries[2].payment_method.as_str()), ("51", &*first));
    assert_eq!((entries[3].provider.as_str(), entries[3].payment_method.as_str()), ("sandbox", &*second));
    let effects: HashSet<_> = entries.iter().map(|entry| &entry.effect_id).collect();
    assert_eq!(effects.len(), 3, "none, and one for each attempt: {entries:#?}");
    for pair in entries.windows(2) {
        assert!(time(pair[0].time) <= time(pair[1].time) && pair[0].sequence <= pair[1].sequence);
    }
    for entry in &entries {
        assert!(entry.summary.ends_with('.'), "no sentence: {}", entry.summary);
    }
});

acceptance!(c10_a_timeline_tells_of_challenges_and_of_what_was_in_doubt, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, CHALLENGED).await;
    let invoice = world.invoice(&account, "USD 20.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    let entries = world.timeline(&payment.name).await;
    assert_eq!(kinds(&entries), [Is::Requested, Is::AttemptStarted, Is::Challenged]);
    assert_eq!(entries[2].due_time, payment.next_action.as_ref().unwrap().expire_time);
    browser::open(&payment.next_action.unwrap().url).await.answer(browser::CODE).await;
    let entries = world.timeline(&payment.name).await;
    assert_eq!(kinds(&entries)[3..], [Is::Approved, Is::Succeeded], "{entries:#?}");

    let doubtful = world.active(&account, ANSWER_LOST).await;
    let invoice = world.invoice(&account, "USD 20.00").await;
    let mut request = pay_request(&account, &[&invoice]);
    request.payment_method = doubtful;
    let payment = world.send_pay(request).await.unwrap();
    let kinds = kinds(&world.timeline(&payment.name).await);
    assert_eq!(kinds[..3], [Is::Requested, Is::AttemptStarted, Is::NoAnswer], "{kinds:?}");
    assert_eq!(kinds[3..], [Is::Inquired, Is::Approved, Is::Succeeded], "{kinds:?}");
});

acceptance!(c10_a_timeline_comes_in_pages_and_refuses_what_is_none, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let mut names = Vec::new();
    for _ in 0..2 {
        let invoice = world.invoice(&account, "USD 20.00").await;
        names.push(world.pay(&account, &[&invoice]).await.name);
    }
    let payment = &names[0];
    let whole = world.timeline(payment).await;
    assert_eq!(kinds(&whole), [Is::Requested, Is::AttemptStarted, Is::Approved, Is::Succeeded]);
    let (mut paged, mut token) = (Vec::new(), String::new());
    loop {
        // One at a time, also where one command did several things.
        let page = world.timeline_page(payment, 1, &token).await.unwrap();
        assert!(page.entries.len() <= 1);
        paged.extend(page.entries);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, whole);

    let token = world.timeline_page(payment, 1, "").await.unwrap().next_page_token;
    for (name, token) in [(&names[1], token.as_str()), (payment, "nonsense")] {
        let refusal = refused(world.timeline_page(name, 0, token).await);
        refusal.is_bad_input("PAGE_TOKEN_INVALID", &["page_token"]);
    }
    refused(world.timeline_page(payment, -1, "").await).is_bad_input("INVALID_FIELD", &["page_size"]);
    refused(world.timeline_page("garbage", 0, "").await).is_bad_input("INVALID_FIELD", &["name"]);
    refused(world.timeline_page(&format!("{account}/payments/{NOTHING}"), 0, "").await).is_not_found();
    let other = world.account(ALIBABA, "SG", "USD").await;
    let theirs = payment.replace(&account, &other);
    refused(world.timeline_page(&theirs, 0, "").await).is_not_found();
});

acceptance!(c1_a_refused_link_is_explained_by_every_rule_and_its_version, |world| {
    let account = world.account(ALIBABA, "MY", "MYR").await;
    refused(world.try_link(&account, PREPAID).await);
    let attempt = world.link_attempts(&account).await[0].clone();
    let explanation = world.explain(&attempt.name).await.unwrap();
    assert_eq!(explanation.program, ALIBABA);
    assert!(explanation.program_version.starts_with(&format!("{ALIBABA}@")), "{explanation:#?}");
    let cause = explanation.cause.clone().unwrap();
    assert_eq!(cause.method, "LinkCard");
    assert!(!cause.request_id.is_empty());
    let [ground] = by(&explanation, "A4")[..] else { panic!("{explanation:#?}") };
    assert_eq!(ground.reason, "CARD_PREPAID");
    assert_eq!(ground.statement, attempt.message);
});

acceptance!(c6_a_payment_and_a_verification_are_explained_by_rules_and_facts, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    let verification = world.method(&method).await.verification;
    let explanation = world.explain(&verification).await.unwrap();
    let [ground] = by(&explanation, "A13")[..] else { panic!("{explanation:#?}") };
    assert_eq!(ground.facts["amount"], "USD 1.00");
    let [ground] = by(&explanation, "A11")[..] else { panic!("{explanation:#?}") };
    let facts = (ground.facts["account_country"].as_str(), ground.facts["failed_attempts"].as_str());
    assert_eq!(facts, ("SG", "0"));
    assert_eq!(ground.facts["billing_country"], "SG");

    // A large amount is challenged, by a rule that has a name.
    let invoice = world.invoice(&account, "USD 3000.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    let explanation = world.explain(&payment.name).await.unwrap();
    assert_eq!(explanation.program_version, payment.program_version);
    assert_eq!(explanation.decide_time, payment.create_time);
    let [ground] = by(&explanation, "A11")[..] else { panic!("{explanation:#?}") };
    assert_eq!((&ground.rule, &ground.facts["amount"]), (&payment.challenge_rule, &"USD 3000.00".to_owned()));
    assert!(ground.facts["method_age_seconds"].parse::<i64>().unwrap() >= 0);
    let [ground] = by(&explanation, "C12")[..] else { panic!("{explanation:#?}") };
    assert_eq!(ground.facts["provider"], "sandbox");

    // What the issuer has refused is explained by its code.
    let other = world.account(ALIBABA, "SG", "USD").await;
    world.link(&other, DECLINED).await;
    let list = ListVerificationsRequest { parent: other.clone(), ..Default::default() };
    let list = world.verifications().list_verifications(list).await.unwrap().into_inner().verifications;
    let explanation = world.explain(&list[0].name).await.unwrap();
    let [ground] = by(&explanation, "A32")[..] else { panic!("{explanation:#?}") };
    let code = list[0].failure.as_ref().unwrap().network_code.clone();
    assert_eq!(
        (&ground.facts["failure"], &ground.facts["network_code"]),
        (&"CARD_DECLINED".to_owned(), &code)
    );
});

acceptance!(c6_what_was_not_decided_is_not_explained, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let invoice = world.invoice(&account, "USD 3.00").await;
    for name in ["", "garbage", &account, &invoice] {
        refused(world.explain(name).await).is_bad_input("INVALID_FIELD", &["name"]);
    }
    for kind in ["payments", "verifications", "linkAttempts"] {
        refused(world.explain(&format!("{account}/{kind}/{NOTHING}")).await).is_not_found();
    }
});
