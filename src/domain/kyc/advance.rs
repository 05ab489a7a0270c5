//! What follows when something is learned about a review.

use super::{KycEvent, KycReview, RejectionReason, Standing, State};
use crate::domain::{
    account::AccountEvent,
    attempt::{self, Advance, Input, Policy, Step},
    decision::{Decided, Decision},
    event::Event,
    facts::Facts,
    failure::{Ending, Failure, ending},
    ids::KycReviewId,
    message::{self, Topic},
};

/// Something was learned about a review, or its timer may have run out. The reviewer is asked until they
/// answer: nobody waits for it but the customer, who can do nothing else meanwhile.
pub fn advance(facts: &Facts<'_>, id: KycReviewId, input: Input) -> Decided {
    let review = facts.kyc_review(id)?;
    let mut decision = Decision::reply(id.0);
    let policy = Policy { sends: u16::MAX, ..facts.policy(&review.attempt) };
    match attempt::advance(&review.attempt, input, &policy, facts.now, facts.jitter) {
        Advance::Nothing => {}
        Advance::Late(approval) => {
            let reason = format!("it was approved after it had ended: {}", approval.reference);
            if review.state != (State::Review { reason: reason.clone() }) {
                needs_person(facts, review, reason, &mut decision);
            }
        }
        Advance::To(next) => {
            push(&mut decision, review, KycEvent::Advanced { step: Step::from(&next) });
            decision.call(&next);
            match ending(&next) {
                Ending::Open => {}
                Ending::Happened => approved(facts, review, &mut decision),
                Ending::Failed(Failure::Declined { code }) => match code.parse() {
                    Ok(reason) => rejected(facts, review, reason, &mut decision),
                    Err(_unknown) => {
                        let reason = format!("the reviewer rejected it for a reason not known here: {code}");
                        needs_person(facts, review, reason, &mut decision);
                    }
                },
                Ending::Failed(failure) => {
                    let reason = format!("the reviewer does not review it: {failure:?}");
                    needs_person(facts, review, reason, &mut decision);
                }
                Ending::Review(reason) => needs_person(facts, review, reason, &mut decision),
            }
        }
    }
    Ok(decision)
}

fn push(decision: &mut Decision, review: &KycReview, event: KycEvent) {
    decision.push(review.id.0, Event::KycReview(event));
}

/// What the account keeps of it, as long as no other review came after.
fn stands(facts: &Facts<'_>, review: &KycReview, standing: Standing, decision: &mut Decision) {
    let is_last = facts.account().is_ok_and(|account| account.kyc.latest == Some(review.id));
    if is_last {
        let event = AccountEvent::KycChanged { review: review.id, standing };
        decision.push(review.account.0, Event::Account(event));
    }
}

fn approved(facts: &Facts<'_>, review: &KycReview, decision: &mut Decision) {
    push(decision, review, KycEvent::Approved { at: facts.now });
    stands(facts, review, Standing::Approved { subject: review.subject.clone() }, decision);
    message::tell(facts, Topic::KycDecided { review: review.id, rejected: None }, None, decision);
}

fn rejected(facts: &Facts<'_>, review: &KycReview, reason: RejectionReason, decision: &mut Decision) {
    push(decision, review, KycEvent::Rejected { reason, at: facts.now });
    stands(facts, review, Standing::Rejected { reason }, decision);
    message::tell(facts, Topic::KycDecided { review: review.id, rejected: Some(reason) }, None, decision);
}

fn needs_person(facts: &Facts<'_>, review: &KycReview, reason: String, decision: &mut Decision) {
    push(decision, review, KycEvent::ReviewNeeded { reason });
    stands(facts, review, Standing::Review, decision);
}
