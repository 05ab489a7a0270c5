//! gRPC and pages: one file a service, about ten lines an RPC. A handler reads the request into domain
//! values, hands a command to the engine and shows the entity that answers; it decides nothing.
//!
//! To add an RPC: write it in the proto with its errors, add the command to the domain, a handler
//! here, and an acceptance test that bears the requirement's number.

mod account;
mod accounts;
mod amount;
mod call;
mod card;
mod contact;
mod desk;
mod event;
mod form;
mod history;
mod hook;
mod invoice;
mod kyc;
mod method;
mod notification;
mod onboarding;
mod options;
mod page_token;
mod pages;
mod payment;
mod remittance;
mod remittance_report;
mod status;
mod usage;
mod verification;
mod webhook;

pub use desk::Desk;
pub use event::Events;
pub use page_token::{invalid as invalid_token, page_size};
pub use pages::pages;
pub use status::{not_found, refused};

use crate::proto::{
    provider::v1::{
        notification_service_server::NotificationServiceServer,
        remittance_notification_service_server::RemittanceNotificationServiceServer,
    },
    v1::{
        account_service_server::AccountServiceServer, event_service_server::EventServiceServer,
        invoice_service_server::InvoiceServiceServer,
        payment_method_service_server::PaymentMethodServiceServer,
        payment_service_server::PaymentServiceServer, remittance_service_server::RemittanceServiceServer,
        usage_service_server::UsageServiceServer, verification_service_server::VerificationServiceServer,
        webhook_service_server::WebhookServiceServer,
    },
};

/// Adds every service of `bursar.v1`, and the one that adapters call.
pub fn services(routes: &mut tonic::service::RoutesBuilder, desk: &Desk) {
    routes
        .add_service(AccountServiceServer::new(desk.clone()))
        .add_service(PaymentMethodServiceServer::new(desk.clone()))
        .add_service(VerificationServiceServer::new(desk.clone()))
        .add_service(InvoiceServiceServer::new(desk.clone()))
        .add_service(PaymentServiceServer::new(desk.clone()))
        .add_service(UsageServiceServer::new(desk.clone()))
        .add_service(EventServiceServer::new(Events::new(desk.clone())))
        .add_service(WebhookServiceServer::new(desk.clone()))
        .add_service(RemittanceServiceServer::new(desk.clone()))
        .add_service(NotificationServiceServer::new(desk.clone()))
        .add_service(RemittanceNotificationServiceServer::new(desk.clone()));
}
