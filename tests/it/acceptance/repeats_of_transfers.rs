//! Calls about bank transfers are repeated with their `request_id`, and done once (C7).

use bursar::proto::v1::{
    ApproveRemittanceClaimRequest, Balance, ClaimRemittanceRequest, DeactivateAccountRequest, InvoiceState,
    PayFromBalanceRequest, RejectRemittanceClaimRequest, RemittanceState, UpdateBalanceRequest,
};

use super::{remittance_claims::by, repeats::is_reused};
use crate::support::{
    given::{VISA, invoice_request, pay_request, request_id},
    money::shown,
    refusal::refused,
};

acceptance!(c7_a_claim_and_how_it_is_judged_are_done_once, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    let (_, remittance) = world.shared(&account, "USD 10", &mut clock).await;
    let name = remittance.name.clone();
    let claim = ClaimRemittanceRequest {
        name: name.clone(),
        account: account.clone(),
        proof: "slip 4711".to_owned(),
        request_id: request_id(),
    };
    let send = async |request: &ClaimRemittanceRequest| {
        world.remittances().claim_remittance(by("ann", request.clone())).await
    };
    for _ in 0..2 {
        let claimed = send(&claim).await.unwrap().into_inner().remittance.unwrap();
        assert_eq!((claimed.state(), claimed.claims.len()), (RemittanceState::Claimed, 1));
    }
    let other = ClaimRemittanceRequest { proof: "slip 4712".to_owned(), ..claim.clone() };
    is_reused(&refused(send(&other).await));

    let reject = RejectRemittanceClaimRequest {
        name: name.clone(),
        reason: "another payer".to_owned(),
        request_id: request_id(),
    };
    let send_reject = async |request: &RejectRemittanceClaimRequest| {
        world.remittances().reject_remittance_claim(by("bob", request.clone())).await
    };
    for _ in 0..2 {
        let freed = send_reject(&reject).await.unwrap().into_inner().remittance.unwrap();
        assert_eq!((freed.state(), freed.claims.len()), (RemittanceState::Unapplied, 1));
    }
    let other = RejectRemittanceClaimRequest { reason: "no slip".to_owned(), ..reject.clone() };
    is_reused(&refused(send_reject(&other).await));
    // The claim of before is what it has become, and no new one.
    let before = send(&claim).await.unwrap().into_inner().remittance.unwrap();
    assert_eq!((before.state(), before.claims.len()), (RemittanceState::Unapplied, 1));

    world.claim("ann", &name, &account).await.unwrap();
    let approve = ApproveRemittanceClaimRequest { name: name.clone(), request_id: request_id() };
    let send_approve = async |request: &ApproveRemittanceClaimRequest| {
        world.remittances().approve_remittance_claim(by("bob", request.clone())).await
    };
    let (first, second) = tokio::join!(send_approve(&approve), send_approve(&approve));
    for answer in [first, second, send_approve(&approve).await] {
        assert_eq!(answer.unwrap().into_inner().remittance.unwrap().state(), RemittanceState::Credited);
    }
    assert_eq!(world.has(&account).await, ["USD 10.00"]);
    let (_, second) = world.shared(&account, "USD 10", &mut clock).await;
    let other = ApproveRemittanceClaimRequest { name: second.name, ..approve };
    is_reused(&refused(send_approve(&other).await));

    for id in ["", "with\nnewline"] {
        let expected = if id.is_empty() { "REQUEST_ID_REQUIRED" } else { "INVALID_FIELD" };
        let nameless = ClaimRemittanceRequest { request_id: id.to_owned(), ..claim.clone() };
        refused(send(&nameless).await).is_bad_input(expected, &["request_id"]);
        let nameless = RejectRemittanceClaimRequest { request_id: id.to_owned(), ..reject.clone() };
        refused(send_reject(&nameless).await).is_bad_input(expected, &["request_id"]);
    }
});

acceptance!(c7_a_claim_is_repeated_after_its_account_has_left, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.attach(&account, &clock).await;
    let (_, remittance) = world.shared(&account, "USD 10", &mut clock).await;
    let claim = ClaimRemittanceRequest {
        name: remittance.name.clone(),
        account: account.clone(),
        proof: "slip 4711".to_owned(),
        request_id: request_id(),
    };
    let send = async |request: &ClaimRemittanceRequest| {
        world.remittances().claim_remittance(by("ann", request.clone())).await
    };
    send(&claim).await.unwrap();
    let leave = DeactivateAccountRequest { name: account.clone(), request_id: request_id() };
    world.accounts().deactivate_account(leave).await.unwrap();

    let again = send(&claim).await.unwrap().into_inner().remittance.unwrap();
    assert_eq!((again.state(), again.claims.len()), (RemittanceState::Claimed, 1));
    let anew = ClaimRemittanceRequest { request_id: request_id(), ..claim };
    refused(send(&anew).await).is_by_rules(&["A8 ACCOUNT_DEACTIVATED"]);
});

acceptance!(c7_what_is_paid_from_the_balance_is_paid_once, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.attach(&account, &clock).await;
    let switch = |on, request_id: &str| {
        let name = format!("{account}/balance");
        let balance = Balance { name, auto_settlement: on, ..Balance::default() };
        UpdateBalanceRequest { balance: Some(balance), request_id: request_id.to_owned() }
    };
    let id = request_id();
    for _ in 0..2 {
        let answer = world.remittances().update_balance(switch(false, &id)).await.unwrap().into_inner();
        assert!(!answer.balance.unwrap().auto_settlement);
    }
    is_reused(&refused(world.remittances().update_balance(switch(true, &id)).await));

    world.funded(&account, "USD 25", &mut clock).await;
    let first = world.invoice(&account, "USD 10").await;
    let second = world.invoice(&account, "USD 10").await;
    let pay = PayFromBalanceRequest {
        parent: account.clone(),
        invoices: vec![first.clone()],
        request_id: request_id(),
    };
    let send =
        async |request: &PayFromBalanceRequest| world.remittances().pay_from_balance(request.clone()).await;
    let (one, two) = tokio::join!(send(&pay), send(&pay));
    for answer in [one, two, send(&pay).await] {
        let answer = answer.unwrap().into_inner();
        assert_eq!(shown(answer.balance.unwrap().amounts.first()), "USD 15.00");
        assert_eq!(answer.invoices[0].state(), InvoiceState::Paid);
    }
    let other = PayFromBalanceRequest { invoices: vec![second], ..pay };
    is_reused(&refused(send(&other).await));
    assert_eq!(world.has(&account).await, ["USD 15.00"]);
});

acceptance!(a30_of_a_card_and_the_balance_that_race_for_a_bill_one_pays_each_part, |world| {
    let mut clock = world.clock().await;
    let account = world.enterprise("SG", "USD").await;
    world.active(&account, VISA).await;
    world.attach(&account, &clock).await;
    world.auto_settlement(&account, false).await;
    world.funded(&account, "USD 100", &mut clock).await;
    for round in 0..6 {
        let bill = world.create_invoice(invoice_request(&account, "USD 10")).await.unwrap().name;
        let pay = PayFromBalanceRequest {
            parent: account.clone(),
            invoices: vec![bill.clone()],
            request_id: request_id(),
        };
        let mut client = world.remittances();
        let (card, balance) =
            tokio::join!(world.send_pay(pay_request(&account, &[&bill])), client.pay_from_balance(pay));
        assert_ne!(card.is_ok(), balance.is_ok(), "{round}: {card:?} {balance:?}");
        let paid = world.get_invoice(&bill).await;
        assert_eq!(paid.state(), InvoiceState::Paid);
        assert_eq!(paid.payment.is_empty(), balance.is_ok());
        let expected = if balance.is_ok() { "USD 10.00" } else { "nothing" };
        assert_eq!(shown(paid.amount_from_balance.as_ref()), expected);
    }
});
