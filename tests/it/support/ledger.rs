//! The issuers' ledger: the truth about money.

use bursar::proto::sandbox::v1::{
    Effect, LedgerEntry, LedgerEntryKind, ListEffectsRequest, ListLedgerEntriesRequest,
};

use super::{eventually::eventually, money, world::World};

impl World {
    /// Every movement that really happened, oldest first.
    pub async fn entries(&self) -> Vec<LedgerEntry> {
        let mut entries = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListLedgerEntriesRequest { page_token, ..ListLedgerEntriesRequest::default() };
            let page = self.sandbox().list_ledger_entries(request).await.expect("a ledger").into_inner();
            entries.extend(page.entries);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return entries;
            }
        }
    }

    /// Every movement as a line: `HOLD USD 1.00 ALIBABACLOUD.COM 424242…4242`.
    pub async fn ledger(&self) -> Vec<String> {
        self.entries().await.iter().map(line).collect()
    }

    /// Waits until the ledger has exactly these lines, in any order.
    pub async fn ledger_comes_to(&self, lines: &[&str]) {
        let mut expected: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        expected.sort();
        eventually(&format!("the ledger comes to {expected:#?}"), async || {
            let mut ledger = self.ledger().await;
            ledger.sort();
            if ledger == expected { Ok(()) } else { Err(format!("{ledger:#?}")) }
        })
        .await;
    }

    /// How often money of this kind moved.
    pub async fn count(&self, kind: LedgerEntryKind) -> usize {
        self.entries().await.iter().filter(|entry| entry.kind() == kind).count()
    }

    /// What the sandbox has heard of an effect.
    pub async fn effect(&self, effect_id: &str) -> Effect {
        let request = ListEffectsRequest { effect_id: effect_id.to_owned(), ..ListEffectsRequest::default() };
        let effects = self.sandbox().list_effects(request).await.expect("effects").into_inner().effects;
        let [effect] = effects.as_slice() else { panic!("not one effect {effect_id}: {effects:?}") };
        effect.clone()
    }
}

fn line(entry: &LedgerEntry) -> String {
    let kind = entry.kind().as_str_name().trim_start_matches("LEDGER_ENTRY_KIND_").to_owned();
    let amount = money::shown_outside(entry.amount.as_ref());
    format!("{kind} {amount} {} {}", entry.statement_descriptor, entry.card)
}
