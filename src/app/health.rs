//! `grpc.health.v1`, telling the truth: `""` is whether the store answers, `liveness` is whether the
//! process does.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::store::Store;

const PERIOD: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(2);
/// The services whose health is that of the store.
const SERVICES: [&str; 7] = [
    "",
    "bursar.v1.AccountService",
    "bursar.v1.PaymentMethodService",
    "bursar.v1.VerificationService",
    "bursar.v1.InvoiceService",
    "bursar.v1.PaymentService",
    "bursar.v1.EventService",
];

/// Reports once how the store is. Until then no service is known by name.
pub(super) async fn report(reporter: &HealthReporter, store: &dyn Store, stopping: bool) {
    let answers = tokio::time::timeout(PATIENCE, store.ping()).await.is_ok_and(|ping| ping.is_ok());
    let status = if answers && !stopping { ServingStatus::Serving } else { ServingStatus::NotServing };
    reporter.set_service_status("liveness", ServingStatus::Serving).await;
    for service in SERVICES {
        reporter.set_service_status(service, status).await;
    }
}

/// Keeps the reported health up to date until the service stops; then it serves no more.
pub(super) async fn watch(reporter: HealthReporter, store: Arc<dyn Store>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            () = stop.cancelled() => {}
        }
        report(&reporter, &*store, stop.is_cancelled()).await;
    }
}
