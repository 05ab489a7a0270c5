//! The public API, as the console calls it.

use std::time::Duration;

use tonic::{Request, metadata::MetadataValue};

use crate::{
    env::Connection,
    proto::{
        sandbox::v1::{
            inbox_service_client::InboxServiceClient,
            remittance_bank_service_client::RemittanceBankServiceClient,
            sandbox_service_client::SandboxServiceClient, test_clock_service_client::TestClockServiceClient,
        },
        v1::{
            account_service_client::AccountServiceClient, event_service_client::EventServiceClient,
            invoice_service_client::InvoiceServiceClient,
            payment_method_service_client::PaymentMethodServiceClient,
            payment_service_client::PaymentServiceClient, remittance_service_client::RemittanceServiceClient,
            usage_service_client::UsageServiceClient, verification_service_client::VerificationServiceClient,
        },
    },
};

/// How long a page waits. A clock that is moved by months takes its time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Who the log says it was (C10).
const PRINCIPAL: &str = "sandbox-console";

/// Clients of everything. Cheap to clone.
#[derive(Clone)]
pub(super) struct Bursar {
    connection: Connection,
}

/// A call, in the console's name.
pub(super) fn ask<Q>(message: Q) -> Request<Q> {
    let mut request = Request::new(message);
    request.set_timeout(PATIENCE);
    request.metadata_mut().insert("bursar-principal", MetadataValue::from_static(PRINCIPAL));
    request
}

macro_rules! clients {
    ($($name:ident: $client:ident;)+) => {
        impl Bursar {
            $(pub(super) fn $name(&self) -> $client<Connection> {
                $client::new(self.connection.clone())
            })+
        }
    };
}

clients! {
    accounts: AccountServiceClient;
    methods: PaymentMethodServiceClient;
    verifications: VerificationServiceClient;
    invoices: InvoiceServiceClient;
    payments: PaymentServiceClient;
    usage: UsageServiceClient;
    events: EventServiceClient;
    remittances: RemittanceServiceClient;
    world: SandboxServiceClient;
    bank: RemittanceBankServiceClient;
    inboxes: InboxServiceClient;
    clocks: TestClockServiceClient;
}

impl Bursar {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection }
    }
}
