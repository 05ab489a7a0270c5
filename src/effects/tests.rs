//! What a call teaches, by the call, by whether it was taken over, and by what the provider answers.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::SignedDuration;

use super::call::make;
use crate::{
    domain::{
        attempt::{Call, Effect, Input},
        entity::Entity,
        ids::EffectId,
        outcome::{Outcome, Silence},
        tests::scenes,
    },
    engine::Dispatch,
    env::{Keys, Links},
    provider::{Capabilities, CardToTokenize, Inquiry, Limits, Perform, Provider, Registry, TokenizeError},
};

/// A provider that gives every call the same silence.
struct Silent(Silence, Capabilities);

#[async_trait]
impl Provider for Silent {
    fn capabilities(&self) -> &Capabilities {
        &self.1
    }

    async fn tokenize(&self, _: CardToTokenize<'_>) -> Result<String, TokenizeError> {
        Err(TokenizeError::Unavailable)
    }

    async fn perform(&self, _: Perform<'_>) -> Result<Outcome, Silence> {
        Err(self.0.clone())
    }

    async fn inquire(&self, _: EffectId, _: &str) -> Result<Inquiry, Silence> {
        Err(self.0.clone())
    }

    async fn cancel(&self, _: EffectId, _: &str) -> Result<Outcome, Silence> {
        Err(self.0.clone())
    }
}

fn links() -> Links {
    let (pages_url, notification_target) = ("http://pages".to_owned(), "http://bursar".to_owned());
    Links { pages_url, notification_target, keys: Keys::derive(&[7; 32]) }
}

fn registry(silence: Silence) -> Registry {
    let capabilities = Capabilities {
        provider: "sandbox".to_owned(),
        retention: SignedDuration::from_hours(1),
        conclusive_after: SignedDuration::from_mins(1),
        can_cancel: true,
    };
    let mut registry = Registry::default();
    let limits = Limits { deadline: Duration::from_secs(1), concurrency: 1 };
    assert!(registry.add(Arc::new(Silent(silence, capabilities)), limits));
    registry
}

/// A payment that is about to be sent.
fn payment() -> Entity {
    let scene = scenes::all().into_iter().find(|scene| scene.kind == "payment").unwrap();
    let stage = scene.play();
    scene.entity(&stage).clone()
}

fn learned(input: &Input) -> &'static str {
    match input {
        Input::Silent(_, Silence::NotSent) => "not sent",
        Input::Silent(_, Silence::Unknown) => "unknown",
        Input::Silent(_, Silence::Refused { .. }) => "refused",
        Input::Learned(..) | Input::NotFound | Input::Due | Input::GiveUp(_) => "something else",
    }
}

/// C8: whoever was to perform a call that is taken over may have done so. No silence about it may then
/// be read as if the provider had never been asked, or had refused to do it.
#[tokio::test]
async fn what_silence_means() {
    let refused = Silence::Refused { message: "no".to_owned() };
    #[rustfmt::skip]
    let cases = [
        (Call::Perform, false, Silence::NotSent, "not sent"),
        (Call::Perform, false, Silence::Unknown, "unknown"),
        (Call::Perform, false, refused.clone(),  "refused"),
        (Call::Perform, true,  Silence::NotSent, "unknown"),
        (Call::Perform, true,  Silence::Unknown, "unknown"),
        (Call::Perform, true,  refused.clone(),  "unknown"),
        (Call::Inquire, false, Silence::NotSent, "unknown"),
        (Call::Inquire, true,  refused.clone(),  "refused"),
        (Call::Cancel,  false, Silence::Unknown, "unknown"),
        (Call::Cancel,  true,  refused,          "refused"),
    ];
    let entity = Arc::new(payment());
    let id = entity.call().unwrap().id;
    for (call, taken_over, silence, expected) in cases {
        let dispatch = Dispatch {
            account: uuid::Uuid::nil(),
            clock: String::new(),
            entity: Arc::clone(&entity),
            effect: Effect { id, call },
            committed: jiff::Timestamp::UNIX_EPOCH,
            taken_over,
        };
        let input = make(&dispatch, &registry(silence.clone()), &links()).await;
        assert_eq!(learned(&input), expected, "{call:?}, taken over {taken_over}, {silence:?}");
    }
}

/// A provider that is not configured any more was not reached, unless somebody else did before.
#[tokio::test]
async fn a_provider_that_is_gone() {
    let entity = Arc::new(payment());
    for (taken_over, expected) in [(false, "not sent"), (true, "unknown")] {
        let effect = entity.call().unwrap();
        let (account, clock) = (uuid::Uuid::nil(), String::new());
        let committed = jiff::Timestamp::UNIX_EPOCH;
        let dispatch =
            Dispatch { account, clock, entity: Arc::clone(&entity), effect, committed, taken_over };
        let input = make(&dispatch, &Registry::default(), &links()).await;
        assert_eq!(learned(&input), expected);
    }
}
