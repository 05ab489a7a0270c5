//! Plays the payer, the bank, the claimant and the account manager.

use std::time::Duration;

use bursar::proto::v1 as pb;

use super::{
    super::super::{
        ask::Ask,
        transfer::{self, Transfer},
    },
    Actor, Step,
};

impl Actor {
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other step is about transfers")]
    pub(super) async fn transfer(&self, step: Step, currency: &str) {
        match step {
            Step::Remit(units) => self.remit(false, units, currency).await,
            Step::Share(units) => self.remit(true, units, currency).await,
            Step::TakeBack => transfer::take_back(&self.world).await,
            Step::Claim => self.judge(|name, id| transfer::claim(name, &self.account, id)).await,
            Step::Reject => self.judge(transfer::reject).await,
            Step::ApproveOwn => {
                self.judge(|name, id| transfer::approve(transfer::CLAIMANT, name, id)).await;
            }
            Step::Approve => self.judge(|name, id| transfer::approve(transfer::MANAGER, name, id)).await,
            _ => {}
        }
    }

    /// A payer sends money to the account's own number, or to the shared one.
    async fn remit(&self, shared: bool, units: i64, currency: &str) {
        let number = self.ask(async || transfer::number(&self.world, &self.account, shared).await).await;
        let amount = pb::Money { currency_code: currency.to_owned(), units, nanos: 0 };
        if let Some(number) = number {
            transfer::send(&self.world, number, amount, 2, Duration::ZERO).await;
        }
    }

    /// Asks something about the shared remittance that waits, if one does.
    async fn judge(&self, ask: impl Fn(&str, String) -> Transfer) {
        let waiting = self.ask(async || transfer::waiting(&self.world).await).await.unwrap_or_default();
        let Some(first) = waiting.first() else { return };
        self.caller.until_answered(&Ask::Transfer(ask(&first.name, self.request_id()))).await;
    }
}
