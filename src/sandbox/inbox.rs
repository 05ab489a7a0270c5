//! Inboxes: every message that has really arrived, by e-mail address or mobile number.
//!
//! Scenarios are chosen by the address: one whose local part is `bounces` does not exist, and neither does a
//! number that ends in `0550`; whoever sends there is told so with 550.

use jiff::Timestamp;
use rusqlite::Row;
use tonic::{Request, Response, Status, async_trait};

use super::{
    catalogue::Reason,
    courier::Courier,
    database::{Turn, to_time},
    effect::Letter,
    error::Error,
    wire,
    world::next_page,
};
use crate::proto::sandbox::v1::{
    InboxMessage, ListInboxMessagesRequest, ListInboxMessagesResponse, inbox_service_server::InboxService,
};

/// What a recipient's server says of an address that does not exist (RFC 5321).
pub(super) const NO_SUCH_MAILBOX: Reason = Reason::new("550", "no such mailbox or number");

/// Whether a message can't arrive there.
pub(super) fn bounces(address: &str) -> bool {
    address.split_once('@').map_or(address.ends_with("0550"), |(local, _)| local == "bounces")
}

/// Puts a message into its inbox.
pub(super) fn put(
    turn: &Turn<'_>,
    effect_id: &str,
    letter: &Letter,
    created: Timestamp,
) -> Result<(), Error> {
    turn.connection
        .prepare_cached(
            "INSERT INTO inbox (effect_id, address, template, subject, text, code, url, created)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            effect_id,
            &letter.to,
            &letter.template,
            &letter.subject,
            &letter.text,
            &letter.code,
            &letter.url,
            created.as_microsecond(),
        ))?;
    Ok(())
}

/// Up to `limit` messages after the sequence `after`, of one address or (empty) of all.
fn list(turn: &Turn<'_>, address: &str, after: i64, limit: i64) -> Result<Vec<InboxMessage>, Error> {
    let mut statement = turn.connection.prepare_cached(
        "SELECT sequence, effect_id, address, template, subject, text, code, url, created FROM inbox
         WHERE sequence > ?1 AND (?3 = '' OR address = ?3) ORDER BY sequence LIMIT ?2",
    )?;
    let rows = statement.query_map((after, limit, address), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<InboxMessage> {
    let created: i64 = row.get(8)?;
    Ok(InboxMessage {
        sequence: row.get(0)?,
        effect_id: row.get(1)?,
        address: row.get(2)?,
        template: row.get(3)?,
        subject: row.get(4)?,
        text: row.get(5)?,
        code: row.get(6)?,
        url: row.get(7)?,
        create_time: to_time(created).ok().map(wire::to_wire_time),
    })
}

/// Serves the inboxes.
#[derive(Clone)]
pub struct Inbox {
    pub(super) courier: Courier,
}

#[async_trait]
impl InboxService for Inbox {
    async fn list_inbox_messages(
        &self,
        request: Request<ListInboxMessagesRequest>,
    ) -> Result<Response<ListInboxMessagesResponse>, Status> {
        let ListInboxMessagesRequest { address, page_size, page_token } = request.into_inner();
        let (after, size) = wire::read_page(page_size, &page_token)?;
        let mut messages = self.courier.turn(move |turn| list(turn, &address, after, size + 1)).await?;
        let next_page_token = next_page(&mut messages, size, |message| message.sequence);
        Ok(Response::new(ListInboxMessagesResponse { messages, next_page_token }))
    }
}
