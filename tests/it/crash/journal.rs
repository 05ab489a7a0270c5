//! Who held which card when, by the journal as a crash has left it (A8). That the journal is whole is what
//! `bursar audit` says.

use std::collections::BTreeMap;

use bursar::{
    domain::{
        claim::ClaimEvent,
        event::{Event, Happened},
    },
    store::{self, Store},
};
use uuid::Uuid;

const AT_ONCE: usize = 500;

/// A card of a program.
type Card = (String, String);
/// Who held it, from when on, and who let go of it.
type Hold = (i64, Uuid, bool);

/// I8: at every moment, a card of a program had one holder at most.
pub async fn shows_one_holder_at_a_time(database_url: &str, accounts: &[String]) {
    let store = store::open_to_read(database_url).await.expect("the store opens after a kill");
    let mut holds: BTreeMap<Card, Vec<Hold>> = BTreeMap::new();
    for account in accounts {
        let account = account.rsplit('/').next().expect("a name").parse().expect("an id");
        read(&*store, account, &mut holds).await;
    }
    one_holder_at_a_time(holds);
}

async fn read(store: &dyn Store, account: Uuid, holds: &mut BTreeMap<Card, Vec<Hold>>) {
    let (mut sequence, mut program) = (0, String::new());
    loop {
        let rows = store.account_journal(account, sequence, AT_ONCE).await.expect("a journal");
        for row in &rows {
            let events: Vec<Happened> = serde_json::from_str(&row.events).expect("events");
            for happened in &events {
                note(happened, row.time, &mut program, holds);
            }
        }
        let Some(last) = rows.last() else { return };
        sequence = last.sequence;
    }
}

fn note(happened: &Happened, time: i64, program: &mut String, holds: &mut BTreeMap<Card, Vec<Hold>>) {
    if let Event::Account(bursar::domain::account::AccountEvent::Created { account }) = &happened.event {
        *program = account.program.to_string();
    }
    let Event::Claim(claim) = &happened.event else { return };
    let holds = holds.entry((program.clone(), claim.instrument().as_str().to_owned())).or_default();
    match claim {
        ClaimEvent::Taken { .. } => holds.push((time, happened.on, true)),
        ClaimEvent::Released { .. } => holds.push((time, happened.on, false)),
        ClaimEvent::LinkFailed { .. } => {}
    }
}

/// In time, whoever takes a card is followed by nobody but himself letting go of it.
fn one_holder_at_a_time(holds: BTreeMap<Card, Vec<Hold>>) {
    let mut changes_of_account = 0;
    for ((program, _), mut holds) in holds {
        // Rivals take turns: where one lets go, the other sees it only once it is committed.
        holds.sort_by_key(|(time, _, _)| *time);
        let mut holder = None;
        let mut last = None;
        for (time, method, takes) in holds {
            match (takes, holder) {
                (true, None) => {
                    changes_of_account += usize::from(last.is_some());
                    holder = Some(method);
                }
                (false, Some(held_by)) if held_by == method => holder = None,
                (takes, holder) => {
                    panic!("{program}: at {time} {method} takes ({takes}) while it is held by {holder:?}")
                }
            }
            last = Some(method);
        }
    }
    assert!(changes_of_account > 0, "no card was ever linked again");
}
