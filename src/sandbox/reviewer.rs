//! The reviewer of identity documents. What a document plays, its file's name says; beside that the reviewer
//! reads what is written in it, as they would a picture: a line `Name: …` and a line `Expires: YYYY-MM-DD`. A
//! PDF may have them as comments, after a `%`. Nothing else of a document is kept.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use rusqlite::OptionalExtension as _;

use super::{
    case::Case,
    catalogue::{self, Document, EXPIRED, INCONSISTENT},
    database::Turn,
    effect::{Effect, Purpose, Request, State, Statement},
    error::Error,
    issuer::{self, Ruling},
};
use crate::proto::provider::v1::{DocumentType, StoreDocumentRequest};

const BYTES_MAX: usize = 2 << 20;

/// What was read in a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    file_name: String,
    name: Option<String>,
    expires: Option<String>,
}

/// Looks at a document as it is presented. Its content goes no further.
pub(super) fn look(request: &StoreDocumentRequest) -> Result<Seen, Error> {
    if request.r#type() == DocumentType::Unspecified {
        return Err(Error::invalid("type", "it is needed"));
    }
    if request.content.is_empty() || request.content.len() > BYTES_MAX {
        return Err(Error::invalid("content", "a document has 1 byte to 2 MiB"));
    }
    let written = |label: &str| {
        let lines = request.content.split(|byte| *byte == b'\n');
        lines.filter_map(|line| str::from_utf8(line).ok()).find_map(|line| {
            let text = line.trim().trim_start_matches('%').trim_start().strip_prefix(label)?;
            Some(text.trim().to_owned())
        })
    };
    let file_name = request.file_name.clone();
    Ok(Seen { file_name, name: written("Name:"), expires: written("Expires:") })
}

/// Puts away what was seen, and draws its token.
pub(super) fn keep(turn: &mut Turn<'_>, seen: &Seen) -> Result<String, Error> {
    let token = format!("doc_{}", turn.secret());
    turn.connection
        .prepare_cached("INSERT INTO documents (token, file_name, name, expires) VALUES (?1, ?2, ?3, ?4)")?
        .execute((&token, &seen.file_name, &seen.name, &seen.expires))?;
    Ok(token)
}

fn open(turn: &Turn<'_>, token: &str) -> Result<Option<Seen>, Error> {
    let seen = turn
        .connection
        .prepare_cached("SELECT file_name, name, expires FROM documents WHERE token = ?1")?
        .query_row([token], |row| {
            Ok(Seen { file_name: row.get(0)?, name: row.get(1)?, expires: row.get(2)? })
        })
        .optional()?;
    Ok(seen)
}

/// What a review comes to: what is wrong in plain sight, else what the first document plays that plays
/// anything.
pub(super) fn review(
    turn: &Turn<'_>,
    registered_name: &str,
    tokens: &[String],
    now: Timestamp,
) -> Result<Case, Error> {
    let mut wrong = None;
    for token in tokens {
        let seen = open(turn, token)?
            .ok_or_else(|| Error::invalid("review_identity.documents", "no document has this token"))?;
        wrong = wrong.or_else(|| in_plain_sight(&seen, registered_name, now));
    }
    let card = &played(turn, tokens)?.plays;
    let ruling = match wrong {
        Some(reason) => Ruling::Decline(reason),
        None => issuer::rule_authenticated(card, Purpose::IdentityReview),
    };
    let statement = Statement::default();
    Ok(Case::new(Some(card), Purpose::IdentityReview, statement, None, ruling))
}

fn in_plain_sight(seen: &Seen, registered_name: &str, now: Timestamp) -> Option<catalogue::Reason> {
    let same = |name: &String| name.to_lowercase() == registered_name.trim().to_lowercase();
    let today = now.to_zoned(TimeZone::UTC).date();
    let expired = |day: &String| day.parse::<Date>().is_ok_and(|day| day < today);
    if seen.name.as_ref().is_some_and(|name| !same(name)) {
        Some(INCONSISTENT)
    } else if seen.expires.as_ref().is_some_and(expired) {
        Some(EXPIRED)
    } else {
        None
    }
}

fn played(turn: &Turn<'_>, tokens: &[String]) -> Result<&'static Document, Error> {
    for token in tokens {
        let name = open(turn, token)?.map(|seen| seen.file_name).unwrap_or_default();
        if let Some(document) = catalogue::find_document(&name) {
            return Ok(document);
        }
    }
    Ok(&catalogue::ANY_DOCUMENT)
}

fn of(effect: &Effect) -> Option<&[String]> {
    if let Some(Request::ReviewIdentity { documents, .. }) = &effect.request { Some(documents) } else { None }
}

/// How long the reviewer works on it; `None`: this is nothing that a reviewer works on.
pub(super) fn work(turn: &Turn<'_>, effect: &Effect) -> Result<Option<SignedDuration>, Error> {
    of(effect).map(|tokens| played(turn, tokens).map(|document| document.works)).transpose()
}

/// What the reviewer says once their work is done.
pub(super) fn done(turn: &Turn<'_>, effect: &Effect) -> Result<Ruling, Error> {
    let document = of(effect).map(|tokens| played(turn, tokens)).transpose()?;
    let card = document.map_or(&catalogue::ANY_DOCUMENT.plays, |document| &document.plays);
    Ok(issuer::rule_authenticated(card, Purpose::IdentityReview))
}

/// The state that this leads to.
pub(super) fn ruled(turn: &Turn<'_>, effect: &Effect) -> Result<State, Error> {
    Ok(match done(turn, effect)? {
        Ruling::Decline(reason) => State::declined(reason),
        Ruling::Approve | Ruling::ApproveHalf | Ruling::Challenge | Ruling::Refuse => {
            super::desk::approved(turn, false, None)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(content: &str) -> Seen {
        let request = StoreDocumentRequest {
            r#type: DocumentType::Passport.into(),
            file_name: "passport.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            content: content.as_bytes().to_vec(),
        };
        look(&request).unwrap()
    }

    #[test]
    fn what_is_written_in_a_document_is_read() {
        #[rustfmt::skip]
        let table = [
            ("%PDF-1.7",                                            None),
            ("%PDF-1.7\n%Name: Ada Lovelace",                       None),
            ("%PDF-1.7\n% Name: ada lovelace \r\n",                 None),
            ("%PDF-1.7\n%Name: Ada Byron",                          Some("INCONSISTENT_WITH_REGISTRATION")),
            ("%PDF-1.7\n%Name: Ada Lovelace\n%Expires: 2026-03-30", Some("EXPIRED")),
            ("%PDF-1.7\n%Name: Ada Lovelace\n%Expires: 2026-03-31", None),
            ("%PDF-1.7\n%Expires: soon",                            None),
        ];
        let now = "2026-03-31T12:00:00Z".parse().unwrap();
        for (content, expected) in table {
            let reason = in_plain_sight(&seen(content), "Ada Lovelace", now).map(|reason| reason.code);
            assert_eq!(reason, expected, "{content}");
        }
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let empty = StoreDocumentRequest { r#type: DocumentType::Passport.into(), ..Default::default() };
        assert!(look(&empty).is_err());
        let large = StoreDocumentRequest { content: vec![0; BYTES_MAX + 1], ..empty.clone() };
        assert!(look(&large).is_err());
        assert!(look(&StoreDocumentRequest { content: vec![0], r#type: 0, ..empty }).is_err());
    }
}
