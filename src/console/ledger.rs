//! The outside's own truth about money: the issuers' ledger, and the holds that still stand in it.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    extract::{Query, State},
    response::IntoResponse as _,
};
use maud::{Markup, html};
use serde::Deserialize;
use tonic::Status;

use super::{
    Console,
    bursar::{Bursar, ask},
    layout::{Place, encoded, frame, more, table},
    shown::{sandbox_money, time, words},
    trouble::Page,
};
use crate::proto::sandbox::v1::{LedgerEntry, LedgerEntryKind as Kind, ListLedgerEntriesRequest};

const PAGE: i32 = 100;
/// How many entries are looked through for holds.
const HOLDS_LOOKED_AT: usize = 5_000;

/// Which page.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    page_token: String,
}

/// Shows it.
pub(super) async fn show(
    State(Console { bursar, .. }): State<Console>,
    Query(Wanted { page_token }): Query<Wanted>,
) -> Page {
    let request = ListLedgerEntriesRequest { effect_id: String::new(), page_size: PAGE, page_token };
    let page = bursar.world().list_ledger_entries(ask(request)).await?.into_inner();
    let holds = holds(&bursar).await?;
    let next = format!("/console/ledger?page_token={}", encoded(&page.next_page_token));
    let body = html! {
        h1 { "Ledger" }
        p { "What the issuers, wallets and banks outside have really done. Bursar never reads it: it is the truth that bursar is compared with." }
        section aria-labelledby="holds" {
            h2 id="holds" { "Holds on customers' statements" }
            @if holds.is_empty() { p class="empty" { "No hold stands." } } @else {
                (table("table-holds", "Reserved and not yet gone from the statement", &["Card", "Amount", "Statement says", "Placed (UTC)", "Release"], &held(&holds)))
            }
        }
        section aria-labelledby="entries" {
            h2 id="entries" { "All entries" }
            @if page.entries.is_empty() { p class="empty" { "Nothing has moved yet." } } @else {
                (table("table-entries", "Oldest first", &["No.", "What", "Amount", "Card or wallet", "Statement says", "When (UTC)", "Effect"], &entries(&page.entries)))
                (more(&next, &page.next_page_token, "entries"))
            }
        }
    };
    Ok(frame("Ledger", Place::Ledger, &body).into_response())
}

/// A hold, and whether its release was accepted.
struct Hold {
    entry: LedgerEntry,
    is_releasing: bool,
}

async fn holds(bursar: &Bursar) -> Result<Vec<Hold>, Status> {
    let mut held = BTreeMap::new();
    let mut releasing = BTreeSet::new();
    let (mut page_token, mut looked) = (String::new(), 0);
    loop {
        let request = ListLedgerEntriesRequest { effect_id: String::new(), page_size: 1_000, page_token };
        let page = bursar.world().list_ledger_entries(ask(request)).await?.into_inner();
        looked += page.entries.len();
        for entry in page.entries {
            match entry.kind() {
                Kind::Hold => drop(held.insert(entry.effect_id.clone(), entry)),
                Kind::ReleaseAccepted => drop(releasing.insert(entry.original_effect_id)),
                Kind::ReleaseShown => drop(held.remove(&entry.original_effect_id)),
                Kind::Charge | Kind::Refund | Kind::Unspecified => {}
            }
        }
        page_token = page.next_page_token;
        if page_token.is_empty() || looked >= HOLDS_LOOKED_AT {
            break;
        }
    }
    let mut holds: Vec<Hold> = held
        .into_iter()
        .map(|(effect, entry)| Hold { is_releasing: releasing.contains(&effect), entry })
        .collect();
    holds.sort_by_key(|hold| hold.entry.sequence);
    Ok(holds)
}

fn held(holds: &[Hold]) -> Markup {
    html! {
        @for Hold { entry, is_releasing } in holds {
            tr {
                th scope="row" { (entry.card) }
                td class="number" { (sandbox_money(entry.amount.as_ref())) }
                td { (entry.statement_descriptor) }
                td class="number" { (time(entry.create_time.as_ref())) }
                td { @if *is_releasing { span class="state wait" { "accepted" } } @else { span class="state plain" { "not asked for" } } }
            }
        }
    }
}

fn entries(entries: &[LedgerEntry]) -> Markup {
    html! {
        @for entry in entries {
            tr {
                td class="number" { (entry.sequence) }
                th scope="row" { (words(entry.kind().as_str_name(), "LEDGER_ENTRY_KIND_")) }
                td class="number" { (sandbox_money(entry.amount.as_ref())) }
                td { (entry.card) }
                td { (entry.statement_descriptor) }
                td class="number" { (time(entry.create_time.as_ref())) }
                td {
                    code class="long" { (entry.effect_id) }
                    @if !entry.original_effect_id.is_empty() { span class="soft block" { "undoes " code class="long" { (entry.original_effect_id) } } }
                }
            }
        }
    }
}
