//! One call to a provider, and what it teaches.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::{
    domain::{
        attempt::{Call, Input, Observed, Operation},
        message::Template,
        outcome::Silence,
    },
    engine::Dispatch,
    env::Links,
    provider::{Inquiry, Perform, Provider as _, Registry},
    wire::provider::Secrets,
};

/// Makes the call.
pub(super) async fn make(dispatch: &Dispatch, providers: &Registry, links: &Links) -> Input {
    let silent = |silence| Input::Silent(dispatch.effect.call, silence);
    let Some(attempt) = dispatch.entity.running() else {
        // The entity's own state named this call; it can't be gone from the same entity.
        return silent(Silence::Unknown);
    };
    let Some(provider) = providers.get(&attempt.provider) else {
        tracing::error!(provider = attempt.provider, "no such provider is configured");
        return silent(if dispatch.taken_over { Silence::Unknown } else { Silence::NotSent });
    };
    let (mut effect, clock) = (attempt.effect, dispatch.clock.as_str());
    if planted!(NewKeyPerRetry) && attempt.sends > 1 {
        effect.ordinal = u16::MAX - attempt.sends;
    }
    if planted!(LeftBehindFails) && dispatch.taken_over {
        return silent(Silence::Refused { message: String::new() });
    }
    match dispatch.effect.call {
        Call::Perform if !dispatch.taken_over => {
            let perform = Perform {
                effect,
                clock,
                operation: &attempt.operation,
                return_url: &links.return_url(dispatch.account, effect.entity),
                secrets: &secrets(dispatch.account, effect.entity, &attempt.operation, links),
                notification_target: &links.notification_target,
                notification_token: &links.keys.notification_token(dispatch.account, &effect.to_string()),
            };
            match provider.perform(perform).await {
                Ok(outcome) => Input::Learned(Observed::Performed, outcome),
                Err(silence) => silent(silence),
            }
        }
        // Who was to perform it may have done so: the provider is asked before anything is repeated.
        Call::Perform | Call::Inquire => match provider.inquire(effect, clock).await {
            Ok(Inquiry::Outcome(outcome)) => Input::Learned(Observed::Inquired, outcome),
            Ok(Inquiry::NotFound) => Input::NotFound,
            Err(Silence::Refused { message }) if dispatch.effect.call == Call::Inquire => {
                silent(Silence::Refused { message })
            }
            // Where it was to be performed, a refusal to say what happened is none to perform it.
            Err(Silence::Refused { .. } | Silence::NotSent | Silence::Unknown) => silent(Silence::Unknown),
        },
        Call::Cancel => match provider.cancel(effect, clock).await {
            Ok(outcome) => Input::Learned(Observed::Cancelled, outcome),
            Err(silence) => silent(silence),
        },
    }
}

/// The provider that a call goes to.
pub(super) fn provider_of(dispatch: &Dispatch) -> String {
    dispatch.entity.running().map(|attempt| attempt.provider.clone()).unwrap_or_default()
}

/// What a message needs and nobody keeps: made anew for every repeat, and the same each time.
fn secrets(account: Uuid, message: Uuid, operation: &Operation, links: &Links) -> Secrets {
    let Operation::SendMessage { message: outgoing } = operation else { return Secrets::default() };
    let mut secrets = BTreeMap::new();
    match outgoing.template {
        Template::VerificationCode => {
            secrets.insert("code".to_owned(), links.keys.verification_code(message).to_string());
        }
        Template::KycApproved | Template::KycRejected | Template::BillIssued => {}
        Template::VerificationWaits | Template::PaymentWaits => {
            secrets
                .extend(outgoing.about.map(|about| ("url".to_owned(), links.continue_url(account, about))));
        }
    }
    Secrets(secrets)
}
