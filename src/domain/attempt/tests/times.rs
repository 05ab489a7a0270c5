//! When an attempt moves by itself, what it remembers of silence, and how its end is recorded.

use super::*;
use crate::domain::failure::{Ending, Failure, ending};

/// The attempt after each of the inputs, at the seconds given, without jitter.
fn play(inputs: &[(i64, Input)]) -> Attempt {
    inputs.iter().fold(charge(), |attempt, (at, input)| {
        match advance(&attempt, input.clone(), &POLICY, after(*at), 0.0) {
            Advance::To(next) => next,
            Advance::Nothing | Advance::Late(_) => attempt,
        }
    })
}

fn not_sent(at: i64) -> (i64, Input) {
    (at, Input::Silent(Call::Perform, Silence::NotSent))
}

fn unknown(at: i64) -> (i64, Input) {
    (at, Input::Silent(Call::Perform, Silence::Unknown))
}

/// No answer to an inquiry.
fn unheard(at: i64) -> (i64, Input) {
    (at, Input::Silent(Call::Inquire, Silence::Unknown))
}

fn due(at: i64) -> (i64, Input) {
    (at, Input::Due)
}

fn learned(at: i64, observed: Observed, outcome: Outcome) -> (i64, Input) {
    (at, Input::Learned(observed, outcome))
}

/// In seconds after the intent; and what the attempt remembers.
#[test]
fn timers_and_counters() {
    use Observed::Performed;
    let pending = || learned(0, Performed, Outcome::Pending);
    type Case<'a> = (&'a str, &'a [(i64, Input)], &'a str);
    let cases: &[Case<'_>] = &[
        ("the intent", &[], "SEND due -    sends 1 silent 0 maybe false"),
        ("out of reach", &[not_sent(0)], "NOTS due 1    sends 1 silent 1 maybe false"),
        ("and again", &[not_sent(0), due(1), not_sent(1)], "NOTS due 3    sends 2 silent 2 maybe false"),
        ("no answer", &[unknown(0)], "UNKN due 1    sends 1 silent 1 maybe true"),
        (
            "nor to the inquiry",
            &[unknown(0), due(1), unheard(1)],
            "UNKN due 3    sends 1 silent 2 maybe true",
        ),
        (
            "not there yet",
            &[unknown(0), due(1), (1, Input::NotFound)],
            "UNKN due 60   sends 1 silent 2 maybe true",
        ),
        (
            "never arrived: sent again",
            &[unknown(0), due(1), (60, Input::NotFound)],
            "SEND due -    sends 2 silent 1 maybe true",
        ),
        (
            "the customer's turn",
            &[learned(0, Performed, action())],
            "ACTI due 900  sends 1 silent 0 maybe false",
        ),
        (
            "the customer did not come",
            &[learned(0, Performed, action()), due(900)],
            "CANC due -    sends 1 silent 0 maybe false",
        ),
        (
            "that is not heard",
            &[
                learned(0, Performed, action()),
                due(900),
                (900, Input::Silent(Call::Cancel, Silence::Unknown)),
            ],
            "CAUN due 901  sends 1 silent 1 maybe false",
        ),
        ("in work", &[pending()], "PEND due 1    sends 1 silent 1 maybe false"),
        (
            "still in work",
            &[pending(), due(1), learned(1, Observed::Inquired, Outcome::Pending)],
            "PEND due 3    sends 1 silent 2 maybe false",
        ),
        (
            "told so unasked",
            &[pending(), learned(0, Observed::Notified, Outcome::Pending)],
            "PEND due 1    sends 1 silent 1 maybe false",
        ),
    ];
    for (name, inputs, expected) in cases {
        let attempt = play(inputs);
        let due = attempt.due_at().map(|at| at.duration_since(MADE).as_secs().to_string());
        let found = format!(
            "{} due {:4} sends {} silent {} maybe {}",
            short(&attempt.state),
            due.unwrap_or_else(|| "-".to_owned()),
            attempt.sends,
            attempt.silent,
            attempt.maybe_sent,
        );
        assert_eq!(found, *expected, "{name}");
    }
}

/// What is under way for long is asked for ever more rarely, and hourly in the end: at a tenth of its age.
#[test]
fn patience_grows_with_age() {
    let cases = [(5, 2), (100, 10), (600, 60), (6_000, 600), (36_000, 3_600), (360_000, 3_600)];
    for (age, pause) in cases {
        let asked = learned(age, Observed::Inquired, Outcome::Pending);
        let attempt = play(&[learned(0, Observed::Performed, Outcome::Pending), asked]);
        let due = attempt.due_at().map(|at| at.duration_since(MADE).as_secs());
        assert_eq!(due, Some(age + pause), "asked after {age} s");
    }
}

#[test]
fn the_end_says_how_it_became_known() {
    use Observed::{Cancelled, Inquired, Notified, Performed};
    let again = |last| vec![unknown(0), due(1), (60, Input::NotFound), last];
    let cases = [
        (vec![learned(3, Performed, approval("10.00"))], SettledBy::Answer),
        (again(learned(61, Performed, approval("10.00"))), SettledBy::SendingAgain),
        (vec![unknown(0), due(1), learned(3, Inquired, declined())], SettledBy::Inquiry),
        (vec![unknown(0), learned(1, Notified, approval("10.00"))], SettledBy::Notification),
        (
            vec![(0, Input::GiveUp(CancelReason::Requested)), learned(3, Cancelled, withdrawn())],
            SettledBy::Cancellation,
        ),
    ];
    for (inputs, settled_by) in cases {
        let last = inputs.last().unwrap().0;
        let attempt = play(&inputs);
        assert!(attempt.is_settled(), "{attempt:?}");
        assert_eq!((attempt.settled_by, attempt.ended), (Some(settled_by), Some(after(last))));
    }
}

/// A call that may have arrived, and a repeat that the provider refuses: its promise that there is nothing
/// ends it, at once, and says why.
#[test]
fn what_may_be_sent_and_is_refused_then_is_withdrawn() {
    let sent_again = [unknown(0), due(1), (60, Input::NotFound)];
    let refused = (61, Input::Silent(Call::Perform, refused()));
    let asked = play(&[&sent_again[..], std::slice::from_ref(&refused)].concat());
    assert_eq!(asked.state, State::Cancelling { reason: CancelReason::ProviderRefused });
    let learn =
        |outcome| advance(&asked, Input::Learned(Observed::Cancelled, outcome), &POLICY, after(62), 0.0);
    let Advance::To(gone) = learn(withdrawn()) else { panic!("the promise is heard") };
    assert_eq!(ending(&gone), Ending::Failed(Failure::ProviderRefused));
    let Advance::To(taken) = learn(approval("10.00")) else { panic!("the approval is heard") };
    assert_eq!(ending(&taken), Ending::Happened);
}

/// A13: what gives money back is asked for again, and never withdrawn.
#[test]
fn a_release_that_is_refused_is_not_withdrawn() {
    let release = Operation::Release { authorized: charge().effect, amount: usd("10.00") };
    let sending = Attempt { operation: release, maybe_sent: true, ..charge() };
    let next = advance(&sending, Input::Silent(Call::Perform, refused()), &POLICY, after(1), 0.0);
    let Advance::To(next) = next else { panic!("{next:?}") };
    assert_eq!(short(&next.state), "UNKN");
}

/// A16: what the provider calls "requested" was given up because the customer did not come.
#[test]
fn our_own_reason_for_giving_up_stands() {
    let attempt = play(&[
        learned(0, Observed::Performed, action()),
        due(900),
        learned(901, Observed::Cancelled, withdrawn()),
    ]);
    assert_eq!(attempt.state, State::Cancelled { reason: CancelReason::ChallengeExpired });
}

#[test]
fn an_approval_of_another_amount_names_both() {
    let attempt = play(&[learned(0, Observed::Performed, approval("5.00"))]);
    let State::Review { reason } = attempt.state else { panic!("{:?}", attempt.state) };
    assert!(reason.contains("USD 5.00") && reason.contains("USD 10.00"), "{reason}");
}

#[test]
fn pauses_double_up_to_the_most_and_jitter_takes_a_fifth() {
    let cases = [
        (1, 0.0, 1_000),
        (2, 0.0, 2_000),
        (4, 0.0, 8_000),
        (5, 0.0, 10_000),
        (9_999, 0.0, 10_000),
        (2, 0.5, 1_800),
        (2, 1.0, 1_600),
    ];
    for (silent, jitter, millis) in cases {
        assert_eq!(POLICY.backoff.after(silent, jitter).as_millis(), millis, "{silent} {jitter}");
    }
}

/// What an event carries of an attempt is all that changes.
#[test]
fn a_step_is_the_whole_change() {
    let next =
        play(&[unknown(0), due(1), (60, Input::NotFound), learned(61, Observed::Performed, declined())]);
    let mut attempt = charge();
    attempt.take(&Step::from(&next));
    assert_eq!(attempt, next);
}

/// C8: who can't promise to refuse an id is asked until it knows, and what it has forgotten is a person's.
#[test]
fn what_cannot_be_withdrawn_is_waited_for() {
    let policy = Policy { can_cancel: false, ..POLICY };
    let play = |inputs: &[(i64, Input)]| {
        inputs.iter().fold(charge(), |attempt, (at, input)| {
            match advance(&attempt, input.clone(), &policy, after(*at), 0.0) {
                Advance::To(next) => next,
                Advance::Nothing | Advance::Late(_) => attempt,
            }
        })
    };
    let give_up = |at| (at, Input::GiveUp(CancelReason::Requested));
    let left = [learned(0, Observed::Performed, action()), due(900)];
    type Case = (&'static str, Vec<(i64, Input)>, &'static str);
    let cases: [Case; 6] = [
        ("in doubt, it is not given up", vec![unknown(0), give_up(1)], "UNKN"),
        ("nor while the customer is at it", vec![left[0].clone(), give_up(1)], "ACTI"),
        ("the customer did not come: it is asked", left.to_vec(), "INQU"),
        (
            "and says that it still waits: asked again",
            [&left[..], &[learned(901, Observed::Inquired, action())]].concat(),
            "PEND",
        ),
        (
            "refused after it may have been sent: asked",
            vec![
                unknown(0),
                due(1),
                (60, Input::NotFound),
                (61, Input::Silent(Call::Perform, Silence::Refused { message: "no".to_owned() })),
            ],
            "UNKN",
        ),
        ("forgotten", vec![unknown(0), due(3_600), (3_600, Input::NotFound)], "REVW"),
    ];
    for (name, inputs, expected) in cases {
        assert_eq!(short(&play(&inputs).state), expected, "{name}");
    }
}
