//! A program's own account (design decision 2).

use strum::IntoEnumIterator as _;

use super::{matrix, stage::Stage};
use crate::domain::{
    command::{Command, CommandKind},
    event::Event,
    program::ProgramId,
    reason::Reason,
    seller::{SellerEvent, account_of},
    world::World,
};

fn attach(program: &ProgramId) -> Command {
    Command::AttachClock { clock: "testClocks/c".to_owned(), seller: Some(program.clone()) }
}

/// A stage on which `a` is the program's own account, with whatever `before` was asked of it.
fn stage(before: &[Command]) -> Stage {
    let mut stage = Stage::new("alibaba-cloud-intl SG USD");
    let account = account_of(&stage.program.id).0;
    stage.worlds.insert('a', World { account, ..World::default() });
    for command in before {
        stage.apply('a', command).unwrap();
    }
    stage
}

#[test]
fn the_first_command_that_is_accepted_makes_it() {
    let mut stage = stage(&[]);
    let attach = attach(&stage.program.id.clone());
    let first = stage.apply('a', &attach).unwrap();
    let made = |event: &Event| matches!(event, Event::Seller(SellerEvent::Opened { .. }));
    assert!(made(&first.events[0].event), "{first:?}");
    let seller = stage.world('a').seller().unwrap();
    assert_eq!((seller.id, seller.created), (account_of(&stage.program.id), stage.now));
    let second = stage.apply('a', &attach).unwrap();
    assert!(!second.events.iter().any(|happened| made(&happened.event)), "{second:?}");
}

#[test]
fn customers_commands_find_no_account_there() {
    let customers = CommandKind::iter().flat_map(matrix::lines).filter(|line| {
        // What was learned and timers name an entity, of which there is none.
        !line.starts_with("X ") && !line.ends_with(" expires") && !line.starts_with("open")
    });
    for line in customers {
        let mut stage = stage(&[attach(&ProgramId("alibaba-cloud-intl".to_owned()))]);
        let before = stage.world('a').clone();
        let told = stage.line(line);
        assert!(told.starts_with("refused RESOURCE_NOT_FOUND"), "{line}: {told}");
        assert_eq!(stage.world('a'), &before, "{line}");
    }
}

#[test]
fn its_commands_find_nothing_in_a_customers_account_nor_in_another_programs() {
    let own = ProgramId("alibaba-cloud-intl".to_owned());
    let mut customer = Stage::new("alibaba-cloud-intl SG USD");
    assert_eq!(customer.apply('a', &attach(&own)).unwrap_err().rejection.reason, Reason::ResourceNotFound);
    let other = attach(&ProgramId("aws-inc".to_owned()));
    assert_eq!(stage(&[]).apply('a', &other).unwrap_err().rejection.reason, Reason::ResourceNotFound);
}

#[test]
fn each_program_has_its_own_for_ever() {
    let of = |program: &str| account_of(&ProgramId(program.to_owned())).to_string();
    assert_ne!(of("aws-inc"), of("huawei-cloud-intl"));
    // Stored: it never changes.
    assert_eq!(of("aws-inc"), "a83e4566-d3bb-5eb0-b33b-f60aa004f960");
}
