//! AccountService.

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{
    amount::read_amount,
    call::{Call, key},
    desk::{Desk, Order, kept},
    status::internal,
};
use crate::{
    domain::{
        account::{CreditTerms, CustomerType},
        command::{Command, CreateAccount},
        entity::{Entity, Kind},
        ids::AccountId,
        program::ProgramId,
        reason::Reason,
        rejection::FieldViolation,
    },
    proto::v1::{self as pb, account_service_server::AccountService},
    wire::{
        names,
        v1::{account, kyc_review},
    },
};

/// Names accounts after program and request id: the same call makes the same account (C7).
const ACCOUNTS: Uuid = Uuid::from_u128(0x8d5b_6f0e_3c1a_4f7e_9a52_51c2_0b7d_e4a1);

fn shown(entity: &Entity) -> Result<pb::Account, Status> {
    Ok(account(kept(entity)?))
}

#[tonic::async_trait]
impl AccountService for Desk {
    async fn create_account(
        &self,
        request: Request<pb::CreateAccountRequest>,
    ) -> Result<Response<pb::CreateAccountResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let wanted = request.account.unwrap_or_default();
        let mut bad = Vec::new();
        let body = [&*wanted.program, &*wanted.region_code, &*wanted.currency_code, &*wanted.display_name];
        let key = key(&self.links.keys, "CreateAccount", &request.request_id, &body, &mut bad);
        let program = ProgramId(wanted.program.clone());
        if wanted.program.is_empty() {
            bad.push(required("account.program", "Name the program, for example alibaba-cloud-intl."));
        }
        let country = wanted.region_code.parse().map_err(|error| {
            bad.push(malformed("account.region_code", &error));
        });
        let currency = wanted.currency_code.parse().map_err(|error| {
            bad.push(malformed("account.currency_code", &error));
        });
        self.check(bad)?;
        self.program(&program)?;
        let (Ok(country), Ok(currency)) = (country, currency) else {
            return Err(internal(&"a checked field is missing"));
        };
        let name = format!("{program}\n{}", request.request_id);
        let id = AccountId(Uuid::new_v5(&ACCOUNTS, name.as_bytes()));
        let display_name = wanted.display_name;
        let command = Command::CreateAccount(CreateAccount { id, program, country, currency, display_name });
        let order = Order { account: id, command, key, until_rest: false };
        let account = shown(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::CreateAccountResponse { account: Some(account) }))
    }

    async fn get_account(
        &self,
        request: Request<pb::GetAccountRequest>,
    ) -> Result<Response<pb::GetAccountResponse>, Status> {
        let id = self.field(names::parse_account("name", &request.into_inner().name))?;
        let account = account(&self.account(id).await?);
        Ok(Response::new(pb::GetAccountResponse { account: Some(account) }))
    }

    async fn list_accounts(
        &self,
        request: Request<pb::ListAccountsRequest>,
    ) -> Result<Response<pb::ListAccountsResponse>, Status> {
        Ok(Response::new(self.accounts_of(request.into_inner()).await?))
    }

    async fn report_obligations(
        &self,
        request: Request<pb::ReportObligationsRequest>,
    ) -> Result<Response<pb::ReportObligationsResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("account", &request.account))?;
        let count = request.running_resource_count;
        let mut bad = Vec::new();
        let key =
            key(&self.links.keys, "ReportObligations", &request.request_id, &[&count.to_string()], &mut bad);
        self.check(bad)?;
        let command = Command::ReportObligations { running_resources: count };
        let order = Order { account, command, key, until_rest: false };
        let account = shown(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::ReportObligationsResponse { account: Some(account) }))
    }

    async fn set_credit_terms(
        &self,
        request: Request<pb::SetCreditTermsRequest>,
    ) -> Result<Response<pb::SetCreditTermsResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("account", &request.account))?;
        let mut bad = Vec::new();
        let terms = read_terms(&request.credit_terms.unwrap_or_default(), &mut bad);
        let body = format!("{terms:?}");
        let key = key(&self.links.keys, "SetCreditTerms", &request.request_id, &[&body], &mut bad);
        self.check(bad)?;
        let Some(terms) = terms else { return Err(internal(&"checked terms are missing")) };
        let order = Order { account, command: Command::SetCreditTerms(terms), key, until_rest: false };
        let account = shown(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::SetCreditTermsResponse { account: Some(account) }))
    }

    async fn update_account(
        &self,
        request: Request<pb::UpdateAccountRequest>,
    ) -> Result<Response<pb::UpdateAccountResponse>, Status> {
        let call = Call::of(&request);
        let account = shown(&*self.change_account(call, request.into_inner()).await?)?;
        Ok(Response::new(pb::UpdateAccountResponse { account: Some(account) }))
    }

    async fn get_onboarding(
        &self,
        request: Request<pb::GetOnboardingRequest>,
    ) -> Result<Response<pb::GetOnboardingResponse>, Status> {
        let id = self.field(names::parse_account("account", &request.into_inner().account))?;
        Ok(Response::new(self.onboarding_of(id).await?))
    }

    async fn deactivate_account(
        &self,
        request: Request<pb::DeactivateAccountRequest>,
    ) -> Result<Response<pb::DeactivateAccountResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("name", &request.name))?;
        let mut bad = Vec::new();
        let key = key(&self.links.keys, "DeactivateAccount", &request.request_id, &[&request.name], &mut bad);
        self.check(bad)?;
        let order = Order { account, command: Command::Deactivate, key, until_rest: false };
        let account = shown(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::DeactivateAccountResponse { account: Some(account) }))
    }

    async fn send_verification_code(
        &self,
        request: Request<pb::SendVerificationCodeRequest>,
    ) -> Result<Response<pb::SendVerificationCodeResponse>, Status> {
        let call = Call::of(&request);
        let message = self.send_code(call, request.into_inner()).await?;
        Ok(Response::new(pb::SendVerificationCodeResponse { message: Some(message) }))
    }

    async fn check_verification_code(
        &self,
        request: Request<pb::CheckVerificationCodeRequest>,
    ) -> Result<Response<pb::CheckVerificationCodeResponse>, Status> {
        let call = Call::of(&request);
        let account = shown(&*self.check_code(call, request.into_inner()).await?)?;
        Ok(Response::new(pb::CheckVerificationCodeResponse { account: Some(account) }))
    }

    async fn get_message(
        &self,
        request: Request<pb::GetMessageRequest>,
    ) -> Result<Response<pb::GetMessageResponse>, Status> {
        let name = request.into_inner().name;
        let (account, id) = self.field(names::parse_message("name", &name))?;
        let entity = self.read(account, id.0, &name).await?;
        let message = self.shown_message(&self.account(account).await?, &entity)?;
        Ok(Response::new(pb::GetMessageResponse { message: Some(message) }))
    }

    async fn list_messages(
        &self,
        request: Request<pb::ListMessagesRequest>,
    ) -> Result<Response<pb::ListMessagesResponse>, Status> {
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let (found, next_page_token) =
            self.list(account, Kind::Message, request.page_size, &request.page_token).await?;
        let account = self.account(account).await?;
        let messages =
            found.iter().map(|entity| self.shown_message(&account, entity)).collect::<Result<_, _>>()?;
        Ok(Response::new(pb::ListMessagesResponse { messages, next_page_token }))
    }

    async fn submit_kyc_documents(
        &self,
        request: Request<pb::SubmitKycDocumentsRequest>,
    ) -> Result<Response<pb::SubmitKycDocumentsResponse>, Status> {
        let call = Call::of(&request);
        let entity = self.submit_documents(call, request.into_inner()).await?;
        let kyc_review = Some(kyc_review(kept(&entity)?));
        Ok(Response::new(pb::SubmitKycDocumentsResponse { kyc_review }))
    }

    async fn require_kyc(
        &self,
        request: Request<pb::RequireKycRequest>,
    ) -> Result<Response<pb::RequireKycResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("account", &request.account))?;
        let mut bad = Vec::new();
        let key = key(&self.links.keys, "RequireKyc", &request.request_id, &[&request.reason], &mut bad);
        self.check(bad)?;
        let command = Command::RequireKyc { reason: request.reason };
        let order = Order { account, command, key, until_rest: false };
        let account = shown(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::RequireKycResponse { account: Some(account) }))
    }

    async fn get_kyc_review(
        &self,
        request: Request<pb::GetKycReviewRequest>,
    ) -> Result<Response<pb::GetKycReviewResponse>, Status> {
        let name = request.into_inner().name;
        let (account, id) = self.field(names::parse_kyc_review("name", &name))?;
        let entity = self.read(account, id.0, &name).await?;
        Ok(Response::new(pb::GetKycReviewResponse { kyc_review: Some(kyc_review(kept(&entity)?)) }))
    }

    async fn list_kyc_reviews(
        &self,
        request: Request<pb::ListKycReviewsRequest>,
    ) -> Result<Response<pb::ListKycReviewsResponse>, Status> {
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let (found, next_page_token) =
            self.list(account, Kind::KycReview, request.page_size, &request.page_token).await?;
        let kyc_reviews = found.iter().filter_map(Entity::get).map(kyc_review).collect();
        Ok(Response::new(pb::ListKycReviewsResponse { kyc_reviews, next_page_token }))
    }
}

fn read_terms(terms: &pb::CreditTerms, bad: &mut Vec<FieldViolation>) -> Option<CreditTerms> {
    let limit = read_amount("credit_terms.limit", terms.limit.as_ref(), bad);
    let customer = match terms.customer_type() {
        pb::CustomerType::Individual => Some(CustomerType::Individual),
        pb::CustomerType::Enterprise => Some(CustomerType::Enterprise),
        pb::CustomerType::Unspecified => {
            bad.push(required("credit_terms.customer_type", "Say what kind of customer it is."));
            None
        }
    };
    let bill_due_days = u32::try_from(terms.bill_due_days).ok();
    if bill_due_days.is_none() {
        bad.push(required("credit_terms.bill_due_days", "The number of days is negative. Give 0 or more."));
    }
    let (limit, customer, bill_due_days) = (limit?, customer?, bill_due_days?);
    Some(CreditTerms { approved: terms.approved, customer, limit, bill_due_days })
}

fn required(field: &str, description: &str) -> FieldViolation {
    FieldViolation::new(field, Reason::InvalidField, description)
}

fn malformed(field: &str, error: &dyn std::fmt::Display) -> FieldViolation {
    FieldViolation::new(field, Reason::InvalidField, format!("{error}."))
}
