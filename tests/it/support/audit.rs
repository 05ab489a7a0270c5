//! `bursar audit`, as an operator runs it.

use std::time::Duration;

use serde::Deserialize;

use super::{process::run_within, world::World};

/// An audit of the longest run takes minutes on a busy machine.
const AUDITED_WITHIN: Duration = Duration::from_secs(900);

/// What an audit printed, with `--json`.
#[derive(Debug, Clone, Deserialize)]
pub struct Printed {
    pub journal_rows: u64,
    pub entities: u64,
    pub money: Option<Reconciled>,
    pub findings_count: u64,
    pub findings: Vec<Finding>,
}

/// What was compared with the ledger.
#[derive(Debug, Clone, Deserialize)]
pub struct Reconciled {
    pub attempts: u64,
    pub entries: u64,
    pub under_way: u64,
    pub in_review: u64,
}

/// Something that was found.
#[derive(Debug, Clone, Deserialize)]
pub struct Finding {
    pub check: String,
    pub row: String,
    pub message: String,
}

/// Audits a database, with the ledger of a sandbox if there is one; its exit code has to say the same as what
/// it printed.
pub async fn audit(database_url: &str, sandbox: Option<&str>) -> Printed {
    let mut arguments = vec!["audit", "--json", "--database-url", database_url];
    let address = sandbox.map(|sandbox| format!("http://{sandbox}"));
    arguments.extend(address.iter().flat_map(|address| ["--sandbox", address]));
    let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
    let output = run_within(&arguments, AUDITED_WITHIN).await;
    let said = String::from_utf8_lossy(&output.stdout);
    let printed: Printed = serde_json::from_str(&said)
        .unwrap_or_else(|error| panic!("{error}: {said}{}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(output.status.code(), Some(i32::from(printed.findings_count > 0)), "{printed:#?}");
    printed
}

impl World {
    /// Audits what bursar has stored, which may be running or not, with the issuers' ledger.
    pub async fn audit(&self) -> Printed {
        let sandbox = self.apart.as_ref().map_or(&self.server.grpc, |apart| &apart.grpc);
        audit(self.database_url(), Some(sandbox)).await
    }

    /// Audits it, and nothing may be found.
    pub async fn is_clean(&self) -> Printed {
        let printed = self.audit().await;
        assert_eq!(printed.findings_count, 0, "{:#?}", printed.findings);
        printed
    }
}
