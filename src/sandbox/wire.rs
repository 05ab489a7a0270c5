//! Reads what comes over the wire into the sandbox's own values, and refuses what makes no sense.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{
    amount::Amount,
    effect::{Authentication, Letter, Listener, Request, Usage},
    error::Error,
};
use crate::proto::provider::v1::{self as provider, perform_request::Operation};

const DEFAULT_CHALLENGE_LIFETIME: SignedDuration = SignedDuration::from_mins(15);
const TEXT_BYTES_MAX: usize = 200;
const URL_BYTES_MAX: usize = 2048;
const EMAIL_BYTES_MAX: usize = 254;
const MESSAGE_BYTES_MAX: usize = 10_000;
const PAGE_SIZE_DEFAULT: i32 = 100;
const PAGE_SIZE_MAX: i32 = 1000;

/// A `Perform` that can be decided.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub effect_id: String,
    pub clock: String,
    pub request: Request,
    /// Empty for releases and refunds.
    pub descriptor: String,
    pub usage: Option<Usage>,
    pub listener: Option<Listener>,
}

/// Reads a `Perform`.
pub(super) fn read_order(request: provider::PerformRequest) -> Result<Order, Error> {
    let effect_id = read_effect_id(request.effect_id)?;
    let clock = read_effect_clock(request.clock)?;
    let operation =
        request.operation.ok_or_else(|| Error::invalid("operation", "one operation has to be set"))?;
    let (request_read, presented) = match operation {
        Operation::Authorize(authorize) => {
            let amount = Amount::read("authorize.amount", authorize.amount)?;
            let (token, presented) = read_card("authorize.card", authorize.card)?;
            (Request::Authorize { amount, token }, Some(presented))
        }
        Operation::Charge(charge) => {
            let amount = Amount::read("charge.amount", charge.amount)?;
            let (token, presented) = read_card("charge.card", charge.card)?;
            (Request::Charge { amount, token }, Some(presented))
        }
        Operation::Verify(verify) => {
            let (token, presented) = read_card("verify.card", verify.card)?;
            (Request::Verify { token }, Some(presented))
        }
        Operation::Agree(agree) => {
            let wallet = required("agree.wallet", agree.wallet)?;
            let card = provider::CardUse {
                token: wallet,
                statement_descriptor: agree.statement_descriptor,
                return_url: agree.return_url,
                challenge_lifetime: agree.page_lifetime,
                ..provider::CardUse::default()
            };
            let (wallet, presented) = read_card("agree", Some(card))?;
            (Request::Agree { wallet }, Some(presented))
        }
        Operation::AuthorizeRedirect(redirect) => {
            let amount = Amount::read("authorize_redirect.amount", redirect.amount)?;
            let card = provider::CardUse {
                token: required("authorize_redirect.reference", redirect.reference)?,
                statement_descriptor: redirect.statement_descriptor,
                return_url: redirect.return_url,
                challenge_lifetime: redirect.page_lifetime,
                ..provider::CardUse::default()
            };
            let (reference, presented) = read_card("authorize_redirect", Some(card))?;
            (Request::AuthorizeRedirect { amount, reference }, Some(presented))
        }
        Operation::Capture(capture) => {
            let authorized = required("capture.authorized_effect_id", capture.authorized_effect_id)?;
            let amount = Amount::read("capture.amount", capture.amount)?;
            (Request::Capture { authorized, amount }, None)
        }
        Operation::Withdraw(withdraw) => {
            let authorized = required("withdraw.authorized_effect_id", withdraw.authorized_effect_id)?;
            (Request::Withdraw { authorized }, None)
        }
        Operation::EndAgreement(end) => {
            let agreed = required("end_agreement.agreed_effect_id", end.agreed_effect_id)?;
            (Request::EndAgreement { agreed }, None)
        }
        Operation::Release(release) => {
            let authorized = required("release.authorized_effect_id", release.authorized_effect_id)?;
            (Request::Release { authorized }, None)
        }
        Operation::Refund(refund) => {
            let charged = required("refund.charged_effect_id", refund.charged_effect_id)?;
            let amount = Amount::read("refund.amount", refund.amount)?;
            let reference = refund.charged_provider_reference;
            (Request::Refund { charged, amount, reference }, None)
        }
        Operation::ReviewIdentity(review) => {
            let registered_name = required("review_identity.registered_name", review.registered_name)?;
            let documents: Vec<String> =
                review.documents.into_iter().map(|document| document.token).collect();
            if documents.is_empty() {
                return Err(Error::invalid("review_identity.documents", "one at least is needed"));
            }
            (Request::ReviewIdentity { registered_name, documents }, None)
        }
        Operation::SendMessage(message) => (Request::SendMessage(read_letter(message)?), None),
    };
    let listener = read_listener(request.notification_target, request.notification_token)?;
    let (descriptor, usage) = presented.unzip();
    Ok(Order {
        effect_id,
        clock,
        request: request_read,
        descriptor: descriptor.unwrap_or_default(),
        usage,
        listener,
    })
}

/// The token, and with it the descriptor and how the card is used.
fn read_card(
    field: &'static str,
    card: Option<provider::CardUse>,
) -> Result<(String, (String, Usage)), Error> {
    let card = card.ok_or_else(|| Error::invalid(field, "a card is needed"))?;
    let authentication = match card.authentication() {
        provider::Authentication::Unspecified | provider::Authentication::IssuerDecides => {
            Authentication::IssuerDecides
        }
        provider::Authentication::ChallengeMandated => Authentication::ChallengeMandated,
        provider::Authentication::CustomerAbsent => Authentication::CustomerAbsent,
    };
    let challenge_lifetime = match card.challenge_lifetime {
        None => DEFAULT_CHALLENGE_LIFETIME,
        Some(duration) => std::time::Duration::try_from(duration)
            .ok()
            .and_then(|duration| SignedDuration::try_from(duration).ok())
            .filter(SignedDuration::is_positive)
            .ok_or_else(|| Error::invalid("card.challenge_lifetime", "it has to be longer than nothing"))?,
    };
    if !card.return_url.is_empty() {
        read_url("card.return_url", &card.return_url)?;
    }
    let descriptor = bounded("card.statement_descriptor", card.statement_descriptor)?;
    let expiry = match (card.expiry_year, card.expiry_month) {
        (0, 0) => None,
        (year @ 2000..=2999, month @ 1..=12) => Some((year, month)),
        (_, _) => {
            return Err(Error::invalid("card.expiry_month", "expiry_year and expiry_month are no month"));
        }
    };
    let usage = Usage { authentication, return_url: card.return_url, challenge_lifetime, expiry };
    Ok((required("card.token", card.token)?, (descriptor, usage)))
}

fn read_letter(message: provider::SendMessage) -> Result<Letter, Error> {
    let by_email = match message.channel() {
        provider::MessageChannel::Email => true,
        provider::MessageChannel::Sms => false,
        provider::MessageChannel::Unspecified => {
            return Err(Error::invalid("send_message.channel", "it is needed"));
        }
    };
    let to = message.to;
    let number = to.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if to.is_empty() || to.len() > EMAIL_BYTES_MAX || by_email != to.contains('@') || by_email == number {
        return Err(Error::invalid("send_message.to", "it is no address of that channel"));
    }
    if message.text.is_empty() || message.text.len() > MESSAGE_BYTES_MAX {
        return Err(Error::invalid("send_message.text", "it has to be 1 to 10,000 bytes"));
    }
    let parameter = |name: &str| message.parameters.get(name).cloned().unwrap_or_default();
    Ok(Letter {
        to,
        code: parameter("code"),
        url: parameter("url"),
        template: bounded("send_message.template", message.template)?,
        subject: bounded("send_message.subject", message.subject)?,
        text: message.text,
    })
}

fn read_listener(target: String, token: String) -> Result<Option<Listener>, Error> {
    if target.is_empty() {
        return Ok(None);
    }
    read_url("notification_target", &target)?;
    if token.len() > URL_BYTES_MAX {
        return Err(Error::invalid("notification_token", "it is too long"));
    }
    Ok(Some(Listener { target, token }))
}

/// Only web addresses: a browser is sent there, or a connection opened.
fn read_url(field: &'static str, url: &str) -> Result<(), Error> {
    let web = Url::parse(url).is_ok_and(|parsed| matches!(parsed.scheme(), "http" | "https"));
    if web && url.len() <= URL_BYTES_MAX && url.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(Error::invalid(field, "it has to be an http or https address in ASCII, of 2048 bytes at most"))
    }
}

/// Reads an effect id.
pub(super) fn read_effect_id(effect_id: String) -> Result<String, Error> {
    required("effect_id", effect_id)
}

/// Reads the clock of an effect: empty is the system's.
pub(super) fn read_effect_clock(clock: String) -> Result<String, Error> {
    if clock.is_empty() { Ok(clock) } else { read_clock(clock) }
}

/// Reads the name of a test clock.
pub(super) fn read_clock(clock: String) -> Result<String, Error> {
    let named = clock.strip_prefix("testClocks/").is_some_and(|id| !id.is_empty() && !id.contains('/'));
    if named && clock.len() <= TEXT_BYTES_MAX {
        Ok(clock)
    } else {
        Err(Error::invalid("clock", "it has to be the name of a test clock, `testClocks/{test_clock}`"))
    }
}

fn required(field: &'static str, text: String) -> Result<String, Error> {
    if text.is_empty() {
        return Err(Error::invalid(field, "it is needed"));
    }
    bounded(field, text)
}

fn bounded(field: &'static str, text: String) -> Result<String, Error> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Error::invalid(field, "it is longer than 200 bytes"));
    }
    Ok(text)
}

/// Reads the page asked for: after which sequence, and how many.
pub(super) fn read_page(page_size: i32, page_token: &str) -> Result<(i64, i64), Error> {
    let size = match page_size {
        0 => PAGE_SIZE_DEFAULT,
        size if size < 0 => return Err(Error::invalid("page_size", "it must not be negative")),
        size => size.min(PAGE_SIZE_MAX),
    };
    let after = if page_token.is_empty() {
        0
    } else {
        hex::decode(page_token)
            .ok()
            .and_then(|bytes| <[u8; 8]>::try_from(bytes).ok())
            .map(i64::from_be_bytes)
            .ok_or_else(|| Error::invalid("page_token", "it is not from an earlier answer"))?
    };
    Ok((after, i64::from(size)))
}

/// The token of the page that follows `sequence`.
pub(super) fn page_token(sequence: i64) -> String {
    hex::encode(sequence.to_be_bytes())
}

/// An instant as protobuf has it.
pub(super) fn to_wire_time(time: Timestamp) -> prost_types::Timestamp {
    let micros = time.as_microsecond();
    prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(micros.rem_euclid(1_000_000) * 1000).unwrap_or(0),
    }
}

/// Reads an instant.
pub(super) fn read_time(
    field: &'static str,
    time: Option<prost_types::Timestamp>,
) -> Result<Timestamp, Error> {
    let time = time.ok_or_else(|| Error::invalid(field, "a time is needed"))?;
    Timestamp::new(time.seconds, time.nanos)
        .map_err(|_error| Error::invalid(field, "it is not a time from year 1 to year 9999"))
}

/// Reads where remittances are to be reported, if anywhere.
pub(super) fn read_reports(
    request: provider::GetCapabilitiesRequest,
) -> Result<Option<(String, String)>, Error> {
    let provider::GetCapabilitiesRequest { remittance_target, remittance_token } = request;
    if remittance_target.is_empty() {
        return Ok(None);
    }
    read_url("remittance_target", &remittance_target)?;
    if remittance_token.len() > URL_BYTES_MAX {
        return Err(Error::invalid("remittance_token", "it is too long"));
    }
    Ok(Some((remittance_target, remittance_token)))
}
