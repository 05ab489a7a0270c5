//! The pages without the service behind them: who may use them, and how things are written.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use tonic::transport::Endpoint;
use tower::ServiceExt as _;

use super::{sequence, shown::amount};
use crate::{
    env::connection,
    proto::v1::{TimelineEntry, TimelineEntryKind as Kind},
};

/// Method, host, other headers, and what comes of it.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)], StatusCode);

/// Asks the console of a service that is not there.
async fn ask(method: &str, host: &str, headers: &[(&str, &str)]) -> StatusCode {
    let nobody = Endpoint::from_static("http://127.0.0.1:9").connect_lazy();
    let pages = super::pages(connection(nobody), "https://pay.example.com/bursar");
    let mut request = Request::builder().method(method).uri("/testClocks").header(header::HOST, host);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("id=a"))
        .unwrap();
    pages.oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn a_form_counts_only_from_a_page_of_our_own() {
    const LET_IN: StatusCode = StatusCode::BAD_GATEWAY;
    const REFUSED: StatusCode = StatusCode::FORBIDDEN;
    #[rustfmt::skip]
    let table: [Case; 12] = [
        ("GET",  "127.0.0.1:7071",       &[],                                          LET_IN),
        ("GET",  "localhost:7071",       &[],                                          LET_IN),
        ("GET",  "[::1]:7071",           &[],                                          LET_IN),
        ("GET",  "pay.example.com",      &[],                                          LET_IN),
        ("GET",  "evil.example:7071",    &[],                                          REFUSED),
        ("POST", "127.0.0.1:7071",       &[],                                          REFUSED),
        ("POST", "127.0.0.1:7071",       &[("origin", "null")],                        REFUSED),
        ("POST", "127.0.0.1:7071",       &[("origin", "http://127.0.0.1:7071")],       LET_IN),
        ("POST", "127.0.0.1:7071",       &[("origin", "http://127.0.0.1:8080")],       REFUSED),
        ("POST", "127.0.0.1:7071",       &[("sec-fetch-site", "same-origin")],         LET_IN),
        ("POST", "127.0.0.1:7071",       &[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:7071")], REFUSED),
        ("POST", "evil.example",         &[("origin", "http://evil.example")],         REFUSED),
    ];
    for (method, host, headers, expected) in table {
        assert_eq!(ask(method, host, headers).await, expected, "{method} {host} {headers:?}");
    }
}

#[test]
fn amounts_are_written_as_people_do() {
    #[rustfmt::skip]
    let table = [
        ("USD", 12,        340_000_000, "USD 12.34"),
        ("USD", 12,        0,           "USD 12.00"),
        ("USD", 1_234_567, 500_000_000, "USD 1,234,567.50"),
        ("JPY", 149,       0,           "JPY 149"),
        ("KWD", 1,         5_000_000,   "KWD 1.005"),
        ("USD", 0,         -10_000_000, "USD -0.01"),
    ];
    for (code, units, nanos, expected) in table {
        assert_eq!(amount(code, units, nanos), expected);
    }
}

#[test]
fn what_is_drawn_is_escaped_and_in_order() {
    let at = |seconds, kind: Kind, provider: &str| TimelineEntry {
        time: Some(prost_types::Timestamp { seconds, nanos: 0 }),
        kind: kind.into(),
        provider: provider.to_owned(),
        network_code: if kind == Kind::Declined { "51" } else { "" }.to_owned(),
        ..TimelineEntry::default()
    };
    let entries = [
        at(100, Kind::Requested, ""),
        at(100, Kind::AttemptStarted, "<b>acme"),
        at(163, Kind::Declined, "<b>acme"),
        at(163 + 90_000, Kind::Failed, ""),
    ];
    let drawn = sequence::draw(&entries).into_string();
    assert!(!drawn.contains("<b>") && drawn.contains("&lt;b&gt;acme"), "{drawn}");
    let places: Vec<_> = [">requested<", ">attempt started<", ">declined 51<", ">failed<"]
        .map(|text| drawn.find(text).unwrap_or_else(|| panic!("no {text} in {drawn}")))
        .into();
    assert!(places.is_sorted());
    assert!(drawn.contains(">+1 min 3 s<") && drawn.contains(">+1 d 1 h<"), "{drawn}");
    assert!(!drawn.contains(">customer<"), "nobody was challenged");
}
