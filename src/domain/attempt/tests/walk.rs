//! What no order of inputs can bring about: every sequence up to a length, breadth first from a new
//! attempt, with what the provider knows carried along beside it.

use std::collections::BTreeMap;

use super::*;

/// Sequences are this long at most. Longer ones meet the same states again.
const LENGTH: usize = 6;

/// What the provider knows, told by what was said of it so far, not by the attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    /// Every call so far certainly failed to arrive.
    NeverReached,
    /// A call may have arrived, or the provider itself spoke of the effect.
    MaybeReached,
}

#[derive(Clone)]
struct Node {
    attempt: Attempt,
    truth: Truth,
    path: Vec<String>,
}

/// Every input, each at a moment at which it makes a difference.
fn inputs() -> Vec<(Input, i64)> {
    let mut inputs = Vec::new();
    for observed in [Observed::Performed, Observed::Inquired, Observed::Cancelled, Observed::Notified] {
        for outcome in
            [approval("10.00"), approval("9.99"), declined(), action(), Outcome::Pending, withdrawn()]
        {
            inputs.push((Input::Learned(observed, outcome), 1_000));
        }
    }
    for call in [Call::Perform, Call::Inquire, Call::Cancel] {
        for silence in [Silence::NotSent, Silence::Unknown, refused()] {
            inputs.push((Input::Silent(call, silence), 1_000));
        }
    }
    for at in [1, 1_000, 4_000] {
        inputs.push((Input::NotFound, at));
    }
    for at in [1, 5_000] {
        inputs.push((Input::Due, at));
    }
    inputs.push((Input::GiveUp(CancelReason::Requested), 1_000));
    inputs
}

/// What the provider knows after an input. A call without an answer may have arrived if it was one that
/// asks for the effect; whatever the provider says of the effect, it knows it.
fn truth_after(node: &Node, input: &Input) -> Truth {
    match input {
        Input::Learned(..) => Truth::MaybeReached,
        Input::Silent(Call::Perform, Silence::Unknown) => Truth::MaybeReached,
        Input::Silent(..) | Input::NotFound | Input::Due | Input::GiveUp(_) => node.truth,
    }
}

fn holds(before: &Node, input: &Input, after: &Node) {
    let (old, new) = (&before.attempt, &after.attempt);
    let path = &after.path;
    assert_eq!(old.effect, new.effect, "the key never changes (C8): {path:?}");
    assert_eq!(old.operation, new.operation, "every repeat asks for the very same: {path:?}");
    assert_eq!((old.created, &old.provider), (new.created, &new.provider), "{path:?}");
    assert!(new.sends >= old.sends && new.sends - old.sends <= 1, "sends only grow, by one: {path:?}");
    assert!(new.maybe_sent || !old.maybe_sent, "what may have been sent stays so: {path:?}");
    assert!(!old.is_settled(), "an end is an end (I11): {path:?}");
    assert_eq!(new.is_settled(), new.ended.is_some(), "an end has its time: {path:?}");
    assert_eq!(new.call().is_some(), matches!(short(&new.state), "SEND" | "INQU" | "CANC"), "{path:?}");
    let moves = new.call().is_some() || new.due_at().is_some();
    assert_ne!(moves, new.is_settled(), "nothing gets stuck but at its end (I4): {path:?}");
    // C8: unpaid only by the provider's word, if it may have been asked at all.
    let unpaid_by_itself = match &new.state {
        State::NeverSent | State::Refused { .. } => true,
        State::Cancelled { .. } | State::Declined { .. } => !matches!(input, Input::Learned(..)),
        State::Sending
        | State::NotSent { .. }
        | State::Unknown { .. }
        | State::Inquiring
        | State::ActionRequired { .. }
        | State::Pending { .. }
        | State::Cancelling { .. }
        | State::CancelUnknown { .. }
        | State::Approved(_)
        | State::Review { .. } => false,
    };
    assert!(
        !unpaid_by_itself || before.truth == Truth::NeverReached,
        "ended as unpaid though the provider may have done it: {path:?}"
    );
    // The other way round: an approval of what was asked for is never lost while it can be taken.
    if let Input::Learned(_, Outcome::Approved(approval)) = input {
        let asked = approval.amount == Some(usd("10.00"));
        assert_eq!(matches!(new.state, State::Approved(_)), asked, "{path:?}");
    }
}

/// Attempts that differ in their counters alone behave alike up to the limits the policy sets, so one
/// stands for all that are equal.
fn walk(policy: &Policy) -> usize {
    let root = Node { attempt: charge(), truth: Truth::NeverReached, path: Vec::new() };
    let mut seen: BTreeMap<(String, Truth), ()> = BTreeMap::new();
    let mut layer = vec![root];
    for _ in 0..LENGTH {
        let mut next_layer = Vec::new();
        for node in layer {
            for (input, at) in inputs() {
                let mut path = node.path.clone();
                path.push(format!("{input:?} at {at}"));
                match advance(&node.attempt, input.clone(), policy, after(at), 0.5) {
                    // Nothing changes, but the provider may have learned of it all the same.
                    Advance::Nothing => {
                        let truth = truth_after(&node, &input);
                        let same = Node { truth, path, attempt: node.attempt.clone() };
                        keep(&mut seen, &mut next_layer, same);
                    }
                    Advance::Late(_) => {
                        assert!(node.attempt.is_settled(), "late means after the end: {path:?}");
                        assert!(!matches!(node.attempt.state, State::Approved(_)), "{path:?}");
                    }
                    Advance::To(attempt) => {
                        let truth = truth_after(&node, &input);
                        let after = Node { attempt, truth, path };
                        holds(&node, &input, &after);
                        keep(&mut seen, &mut next_layer, after);
                    }
                }
            }
        }
        layer = next_layer;
    }
    seen.len()
}

fn keep(seen: &mut BTreeMap<(String, Truth), ()>, layer: &mut Vec<Node>, node: Node) {
    let key = (format!("{:?}", node.attempt), node.truth);
    if seen.insert(key, ()).is_none() {
        layer.push(node);
    }
}

#[test]
fn no_order_of_inputs_breaks_what_the_machine_promises() {
    let met = walk(&POLICY);
    assert!(met > 200, "the walk met only {met} different attempts");
    walk(&Policy { can_cancel: false, ..POLICY });
    // A release is never given up (A13).
    walk(&Policy { sends: u16::MAX, ..POLICY });
}

#[test]
fn every_state_is_met_on_the_way() {
    use strum::IntoEnumIterator as _;

    use super::super::state::Standing;

    let mut met = std::collections::BTreeSet::from([short(&State::Sending)]);
    let mut layer = vec![charge()];
    for _ in 0..LENGTH {
        let mut next_layer = BTreeMap::new();
        for attempt in &layer {
            for (input, at) in inputs() {
                if let Advance::To(next) = advance(attempt, input, &POLICY, after(at), 0.5) {
                    met.insert(short(&next.state));
                    next_layer.insert(format!("{next:?}"), next);
                }
            }
        }
        layer = next_layer.into_values().collect();
    }
    assert_eq!(met.len(), Standing::iter().count(), "{met:?}");
}
