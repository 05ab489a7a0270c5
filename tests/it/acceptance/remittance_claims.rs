//! What arrives in the shared account: found, claimed, approved by another, credited (A27).

use bursar::proto::v1::{
    ApproveRemittanceClaimRequest, ClaimRemittanceRequest, DeactivateAccountRequest, GetRemittanceRequest,
    ListRemittancesRequest, RejectRemittanceClaimRequest, Remittance, RemittanceClaimState, RemittanceState,
};
use tonic::{Request, Status};

use super::remittances::{DAY, transfer};
use crate::support::{
    clock::Clock,
    eventually::eventually,
    given::{ALIBABA, AWS, request_id},
    money::money,
    refusal::refused,
    world::World,
};

const PROGRAM: &str = "programs/alibaba-cloud-intl";

/// A request of somebody's.
pub fn by<T>(principal: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    if !principal.is_empty() {
        request.metadata_mut().insert("bursar-principal", principal.parse().expect("a principal"));
    }
    request
}

impl World {
    pub async fn claim(&self, principal: &str, name: &str, account: &str) -> Result<Remittance, Status> {
        let message = ClaimRemittanceRequest {
            name: name.to_owned(),
            account: account.to_owned(),
            proof: "slip 4711".to_owned(),
            request_id: request_id(),
        };
        let answer = self.remittances().claim_remittance(by(principal, message)).await?;
        Ok(answer.into_inner().remittance.expect("a remittance"))
    }

    async fn approve(&self, principal: &str, name: &str) -> Result<Remittance, Status> {
        let message = ApproveRemittanceClaimRequest { name: name.to_owned(), request_id: request_id() };
        let answer = self.remittances().approve_remittance_claim(by(principal, message)).await?;
        Ok(answer.into_inner().remittance.expect("a remittance"))
    }

    async fn reject(&self, principal: &str, name: &str, reason: &str) -> Result<Remittance, Status> {
        let (name, reason) = (name.to_owned(), reason.to_owned());
        let message = RejectRemittanceClaimRequest { name, reason, request_id: request_id() };
        let answer = self.remittances().reject_remittance_claim(by(principal, message)).await?;
        Ok(answer.into_inner().remittance.expect("a remittance"))
    }

    pub async fn remittance(&self, name: &str) -> Remittance {
        let request = GetRemittanceRequest { name: name.to_owned() };
        let answer = self.remittances().get_remittance(request).await.expect("a remittance");
        answer.into_inner().remittance.expect("a remittance")
    }

    /// Money that has arrived in the shared account, as the bank's reference and as the remittance.
    pub async fn shared(&self, account: &str, amount: &str, clock: &mut Clock) -> (String, Remittance) {
        let to = self.remittance_account(account).await.unwrap().shared_account_number;
        let reference = self.remit(transfer(&to, amount, clock)).await;
        self.advance(clock, DAY * 4).await;
        let found = self.remittances_of(PROGRAM).await;
        let one = found.into_iter().find(|it| it.bank_reference == reference).expect("it is known");
        (reference, one)
    }
}

acceptance!(a27_a_shared_remittance_is_credited_after_query_claim_and_approval, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    let (_, remittance) = world.shared(&account, "USD 70", &mut clock).await;
    assert_eq!(remittance.state(), RemittanceState::Unapplied);
    assert_eq!(world.has(&account).await, Vec::<String>::new());

    // It is found by what the payer knows of it.
    let query = |amount: &str, debtor: &str, date: &str| ListRemittancesRequest {
        parent: PROGRAM.to_owned(),
        state: RemittanceState::Unapplied.into(),
        amount: (!amount.is_empty()).then(|| money(amount)),
        value_date: date.to_owned(),
        debtor: debtor.to_owned(),
        ..ListRemittancesRequest::default()
    };
    #[rustfmt::skip]
    let queries = [
        (query("USD 70", "analytical", &remittance.value_date), 1),
        (query("USD 70", "", ""), 1),
        (query("USD 71", "", ""), 0),
        (query("", "babbage", ""), 0),
        (query("", "", "2020-01-01"), 0),
    ];
    for (request, count) in queries {
        let found = world.remittances().list_remittances(request.clone()).await.unwrap().into_inner();
        assert_eq!(found.remittances.len(), count, "{request:?}");
    }
    refused(world.remittances().list_remittances(query("", "", "May")).await)
        .is_bad_input("INVALID_FIELD", &["value_date"]);

    let name = &remittance.name;
    refused(world.approve("bob", name).await).is_by_rules(&["A27 REMITTANCE_NOT_CLAIMED"]);
    refused(world.claim("", name, &account).await).is_by_rules(&["A27 PRINCIPAL_REQUIRED"]);
    let claimed = world.claim("ann", name, &account).await.unwrap();
    assert_eq!(claimed.state(), RemittanceState::Claimed);
    assert_eq!(
        (claimed.claims[0].account.as_str(), claimed.claims[0].proof.as_str()),
        (account.as_str(), "slip 4711")
    );
    assert_eq!(world.has(&account).await, Vec::<String>::new());
    refused(world.approve("", name).await).is_by_rules(&["A27 PRINCIPAL_REQUIRED"]);
    refused(world.approve("ann", name).await).is_by_rules(&["A27 CLAIM_JUDGED_BY_CLAIMANT"]);

    let approved = world.approve("bob", name).await.unwrap();
    assert_eq!(approved.state(), RemittanceState::Credited);
    assert_eq!(
        (approved.claims[0].state(), approved.claims[0].judge.as_str()),
        (RemittanceClaimState::Approved, "bob")
    );
    assert_eq!(world.has(&account).await, ["USD 70.00"]);
    let own = world.remittances_of(&account).await;
    assert_eq!((own.len(), own[0].shared_remittance.as_str()), (1, name.as_str()));
    refused(world.claim("eve", name, &account).await).is_by_rules(&["A27 REMITTANCE_NOT_UNAPPLIED"]);
    refused(world.reject("bob", name, "no").await).is_by_rules(&["A27 REMITTANCE_NOT_CLAIMED"]);
});

acceptance!(a27_of_two_claims_one_wins, |world| {
    let mut clock = world.clock().await;
    let (one, two) = (world.enterprise("SG", "USD").await, world.enterprise("SG", "USD").await);
    for _ in 0..3 {
        let (_, remittance) = world.shared(&one, "USD 10", &mut clock).await;
        let name = &remittance.name;
        let (first, second) = tokio::join!(world.claim("ann", name, &one), world.claim("eve", name, &two));
        assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
        let lost = if first.is_ok() { second } else { first };
        refused(lost).is_by_rules(&["A27 REMITTANCE_NOT_UNAPPLIED"]);
        // Of two who approve it, one does.
        let (first, second) = tokio::join!(world.approve("bob", name), world.approve("bert", name));
        assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
        assert_eq!(world.remittance(name).await.state(), RemittanceState::Credited);
    }
    assert_eq!(world.remittances_of(&one).await.len() + world.remittances_of(&two).await.len(), 3);
});

acceptance!(a27_a_refused_claim_says_why_and_frees_the_remittance, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    let (_, remittance) = world.shared(&account, "USD 10", &mut clock).await;
    let name = &remittance.name;
    world.claim("ann", name, &account).await.unwrap();
    refused(world.reject("bob", name, "").await).is_bad_input("INVALID_FIELD", &["reason"]);
    refused(world.reject("ann", name, "not mine").await).is_by_rules(&["A27 CLAIM_JUDGED_BY_CLAIMANT"]);
    let rejected = world.reject("bob", name, "the payer is another company").await.unwrap();
    assert_eq!(rejected.state(), RemittanceState::Unapplied);
    let claim = &rejected.claims[0];
    assert_eq!(
        (claim.state(), claim.reject_reason.as_str()),
        (RemittanceClaimState::Rejected, "the payer is another company")
    );
    assert_eq!(world.has(&account).await, Vec::<String>::new());

    world.claim("ann", name, &account).await.unwrap();
    assert_eq!(world.approve("bob", name).await.unwrap().state(), RemittanceState::Credited);
    assert_eq!(world.has(&account).await, ["USD 10.00"]);
});

acceptance!(a27_who_can_claim_buys_on_credit_in_that_program, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    let (_, remittance) = world.shared(&account, "USD 10", &mut clock).await;
    let name = &remittance.name;
    let card_only = world.account(ALIBABA, "SG", "USD").await;
    refused(world.claim("ann", name, &card_only).await).is_by_rules(&["A25 CREDIT_NOT_APPROVED"]);
    let elsewhere = world.account(AWS, "US", "USD").await;
    refused(world.claim("ann", name, &elsewhere).await).is_not_found();
    let missing = format!("{PROGRAM}/remittances/0198a000-0000-7000-8000-000000000000");
    refused(world.claim("ann", &missing, &account).await).is_not_found();
    let own = format!("{account}/remittances/0198a000-0000-7000-8000-000000000000");
    refused(world.claim("ann", &own, &account).await).is_bad_input("INVALID_FIELD", &["name"]);
    assert_eq!(world.remittance(name).await.claims, []);
});

acceptance!(a27_what_the_bank_takes_back_is_taken_from_the_claimant, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    let (reference, remittance) = world.shared(&account, "USD 10", &mut clock).await;
    world.claim("ann", &remittance.name, &account).await.unwrap();
    world.approve("bob", &remittance.name).await.unwrap();
    world.take_back(&reference).await;
    eventually("it is taken from the claimant", async || {
        let (has, state) = (world.has(&account).await, world.remittance(&remittance.name).await.state());
        if has == ["USD 0.00"] && state == RemittanceState::Returned {
            Ok(())
        } else {
            Err(format!("{has:?} {state:?}"))
        }
    })
    .await;

    // One that nobody has yet just goes, and a claim that waits is refused.
    let (reference, remittance) = world.shared(&account, "USD 10", &mut clock).await;
    world.claim("ann", &remittance.name, &account).await.unwrap();
    world.take_back(&reference).await;
    let gone = world.remittance(&remittance.name).await;
    assert_eq!(
        (gone.state(), gone.claims[0].state()),
        (RemittanceState::Returned, RemittanceClaimState::Rejected)
    );
    refused(world.claim("ann", &remittance.name, &account).await)
        .is_by_rules(&["A27 REMITTANCE_NOT_UNAPPLIED"]);
});

acceptance!(a27_a_deactivated_account_claims_nothing, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.attach(&account, &clock).await;
    let (_, found) = world.shared(&account, "USD 25", &mut clock).await;
    let request = DeactivateAccountRequest { name: account.clone(), request_id: request_id() };
    world.accounts().deactivate_account(request).await.unwrap();
    refused(world.claim("ann", &found.name, &account).await).is_by_rules(&["A8 ACCOUNT_DEACTIVATED"]);
    assert_eq!(world.remittance(&found.name).await.state(), RemittanceState::Unapplied);
});

acceptance!(a27_what_is_looked_for_comes_in_pages, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.attach(&account, &clock).await;
    let mut sent = Vec::new();
    for amount in ["USD 25", "USD 7", "USD 25", "USD 25"] {
        sent.push(world.shared(&account, amount, &mut clock).await.1.name);
    }
    let asked = |page_size: i32, page_token: String| ListRemittancesRequest {
        parent: PROGRAM.to_owned(),
        amount: Some(money("USD 25")),
        page_size,
        page_token,
        ..Default::default()
    };
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let page = world.remittances().list_remittances(asked(1, token)).await.unwrap().into_inner();
        assert!(page.remittances.len() <= 1, "{page:#?}");
        found.extend(page.remittances.into_iter().map(|it| it.name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    sent.remove(1);
    found.sort();
    sent.sort();
    assert_eq!(found, sent);
    let refusal = refused(world.remittances().list_remittances(asked(-1, String::new())).await);
    assert_eq!(refusal.fields, ["page_size"]);
    let unknown = ListRemittancesRequest { state: 99, ..asked(1, String::new()) };
    assert_eq!(refused(world.remittances().list_remittances(unknown).await).fields, ["state"]);
});
