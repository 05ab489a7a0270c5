//! Which cards a program takes (A2 to A5, A9, A11).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    regions::{RegionId, Regions},
    section::Section,
    verification::Challenge,
};
use strum::IntoEnumIterator as _;
use toml::{Spanned, de::DeValue};

use crate::domain::{
    card::{Brand, CardFacts, Funding, Product},
    country::Country,
    currency::Currency,
    reason::Reason,
    rejection::Violation,
};

/// The conditions on a card.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CardAcceptance {
    /// The regions that each brand is taken in (A2).
    pub(super) brands: BTreeMap<Brand, BTreeSet<RegionId>>,
    /// Brands that are taken in some currencies only (W2).
    pub(super) brand_currencies: BTreeMap<Brand, BTreeSet<Currency>>,
    /// Refused whatever the product (A4).
    pub(super) refused_funding: BTreeSet<Funding>,
    /// Refused whatever the funding (A4).
    pub(super) refused_products: BTreeSet<Product>,
    /// Refused for where they were issued (A5).
    pub(super) refused_issuers: Vec<RefusedIssuer>,
    /// Whether the card has to be enabled for international payments (A9).
    pub(super) international_required: bool,
    /// Whether the card has to be enabled for online payments (A9).
    pub(super) online_required: bool,
}

/// Cards of one country's issuers, by funding (A5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedIssuer {
    /// Where the issuers are.
    pub country: Country,
    /// The kinds of funding that are refused.
    pub funding: BTreeSet<Funding>,
    /// The reason given.
    pub reason: Reason,
}

impl CardAcceptance {
    /// Reads `[cards]`.
    pub(super) fn read(section: &Section<'_>, regions: &Regions) -> Self {
        Self {
            brands: Self::read_brands(&section.section("brands"), |brands, name, value| {
                regions.read_choice(brands, name, value)
            }),
            brand_currencies: if section.has("brand_currencies") {
                Self::read_brands(&section.section("brand_currencies"), |brands, name, value| {
                    brands.read_set(name, value, "an ISO 4217 currency code such as CNY")
                })
            } else {
                BTreeMap::new()
            },
            refused_funding: section.set("refused_funding", FUNDING),
            refused_products: section.set("refused_products", PRODUCT),
            refused_issuers: section
                .sections("refused_issuers")
                .iter()
                .filter_map(RefusedIssuer::read)
                .collect(),
            international_required: section.flag("international_required"),
            online_required: section.flag("online_required"),
        }
    }

    fn read_brands<'t, T>(
        brands: &Section<'t>,
        read: impl Fn(&Section<'t>, &str, &'t Spanned<DeValue<'t>>) -> T,
    ) -> BTreeMap<Brand, T> {
        let mut values = BTreeMap::new();
        for (name, value) in brands.entries() {
            match name.parse::<Brand>() {
                Ok(brand) => {
                    values.insert(brand, read(brands, name, value));
                }
                Err(_) => {
                    let names: Vec<_> = Brand::iter().map(|brand| brand.to_string()).collect();
                    brands.reject(name, format!("is no brand; expected one of {}", names.join(", ")));
                }
            }
        }
        values
    }

    /// Every rule the card breaks, the most telling first.
    pub(super) fn check(
        &self,
        card: &CardFacts,
        region: &RegionId,
        currency: Currency,
        challenge: Challenge,
    ) -> Vec<Violation> {
        let mut violations = Vec::new();
        violations.extend(self.check_brand(card, region, currency));
        violations.extend(self.check_kind(card));
        violations.extend(self.check_issuer(card));
        if self.international_required && !card.international_enabled {
            violations.push(Violation::new(
                Reason::CardNotEnabledInternationally,
                "A9",
                "The card is not enabled for international payments; ask its issuer to enable them, or use \
                 another card.",
            ));
        }
        if self.online_required && !card.online_enabled {
            violations.push(Violation::new(
                Reason::CardNotEnabledOnline,
                "A9",
                "The card is not enabled for online payments; ask its issuer to enable them, or use \
                 another card.",
            ));
        }
        if challenge == Challenge::Mandated && !card.three_ds_capable {
            let violation = Violation::new(
                Reason::CardThreeDsUnavailable,
                "A11",
                "The card can't do 3-D Secure authentication, which is demanded here; ask its issuer to \
                 enable it, or use another card.",
            );
            violations.push(violation.fact("region", region));
        }
        let (brand, funding) = (card.brand, card.funding);
        violations
            .into_iter()
            .map(|violation| violation.fact("brand", brand).fact("funding", funding))
            .collect()
    }

    fn check_brand(&self, card: &CardFacts, region: &RegionId, currency: Currency) -> Option<Violation> {
        let taken = |brand: &Brand| {
            self.brands.get(brand).is_some_and(|regions| regions.contains(region))
                && self.brand_currencies.get(brand).is_none_or(|currencies| currencies.contains(&currency))
        };
        // A3: any international network on the card will do; UnionPay counts where it is all there is.
        if taken(&card.brand) || card.networks.iter().any(taken) {
            return None;
        }
        let brands: Vec<_> =
            self.brands.keys().filter(|brand| taken(brand)).map(|brand| brand.label()).collect();
        let instead = format!("use a card of {}", brands.join(" or "));
        let taken_here = self.brands.get(&card.brand).is_some_and(|regions| regions.contains(region));
        let violation = if taken_here {
            let currencies = self.brand_currencies.get(&card.brand).into_iter().flatten();
            let codes: Vec<_> = currencies.map(|currency| currency.code()).collect();
            let sentence = format!(
                "{} cards are taken in {} only, and the account's currency is {currency}; change the \
                 currency or {instead}.",
                card.brand.label(),
                codes.join(", "),
            );
            Violation::new(Reason::CardBrandNotSupported, "W2", sentence).fact("currency", currency)
        } else if card.brand == Brand::UnionPay {
            let sentence = format!("The card has only the UnionPay logo, which is not accepted; {instead}.");
            Violation::new(Reason::CardUnionpayOnly, "A3", sentence)
        } else {
            let sentence = format!(
                "{} cards are not accepted for accounts of region {region}; {instead}.",
                card.brand.label()
            );
            Violation::new(Reason::CardBrandNotSupported, "A2", sentence)
        };
        Some(violation.fact("region", region).fact("accepted", brands.join(",")))
    }

    /// A gift or virtual card is often prepaid too; the more telling reason is then given alone.
    fn check_kind(&self, card: &CardFacts) -> Option<Violation> {
        let (reason, kind) = if self.refused_products.contains(&card.product) {
            match card.product {
                Product::Gift => (Reason::CardGift, "Gift cards"),
                Product::VirtualSingleUse | Product::VirtualMultiUse => {
                    (Reason::CardVirtual, "Virtual cards")
                }
                Product::Consumer => (Reason::CardProductNotSupported, "Consumer cards"),
                Product::Commercial => (Reason::CardProductNotSupported, "Commercial cards"),
                Product::Unknown => (Reason::CardProductNotSupported, "Cards of an unknown kind"),
            }
        } else if self.refused_funding.contains(&card.funding) {
            match card.funding {
                Funding::Prepaid => (Reason::CardPrepaid, "Prepaid cards"),
                Funding::Credit => (Reason::CardProductNotSupported, "Credit cards"),
                Funding::Debit => (Reason::CardProductNotSupported, "Debit cards"),
                Funding::Charge => (Reason::CardProductNotSupported, "Charge cards"),
                Funding::Unknown => (Reason::CardProductNotSupported, "Cards of unknown funding"),
            }
        } else {
            return None;
        };
        let sentence = format!("{kind} are not accepted; use another kind of card.");
        Some(Violation::new(reason, "A4", sentence).fact("product", card.product))
    }

    fn check_issuer(&self, card: &CardFacts) -> Option<Violation> {
        let issuer = card.issuer_country?;
        let refused = self
            .refused_issuers
            .iter()
            .find(|refused| refused.country == issuer && refused.funding.contains(&card.funding))?;
        let sentence = format!(
            "{} cards issued in {} are not accepted; use a card issued elsewhere.",
            match card.funding {
                Funding::Credit => "Credit",
                Funding::Debit => "Debit",
                Funding::Charge => "Charge",
                Funding::Prepaid => "Prepaid",
                Funding::Unknown => "Other",
            },
            issuer_label(issuer),
        );
        Some(Violation::new(refused.reason, "A5", sentence).fact("issuer_country", issuer))
    }
}

const FUNDING: &str = "CREDIT, DEBIT, CHARGE, PREPAID or UNKNOWN";
const PRODUCT: &str = "CONSUMER, COMMERCIAL, GIFT, VIRTUAL_SINGLE_USE, VIRTUAL_MULTI_USE or UNKNOWN";

impl RefusedIssuer {
    fn read(section: &Section<'_>) -> Option<Self> {
        let country = section.value("country", "an ISO 3166-1 alpha-2 country code such as CN");
        let funding = section.set("funding", FUNDING);
        let reason = section.value("reason", "a reason such as CARD_ISSUER_COUNTRY_NOT_SUPPORTED");
        Some(Self { country: country?, funding, reason: reason? })
    }
}

fn issuer_label(country: Country) -> &'static str {
    if country.code() == "CN" { "the Chinese mainland" } else { country.name() }
}
