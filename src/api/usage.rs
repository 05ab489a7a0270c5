//! UsageService.

use tonic::{Request, Response, Status};

use super::{
    amount::read_amount,
    call::{Call, key},
    desk::{Desk, Order, kept},
    status::{internal, not_found},
};
use crate::{
    domain::{
        command::{Command, ReportUsage},
        entity::{Entity, Kind},
        ids::AccountId,
        money::Money,
        usage::Period,
    },
    proto::v1::{self as pb, usage_service_server::UsageService},
    wire::{
        names,
        v1::{account, usage_period},
    },
};

fn shown_account(entity: &Entity) -> Result<pb::Account, Status> {
    Ok(account(kept(entity)?))
}

fn shown_period(entity: &Entity) -> Result<pb::UsagePeriod, Status> {
    Ok(usage_period(kept(entity)?))
}

impl Desk {
    /// Switches a product on or off.
    async fn switch(
        &self,
        call: Call,
        (method, account, request_id): (&str, &str, &str),
        product: String,
        command: impl FnOnce(String) -> Command,
    ) -> Result<pb::Account, Status> {
        let account = self.field(names::parse_account("account", account))?;
        let mut bad = Vec::new();
        let key = key(&self.links.keys, method, request_id, &[&product], &mut bad);
        self.check(bad)?;
        let order = Order { account, command: command(product), key, until_rest: false };
        shown_account(&*self.order(call, order).await?)
    }

    /// The period that usage is added to now; the account's head names it.
    async fn current_period(&self, account: AccountId) -> Result<Option<Period>, Status> {
        let currency = self.account(account).await?.currency;
        let now = self.clock_of(account).await?;
        let head = self.engine.store().head(account.0).await.map_err(|error| self.broken(error))?;
        for id in head.map(|head| head.open).unwrap_or_default() {
            let read = self.engine.read(account, id).await;
            let entity = read.map_err(|error| super::status::failed(&error, self.now()))?;
            if let Some(period) = entity.as_ref().and_then(|entity| entity.get::<Period>())
                && period.takes(currency, now)
            {
                return Ok(Some(period.clone()));
            }
        }
        Ok(None)
    }
}

#[tonic::async_trait]
impl UsageService for Desk {
    async fn enable_product(
        &self,
        request: Request<pb::EnableProductRequest>,
    ) -> Result<Response<pb::EnableProductResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let about = ("EnableProduct", request.account.as_str(), request.request_id.as_str());
        let account =
            self.switch(call, about, request.product, |product| Command::EnableProduct { product }).await?;
        Ok(Response::new(pb::EnableProductResponse { account: Some(account) }))
    }

    async fn disable_product(
        &self,
        request: Request<pb::DisableProductRequest>,
    ) -> Result<Response<pb::DisableProductResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let about = ("DisableProduct", request.account.as_str(), request.request_id.as_str());
        let account =
            self.switch(call, about, request.product, |product| Command::DisableProduct { product }).await?;
        Ok(Response::new(pb::DisableProductResponse { account: Some(account) }))
    }

    async fn report_usage(
        &self,
        request: Request<pb::ReportUsageRequest>,
    ) -> Result<Response<pb::ReportUsageResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let mut bad = Vec::new();
        let net = read_amount("amount", request.amount.as_ref(), &mut bad);
        let tax = match (&request.tax, net) {
            (Some(tax), _) => read_amount("tax", Some(tax), &mut bad),
            (None, net) => net.map(|net| Money::zero(net.currency())),
        };
        let body = [net, tax].map(|amount| amount.as_ref().map(ToString::to_string).unwrap_or_default());
        let body = [body[0].as_str(), body[1].as_str(), &request.product];
        let key = key(&self.links.keys, "ReportUsage", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let (Some(net), Some(tax)) = (net, tax) else {
            return Err(internal(&"a checked amount is missing"));
        };
        let command = Command::ReportUsage(ReportUsage { product: request.product, net, tax });
        let order = Order { account, command, key, until_rest: false };
        let usage_period = shown_period(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::ReportUsageResponse { usage_period: Some(usage_period) }))
    }

    async fn get_usage_period(
        &self,
        request: Request<pb::GetUsagePeriodRequest>,
    ) -> Result<Response<pb::GetUsagePeriodResponse>, Status> {
        let name = request.into_inner().name;
        let (account, id) = self.field(names::parse_usage_period("name", &name))?;
        let usage_period = shown_period(&*self.read(account, id.0, &name).await?)?;
        Ok(Response::new(pb::GetUsagePeriodResponse { usage_period: Some(usage_period) }))
    }

    async fn get_current_usage_period(
        &self,
        request: Request<pb::GetCurrentUsagePeriodRequest>,
    ) -> Result<Response<pb::GetCurrentUsagePeriodResponse>, Status> {
        let parent = request.into_inner().parent;
        let account = self.field(names::parse_account("parent", &parent))?;
        let period = self.current_period(account).await?;
        let period = period.ok_or_else(|| not_found(&format!("{parent}/{}", names::USAGE_PERIODS)))?;
        Ok(Response::new(pb::GetCurrentUsagePeriodResponse { usage_period: Some(usage_period(&period)) }))
    }

    async fn list_usage_periods(
        &self,
        request: Request<pb::ListUsagePeriodsRequest>,
    ) -> Result<Response<pb::ListUsagePeriodsResponse>, Status> {
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let (found, next_page_token) =
            self.list(account, Kind::Period, request.page_size, &request.page_token).await?;
        let usage_periods = found.iter().map(shown_period).collect::<Result<_, _>>()?;
        Ok(Response::new(pb::ListUsagePeriodsResponse { usage_periods, next_page_token }))
    }

    async fn close_usage_period(
        &self,
        request: Request<pb::CloseUsagePeriodRequest>,
    ) -> Result<Response<pb::CloseUsagePeriodResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (account, period) = self.field(names::parse_usage_period("name", &request.name))?;
        let mut bad = Vec::new();
        let key = key(&self.links.keys, "CloseUsagePeriod", &request.request_id, &[&request.name], &mut bad);
        self.check(bad)?;
        let order = Order { account, command: Command::ClosePeriod { period }, key, until_rest: false };
        let usage_period = shown_period(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::CloseUsagePeriodResponse { usage_period: Some(usage_period) }))
    }

    async fn set_deduction_threshold(
        &self,
        request: Request<pb::SetDeductionThresholdRequest>,
    ) -> Result<Response<pb::SetDeductionThresholdResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("account", &request.account))?;
        let mut bad = Vec::new();
        let threshold = read_amount("threshold", request.threshold.as_ref(), &mut bad);
        let body = threshold.as_ref().map(ToString::to_string).unwrap_or_default();
        let key = key(&self.links.keys, "SetDeductionThreshold", &request.request_id, &[&body], &mut bad);
        self.check(bad)?;
        let Some(threshold) = threshold else { return Err(internal(&"a checked amount is missing")) };
        let command = Command::SetDeductionThreshold { threshold };
        let order = Order { account, command, key, until_rest: false };
        let account = shown_account(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::SetDeductionThresholdResponse { account: Some(account) }))
    }

    async fn issue_bill(
        &self,
        request: Request<pb::IssueBillRequest>,
    ) -> Result<Response<pb::IssueBillResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let mut bad = Vec::new();
        let key = key(&self.links.keys, "IssueBill", &request.request_id, &[&request.reason], &mut bad);
        self.check(bad)?;
        let command = Command::IssueBill { reason: request.reason };
        let order = Order { account, command, key, until_rest: false };
        let invoice = self.shown_invoice(&*self.order(call, order).await?).await?;
        Ok(Response::new(pb::IssueBillResponse { invoice: Some(invoice) }))
    }
}
