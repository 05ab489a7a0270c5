//! The customer with a browser: opens the link, is led on to the issuer's page, and does there what people
//! do. The pages work without script, so a form's hidden fields are all there is to know.

use std::{sync::Arc, time::Duration};

use axum::body::{Body, to_bytes};
use tonic::codegen::{StdError, http};
use tower::ServiceExt as _;

use super::{chance::Chance, replica::BANK, world::World};

pub const CODE: &str = "123456";
const REDIRECTS_MAX: usize = 6;
const PAGE_MAX: usize = 1 << 20;

/// What somebody does with a link.
#[derive(Debug, Clone, Copy)]
enum Habit {
    Answers,
    /// Is wrong, and gets it right then; or is wrong until the issuer has had enough.
    IsWrong(usize),
    Leaves,
    /// Closes the page and comes back another time.
    ComesBack,
    /// Presses the button twice.
    Twice,
    /// Opens no page at all.
    Never,
}

const HABITS: [Habit; 9] = [
    Habit::Answers,
    Habit::Answers,
    Habit::Answers,
    Habit::IsWrong(1),
    Habit::IsWrong(5),
    Habit::Leaves,
    Habit::ComesBack,
    Habit::Twice,
    Habit::Never,
];

/// Follows a link, after a while.
pub async fn visit(world: Arc<World>, chance: Arc<Chance>, url: String) {
    let habit = *chance.pick(&HABITS);
    world.trace.count(&format!("customer: {}", name(habit)));
    // The link is good for a quarter of an hour; some come too late.
    let patience = Duration::from_secs(*chance.pick(&[20, 20, 20, 1_000]));
    world.agenda.sleep(chance.any_span(Duration::from_millis(300), patience)).await;
    let _busy = world.agenda.busy();
    let submit = async |answer: &str, leave: bool| submit(&world, &url, answer, leave).await;
    let right = "open sesame";
    let answers = [CODE, right];
    let done: Result<(), StdError> = async {
        match habit {
            Habit::Answers => {
                // Whether it asks for a code or for a password is on the page; the wrong one costs a try.
                let Some((_, body)) = open(&world, &url).await? else { return Ok(()) };
                submit(answers[usize::from(body.contains("password"))], false).await
            }
            Habit::IsWrong(times) => {
                for _ in 0..times {
                    submit("000000", false).await?;
                }
                submit(CODE, false).await
            }
            Habit::Leaves => submit("", true).await,
            Habit::ComesBack => {
                open(&world, &url).await?;
                world.agenda.sleep(chance.any_span(Duration::from_secs(1), Duration::from_secs(600))).await;
                submit(CODE, false).await
            }
            Habit::Twice => {
                let (one, two) = tokio::join!(submit(CODE, false), submit(CODE, false));
                one.and(two)
            }
            Habit::Never => Ok(()),
        }
    }
    .await;
    if let Err(error) = done {
        // The browser shows an error; the customer gives up.
        world.trace.note(format_args!("a customer sees an error: {error}"));
    }
}

/// Opens a link and sends off the issuer's form, if it leads to one.
pub async fn submit(world: &Arc<World>, url: &str, answer: &str, leave: bool) -> Result<(), StdError> {
    let Some((page, body)) = open(world, url).await? else { return Ok(()) };
    if page.contains("/netbank/") && body.contains("name=\"do\"") {
        return at_bank(world, page, answer, leave).await;
    }
    if body.contains("name=\"do\"") {
        return at_paypal(world, page, body, answer, leave).await;
    }
    let Some(tries) = hidden(&body) else { return Ok(()) };
    let leave = if leave { "&leave=1" } else { "" };
    let form = format!("tries={tries}&answer={}{leave}", answer.replace(' ', "+"));
    follow(world, page, Some(form)).await.map(|_| ())
}

/// At PayPal there is one thing after the other to do: log on, add a bank account where there is none, and
/// agree. Who answers with something else than an e-mail address is Ada, or nobody that PayPal knows.
async fn at_paypal(
    world: &Arc<World>,
    mut page: String,
    mut body: String,
    answer: &str,
    leave: bool,
) -> Result<(), StdError> {
    let email = match answer {
        email if email.contains('@') => email,
        "000000" => "nobody@example.com",
        _ => "ada@example.com",
    };
    for button in ["log-on", "fund", "agree"] {
        // Who leaves, leaves at once, or when they see what they would agree to.
        let button = if leave { "leave" } else { button };
        if !body.contains(&format!("value=\"{button}\"")) {
            continue;
        }
        let form = format!("do={button}&email={}", email.replace('@', "%40"));
        match follow(world, page, Some(form)).await? {
            Some(next) if next.1.contains("name=\"do\"") => (page, body) = next,
            Some(_) | None => return Ok(()),
        }
    }
    Ok(())
}

/// At the gateway the customer chooses a bank, and pays there. Who answers with something else than a bank's
/// code banks at ICBC.
async fn at_bank(world: &Arc<World>, page: String, answer: &str, leave: bool) -> Result<(), StdError> {
    if leave {
        return follow(world, page, Some("do=leave".to_owned())).await.map(|_| ());
    }
    let bank = if answer.bytes().all(|byte| byte.is_ascii_uppercase()) { answer } else { "ICBC" };
    follow(world, page.clone(), Some(format!("do=choose&bank={bank}"))).await?;
    follow(world, page, Some("do=pay".to_owned())).await.map(|_| ())
}

/// The holder of a PayPal account ends what they agreed to.
pub async fn end_agreements(world: &Arc<World>) -> Result<(), StdError> {
    let at = format!("{BANK}/paypal");
    let Some((page, body)) = follow(world, at, None).await? else { return Ok(()) };
    for part in body.split("name=\"effect_id\" value=\"").skip(1) {
        let Some((id, _)) = part.split_once('"') else { continue };
        follow(world, page.clone(), Some(format!("effect_id={id}"))).await?;
    }
    Ok(())
}

fn name(habit: Habit) -> &'static str {
    match habit {
        Habit::Answers => "answers",
        Habit::IsWrong(1) => "is wrong once",
        Habit::IsWrong(_) => "is wrong too often",
        Habit::Leaves => "leaves",
        Habit::ComesBack => "comes back",
        Habit::Twice => "presses twice",
        Habit::Never => "never comes",
    }
}

/// Opens a link; `None`: it leads away from all pages of ours and the bank's.
async fn open(world: &Arc<World>, url: &str) -> Result<Option<(String, String)>, StdError> {
    follow(world, url.to_owned(), None).await
}

async fn follow(
    world: &Arc<World>,
    mut url: String,
    mut form: Option<String>,
) -> Result<Option<(String, String)>, StdError> {
    for _ in 0..REDIRECTS_MAX {
        let Some(answer) =
            tokio::time::timeout(Duration::from_secs(30), fetch(world, &url, form.take())).await??
        else {
            return Ok(None);
        };
        let Some(location) = answer.headers().get(http::header::LOCATION) else {
            let body = to_bytes(answer.into_body(), PAGE_MAX).await?;
            return Ok(Some((url, String::from_utf8_lossy(&body).into_owned())));
        };
        url = url::Url::parse(&url)?.join(location.to_str()?)?.into();
    }
    Err("too many redirects".into())
}

/// One request, to the service's pages or to the bank's.
async fn fetch(
    world: &Arc<World>,
    url: &str,
    form: Option<String>,
) -> Result<Option<http::Response<Body>>, StdError> {
    let at_bank = url.strip_prefix(BANK);
    let path = match at_bank {
        Some(path) => path.to_owned(),
        None if World::is_ours(url) => url::Url::parse(url)?.path().to_owned(),
        None => return Ok(None),
    };
    let request = http::Request::builder().uri(path);
    let request = match form {
        None => request.body(Body::empty())?,
        Some(form) => request
            .method("POST")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form))?,
    };
    let answer = match at_bank {
        Some(_) => world.outside.pages().oneshot(request).await?,
        None => world.cluster.page(request).await?,
    };
    world.trace.note(format_args!(
        "page {} {}",
        if at_bank.is_some() { "bank" } else { "ours" },
        answer.status()
    ));
    if answer.status() == http::StatusCode::INTERNAL_SERVER_ERROR {
        world.witness.fault(format!("a page answers {}", answer.status()));
    }
    Ok(Some(answer))
}

/// How many tries the form shows.
fn hidden(body: &str) -> Option<String> {
    let (_, rest) = body.split_once("name=\"tries\" value=\"")?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}
