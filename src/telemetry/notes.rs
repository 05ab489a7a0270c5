//! What a handler tells the line of its request.

use std::{
    future::Future,
    sync::{Arc, OnceLock},
};

use uuid::Uuid;

tokio::task_local! {
    static NOTES: Arc<Notes>;
}

/// Filled by the handler, read when the request ends. What is told first stays.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) account: OnceLock<Uuid>,
    pub(super) request_id: OnceLock<Uuid>,
}

/// Tells whose request this is. Outside a request, or in a task that the handler spawned, it does nothing.
pub fn note_account(account: Uuid) {
    with(|notes| &notes.account, account);
}

/// Tells the idempotency key of this request. Outside a request, or in a task that the handler spawned,
/// it does nothing.
pub fn note_request_id(request_id: Uuid) {
    with(|notes| &notes.request_id, request_id);
}

fn with(field: fn(&Notes) -> &OnceLock<Uuid>, value: Uuid) {
    // Neither "no request" nor "already told" is worth a word: a note is a courtesy to the reader.
    let _ = NOTES.try_with(|notes| field(notes).set(value));
}

/// Runs a handler with somewhere to put its notes.
pub(super) fn noting<F: Future>(notes: Arc<Notes>, handler: F) -> impl Future<Output = F::Output> {
    NOTES.scope(notes, handler)
}
