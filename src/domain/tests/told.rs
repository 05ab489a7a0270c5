//! What followed from a command, in one line.

use crate::domain::{
    attempt::{Call, Step},
    decision::{Decided, Decision},
    event::Event,
    kyc::KycEvent,
    message::MessageEvent,
    payment::PaymentEvent,
    refund::RefundEvent,
    rejection::{Kind, Rejection},
    remittance::RemittanceEvent,
    verification::VerificationEvent,
};

/// The events grouped by what they are about, then the calls; or the refusal, then what is recorded of it.
pub(crate) fn told(decided: &Decided) -> String {
    match decided {
        Ok(decision) => happened(decision),
        Err(refusal) => {
            let recorded = refusal.recorded.as_ref().map(happened);
            match recorded {
                None => format!("refused {}", why(&refusal.rejection)),
                Some(recorded) => format!("refused {}; {recorded}", why(&refusal.rejection)),
            }
        }
    }
}

fn happened(decision: &Decision) -> String {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for happened in &decision.events {
        let name = happened.event.name();
        let (kind, what) = name.split_once('.').unwrap();
        let what = match step(&happened.event) {
            Some((of, step)) => {
                let state = format!("{:?}", step.state);
                format!("{of}={}", state.split(|c: char| !c.is_alphanumeric()).next().unwrap())
            }
            None => what.to_owned(),
        };
        match groups.iter_mut().find(|(known, _)| known == kind) {
            Some((_, all)) => all.push(what),
            None => groups.push((kind.to_owned(), vec![what])),
        }
    }
    let mut parts: Vec<String> =
        groups.into_iter().map(|(kind, what)| format!("{kind} {}", what.join(" "))).collect();
    for effect in &decision.effects {
        let call = match effect.call {
            Call::Perform => "perform",
            Call::Inquire => "inquire",
            Call::Cancel => "cancel",
        };
        parts.push(format!("{call} {}", effect.id.ordinal));
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
}

/// The movement of money that an event is about.
#[expect(clippy::wildcard_enum_match_arm, reason = "only these events carry a step")]
fn step(event: &Event) -> Option<(&'static str, &Step)> {
    match event {
        Event::Verification(VerificationEvent::CheckAdvanced { step }) => Some(("check", step)),
        Event::Verification(VerificationEvent::ReleaseAdvanced { step }) => Some(("release", step)),
        Event::Payment(PaymentEvent::AttemptAdvanced { step }) => Some(("attempt", step)),
        Event::KycReview(KycEvent::Advanced { step }) => Some(("review", step)),
        Event::Message(MessageEvent::DeliveryAdvanced { step }) => Some(("delivery", step)),
        Event::Refund(RefundEvent::AttemptAdvanced { step }) => Some(("attempt", step)),
        Event::Remittance(RemittanceEvent::CrossingAdvanced { step }) => Some(("crossing", step)),
        _ => None,
    }
}

/// Every reason, with the requirement or the field; whatever is said is a sentence (C6).
fn why(rejection: &Rejection) -> String {
    assert!(rejection.message.ends_with('.'), "a sentence says what to do: {rejection:?}");
    match &rejection.kind {
        Kind::BadInput(fields) => {
            let each: Vec<String> =
                fields.iter().map(|field| format!("{} {}", field.reason, field.field)).collect();
            each.join(", ")
        }
        Kind::Precondition(violations) => {
            let each: Vec<String> =
                violations.iter().map(|rule| format!("{} {}", rule.reason, rule.requirement)).collect();
            each.join(", ")
        }
        Kind::NotYet { violation, retry_at } => {
            format!("{} {} until {retry_at}", violation.reason, violation.requirement)
        }
        Kind::NotFound | Kind::Exists => rejection.reason.to_string(),
        Kind::Limited { retry_at } => format!("{} until {retry_at}", rejection.reason),
    }
}
