//! Accounts of one program that share its claims, and a clock that the script moves.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::domain::{
    account::AccountEvent,
    attempt::{Attempt, Backoff, Policy},
    card::{BillingAddress, Brand, CardFacts, Expiry, Funding, InstrumentFingerprint, Product},
    claim::Claim,
    command::{Command, CreateAccount, LinkCard, ReceiveRemittance},
    contact::Contact,
    decide::decide,
    decision::{Decided, Decision},
    entity::{Entity, Kind},
    event::{Event, Happened},
    exchange::RateTable,
    facts::{Facts, Rules},
    ids::{
        AccountId, InvoiceId, LinkAttemptId, MethodId, PaymentId, PeriodId, RefundId, RemittanceId,
        VerificationId,
    },
    invoice::{InvoiceEvent, Purpose},
    kyc::{Document, DocumentKind, KycReview},
    link::{LinkEvent, Linked},
    message::Channel,
    method::Method,
    money::Money,
    payment::PaymentEvent,
    profile::{IdentityKind, IdentityNumber, Profile},
    program::{DECLINE_CODES, DeclineTable, EXCHANGE_RATES, Program, ProgramId, shipped},
    refund::RefundEvent,
    remittance::{Transfer, received_id},
    seller::account_of,
    webhook::WebhookRules,
    world::World,
};

/// What the adapter of these tests promises.
pub(crate) const POLICY: Policy = Policy {
    conclusive_after: SignedDuration::from_mins(1),
    retention: SignedDuration::from_hours(1),
    can_cancel: true,
    sends: 3,
    backoff: Backoff { first: SignedDuration::from_secs(1), most: SignedDuration::from_mins(1) },
};

/// The stage.
pub(crate) struct Stage {
    pub(crate) program: Program,
    pub(crate) rates: RateTable,
    pub(crate) declines: DeclineTable,
    pub(crate) policy: Policy,
    pub(crate) now: Timestamp,
    pub(crate) claims: BTreeMap<InstrumentFingerprint, Claim>,
    /// The accounts, by their letter.
    pub(crate) worlds: BTreeMap<char, World>,
    /// Invoices and payments, by the names the script gives them.
    pub(crate) named: BTreeMap<String, Uuid>,
    drawn: u128,
}

/// A program that ships.
pub(crate) fn program(id: &str) -> Program {
    let parsed = shipped().into_iter().map(|(file, text)| Program::parse(file, text).unwrap());
    parsed.into_iter().find(|program| program.id.0 == id).unwrap()
}

/// A card that no rule minds, told apart by its last four digits.
pub(crate) fn card(last_four: &str) -> CardFacts {
    CardFacts {
        networks: [Brand::Visa].into(),
        brand: Brand::Visa,
        iin: "400000".to_owned(),
        last_four: last_four.to_owned(),
        funding: Funding::Credit,
        product: Product::Consumer,
        issuer_country: Some("SG".parse().unwrap()),
        international_enabled: true,
        online_enabled: true,
        three_ds_capable: true,
        expiry: Expiry::new(12, 2030).unwrap(),
    }
}

/// The fingerprint of that card.
pub(crate) fn instrument(last_four: &str) -> InstrumentFingerprint {
    InstrumentFingerprint::from_hex(format!("{last_four:0>64}"))
}

/// Who the customer is.
pub(crate) fn person() -> Profile {
    let address = BillingAddress {
        street_lines: vec!["1 Marina Boulevard".to_owned()],
        city: "Singapore".to_owned(),
        postal_code: Some("018989".to_owned()),
        administrative_area: None,
        country: "SG".parse().unwrap(),
    };
    Profile::Individual { name: "An Lee".to_owned(), address, industry: "Retail".to_owned() }
}

/// The same, as a company.
pub(crate) fn company() -> Profile {
    let (Profile::Individual { name, address, industry }
    | Profile::Enterprise { name, address, industry, .. }) = person();
    let (contact_name, contact_position) = ("An Lee".to_owned(), "Owner".to_owned());
    Profile::Enterprise { name, address, contact_name, contact_position, industry }
}

/// A document that was shown to the reviewer.
pub(crate) fn document(kind: DocumentKind) -> Document {
    let (file_name, content_type) = ("scan.png".to_owned(), "image/png".to_owned());
    Document { kind, file_name, content_type, size: 1_000 }
}

/// Linking a card.
pub(crate) fn link(account: AccountId, facts: CardFacts) -> LinkCard {
    LinkCard {
        account,
        instrument: instrument(&facts.last_four),
        tokens: [("sandbox", "tok"), ("backup", "backup")]
            .map(|(provider, token)| (provider.to_owned(), format!("{token}-{}", facts.last_four)))
            .into(),
        facts,
        holder_name: "AN LEE".to_owned(),
        company_name: None,
        billing_address: None::<BillingAddress>,
        return_url: None,
    }
}

impl Stage {
    /// A stage with one account, `a`. `who` reads `program COUNTRY CURRENCY`.
    pub(crate) fn new(who: &str) -> Self {
        let words: Vec<&str> = who.split(' ').collect();
        let [id, country, currency] = words.as_slice() else { panic!("program COUNTRY CURRENCY: {who}") };
        let mut stage = Self {
            program: program(id),
            rates: RateTable::parse(EXCHANGE_RATES.1).unwrap(),
            declines: DeclineTable::parse(DECLINE_CODES.1).unwrap(),
            policy: POLICY,
            now: "2026-08-15T12:00:00Z".parse().unwrap(),
            claims: BTreeMap::new(),
            worlds: BTreeMap::new(),
            named: BTreeMap::new(),
            drawn: 0,
        };
        stage.open('a', country, currency).unwrap();
        stage
    }

    /// One more account.
    pub(crate) fn open(&mut self, letter: char, country: &str, currency: &str) -> Decided {
        let id = AccountId(self.draw());
        self.worlds.insert(letter, World { account: id.0, ..World::default() });
        let create = CreateAccount {
            id,
            program: self.program.id.clone(),
            country: country.parse().unwrap(),
            currency: currency.parse().unwrap(),
            display_name: format!("account {letter}"),
        };
        let opened = self.apply(letter, &Command::CreateAccount(create));
        if opened.is_ok() && self.program.edition(self.now).onboarding().is_some() {
            self.onboard(letter, id);
        }
        opened
    }

    /// What a program asks for before anything is linked.
    fn onboard(&mut self, letter: char, id: AccountId) {
        let contact = Contact { address: "+6581234567".to_owned(), proved: self.now };
        let kind = IdentityKind::Rut;
        let identity = IdentityNumber { kind, number: "8148691-3".to_owned(), check_digit_wrong: false };
        let told = AccountEvent::Updated {
            display_name: None,
            currency: None,
            profile: Some(Box::new(person())),
            identity: Some(identity),
        };
        let proved = AccountEvent::ContactProved { channel: Channel::Sms, contact };
        let events = [proved, told].map(|event| Happened { on: id.0, event: Event::Account(event) });
        let decision = Decision { events: events.into(), ..Decision::reply(id.0) };
        self.let_happen(letter, &decision);
    }

    fn draw(&mut self) -> Uuid {
        self.drawn += 1;
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + self.drawn)
    }

    /// Decides a command and lets it happen.
    pub(crate) fn apply(&mut self, letter: char, command: &Command) -> Decided {
        let ids = [self.draw(), self.draw(), self.draw(), self.draw()];
        self.worlds.get_mut(&letter).unwrap().claims = self.claims.clone();
        let policies = |_: &str| self.policy;
        let retries = vec![SignedDuration::from_secs(5), SignedDuration::from_mins(5)];
        let webhooks = WebhookRules { retries, private_addresses: false };
        let facts = Facts {
            now: self.now,
            program: &self.program,
            rules: &Rules {
                rates: &self.rates,
                declines: &self.declines,
                policies: &policies,
                webhooks: &webhooks,
            },
            world: &self.worlds[&letter],
            ids,
            jitter: 0.0,
        };
        let decided = decide(&facts, command);
        let happened = match &decided {
            Ok(decision) => Some(decision),
            Err(refusal) => refusal.recorded.as_ref(),
        };
        if let Some(decision) = happened {
            self.let_happen(letter, decision);
        }
        decided
    }

    fn let_happen(&mut self, letter: char, decision: &Decision) {
        for happened in &decision.events {
            self.worlds.get_mut(&letter).unwrap().apply(happened).unwrap();
            self.name(&happened.event, happened.on);
            if let Event::LinkAttempt(LinkEvent::Made { attempt }) = &happened.event {
                let what = match &attempt.linked {
                    Linked::Card { last_four, .. } => last_four.clone(),
                    Linked::Wallet { wallet } => wallet.to_string(),
                };
                self.named.insert(format!("attempt {letter} {what}"), happened.on);
            }
        }
        self.claims = self.worlds[&letter].claims.clone();
    }

    /// An account.
    pub(crate) fn world(&self, letter: char) -> &World {
        &self.worlds[&letter]
    }

    /// The account's last method with that card.
    pub(crate) fn method(&self, letter: char, last_four: &str) -> Option<&Method> {
        let is_it =
            |method: &&Method| method.instrument.card().is_some_and(|card| card.facts.last_four == last_four);
        self.world(letter).methods().filter(is_it).last()
    }

    /// Its id, or one that does not exist.
    pub(crate) fn method_id(&self, letter: char, last_four: &str) -> MethodId {
        self.method(letter, last_four).map_or(MethodId(Uuid::nil()), |method| method.id)
    }

    /// The last verification of that card.
    pub(crate) fn check_id(&self, letter: char, last_four: &str) -> VerificationId {
        self.method(letter, last_four)
            .and_then(|method| method.verification)
            .unwrap_or(VerificationId(Uuid::nil()))
    }

    /// The last attempt to link that card.
    pub(crate) fn attempt_id(&self, letter: char, last_four: &str) -> LinkAttemptId {
        LinkAttemptId(self.named.get(&format!("attempt {letter} {last_four}")).copied().unwrap_or_default())
    }

    /// An invoice by its name.
    pub(crate) fn invoice_id(&self, name: &str) -> InvoiceId {
        InvoiceId(self.named.get(name).copied().unwrap_or_default())
    }

    /// A month of usage by its name.
    pub(crate) fn period_id(&self, name: &str) -> PeriodId {
        PeriodId(self.named.get(name).copied().unwrap_or_default())
    }

    /// The invoice or month of that name, whose timers are its own.
    pub(crate) fn timed(&self, letter: char, name: &str) -> Option<&Entity> {
        let entity = self.world(letter).entities.get(self.named.get(name)?)?;
        matches!(entity.kind(), Kind::Invoice | Kind::Period).then_some(&**entity)
    }

    /// What was made by itself is named in order: bill1, bill2 and collection1, collection2,
    /// late1, refund1.
    fn name(&mut self, event: &Event, id: Uuid) {
        let kind = if let Event::Invoice(InvoiceEvent::Created { invoice }) = event
            && invoice.purpose != Purpose::Other
        {
            "bill"
        } else if let Event::Refund(RefundEvent::Started { .. }) = event {
            "refund"
        } else if let Event::Payment(PaymentEvent::Started { payment }) = event
            && payment.late_of.is_some()
        {
            "late"
        } else if let Event::Payment(PaymentEvent::Started { payment }) = event
            && !payment.trigger.customer_present()
        {
            "collection"
        } else {
            return;
        };
        let number = (1..).find(|number| !self.named.contains_key(&format!("{kind}{number}"))).unwrap();
        self.named.insert(format!("{kind}{number}"), id);
    }

    /// A payment by its name.
    pub(crate) fn payment_id(&self, name: &str) -> PaymentId {
        PaymentId(self.named.get(name).copied().unwrap_or_default())
    }

    /// A refund by its name.
    pub(crate) fn refund_id(&self, name: &str) -> RefundId {
        RefundId(self.named.get(name).copied().unwrap_or_default())
    }

    /// A remittance by its name.
    pub(crate) fn remittance_id(&self, name: &str) -> RemittanceId {
        RemittanceId(self.named.get(name).copied().unwrap_or_default())
    }

    /// What the bank says of a remittance, told apart by its name.
    pub(crate) fn report(&self, name: &str, amount: Money, seller: Option<ProgramId>) -> ReceiveRemittance {
        let transfer = Transfer {
            creditor_account: "SG00X".to_owned(),
            bank_reference: name.to_owned(),
            end_to_end_id: "NOTPROVIDED".to_owned(),
            amount,
            value_date: "2026-08-15".parse().unwrap(),
            booked: "2026-08-15T12:00:00Z".parse().unwrap(),
            debtor: "Analytical Engines".to_owned(),
            debtor_account: "GB33BUKB20201555555555".to_owned(),
            remittance_information: String::new(),
        };
        ReceiveRemittance { id: received_id("SG00X", name), seller, transfer, claimed: None }
    }

    /// The account of the program itself, as `s`.
    pub(crate) fn with_seller(mut self) -> Self {
        let account = account_of(&self.program.id).0;
        self.worlds.insert('s', World { account, ..World::default() });
        self
    }

    /// The entity that `who` (a card, or a payment) stands for when a provider speaks, and the attempt
    /// that is spoken of: the one that runs, else the last.
    pub(crate) fn spoken_of(&self, letter: char, who: &str) -> Option<(Uuid, Attempt)> {
        if let Some(payment) = self.world(letter).payment(self.payment_id(who)) {
            return Some((payment.id.0, payment.attempts.last()?.clone()));
        }
        if let Some(refund) = self.world(letter).refund(self.refund_id(who)) {
            return Some((refund.id.0, refund.attempt.clone()));
        }
        if who == "message" {
            let message = self.world(letter).messages().filter(|it| it.delivery.is_some()).last()?;
            return Some((message.id.0, message.delivery.clone()?));
        }
        if let Some(remittance) = self.world(letter).remittance(self.remittance_id(who)) {
            return Some((remittance.id.0, remittance.crossings.last()?.clone()));
        }
        if who == "documents" {
            let mut reviews = self.world(letter).entities.values().filter_map(|it| it.get::<KycReview>());
            let review = reviews.next_back()?;
            return Some((review.id.0, review.attempt.clone()));
        }
        let check = self.world(letter).verification(self.check_id(letter, who))?;
        let attempt = check.release.as_ref().unwrap_or(&check.check);
        Some((check.id.0, attempt.clone()))
    }
}
