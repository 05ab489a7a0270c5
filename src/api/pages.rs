//! The pages that customers' browsers see: on to the issuer's page, and back from it (A16).
//!
//! Links carry a sealed token, not a bare id. A browser that comes back proves nothing: it only makes
//! us ask the provider.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Redirect, Response},
    routing::get,
};
use maud::{DOCTYPE, Markup, html};
use tokio::time::Instant;
use uuid::Uuid;

use super::desk::Desk;
use crate::{
    domain::{
        attempt::{self, Approval, Attempt, Input, Observed},
        command::Command,
        entity::{Entity, Kind},
        ids::AccountId,
        outcome::Outcome,
    },
    provider::{Inquiry, Provider as _},
};

/// How long a browser that comes back waits for the outcome to be known.
const WAIT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(250);

/// The pages.
pub fn pages(desk: Desk) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/continue/{token}", get(go_on))
        .route("/return/{token}", get(come_back))
        .layer(axum::middleware::map_response(guarded))
        .with_state(desk)
}

/// Links are secrets: no page may hand them on, and nobody on the way keeps them.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn index() -> Html<String> {
    page(
        "bursar",
        "bursar is running",
        &html! {
            p { "Payments are made over gRPC. Customers come here only to be sent on to their issuer's page." }
        },
    )
}

/// Leads on to the issuer's page, as often as it is opened; once all is done, to the result.
async fn go_on(State(desk): State<Desk>, Path(token): Path<String>) -> Response {
    let Some(found) = find(&desk, &token).await else { return unknown() };
    match running(&found.entity).map(|attempt| &attempt.state) {
        Some(attempt::State::ActionRequired { url, .. }) => Redirect::to(url).into_response(),
        Some(_) | None => shown(&found.entity),
    }
}

/// A browser has come back. It is no witness: the provider is asked (A16).
async fn come_back(State(desk): State<Desk>, Path(token): Path<String>) -> Response {
    let Some(mut found) = find(&desk, &token).await else { return unknown() };
    let deadline = Instant::now() + WAIT;
    while waits(&found.entity) && Instant::now() < deadline {
        ask(&desk, &found).await;
        if let Ok(Some(entity)) = desk.engine.read(found.account, found.entity.id()).await {
            found.entity = entity;
        }
        if waits(&found.entity) {
            tokio::time::sleep(PAUSE).await;
        }
    }
    match found.entity.return_url() {
        Some(url) => Redirect::to(url).into_response(),
        None => shown(&found.entity),
    }
}

struct Found {
    account: AccountId,
    entity: Arc<Entity>,
}

async fn find(desk: &Desk, token: &str) -> Option<Found> {
    let (account, entity): (Uuid, Uuid) = desk.links.keys.open_link(token)?;
    let account = AccountId(account);
    let entity = desk.engine.read(account, entity).await.ok()??;
    Some(Found { account, entity })
}

/// Asks the provider how the attempt stands, and records what it says. Causes nothing else.
async fn ask(desk: &Desk, found: &Found) {
    let Some(attempt) = running(&found.entity) else { return };
    let Some(provider) = desk.providers.get(&attempt.provider) else { return };
    let clock = match desk.engine.store().head(found.account.0).await {
        Ok(Some(head)) => head.clock,
        Ok(None) | Err(_) => return,
    };
    let Ok(Inquiry::Outcome(mut outcome)) = provider.inquire(attempt.effect, &clock).await else { return };
    if planted!(ReturnTrusted) {
        let (reference, amount) = (String::new(), attempt.operation.amount().copied());
        let authorization_code = String::new();
        outcome = Outcome::Approved(Approval {
            reference,
            amount,
            authorization_code,
            challenged: true,
            wallet_holder: None,
        });
    }
    // That it still waits is known, and no reason to write it down again; that the customer has been there is news.
    let been_there = matches!(outcome, Outcome::Pending) && attempt.action().is_some();
    if been_there || !matches!(outcome, Outcome::Pending | Outcome::ActionRequired { .. }) {
        let input = Input::Learned(Observed::Inquired, outcome);
        let command = Command::learn(&found.entity, attempt.effect, input);
        if let Err(error) = desk.engine.hear(found.account, command).await {
            tracing::warn!(%error, effect = %attempt.effect, "what an inquiry found could not be recorded yet");
        }
    }
}

/// What the customer was sent away for. That something is given back is not their concern.
fn running(entity: &Entity) -> Option<&Attempt> {
    entity.running().filter(|attempt| !attempt.operation.gives_back())
}

/// Whether what the customer has done may show any moment. Nobody waits on a page for what rests without them,
/// as a payment that their bank works on for hours (W8).
fn waits(entity: &Entity) -> bool {
    running(entity).is_some_and(|attempt| attempt.action().is_some() || !entity.rests())
        || (entity.kind() == Kind::Agreement && running(entity).is_some())
}

fn shown(entity: &Entity) -> Response {
    let what = if entity.kind() == Kind::Payment { "payment" } else { "verification of your payment method" };
    let (title, text) = match entity.state() {
        "SUCCEEDED" => ("Done", format!("The {what} has succeeded. You can close this page.")),
        "IN_FORCE" => (
            "Done",
            "You have agreed, and your wallet is being verified. You can close this page.".to_owned(),
        ),
        "REQUIRES_COMPLETION" => {
            ("Approved", "Your bank has approved the payment. Go back to the shop to complete it.".to_owned())
        }
        "EXPIRED" => ("Too late", format!("The {what} was not completed in time. Please start again.")),
        "CANCELLED" => ("Cancelled", format!("The {what} was cancelled.")),
        "FAILED" | "ENDING" | "ENDED" => {
            ("Not successful", format!("The {what} did not succeed. Go back to the shop to see why."))
        }
        _ => {
            ("One moment", format!("The outcome of the {what} is not known yet. Please look again shortly."))
        }
    };
    page(title, title, &html! { p { (text) } }).into_response()
}

fn unknown() -> Response {
    let body = page(
        "Not found",
        "This link is not known",
        &html! {
            p { "Check that the whole link was copied." }
        },
    );
    (StatusCode::NOT_FOUND, body).into_response()
}

const STYLE: &str = "body{font:1.1rem/1.6 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#1b1f24}\
main{max-width:34rem;margin:12vh auto;padding:2rem;background:#fff;border-radius:.75rem;\
box-shadow:0 1px 4px #0002}h1{margin-top:0;font-size:1.5rem}\
@media(prefers-color-scheme:dark){body{background:#14171a;color:#e6e8eb}main{background:#1d2125}}";

fn page(title: &str, heading: &str, body: &Markup) -> Html<String> {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { main { h1 { (heading) } (body) } }
        }
    };
    Html(markup.into_string())
}
