//! The pages for browsers: an index of the scenarios, and the issuers' challenge pages.
//!
//! They are rendered on the server, need no script and load nothing. Links are relative, so that
//! the pages work wherever they are nested. To add a page, add a file with its handler and its
//! markup, and a route below; `layout` gives it its frame.

mod challenge;
mod index;
mod layout;
mod netbank;
mod paypal;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, header},
    middleware::map_response,
    response::Response,
    routing::get,
};

use super::courier::Courier;

/// More than any form here can have.
const BODY_BYTES_MAX: usize = 4096;

/// Every page.
pub(super) fn router(courier: Courier) -> Router {
    Router::new()
        .route("/", get(index::show))
        .route("/challenges/{page}", get(challenge::show).post(challenge::submit))
        .route("/netbank/{page}", get(netbank::show).post(netbank::submit))
        .route("/paypal", get(paypal::account).post(paypal::end))
        .route("/paypal/{page}", get(paypal::show).post(paypal::submit))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(map_response(secure))
        .with_state(courier)
}

/// A page's address is a secret and its form decides about money: nothing keeps it, nothing frames
/// it, nothing learns the address from a link, and nothing runs in it.
async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&layout::content_security_policy()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
