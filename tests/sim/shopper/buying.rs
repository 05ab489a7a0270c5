//! What clients ask about orders and usage, and about who they are.

use super::{
    super::{
        ask::Ask,
        contact, kyc,
        requests::{bill, disable, enable, order, threshold, usage},
    },
    Shopper,
};

impl Shopper {
    pub(super) async fn order(&mut self) {
        let units = i64::try_from(self.chance.within(5, 800)).unwrap_or(5);
        let request = order(self.account.clone(), self.money(units), self.request_id());
        self.insist(Ask::Order(request)).await;
    }

    /// Uses something, mostly; some of it so much that it is charged at once.
    pub(super) async fn use_it(&mut self) {
        let account = self.account.clone();
        let request_id = self.request_id();
        let large = if matches!(self.currency, "JPY" | "CLP") { 600_000 } else { 700 };
        let ask = match self.chance.below(20) {
            0..5 => Ask::Enable(enable(account, request_id)),
            5..17 => {
                let units = *self.chance.pick(&[1, 40, large]);
                Ask::Use(usage(account, self.money(units), request_id))
            }
            17..18 => Ask::Threshold(threshold(account, self.money(20), request_id)),
            18..19 => Ask::Bill(bill(account, request_id)),
            _ => Ask::Disable(disable(account, request_id)),
        };
        self.insist(ask).await;
    }

    /// Has PayPal as the default, and uses before it pays (A21).
    pub(super) async fn use_with_paypal(&mut self) {
        self.link_wallet().await;
        self.wait_for_a_card().await;
        self.insist(Ask::Enable(enable(self.account.clone(), self.request_id()))).await;
        for _ in 0..self.chance.within(1, 4) {
            let units = *self.chance.pick(&[1, 40, 700]);
            let ask = Ask::Use(usage(self.account.clone(), self.money(units), self.request_id()));
            self.insist(ask).await;
            self.think().await;
        }
    }

    /// Says who the customer is and submits documents, whatever they show; or the seller requires them.
    pub(super) async fn documents(&mut self) {
        if self.chance.happens(0.2) {
            self.insist(kyc::require(&self.account, self.request_id())).await;
        }
        self.insist(contact::person(&self.account, "SG", self.request_id())).await;
        let file =
            *self.chance.pick(&["passport.png", "blurry.png", "two-days.png", "lost.png", "answer-lost.png"]);
        self.insist(kyc::submit(&self.account, file, self.request_id())).await;
    }
}
