//! What the log says of every moment before (I8, I11), and whether it can be trusted.

use std::collections::BTreeSet;

use bursar::proto::v1 as pb;

use super::{Invariant, Verdict, facts::Facts};

/// States that nothing follows.
const ENDS: [&str; 9] =
    ["SUCCEEDED", "FAILED", "EXPIRED", "CANCELLED", "UNLINKED", "PAID", "VOIDED", "REFUSED", "NOT_SENT"];

/// States of a method without a claim on its card.
const UNLINKED: [&str; 2] = ["FAILED", "UNLINKED"];

pub(super) fn judge(facts: &Facts, verdict: &mut Verdict) {
    for what in &facts.log.broken {
        verdict.breach(Invariant::Log, what.clone());
    }
    // A redirect stands for no instrument, and of a wallet nobody knows whose it is before they agree.
    let bare = |method: &pb::PaymentMethod| {
        method.kind() == pb::PaymentMethodKind::ChinaBankRedirect
            || method.kind() == pb::PaymentMethodKind::Paypal && method.wallet.is_none()
    };
    let methods = facts.accounts.iter().flat_map(|account| &account.methods);
    let bare: BTreeSet<&str> =
        methods.filter(|method| bare(method)).filter_map(|method| method.name.rsplit('/').next()).collect();
    for (entity, states) in &facts.log.histories {
        for pair in states.windows(2) {
            let [before, after] = pair else { continue };
            // A card that expired may get another expiry.
            let is_method = entity.starts_with("Method");
            if before != after && ENDS.contains(&before.as_str()) && !(is_method && before == "EXPIRED") {
                verdict.breach(Invariant::I11, format!("{entity} was {before} and became {after}"));
            }
        }
    }
    for what in &facts.log.torn {
        verdict.breach(Invariant::I14, what.clone());
    }
    for what in &facts.log.forged {
        verdict.breach(Invariant::I15, what.clone());
    }
    let mut holders = BTreeSet::new();
    for (instrument, changes) in &facts.log.holds {
        let mut holder: Option<&str> = None;
        for (method, takes) in changes {
            match (takes, holder) {
                (true, None) => holder = Some(method),
                (false, Some(held)) if held == method => holder = None,
                (takes, holder) => {
                    let what = format!("{instrument}: {method} takes ({takes}) while {holder:?} has it");
                    verdict.breach(Invariant::I8, what);
                }
            }
        }
        holders.extend(holder);
    }
    for (entity, states) in &facts.log.histories {
        let (Some(method), Some(state)) = (entity.strip_prefix("Method "), states.last()) else { continue };
        let linked = !UNLINKED.contains(&state.as_str()) && !bare.contains(method);
        if linked != holders.contains(method) {
            let has = if linked { "has no card" } else { "still has its card" };
            verdict.breach(Invariant::I8, format!("{entity} is {state} and {has}"));
        }
    }
}
