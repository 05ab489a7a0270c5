//! How an issuer decides. Pure: a card as it was presented goes in, a ruling comes out.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    amount::Amount,
    catalogue::{Card, Delivery, Play, Reason, Security, Verdict, reason},
    effect::{Authentication, Purpose},
    vault::Held,
};

/// What the issuer says to the use of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ruling {
    Approve,
    /// For half of the amount.
    ApproveHalf,
    Decline(Reason),
    /// The cardholder has to answer on the issuer's page first.
    Challenge,
    /// The issuer's authentication says that this must not go on.
    Refuse,
}

/// Rules on the use of a card: first what is written on it, then who holds it, then whether the
/// issuer wants to.
pub(super) fn rule(
    held: &Held,
    purpose: Purpose,
    authentication: Authentication,
    now: Timestamp,
    amount: Option<&Amount>,
) -> Ruling {
    let Some(card) = held.card else {
        return Ruling::Decline(reason::NO_SUCH_NUMBER);
    };
    if let Some(reason) = written_wrong(held, now) {
        return Ruling::Decline(reason);
    }
    if purpose == Purpose::Hold && amount.is_some_and(|amount| exceeds(card, amount)) {
        return Ruling::Decline(reason::INSUFFICIENT_FUNDS);
    }
    match authenticate(card.security, authentication) {
        Some(ruling) => ruling,
        None => rule_authenticated(card, purpose),
    }
}

fn exceeds(card: &Card, amount: &Amount) -> bool {
    card.holds_at_most.is_some_and(|most| (amount.units, amount.nanos) > (most, 0))
}

/// Rules on the use of a card whose holder needs no challenge, or has answered it.
pub(super) fn rule_authenticated(card: &Card, purpose: Purpose) -> Ruling {
    match play(card, purpose).verdict {
        Verdict::Approve => Ruling::Approve,
        Verdict::ApproveHalf => Ruling::ApproveHalf,
        Verdict::Decline(reason) => Ruling::Decline(reason),
    }
}

/// What the scenario holds for this purpose.
pub(super) fn play(card: &Card, purpose: Purpose) -> Play {
    match purpose {
        Purpose::Hold | Purpose::Verification | Purpose::IdentityReview => card.hold,
        Purpose::FirstCharge => card.first_charge.unwrap_or(card.charge),
        Purpose::Charge => card.charge,
        // No card has a say in what else there is.
        Purpose::Release | Purpose::Refund | Purpose::Message => card.undo,
        // These are the holder's, and nobody else's, to decide.
        Purpose::Agreement
        | Purpose::EndOfAgreement
        | Purpose::Redirect
        | Purpose::Capture
        | Purpose::Withdrawal => Play { verdict: Verdict::Approve, delivery: Delivery::AtOnce },
    }
}

fn written_wrong(held: &Held, now: Timestamp) -> Option<Reason> {
    let today = now.to_zoned(TimeZone::UTC).date();
    if !held.holder_known {
        Some(reason::HOLDER_UNKNOWN)
    } else if !held.code_matches {
        Some(reason::SECURITY_CODE)
    } else if (held.expiry_year, held.expiry_month) < (i32::from(today.year()), i32::from(today.month()))
        || held.expiry_year >= crate::sandbox::catalogue::EXPIRY_NOT_ON_CARD_FROM
    {
        // A card is good until the last day of its month.
        Some(reason::EXPIRED)
    } else {
        None
    }
}

/// What authentication alone decides; `None` where it lets pass.
fn authenticate(security: Security, wanted: Authentication) -> Option<Ruling> {
    use Authentication::{ChallengeMandated, CustomerAbsent, IssuerDecides};
    match (security, wanted) {
        (Security::WhenMandated | Security::WhenPresent | Security::Always, ChallengeMandated)
        | (Security::WhenPresent | Security::Always, IssuerDecides) => Some(Ruling::Challenge),
        (Security::None | Security::Unavailable, ChallengeMandated) | (Security::Always, CustomerAbsent) => {
            Some(Ruling::Decline(reason::AUTHENTICATION_REQUIRED))
        }
        (Security::Refused, ChallengeMandated | IssuerDecides) => Some(Ruling::Refuse),
        (Security::None | Security::WhenMandated | Security::Unavailable, IssuerDecides)
        | (
            Security::None
            | Security::WhenMandated
            | Security::WhenPresent
            | Security::Refused
            | Security::Unavailable,
            CustomerAbsent,
        ) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::catalogue;

    const NOON: &str = "2026-03-31T12:00:00Z";

    fn held(number: &str) -> Held {
        Held {
            card: catalogue::find(number),
            truncated: "424242…4242".to_owned(),
            code_matches: true,
            holder_known: true,
            expiry_year: 2026,
            expiry_month: 3,
            charges: 1,
        }
    }

    fn said(ruling: Ruling) -> &'static str {
        match ruling {
            Ruling::Approve => "ok",
            Ruling::ApproveHalf => "half",
            Ruling::Decline(reason) => reason.code,
            Ruling::Challenge => "challenge",
            Ruling::Refuse => "refuse",
        }
    }

    #[test]
    fn each_card_for_each_use() {
        #[rustfmt::skip]
        let table = [
            // number              issuer decides            mandated                  customer absent
            //                     hold         charge       hold         charge       hold   charge
            ("4242424242424242", ["ok",        "ok",        "challenge", "challenge", "ok",   "ok"]),
            ("4000000000000002", ["05",        "05",        "challenge", "challenge", "05",   "05"]),
            ("4000000000009995", ["51",        "51",        "challenge", "challenge", "51",   "51"]),
            ("4000000000000341", ["ok",        "05",        "challenge", "challenge", "ok",   "05"]),
            ("4000002760003184", ["challenge", "challenge", "challenge", "challenge", "1A",   "1A"]),
            ("4000000000003220", ["challenge", "challenge", "challenge", "challenge", "ok",   "ok"]),
            ("4000008400001629", ["challenge", "challenge", "challenge", "challenge", "05",   "05"]),
            ("4000009400000017", ["ok",        "ok",        "1A",        "1A",        "ok",   "ok"]),
            ("4000009500000016", ["57",        "57",        "challenge", "challenge", "57",   "57"]),
            ("4147463011110091", ["refuse",    "refuse",    "refuse",    "refuse",    "ok",   "ok"]),
            ("4147463011110067", ["ok",        "ok",        "1A",        "1A",        "ok",   "ok"]),
            ("4000009800000013", ["ok",        "51",        "challenge", "challenge", "ok",   "51"]),
            ("4000009800000062", ["ok",        "half",      "challenge", "challenge", "ok",   "half"]),
            ("4999999999999996", ["14",        "14",        "14",        "14",        "14",   "14"]),
        ];
        let now = NOON.parse().unwrap();
        for (number, expected) in table {
            let ways = [
                (Authentication::IssuerDecides, Purpose::Hold),
                (Authentication::IssuerDecides, Purpose::Charge),
                (Authentication::ChallengeMandated, Purpose::Hold),
                (Authentication::ChallengeMandated, Purpose::Charge),
                (Authentication::CustomerAbsent, Purpose::Hold),
                (Authentication::CustomerAbsent, Purpose::Charge),
            ];
            for ((wanted, purpose), expected) in ways.into_iter().zip(expected) {
                let ruling = rule(&held(number), purpose, wanted, now, None);
                assert_eq!(said(ruling), expected, "{number} {purpose:?} {wanted:?}");
            }
        }
    }

    #[test]
    fn what_is_written_on_the_card_comes_first() {
        let good = held("4000000000003220");
        #[rustfmt::skip]
        let table = [
            (Held { holder_known: false, ..good.clone() }, NOON,                   "6P"),
            (Held { code_matches: false, ..good.clone() }, NOON,                   "N7"),
            (good.clone(),                                 "2026-03-31T23:59:59Z", "challenge"),
            (good.clone(),                                 "2026-04-01T00:00:00Z", "54"),
            (good,                                         "2027-01-01T00:00:00Z", "54"),
        ];
        for (held, now, expected) in table {
            let ruling =
                rule(&held, Purpose::Hold, Authentication::IssuerDecides, now.parse().unwrap(), None);
            assert_eq!(said(ruling), expected, "{now}");
        }
    }
}
