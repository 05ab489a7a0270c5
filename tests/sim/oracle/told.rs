//! What clients were told (I7, I11, I13), and what must not be seen (I10).

use std::collections::BTreeMap;

use super::{Invariant, Verdict, facts::Facts};

const REUSED: &str = "REQUEST_ID_REUSED";

pub(super) fn judge(facts: &Facts, verdict: &mut Verdict) {
    let witnessed = &facts.witnessed;
    for repeat in witnessed.repeats.iter().filter(|repeat| repeat.first != repeat.again) {
        let what = format!("{}: first {}, then {}", repeat.request, repeat.first, repeat.again);
        verdict.breach(Invariant::I7, what);
    }
    for (request, got) in witnessed.misuses.iter().filter(|(_, got)| got != REUSED) {
        verdict.breach(Invariant::I7, format!("{request} was used for something else and got {got}"));
    }
    let shared = facts.shared.iter().map(|it| (it.name.as_str(), it.state().as_str_name()));
    let states: BTreeMap<&str, &str> =
        facts.accounts.iter().flat_map(super::facts::AccountFacts::states).chain(shared).collect();
    for name in witnessed.told.values() {
        if name.contains('/') && name.matches('/').count() > 1 && !states.contains_key(name.as_str()) {
            verdict.breach(Invariant::I7, format!("{name} was told and is gone"));
        }
    }
    for (name, end) in &witnessed.ends {
        let now = states.get(name.as_str());
        if now != Some(&end.as_str()) {
            verdict.breach(Invariant::I11, format!("{name} was told to be {end} and is {now:?}"));
        }
    }
    for what in &witnessed.undocumented {
        verdict.breach(Invariant::I13, what.clone());
    }
    for what in &facts.faults {
        verdict.breach(Invariant::I13, what.clone());
    }
    for what in &facts.leaks {
        verdict.breach(Invariant::I10, what.clone());
    }
    for (effect, known) in &facts.performed {
        if !known {
            verdict.breach(Invariant::I12, format!("{effect} was asked for before it was written down"));
        }
    }
}
