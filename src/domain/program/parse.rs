//! From the text of a program file to a [`Program`], or to everything that is wrong with it (C1).

use jiff::tz::{TimeZone, TimeZoneDatabase};
use toml::de::DeTable;

use super::{
    acceptance::CardAcceptance,
    collection::CollectionRules,
    edition::{Countries, Edition, Limit, LinkLimits, Program, ProgramId, ProgramVersion},
    kyc::KycRules,
    messages::Messaging,
    methods::Methods,
    onboarding::Onboarding,
    redirect::RedirectRules,
    regions::Regions,
    removal::RemovalRules,
    risk::RiskRules,
    routing::Route,
    section::Section,
    source::{ProgramErrors, Source},
    transfer,
    usage::UsageRules,
    verification::VerificationRules,
};
use crate::domain::card::CardInputRules;

const COUNTRY: &str = "an ISO 3166-1 alpha-2 country code such as SG";

impl Program {
    /// Reads and checks a program file. All errors are found at once, unless it isn't TOML.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, ProgramErrors> {
        let source = Source::new(file_name, text);
        let (table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            for error in errors {
                let offset = error.span().map_or(0, |span| span.start);
                source.report(offset, "(syntax)", error.message().to_owned());
            }
            return Err(ProgramErrors(source.into_errors()));
        }
        let program = read(&Section::root(&source, &table));
        let errors = source.into_errors();
        match program {
            Some(program) if errors.is_empty() => Ok(program),
            _ => Err(ProgramErrors(errors)),
        }
    }
}

/// `None` only where an error was reported.
fn read(root: &Section<'_>) -> Option<Program> {
    let id = ProgramId(root.text("id", ID));
    let wellformed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !id.0.chars().all(wellformed) {
        root.reject("id", format!("expected {ID}, found {:?}", id.0));
    }
    let seller = root.text("seller", "the name of the seller of record");
    let zone_name = root.text("time_zone", TIME_ZONE);
    // The database that is compiled in: rules must not depend on the machine they run on.
    let time_zone = TimeZoneDatabase::bundled().get(&zone_name).unwrap_or_else(|_| {
        if !zone_name.is_empty() {
            root.reject("time_zone", format!("expected {TIME_ZONE}, found {zone_name:?}"));
        }
        TimeZone::UTC
    });
    let currencies = root.full_set("currencies", "an ISO 4217 currency code such as USD");
    let countries = read_countries(root);
    let mut editions: Vec<Edition> = Vec::new();
    for section in root.sections("edition") {
        let edition = read_edition(&section, &id, &countries);
        if let Some(previous) = editions.last().filter(|previous| previous.from >= edition.from) {
            let message = format!("expected a date after {}, the edition before it", previous.from);
            section.reject("from", message);
        }
        editions.push(edition);
    }
    let mut editions = editions.into_iter();
    let Some(first) = editions.next() else {
        root.reject("edition", "is missing; expected one [[edition]] at least".to_owned());
        return None;
    };
    Some(Program { id, seller, time_zone, currencies, countries, first, later: editions.collect() })
}

/// `countries = "all"` with `countries_except`, or the list of those served.
fn read_countries(root: &Section<'_>) -> Countries {
    let all = root
        .required("countries", "\"all\" or a list of country codes")
        .is_none_or(|value| value.get_ref().as_str() == Some("all"));
    if all {
        Countries::AllExcept(root.optional_set("countries_except", COUNTRY).unwrap_or_default())
    } else {
        Countries::Only(root.full_set("countries", &format!("{COUNTRY}, or \"all\" in place of the list")))
    }
}

fn read_edition(section: &Section<'_>, id: &ProgramId, countries: &Countries) -> Edition {
    let from = section.date("from");
    let regions = Regions::read(&section.section("regions"));
    if regions.rest.is_none() {
        check_regions(section, &regions, countries);
    }
    let linking = section.section("linking");
    let routes: Vec<_> = section.sections("routes").iter().map(Route::read).collect();
    if !section.has("routes") {
        section.reject("routes", "is missing; expected one [[edition.routes]] at least".to_owned());
    }
    let methods = Methods::read(&section.section("methods"), &regions);
    Edition {
        version: ProgramVersion(format!("{id}@{from}")),
        from,
        bank_accounts: transfer::read(section, &methods, &regions),
        methods,
        cards: CardAcceptance::read(&section.section("cards"), &regions),
        card_input: CardInputRules {
            billing_address_required: section.section("card_input").flag("billing_address_required"),
        },
        verification: VerificationRules::read(&section.section("verification"), &regions),
        risk: RiskRules::read(&section.section("risk")),
        link_limits: LinkLimits {
            per_account: Limit::read(&linking.section("failures_per_account")),
            per_instrument: Limit::read(&linking.section("failures_per_instrument")),
        },
        first_becomes_default: linking.flag("first_becomes_default"),
        silent_period: linking.duration("silent_period"),
        expiry_change_reverifies: linking.flag("expiry_change_reverifies"),
        removal: RemovalRules::read(&section.section("removal")),
        redirect: section.optional_section("bank_redirect").map(|section| RedirectRules::read(&section)),
        collection: section
            .optional_section("collection")
            .map(|section| CollectionRules::read(&section))
            .unwrap_or_default(),
        usage: section.optional_section("usage").map(|section| UsageRules::read(&section)),
        currency_conversion_note: section.flag("currency_conversion_note"),
        messaging: Messaging::read(section),
        onboarding: Onboarding::read(section, &regions),
        kyc: section.optional_section("kyc").map(|section| KycRules::read(&section)),
        routes,
        regions,
    }
}

/// Every country served belongs to a region, or its accounts would fall between all rules.
fn check_regions(section: &Section<'_>, regions: &Regions, countries: &Countries) {
    let missing: Vec<_> = match countries {
        Countries::AllExcept(_) => {
            let message = "no region is \"rest\", but all countries are served; expected one that is";
            section.reject("regions", message.to_owned());
            return;
        }
        Countries::Only(only) => only.iter().filter(|country| regions.of(**country).is_none()).collect(),
    };
    for country in missing {
        section.reject("regions", format!("{country} is served but in no region; expected it in one"));
    }
}

const ID: &str = "a name of lower-case letters, digits and hyphens";
const TIME_ZONE: &str = "an IANA time zone such as Asia/Shanghai";
