//! A card at the door: read, checked, and swapped for a token (C9).

use std::collections::{BTreeMap, BTreeSet};

use tonic::Status;
use zeroize::Zeroizing;

use super::{
    call::{key, return_url},
    desk::Desk,
    status::{self, internal},
};
use crate::{
    domain::{
        account::Account,
        card::{
            AddressInput, CardInput, CardNumber, InstrumentFingerprint, ValidCard, fingerprint, validate_card,
        },
        command::LinkCard,
        program::{Edition, LinkRiskFacts},
        reason::Reason,
        rejection::Rejection,
    },
    engine::RequestKey,
    proto::v1 as pb,
    provider::{CardToTokenize, Provider as _, TokenizeError},
};

impl Desk {
    /// Swaps number and code for a token at each provider that routing may choose. Moves no money, and leaves
    /// nothing behind that a repeat would not make again (C9).
    async fn tokens(&self, edition: &Edition, card: &ValidCard) -> Result<BTreeMap<String, String>, Status> {
        let mut tokens = BTreeMap::new();
        let routed: BTreeSet<&str> = edition.providers().map(|provider| provider.0.as_str()).collect();
        for (name, provider) in self.providers.all().filter(|(name, _)| routed.contains(name)) {
            let token = provider
                .tokenize(CardToTokenize {
                    number: &card.number,
                    security_code: &card.security_code,
                    expiry: card.facts.expiry,
                    holder_name: &card.holder_name,
                    billing_country: card.billing_address.as_ref().map(|address| address.country),
                })
                .await
                .map_err(|error| match error {
                    TokenizeError::Unavailable => status::provider_unavailable(),
                    // What exactly it says is not logged: it may quote the card.
                    TokenizeError::Refused(_) => self.refuse(&Rejection::field(
                        "card",
                        Reason::InvalidField,
                        "The payment provider refuses the card's data. Check it, or use another card.",
                    )),
                })?;
            tokens.insert(name.to_owned(), token);
        }
        Ok(tokens)
    }

    /// Reads and checks a card, all bad fields at once (A12), and makes the command. A card that a rule
    /// refuses is not shown to any provider. The key is made first: what it says must not depend on
    /// whether the card could be linked today (C7).
    pub(super) async fn read_card(
        &self,
        account: &Account,
        request: pb::LinkCardRequest,
    ) -> Result<ReadCard, Status> {
        let program = self.program(&account.program)?;
        let now = self.clock_of(account.id).await?;
        let edition = program.edition(now);
        let card = request.card.unwrap_or_default();
        let number = Zeroizing::new(card.number);
        let security_code = Zeroizing::new(card.security_code);
        let billing = card.billing_address;
        let input = CardInput {
            number: &number,
            security_code: &security_code,
            expiry: &card.expiry,
            holder_name: &card.holder_name,
            company_name: &card.company_name,
            billing_address: billing.as_ref().map(|address| AddressInput {
                street_lines: &address.street_lines,
                city: &address.city,
                postal_code: &address.postal_code,
                administrative_area: &address.administrative_area,
                country: &address.region_code,
            }),
        };
        let mut bad = Vec::new();
        let valid = validate_card(&input, &self.iins, program.today(now), edition.card_input());
        let return_to = return_url(&request.return_url, &mut bad);
        let valid = match valid {
            Ok(valid) => Some(valid),
            Err(violations) => {
                bad.extend(violations);
                None
            }
        };
        let number = CardNumber::parse(&number).ok();
        let instrument = number.map(|number| fingerprint(self.links.keys.instruments(), &number));
        let address = billing.as_ref().map(address_parts).unwrap_or_default();
        let body = [
            instrument.as_ref().map(ToString::to_string).unwrap_or_default(),
            card.expiry.clone(),
            card.holder_name.clone(),
            card.company_name.clone(),
            request.return_url.clone(),
        ];
        let body: Vec<&str> = body.iter().chain(&address).map(String::as_str).collect();
        let key = key(&self.links.keys, "LinkCard", &request.request_id, &body, &mut bad);
        let command = match (self.check(bad), valid, instrument) {
            (Err(refused), _, _) => Err(refused),
            (Ok(()), Some(valid), Some(instrument)) => {
                self.tokenize(account, edition, valid, instrument, return_to).await
            }
            (Ok(()), _, _) => Err(internal(&"a checked card is missing")),
        };
        Ok(ReadCard { key, command })
    }

    async fn tokenize(
        &self,
        account: &Account,
        edition: &Edition,
        valid: ValidCard,
        instrument: InstrumentFingerprint,
        return_url: Option<String>,
    ) -> Result<LinkCard, Status> {
        let risk = LinkRiskFacts {
            account_country: account.country,
            billing_country: valid.billing_address.as_ref().map(|address| address.country),
            failed_attempts: 0,
        };
        let refused = edition.check_card(&valid.facts, &account.region, account.currency, &risk);
        let tokens = if refused.is_empty() { self.tokens(edition, &valid).await? } else { BTreeMap::new() };
        Ok(LinkCard {
            account: account.id,
            facts: valid.facts,
            instrument,
            tokens,
            holder_name: if planted!(CardNumberKept) {
                valid.number.expose().to_owned()
            } else {
                valid.holder_name
            },
            company_name: valid.company_name,
            billing_address: valid.billing_address,
            return_url,
        })
    }
}

/// A request to link as it was read: what it is known by, and the command, unless it is refused at the
/// door.
pub(super) struct ReadCard {
    pub key: RequestKey,
    pub command: Result<LinkCard, Status>,
}

/// An address, part by part, for the fingerprint of a request (C7).
fn address_parts(address: &pb::Address) -> Vec<String> {
    let pb::Address { street_lines, city, administrative_area, postal_code, region_code } = address;
    let mut parts = vec![
        city.clone(),
        administrative_area.clone(),
        postal_code.clone(),
        region_code.clone(),
        street_lines.len().to_string(),
    ];
    parts.extend(street_lines.iter().cloned());
    parts
}
