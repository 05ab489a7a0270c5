//! How clients pay by bank transfer: money is sent, claimed where it arrived in the shared account, and
//! approved by somebody else, or not.

use std::{sync::Arc, time::Duration};

use bursar::{
    env::Connection,
    proto::{
        sandbox::v1::{
            BankEntry, BankEntryKind, ListBankEntriesRequest, Money, ReturnRemittanceRequest,
            SendRemittanceRequest, remittance_bank_service_client::RemittanceBankServiceClient,
        },
        v1::{
            self as pb, GetRemittanceAccountRequest, ListRemittancesRequest, Remittance, RemittanceState,
            remittance_service_client::RemittanceServiceClient,
        },
    },
};
use tonic::{Request, Status};

use super::{ask::Told, world::World};

/// The program whose customers pay by transfer.
pub const PROGRAM: &str = "programs/alibaba-cloud-intl";
/// Who claims, and who approves.
pub const CLAIMANT: &str = "ann";
pub const MANAGER: &str = "bob";

/// One request, and whose it is.
#[derive(Debug, Clone)]
pub enum Transfer {
    Claim(&'static str, pb::ClaimRemittanceRequest),
    Approve(&'static str, pb::ApproveRemittanceClaimRequest),
    Reject(&'static str, pb::RejectRemittanceClaimRequest),
    Auto(pb::UpdateBalanceRequest),
    FromBalance(pb::PayFromBalanceRequest),
}

impl Transfer {
    pub fn method(&self) -> &'static str {
        match self {
            Self::Claim(..) => "ClaimRemittance",
            Self::Approve(..) => "ApproveRemittanceClaim",
            Self::Reject(..) => "RejectRemittanceClaim",
            Self::Auto(_) => "UpdateBalance",
            Self::FromBalance(_) => "PayFromBalance",
        }
    }

    pub fn request_id(&self) -> &str {
        match self {
            Self::Claim(_, request) => &request.request_id,
            Self::Approve(_, request) => &request.request_id,
            Self::Reject(_, request) => &request.request_id,
            Self::Auto(request) => &request.request_id,
            Self::FromBalance(request) => &request.request_id,
        }
    }

    pub async fn call(&self, to: Connection, patience: Duration) -> Result<Option<Told>, Status> {
        let mut client = RemittanceServiceClient::new(to);
        let claimed = |remittance: Option<Remittance>| remittance.map(Told::Remittance);
        Ok(match self {
            Self::Claim(who, ask) => {
                claimed(client.claim_remittance(by(who, ask, patience)).await?.into_inner().remittance)
            }
            Self::Approve(who, ask) => claimed(
                client.approve_remittance_claim(by(who, ask, patience)).await?.into_inner().remittance,
            ),
            Self::Reject(who, ask) => {
                claimed(client.reject_remittance_claim(by(who, ask, patience)).await?.into_inner().remittance)
            }
            Self::Auto(ask) => {
                let answer = client.update_balance(by("", ask, patience)).await?.into_inner();
                answer.balance.map(Told::Balance)
            }
            Self::FromBalance(ask) => {
                let answer = client.pay_from_balance(by("", ask, patience)).await?.into_inner();
                answer.balance.map(Told::Balance)
            }
        })
    }
}

fn by<T: Clone>(principal: &str, message: &T, patience: Duration) -> Request<T> {
    let mut request = Request::new(message.clone());
    request.set_timeout(patience);
    if !principal.is_empty() {
        request.metadata_mut().insert("bursar-principal", principal.parse().expect("a principal"));
    }
    request
}

/// Claims a remittance for an account.
pub fn claim(name: &str, account: &str, request_id: String) -> Transfer {
    let (name, account, proof) = (name.to_owned(), account.to_owned(), "slip 7".to_owned());
    Transfer::Claim(CLAIMANT, pb::ClaimRemittanceRequest { name, account, proof, request_id })
}

/// Approves a claim.
pub fn approve(who: &'static str, name: &str, request_id: String) -> Transfer {
    Transfer::Approve(who, pb::ApproveRemittanceClaimRequest { name: name.to_owned(), request_id })
}

/// Refuses a claim.
pub fn reject(name: &str, request_id: String) -> Transfer {
    let (name, reason) = (name.to_owned(), "another payer".to_owned());
    Transfer::Reject(MANAGER, pb::RejectRemittanceClaimRequest { name, reason, request_id })
}

/// Switches automatic settlement.
pub fn auto(account: &str, auto_settlement: bool, request_id: String) -> Transfer {
    let name = format!("{account}/balance");
    let balance = Some(pb::Balance { name, auto_settlement, ..pb::Balance::default() });
    Transfer::Auto(pb::UpdateBalanceRequest { balance, request_id })
}

/// Where an account's money goes: its own number, or the shared one.
pub async fn number(world: &World, account: &str, shared: bool) -> Result<String, Status> {
    let _busy = world.agenda.busy();
    let request = GetRemittanceAccountRequest { name: format!("{account}/remittanceAccount") };
    let mut client = RemittanceServiceClient::new(world.cluster.door("payer"));
    let shown = client.get_remittance_account(request).await?.into_inner().remittance_account;
    let shown = shown.unwrap_or_default();
    Ok(if shared { shown.shared_account_number } else { shown.dedicated_account_number })
}

/// Sends money, and has it reported so often and so much later.
pub async fn send(world: &World, to: String, amount: pb::Money, reports: i32, delay: Duration) {
    let request = SendRemittanceRequest {
        creditor_account: to,
        amount: Some(Money { currency_code: amount.currency_code, units: amount.units, nanos: amount.nanos }),
        debtor: "Analytical Engines".to_owned(),
        arrival_days: 2,
        report_count: reports,
        report_delay: prost_types::Duration::try_from(delay).ok(),
        ..SendRemittanceRequest::default()
    };
    let mut bank = RemittanceBankServiceClient::new(world.remittances.clone());
    bank.send_remittance(request).await.expect("the bank takes it");
}

/// Has the bank take back what arrived last.
pub async fn take_back(world: &World) {
    let mut arrived = entries(world).await.into_iter().filter(|entry| entry.kind() == BankEntryKind::Credit);
    let Some(last) = arrived.next_back() else { return };
    let request = ReturnRemittanceRequest { bank_reference: last.bank_reference, reason: "AC04".to_owned() };
    let mut bank = RemittanceBankServiceClient::new(world.remittances.clone());
    // It may have gone back already.
    drop(bank.return_remittance(request).await);
}

/// The bank's ledger.
pub async fn entries(world: &World) -> Vec<BankEntry> {
    let mut bank = RemittanceBankServiceClient::new(world.remittances.clone());
    let request = ListBankEntriesRequest { page_size: 1_000, ..ListBankEntriesRequest::default() };
    bank.list_bank_entries(request).await.expect("the bank answers").into_inner().entries
}

/// All remittances of an account, or of the program.
pub async fn remittances(world: &Arc<World>, parent: &str) -> Result<Vec<Remittance>, Status> {
    let _busy = world.agenda.busy();
    let request = ListRemittancesRequest {
        parent: parent.to_owned(),
        page_size: 200,
        ..ListRemittancesRequest::default()
    };
    let mut client = RemittanceServiceClient::new(world.cluster.door("reader"));
    Ok(client.list_remittances(request).await?.into_inner().remittances)
}

/// What waits for a claim, or to be judged.
pub async fn waiting(world: &Arc<World>) -> Result<Vec<Remittance>, Status> {
    let mut found = remittances(world, PROGRAM).await?;
    found.retain(|it| matches!(it.state(), RemittanceState::Unapplied | RemittanceState::Claimed));
    Ok(found)
}
