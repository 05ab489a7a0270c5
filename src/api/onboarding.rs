//! What is told of a customer, and what is still missing, as AccountService serves it (H1 to H7, H16).

use std::sync::Arc;

use tonic::Status;

use super::{
    call::{Call, key},
    desk::{Desk, Order},
};
use crate::{
    domain::{
        card::AddressInput,
        command::{Command, UpdateAccount},
        entity::{Entity, Kind},
        ids::AccountId,
        method::Method,
        onboarding::{Needed, missing},
        profile::{IdentityKind, Profile, ProfileInput, validate},
        program::{MethodKind, OnboardingStep},
        reason::Reason,
        rejection::FieldViolation,
    },
    proto::v1 as pb,
    wire::names,
};

/// What can be changed.
const FIELDS: [&str; 5] = ["display_name", "currency_code", "individual", "enterprise", "identity_number"];

impl Desk {
    /// Changes what the request names of an account.
    pub(super) async fn change_account(
        &self,
        call: Call,
        request: pb::UpdateAccountRequest,
    ) -> Result<Arc<Entity>, Status> {
        let wanted = request.account.unwrap_or_default();
        let account = self.field(names::parse_account("account.name", &wanted.name))?;
        let mut bad = Vec::new();
        let paths = request.update_mask.map_or_else(|| whatever_is_set(&wanted), |mask| mask.paths);
        let change = read_change(&wanted, &paths, &mut bad);
        let body = format!("{change:?}");
        let key = key(&self.links.keys, "UpdateAccount", &request.request_id, &[&body], &mut bad);
        self.check(bad)?;
        let command = Command::UpdateAccount(change);
        self.order(call, Order { account, command, key, until_rest: false }).await
    }

    /// What is still missing, in order.
    pub(super) async fn onboarding_of(&self, id: AccountId) -> Result<pb::GetOnboardingResponse, Status> {
        let account = self.account(id).await?;
        let now = self.clock_of(id).await?;
        let mut answer = pb::GetOnboardingResponse::default();
        let edition = self.program(&account.program)?.edition(now);
        let (rules, mut needed) = (edition.onboarding(), Needed::of(edition, &account));
        if needed == Needed::default() {
            return Ok(answer);
        }
        // Documents are only taken of somebody who has said who that is.
        for steps in [&mut needed.before_linking, &mut needed.before_paying] {
            if steps.contains(&OnboardingStep::Kyc) {
                steps.insert(OnboardingStep::AccountInformation);
            }
        }
        let has_card = self.has_card(id, now).await?;
        for step in needed.steps().filter(|step| missing(rules, &account, has_card, *step, now)) {
            answer.missing_steps.push(shown(step).into());
            if needed.before_linking.contains(&step) {
                answer.missing_before_linking.push(shown(step).into());
            }
            if needed.before_paying.contains(&step) {
                answer.missing_before_paying.push(shown(step).into());
            }
        }
        Ok(answer)
    }

    async fn has_card(&self, account: AccountId, now: jiff::Timestamp) -> Result<bool, Status> {
        let mut page_token = String::new();
        loop {
            let (found, next) = self.list(account, Kind::Method, 0, &page_token).await?;
            let mut methods = found.iter().filter_map(|entity| entity.get::<Method>());
            if methods.any(|it| it.instrument.kind() == MethodKind::Card && it.active_since(now).is_some()) {
                return Ok(true);
            }
            if next.is_empty() {
                return Ok(false);
            }
            page_token = next;
        }
    }
}

fn whatever_is_set(wanted: &pb::Account) -> Vec<String> {
    let set = [
        !wanted.display_name.is_empty(),
        !wanted.currency_code.is_empty(),
        matches!(wanted.profile, Some(pb::account::Profile::Individual(_))),
        matches!(wanted.profile, Some(pb::account::Profile::Enterprise(_))),
        wanted.identity_number.is_some(),
    ];
    FIELDS.iter().zip(set).filter(|(_, set)| *set).map(|(field, _)| (*field).to_owned()).collect()
}

fn read_change(wanted: &pb::Account, paths: &[String], bad: &mut Vec<FieldViolation>) -> UpdateAccount {
    let mut change = UpdateAccount::default();
    let mut refuse = |field: &str, description: &str| {
        bad.push(FieldViolation::new(field, Reason::InvalidField, description));
    };
    if paths.is_empty() {
        refuse("update_mask", "Nothing is to be changed. Name what is.");
    }
    for path in paths {
        match path.as_str() {
            "display_name" => change.display_name = Some(wanted.display_name.clone()),
            "currency_code" => match wanted.currency_code.parse() {
                Ok(currency) => change.currency = Some(currency),
                Err(_) => refuse("account.currency_code", "Give an ISO 4217 code, for example USD."),
            },
            "individual" | "enterprise" => {
                let given = wanted.profile.as_ref().filter(|given| is(given, path));
                match given.map(read_profile) {
                    Some(Ok(profile)) => change.profile = Some(profile),
                    Some(Err(violations)) => violations
                        .iter()
                        .for_each(|violation| refuse(&violation.field, &violation.description)),
                    None => refuse(&format!("account.{path}"), "Give it, or leave it out of update_mask."),
                }
            }
            "identity_number" => {
                let given = wanted.identity_number.as_ref();
                let kind = match given.map(pb::IdentityNumber::r#type) {
                    Some(pb::IdentityNumberType::Rut) => Some(IdentityKind::Rut),
                    Some(pb::IdentityNumberType::Otro) => Some(IdentityKind::Otro),
                    Some(pb::IdentityNumberType::Unspecified) | None => None,
                };
                match kind.zip(given) {
                    Some((kind, given)) => change.identity = Some((kind, given.number.clone())),
                    None => {
                        refuse("account.identity_number.type", "Say whether it is a RUT or another number.")
                    }
                }
            }
            "region_code" | "program" | "name" => {
                refuse(
                    "update_mask",
                    "Program and country never change. Register another account for another.",
                );
            }
            _ => refuse("update_mask", &format!("Name some of {}.", FIELDS.join(", "))),
        }
    }
    change
}

fn is(given: &pb::account::Profile, path: &str) -> bool {
    match given {
        pb::account::Profile::Individual(_) => path == "individual",
        pb::account::Profile::Enterprise(_) => path == "enterprise",
    }
}

fn read_profile(given: &pb::account::Profile) -> Result<Profile, Vec<FieldViolation>> {
    let input = match given {
        pb::account::Profile::Individual(person) => ProfileInput {
            field: "account.individual",
            name: &person.name,
            address: person.address.as_ref().map(address),
            contact: None,
            industry: &person.industry,
        },
        pb::account::Profile::Enterprise(company) => ProfileInput {
            field: "account.enterprise",
            name: &company.name,
            address: company.address.as_ref().map(address),
            contact: Some((&company.contact_name, &company.contact_position)),
            industry: &company.industry,
        },
    };
    validate(&input)
}

fn address(address: &pb::Address) -> AddressInput<'_> {
    AddressInput {
        street_lines: &address.street_lines,
        city: &address.city,
        postal_code: &address.postal_code,
        administrative_area: &address.administrative_area,
        country: &address.region_code,
    }
}

fn shown(step: OnboardingStep) -> pb::OnboardingStep {
    match step {
        OnboardingStep::EmailCode => pb::OnboardingStep::EmailCode,
        OnboardingStep::MobileNumber => pb::OnboardingStep::MobileNumber,
        OnboardingStep::AccountInformation => pb::OnboardingStep::AccountInformation,
        OnboardingStep::IdentityNumber => pb::OnboardingStep::IdentityNumber,
        OnboardingStep::Kyc => pb::OnboardingStep::Kyc,
        OnboardingStep::Card => pb::OnboardingStep::Card,
    }
}
