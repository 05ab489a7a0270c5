//! Reads a script line by line, plays it and compares what followed.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::{
    stage::{Stage, card, company, document, link, person},
    told::told,
};
use crate::domain::{
    account::{CreditTerms, CustomerType},
    attempt::{Approval, Attempt, Call, CancelReason, Input, Observed},
    card::{Brand, CardFacts, Expiry, Funding, Product},
    command::{
        ClaimRemittance, Command, CreateInvoice, LinkWallet, PayInvoices, PlaceOrder, RefundPayment,
        RejectRemittanceClaim, ReportUsage, ReturnRemittance, SubmitKycDocuments, UpdateAccount,
        UpdateExpiry,
    },
    currency::Currency,
    entity::{Entity, Kind},
    ids::{AccountId, PaymentId},
    invoice::OrderKind,
    kyc::{Document, DocumentKind},
    message::Channel,
    money::Money,
    outcome::{Outcome, Silence},
    profile::IdentityKind,
    remittance::Return,
};

/// Plays a script for an account (`program COUNTRY CURRENCY`) and holds every line to what it says.
pub(super) fn play(who: &str, script: &str) -> Stage {
    let mut stage = Stage::new(who);
    play_on(&mut stage, script);
    stage
}

/// A stage on which these lines were played, none of them refused; then a script that goes on from there.
pub(super) fn given(who: &str, lines: &str, script: &str) -> Stage {
    let mut stage = Stage::new(who);
    for line in lines.split("; ") {
        let told = stage.line(line);
        assert!(!told.starts_with("refused"), "{line}: {told}");
    }
    play_on(&mut stage, script);
    stage
}

/// Plays a script on a stage. A line without `=>` goes on with the one before.
pub(super) fn play_on(stage: &mut Stage, script: &str) {
    let (mut wanted, mut found) = (String::new(), String::new());
    for (line, expected) in entries(script) {
        let told = stage.line(&line);
        writeln!(wanted, "{line:24} => {}", one_line(&expected)).unwrap();
        writeln!(found, "{line:24} => {told}").unwrap();
    }
    assert!(wanted == found, "what follows is\n{found}\nand not\n{wanted}");
}

fn entries(script: &str) -> Vec<(String, String)> {
    let mut entries: Vec<(String, String)> = Vec::new();
    for line in script.lines().filter(|line| !line.trim().is_empty()) {
        match line.split_once("=>") {
            Some((command, expected)) => entries.push((one_line(command), expected.to_owned())),
            None => entries.last_mut().unwrap().1 += line,
        }
    }
    entries
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Stage {
    /// Plays one line: `[b:] verb words`, or `+24h` to let time pass.
    pub(crate) fn line(&mut self, line: &str) -> String {
        let (letter, rest) = match line.split_once(": ") {
            Some((letter, rest)) => (letter.parse().unwrap(), rest),
            None => ('a', line),
        };
        let words: Vec<&str> = rest.split_whitespace().collect();
        if let [by] = words.as_slice()
            && let Some(by) = by.strip_prefix('+')
        {
            let by: SignedDuration = by.parse().unwrap();
            self.now = self.now.checked_add(by).unwrap();
            return self.now.to_string();
        }
        match words.as_slice() {
            ["open", country, currency] => {
                let decided = self.open(letter, country, currency);
                told(&decided)
            }
            ["balance"] => self.balance(letter),
            ["show", who] => self.shown(letter, who),
            ["history", who] => self.history(letter, who),
            ["asked", who] => self.asked(letter, who),
            ["tried", who] => self.tried(letter, who),
            _ => {
                let (command, named) = self.command(letter, &words);
                let decided = self.apply(letter, &command);
                if let (Some(name), Ok(decision)) = (named, &decided) {
                    self.named.insert(name, decision.reply);
                }
                told(&decided)
            }
        }
    }

    /// The command that words stand for, and what its answer is called from then on.
    fn command(&self, letter: char, words: &[&str]) -> (Command, Option<String>) {
        let account = AccountId(self.world(letter).account);
        let method = |card: &str| self.method_id(letter, card);
        let plain = |command| (command, None);
        match words {
            ["link", last_four, traits @ ..] => {
                let facts = traits.iter().fold(card(last_four), odd);
                plain(Command::LinkCard(Box::new(link(account, facts))))
            }
            ["running", count] => {
                plain(Command::ReportObligations { running_resources: count.parse().unwrap() })
            }
            ["credit", customer, limit, days, refused @ ..] => {
                let currency = self.world(letter).account().map_or(Currency::USD, |account| account.currency);
                plain(Command::SetCreditTerms(CreditTerms {
                    approved: refused.is_empty(),
                    customer: match *customer {
                        "enterprise" => CustomerType::Enterprise,
                        _ => CustomerType::Individual,
                    },
                    limit: Money::parse(limit, currency).unwrap(),
                    bill_due_days: days.parse().unwrap(),
                }))
            }
            ["arrive" | "shared", name, currency, amount] => {
                let amount = Money::parse(amount, currency.parse().unwrap()).unwrap();
                let seller = (words[0] == "shared").then(|| self.program.id.clone());
                let receive = self.report(name, amount, seller);
                (Command::ReceiveRemittance(Box::new(receive)), Some((*name).to_owned()))
            }
            ["return", name] => {
                let seller = self.world(letter).seller().map(|seller| seller.program.clone());
                let returned =
                    Return { bank_reference: "R".to_owned(), reason: "AC04".to_owned(), booked: self.now };
                let remittance = self.remittance_id(name);
                plain(Command::ReturnRemittance(Box::new(ReturnRemittance { remittance, seller, returned })))
            }
            ["claim", name, claimant @ ..] => plain(Command::ClaimRemittance(Box::new(ClaimRemittance {
                program: self.program.id.clone(),
                remittance: self.remittance_id(name),
                account: AccountId(self.world('a').account),
                claimant: claimant.concat(),
                proof: "slip 7".to_owned(),
            }))),
            ["approve", name, by @ ..] => plain(Command::ApproveRemittanceClaim {
                program: self.program.id.clone(),
                remittance: self.remittance_id(name),
                by: by.concat(),
            }),
            ["reject", name, by @ ..] => plain(Command::RejectRemittanceClaim(RejectRemittanceClaim {
                program: self.program.id.clone(),
                remittance: self.remittance_id(name),
                by: by.concat(),
                reason: "another payer".to_owned(),
            })),
            ["auto", switch] => plain(Command::SetAutoSettlement { enabled: *switch == "on" }),
            ["settle", names @ ..] => plain(Command::PayFromBalance {
                invoices: names.iter().map(|name| self.invoice_id(name)).collect(),
            }),
            ["default", card] => plain(Command::SetDefault { method: method(card) }),
            ["unlink", card] => plain(Command::Unlink { method: method(card) }),
            ["expiry", card, expiry] => plain(Command::UpdateExpiry(UpdateExpiry {
                method: method(card),
                expiry: month(expiry),
                return_url: None,
            })),
            ["ticket", card, text @ ..] => plain(Command::CreateTicket {
                attempt: self.attempt_id(letter, card),
                description: text.join(" "),
            }),
            ["cancel", who] if self.named.contains_key(*who) => {
                plain(Command::CancelPayment { payment: self.payment_id(who) })
            }
            ["cancel", card] => {
                plain(Command::CancelVerification { verification: self.check_id(letter, card) })
            }
            ["invoice", name, currency, amount, due @ ..] => {
                let amount = Money::parse(amount, currency.parse().unwrap()).unwrap();
                let due = due.first().map(|by| self.later(by));
                let create = CreateInvoice { amount, description: (*name).to_owned(), due };
                (Command::CreateInvoice(create), Some((*name).to_owned()))
            }
            ["order", name, currency, amount, rest @ ..] => {
                let order = PlaceOrder {
                    kind: OrderKind::Purchase,
                    amount: Money::parse(amount, currency.parse().unwrap()).unwrap(),
                    description: (*name).to_owned(),
                    method: rest.last().map(|card| method(card)),
                    return_url: None,
                };
                (Command::PlaceOrder(order), Some((*name).to_owned()))
            }
            ["enable", product] => plain(Command::EnableProduct { product: (*product).to_owned() }),
            ["disable", product] => plain(Command::DisableProduct { product: (*product).to_owned() }),
            ["use", name, product, currency, net, tax @ ..] => {
                let amount = |text: &str| Money::parse(text, currency.parse().unwrap()).unwrap();
                let tax = amount(tax.first().unwrap_or(&"0"));
                let report = ReportUsage { product: (*product).to_owned(), net: amount(net), tax };
                (Command::ReportUsage(report), Some((*name).to_owned()))
            }
            ["close", name] => plain(Command::ClosePeriod { period: self.period_id(name) }),
            ["threshold", currency, amount] => {
                let threshold = Money::parse(amount, currency.parse().unwrap()).unwrap();
                plain(Command::SetDeductionThreshold { threshold })
            }
            ["bill", reason @ ..] => plain(Command::IssueBill { reason: reason.join(" ") }),
            ["void", name] => plain(Command::VoidInvoice { invoice: self.invoice_id(name) }),
            ["pay", name, rest @ ..] => {
                let (others_follow, rest) = match rest {
                    [rest @ .., "on"] => (true, rest),
                    rest => (false, rest),
                };
                let split = rest.iter().position(|word| *word == "with").unwrap_or(rest.len());
                let (invoices, with) = rest.split_at(split);
                let pay = PayInvoices {
                    invoices: invoices.iter().map(|name| self.invoice_id(name)).collect(),
                    method: with.get(1).map(|card| method(card)),
                    others_follow,
                    return_url: None,
                };
                (Command::PayInvoices(pay), Some((*name).to_owned()))
            }
            ["refund", name, payment, amount @ ..] => {
                let amount = match amount {
                    [currency, amount] => Some(Money::parse(amount, currency.parse().unwrap()).unwrap()),
                    _ => None,
                };
                let payment = self.payment_id(payment);
                let refund = RefundPayment { payment, amount, reason: "returned".to_owned() };
                (Command::RefundPayment(refund), Some((*name).to_owned()))
            }
            ["code", channel, address] => {
                plain(Command::SendCode { channel: by(channel), address: (*address).to_owned() })
            }
            ["answer", channel, what] => {
                let channel = by(channel);
                let pending = self.world(letter).account().and_then(|it| it.contacts.pending(channel));
                let message = pending.map(|code| code.message).filter(|_| *what != "old");
                plain(Command::CheckCode { channel, message, matches: *what != "wrong" })
            }
            ["wallet", wallet] => {
                plain(Command::LinkWallet(LinkWallet { wallet: (*wallet).to_owned(), return_url: None }))
            }
            ["currency", code] => plain(Command::UpdateAccount(UpdateAccount {
                currency: Some(code.parse().unwrap()),
                ..UpdateAccount::default()
            })),
            ["person"] => plain(Command::UpdateAccount(UpdateAccount {
                profile: Some(person()),
                ..UpdateAccount::default()
            })),
            ["rut", number] => plain(Command::UpdateAccount(UpdateAccount {
                identity: Some((IdentityKind::Rut, (*number).to_owned())),
                ..UpdateAccount::default()
            })),
            ["company"] => plain(Command::UpdateAccount(UpdateAccount {
                profile: Some(company()),
                ..UpdateAccount::default()
            })),
            ["submit", kinds @ ..] => {
                let shown = kinds.first() != Some(&"untold");
                let kinds = kinds.iter().filter_map(|kind| kind.parse::<DocumentKind>().ok());
                let documents: Vec<Document> = kinds.map(document).collect();
                let tokens =
                    documents.iter().filter(|_| shown).map(|it| format!("doc-{}", it.kind)).collect();
                plain(Command::SubmitKycDocuments(SubmitKycDocuments { documents, tokens }))
            }
            ["require", reason @ ..] => plain(Command::RequireKyc { reason: reason.join(" ") }),
            ["deactivate"] => plain(Command::Deactivate),
            ["account", "timer"] => {
                plain(Command::Wake { entity: account.0, kind: Kind::Account, related: Vec::new() })
            }
            ["redirect"] => plain(Command::EnableRedirect),
            ["complete", payment] => plain(Command::CompletePayment {
                payment: PaymentId(self.named.get(*payment).copied().unwrap_or_default()),
            }),
            ["recall"] => plain(Command::Recall),
            ["clock", clock] => plain(Command::AttachClock { clock: (*clock).to_owned(), seller: None }),
            [card, "expires"] => {
                let entity = method(card).0;
                plain(Command::Wake { entity, kind: Kind::Method, related: Vec::new() })
            }
            [who, "timer"] if self.named.contains_key(*who) && self.timed(letter, who).is_some() => {
                plain(Command::wake(self.timed(letter, who).unwrap()))
            }
            [who, "timer"] => {
                let (entity, _) = self.spoken_of(letter, who).unwrap();
                plain(Command::wake(&self.world(letter).entities[&entity]))
            }
            [who, says @ ..] => {
                let (entity, attempt) = self.spoken_of(letter, who).unwrap();
                let entity: &Entity = &self.world(letter).entities[&entity];
                let says: Vec<&str> = says.to_vec();
                // What is said of a verification's check after its release has begun.
                let (effect, says) = match says.as_slice() {
                    ["check", rest @ ..] => {
                        (crate::domain::ids::EffectId { ordinal: 1, ..attempt.effect }, rest.to_vec())
                    }
                    all => (attempt.effect, all.to_vec()),
                };
                let amount = attempt.operation.amount().copied();
                plain(Command::learn(entity, effect, self.said(&says, &attempt, amount)))
            }
            [] => panic!("an empty line"),
        }
    }

    fn later(&self, by: &str) -> Timestamp {
        let by: SignedDuration = by.trim_start_matches('+').parse().unwrap();
        self.now.checked_add(by).unwrap()
    }

    /// What a provider says, or fails to say.
    fn said(&self, words: &[&str], attempt: &Attempt, amount: Option<Money>) -> Input {
        use Observed::{Cancelled, Inquired, Notified, Performed};
        let gone = |reason| Input::Learned(Performed, Outcome::Cancelled { reason });
        let approved = |amount| {
            Outcome::Approved(Approval {
                reference: "ref".to_owned(),
                amount,
                authorization_code: "A1".to_owned(),
                challenged: false,
                wallet_holder: None,
            })
        };
        let silent =
            |silence| Input::Silent(attempt.call().map_or(Call::Perform, |effect| effect.call), silence);
        match words {
            ["approved"] => Input::Learned(Performed, approved(amount)),
            ["approved", other] => {
                let amount = amount.map(|amount| Money::parse(other, amount.currency()).unwrap());
                Input::Learned(Performed, approved(amount))
            }
            ["found", "approved"] => Input::Learned(Inquired, approved(amount)),
            ["notified", "approved"] => Input::Learned(Notified, approved(amount)),
            ["declined", code] => Input::Learned(Performed, Outcome::Declined { code: (*code).to_owned() }),
            ["action"] => {
                let expire_at = self.later("15m");
                let url = "https://acs/1".to_owned();
                Input::Learned(Performed, Outcome::ActionRequired { url, expire_at })
            }
            ["pending"] => Input::Learned(Performed, Outcome::Pending),
            ["withdrawn"] => {
                Input::Learned(Cancelled, Outcome::Cancelled { reason: CancelReason::Requested })
            }
            ["abandoned"] => gone(CancelReason::ChallengeAbandoned),
            ["failed"] => gone(CancelReason::ChallengeFailed),
            ["unknown"] => silent(Silence::Unknown),
            ["unreached"] => silent(Silence::NotSent),
            ["refused"] => silent(Silence::Refused { message: "no".to_owned() }),
            ["missing"] => Input::NotFound,
            other => panic!("a provider does not say {other:?}"),
        }
    }
}

fn by(channel: &str) -> Channel {
    channel.to_uppercase().parse().unwrap()
}

fn month(text: &str) -> Expiry {
    let (month, year) = text.split_once('/').unwrap();
    Expiry::new(month.parse().unwrap(), year.parse().unwrap()).unwrap()
}

/// What is odd about a card.
fn odd(card: CardFacts, what: &&str) -> CardFacts {
    match *what {
        "prepaid" => CardFacts { funding: Funding::Prepaid, ..card },
        "gift" => CardFacts { product: Product::Gift, ..card },
        "jcb" => CardFacts { brand: Brand::Jcb, networks: [Brand::Jcb].into(), ..card },
        "unionpay" => CardFacts { brand: Brand::UnionPay, networks: [Brand::UnionPay].into(), ..card },
        "chinese" => CardFacts { issuer_country: Some("CN".parse().unwrap()), ..card },
        "american" => CardFacts { issuer_country: Some("US".parse().unwrap()), ..card },
        "unsecured" => CardFacts { three_ds_capable: false, ..card },
        "domestic" => CardFacts { international_enabled: false, ..card },
        "tokenless" => card,
        expiry => CardFacts { expiry: month(expiry), ..card },
    }
}
