//! PayPal's pages: log on, add a bank or card, agree; and what one has agreed to, to end it.

use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    challenge::{broken, see_other, unknown},
    layout::{Width, frame},
};
use crate::sandbox::{
    catalogue,
    courier::Courier,
    effect::Cause,
    paypal::{self, Act, Agreement, Step, Visit},
};

/// What the forms send: which button, and the e-mail address.
#[derive(Deserialize)]
pub(super) struct Submission {
    #[serde(default)]
    email: String,
    #[serde(rename = "do", default)]
    button: String,
}

/// Shows the page.
pub(super) async fn show(State(courier): State<Courier>, Path(page): Path<String>) -> Response {
    match courier.turn(move |turn| paypal::look(turn, &page)).await {
        Ok(Some(visit)) => render(&visit, ""),
        Ok(None) => unknown(),
        Err(error) => broken(&error),
    }
}

/// Takes what the customer does. Sent twice, it counts once and leads to the same place.
pub(super) async fn submit(
    State(courier): State<Courier>,
    Path(page): Path<String>,
    Form(Submission { email, button }): Form<Submission>,
) -> Response {
    let act = match button.as_str() {
        "fund" => Act::Fund,
        "agree" => Act::Agree,
        "leave" => Act::Leave,
        _ => Act::LogOn(email.clone()),
    };
    let logs_on = matches!(act, Act::LogOn(_));
    let address = page.clone();
    match courier.turn_heard(move |turn| paypal::act(turn, &page, &act)).await {
        Ok(Some(visit)) => match visit.step {
            Step::LogOn if logs_on => render(&visit, &email),
            Step::LogOn | Step::Fund(_) | Step::Agree(_) => see_other(&address),
            Step::Agreed | Step::Ended(Cause::ChallengeAbandoned | Cause::AgreementNotApproved)
                if !visit.return_url.is_empty() =>
            {
                see_other(&visit.return_url)
            }
            Step::Agreed | Step::Ended(_) => render(&visit, ""),
        },
        Ok(None) => unknown(),
        Err(error) => broken(&error),
    }
}

fn render(visit: &Visit, tried: &str) -> Response {
    let (status, title, body) = match visit.step {
        Step::LogOn => (StatusCode::OK, "Log on to PayPal", log_on(visit, tried)),
        Step::Fund(account) => (
            StatusCode::OK,
            "Add a bank account first",
            html! {
                p { "The account " strong { (account.plays.number) } " has no bank or card that money could be taken from." }
                form method="post" {
                    div class="buttons" {
                        button class="main" type="submit" name="do" value="fund" { "Add a bank account" }
                        button class="side" type="submit" name="do" value="leave" { "Cancel" }
                    }
                }
            },
        ),
        Step::Agree(account) => (
            StatusCode::OK,
            "Approve the billing agreement",
            html! {
                p {
                    strong { (visit.merchant) } " wants to charge your PayPal account " strong { (account.plays.number) }
                    " for what you buy there, until you end the agreement."
                }
                form method="post" {
                    div class="buttons" {
                        button class="main" type="submit" name="do" value="agree" { "Agree and go on" }
                        button class="side" type="submit" name="do" value="leave" { "Cancel and go back" }
                    }
                }
            },
        ),
        Step::Agreed => (
            StatusCode::OK,
            "You have agreed",
            html! { p { "You can end the agreement at any time on your PayPal account's page." } (back(visit)) },
        ),
        Step::Ended(cause) => {
            let sentence = match cause {
                Cause::ChallengeExpired => "Its time is over. Go back to the merchant to start again.",
                Cause::Requested => "The merchant has withdrawn this.",
                Cause::AgreementEnded => "You have ended the agreement.",
                Cause::ChallengeFailed | Cause::ChallengeAbandoned | Cause::AgreementNotApproved => {
                    "You have not agreed, and nothing was linked."
                }
            };
            (StatusCode::GONE, "There is no agreement", html! { p { (sentence) } (back(visit)) })
        }
    };
    let body = html! { h1 { (title) } (body) };
    (status, frame(title, Width::Narrow, &body)).into_response()
}

fn log_on(visit: &Visit, tried: &str) -> Markup {
    let wrong = !tried.is_empty();
    html! {
        p { strong { (visit.merchant) } " sends you here to link your PayPal account." }
        @if wrong {
            p class="alert" id="wrong" role="alert" { "There is no account with that e-mail address." }
        }
        form method="post" autocomplete="off" {
            label for="email" { "E-mail address" }
            input id="email" name="email" type="email" maxlength="100" value=(tried) autocomplete="username" required autofocus
                aria-describedby=[wrong.then_some("wrong")] aria-invalid=[wrong.then_some("true")];
            div class="buttons" {
                button class="main" type="submit" name="do" value="log-on" { "Log on" }
                button class="side" type="submit" name="do" value="leave" formnovalidate { "Cancel and go back" }
            }
        }
        p class="hint" {
            strong { "Sandbox hint. " } "No password is asked for. The accounts are "
            @for (index, account) in catalogue::wallets().enumerate() {
                @if index > 0 { ", " }
                code { (account.plays.number) }
            }
            "."
        }
    }
}

fn back(visit: &Visit) -> Markup {
    html! {
        @if visit.return_url.is_empty() {
            p class="soft" { "You may close this page." }
        } @else {
            a class="button main" href=(visit.return_url) { "Back to the merchant" }
        }
    }
}

/// Whose account is looked at.
#[derive(Deserialize)]
pub(super) struct Holder {
    #[serde(default)]
    email: String,
}

/// Which agreement is ended.
#[derive(Deserialize)]
pub(super) struct Ending {
    effect_id: String,
}

/// Shows what an account has agreed to.
pub(super) async fn account(
    State(courier): State<Courier>,
    Query(Holder { email }): Query<Holder>,
) -> Response {
    match courier.turn(move |turn| paypal::agreements(turn, &email)).await {
        Ok(agreements) => account_page(&agreements),
        Err(error) => broken(&error),
    }
}

/// Ends an agreement, as its holder does.
pub(super) async fn end(
    State(courier): State<Courier>,
    Form(Ending { effect_id }): Form<Ending>,
) -> Response {
    match courier.turn_heard(move |turn| paypal::end_by_holder(turn, &effect_id)).await {
        Ok(()) => see_other("paypal"),
        Err(error) => broken(&error),
    }
}

fn account_page(agreements: &[Agreement]) -> Response {
    let body = html! {
        h1 { "PayPal: billing agreements" }
        @if agreements.is_empty() { p { "Nobody has agreed to anything yet." } } @else {
            div class="scroll" tabindex="0" role="region" aria-labelledby="agreements" {
                table {
                    caption id="agreements" { "Who agreed to be charged by whom" }
                    thead { tr { th scope="col" { "Account" } th scope="col" { "Merchant" } th scope="col" { "State" } th scope="col" { "End it" } } }
                    tbody {
                        @for agreement in agreements {
                            tr {
                                th scope="row" { (agreement.account) }
                                td { (agreement.merchant) }
                                td { @if agreement.ended { "ended" } @else { "in force" } }
                                td {
                                    @if !agreement.ended {
                                        form method="post" {
                                            button class="side" type="submit" name="effect_id" value=(agreement.effect_id) { "End agreement" }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    frame("PayPal: billing agreements", Width::Wide, &body).into_response()
}
