//! Page tokens: opaque, and good only for the list that gave them (AIP-158).

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::domain::{
    entity::Kind,
    ids::AccountId,
    reason::Reason,
    rejection::{FieldViolation, Rejection},
};

const SIZE_DEFAULT: usize = 50;
const SIZE_MOST: usize = 200;

/// A page that is wanted.
pub struct Page {
    /// After which entity.
    pub after: Option<Uuid>,
    /// How many.
    pub size: usize,
}

/// Reads what a list request says of its page.
pub fn read(account: AccountId, kind: Kind, size: i32, token: &str) -> Result<Page, Rejection> {
    let size = page_size(size, SIZE_DEFAULT, SIZE_MOST)?;
    let after = if token.is_empty() { None } else { Some(open(account, kind, token)?) };
    Ok(Page { after, size })
}

/// A page size: none is the default, too many is the most, less than none is refused.
pub fn page_size(size: i32, default: usize, most: usize) -> Result<usize, Rejection> {
    match usize::try_from(size) {
        Ok(0) => Ok(default),
        Ok(size) => Ok(size.min(most)),
        Err(_) => Err(Rejection::bad_input(vec![FieldViolation::new(
            "page_size",
            Reason::InvalidField,
            "page_size is negative. Leave it out, or say how many are wanted.",
        )])),
    }
}

/// The token of the page after an entity.
#[must_use]
pub fn write(account: AccountId, kind: Kind, last: Uuid) -> String {
    let mut bytes = Vec::with_capacity(34);
    bytes.extend((kind as i16).to_be_bytes());
    bytes.extend(account.0.as_bytes());
    bytes.extend(last.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn open(account: AccountId, kind: Kind, token: &str) -> Result<Uuid, Rejection> {
    let parse = || {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let rest = bytes.strip_prefix(&(kind as i16).to_be_bytes())?;
        let last = rest.strip_prefix(account.0.as_bytes())?;
        Uuid::from_slice(last).ok()
    };
    parse().ok_or_else(|| invalid("page_token"))
}

/// A place in what an account's log says of one entity: after how many events of which row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPlace {
    /// The row that is read next.
    pub sequence: i64,
    /// How many of its events about the entity were read.
    pub read: u16,
}

/// The token of such a place.
#[must_use]
pub fn write_place(entity: Uuid, place: LogPlace) -> String {
    let mut bytes = Vec::with_capacity(26);
    bytes.extend(entity.as_bytes());
    bytes.extend(place.sequence.to_be_bytes());
    bytes.extend(place.read.to_be_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads such a token, for the same entity.
pub fn read_place(entity: Uuid, token: &str) -> Result<LogPlace, Rejection> {
    let parse = || {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (sequence, read) = bytes.strip_prefix(entity.as_bytes())?.split_at_checked(8)?;
        let sequence = i64::from_be_bytes(sequence.try_into().ok()?);
        Some(LogPlace { sequence, read: u16::from_be_bytes(read.try_into().ok()?) })
    };
    parse().filter(|place| place.sequence > 0).ok_or_else(|| invalid("page_token"))
}

/// A token or cursor that is not one of ours.
pub fn invalid(field: &str) -> Rejection {
    Rejection::field(
        field,
        Reason::PageTokenInvalid,
        "The page token or cursor is not one that was given for this list. Start from the beginning.",
    )
}
