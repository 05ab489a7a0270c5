//! The issuer's page where the cardholder proves who they are, by a one-time code or a password.

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, html};
use serde::Deserialize;

use super::layout::{Width, frame};
use crate::sandbox::{
    acs::{self, Act, Standing, Visit},
    amount::Amount,
    catalogue::Page,
    courier::Courier,
    error::Error,
    machine::TRIES,
};

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Submission {
    #[serde(default)]
    answer: String,
    /// How many tries the page showed.
    #[serde(default)]
    tries: u8,
    /// Present when the cancel button was used.
    leave: Option<String>,
}

/// Shows the page.
pub(super) async fn show(State(courier): State<Courier>, Path(page): Path<String>) -> Response {
    match courier.turn(move |turn| acs::look(turn, &page)).await {
        Ok(Some(visit)) => render(&visit),
        Ok(None) => unknown(),
        Err(error) => broken(&error),
    }
}

/// Takes an answer. Sent twice, it counts once and leads to the same place.
pub(super) async fn submit(
    State(courier): State<Courier>,
    Path(page): Path<String>,
    Form(submission): Form<Submission>,
) -> Response {
    let act = match submission {
        Submission { leave: Some(_), .. } => Act::Leave,
        Submission { answer, tries, leave: None } => Act::Answer { answer, tries_shown: tries },
    };
    let address = page.clone();
    match courier.turn_heard(move |turn| acs::act(turn, &page, &act)).await {
        Ok(Some(visit)) => match visit.standing {
            // The last part of this page's own address: reloading what follows sends nothing again.
            Standing::Open { .. } => see_other(&address),
            Standing::Passed | Standing::Failed | Standing::Abandoned if !visit.return_url.is_empty() => {
                see_other(&visit.return_url)
            }
            Standing::Passed
            | Standing::Failed
            | Standing::Abandoned
            | Standing::Expired
            | Standing::Withdrawn => render(&visit),
        },
        Ok(None) => unknown(),
        Err(error) => broken(&error),
    }
}

pub(super) fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::LOCATION, location);
    (StatusCode::SEE_OTHER, headers).into_response()
}

fn render(visit: &Visit) -> Response {
    let (status, title, sentence) = match visit.standing {
        Standing::Open { tries_left, expire_time } => {
            let page = frame("Confirm it is you", Width::Narrow, &open(visit, tries_left, expire_time));
            return (StatusCode::OK, page).into_response();
        }
        Standing::Passed => (
            StatusCode::OK,
            "Thank you, that is confirmed",
            "You have been identified. The merchant tells you what became of the payment.",
        ),
        Standing::Failed => (
            StatusCode::OK,
            "You could not be identified",
            "There were too many wrong answers. Go back to the merchant to start again.",
        ),
        Standing::Abandoned => (
            StatusCode::OK,
            "You left without confirming",
            "Nothing was paid. Go back to the merchant to start again.",
        ),
        Standing::Expired => (
            StatusCode::GONE,
            "This page has expired",
            "Its time is over and nothing was paid. Go back to the merchant to start again.",
        ),
        Standing::Withdrawn => (
            StatusCode::GONE,
            "The merchant has withdrawn this",
            "Nothing was paid. Go back to the merchant to start again.",
        ),
    };
    (status, frame(title, Width::Narrow, &ended(visit, title, sentence))).into_response()
}

fn open(visit: &Visit, tries_left: u8, expire_time: Timestamp) -> Markup {
    let wrong = tries_left < TRIES;
    let describedby = if wrong { "wrong until" } else { "until" };
    html! {
        h1 { "Confirm it is you" }
        p {
            @match visit.page {
                Page::OneTimeCode => "We have sent a one-time code to your phone. Enter it to go on.",
                Page::Password => "Enter the password of your card account to go on.",
            }
        }
        (summary(visit))
        @if wrong {
            p class="alert" id="wrong" role="alert" {
                "That is not right. "
                @if tries_left == 1 { "You have one try left." } @else { "You have " (tries_left) " tries left." }
            }
        }
        form method="post" autocomplete="off" {
            input type="hidden" name="tries" value=(tries_left);
            @match visit.page {
                Page::OneTimeCode => {
                    label for="answer" { "One-time code" }
                    input class="code" id="answer" name="answer" type="text" inputmode="numeric" maxlength="12"
                        autocomplete="one-time-code" required autofocus
                        aria-describedby=(describedby) aria-invalid=[wrong.then_some("true")];
                }
                Page::Password => {
                    label for="answer" { "Password" }
                    input id="answer" name="answer" type="password" maxlength="100"
                        autocomplete="current-password" required autofocus
                        aria-describedby=(describedby) aria-invalid=[wrong.then_some("true")];
                }
            }
            div class="buttons" {
                button class="main" type="submit" { "Confirm" }
                button class="side" type="submit" name="leave" value="1" formnovalidate { "Cancel" }
            }
        }
        p class="soft" id="until" { "You can answer until " (time(expire_time)) ". You may close this page and open it again until then." }
        p class="hint" {
            strong { "Sandbox hint. " } "The answer is " code { (visit.page.answer()) } "."
        }
    }
}

fn ended(visit: &Visit, title: &str, sentence: &str) -> Markup {
    html! {
        h1 { (title) }
        p { (sentence) }
        (summary(visit))
        @if visit.return_url.is_empty() {
            p class="soft" { "You may close this page." }
        } @else {
            a class="button main" href=(visit.return_url) { "Back to the merchant" }
        }
    }
}

fn summary(visit: &Visit) -> Markup {
    html! {
        dl {
            dt { "Merchant" }
            dd { (if visit.merchant.is_empty() { "not given" } else { visit.merchant.as_str() }) }
            dt { "Amount" }
            dd { (visit.amount.as_ref().map_or_else(|| "none, a check only".to_owned(), Amount::to_text)) }
            dt { "Card" }
            dd { (masked(&visit.card)) }
        }
    }
}

/// For the eye, the last four digits are enough.
fn masked(card: &str) -> String {
    let last = card.rsplit('…').next().unwrap_or_default();
    format!("•••• {last}")
}

fn time(time: Timestamp) -> Markup {
    let zoned = time.to_zoned(TimeZone::UTC);
    html! { time datetime=(time.to_string()) { (zoned.strftime("%-d %B %Y, %H:%M UTC")) } }
}

pub(super) fn unknown() -> Response {
    let body = html! {
        h1 { "There is no such page" }
        p { "The address is not complete, or it is not one of this bank's. Go back to the merchant to start again." }
    };
    (StatusCode::NOT_FOUND, frame("There is no such page", Width::Narrow, &body)).into_response()
}

pub(super) fn broken(error: &Error) -> Response {
    tracing::error!(error = %error, "sandbox.page.failed");
    let body = html! {
        h1 { "Something is wrong at the bank" }
        p { "Nothing was decided. Try again in a moment." }
    };
    (StatusCode::SERVICE_UNAVAILABLE, frame("Something is wrong at the bank", Width::Narrow, &body))
        .into_response()
}
