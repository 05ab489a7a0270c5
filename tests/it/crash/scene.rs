//! Who shops, on which accounts, with which cards.
//!
//! A card belongs to one account of a program (A8), so there are several programs: copies of shipped
//! ones under other names, without the limits on failed attempts that would end the shopping.

use std::collections::{BTreeMap, BTreeSet};

use bursar::{
    env::{Clock as _, SystemClock},
    proto::v1::PaymentMethodState,
};
use futures::future::join_all;

use super::shoppers::{Habit, Role, Shopper};
use crate::support::{
    browser,
    calls::Calls,
    eventually::eventually,
    given::{AMEX, MASTERCARD, VISA, link_request},
    options::shipped,
    world::World,
};

const CHALLENGED: &str = "4000000000003220";
const ANSWER_LOST: &str = "4000009600000031";
const LOST: &str = "4000009600000049";
const UNAVAILABLE_ONCE: &str = "4000009600000072";
const SLOW: &str = "4000009700000014";
const PENDING: &str = "4000009700000022";
const PENDING_THEN_DECLINED: &str = "4000009700000030";
const INSUFFICIENT_FUNDS: &str = "4000009800000013";
const LATER_INSUFFICIENT_FUNDS: &str = "4000009900000012";
const LATER_PENDING: &str = "4000009900000053";
const HOLD_ANSWER_LOST: &str = "4000009600000015";
const HOLD_LOST: &str = "4000009600000023";
const UNDO_ANSWER_LOST: &str = "4000009600000056";
const UNDO_LOST: &str = "4000009600000064";
const DECLINED: &str = "4000000000000002";

/// A copy of a program.
struct Copy {
    file: &'static str,
    id: &'static str,
    of: &'static str,
}

const HOLDS: Copy = Copy { file: "pay-holds.toml", id: "pay-holds", of: "alibaba-cloud-intl" };
const HOLDS_TOO: Copy = Copy { file: "pay-holds-too.toml", id: "pay-holds-too", of: "alibaba-cloud-intl" };
const CHARGES: Copy = Copy { file: "pay-charges.toml", id: "pay-charges", of: "huawei-cloud-intl" };
const LINK_HOLDS: Copy = Copy { file: "link-holds.toml", id: "link-holds", of: "alibaba-cloud-intl" };
const LINK_CHARGES: Copy = Copy { file: "link-charges.toml", id: "link-charges", of: "huawei-cloud-intl" };
const RIVALS: Copy = Copy { file: "rivals.toml", id: "rivals", of: "alibaba-cloud-intl" };

/// The files of the programs.
pub fn programs() -> Vec<(&'static str, String)> {
    [HOLDS, HOLDS_TOO, CHARGES, LINK_HOLDS, LINK_CHARGES, RIVALS]
        .into_iter()
        .map(|copy| {
            let text = shipped(&format!("{}.toml", copy.of))
                .replace(&format!("id = \"{}\"", copy.of), &format!("id = \"{}\"", copy.id))
                .replace("count = 5\n", "count = 1000000\n")
                .replace("count = 3\n", "count = 1000000\n")
                // Who fails often is not challenged either: a challenge is some cards' own.
                .replace("failed_attempts_at_least = 1\n", "failed_attempts_at_least = 1000000\n")
                .replace("failed_attempts_at_least = 2\n", "failed_attempts_at_least = 1000000\n")
                .replace("challenge_mandated_in = \"everywhere\"", "challenge_mandated_in = [\"chile\"]");
            // Whoever shops here was there before the first kill.
            let asks_for_nothing = |line: &str| match line.split_once(" = ") {
                Some((key @ ("before_linking" | "before_paying"), _)) => format!("{key} = []\n"),
                Some(_) | None => format!("{line}\n"),
            };
            (copy.file, text.lines().map(asks_for_nothing).collect())
        })
        .collect()
}

/// Accounts and shoppers.
pub struct Scene {
    pub accounts: Vec<String>,
    pub shoppers: Vec<Shopper>,
}

/// Sets everything up that has to be there before the first kill.
pub async fn set(world: &World) -> Scene {
    let started = SystemClock.now();
    let mut scene = Scene { accounts: Vec::new(), shoppers: Vec::new() };
    #[rustfmt::skip]
    let common = [
        // card            habit                   shoppers
        (VISA,             Habit::Waits,           14),
        (ANSWER_LOST,      Habit::Waits,           10),
        (LOST,             Habit::Waits,           10),
        (UNAVAILABLE_ONCE, Habit::Waits,           4),
        (SLOW,             Habit::Waits,           6),
        (PENDING,          Habit::WaitsForTheIssuer, 3),
        (VISA,             Habit::GivesChallengeUp, 6),
        (CHALLENGED,       Habit::GivesChallengeUp, 3),
    ];
    let with_holds = [
        (INSUFFICIENT_FUNDS, Habit::Waits, 1),
        (PENDING_THEN_DECLINED, Habit::WaitsForTheIssuer, 1),
        (PENDING_THEN_DECLINED, Habit::GivesUpSoon, 2),
    ];
    let with_charges = [(LATER_INSUFFICIENT_FUNDS, Habit::Waits, 1), (LATER_PENDING, Habit::GivesUpSoon, 1)];
    for (copy, own) in [(HOLDS, &with_holds[..]), (HOLDS_TOO, &with_holds), (CHARGES, &with_charges)] {
        scene.pay(world, &copy, common.iter().chain(own)).await;
    }
    #[rustfmt::skip]
    let links = [
        (LINK_HOLDS,   [MASTERCARD, SLOW, HOLD_ANSWER_LOST, HOLD_LOST, UNDO_ANSWER_LOST, UNDO_LOST, CHALLENGED, DECLINED]),
        (LINK_CHARGES, [MASTERCARD, SLOW, ANSWER_LOST, LOST, UNDO_ANSWER_LOST, UNDO_LOST, CHALLENGED, DECLINED]),
    ];
    for (copy, numbers) in links {
        let account = scene.account(world, &copy).await;
        // The default can't be unlinked, so it is a card that nobody shops with.
        active(world, &account, VISA).await;
        for number in numbers {
            scene.shoppers.push(Shopper { account: account.clone(), role: Role::Links { number } });
        }
    }
    for own in [VISA, AMEX] {
        let account = scene.account(world, &RIVALS).await;
        active(world, &account, own).await;
        for number in [MASTERCARD, HOLD_ANSWER_LOST, SLOW] {
            scene.shoppers.push(Shopper { account: account.clone(), role: Role::Links { number } });
        }
    }
    println!(
        "{} shoppers on {} accounts, set up in {:.1} s",
        scene.shoppers.len(),
        scene.accounts.len(),
        SystemClock.now().duration_since(started).as_secs_f64()
    );
    scene
}

impl Scene {
    async fn account(&mut self, world: &World, copy: &Copy) -> String {
        let account = world.account(copy.id, "SG", "USD").await;
        self.accounts.push(account.clone());
        account
    }

    async fn pay(
        &mut self,
        world: &World,
        copy: &Copy,
        table: impl Iterator<Item = &(&'static str, Habit, usize)>,
    ) {
        let account = self.account(world, copy).await;
        let table: Vec<_> = table.copied().collect();
        let numbers: BTreeSet<&str> = table.iter().map(|(number, _, _)| *number).collect();
        let linked = numbers.iter().map(|number| active(world, &account, number));
        let methods: BTreeMap<&str, String> = numbers.iter().copied().zip(join_all(linked).await).collect();
        for (number, habit, count) in table {
            for _ in 0..count {
                let role = Role::Pays { method: methods[number].clone(), habit };
                self.shoppers.push(Shopper { account: account.clone(), role });
            }
        }
    }
}

/// Links a card, through the challenge where there is one, until it can pay. The provider's deadline is
/// so short that a busy machine may miss it; the call is then repeated.
async fn active(world: &World, account: &str, number: &str) -> String {
    let calls = Calls::new(world.channel());
    let request = link_request(account, number);
    let linked = calls.insist(request, async |it| calls.methods().link_card(it).await).await;
    let linked = linked.answer.expect("the card is accepted").payment_method.expect("a method");
    if let Some(action) = &linked.next_action {
        browser::open(&action.url).await.answer(browser::CODE).await;
    }
    eventually("the card can pay", async || {
        let method = world.method(&linked.name).await;
        let state = method.state();
        if state == PaymentMethodState::Active { Ok(method.name) } else { Err(format!("{state:?}")) }
    })
    .await
}
