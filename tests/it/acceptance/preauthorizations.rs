//! What is held for usage before it is billed (A21).

use bursar::proto::v1::{
    HoldState, InvoiceState, SetDeductionThresholdRequest, UsagePeriod, Verification, VerificationPurpose,
    VerificationState,
};
use jiff::SignedDuration;

use crate::{
    acceptance::usage::days,
    support::{
        clock::{Clock, time},
        eventually::eventually,
        given::{ALIBABA, VISA, request_id},
        money::money,
        refusal::refused,
        world::World,
    },
};

const JUNE: &str = "2030-06-10T00:00:00Z";

impl World {
    /// An account whose default is a PayPal account, with a product enabled.
    async fn using_paypal(&self, email: &str) -> (Clock, String, String) {
        let clock = self.clock_at(JUNE).await;
        let account = self.account_on(&clock, ALIBABA, "SG", "USD").await;
        let method = self.link_paypal(&account, email).await;
        assert!(method.is_default, "{method:#?}");
        self.quiet(&account).await;
        self.enable(&account, "ecs").await.unwrap();
        (clock, account, method.name)
    }

    async fn set_threshold(&self, account: &str, amount: &str) {
        let request = SetDeductionThresholdRequest {
            account: account.to_owned(),
            threshold: Some(money(amount)),
            request_id: request_id(),
        };
        self.usage().set_deduction_threshold(request).await.unwrap();
    }

    /// What is held for a period, once its hold stands so.
    async fn held(&self, period: &UsagePeriod, state: HoldState) -> Verification {
        assert!(!period.preauthorization.is_empty(), "{period:#?}");
        self.hold_is(&period.preauthorization, state).await
    }

    async fn hold_is(&self, name: &str, state: HoldState) -> Verification {
        eventually("the hold stands so", async || {
            let found = self.verification(name).await;
            let hold = found.hold.clone().unwrap_or_default();
            if hold.state() == state { Ok(found) } else { Err(format!("{found:#?}")) }
        })
        .await
    }

    /// Holds of more than a dollar and what became of them, in order.
    async fn large_holds(&self) -> Vec<String> {
        let all = self.ledger().await.into_iter();
        let of = all.filter(|line| {
            (line.starts_with("HOLD") || line.starts_with("RELEASE")) && !line.contains("USD 1.00")
        });
        of.map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" ")).collect()
    }
}

acceptance!(a21_with_paypal_as_default_usage_is_pre_authorized_once_it_begins, |world| {
    let (_, account, method) = world.using_paypal("ada@example.com").await;
    world.set_threshold(&account, "USD 60.00").await;
    // To enable it is not to use it.
    assert_eq!(world.large_holds().await, Vec::<String>::new());
    let period = world.use_some(&account, "USD 5.00", "USD 0.50").await.unwrap();
    let held = world.held(&period, HoldState::Placed).await;
    assert_eq!(
        (held.purpose(), held.state(), &held.usage_period, &held.payment_method),
        (VerificationPurpose::Usage, VerificationState::Succeeded, &period.name, &method)
    );
    let hold = held.hold.unwrap();
    assert_eq!(hold.amount, Some(money("USD 60.00")));
    let until = time(hold.place_time).checked_add(days(29)).unwrap();
    assert!(until.duration_since(time(hold.hold_until_time)).abs() < SignedDuration::from_mins(10));
    // Once, however much more is used.
    let more = world.use_some(&account, "USD 7.00", "").await.unwrap();
    assert_eq!(more.preauthorization, period.preauthorization);
    assert_eq!(world.large_holds().await, ["HOLD USD 60.00"]);

    // The bill takes its place.
    let billed = world.use_some(&account, "USD 48.00", "").await.unwrap();
    assert_eq!(billed.preauthorization, "");
    world.bills_stand(&account, &[InvoiceState::Paid]).await;
    world.hold_is(&period.preauthorization, HoldState::Released).await;
    assert_eq!(world.charged().await, ["USD 60.50"]);
    assert_eq!(world.large_holds().await, ["HOLD USD 60.00", "RELEASE_ACCEPTED USD 60.00"]);

    // What is used then is on no bill yet, and is held for anew.
    let next = world.use_some(&account, "USD 1.00", "").await.unwrap();
    assert_ne!(world.held(&next, HoldState::Placed).await.name, period.preauthorization);
    world.is_clean().await;
});

acceptance!(a21_the_hold_ends_with_the_months_bill, |world| {
    let (mut clock, account, _) = world.using_paypal("ada@example.com").await;
    let period = world.use_some(&account, "USD 5.00", "").await.unwrap();
    // USD 500, as long as none is set for the account.
    assert_eq!(world.held(&period, HoldState::Placed).await.hold.unwrap().amount, Some(money("USD 500.00")));
    world.advance(&mut clock, days(20)).await;
    world.is_clean().await;
    world.hold_is(&period.preauthorization, HoldState::Placed).await;
    world.advance(&mut clock, days(1)).await;
    world.bills_stand(&account, &[InvoiceState::Paid]).await;
    world.hold_is(&period.preauthorization, HoldState::Released).await;
    assert_eq!(world.large_holds().await, ["HOLD USD 500.00", "RELEASE_ACCEPTED USD 500.00"]);
});

acceptance!(a21_without_a_bill_the_hold_ends_in_time, |world| {
    let mut clock = world.clock_at("2030-07-01T00:00:00Z").await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    world.link_paypal(&account, "ada@example.com").await;
    world.quiet(&account).await;
    world.enable(&account, "ecs").await.unwrap();
    let period = world.use_some(&account, "USD 5.00", "").await.unwrap();
    let until = world.held(&period, HoldState::Placed).await.hold.unwrap().hold_until_time;
    // July has 31 days: PayPal would let go of it before the bill.
    world.advance(&mut clock, days(29)).await;
    let hold = world.hold_is(&period.preauthorization, HoldState::Released).await.hold.unwrap();
    assert_eq!(hold.release_start_time, until);
    assert_eq!(world.bills(&account).await, []);
    // What is used then is held for anew.
    let more = world.use_some(&account, "USD 5.00", "").await.unwrap();
    assert_ne!(more.preauthorization, period.preauthorization);
    world.held(&more, HoldState::Placed).await;
    world.is_clean().await;
});

acceptance!(a21_nothing_is_held_with_a_card_or_a_method_that_is_not_the_default, |world| {
    let (_, account, _) = world.using(ALIBABA, JUNE, &[VISA]).await;
    let period = world.use_some(&account, "USD 5.00", "").await.unwrap();
    assert_eq!(period.preauthorization, "");
    // Nor with a PayPal account that is not the default.
    world.link_paypal(&account, "ada@example.com").await;
    let period = world.use_some(&account, "USD 5.00", "").await.unwrap();
    assert_eq!(period.preauthorization, "");
    assert_eq!(world.large_holds().await, Vec::<String>::new());
});

acceptance!(a21_who_could_not_be_pre_authorized_gets_no_more_products, |world| {
    let (mut clock, account, method) = world.using_paypal("tight@example.com").await;
    // What was used is owed all the same.
    let period = world.use_some(&account, "USD 5.00", "").await.unwrap();
    let failed = eventually("it is declined", async || {
        let found = world.verification(&period.preauthorization).await;
        if found.state() == VerificationState::Failed { Ok(found) } else { Err(format!("{found:#?}")) }
    })
    .await;
    assert_eq!(failed.hold.unwrap().state(), HoldState::None);
    assert_eq!(world.large_holds().await, Vec::<String>::new());
    // It says nothing of the method, and is asked once.
    assert!(world.method(&method).await.is_default);
    let more = world.use_some(&account, "USD 5.00", "").await.unwrap();
    assert_eq!(more.preauthorization, period.preauthorization);

    let refusal = refused(world.enable(&account, "oss").await);
    assert_eq!(refusal.fact("verification"), period.preauthorization);
    refusal.is_by_rules(&["A21 PREAUTHORIZATION_FAILED"]);
    // Another default opens the way; so does the bill.
    let card = world.active(&account, VISA).await;
    world.set_default(&card).await.unwrap();
    assert_eq!(world.enable(&account, "oss").await.unwrap(), ["ecs", "oss"]);
    world.set_default(&method).await.unwrap();
    refused(world.enable(&account, "rds").await).is_by_rules(&["A21 PREAUTHORIZATION_FAILED"]);
    world.advance(&mut clock, days(21)).await;
    world.bills_stand(&account, &[InvoiceState::Paid]).await;
    assert_eq!(world.enable(&account, "rds").await.unwrap(), ["ecs", "oss", "rds"]);
});

acceptance!(a21_a_method_that_goes_holds_nothing_more, |world| {
    let (_, account, method) = world.using_paypal("ada@example.com").await;
    let period = world.use_some(&account, "USD 5.00", "").await.unwrap();
    world.held(&period, HoldState::Placed).await;
    let card = world.active(&account, VISA).await;
    world.set_default(&card).await.unwrap();
    // Another default changes nothing, until more is used.
    world.hold_is(&period.preauthorization, HoldState::Placed).await;
    world.unlink(&method).await.unwrap();
    world.hold_is(&period.preauthorization, HoldState::Released).await;
    assert_eq!(world.large_holds().await, ["HOLD USD 500.00", "RELEASE_ACCEPTED USD 500.00"]);
    world.is_clean().await;
});

acceptance!(a21_another_default_is_held_for_in_its_place, |world| {
    let (mut clock, account, _) = world.using_paypal("ada@example.com").await;
    let first = world.use_some(&account, "USD 5.00", "").await.unwrap();
    world.held(&first, HoldState::Placed).await;
    let other = world.link_paypal(&account, "berta@example.com").await;
    world.set_default(&other.name).await.unwrap();
    let second = world.use_some(&account, "USD 5.00", "").await.unwrap();
    assert_eq!(world.held(&second, HoldState::Placed).await.payment_method, other.name);
    world.hold_is(&first.preauthorization, HoldState::Released).await;
    // A card is not pre-authorized, and PayPal is not charged for it any more.
    let card = world.active(&account, VISA).await;
    world.set_default(&card).await.unwrap();
    world.use_some(&account, "USD 5.00", "").await.unwrap();
    world.hold_is(&second.preauthorization, HoldState::Released).await;
    world.set_default(&other.name).await.unwrap();
    let third = world.use_some(&account, "USD 5.00", "").await.unwrap();
    world.held(&third, HoldState::Placed).await;
    world.advance(&mut clock, days(21)).await;
    world.hold_is(&third.preauthorization, HoldState::Released).await;
    world.is_clean().await;
});
