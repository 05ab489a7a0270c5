//! Connections: how they are configured, made and secured.

use std::{sync::Arc, time::Duration};

use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer, pki_types::pem::PemObject as _};
use tokio_postgres::{
    Client, Config,
    config::{SslMode, TargetSessionAttrs},
};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

use super::{PoolOptions, error::meaning};
use crate::store::StoreError;

/// How connections are made.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

impl Connector {
    /// Reads a URL. `sslmode` is `disable` (or absent: in plain), or `require`, `verify-ca` or
    /// `verify-full`, which all mean the strictest: TLS, with the server's certificate and name verified
    /// against `sslrootcert` (a PEM file) or, without one, the public authorities.
    pub(super) fn new(url: &str, options: &PoolOptions) -> Result<Self, StoreError> {
        // The URL holds a password, so no message quotes it.
        let mut url =
            Url::parse(url).map_err(|error| wrong(format!("the PostgreSQL URL can't be read: {error}")))?;
        let mut rest = Vec::new();
        let (mut mode, mut roots) = (None, None);
        for (name, value) in url.query_pairs() {
            match &*name {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => roots = Some(value.into_owned()),
                _ => rest.push((name.into_owned(), value.into_owned())),
            }
        }
        url.set_query(None);
        if !rest.is_empty() {
            url.query_pairs_mut().extend_pairs(rest);
        }
        let mut config: Config =
            url.as_str().parse().map_err(|error| wrong(format!("the PostgreSQL URL: {error}")))?;
        config.ssl_mode(match mode.as_deref() {
            None | Some("disable" | "allow" | "prefer") => SslMode::Disable,
            Some("require" | "verify-ca" | "verify-full") => SslMode::Require,
            Some(other) => return Err(wrong(format!("sslmode={other} is unknown"))),
        });
        limits(&mut config, options);
        Ok(Self { config, tls: MakeRustlsConnect::new(tls(roots.as_deref())?) })
    }

    /// One connection, driven by a task of its own until the client is dropped.
    pub(super) async fn connect(&self) -> Result<Client, StoreError> {
        let (client, connection) =
            self.config.connect(self.tls.clone()).await.map_err(|error| meaning(&error))?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection to PostgreSQL ended");
            }
        });
        Ok(client)
    }
}

/// A peer that is gone without a word is noticed within seconds, on our side and on the server's, where
/// it may hold locks.
fn limits(config: &mut Config, options: &PoolOptions) {
    config
        .application_name("bursar")
        .connect_timeout(options.acquire_timeout)
        .keepalives(true)
        .keepalives_idle(Duration::from_secs(5))
        .keepalives_interval(Duration::from_secs(2))
        .keepalives_retries(3)
        .tcp_user_timeout(options.statement_timeout)
        // A standby answers reads from the past.
        .target_session_attrs(TargetSessionAttrs::ReadWrite);
    let given = config.get_options().unwrap_or_default().to_owned();
    let millis = options.statement_timeout.as_millis();
    // Every statement here finds its rows through an index, one by one. Saying so keeps the plans right
    // where statistics are old, and lets updates lock their rows in the order of their array.
    let session = format!(
        "{given} -c statement_timeout={millis} -c idle_in_transaction_session_timeout={millis} \
         -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 \
         -c tcp_user_timeout={millis} -c plan_cache_mode=force_generic_plan -c jit=off \
         -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
    );
    config.options(session.trim());
}

fn tls(roots: Option<&str>) -> Result<ClientConfig, StoreError> {
    let mut store = RootCertStore::empty();
    match roots {
        None => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let unreadable = |error: &dyn std::fmt::Display| wrong(format!("sslrootcert {path}: {error}"));
            let found = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                store.add(certificate).map_err(|error| unreadable(&error))?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let versions = versions.map_err(|error| wrong(error.to_string()))?;
    Ok(versions.with_root_certificates(store).with_no_client_auth())
}

fn wrong(what: String) -> StoreError {
    StoreError::Unavailable(what)
}
