//! Every state against every input, on one page.
//!
//! A column is the state before, a row the input, a cell the state after: `.` nothing happens, `LATE`
//! the approval of something that had ended. A new state has no column, so [`before`] does not compile.

use strum::IntoEnumIterator as _;

use super::{super::state::Standing, *};

/// Rows in which what the attempt went through matters say so in their name: `maybe` where an earlier
/// send may have arrived, `third` where this is the last of the sends that the policy allows.
const GRID: &str = "
                         SEND  NOTS  UNKN  INQU  ACTI  PEND  CANC  CAUN  APPR  DECL  GONE  NEVR  RFSD  REVW
performed approved       APPR  APPR  APPR  APPR  APPR  APPR  APPR  APPR  .     LATE  LATE  LATE  LATE  LATE
performed approved 9.99  REVW  REVW  REVW  REVW  REVW  REVW  REVW  REVW  .     LATE  LATE  LATE  LATE  LATE
performed declined       DECL  DECL  DECL  DECL  DECL  DECL  DECL  DECL  .     .     .     .     .     .
performed action         ACTI  ACTI  ACTI  ACTI  ACTI  ACTI  .     .     .     .     .     .     .     .
performed pending        PEND  PEND  PEND  PEND  PEND  PEND  .     .     .     .     .     .     .     .
performed gone           GONE  GONE  GONE  GONE  GONE  GONE  GONE  GONE  .     .     .     .     .     .
inquired approved        APPR  APPR  APPR  APPR  APPR  APPR  APPR  APPR  .     LATE  LATE  LATE  LATE  LATE
inquired approved 9.99   REVW  REVW  REVW  REVW  REVW  REVW  REVW  REVW  .     LATE  LATE  LATE  LATE  LATE
inquired declined        DECL  DECL  DECL  DECL  DECL  DECL  DECL  DECL  .     .     .     .     .     .
inquired action          ACTI  ACTI  ACTI  ACTI  ACTI  ACTI  .     .     .     .     .     .     .     .
inquired pending         PEND  PEND  PEND  PEND  PEND  PEND  .     .     .     .     .     .     .     .
inquired gone            GONE  GONE  GONE  GONE  GONE  GONE  GONE  GONE  .     .     .     .     .     .
cancelled approved       APPR  APPR  APPR  APPR  APPR  APPR  APPR  APPR  .     LATE  LATE  LATE  LATE  LATE
cancelled approved 9.99  REVW  REVW  REVW  REVW  REVW  REVW  REVW  REVW  .     LATE  LATE  LATE  LATE  LATE
cancelled declined       DECL  DECL  DECL  DECL  DECL  DECL  DECL  DECL  .     .     .     .     .     .
cancelled action         ACTI  ACTI  ACTI  ACTI  ACTI  ACTI  CAUN  CAUN  .     .     .     .     .     .
cancelled pending        PEND  PEND  PEND  PEND  PEND  PEND  CAUN  CAUN  .     .     .     .     .     .
cancelled gone           GONE  GONE  GONE  GONE  GONE  GONE  GONE  GONE  .     .     .     .     .     .
notified approved        APPR  APPR  APPR  APPR  APPR  APPR  APPR  APPR  .     LATE  LATE  LATE  LATE  LATE
notified approved 9.99   REVW  REVW  REVW  REVW  REVW  REVW  REVW  REVW  .     LATE  LATE  LATE  LATE  LATE
notified declined        DECL  DECL  DECL  DECL  DECL  DECL  DECL  DECL  .     .     .     .     .     .
notified action          ACTI  ACTI  ACTI  ACTI  ACTI  ACTI  .     .     .     .     .     .     .     .
notified pending         PEND  PEND  PEND  PEND  PEND  .     .     .     .     .     .     .     .     .
notified gone            GONE  GONE  GONE  GONE  GONE  GONE  GONE  GONE  .     .     .     .     .     .
not found early          UNKN  .     .     UNKN  .     .     .     .     .     .     .     .     .     .
not found                SEND  .     .     SEND  .     .     .     .     .     .     .     .     .     .
not found too old        REVW  .     .     REVW  .     .     .     .     .     .     .     .     .     .
  and can't cancel       REVW  .     .     REVW  .     .     .     .     .     .     .     .     .     .
not sent                 NOTS  .     .     UNKN  .     .     CAUN  .     .     .     .     .     .     .
not sent, maybe          UNKN  .     .     UNKN  .     .     CAUN  .     .     .     .     .     .     .
not sent, third          NEVR  .     .     UNKN  .     .     CAUN  .     .     .     .     .     .     .
not sent, both           UNKN  .     .     UNKN  .     .     CAUN  .     .     .     .     .     .     .
unknown                  UNKN  UNKN  .     UNKN  .     .     CAUN  .     .     .     .     .     .     .
unknown, maybe           UNKN  UNKN  .     UNKN  .     .     CAUN  .     .     .     .     .     .     .
unknown, third           UNKN  UNKN  .     UNKN  .     .     CAUN  .     .     .     .     .     .     .
unknown, both            UNKN  UNKN  .     UNKN  .     .     CAUN  .     .     .     .     .     .     .
refused                  RFSD  .     .     REVW  .     .     REVW  .     .     .     .     .     .     .
refused, maybe           CANC  .     .     REVW  .     .     REVW  .     .     .     .     .     .     .
refused, third           RFSD  .     .     REVW  .     .     REVW  .     .     .     .     .     .     .
refused, both            CANC  .     .     REVW  .     .     REVW  .     .     .     .     .     .     .
refused, maybe, can't    UNKN  .     .     REVW  .     .     REVW  .     .     .     .     .     .     .
due too early            .     .     .     .     .     .     .     .     .     .     .     .     .     .
due                      .     SEND  INQU  .     CANC  INQU  .     CANC  .     .     .     .     .     .
give up                  CANC  GONE  CANC  CANC  CANC  CANC  .     .     .     .     .     .     .     .
give up, maybe           CANC  CANC  CANC  CANC  CANC  CANC  .     .     .     .     .     .     .     .
give up, can't           .     GONE  .     .     .     .     .     .     .     .     .     .     .     .
";

/// The attempt of a column.
fn before(standing: Standing) -> Attempt {
    let reason = CancelReason::ChallengeExpired;
    let state = match standing {
        Standing::Sending => State::Sending,
        Standing::NotSent => State::NotSent { retry_at: after(10) },
        Standing::Unknown => State::Unknown { inquire_at: after(10) },
        Standing::Inquiring => State::Inquiring,
        Standing::ActionRequired => {
            State::ActionRequired { url: "https://acs/1".to_owned(), expire_at: after(10) }
        }
        Standing::Pending => State::Pending { inquire_at: after(10) },
        Standing::Cancelling => State::Cancelling { reason },
        Standing::CancelUnknown => State::CancelUnknown { reason, retry_at: after(10) },
        Standing::Approved => State::Approved(approval_of("10.00")),
        Standing::Declined => State::Declined { code: "05".to_owned() },
        Standing::Cancelled => State::Cancelled { reason },
        Standing::NeverSent => State::NeverSent,
        Standing::Refused => State::Refused { message: "no".to_owned() },
        Standing::Review => State::Review { reason: "look".to_owned() },
    };
    Attempt { state, ..charge() }
}

/// One row: its name, the input, when it comes, and what is special about attempt and adapter.
struct Row {
    name: String,
    input: Input,
    at: i64,
    maybe_sent: bool,
    silent: u16,
    can_cancel: bool,
}

fn row(name: &str, input: Input, at: i64) -> Row {
    Row { name: name.to_owned(), input, at, maybe_sent: false, silent: 0, can_cancel: true }
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let ways = [
        ("performed", Observed::Performed),
        ("inquired", Observed::Inquired),
        ("cancelled", Observed::Cancelled),
        ("notified", Observed::Notified),
    ];
    for (way, observed) in ways {
        let says = [
            ("approved", approval("10.00")),
            ("approved 9.99", approval("9.99")),
            ("declined", declined()),
            ("action", action()),
            ("pending", Outcome::Pending),
            ("gone", withdrawn()),
        ];
        for (what, outcome) in says {
            rows.push(row(&format!("{way} {what}"), Input::Learned(observed, outcome), 5));
        }
    }
    rows.extend([
        row("not found early", Input::NotFound, 59),
        row("not found", Input::NotFound, 60),
        row("not found too old", Input::NotFound, 3_600),
        Row { can_cancel: false, ..row("  and can't cancel", Input::NotFound, 3_600) },
    ]);
    for (name, silence) in
        [("not sent", Silence::NotSent), ("unknown", Silence::Unknown), ("refused", refused())]
    {
        let silent =
            |also: &str| row(&format!("{name}{also}"), Input::Silent(Call::Perform, silence.clone()), 5);
        rows.push(silent(""));
        rows.push(Row { maybe_sent: true, ..silent(", maybe") });
        rows.push(Row { silent: 2, ..silent(", third") });
        rows.push(Row { silent: 2, maybe_sent: true, ..silent(", both") });
    }
    let refused_again = row("refused, maybe, can't", Input::Silent(Call::Perform, refused()), 5);
    rows.push(Row { maybe_sent: true, can_cancel: false, ..refused_again });
    rows.extend([
        row("due too early", Input::Due, 9),
        row("due", Input::Due, 10),
        row("give up", Input::GiveUp(CancelReason::Requested), 5),
        Row { maybe_sent: true, ..row("give up, maybe", Input::GiveUp(CancelReason::Requested), 5) },
        Row { can_cancel: false, ..row("give up, can't", Input::GiveUp(CancelReason::Requested), 5) },
    ]);
    rows
}

fn cell(row: &Row, standing: Standing) -> &'static str {
    let attempt = Attempt { maybe_sent: row.maybe_sent, silent: row.silent, ..before(standing) };
    let policy = Policy { can_cancel: row.can_cancel, ..POLICY };
    let mut input = row.input.clone();
    if let (Input::Silent(call, _), Some(effect)) = (&mut input, attempt.call()) {
        *call = effect.call;
    }
    match advance(&attempt, input, &policy, after(row.at), 0.0) {
        Advance::Nothing => ".",
        Advance::Late(_) => "LATE",
        Advance::To(next) => short(&next.state),
    }
}

#[test]
fn every_state_against_every_input() {
    let mut grid = format!("\n{:25}", "");
    for standing in Standing::iter() {
        grid += &format!("{:6}", short(&before(standing).state));
    }
    for row in rows() {
        grid = format!("{}\n{:25}", grid.trim_end(), row.name);
        for standing in Standing::iter() {
            grid += &format!("{:6}", cell(&row, standing));
        }
    }
    let grid = format!("{}\n", grid.trim_end());
    assert_eq!(grid, GRID, "the grid is\n{grid}");
}

/// A call that is answered late, or refused, says nothing of the one that is under way by then.
#[test]
fn silence_answers_the_call_that_is_under_way() {
    for standing in [Standing::Sending, Standing::Inquiring, Standing::Cancelling] {
        let attempt = Attempt { maybe_sent: true, silent: 2, ..before(standing) };
        let own = attempt.call().unwrap().call;
        for call in [Call::Perform, Call::Inquire, Call::Cancel] {
            for silence in [Silence::NotSent, Silence::Unknown, refused()] {
                let next = advance(&attempt, Input::Silent(call, silence.clone()), &POLICY, after(5), 0.0);
                assert_eq!(next == Advance::Nothing, call != own, "{standing:?} {call:?} {silence:?}");
            }
        }
    }
}
