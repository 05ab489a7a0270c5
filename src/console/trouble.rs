//! What went wrong, as a page: the API's reason and what to do (C6).

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::layout::{Place, frame};

/// A refusal of the API's, or a form that can't be read.
pub(super) struct Trouble(Status);

/// A page, or why there is none.
pub(super) type Page = Result<Response, Trouble>;

impl From<Status> for Trouble {
    fn from(status: Status) -> Self {
        Self(status)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let Self(status) = self;
        let (code, title) = match status.code() {
            Code::NotFound => (StatusCode::NOT_FOUND, "That is not there"),
            Code::InvalidArgument => (StatusCode::BAD_REQUEST, "That can't be asked for"),
            Code::FailedPrecondition | Code::AlreadyExists => {
                (StatusCode::CONFLICT, "That is not allowed as things stand")
            }
            Code::ResourceExhausted => (StatusCode::TOO_MANY_REQUESTS, "That is too much at the moment"),
            Code::Ok
            | Code::Cancelled
            | Code::Unknown
            | Code::DeadlineExceeded
            | Code::PermissionDenied
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
            | Code::Unauthenticated => (StatusCode::BAD_GATEWAY, "The service did not answer as it should"),
        };
        let body = html! {
            h1 { (title) }
            (told(&status))
            p { a href="/console" { "Back to the accounts" } }
        };
        (code, frame(title, Place::Elsewhere, &body)).into_response()
    }
}

fn told(status: &Status) -> Markup {
    let details = status.get_error_details();
    let fields = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
    let rules = details.precondition_failure().map(|it| it.violations.as_slice()).unwrap_or_default();
    html! {
        div class="alert" role="alert" {
            p { (status.message()) }
            @if let Some(info) = details.error_info() {
                p class="soft" { "Reason " code { (info.reason) } }
            }
        }
        @if fields.len() + rules.len() > 1 {
            h2 { "All that is wrong" }
            ul {
                @for field in fields { li { code { (field.field) } ": " (field.description) } }
                @for rule in rules { li { code { (rule.subject) } " (" (rule.r#type) "): " (rule.description) } }
            }
        }
    }
}

/// There is no such page.
pub(super) async fn unknown() -> Response {
    Trouble(Status::not_found("The console has no such page. Start from the accounts.")).into_response()
}

/// A form, or an address, that is not of these pages.
pub(super) fn foreign() -> Response {
    let title = "Not from here";
    let body = html! {
        h1 { (title) }
        p { "This came from another site, so nothing was done. Open the console by its own address." }
        p { a href="/console" { "Back to the accounts" } }
    };
    (StatusCode::FORBIDDEN, frame(title, Place::Elsewhere, &body)).into_response()
}
