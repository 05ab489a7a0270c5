//! What clients ask about bank transfers.

use std::time::Duration;

use bursar::proto::v1 as pb;

use super::{
    super::{ask::Ask, requests::credit, transfer},
    Shopper,
};

impl Shopper {
    /// Buys on credit, and pays by bank transfer: to the own number or to the shared one, where somebody then
    /// has to claim it, and somebody else to approve that.
    pub(super) async fn transfer(&mut self) {
        let limit = pb::Money { currency_code: self.currency.to_owned(), units: 1_000_000, nanos: 0 };
        let credit = credit(self.account.clone(), limit, self.request_id());
        if self.insist(Ask::Credit(credit)).await.is_none() {
            return;
        }
        for _ in 0..2 {
            self.invoice().await;
        }
        let shared = self.chance.happens(0.5);
        let Ok(number) = transfer::number(&self.world, &self.account, shared).await else { return };
        let units = *self.chance.pick(&[3, 20, 150, 4_000]);
        let amount = pb::Money { currency_code: self.currency.to_owned(), units, nanos: 0 };
        let reports = *self.chance.pick(&[1, 2, 4]);
        let delay = self.chance.any_span(Duration::ZERO, Duration::from_secs(6 * 3_600));
        transfer::send(&self.world, number, amount, reports, delay).await;
        self.world.agenda.sleep(Duration::from_secs(2 * 86_400 + 7 * 3_600)).await;
        if !shared {
            return;
        }
        let waiting = transfer::waiting(&self.world).await.unwrap_or_default();
        let Some(name) = waiting.first().map(|it| it.name.clone()) else { return };
        for _ in 0..self.chance.within(1, 2) {
            let claim = transfer::claim(&name, &self.account, self.request_id());
            self.insist(Ask::Transfer(claim)).await;
        }
        if self.chance.happens(0.3) {
            let approve = transfer::approve(transfer::CLAIMANT, &name, self.request_id());
            self.insist(Ask::Transfer(approve)).await;
        }
        let judge = if self.chance.happens(0.2) {
            transfer::reject(&name, self.request_id())
        } else {
            transfer::approve(transfer::MANAGER, &name, self.request_id())
        };
        self.insist(Ask::Transfer(judge)).await;
    }
}
