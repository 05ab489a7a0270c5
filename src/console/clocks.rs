//! Test clocks: what they show, and the forms that make and move one (C14).

use axum::{
    Form,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Redirect},
};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use maud::{Markup, html};
use serde::Deserialize;
use tonic::Status;

use super::{
    Console,
    bursar::{Bursar, ask},
    layout::{Place, encoded, frame, more, table},
    shown::{instant, link, short, time},
    trouble::Page,
};
use crate::proto::{
    sandbox::v1::{
        AdvanceTestClockRequest, CreateTestClockRequest, GetTestClockRequest, ListTestClocksRequest,
        TestClock,
    },
    v1::{Account, ListAccountsRequest},
};

/// How far a clock can be moved at once by a choice.
const STEPS: [(i64, &str); 8] = [
    (60, "1 minute"),
    (20 * 60, "20 minutes"),
    (3_600, "1 hour"),
    (86_400, "1 day"),
    (3 * 86_400, "3 days"),
    (7 * 86_400, "7 days"),
    (15 * 86_400, "15 days"),
    (31 * 86_400, "31 days"),
];
/// For how many clocks what fired is remembered.
const REMEMBERED: usize = 32;
/// Among how many accounts those of a clock are looked for.
const ACCOUNTS_PAGE: i32 = 200;

/// Which page.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    page_token: String,
}

/// Lists the clocks.
pub(super) async fn list(
    State(Console { bursar, .. }): State<Console>,
    Query(Wanted { page_token }): Query<Wanted>,
) -> Page {
    let request = ListTestClocksRequest { page_size: 100, page_token };
    let page = bursar.clocks().list_test_clocks(ask(request)).await?.into_inner();
    let rows = html! {
        @for clock in &page.test_clocks {
            tr { th scope="row" { (link(&clock.name, short_of(&clock.name))) } td class="number" { (time(clock.time.as_ref())) } }
        }
    };
    let next = format!("/console/testClocks?page_token={}", encoded(&page.next_page_token));
    let body = html! {
        h1 { "Test clocks" }
        p { "An account on a test clock lives by it: bills, retries, releases and expiries come when the clock is moved." }
        @if page.test_clocks.is_empty() { p class="empty" { "There is no test clock yet." } } @else {
            (table("table-clocks", "What each shows", &["Clock", "Shows (UTC)"], &rows))
            (more(&next, &page.next_page_token, "clocks"))
        }
        section aria-labelledby="make" {
            h2 id="make" { "Make one" }
            form class="card" method="post" action="/console/testClocks" {
                label for="id" { "Name" }
                input id="id" name="id" required maxlength="63" pattern="[a-z0-9\\-]+" placeholder="month-end" autocapitalize="none" aria-describedby="id-hint";
                p class="soft" id="id-hint" { "Lower-case letters, digits and hyphens." }
                label for="at" { "Shows at first (UTC)" }
                input id="at" name="at" type="datetime-local" aria-describedby="at-hint";
                p class="soft" id="at-hint" { "Left empty, the system's time. An account can be put on it once the clock shows no less than the account's last change." }
                button class="main" type="submit" { "Make the clock" }
            }
        }
    };
    Ok(frame("Test clocks", Place::Clocks, &body).into_response())
}

fn short_of(name: &str) -> &str {
    name.trim_start_matches("testClocks/")
}

/// What the form for a new clock sends.
#[derive(Deserialize)]
pub(super) struct New {
    id: String,
    #[serde(default)]
    at: String,
}

/// Makes a clock.
pub(super) async fn create(
    State(Console { bursar, .. }): State<Console>,
    Form(New { id, at }): Form<New>,
) -> Page {
    let time = if at.is_empty() { None } else { Some(wire(read(&at)?)) };
    let request = CreateTestClockRequest { test_clock_id: id.trim().to_owned(), time };
    let made = bursar.clocks().create_test_clock(ask(request)).await?.into_inner().test_clock;
    let name = made.unwrap_or_default().name;
    Ok(Redirect::to(&format!("/console/{name}")).into_response())
}

/// Shows a clock.
pub(super) async fn show(State(console): State<Console>, Path(clock): Path<String>) -> Page {
    let name = format!("testClocks/{clock}");
    let get = GetTestClockRequest { name: name.clone() };
    let clock =
        console.bursar.clocks().get_test_clock(ask(get)).await?.into_inner().test_clock.unwrap_or_default();
    let fired = console.fired.lock().await.get(&name).cloned();
    let accounts = accounts_on(&console.bursar, &name).await?;
    let body = html! {
        p class="crumbs" { a href="/console/testClocks" { "Test clocks" } }
        h1 { "Clock " (short_of(&name)) }
        p class="clock" { (time(clock.time.as_ref())) " UTC" }
        (moves(&clock))
        @if let Some(fired) = fired {
            section aria-labelledby="fired" {
                h2 id="fired" { "What fired when it was last moved from here" }
                @if fired.is_empty() { p class="empty" { "Nothing was due." } }
                ol { @for line in &fired { li { (line) } } }
            }
        }
        section aria-labelledby="on-it" {
            h2 id="on-it" { "Accounts on it" }
            @if accounts.is_empty() { p class="empty" { "None of the first accounts. An account's page has the form that puts it on a clock." } }
            ul { @for account in &accounts { li { (link(&account.name, if account.display_name.is_empty() { short(&account.name) } else { &account.display_name })) } } }
        }
    };
    Ok(frame("Test clock", Place::Clocks, &body).into_response())
}

async fn accounts_on(bursar: &Bursar, clock: &str) -> Result<Vec<Account>, Status> {
    let request = ListAccountsRequest { page_size: ACCOUNTS_PAGE, ..ListAccountsRequest::default() };
    let page = bursar.accounts().list_accounts(ask(request)).await?.into_inner();
    Ok(page.accounts.into_iter().filter(|account| account.test_clock == clock).collect())
}

fn moves(clock: &TestClock) -> Markup {
    let action = format!("/console/{}", clock.name);
    let shows = instant(clock.time.as_ref()).unwrap_or_default().to_zoned(TimeZone::UTC).datetime();
    html! {
        section aria-labelledby="move" {
            h2 id="move" { "Move it" }
            div class="pair" {
                form class="card" method="post" action=(action) {
                    label for="by" { "By" }
                    select id="by" name="by" { @for (seconds, name) in STEPS { option value=(seconds) selected[seconds == 86_400] { (name) } } }
                    button class="main" type="submit" { "Move forward" }
                }
                form class="card" method="post" action=(action) {
                    label for="to" { "To (UTC)" }
                    input id="to" name="to" type="datetime-local" required min=(shows.strftime("%Y-%m-%dT%H:%M")) value=(shows.strftime("%Y-%m-%dT%H:%M"));
                    button type="submit" { "Move to this time" }
                }
            }
        }
    }
}

/// What the forms that move a clock send: one of the two.
#[derive(Deserialize)]
pub(super) struct Move {
    #[serde(default)]
    by: String,
    #[serde(default)]
    to: String,
}

/// Moves a clock.
pub(super) async fn advance(
    State(console): State<Console>,
    Path(clock): Path<String>,
    Form(Move { by, to }): Form<Move>,
) -> Page {
    let name = format!("testClocks/{clock}");
    let get = GetTestClockRequest { name: name.clone() };
    let clock = console.bursar.clocks().get_test_clock(ask(get)).await?.into_inner().test_clock;
    let shows = instant(clock.unwrap_or_default().time.as_ref()).unwrap_or_default();
    let target = if by.is_empty() {
        // The field has minutes only: the minute that the clock shows is where it is.
        let wanted = read(&to)?;
        if wanted < shows && shows.duration_since(wanted) < SignedDuration::from_mins(1) {
            shows
        } else {
            wanted
        }
    } else {
        let seconds: i64 =
            by.parse().map_err(|_error| unreadable("Choose by how much the clock is moved."))?;
        shows
            .checked_add(SignedDuration::from_secs(seconds))
            .map_err(|_error| unreadable("No clock shows a time so far away."))?
    };
    let request = AdvanceTestClockRequest { name: name.clone(), time: Some(wire(target)) };
    let moved = console.bursar.clocks().advance_test_clock(ask(request)).await?.into_inner();
    let mut fired = console.fired.lock().await;
    if fired.len() >= REMEMBERED && !fired.contains_key(&name) {
        fired.pop_first();
    }
    fired.insert(name.clone(), moved.fired);
    Ok(Redirect::to(&format!("/console/{name}")).into_response())
}

/// A time as a `datetime-local` field sends it, in UTC.
fn read(text: &str) -> Result<Timestamp, Status> {
    let wrong = |_error| unreadable("Give the time as 2030-06-15T12:00.");
    let civil: DateTime = text.parse().map_err(wrong)?;
    Ok(civil.to_zoned(TimeZone::UTC).map_err(wrong)?.timestamp())
}

fn unreadable(message: &str) -> Status {
    Status::invalid_argument(message)
}

fn wire(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}
