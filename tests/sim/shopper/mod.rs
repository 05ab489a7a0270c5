//! Clients: each looks after one account, asks for this and that, repeats what was not answered, sometimes
//! twice at once, sometimes with a hang-up in between, and sometimes never comes back.

use std::{sync::Arc, time::Duration};

use bursar::{
    env::{Clock as _, Ids as _, SeededIds},
    proto::v1 as pb,
};
use jiff::tz::TimeZone;

mod buying;
mod linking;
mod transferring;

use super::{
    ask::{Ask, Told},
    book::Book,
    caller::Caller,
    chance::{Chance, sub_seed},
    contact, customer, look,
    requests::refund,
    world::World,
};

pub const RETURN_URL: &str = "https://shop.example/back";

/// Where accounts are registered: program, country, currency.
const HOMES: [(&str, &str, &str); 7] = [
    ("aws-inc", "CN", "CNY"),
    ("alibaba-cloud-intl", "SG", "USD"),
    ("alibaba-cloud-intl", "DE", "EUR"),
    ("aws-inc", "US", "USD"),
    ("aws-inc", "JP", "JPY"),
    ("huawei-cloud-intl", "SG", "USD"),
    ("huawei-cloud-intl", "CL", "CLP"),
];

/// Cards with nothing wrong with them.
pub const PLAIN: [&str; 4] = ["4242424242424242", "5555555555554444", "4111111111111111", "5555444433331111"];

/// What a redirect to a Chinese bank asks for.
const UNIONPAY: &str = "6200000000000005";

/// What all clients of a world share.
pub struct Mall {
    pub book: Book,
    /// The cards that are in use, so that two accounts meet over one.
    pub cards: Vec<String>,
    /// How often a client that links joins the others in a rush for one card.
    pub rush: f64,
}

impl Mall {
    /// Few cards of all that the world outside knows, and some plain ones.
    pub fn open(chance: &Chance, catalogue: &[String]) -> Self {
        let mut cards = vec![(*chance.pick(&PLAIN)).to_owned()];
        for _ in 0..*chance.pick(&[0, 2, 3, 4, 5, 6]) {
            cards.push(chance.pick(catalogue).clone());
        }
        Self { book: Book::default(), cards, rush: *chance.pick(&[0.0, 0.1, 0.6]) }
    }
}

/// One client.
pub struct Shopper {
    world: Arc<World>,
    mall: Arc<Mall>,
    chance: Arc<Chance>,
    caller: Caller,
    ids: SeededIds,
    currency: &'static str,
    account: String,
    methods: Vec<String>,
    verifications: Vec<String>,
    invoices: Vec<String>,
    payments: Vec<String>,
    asked: Vec<Ask>,
}

impl Shopper {
    pub fn new(world: &Arc<World>, mall: &Arc<Mall>, number: usize) -> Self {
        let name = format!("shopper {number}");
        let chance = Arc::new(Chance::of(world.seed, &name));
        let caller = Caller::new(world, mall, &chance);
        Self {
            world: Arc::clone(world),
            mall: Arc::clone(mall),
            chance,
            caller,
            ids: SeededIds::new(sub_seed(world.seed, &format!("{name} ids"))),
            currency: "",
            account: String::new(),
            methods: Vec::new(),
            verifications: Vec::new(),
            invoices: Vec::new(),
            payments: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// Shops, and answers the account's name if it came to be.
    pub async fn shop(mut self) -> Option<String> {
        let (program, country, currency) = *self.chance.pick(&HOMES);
        self.currency = currency;
        let account = pb::Account {
            program: program.to_owned(),
            region_code: country.to_owned(),
            currency_code: currency.to_owned(),
            display_name: "Analytical Engines".to_owned(),
            ..pb::Account::default()
        };
        let request = pb::CreateAccountRequest { account: Some(account), request_id: self.request_id() };
        self.account = self.insist(Ask::CreateAccount(request)).await?.name().to_owned();
        let home = (program, country);
        if program == "alibaba-cloud-intl" && self.chance.happens(0.4) {
            self.transfer().await;
        }
        contact::begin(&self.world, &self.caller, &self.chance, &self.ids, &self.account, home).await;
        if program == "alibaba-cloud-intl" && self.chance.happens(0.3) {
            self.use_with_paypal().await;
        }
        self.link().await;
        self.invoice().await;
        self.wait_for_a_card().await;
        self.pay().await;
        for _ in 0..self.chance.within(2, 10) {
            self.think().await;
            match self.chance.below(146) {
                0..15 => self.link().await,
                15..20 => self.link_wallet().await,
                20..40 => self.invoice().await,
                40..60 => self.pay().await,
                60..62 => self.enable_redirect().await,
                62..68 => self.complete().await,
                68..74 => self.cancel_payment().await,
                74..79 => self.cancel_verification().await,
                79..84 => self.unlink().await,
                84..88 => self.set_default().await,
                88..92 => self.update_expiry().await,
                92..95 => self.void().await,
                95..96 => self.report().await,
                100..108 => self.order().await,
                108..130 => self.use_it().await,
                130..140 => self.refund().await,
                140..146 => self.documents().await,
                96..98 => self.look().await,
                _ => self.again().await,
            }
            if self.world.weather.strikes(&self.chance, self.world.weather.clients.again) {
                self.again().await;
            }
        }
        if self.chance.happens(0.2) {
            self.insist(contact::deactivate(&self.account, self.request_id())).await;
        }
        Some(self.account)
    }

    async fn think(&self) {
        let longest = *self.chance.pick(&[1, 30, 1_200]);
        let time = self.chance.any_span(Duration::from_millis(5), Duration::from_secs(longest));
        self.world.agenda.sleep(time).await;
    }

    fn request_id(&self) -> String {
        self.ids.uuid(self.world.now()).to_string()
    }

    fn one(&self, of: &[String]) -> Option<String> {
        if of.is_empty() { None } else { Some(self.chance.pick(of).clone()) }
    }

    /// Looks at everything there is.
    async fn look(&self) {
        if let Ok(states) = look::states(&self.world, &self.account).await {
            self.mall.book.saw(&states);
        }
    }

    async fn invoice(&mut self) {
        // Some are so large that the customer is asked, in currencies that have no cents as well.
        let large = if matches!(self.currency, "JPY" | "CLP") { 600_000 } else { 3_500 };
        let units = *self.chance.pick(&[5, 12, 99, 700, large]);
        let units = units + i64::try_from(self.chance.below(50)).unwrap_or(0);
        let amount = pb::Money { currency_code: self.currency.to_owned(), units, nanos: 0 };
        let invoice = pb::Invoice { amount: Some(amount), ..pb::Invoice::default() };
        let request = pb::CreateInvoiceRequest {
            parent: self.account.clone(),
            invoice: Some(invoice),
            request_id: self.request_id(),
        };
        self.insist(Ask::CreateInvoice(request)).await;
    }

    async fn pay(&mut self) {
        let Some(first) = self.one(&self.invoices) else { return };
        let mut invoices = vec![first];
        if self.chance.happens(0.3)
            && let Some(other) = self.one(&self.invoices).filter(|other| !invoices.contains(other))
        {
            invoices.push(other);
        }
        let payment_method = match self.one(&self.methods) {
            Some(method) if self.chance.happens(0.5) => method,
            Some(_) | None => String::new(),
        };
        let request = pb::PayInvoicesRequest {
            parent: self.account.clone(),
            invoices,
            payment_method,
            return_url: RETURN_URL.to_owned(),
            request_id: self.request_id(),
            // H13: where one card is declined, the others are tried.
            try_other_methods: self.chance.happens(0.5),
        };
        let request_id = self.request_id();
        let rival = if self.chance.happens(0.1) {
            // Somebody else of the same shop pays the same, under another request id.
            Some(Ask::Pay(pb::PayInvoicesRequest { request_id, ..request.clone() }))
        } else if self.methods.iter().skip(1).any(|name| *name == request.payment_method)
            && self.chance.happens(0.5)
        {
            // Or lets the card go meanwhile, which is not the first and so hardly the default.
            let name = request.payment_method.clone();
            Some(Ask::Unlink(pb::UnlinkPaymentMethodRequest { name, request_id }))
        } else {
            None
        };
        if let Some(rivals) = rival {
            let mine = Ask::Pay(request);
            let (told, rival) =
                tokio::join!(self.caller.until_answered(&mine), self.caller.until_answered(&rivals));
            self.asked.extend([mine, rivals]);
            for told in [told, rival].into_iter().flatten() {
                self.learn(&told);
            }
        } else {
            self.insist(Ask::Pay(request)).await;
        }
    }

    async fn cancel_payment(&mut self) {
        let Some(name) = self.one(&self.payments) else { return };
        let request = pb::CancelPaymentRequest { name, request_id: self.request_id() };
        self.insist(Ask::CancelPayment(request)).await;
    }

    /// Gives back what is left, or a part; sometimes two people of the shop do at the same time.
    async fn refund(&mut self) {
        let Some(name) = self.one(&self.payments) else { return };
        let units = *self.chance.pick(&[0, 3, 3, 4, 7]);
        let amount = if units == 0 { None } else { self.money(units) };
        let mine = Ask::Refund(refund(name.clone(), amount.clone(), self.request_id()));
        if self.chance.happens(0.5) {
            self.insist(mine).await;
            return;
        }
        let rival = Ask::Refund(refund(name, amount, self.request_id()));
        let (told, other) =
            tokio::join!(self.caller.until_answered(&mine), self.caller.until_answered(&rival));
        self.asked.extend([mine, rival]);
        for told in [told, other].into_iter().flatten() {
            self.learn(&told);
        }
    }

    async fn cancel_verification(&mut self) {
        let Some(name) = self.one(&self.verifications) else { return };
        let request = pb::CancelVerificationRequest { name, request_id: self.request_id() };
        self.insist(Ask::CancelVerification(request)).await;
    }

    async fn unlink(&mut self) {
        let Some(name) = self.one(&self.methods) else { return };
        let request = pb::UnlinkPaymentMethodRequest { name, request_id: self.request_id() };
        self.insist(Ask::Unlink(request)).await;
    }

    async fn set_default(&mut self) {
        let Some(name) = self.one(&self.methods) else { return };
        let request = pb::SetDefaultPaymentMethodRequest { name, request_id: self.request_id() };
        self.insist(Ask::SetDefault(request)).await;
    }

    async fn update_expiry(&mut self) {
        let Some(name) = self.one(&self.methods) else { return };
        let year = self.world.clock.now().to_zoned(TimeZone::UTC).year() + 7;
        let request = pb::UpdateCardExpiryRequest {
            name,
            expiry: format!("11/{:02}", year % 100),
            return_url: RETURN_URL.to_owned(),
            request_id: self.request_id(),
        };
        self.insist(Ask::UpdateExpiry(request)).await;
    }

    async fn void(&mut self) {
        let Some(name) = self.one(&self.invoices) else { return };
        let request = pb::VoidInvoiceRequest { name, request_id: self.request_id() };
        self.insist(Ask::VoidInvoice(request)).await;
    }

    fn money(&self, units: i64) -> Option<pb::Money> {
        Some(pb::Money { currency_code: self.currency.to_owned(), units, nanos: 0 })
    }

    async fn report(&mut self) {
        let request = pb::ReportObligationsRequest {
            account: self.account.clone(),
            running_resource_count: 1,
            request_id: self.request_id(),
        };
        self.insist(Ask::Obligations(request)).await;
    }

    /// Asks for something once more that was asked for before; or for something else with its request id.
    async fn again(&mut self) {
        if self.asked.is_empty() {
            return;
        }
        let ask = self.chance.pick(&self.asked).clone();
        if self.chance.happens(0.3)
            && self.mall.book.was_told(&ask)
            && let Some(changed) = ask.changed()
        {
            self.caller.misuse(&ask, &changed).await;
            return;
        }
        self.world.trace.count("client: asks again");
        if let Some(told) = self.caller.until_answered(&ask).await {
            self.learn(&told);
        }
    }

    async fn insist(&mut self, ask: Ask) -> Option<Told> {
        let told = self.caller.until_answered(&ask).await;
        self.asked.push(ask);
        if let Some(told) = &told {
            self.learn(told);
        }
        told
    }

    /// Takes note of what there is, and sends the customer where they are wanted.
    fn learn(&mut self, told: &Told) {
        let (list, name) = match told {
            Told::Account(_)
            | Told::Link(_)
            | Told::Message(_)
            | Told::Period(_)
            | Told::Review(_)
            | Told::Remittance(_)
            | Told::Balance(_)
            | Told::Refund(_) => return,
            Told::Method(method) => {
                keep(&mut self.verifications, &method.verification);
                (&mut self.methods, &method.name)
            }
            Told::Verification(verification) => (&mut self.verifications, &verification.name),
            Told::Invoice(invoice) => (&mut self.invoices, &invoice.name),
            Told::Payment(payment) => (&mut self.payments, &payment.name),
        };
        keep(list, name);
        if let Some(url) = told.action() {
            let (world, url) = (Arc::clone(&self.world), url.to_owned());
            tokio::spawn(customer::visit(world, Arc::clone(&self.chance), url));
        }
    }
}

fn keep(list: &mut Vec<String>, name: &str) {
    if !name.is_empty() && !list.iter().any(|known| known == name) {
        list.push(name.to_owned());
    }
}
