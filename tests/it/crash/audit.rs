//! Comparing bursar's word with the issuers' ledger, which it can't write, and with what it said before.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bursar::proto::{
    sandbox::v1::{LedgerEntry, LedgerEntryKind},
    v1::{
        HoldState, Invoice, InvoiceState, LinkAttempt, ListInvoicesRequest, ListLinkAttemptsRequest,
        ListPaymentMethodsRequest, ListPaymentsRequest, ListVerificationsRequest, Payment, PaymentMethod,
        PaymentMethodState, PaymentState, Verification, VerificationState,
    },
};
use tokio::time::{Instant, sleep};

use super::book::Book;
use crate::support::{
    money::{shown, shown_outside},
    world::World,
};

/// What bursar says there is.
pub struct Known {
    /// With the account that each belongs to.
    pub methods: Vec<(String, PaymentMethod)>,
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
            let request = $request { parent: $account.clone(), page_size: 200, page_token };
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
            let methods = every!(world.methods(), list_payment_methods, ListPaymentMethodsRequest, payment_methods, account);
            known.methods.extend(methods.into_iter().map(|method| (account.clone(), method)));
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

    /// I1, I2, I3 and I5: what the issuers did is what bursar says, to the amount.
    pub fn agrees_with_the_ledger(&self, ledger: &[LedgerEntry]) {
        let mut taken: BTreeMap<&str, Vec<&LedgerEntry>> = BTreeMap::new();
        let mut given_back: BTreeMap<&str, Vec<&LedgerEntry>> = BTreeMap::new();
        for entry in ledger {
            match entry.kind() {
                LedgerEntryKind::Hold | LedgerEntryKind::Charge => {
                    taken.entry(&entry.effect_id).or_default().push(entry);
                }
                LedgerEntryKind::ReleaseAccepted | LedgerEntryKind::Refund => {
                    given_back.entry(&entry.original_effect_id).or_default().push(entry);
                }
                // The statement shows what was accepted before.
                LedgerEntryKind::ReleaseShown => {}
                LedgerEntryKind::Unspecified => panic!("{entry:?}"),
            }
        }
        for (effect, entries) in taken.iter().chain(&given_back) {
            assert_eq!(entries.len(), 1, "more than once for {effect}: {entries:?}");
        }
        let mut explained = BTreeSet::new();
        for payment in &self.payments {
            let charges: Vec<_> =
                payment.attempts.iter().filter_map(|it| taken.get(it.effect_id.as_str())).collect();
            explained.extend(payment.attempts.iter().map(|attempt| attempt.effect_id.as_str()));
            if payment.state() == PaymentState::Succeeded {
                let [charge] = charges.as_slice() else { panic!("{payment:#?} was charged {charges:?}") };
                assert_eq!(charge[0].kind(), LedgerEntryKind::Charge);
                assert_eq!(
                    shown_outside(charge[0].amount.as_ref()),
                    shown(payment.amount.as_ref()),
                    "{payment:?}"
                );
            } else {
                assert!(charges.is_empty(), "{payment:#?} was charged {charges:?}");
            }
        }
        let verifications: BTreeMap<&str, &Verification> =
            self.verifications.iter().map(|it| (last(&it.name), it)).collect();
        for (effect, entries) in taken.iter().filter(|(effect, _)| !explained.contains(*effect)) {
            let (entity, _) = effect.split_once('.').expect("an entity and an ordinal");
            let verification = verifications.get(entity).unwrap_or_else(|| panic!("an orphan: {entries:?}"));
            let hold = verification.hold.as_ref().expect("a hold");
            assert_eq!(hold.state(), HoldState::Released, "{verification:#?}");
            let back = given_back.remove(effect).unwrap_or_else(|| panic!("not given back: {entries:?}"));
            assert_eq!(back[0].amount, entries[0].amount, "{verification:?}");
            assert_eq!(shown_outside(back[0].amount.as_ref()), shown(hold.amount.as_ref()));
        }
        assert!(given_back.is_empty(), "given back without having been taken: {given_back:?}");
        self.invoices_are_paid_once();
    }

    /// I1: whatever was taken for an invoice was taken once, by the payment that the invoice names.
    fn invoices_are_paid_once(&self) {
        let mut paid: BTreeMap<&str, Vec<&Payment>> = BTreeMap::new();
        for payment in self.payments.iter().filter(|it| it.state() == PaymentState::Succeeded) {
            for invoice in &payment.invoices {
                paid.entry(invoice).or_default().push(payment);
            }
        }
        for invoice in &self.invoices {
            match (invoice.state(), paid.remove(invoice.name.as_str()).unwrap_or_default().as_slice()) {
                (InvoiceState::Paid, [payment]) => {
                    assert_eq!(payment.name, invoice.payment);
                    assert_eq!(payment.amount, invoice.amount);
                }
                (InvoiceState::Open, []) => {}
                (state, payments) => panic!("{} is {state:?}, paid by {payments:?}", invoice.name),
            }
        }
        assert!(paid.is_empty(), "paid for what is not there: {paid:?}");
    }

    /// I8, as it stands in the end; the journal tells about every moment before.
    pub fn holds_no_card_twice(&self) {
        let mut holders: BTreeMap<(String, String), &str> = BTreeMap::new();
        for (_, method) in &self.methods {
            let card = method.card.as_ref().expect("a card");
            let (program, _) = method.program_version.split_once('@').expect("a program and a version");
            match method.state() {
                PaymentMethodState::Failed | PaymentMethodState::Unlinked => continue,
                PaymentMethodState::Unspecified
                | PaymentMethodState::PendingVerification
                | PaymentMethodState::RequiresAction
                | PaymentMethodState::Active
                | PaymentMethodState::Expired => {}
            }
            let key = (program.to_owned(), format!("{}{}", card.iin, card.last_four));
            let other = holders.insert(key, &method.name);
            assert!(other.is_none(), "{other:?} and {} are the same card", method.name);
        }
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
            self.methods.iter().map(|(_, it)| (it.name.as_str(), it.state())).collect();
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

fn last(name: &str) -> &str {
    name.rsplit('/').next().expect("a name")
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
