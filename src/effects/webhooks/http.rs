//! Receivers over HTTP.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use rustls::{ClientConfig, RootCertStore};

use super::{Post, Receivers};
use crate::env::is_public;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);

/// Receivers over HTTP. No redirect is followed and no proxy asked; unless it is allowed, nothing is sent to an
/// address of a private network, whatever name leads there.
pub struct HttpReceivers {
    client: Client,
    private: bool,
}

impl HttpReceivers {
    /// Receivers that answer within `deadline`, or have not answered.
    ///
    /// # Errors
    /// TLS can't be set up.
    pub fn new(deadline: Duration, private: bool) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(deadline)
            .user_agent(concat!("bursar/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Names { private }))
            .build();
        Ok(Self { client: client.map_err(|error| error.to_string())?, private })
    }
}

/// Resolves names, and keeps those addresses that may be reached: what a name means is only known now.
struct Names {
    private: bool,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let kept: Vec<SocketAddr> =
                found.into_iter().filter(|address| private || is_public(address.ip())).collect();
            if kept.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

/// An address that stands in the URL itself is not looked up.
fn literal(url: &Url) -> Option<std::net::IpAddr> {
    match url.host()? {
        url::Host::Ipv4(address) => Some(address.into()),
        url::Host::Ipv6(address) => Some(address.into()),
        url::Host::Domain(_) => None,
    }
}

#[async_trait]
impl Receivers for HttpReceivers {
    async fn post(&self, post: Post) -> Result<u16, String> {
        let url = Url::parse(&post.url).map_err(|error| error.to_string())?;
        if !self.private && literal(&url).is_some_and(|address| !is_public(address)) {
            return Err("the address is not public".to_owned());
        }
        let mut request = self.client.post(url).header("content-type", "application/json");
        for (name, value) in &post.headers {
            request = request.header(*name, value);
        }
        let answer = request.body(post.body).send().await.map_err(|error| plain(&error))?;
        Ok(answer.status().as_u16())
    }
}

/// What went wrong, without the URL, which may carry what is nobody's business.
fn plain(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "no answer"
    };
    let mut cause = std::error::Error::source(error);
    let mut last = String::new();
    while let Some(inner) = cause {
        last = format!(": {inner}");
        cause = inner.source();
    }
    format!("{what}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(url: String) -> Post {
        let headers =
            ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| (name, "1".to_owned()));
        Post { url, headers, body: "{}".to_owned() }
    }

    #[tokio::test]
    async fn nothing_is_sent_to_a_private_address_however_it_is_written() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let receivers = HttpReceivers::new(Duration::from_secs(5), false).unwrap();
        for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"] {
            let error = receivers.post(post(format!("http://{host}:{port}/"))).await.unwrap_err();
            assert!(error.contains("public address") || error.contains("not public"), "{host}: {error}");
        }
        // Nobody has called.
        let called = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(called.is_err(), "{called:?}");
    }
}
