//! The deduction ladder (H13) and fail-over (C12): what is tried after an attempt that took nothing.

use std::sync::Arc;

use super::{
    given,
    script::play_on,
    stage::{Stage, program},
};
use crate::domain::{
    entity::Entity,
    method::Instrument,
    program::{Program, shipped},
};

const HUAWEI: &str = "huawei-cloud-intl SG USD";
const THREE_CARDS: &str = "link 1; 1 approved; 1 approved; +1s; link 2; 2 approved; 2 approved; +1s; \
                           link 3; 3 approved; 3 approved; default 2; invoice i1 USD 10";

#[test]
fn h13_the_default_first_then_the_others_in_the_order_they_were_added() {
    given(
        HUAWEI,
        THREE_CARDS,
        "
        pay p1 i1 on    => invoice reserved; payment started; perform 1
        tried p1        => 2 at sandbox
        p1 declined 51  => payment attempt=Declined attempt_started; perform 2
        tried p1        => 1 at sandbox
        p1 declined 61  => payment attempt=Declined attempt_started; perform 3
        tried p1        => 3 at sandbox
        p1 approved     => payment attempt=Approved succeeded; invoice paid
        p1 approved     => nothing
        ",
    );
}

#[test]
fn h13_once_every_card_was_tried_the_payment_fails() {
    given(
        HUAWEI,
        THREE_CARDS,
        "
        pay p1 i1 on    => invoice reserved; payment started; perform 1
        p1 declined 51  => payment attempt=Declined attempt_started; perform 2
        p1 declined 51  => payment attempt=Declined attempt_started; perform 3
        p1 declined 51  => payment attempt=Declined failed; invoice reopened
        ",
    );
}

/// Whether the next card is tried after each code: never where the customer did not ask for it.
#[test]
fn h13_which_declines_let_the_next_card_try_is_data() {
    #[rustfmt::skip]
    let table = [
        // code   goes on
        ("51",   true),
        ("61",   true),
        ("05",   false),
        ("54",   false),
        ("1A",   false),
        ("91",   false),
        ("ZZ",   false),
        // A stolen or lost card, and fraud.
        ("04",   false),
        ("07",   false),
        ("41",   false),
        ("43",   false),
        ("59",   false),
        ("63",   false),
    ];
    for (code, goes_on) in table {
        let mut stage =
            given(HUAWEI, THREE_CARDS, "pay p1 i1 on => invoice reserved; payment started; perform 1");
        let told = stage.line(&format!("p1 declined {code}"));
        assert_eq!(told.contains("attempt_started"), goes_on, "{code}: {told}");
        let mut stage =
            given(HUAWEI, THREE_CARDS, "pay p1 i1 => invoice reserved; payment started; perform 1");
        let told = stage.line(&format!("p1 declined {code}"));
        assert_eq!(told, "payment attempt=Declined failed; invoice reopened", "{code}");
    }
    // A program in which no card follows.
    let mut stage = given(
        "alibaba-cloud-intl SG USD",
        THREE_CARDS,
        "pay p1 i1 on => invoice reserved; payment started; perform 1",
    );
    assert_eq!(stage.line("p1 declined 51"), "payment attempt=Declined failed; invoice reopened");
}

#[test]
fn h13_the_next_card_is_never_tried_while_the_one_before_is_in_doubt() {
    given(
        HUAWEI,
        THREE_CARDS,
        "
        pay p1 i1 on    => invoice reserved; payment started; perform 1
        p1 unknown      => payment attempt=Unknown
        +2s             => 2026-08-15T12:00:04Z
        p1 timer        => payment attempt=Inquiring; inquire 1
        p1 missing      => payment attempt=Unknown
        cancel p1       => payment attempt=Cancelling; cancel 1
        p1 withdrawn    => payment attempt=Cancelled cancelled; invoice reopened
        ",
    );
}

#[test]
fn h13_cards_that_cannot_pay_are_passed_over() {
    given(
        HUAWEI,
        "link 1; 1 approved; 1 approved; +1s; link 2 08/2026; 2 approved; 2 approved; +1s; link 3; \
         3 approved; 3 approved; +1s; link 4; +1s; link 5; 5 approved; 5 approved; unlink 3; \
         invoice i1 USD 10; +387h; +59m; +59s",
        "
        pay p1 i1 on    => invoice reserved; payment started; perform 1
        p1 declined 51  => payment attempt=Declined attempt_started; perform 2
        tried p1        => 5 at sandbox
        p1 declined 51  => payment attempt=Declined failed; invoice reopened
        ",
    );
}

/// Huawei Cloud with two providers.
fn two_providers() -> Stage {
    let mut stage = Stage::new(HUAWEI);
    let (file, text) = shipped().into_iter().find(|(file, _)| file.contains("huawei")).unwrap();
    let text = format!("{text}\n[[edition.routes]]\nprovider = \"backup\"\n");
    stage.program = Program::parse(file, &text).unwrap();
    assert_ne!(stage.program.edition(stage.now), program("huawei-cloud-intl").edition(stage.now));
    for line in THREE_CARDS.split("; ") {
        assert!(!stage.line(line).starts_with("refused"), "{line}");
    }
    stage
}

#[test]
fn c12_after_an_outage_the_same_card_is_tried_at_the_next_provider() {
    play_on(
        &mut two_providers(),
        "
        pay p1 i1       => invoice reserved; payment started; perform 1
        p1 unreached    => payment attempt=NotSent
        +3s             => 2026-08-15T12:00:05Z
        p1 timer        => payment attempt=Sending; perform 1
        p1 unreached    => payment attempt=NotSent
        +3s             => 2026-08-15T12:00:08Z
        p1 timer        => payment attempt=Sending; perform 1
        p1 unreached    => payment attempt=NeverSent attempt_started; perform 2
        tried p1        => 2 at backup
        p1 approved     => payment attempt=Approved succeeded; invoice paid
        ",
    );
}

#[test]
fn c12_where_every_provider_is_out_the_payment_fails_and_no_card_follows() {
    play_on(
        &mut two_providers(),
        "
        pay p1 i1 on    => invoice reserved; payment started; perform 1
        p1 unreached    => payment attempt=NotSent
        +3s             => 2026-08-15T12:00:05Z
        p1 timer        => payment attempt=Sending; perform 1
        p1 unreached    => payment attempt=NotSent
        +3s             => 2026-08-15T12:00:08Z
        p1 timer        => payment attempt=Sending; perform 1
        p1 unreached    => payment attempt=NeverSent attempt_started; perform 2
        p1 unreached    => payment attempt=NotSent
        +3s             => 2026-08-15T12:00:11Z
        p1 timer        => payment attempt=Sending; perform 2
        p1 unreached    => payment attempt=NotSent
        +3s             => 2026-08-15T12:00:14Z
        p1 timer        => payment attempt=Sending; perform 2
        p1 unreached    => payment attempt=NeverSent failed; invoice reopened
        ",
    );
}

#[test]
fn c12_no_other_provider_after_a_decline_a_refusal_or_in_doubt() {
    for says in ["declined 05", "declined 91", "refused", "unknown", "pending", "abandoned"] {
        let mut stage = two_providers();
        stage.line("pay p1 i1");
        let told = stage.line(&format!("p1 {says}"));
        assert!(!told.contains("attempt_started"), "{says}: {told}");
    }
    // Once a call may have arrived, not to reach the provider is no outage.
    play_on(
        &mut two_providers(),
        "
        pay p1 i1       => invoice reserved; payment started; perform 1
        p1 unknown      => payment attempt=Unknown
        +2s             => 2026-08-15T12:00:04Z
        p1 timer        => payment attempt=Inquiring; inquire 1
        +2m             => 2026-08-15T12:02:04Z
        p1 missing      => payment attempt=Sending; perform 1
        p1 unreached    => payment attempt=Unknown
        ",
    );
}

/// A card that the next provider does not know can't be tried there.
#[test]
fn c12_a_provider_that_does_not_know_the_card_is_passed_over() {
    let mut stage = given(HUAWEI, THREE_CARDS, "");
    stage.program = two_providers().program;
    for world in stage.worlds.values_mut() {
        for entity in world.entities.values_mut() {
            if let Entity::Method(method) = Arc::make_mut(entity)
                && let Instrument::Card(card) = &mut method.instrument
            {
                card.tokens.remove("backup");
            }
        }
    }
    play_on(
        &mut stage,
        "
        pay p1 i1       => invoice reserved; payment started; perform 1
        p1 unreached    => payment attempt=NotSent
        +3s             => 2026-08-15T12:00:05Z
        p1 timer        => payment attempt=Sending; perform 1
        p1 unreached    => payment attempt=NotSent
        +3s             => 2026-08-15T12:00:08Z
        p1 timer        => payment attempt=Sending; perform 1
        p1 unreached    => payment attempt=NeverSent failed; invoice reopened
        ",
    );
}
