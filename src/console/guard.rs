//! Who may use the console: a browser that was not led here by another site. It has no log-on; it stands
//! beside the sandbox, which everybody may use who reaches it.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    middleware::Next,
    response::Response,
};

use super::{layout, trouble};

/// The host of an address, as `pay.example.com:8443`.
pub(super) fn host_of(url: &str) -> Arc<str> {
    url.parse::<Uri>().ok().and_then(|uri| uri.authority().map(|it| it.as_str().into())).unwrap_or_default()
}

/// Lets a request through that asks for a host of ours and, where it changes something, comes from our own
/// pages. A name of another's that leads here (DNS rebinding) is none of ours.
pub(super) async fn check(State(own): State<Arc<str>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_own_host(headers, &own) || !(reads || is_same_origin(headers)) {
        return trouble::foreign();
    }
    next.run(request).await
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn is_own_host(headers: &HeaderMap, own: &str) -> bool {
    let Some(host) = text(headers, header::HOST) else { return false };
    if host == own {
        return true;
    }
    let Ok(uri) = host.parse::<Uri>() else { return false };
    let name = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    name == "localhost" || name.parse::<IpAddr>().is_ok()
}

/// Browsers say with each form where it comes from, by one header or the other.
fn is_same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let host = text(headers, header::HOST);
    let origin = text(headers, header::ORIGIN).and_then(|it| it.parse::<Uri>().ok());
    origin.and_then(|uri| uri.authority().map(|it| it.as_str().to_owned())).as_deref() == host
        && host.is_some()
}

/// Nothing keeps a page, nothing frames it, and nothing runs in it.
pub(super) async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        // Own pages may say where a form comes from; others learn nothing.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&layout::content_security_policy()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
