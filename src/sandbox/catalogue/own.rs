//! Numbers of our own, for what nobody published a number.
//!
//! Each kind of card has its eight-digit IIN, so that a directory of IINs can tell them apart:
//! `40000091` gift, `40000092` virtual, `40000093` co-badged, `40000094` without 3-D Secure,
//! `40000095` domestic only; `40000096` to `40000099` are ordinary credit cards. Those of `40000099`
//! approve the first charge to a token, for programs that verify a card by a charge.

use super::{Card, Delivery, Funding, Page, Security, reason};

#[rustfmt::skip]
pub(super) const CARDS: &[Card] = &[
    Card::new("4000009100000010", "gift",
        "A gift card. The issuer approves everything.")
        .funded(Funding::Gift),
    Card::new("4000009200000019", "virtual",
        "A virtual card for a single use. The issuer approves everything.")
        .funded(Funding::Virtual),
    Card::new("4000009300000018", "co-badged",
        "UnionPay and Visa on one card. Everything is approved.")
        .on(&["UNIONPAY", "VISA"]).of("HK"),
    Card::new("4000009400000017", "3ds-unsupported",
        "The card cannot do 3-D Secure: declined with 1A where a challenge is mandated, else approved.")
        .secured(Security::None),
    Card::new("4000009500000016", "domestic-only",
        "Not enabled for international payments: every hold and charge is declined with 57.")
        .declining(reason::NOT_PERMITTED),

    Card::new("4000009600000015", "hold-answer-lost",
        "Holds and verifications happen, but their first answer never comes.")
        .holds(Delivery::LostApplied),
    Card::new("4000009600000023", "hold-lost",
        "The first request for a hold or verification never arrives, nor does an answer; when repeated it \
         works.")
        .holds(Delivery::LostUnapplied),
    Card::new("4000009600000031", "charge-answer-lost",
        "Charges happen, but their first answer never comes. Holds are approved.")
        .charges(Delivery::LostApplied),
    Card::new("4000009600000049", "charge-lost",
        "The first request for each charge never arrives, nor does an answer; when repeated it works. \
         Holds are approved.")
        .charges(Delivery::LostUnapplied),
    Card::new("4000009600000056", "undo-answer-lost",
        "Releases and refunds happen, but their first answer never comes.")
        .undoes(Delivery::LostApplied),
    Card::new("4000009600000064", "undo-lost",
        "The first request for each release or refund never arrives, nor does an answer; when repeated it \
         works.")
        .undoes(Delivery::LostUnapplied),
    Card::new("4000009600000080", "undo-notified-late",
        "Releases and refunds happen at once but answer that they are being worked on; the notification \
         comes ten minutes later, an inquiry tells at any time.")
        .undoes(Delivery::NotifiedLate),
    Card::new("4000009600000098", "refund-of-part-declined",
        "A refund of a part of a charge is declined with 05; one of the whole is approved.")
        .refunding_whole_charges_only(),
    Card::new("4000009600000072", "charge-unavailable-once",
        "The first request for each charge is answered UNAVAILABLE and does nothing; when repeated it \
         works. Holds are approved.")
        .charges(Delivery::UnavailableOnce),

    Card::new("4000009700000014", "slow",
        "Everything is approved, and every answer takes two seconds.")
        .holds(Delivery::Slow).charges(Delivery::Slow).undoes(Delivery::Slow),
    Card::new("4000009700000022", "charge-pending-then-approved",
        "Charges are worked on for ten seconds, then approved and notified. Holds are approved at once.")
        .charges(Delivery::Pending),
    Card::new("4000009700000030", "charge-pending-then-declined",
        "Charges are worked on for ten seconds, then declined with 05 and notified. Holds are approved at \
         once.")
        .charges(Delivery::Pending).declining_charges(reason::DO_NOT_HONOR),
    Card::new("4000009700000048", "charge-notified-late",
        "Charges happen at once but answer that they are being worked on; the notification comes ten \
         minutes later, an inquiry tells at any time. Holds are approved at once.")
        .charges(Delivery::NotifiedLate),
    Card::new("4000009700000055", "charge-notified-thrice",
        "Charges are worked on for ten seconds, then approved, and notified three times over.")
        .charges(Delivery::Pending).notified(3),

    Card::new("4000009700000063", "charge-withdrawn-then-taken",
        "Charges are worked on for ten seconds, then approved and notified. One that was withdrawn by then is \
         taken all the same ten minutes later, and notified. Holds are approved at once.")
        .charges(Delivery::PromiseBroken),

    Card::new("4000009800000070", "charge-declined-then-taken",
        "Every charge is declined with 05, and taken all the same ten minutes later, and notified. Holds are \
         approved.")
        .charges(Delivery::TakenAfterAll).declining_charges(reason::DO_NOT_HONOR),
    Card::new("4000009900000061", "later-declined-then-taken",
        "Holds and the first charge are approved; every later charge is declined with 51, and taken all the \
         same ten minutes later, and notified.")
        .charges(Delivery::TakenAfterAll).declining_charges(reason::INSUFFICIENT_FUNDS)
        .approving_the_first_charge(),
    Card::new("4000009800000013", "charge-insufficient-funds",
        "Holds are approved; every charge is declined with 51.")
        .declining_charges(reason::INSUFFICIENT_FUNDS),
    Card::new("4000009800000021", "charge-stolen-card",
        "Holds are approved; every charge is declined with 43.")
        .declining_charges(reason::STOLEN),
    Card::new("4000009800000039", "charge-issuer-unavailable",
        "Holds are approved; every charge is declined with 91.")
        .declining_charges(reason::UNANSWERED),
    Card::new("4000009800000047", "3ds-password",
        "As 3ds-required, but the issuer's page asks for a password.")
        .secured(Security::WhenPresent).asking(Page::Password),
    Card::new("4000009800000054", "charge-expired-card",
        "Holds are approved; every charge is declined with 54.")
        .declining_charges(reason::EXPIRED),
    Card::new("4000009800000062", "charge-half-approved",
        "Holds are approved; every charge is approved with half of its amount and takes no more.")
        .halving_charges(),

    Card::new("4000009900000012", "later-insufficient-funds",
        "Holds and the first charge are approved; every later charge is declined with 51.")
        .declining_charges(reason::INSUFFICIENT_FUNDS).approving_the_first_charge(),
    Card::new("4000009900000020", "later-stolen-card",
        "Holds and the first charge are approved; every later charge is declined with 43.")
        .declining_charges(reason::STOLEN).approving_the_first_charge(),
    Card::new("4000009900000038", "later-answer-lost",
        "Holds and the first charge are approved; later charges happen, but their first answer never \
         comes.")
        .charges(Delivery::LostApplied).approving_the_first_charge(),
    Card::new("4000009900000046", "later-lost",
        "Holds and the first charge are approved; the first request for each later charge never arrives, \
         nor does an answer; when repeated it works.")
        .charges(Delivery::LostUnapplied).approving_the_first_charge(),
    Card::new("4000009900000053", "later-pending",
        "Holds and the first charge are approved; later charges are worked on for ten seconds, then \
         approved and notified.")
        .charges(Delivery::Pending).approving_the_first_charge(),
];
