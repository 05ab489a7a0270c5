//! How a client comes to have something to pay with.

use std::time::Duration;

use bursar::{env::Clock as _, proto::v1 as pb};
use jiff::tz::TimeZone;

use super::{
    super::{ask::Ask, look, requests::card},
    PLAIN, RETURN_URL, Shopper, UNIONPAY,
};

impl Shopper {
    pub(super) async fn link(&mut self) {
        // Who banks in China has the card that the redirect asks for.
        let number = if self.currency == "CNY" && self.chance.happens(0.7) {
            UNIONPAY.to_owned()
        } else {
            self.chance.pick(&self.mall.cards).clone()
        };
        let number = if self.chance.happens(self.mall.rush) { self.contested().await } else { number };
        let year = self.world.clock.now().to_zoned(TimeZone::UTC).year() + 6;
        let card = card(number, format!("12/{:02}", year % 100));
        let request = pb::LinkCardRequest {
            parent: self.account.clone(),
            card: Some(card),
            return_url: RETURN_URL.to_owned(),
            request_id: self.request_id(),
        };
        self.insist(Ask::Link(request)).await;
    }

    /// Everybody with the same card at the same time: the clients come for one every ten minutes, and for
    /// another one than before.
    async fn contested(&self) -> String {
        const EVERY: u64 = 600_000_000;
        let now = u64::try_from(self.world.now().as_microsecond()).unwrap_or(0);
        self.world.agenda.sleep(Duration::from_micros(EVERY - now % EVERY)).await;
        let turn = usize::try_from(now / EVERY).unwrap_or(0);
        PLAIN[turn % PLAIN.len()].to_owned()
    }

    /// Where it is offered, the customer wants to pay at their bank.
    pub(super) async fn enable_redirect(&mut self) {
        let request = pb::EnableChinaBankRedirectRequest {
            parent: self.account.clone(),
            request_id: self.request_id(),
        };
        self.insist(Ask::Redirect(request)).await;
    }

    pub(super) async fn complete(&mut self) {
        let Some(name) = self.one(&self.payments) else { return };
        let request = pb::CompletePaymentRequest { name, request_id: self.request_id() };
        self.insist(Ask::Complete(request)).await;
    }

    pub(super) async fn link_wallet(&mut self) {
        let request = pb::LinkWalletRequest {
            parent: self.account.clone(),
            wallet: "PAYPAL".to_owned(),
            return_url: RETURN_URL.to_owned(),
            request_id: self.request_id(),
        };
        self.insist(Ask::Wallet(request)).await;
    }

    /// Most people pay only once their card is good for it.
    pub(super) async fn wait_for_a_card(&self) {
        let Some(name) = self.methods.first().filter(|_| self.chance.happens(0.9)) else { return };
        let active = pb::PaymentMethodState::Active.as_str_name();
        for _ in 0..40 {
            let states = look::states(&self.world, &self.account).await.unwrap_or_default();
            self.mall.book.saw(&states);
            if states.iter().any(|(seen, state)| seen == name && state == active) {
                return;
            }
            self.world
                .agenda
                .sleep(self.chance.any_span(Duration::from_secs(1), Duration::from_secs(60)))
                .await;
        }
    }
}
