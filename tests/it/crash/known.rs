//! Comparing bursar's word with what it said before. The comparison with the issuers' ledger is the business of
//! `bursar audit`.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bursar::proto::v1::{
    HoldState, Invoice, LinkAttempt, ListInvoicesRequest, ListLinkAttemptsRequest, ListPaymentMethodsRequest,
    ListPaymentsRequest, ListVerificationsRequest, Payment, PaymentMethod, PaymentMethodState, PaymentState,
    Verification, VerificationState,
};
use tokio::time::{Instant, sleep};

use super::book::Book;
use crate::support::world::World;

/// What bursar says there is.
pub struct Known {
    pub methods: Vec<PaymentMethod>,
    pub payments: Vec<Payment>,
    pub verifications: Vec<Verification>,
    pub invoices: Vec<Invoice>,
    pub link_attempts: Vec<LinkAttempt>,
}

/// Reads all pages of a list.
macro_rules! every {
    ($client:expr, $list:ident, $request:ident, $items:ident, $account:expr) => {{
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = $request { parent: $account.clone(), page_size: 1_000, page_token };
            let page = $client.$list(request).await.expect("a page").into_inner();
            all.extend(page.$items);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break all;
            }
        }
    }};
}

impl Known {
    pub async fn read(world: &World, accounts: &[String]) -> Self {
        let mut known = Self {
            methods: Vec::new(),
            payments: Vec::new(),
            verifications: Vec::new(),
            invoices: Vec::new(),
            link_attempts: Vec::new(),
        };
        for account in accounts {
            #[rustfmt::skip]
            known.methods.extend(every!(world.methods(), list_payment_methods, ListPaymentMethodsRequest, payment_methods, account));
            #[rustfmt::skip]
            known.payments.extend(every!(world.payments(), list_payments, ListPaymentsRequest, payments, account));
            #[rustfmt::skip]
            known.verifications.extend(every!(world.verifications(), list_verifications, ListVerificationsRequest, verifications, account));
            #[rustfmt::skip]
            known.invoices.extend(every!(world.invoices(), list_invoices, ListInvoicesRequest, invoices, account));
            #[rustfmt::skip]
            known.link_attempts.extend(every!(world.methods(), list_link_attempts, ListLinkAttemptsRequest, link_attempts, account));
        }
        known
    }

    /// Methods, payments, verifications, invoices, attempts to link.
    pub fn counts(&self) -> [usize; 5] {
        [
            self.methods.len(),
            self.payments.len(),
            self.verifications.len(),
            self.invoices.len(),
            self.link_attempts.len(),
        ]
    }

    /// What is not at its end yet (I4). A review by a person is one as well: none is to be needed.
    fn unsettled(&self) -> Vec<String> {
        let payments = self.payments.iter().filter(|payment| match payment.state() {
            PaymentState::Succeeded
            | PaymentState::Failed
            | PaymentState::Expired
            | PaymentState::Cancelled => false,
            PaymentState::Unspecified
            | PaymentState::Processing
            | PaymentState::RequiresAction
            | PaymentState::RequiresCompletion
            | PaymentState::ManualReview => true,
        });
        let verifications = self.verifications.iter().filter(|verification| {
            let checked = match verification.state() {
                VerificationState::Succeeded
                | VerificationState::Failed
                | VerificationState::Expired
                | VerificationState::Cancelled => true,
                VerificationState::Unspecified
                | VerificationState::Pending
                | VerificationState::RequiresAction
                | VerificationState::ManualReview => false,
            };
            let hold = verification.hold.as_ref().map_or(HoldState::None, |hold| hold.state());
            // I5: what was taken has been given back.
            !checked || !matches!(hold, HoldState::None | HoldState::Released)
        });
        payments
            .map(|payment| format!("{} {:?} {:?}", payment.name, payment.state(), payment.attempts))
            .chain(verifications.map(|it| format!("{} {:?} {:?}", it.name, it.state(), it.hold)))
            .collect()
    }

    /// I7, I11: what was answered before a crash still holds, and each request made one resource.
    pub fn keeps_what_was_answered(&self, book: &Book) {
        let pages = book.pages();
        let payments: BTreeMap<&str, &Payment> =
            self.payments.iter().map(|it| (it.name.as_str(), it)).collect();
        for (name, told) in &pages.ends {
            let now = payments.get(name.as_str()).unwrap_or_else(|| panic!("{name} was told and is gone"));
            assert_eq!(told, *now, "it was told otherwise");
        }
        let states: BTreeMap<&str, PaymentMethodState> =
            self.methods.iter().map(|it| (it.name.as_str(), it.state())).collect();
        for (name, told) in &pages.left {
            assert_eq!(states.get(name.as_str()), Some(told), "{name}");
        }
        let states: BTreeMap<&str, VerificationState> =
            self.verifications.iter().map(|it| (it.name.as_str(), it.state())).collect();
        for (name, told) in &pages.verified {
            assert_eq!(states.get(name.as_str()), Some(told), "{name}");
        }
        let asked = pages.paid.iter().map(|paid| paid.name.as_str());
        one_each("payment", asked, payments.keys().copied());
        let asked = pages.invoiced.iter().map(|(_, name)| name.as_str());
        one_each("invoice", asked, self.invoices.iter().map(|invoice| invoice.name.as_str()));
        // Methods that were linked before the first kill are nobody's request in the book.
        let asked: BTreeSet<&str> = pages.linked.iter().filter_map(|linked| linked.name.as_deref()).collect();
        let linked = pages.linked.iter().filter(|linked| linked.name.is_some()).count();
        assert_eq!(asked.len(), linked, "two requests made one method");
        let before = self.methods.len() - linked;
        assert_eq!(self.link_attempts.len(), pages.linked.len() + before, "an attempt too many or too few");
        assert_eq!(self.verifications.len(), self.methods.len());
    }
}

/// That each request made a resource of its own, and that nothing else was made.
fn one_each<'a>(what: &str, asked: impl Iterator<Item = &'a str>, there: impl Iterator<Item = &'a str>) {
    let asked: Vec<&str> = asked.collect();
    let distinct: BTreeSet<&str> = asked.iter().copied().collect();
    assert_eq!(distinct.len(), asked.len(), "two requests made one {what}");
    assert_eq!(distinct, there.collect(), "a {what} that nobody was told of, or one that is gone");
}

/// Waits until nothing moves any more (I4, I5), and tells how long that took.
pub async fn rest(world: &World, accounts: &[String], at_most: Duration) -> Duration {
    let started = Instant::now();
    loop {
        let unsettled = Known::read(world, accounts).await.unsettled();
        if unsettled.is_empty() {
            return started.elapsed();
        }
        assert!(started.elapsed() < at_most, "stuck after {at_most:?}: {unsettled:#?}");
        sleep(Duration::from_millis(250)).await;
    }
}
