//! A payment's timeline as a drawing: who told whom what, from top to bottom.
//!
//! The drawing is as wide as a phone; what it shows stands in a table beside it, too.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::shown::{instant, words};
use crate::proto::v1::{TimelineEntry, TimelineEntryKind as Kind};

/// Where the first lifeline stands, right of the times.
const LEFT: usize = 92;
const TOP: usize = 46;
const ROW: usize = 42;
const WIDTH: usize = 380;
const MARGIN: usize = 40;
/// Events of bursar's own that the drawing has room for; a table takes what is more.
const ENTRIES_MOST: usize = 200;

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    Caller,
    Bursar,
    Provider(String),
    Customer,
}

/// A step: from whom to whom; one that stays with bursar is a box.
struct Step<'a> {
    entry: &'a TimelineEntry,
    from: Who,
    to: Who,
    tone: &'static str,
}

fn step(entry: &TimelineEntry) -> Step<'_> {
    let provider = || Who::Provider(entry.provider.clone());
    let (from, to, tone) = match entry.kind() {
        Kind::Requested => (Who::Caller, Who::Bursar, "plain"),
        Kind::AttemptStarted
        | Kind::NextMethod
        | Kind::FailedOver
        | Kind::CaptureStarted
        | Kind::WithdrawalStarted
        | Kind::SentAgain
        | Kind::Inquired
        | Kind::Cancelling
        | Kind::RefundStarted => (Who::Bursar, provider(), "plain"),
        Kind::NotReached | Kind::NoAnswer => (Who::Bursar, provider(), "lost"),
        Kind::Challenged => (provider(), Who::Customer, "wait"),
        Kind::Pending => (provider(), Who::Bursar, "wait"),
        Kind::Approved => (provider(), Who::Bursar, "good"),
        Kind::Declined
        | Kind::AttemptCancelled
        | Kind::ProviderRefused
        | Kind::AttemptInReview
        | Kind::NeverSent => (provider(), Who::Bursar, "bad"),
        Kind::Succeeded | Kind::Refunded => (Who::Bursar, Who::Bursar, "good"),
        Kind::Failed
        | Kind::Expired
        | Kind::Cancelled
        | Kind::ReviewNeeded
        | Kind::ApprovedLate
        | Kind::RefundFailed => (Who::Bursar, Who::Bursar, "bad"),
        Kind::Unspecified => (Who::Bursar, Who::Bursar, "plain"),
    };
    Step { entry, from, to, tone }
}

/// What an arrow is labelled with.
pub(super) fn label(entry: &TimelineEntry) -> String {
    let said = words(entry.kind().as_str_name(), "TIMELINE_ENTRY_KIND_");
    if entry.network_code.is_empty() { said } else { format!("{said} {}", entry.network_code) }
}

/// How long after the start, as `+2.3 s`.
pub(super) fn after(start: Option<Timestamp>, entry: &TimelineEntry) -> String {
    let (Some(start), Some(at)) = (start, instant(entry.time.as_ref())) else { return String::new() };
    length(at.duration_since(start))
}

fn length(span: SignedDuration) -> String {
    let seconds = span.as_secs();
    let millis = span.as_millis();
    if millis < 1_000 {
        format!("+{millis} ms")
    } else if seconds < 60 {
        format!("+{seconds}.{} s", (millis % 1_000) / 100)
    } else if seconds < 3_600 {
        format!("+{} min {} s", seconds / 60, seconds % 60)
    } else if seconds < 86_400 {
        format!("+{} h {} min", seconds / 3_600, (seconds % 3_600) / 60)
    } else {
        format!("+{} d {} h", seconds / 86_400, (seconds % 86_400) / 3_600)
    }
}

/// Who takes part, from left to right.
fn cast(steps: &[Step<'_>]) -> Vec<Who> {
    let mut cast = vec![Who::Caller, Who::Bursar];
    for who in steps.iter().flat_map(|step| [&step.from, &step.to]) {
        if matches!(who, Who::Provider(_)) && !cast.contains(who) {
            cast.push(who.clone());
        }
    }
    if steps.iter().any(|step| step.to == Who::Customer) {
        cast.push(Who::Customer);
    }
    cast
}

/// Draws a timeline.
pub(super) fn draw(entries: &[TimelineEntry]) -> Markup {
    let steps: Vec<Step<'_>> = entries.iter().take(ENTRIES_MOST).map(step).collect();
    let cast = cast(&steps);
    let gap = (WIDTH - LEFT - MARGIN) / cast.len().saturating_sub(1).max(1);
    let place = |who: &Who| LEFT + cast.iter().position(|it| it == who).unwrap_or_default() * gap;
    let height = TOP + ROW * steps.len() + ROW / 2;
    let start = entries.first().and_then(|entry| instant(entry.time.as_ref()));
    html! {
        svg class="sequence" viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-labelledby="drawn drawn-more" {
            title id="drawn" { "Who told whom what" }
            desc id="drawn-more" { "The same as in the table of what happened, from top to bottom." }
            defs {
                @for tone in ["plain", "good", "bad", "wait", "lost"] {
                    marker id={ "tip-" (tone) } viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse" {
                        path class={ "tip " (tone) } d="M0 0 L8 4 L0 8 z" {}
                    }
                }
            }
            @for who in &cast {
                @let x = place(who);
                line class="life" x1=(x) y1=(TOP - 14) x2=(x) y2=(height - 6) {}
                text class="who" x=(x) y=(TOP - 22) text-anchor="middle" { (name(who)) }
            }
            @for (row, step) in steps.iter().enumerate() {
                (drawn(step, TOP + ROW * row + ROW / 2 + 6, &place, &after(start, step.entry)))
            }
        }
    }
}

fn name(who: &Who) -> &str {
    match who {
        Who::Caller => "caller",
        Who::Bursar => "bursar",
        Who::Provider(provider) => provider,
        Who::Customer => "customer",
    }
}

fn drawn(step: &Step<'_>, y: usize, place: &impl Fn(&Who) -> usize, after: &str) -> Markup {
    let (from, to) = (place(&step.from), place(&step.to));
    let text = label(step.entry);
    html! {
        text class="when" x="0" y=(y + 4) { (after) }
        @if from == to {
            rect class={ "box " (step.tone) } x=(from - 42) y=(y - 12) width="84" height="24" rx="6" {}
            text class={ "said on " (step.tone) } x=(from) y=(y + 4) text-anchor="middle" { (text) }
        } @else {
            // Short of the lifeline, so that the tip touches it.
            @let end = if from < to { to - 3 } else { to + 3 };
            line class={ "arrow " (step.tone) } x1=(from) y1=(y + 6) x2=(end) y2=(y + 6) marker-end={ "url(#tip-" (step.tone) ")" } {}
            text class={ "said " (step.tone) } x=(usize::midpoint(from, to)) y=(y - 1) text-anchor="middle" { (text) }
        }
    }
}
