//! RemittanceService: bank transfers, and the balance that they make (A25 to A30).

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{
    amount::read_amount,
    call::{Call, key},
    desk::{Desk, Order, kept},
    form::{self, Form},
    page_token,
    status::not_found,
};
use crate::{
    domain::{
        account::Account,
        balance::Entry,
        command::{ClaimRemittance, Command, RejectRemittanceClaim},
        entity::{Entity, Kind},
        ids::{AccountId, InvoiceId, RemittanceId},
        invoice::Invoice,
        money::Money,
        onboarding,
        program::{BankAccount, ProgramId},
        reason::Reason,
        rejection::{FieldViolation, Rejection},
        remittance::{Remittance, number},
        seller,
    },
    engine::RequestKey,
    proto::v1::{self as pb, remittance_service_server::RemittanceService},
    wire::{
        names::{self, Owner},
        time,
        v1::{balance, balance_entry, invoice, remittance, remittance_account},
    },
};

/// How many remittances a query looks at for one page.
const LOOKED_AT_MOST: i32 = 200;

impl Desk {
    /// Where an account's bank transfers go, for one that buys on credit (A25, A26).
    async fn bank_of(&self, name: &str) -> Result<(Account, &BankAccount), Status> {
        let id = self.field(names::parse_singleton("name", names::REMITTANCE_ACCOUNT, name))?;
        let account = self.account(id).await?;
        let edition = self.program(&account.program)?.edition(self.clock_of(id).await?);
        if let Some(rejection) = Rejection::rules(account.transfer_refusals(edition)) {
            return Err(self.refuse(&rejection));
        }
        let bank = edition.bank_account(&account.region).ok_or_else(|| not_found(name))?;
        Ok((account, bank))
    }

    /// An account that may claim what arrived in its program's shared account.
    async fn claimant(&self, id: AccountId, program: &ProgramId) -> Result<(), Status> {
        let account = self.account(id).await?;
        if account.program != *program {
            return Err(not_found(&names::account(id)));
        }
        if let Some(rejection) = onboarding::against_deactivated(&account) {
            return Err(self.refuse(&rejection));
        }
        let edition = self.program(program)?.edition(self.clock_of(id).await?);
        match Rejection::rules(account.transfer_refusals(edition)) {
            Some(rejection) => Err(self.refuse(&rejection)),
            None => Ok(()),
        }
    }

    async fn shown_remittance(&self, entity: &Entity) -> Result<pb::Remittance, Status> {
        let found: &Remittance = kept(entity)?;
        let owner = self.owner(found.account);
        let program = match &owner {
            Owner::Program(_) => owner.clone(),
            Owner::Customer(account) => Owner::Program(self.account(*account).await?.program),
        };
        Ok(remittance(found, &owner, &program))
    }

    /// A remittance in the program's shared account.
    fn shared(&self, name: &str) -> Result<(ProgramId, RemittanceId), Status> {
        let (program, id) = self.field(names::parse_of_program("name", names::REMITTANCES, name))?;
        self.served(&program)?;
        Ok((program, RemittanceId(id)))
    }

    /// What is asked of a shared remittance, under the program's own account.
    async fn order_shared(
        &self,
        call: Call,
        program: &ProgramId,
        command: Command,
        key: RequestKey,
    ) -> Result<pb::Remittance, Status> {
        let order = Order { account: seller::account_of(program), command, key, until_rest: true };
        let entity: Arc<Entity> = self.order(call, order).await?;
        self.shown_remittance(&entity).await
    }
}

#[tonic::async_trait]
impl RemittanceService for Desk {
    async fn get_remittance_account(
        &self,
        request: Request<pb::GetRemittanceAccountRequest>,
    ) -> Result<Response<pb::GetRemittanceAccountResponse>, Status> {
        let (account, bank) = self.bank_of(&request.into_inner().name).await?;
        let remittance_account = Some(remittance_account(&account, bank));
        Ok(Response::new(pb::GetRemittanceAccountResponse { remittance_account }))
    }

    async fn get_payment_request_form(
        &self,
        request: Request<pb::GetPaymentRequestFormRequest>,
    ) -> Result<Response<pb::GetPaymentRequestFormResponse>, Status> {
        let (account, bank) = self.bank_of(&request.into_inner().name).await?;
        let program = self.program(&account.program)?;
        let today = program.today(self.clock_of(account.id).await?);
        let form = Form {
            seller: &program.seller,
            lines: vec![
                ("Customer", account.display_name.clone()),
                ("Account", names::account(account.id)),
                ("Country", account.country.name().to_owned()),
                ("Account holder", bank.holder.clone()),
                ("Account number", number::dedicated(&bank.dedicated_prefix, account.id)),
                ("Bank", bank.bank.clone()),
                ("Bank address", bank.address.clone()),
                ("SWIFT code", bank.swift.clone()),
                ("Currency", bank.currency.code().to_owned()),
                ("Date", today.to_string()),
            ],
            statements: vec![
                format!("The account number belongs to the above account of {} alone.", program.seller),
                "What is transferred to it is credited to that account's balance.".to_owned(),
            ],
        };
        let content_type = "application/pdf".to_owned();
        Ok(Response::new(pb::GetPaymentRequestFormResponse { content: form::pdf(&form), content_type }))
    }

    async fn get_remittance(
        &self,
        request: Request<pb::GetRemittanceRequest>,
    ) -> Result<Response<pb::GetRemittanceResponse>, Status> {
        let name = request.into_inner().name;
        let (account, id) = if name.starts_with("programs/") {
            let (program, id) = self.shared(&name)?;
            (seller::account_of(&program), id.0)
        } else {
            self.field(names::parse_child("name", names::REMITTANCES, &name))?
        };
        let remittance = self.shown_remittance(&*self.read(account, id, &name).await?).await?;
        Ok(Response::new(pb::GetRemittanceResponse { remittance: Some(remittance) }))
    }

    async fn list_remittances(
        &self,
        request: Request<pb::ListRemittancesRequest>,
    ) -> Result<Response<pb::ListRemittancesResponse>, Status> {
        let request = request.into_inner();
        let owner = self.field(Owner::parse("parent", &request.parent))?;
        match &owner {
            Owner::Customer(account) => drop(self.account(*account).await?),
            Owner::Program(program) => self.served(program)?,
        }
        let query = self.query(&request)?;
        let account = owner.account();
        let page = page_token::read(account, Kind::Remittance, request.page_size, &request.page_token)
            .map_err(|rejection| self.refuse(&rejection))?;
        // A query has to be looked for, so more is read at once than is shown.
        let looked_at = if query.is_open() { request.page_size } else { LOOKED_AT_MOST };
        let (found, mut next_page_token) =
            self.page(account, Kind::Remittance, looked_at, &request.page_token).await?;
        let mut remittances = Vec::new();
        for (index, entity) in found.iter().enumerate() {
            if query.matches(kept(entity)?) {
                remittances.push(self.shown_remittance(entity).await?);
            }
            if remittances.len() == page.size && index + 1 < found.len() {
                next_page_token = page_token::write(account, Kind::Remittance, entity.id());
                break;
            }
        }
        Ok(Response::new(pb::ListRemittancesResponse { remittances, next_page_token }))
    }

    async fn claim_remittance(
        &self,
        request: Request<pb::ClaimRemittanceRequest>,
    ) -> Result<Response<pb::ClaimRemittanceResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (program, id) = self.shared(&request.name)?;
        let account = self.field(names::parse_account("account", &request.account))?;
        let mut bad = Vec::new();
        let body = [&*request.name, &*request.account, &*request.proof];
        let key = key(&self.links.keys, "ClaimRemittance", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        // C7: what was answered is answered again, whatever has become of the claimant since.
        if let Err(refused) = self.claimant(account, &program).await {
            let answered = self.recall(call, seller::account_of(&program), key).await;
            let Some(entity) = answered else { return Err(refused) };
            let remittance = Some(self.shown_remittance(&entity).await?);
            return Ok(Response::new(pb::ClaimRemittanceResponse { remittance }));
        }
        let claimant = call.principal.clone();
        let proof = request.proof;
        let claim = ClaimRemittance { program: program.clone(), remittance: id, account, claimant, proof };
        let command = Command::ClaimRemittance(Box::new(claim));
        let remittance = Some(self.order_shared(call, &program, command, key).await?);
        Ok(Response::new(pb::ClaimRemittanceResponse { remittance }))
    }

    async fn approve_remittance_claim(
        &self,
        request: Request<pb::ApproveRemittanceClaimRequest>,
    ) -> Result<Response<pb::ApproveRemittanceClaimResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (program, remittance) = self.shared(&request.name)?;
        let mut bad = Vec::new();
        let body = [&*request.name];
        let key = key(&self.links.keys, "ApproveRemittanceClaim", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let by = call.principal.clone();
        let command = Command::ApproveRemittanceClaim { program: program.clone(), remittance, by };
        let remittance = Some(self.order_shared(call, &program, command, key).await?);
        Ok(Response::new(pb::ApproveRemittanceClaimResponse { remittance }))
    }

    async fn reject_remittance_claim(
        &self,
        request: Request<pb::RejectRemittanceClaimRequest>,
    ) -> Result<Response<pb::RejectRemittanceClaimResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (program, remittance) = self.shared(&request.name)?;
        let mut bad = Vec::new();
        let body = [&*request.name, &*request.reason];
        let key = key(&self.links.keys, "RejectRemittanceClaim", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let (by, reason) = (call.principal.clone(), request.reason);
        let reject = RejectRemittanceClaim { program: program.clone(), remittance, by, reason };
        let command = Command::RejectRemittanceClaim(reject);
        let remittance = Some(self.order_shared(call, &program, command, key).await?);
        Ok(Response::new(pb::RejectRemittanceClaimResponse { remittance }))
    }

    async fn get_balance(
        &self,
        request: Request<pb::GetBalanceRequest>,
    ) -> Result<Response<pb::GetBalanceResponse>, Status> {
        let name = request.into_inner().name;
        let id = self.field(names::parse_singleton("name", names::BALANCE, &name))?;
        let balance = Some(balance(&self.account(id).await?));
        Ok(Response::new(pb::GetBalanceResponse { balance }))
    }

    async fn update_balance(
        &self,
        request: Request<pb::UpdateBalanceRequest>,
    ) -> Result<Response<pb::UpdateBalanceResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let wanted = request.balance.unwrap_or_default();
        let account = self.field(names::parse_singleton("balance.name", names::BALANCE, &wanted.name))?;
        let mut bad = Vec::new();
        let enabled = wanted.auto_settlement;
        let body = [&*wanted.name, if enabled { "on" } else { "off" }];
        let key = key(&self.links.keys, "UpdateBalance", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let command = Command::SetAutoSettlement { enabled };
        let order = Order { account, command, key, until_rest: false };
        let balance = Some(balance(kept(&*self.order(call, order).await?)?));
        Ok(Response::new(pb::UpdateBalanceResponse { balance }))
    }

    async fn list_balance_entries(
        &self,
        request: Request<pb::ListBalanceEntriesRequest>,
    ) -> Result<Response<pb::ListBalanceEntriesResponse>, Status> {
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let (found, next_page_token) =
            self.list(account, Kind::BalanceEntry, request.page_size, &request.page_token).await?;
        let shown = found.iter().map(|entity| Ok(balance_entry(kept::<Entry>(entity)?)));
        let balance_entries = shown.collect::<Result<_, Status>>()?;
        Ok(Response::new(pb::ListBalanceEntriesResponse { balance_entries, next_page_token }))
    }

    async fn pay_from_balance(
        &self,
        request: Request<pb::PayFromBalanceRequest>,
    ) -> Result<Response<pb::PayFromBalanceResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let mut bad = Vec::new();
        let mut ids: Vec<InvoiceId> = Vec::with_capacity(request.invoices.len());
        for (index, name) in request.invoices.iter().enumerate() {
            match names::parse_invoice(&format!("invoices[{index}]"), name) {
                Ok((of, id)) if of == account => ids.push(id),
                Ok(_) => bad.push(FieldViolation::new(
                    format!("invoices[{index}]"),
                    Reason::InvalidField,
                    "The invoice is another account's. Name invoices of the parent.",
                )),
                Err(violation) => bad.push(violation),
            }
        }
        let body: Vec<&str> = request.invoices.iter().map(String::as_str).collect();
        let key = key(&self.links.keys, "PayFromBalance", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let command = Command::PayFromBalance { invoices: ids.clone() };
        let order = Order { account, command, key, until_rest: false };
        let balance = Some(balance(kept(&*self.order(call, order).await?)?));
        let now = self.clock_of(account).await?;
        let mut invoices = Vec::with_capacity(ids.len());
        for (id, name) in ids.iter().zip(&request.invoices) {
            let entity = self.read(account, id.0, name).await?;
            invoices.push(invoice(kept::<Invoice>(&entity)?, now));
        }
        Ok(Response::new(pb::PayFromBalanceResponse { invoices, balance }))
    }
}

/// What a payer knows of a remittance.
struct Query {
    state: Option<pb::RemittanceState>,
    amount: Option<Money>,
    value_date: Option<jiff::civil::Date>,
    debtor: String,
}

impl Desk {
    fn query(&self, request: &pb::ListRemittancesRequest) -> Result<Query, Status> {
        let mut bad = Vec::new();
        let amount = request.amount.as_ref().and_then(|amount| read_amount("amount", Some(amount), &mut bad));
        let value_date = (!request.value_date.is_empty()).then(|| time::date(&request.value_date));
        if value_date == Some(None) {
            bad.push(FieldViolation::new(
                "value_date",
                Reason::InvalidField,
                "value_date is no date. Give it as 2026-01-31.",
            ));
        }
        if pb::RemittanceState::try_from(request.state).is_err() {
            bad.push(FieldViolation::new(
                "state",
                Reason::InvalidField,
                "It is no state of a remittance. Give one of RemittanceState, or none.",
            ));
        }
        let state = Some(request.state()).filter(|state| *state != pb::RemittanceState::Unspecified);
        self.check(bad)?;
        Ok(Query { state, amount, value_date: value_date.flatten(), debtor: request.debtor.to_lowercase() })
    }
}

impl Query {
    /// Whether it takes everything.
    fn is_open(&self) -> bool {
        self.state.is_none() && self.amount.is_none() && self.value_date.is_none() && self.debtor.is_empty()
    }

    fn matches(&self, found: &Remittance) -> bool {
        let transfer = &found.transfer;
        self.state.is_none_or(|state| names_state(state) == found.state.name())
            && self.amount.is_none_or(|amount| amount == transfer.amount)
            && self.value_date.is_none_or(|date| date == transfer.value_date)
            && transfer.debtor.to_lowercase().contains(&self.debtor)
    }
}

fn names_state(state: pb::RemittanceState) -> &'static str {
    state.as_str_name().trim_start_matches("REMITTANCE_STATE_")
}
