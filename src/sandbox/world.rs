//! `bursar.sandbox.v1.SandboxService`: what developers and tests may see and move.

use tonic::{Request, Response, Status, async_trait};

use super::{catalogue, clocks, courier::Courier, ledger, register, wire};
use crate::proto::sandbox::v1::{
    DocumentScenario, GetNextEventRequest, GetNextEventResponse, ListEffectsRequest, ListEffectsResponse,
    ListLedgerEntriesRequest, ListLedgerEntriesResponse, ListScenariosRequest, ListScenariosResponse,
    Scenario, SetClockRequest, SetClockResponse, WalletScenario, sandbox_service_server::SandboxService,
};

/// Serves the catalogue, the ledger, the effects and the clocks.
#[derive(Clone)]
pub struct World {
    pub(super) courier: Courier,
}

#[async_trait]
impl SandboxService for World {
    async fn list_scenarios(
        &self,
        _request: Request<ListScenariosRequest>,
    ) -> Result<Response<ListScenariosResponse>, Status> {
        let scenarios = catalogue::cards()
            .map(|card| Scenario {
                card_number: card.number.to_owned(),
                name: card.name.to_owned(),
                description: card.description.to_owned(),
                networks: card.networks.iter().map(|&network| network.to_owned()).collect(),
                issuer_region_code: card.region.to_owned(),
                publisher: card.publisher.to_owned(),
                challenge_answer: if card.can_challenge() { card.page.answer() } else { "" }.to_owned(),
            })
            .collect();
        let wallets = catalogue::wallets()
            .map(|account| WalletScenario {
                wallet: "PAYPAL".to_owned(),
                email: account.plays.number.to_owned(),
                name: account.plays.name.to_owned(),
                description: account.plays.description.to_owned(),
                region_code: account.plays.region.to_owned(),
            })
            .collect();
        let documents = catalogue::DOCUMENTS
            .iter()
            .map(|document| DocumentScenario {
                file_name: document.plays.number.to_owned(),
                description: document.plays.description.to_owned(),
            })
            .collect();
        Ok(Response::new(ListScenariosResponse { scenarios, wallets, documents }))
    }

    async fn list_ledger_entries(
        &self,
        request: Request<ListLedgerEntriesRequest>,
    ) -> Result<Response<ListLedgerEntriesResponse>, Status> {
        let ListLedgerEntriesRequest { effect_id, page_size, page_token } = request.into_inner();
        let (after, size) = wire::read_page(page_size, &page_token)?;
        let mut entries =
            self.courier.turn(move |turn| ledger::list(turn, &effect_id, after, size + 1)).await?;
        let next_page_token = next_page(&mut entries, size, |entry| entry.sequence);
        Ok(Response::new(ListLedgerEntriesResponse { entries, next_page_token }))
    }

    async fn list_effects(
        &self,
        request: Request<ListEffectsRequest>,
    ) -> Result<Response<ListEffectsResponse>, Status> {
        let ListEffectsRequest { effect_id, page_size, page_token } = request.into_inner();
        let (after, size) = wire::read_page(page_size, &page_token)?;
        let mut rows =
            self.courier.turn(move |turn| register::list(turn, &effect_id, after, size + 1)).await?;
        let next_page_token = next_page(&mut rows, size, |(sequence, _effect)| *sequence);
        let effects = rows.into_iter().map(|(_sequence, effect)| effect).collect();
        Ok(Response::new(ListEffectsResponse { effects, next_page_token }))
    }

    async fn set_clock(
        &self,
        request: Request<SetClockRequest>,
    ) -> Result<Response<SetClockResponse>, Status> {
        let SetClockRequest { clock, time } = request.into_inner();
        let clock = wire::read_clock(clock)?;
        let time = wire::read_time("time", time)?;
        let fired = self.courier.turn_heard(move |turn| clocks::set(turn, &clock, time)).await?;
        Ok(Response::new(SetClockResponse { fired }))
    }

    async fn get_next_event(
        &self,
        request: Request<GetNextEventRequest>,
    ) -> Result<Response<GetNextEventResponse>, Status> {
        let clock = wire::read_effect_clock(request.into_inner().clock)?;
        let next = self.courier.turn(move |turn| clocks::next(turn, &clock)).await?;
        Ok(Response::new(GetNextEventResponse { next_time: next.map(wire::to_wire_time) }))
    }
}

/// Cuts what was read beyond the page, and answers where the next one starts.
pub(super) fn next_page<T>(rows: &mut Vec<T>, size: i64, sequence: impl Fn(&T) -> i64) -> String {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if rows.len() <= size {
        return String::new();
    }
    rows.truncate(size);
    rows.last().map(|row| wire::page_token(sequence(row))).unwrap_or_default()
}
