//! Calls that are repeated until they are answered.

use std::{
    error::Error as _,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bursar::{
    env::{Clock as _, SystemClock},
    proto::v1::{
        Payment, invoice_service_client::InvoiceServiceClient,
        payment_method_service_client::PaymentMethodServiceClient,
        payment_service_client::PaymentServiceClient, verification_service_client::VerificationServiceClient,
    },
};
use jiff::Timestamp;
use tonic::{Code, Request, Response, Status, transport::Channel};
use tonic_types::StatusExt as _;

use super::given::{invoice_request, pay_request};

/// Between a lost call and its repeat; long enough that a server which starts is not drowned in attempts.
const PAUSE: Duration = Duration::from_millis(60);

/// A caller's connection to bursar. It finds a server again that comes back at the same address.
#[derive(Clone)]
pub struct Calls {
    channel: Channel,
    on_the_wire: Arc<AtomicUsize>,
}

/// What became of one call.
pub enum Once<A> {
    Answered(A),
    /// Refused for this reason.
    Refused(String),
    /// The connection broke while the answer was awaited: anything may have happened.
    Cut,
    /// Nobody was there.
    Unreached,
    /// The server asks to be called again.
    Later,
}

/// A call that was answered in the end.
pub struct Answered<A> {
    /// The answer, or why it was refused.
    pub answer: Result<A, String>,
    /// How often the connection broke before.
    pub cuts: u32,
    /// When the call was sent that was answered.
    pub sent: Timestamp,
}

impl Calls {
    pub fn new(channel: Channel) -> Self {
        Self { channel, on_the_wire: Arc::default() }
    }

    /// How many calls wait for an answer at this moment.
    pub fn on_the_wire(&self) -> usize {
        self.on_the_wire.load(Ordering::Relaxed)
    }

    /// Calls once.
    pub async fn once<Q, A>(
        &self,
        request: Request<Q>,
        call: impl AsyncFnOnce(Request<Q>) -> Result<Response<A>, Status>,
    ) -> Once<A> {
        self.on_the_wire.fetch_add(1, Ordering::Relaxed);
        let answer = call(request).await;
        self.on_the_wire.fetch_sub(1, Ordering::Relaxed);
        match answer {
            Ok(answer) => Once::Answered(answer.into_inner()),
            Err(status) => lost(&status),
        }
    }

    /// Calls until there is an answer, each time with the same request.
    pub async fn insist<Q: Clone, A>(
        &self,
        request: Q,
        call: impl AsyncFn(Request<Q>) -> Result<Response<A>, Status>,
    ) -> Answered<A> {
        let mut cuts = 0;
        loop {
            let sent = SystemClock.now();
            match self.once(Request::new(request.clone()), &call).await {
                Once::Answered(answer) => return Answered { answer: Ok(answer), cuts, sent },
                Once::Refused(reason) => return Answered { answer: Err(reason), cuts, sent },
                Once::Cut => cuts += 1,
                Once::Unreached | Once::Later => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Creates an invoice and pays it with the default method, until both are answered.
    pub async fn buy(&self, account: &str, amount: &str) -> Result<Payment, String> {
        let invoice = invoice_request(account, amount);
        let created = self.insist(invoice, async |it| self.invoices().create_invoice(it).await).await;
        let invoice = created.answer?.invoice.expect("an invoice").name;
        let request = pay_request(account, &[&invoice]);
        let paid = self.insist(request, async |it| self.payments().pay_invoices(it).await).await;
        Ok(paid.answer?.payment.expect("a payment"))
    }

    pub fn methods(&self) -> PaymentMethodServiceClient<Channel> {
        PaymentMethodServiceClient::new(self.channel.clone())
    }

    pub fn verifications(&self) -> VerificationServiceClient<Channel> {
        VerificationServiceClient::new(self.channel.clone())
    }

    pub fn invoices(&self) -> InvoiceServiceClient<Channel> {
        InvoiceServiceClient::new(self.channel.clone())
    }

    pub fn payments(&self) -> PaymentServiceClient<Channel> {
        PaymentServiceClient::new(self.channel.clone())
    }
}

/// What an error says. One of bursar's own carries a reason; one of a broken connection has a source.
fn lost<A>(status: &Status) -> Once<A> {
    let details = status.get_error_details();
    if let Some(info) = details.error_info() {
        return match info.reason.as_str() {
            "OVERLOADED" | "STORE_UNAVAILABLE" | "PROVIDER_UNAVAILABLE" => {
                assert!(matches!(status.code(), Code::Unavailable | Code::ResourceExhausted), "{status:?}");
                Once::Later
            }
            // The request may have been accepted or not; the same one once more tells.
            "DEADLINE_EXCEEDED" => {
                assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
                Once::Later
            }
            "INTERNAL" => panic!("a fault of the server's: {status:?}"),
            reason => Once::Refused(reason.to_owned()),
        };
    }
    assert!(status.source().is_some(), "an error that says nothing: {status:?}");
    let mut source = status.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>()
            && error.kind() == io::ErrorKind::ConnectionRefused
        {
            return Once::Unreached;
        }
        source = error.source();
    }
    Once::Cut
}
