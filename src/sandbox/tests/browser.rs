//! The challenge pages over HTTP, as a browser uses them.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use jiff::SignedDuration;
use tower::ServiceExt as _;

use super::stage::{RETURN_URL, Stage, card, charge, hold, said, stage, stage_at};
use crate::{
    env::ManualClock,
    proto::provider::v1::{ActionRequired, Charge, outcome::Result as Happened, perform_request::Operation},
    sandbox::LedgerLocation,
};

struct Answer {
    status: StatusCode,
    location: Option<String>,
    body: String,
}

/// Fetches an address the way bursar would mount the pages: nested.
async fn fetch(stage: &Stage, url: &str, form: Option<&str>) -> Answer {
    let path = url.strip_prefix("http://pages.example").unwrap();
    let router = Router::new().nest("/sandbox", stage.sandbox.pages());
    let request = Request::builder().uri(path);
    let request = match form {
        None => request.body(Body::empty()),
        Some(form) => request
            .method("POST")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned())),
    };
    let response = router.oneshot(request.unwrap()).await.unwrap();
    let status = response.status();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(response.headers()[header::REFERRER_POLICY], "no-referrer");
    assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
    let location = response.headers().get(header::LOCATION).map(|it| it.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    Answer { status, location, body: String::from_utf8(body.to_vec()).unwrap() }
}

async fn open_page(stage: &mut Stage, effect_id: &str, operation: Operation) -> ActionRequired {
    let happened = stage.perform(effect_id, operation).await.unwrap();
    let Happened::ActionRequired(action) = happened else { panic!("no challenge: {happened:?}") };
    action
}

async fn stands(stage: &mut Stage, effect_id: &str) -> String {
    said(&stage.inquire(effect_id).await.unwrap())
}

#[tokio::test]
async fn the_right_code_leads_back_and_the_money_moves() {
    let mut stage = stage().await;
    let token = stage.token("4000002760003184").await;
    let url = open_page(&mut stage, "secret-effect", charge(&token, 1234)).await.url;
    assert!(!url.contains("secret-effect"));

    let page = fetch(&stage, &url, None).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in ["ALIBABACLOUD.COM", "USD 1234.00", "•••• 3184", "label for=\"answer\"", "123456"] {
        assert!(page.body.contains(part), "{part}");
    }
    assert!(!page.body.contains("4000002760003184") && !page.body.contains("script"));

    for _twice in 0..2 {
        let answer = fetch(&stage, &url, Some("tries=3&answer=+123456+")).await;
        assert_eq!((answer.status, answer.location.as_deref()), (StatusCode::SEE_OTHER, Some(RETURN_URL)));
    }
    assert_eq!(stands(&mut stage, "secret-effect").await, "approved 1234 challenged");
    assert_eq!(stage.lines().await, ["CHARGE secret-effect 1234.00"]);

    let again = fetch(&stage, &url, None).await;
    assert_eq!(again.status, StatusCode::OK);
    assert!(again.body.contains("href=\"https://shop.example/back?id=1&amp;x=2\""));
}

#[tokio::test]
async fn the_issuer_decides_after_the_challenge() {
    let mut stage = stage().await;
    for (number, answer, expected) in [
        ("4000008400001629", "123456", "declined 05"),
        ("4000008260003178", "123456", "declined 51"),
        ("4000000000003220", "123456", "approved 1 challenged"),
        ("4000009800000047", "open+sesame", "approved 1 challenged"),
    ] {
        let token = stage.token(number).await;
        let url = open_page(&mut stage, number, hold(&token)).await.url;
        fetch(&stage, &url, Some(&format!("tries=3&answer={answer}"))).await;
        assert_eq!(stands(&mut stage, number).await, expected, "{number}");
    }
}

#[tokio::test]
async fn three_wrong_answers_fail() {
    let mut stage = stage().await;
    let token = stage.token("4000000000003220").await;
    let url = open_page(&mut stage, "e", charge(&token, 5)).await.url;
    let own = url.rsplit('/').next().unwrap().to_owned();

    let wrong = fetch(&stage, &url, Some("tries=3&answer=1")).await;
    assert_eq!((wrong.status, wrong.location), (StatusCode::SEE_OTHER, Some(own.clone())));
    // The same form sent twice counts once.
    fetch(&stage, &url, Some("tries=3&answer=1")).await;
    let page = fetch(&stage, &url, None).await;
    assert!(page.body.contains("You have 2 tries left.") && page.body.contains("role=\"alert\""));

    fetch(&stage, &url, Some("tries=2&answer=")).await;
    assert!(fetch(&stage, &url, None).await.body.contains("You have one try left."));
    assert_eq!(stands(&mut stage, "e").await, "action");

    let last = fetch(&stage, &url, Some("tries=1&answer=2")).await;
    assert_eq!(last.location.as_deref(), Some(RETURN_URL));
    assert_eq!(stands(&mut stage, "e").await, "cancelled 3");
    fetch(&stage, &url, Some("tries=1&answer=123456")).await;
    assert_eq!(stands(&mut stage, "e").await, "cancelled 3");
    assert!(stage.lines().await.is_empty());
}

#[tokio::test]
async fn the_cancel_button_leaves() {
    let mut stage = stage().await;
    let token = stage.token("4000000000003220").await;
    let url = open_page(&mut stage, "e", charge(&token, 5)).await.url;
    let left = fetch(&stage, &url, Some("tries=3&answer=123456&leave=1")).await;
    assert_eq!(left.location.as_deref(), Some(RETURN_URL));
    assert_eq!(stands(&mut stage, "e").await, "cancelled 4");
    assert!(stage.lines().await.is_empty());
}

#[tokio::test]
async fn a_page_can_be_opened_again_until_it_expires() {
    let clock = Arc::new(ManualClock::new("2026-01-05T10:00:00Z".parse().unwrap()));
    let mut stage = stage_at(LedgerLocation::Memory, clock.clone()).await;
    let token = stage.token("4000000000003220").await;
    let action = open_page(&mut stage, "e", charge(&token, 5)).await;
    assert_eq!(action.expire_time.unwrap().to_string(), "2026-01-05T10:15:00Z");

    clock.advance(SignedDuration::from_secs(899));
    assert_eq!(fetch(&stage, &action.url, None).await.status, StatusCode::OK);
    clock.advance(SignedDuration::from_secs(1));
    let late = fetch(&stage, &action.url, Some("tries=3&answer=123456")).await;
    assert_eq!(late.status, StatusCode::GONE);
    assert!(late.body.contains("This page has expired"));
    assert_eq!(fetch(&stage, &action.url, None).await.status, StatusCode::GONE);
    assert_eq!(stands(&mut stage, "e").await, "cancelled 2");
    assert!(stage.lines().await.is_empty());
}

#[tokio::test]
async fn what_the_merchant_says_is_escaped_and_pages_cannot_be_guessed() {
    let mut stage = stage().await;
    let token = stage.token("4000000000003220").await;
    let mut used = card(&token);
    used.statement_descriptor = "<script>alert(1)</script>".to_owned();
    used.return_url = String::new();
    let operation = Operation::Charge(Charge {
        amount: super::stage::usd(5),
        card: Some(used.clone()),
        reference: String::new(),
    });
    let url = open_page(&mut stage, "e", operation).await.url;
    let page = fetch(&stage, &url, None).await;
    assert!(page.body.contains("&lt;script&gt;") && !page.body.contains("<script"));

    // With nowhere to go back to, the customer stays on the bank's page.
    let done = fetch(&stage, &url, Some("tries=3&answer=123456")).await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(done.body.contains("You have been identified"));

    let unknown = fetch(&stage, "http://pages.example/sandbox/challenges/e", None).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    for address in
        ["javascript:alert(1)", "nowhere", "https://shop.example/a b", "https://shop.example/\r\nx: y"]
    {
        let mut bad = used.clone();
        bad.return_url = address.to_owned();
        let operation = Operation::Charge(Charge {
            amount: super::stage::usd(5),
            card: Some(bad),
            reference: String::new(),
        });
        let refused = stage.perform("bad", operation).await.unwrap_err();
        assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{address}");
    }
}

#[tokio::test]
async fn the_index_lists_every_card() {
    let stage = stage().await;
    let page = fetch(&stage, "http://pages.example/sandbox", None).await;
    assert_eq!(page.status, StatusCode::OK);
    for card in crate::sandbox::catalogue::cards() {
        assert!(page.body.contains(card.number), "{}", card.name);
    }
}
