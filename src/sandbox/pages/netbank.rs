//! The gateway's page with the banks, and the bank's own page.

use axum::{
    Form,
    extract::{Path, State},
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
    amount::Amount,
    catalogue::BANKS,
    courier::Courier,
    effect::Cause,
    netbank::{self, Act, Step, Visit},
};

/// What the forms send: which button, or which bank.
#[derive(Deserialize)]
pub(super) struct Submission {
    #[serde(rename = "do", default)]
    button: String,
    #[serde(default)]
    bank: String,
}

/// Shows the page.
pub(super) async fn show(State(courier): State<Courier>, Path(page): Path<String>) -> Response {
    match courier.turn(move |turn| netbank::look(turn, &page)).await {
        Ok(Some(visit)) => render(&visit),
        Ok(None) => unknown(),
        Err(error) => broken(&error),
    }
}

/// Takes what the customer does. Sent twice, it counts once and leads to the same place.
pub(super) async fn submit(
    State(courier): State<Courier>,
    Path(page): Path<String>,
    Form(Submission { button, bank }): Form<Submission>,
) -> Response {
    let act = match button.as_str() {
        "pay" => Act::Pay,
        "leave" => Act::Leave,
        _ => Act::Choose(bank),
    };
    let address = page.clone();
    match courier.turn_heard(move |turn| netbank::act(turn, &page, &act)).await {
        Ok(Some(visit)) => match visit.step {
            Step::Choose | Step::Pay(_) => see_other(&address),
            Step::Paid | Step::Ended(Cause::ChallengeAbandoned) if !visit.return_url.is_empty() => {
                see_other(&visit.return_url)
            }
            Step::Paid | Step::Ended(_) => render(&visit),
        },
        Ok(None) => unknown(),
        Err(error) => broken(&error),
    }
}

fn render(visit: &Visit) -> Response {
    let (status, title, body) = match visit.step {
        Step::Choose => (StatusCode::OK, "选择银行 · Choose your bank", choose(visit)),
        Step::Pay(bank) => (
            StatusCode::OK,
            "网上银行支付 · Pay at your bank",
            html! {
                p { strong lang="zh" { (bank.chinese) } " " (bank.english) }
                (summary(visit))
                form method="post" {
                    div class="buttons" {
                        button class="main" type="submit" name="do" value="pay" { "确认支付 · Pay" }
                        button class="side" type="submit" name="do" value="leave" { "取消 · Cancel" }
                    }
                }
                p class="hint" { strong { "Sandbox hint. " } (bank.description) }
            },
        ),
        Step::Paid => (
            StatusCode::OK,
            "已提交 · Your bank has it",
            html! { p { "The bank's answer can take up to 24 hours. Go back to the merchant to complete the payment then." } (back(visit)) },
        ),
        Step::Ended(cause) => {
            let sentence = match cause {
                Cause::ChallengeExpired => "Its time is over and nothing was paid.",
                Cause::Requested => "The merchant has withdrawn this, and nothing was paid.",
                Cause::ChallengeFailed
                | Cause::ChallengeAbandoned
                | Cause::AgreementNotApproved
                | Cause::AgreementEnded => "You have left, and nothing was paid.",
            };
            (StatusCode::GONE, "未支付 · Nothing was paid", html! { p { (sentence) } (back(visit)) })
        }
    };
    let body = html! { h1 { (title) } (body) };
    (status, frame(title, Width::Narrow, &body)).into_response()
}

fn choose(visit: &Visit) -> Markup {
    html! {
        (summary(visit))
        form method="post" {
            fieldset {
                legend { "By going on you consent to pay by net banking." }
                @for (index, bank) in BANKS.iter().enumerate() {
                    p {
                        input type="radio" id=(bank.code) name="bank" value=(bank.code) required checked[index == 0];
                        label for=(bank.code) { span lang="zh" { (bank.chinese) } " " (bank.english) }
                    }
                }
            }
            div class="buttons" {
                button class="main" type="submit" name="do" value="choose" { "下一步 · Go to the bank" }
                button class="side" type="submit" name="do" value="leave" formnovalidate { "取消 · Cancel" }
            }
        }
        p class="hint" { strong { "Sandbox hint. " } "Each bank plays something else; its own page says what." }
    }
}

fn summary(visit: &Visit) -> Markup {
    html! {
        dl {
            dt { "商户 · Merchant" }
            dd { (visit.merchant) }
            dt { "金额 · Amount" }
            dd { (visit.amount.as_ref().map(Amount::to_text).unwrap_or_default()) }
        }
    }
}

fn back(visit: &Visit) -> Markup {
    html! {
        @if visit.return_url.is_empty() {
            p class="soft" { "You may close this page." }
        } @else {
            a class="button main" href=(visit.return_url) { "返回商户 · Back to the merchant" }
        }
    }
}
