//! The sandbox's ledger, over its public interface.

use tonic::transport::{Channel, Endpoint};

use crate::proto::{
    provider::v1::{GetCapabilitiesRequest, provider_service_client::ProviderServiceClient},
    sandbox::v1::{
        BankEntry, Effect, LedgerEntry, ListBankEntriesRequest, ListEffectsRequest, ListLedgerEntriesRequest,
        remittance_bank_service_client::RemittanceBankServiceClient,
        sandbox_service_client::SandboxServiceClient,
    },
};

/// The most that the sandbox gives at once.
const PAGE: i32 = 1_000;

/// A ledger that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the ledger at {address} can't be read: {cause}")]
pub struct LedgerError {
    address: String,
    cause: String,
}

/// A provider's ledger.
#[derive(Debug, Clone)]
pub struct Ledger {
    address: String,
    provider: String,
    client: SandboxServiceClient<Channel>,
    bank: RemittanceBankServiceClient<Channel>,
}

impl Ledger {
    /// Connects to a sandbox, and asks it which provider it is.
    ///
    /// # Errors
    /// Where nobody answers there.
    pub async fn connect(address: &str) -> Result<Self, LedgerError> {
        let failed = |cause: String| LedgerError { address: address.to_owned(), cause };
        let endpoint = Endpoint::from_shared(address.to_owned())
            .map_err(|error| failed(format!("{error}; expected an address such as http://127.0.0.1:7080")))?;
        let channel = endpoint.connect().await.map_err(|error| {
            let cause =
                std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            failed(format!("{cause}; start the sandbox, or correct its address"))
        })?;
        let mut provider = ProviderServiceClient::new(channel.clone());
        let capabilities = provider.get_capabilities(GetCapabilitiesRequest::default()).await;
        let provider = capabilities.map_err(|status| failed(told(&status)))?.into_inner().provider;
        let client = SandboxServiceClient::new(channel.clone());
        let bank = RemittanceBankServiceClient::new(channel);
        Ok(Self { address: address.to_owned(), provider, client, bank })
    }

    /// The provider's name, as attempts have it.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The entries of one effect, oldest first.
    pub(super) async fn entries_of(&self, effect_id: &str) -> Result<Vec<LedgerEntry>, LedgerError> {
        let mut entries = Vec::new();
        let mut page_token = String::new();
        loop {
            let (page, next) = self.entries(effect_id, page_token).await?;
            entries.extend(page);
            if next.is_empty() {
                return Ok(entries);
            }
            page_token = next;
        }
    }

    /// A page of entries, of one effect or (empty) of all, and where the next one begins.
    pub(super) async fn entries(
        &self,
        effect_id: &str,
        page_token: String,
    ) -> Result<(Vec<LedgerEntry>, String), LedgerError> {
        let request =
            ListLedgerEntriesRequest { effect_id: effect_id.to_owned(), page_size: PAGE, page_token };
        let page =
            self.client.clone().list_ledger_entries(request).await.map_err(|status| self.failed(&status))?;
        let page = page.into_inner();
        Ok((page.entries, page.next_page_token))
    }

    /// A page of effects, and where the next one begins.
    pub(super) async fn effects(&self, page_token: String) -> Result<(Vec<Effect>, String), LedgerError> {
        let request = ListEffectsRequest { effect_id: String::new(), page_size: PAGE, page_token };
        let page = self.client.clone().list_effects(request).await.map_err(|status| self.failed(&status))?;
        let page = page.into_inner();
        Ok((page.effects, page.next_page_token))
    }

    /// The bank's entries on one account, oldest first.
    pub(super) async fn bank_entries_of(&self, number: &str) -> Result<Vec<BankEntry>, LedgerError> {
        let mut entries = Vec::new();
        let mut page_token = String::new();
        loop {
            let (page, next) = self.bank_entries(number, page_token).await?;
            entries.extend(page);
            if next.is_empty() {
                return Ok(entries);
            }
            page_token = next;
        }
    }

    /// A page of the bank's entries, on one account or (empty) on all, and where the next one begins.
    pub(super) async fn bank_entries(
        &self,
        number: &str,
        page_token: String,
    ) -> Result<(Vec<BankEntry>, String), LedgerError> {
        let request =
            ListBankEntriesRequest { creditor_account: number.to_owned(), page_size: PAGE, page_token };
        let page =
            self.bank.clone().list_bank_entries(request).await.map_err(|status| self.failed(&status))?;
        let page = page.into_inner();
        Ok((page.entries, page.next_page_token))
    }

    fn failed(&self, status: &tonic::Status) -> LedgerError {
        LedgerError { address: self.address.clone(), cause: told(status) }
    }
}

/// Why a server does not show a ledger.
fn told(status: &tonic::Status) -> String {
    if status.code() == tonic::Code::Unimplemented {
        return "no sandbox is served there; give the address of one, or of a bursar with one embedded"
            .to_owned();
    }
    format!("{:?}: {}", status.code(), status.message())
}
