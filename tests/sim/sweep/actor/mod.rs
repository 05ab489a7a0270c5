//! Plays a workflow: asks for one thing after the other, repeats what was not answered under the same
//! request id, and is the customer, too.

mod clocks;
mod transferring;

use std::{sync::Arc, time::Duration};

use bursar::{
    env::{Ids as _, SeededIds},
    proto::v1::{self as pb, verification_service_client::VerificationServiceClient},
};
use jiff::{Timestamp, tz::TimeZone};
use tokio::time::Instant;
use tonic::{Code, Status};

use super::{
    super::{
        ask::Ask,
        caller::Caller,
        chance::{Chance, sub_seed},
        contact, customer, kyc, look,
        oracle::facts::AccountFacts,
        requests::{bill, card, credit, disable, enable, order, refund, threshold, usage},
        shopper::{Mall, RETURN_URL},
        transfer::{self, Transfer},
        world::World,
    },
    waiting::{is_open, page},
    workflows::{Step, Workflow},
};

const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(250);
const TRIES_MAX: usize = 200;
/// What is due later than this belongs to no workflow's end.
const HORIZON: Duration = Duration::from_secs(2 * 86_400);
/// The simulated connection does not know, the service asks for patience, a test clock was interrupted.
const LATER: [Code; 3] = [Code::Unknown, Code::Unavailable, Code::Aborted];

/// Who plays.
pub struct Actor {
    pub(super) world: Arc<World>,
    caller: Caller,
    ids: SeededIds,
    account: String,
    /// Until when the test clock was moved.
    clock: Timestamp,
}

impl Actor {
    pub fn new(world: &Arc<World>, mall: &Arc<Mall>) -> Self {
        let ids = SeededIds::new(sub_seed(world.seed, "actor ids"));
        let caller = Caller::new(world, mall, &Arc::new(Chance::of(world.seed, "actor")));
        Self { world: Arc::clone(world), caller, ids, account: String::new(), clock: world.now() }
    }

    /// Plays a workflow to its end and until nothing more is due; answers the account.
    pub async fn play(mut self, workflow: &Workflow) -> String {
        let (program, country, currency) = workflow.home;
        let account = pb::Account {
            program: program.to_owned(),
            region_code: country.to_owned(),
            currency_code: currency.to_owned(),
            ..pb::Account::default()
        };
        let request = pb::CreateAccountRequest { account: Some(account), request_id: self.request_id() };
        if let Some(told) = self.caller.until_answered(&Ask::CreateAccount(request)).await {
            told.name().clone_into(&mut self.account);
        }
        let mobile = contact::mobile(country);
        let onboarding = [Step::Code(mobile), Step::Settle, Step::Answer(mobile, true), Step::Person];
        let onboarding = if program.starts_with("huawei") { &onboarding[..] } else { &[] };
        for step in onboarding.iter().chain(workflow.steps) {
            self.world.trace.note(format_args!("step {step:?}"));
            self.take(*step, currency).await;
        }
        self.rest().await;
        self.account
    }

    pub(super) fn request_id(&self) -> String {
        self.ids.uuid(self.world.now()).to_string()
    }

    async fn take(&mut self, step: Step, currency: &str) {
        let request_id = self.request_id();
        let ask = match step {
            Step::Link(number) => self.link(number, self.years_ahead(12, 6), request_id),
            Step::LinkExpiring(number) => {
                let month = self.world.now().to_zoned(TimeZone::UTC).month();
                self.link(number, self.years_ahead(month, 0), request_id)
            }
            Step::Invoice(units) => {
                let amount = pb::Money { currency_code: currency.to_owned(), units, nanos: 0 };
                let invoice = Some(pb::Invoice { amount: Some(amount), ..pb::Invoice::default() });
                Ask::CreateInvoice(pb::CreateInvoiceRequest {
                    parent: self.account.clone(),
                    invoice,
                    request_id,
                })
            }
            Step::Report(running_resource_count) => Ask::Obligations(pb::ReportObligationsRequest {
                account: self.account.clone(),
                running_resource_count,
                request_id,
            }),
            Step::Credit(units) => {
                let limit = pb::Money { currency_code: currency.to_owned(), units, nanos: 0 };
                Ask::Credit(credit(self.account.clone(), limit, request_id))
            }
            Step::Person => contact::person(&self.account, "SG", request_id),
            Step::Deactivate => contact::deactivate(&self.account, request_id),
            Step::Remit(_)
            | Step::Share(_)
            | Step::TakeBack
            | Step::Claim
            | Step::Reject
            | Step::ApproveOwn
            | Step::Approve => return self.transfer(step, currency).await,
            Step::Auto(on) => Ask::Transfer(transfer::auto(&self.account, on, request_id)),
            Step::Documents(file_name) => kyc::submit(&self.account, file_name, request_id),
            Step::RequireKyc => kyc::require(&self.account, request_id),
            Step::Code(address) => contact::send(&self.account, address, request_id),
            Step::Answer(address, right) => {
                let code = contact::newest(&self.world, address).await;
                let code = if right { code } else { "000000".to_owned() };
                contact::answer(&self.account, address, code, request_id)
            }
            Step::Wallet => Ask::Wallet(pb::LinkWalletRequest {
                parent: self.account.clone(),
                wallet: "PAYPAL".to_owned(),
                return_url: RETURN_URL.to_owned(),
                request_id,
            }),
            Step::EnableRedirect => {
                Ask::Redirect(pb::EnableChinaBankRedirectRequest { parent: self.account.clone(), request_id })
            }
            Step::AtBank(bank) => return self.customer(bank, false).await,
            Step::Hours(hours) => {
                return self.world.agenda.sleep(Duration::from_secs(hours * 3_600)).await;
            }
            Step::AgreeAs(email) => return self.customer(email, false).await,
            Step::EndAgreements => return self.end_agreements().await,
            Step::Order(units) => Ask::Order(order(self.account.clone(), money(currency, units), request_id)),
            Step::Enable => Ask::Enable(enable(self.account.clone(), request_id)),
            Step::Disable => Ask::Disable(disable(self.account.clone(), request_id)),
            Step::Use(units) => Ask::Use(usage(self.account.clone(), money(currency, units), request_id)),
            Step::Threshold(units) => {
                Ask::Threshold(threshold(self.account.clone(), money(currency, units), request_id))
            }
            Step::Bill => Ask::Bill(bill(self.account.clone(), request_id)),
            Step::Right => return self.customer("", false).await,
            Step::Wrong => return self.customer("000000", false).await,
            Step::Leave => return self.customer("", true).await,
            Step::Settle => return self.settle().await,
            Step::Days(days) => {
                return self.world.agenda.sleep(Duration::from_secs(days * 86_400)).await;
            }
            Step::Webhook(hook) => return self.hook(hook).await,
            Step::Clock => return self.attach().await,
            Step::Advance(seconds) => return self.advance(seconds).await,
            Step::Pay(_)
            | Step::ClosePeriod(_)
            | Step::FromBalance(_)
            | Step::PayWith(..)
            | Step::PayOn(_)
            | Step::CancelPayment(_)
            | Step::Refund(..)
            | Step::Complete(_)
            | Step::CancelVerification(_)
            | Step::Resume(_)
            | Step::UpdateExpiry(_)
            | Step::SetDefault(_)
            | Step::Unlink(_)
            | Step::Void(_)
            | Step::Ticket(_) => match self.about(step, request_id).await {
                Some(ask) => ask,
                None => return,
            },
        };
        self.caller.until_answered(&ask).await;
    }

    fn years_ahead(&self, month: i8, years: i16) -> String {
        let year = self.world.now().to_zoned(TimeZone::UTC).year() + years;
        format!("{month:02}/{:02}", year % 100)
    }

    fn link(&self, number: &str, expiry: String, request_id: String) -> Ask {
        Ask::Link(pb::LinkCardRequest {
            parent: self.account.clone(),
            card: Some(card(number.to_owned(), expiry)),
            return_url: RETURN_URL.to_owned(),
            request_id,
        })
    }

    /// What is asked about something that there is; `None` if it never came to be.
    async fn about(&self, step: Step, request_id: String) -> Option<Ask> {
        let there = self.look().await;
        let method = |at: usize| Some(there.methods.get(at)?.name.clone());
        let invoice = |at: usize| Some(there.invoices.get(at)?.name.clone());
        let pay =
            |invoices: &[usize], payment_method: String, try_other_methods: bool, request_id: String| {
                Some(Ask::Pay(pb::PayInvoicesRequest {
                    parent: self.account.clone(),
                    invoices: invoices.iter().map(|at| invoice(*at)).collect::<Option<_>>()?,
                    payment_method,
                    return_url: RETURN_URL.to_owned(),
                    request_id,
                    try_other_methods,
                }))
            };
        Some(match step {
            Step::Pay(invoices) => pay(invoices, String::new(), false, request_id)?,
            Step::PayWith(at, invoices) => pay(invoices, method(at)?, false, request_id)?,
            Step::PayOn(invoices) => pay(invoices, String::new(), true, request_id)?,
            Step::ClosePeriod(at) => {
                let name = there.usage_periods.get(at)?.name.clone();
                Ask::ClosePeriod(pb::CloseUsagePeriodRequest { name, request_id })
            }
            Step::CancelPayment(at) => {
                let name = there.payments.get(at)?.name.clone();
                Ask::CancelPayment(pb::CancelPaymentRequest { name, request_id })
            }
            Step::Refund(at, units) => {
                let payment = there.payments.get(at)?;
                let currency = payment.amount.as_ref().map(|it| it.currency_code.as_str())?;
                let amount = if units == 0 { None } else { money(currency, units) };
                Ask::Refund(refund(payment.name.clone(), amount, request_id))
            }
            Step::Complete(at) => {
                let name = there.payments.get(at)?.name.clone();
                Ask::Complete(pb::CompletePaymentRequest { name, request_id })
            }
            Step::CancelVerification(at) => {
                let name = there.verifications.get(at)?.name.clone();
                Ask::CancelVerification(pb::CancelVerificationRequest { name, request_id })
            }
            Step::Resume(at) => {
                self.resume(there.verifications.get(at)?.name.clone()).await;
                return None;
            }
            Step::UpdateExpiry(at) => Ask::UpdateExpiry(pb::UpdateCardExpiryRequest {
                name: method(at)?,
                expiry: self.years_ahead(11, 7),
                return_url: RETURN_URL.to_owned(),
                request_id,
            }),
            Step::SetDefault(at) => {
                Ask::SetDefault(pb::SetDefaultPaymentMethodRequest { name: method(at)?, request_id })
            }
            Step::Unlink(at) => Ask::Unlink(pb::UnlinkPaymentMethodRequest { name: method(at)?, request_id }),
            Step::FromBalance(at) => {
                let (parent, invoices) = (self.account.clone(), vec![invoice(at)?]);
                let request = pb::PayFromBalanceRequest { parent, invoices, request_id };
                Ask::Transfer(Transfer::FromBalance(request))
            }
            Step::Void(at) => Ask::VoidInvoice(pb::VoidInvoiceRequest { name: invoice(at)?, request_id }),
            Step::Ticket(at) => Ask::Ticket(pb::CreateServiceTicketRequest {
                link_attempt: there.link_attempts.get(at)?.name.clone(),
                description: "It does not work.".to_owned(),
                request_id,
            }),
            Step::Link(_)
            | Step::LinkExpiring(_)
            | Step::Wallet
            | Step::AgreeAs(_)
            | Step::EndAgreements
            | Step::EnableRedirect
            | Step::AtBank(_)
            | Step::Hours(_)
            | Step::Invoice(_)
            | Step::Report(_)
            | Step::Credit(_)
            | Step::Remit(_)
            | Step::Share(_)
            | Step::Claim
            | Step::Reject
            | Step::ApproveOwn
            | Step::Approve
            | Step::TakeBack
            | Step::Auto(_)
            | Step::Code(_)
            | Step::Answer(..)
            | Step::Order(_)
            | Step::Enable
            | Step::Disable
            | Step::Use(_)
            | Step::Threshold(_)
            | Step::Bill
            | Step::Person
            | Step::Deactivate
            | Step::Documents(_)
            | Step::RequireKyc
            | Step::Right
            | Step::Wrong
            | Step::Leave
            | Step::Settle
            | Step::Days(_)
            | Step::Clock
            | Step::Webhook(_)
            | Step::Advance(_) => return None,
        })
    }

    /// Asks what may be asked again at any time, until there is an answer.
    pub(super) async fn ask<T>(&self, call: impl AsyncFn() -> Result<T, Status>) -> Option<T> {
        for _ in 0..TRIES_MAX {
            let busy = self.world.agenda.busy();
            let answer = tokio::time::timeout(PATIENCE, call()).await;
            drop(busy);
            match answer {
                Ok(Ok(answer)) => return Some(answer),
                Ok(Err(status)) if !LATER.contains(&status.code()) => {
                    return None;
                }
                Ok(Err(_)) | Err(_) => self.world.agenda.sleep(PAUSE).await,
            }
        }
        self.world.witness.fault(format!("no answer in {TRIES_MAX} tries"));
        None
    }

    async fn look(&self) -> AccountFacts {
        self.ask(async || look::account(&self.world, &self.account).await).await.unwrap_or_default()
    }

    async fn resume(&self, name: String) {
        self.ask(async || {
            let mut client = VerificationServiceClient::new(self.world.cluster.door("resume"));
            client.resume_verification(pb::ResumeVerificationRequest { name: name.clone() }).await
        })
        .await;
    }

    /// The customer does something on every page that waits, until none does. An empty answer is the right
    /// one.
    async fn customer(&self, answer: &str, leave: bool) {
        self.settle().await;
        for _ in 0..TRIES_MAX {
            let Some(url) = page(&self.look().await) else { return };
            let busy = self.world.agenda.busy();
            let answer = if answer.is_empty() { customer::CODE } else { answer };
            // A browser that sees an error is told to load the page again.
            if let Err(error) = customer::submit(&self.world, &url, answer, leave).await {
                self.world.trace.note(format_args!("a customer sees an error: {error}"));
            }
            drop(busy);
            self.world.agenda.sleep(PAUSE).await;
        }
    }

    async fn end_agreements(&self) {
        if let Err(error) = customer::end_agreements(&self.world).await {
            self.world.trace.note(format_args!("a customer sees an error: {error}"));
        }
    }

    /// Waits until no call is under way and nothing is in doubt.
    async fn settle(&self) {
        for _ in 0..TRIES_MAX {
            if !is_open(&self.look().await) {
                return;
            }
            self.world.agenda.sleep(PAUSE * 2).await;
        }
    }

    /// Waits until nothing is due for long.
    async fn rest(&self) {
        loop {
            self.world.agenda.sleep(Duration::from_secs(2)).await;
            let Some(next) = self.world.next_due().await else { return };
            let now = Instant::now();
            if next > now + HORIZON {
                return;
            }
            self.world.agenda.sleep(next.saturating_duration_since(now)).await;
        }
    }
}

fn money(currency: &str, units: i64) -> Option<pb::Money> {
    Some(pb::Money { currency_code: currency.to_owned(), units, nanos: 0 })
}
