//! The customer's browser, as little of it as the pages need: they work without script.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use url::Url;

const REDIRECTS_MAX: usize = 10;
const PAGE_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);

/// What the one-time code's page accepts.
pub const CODE: &str = "123456";

/// Where the browser is.
#[derive(Debug, Clone)]
pub struct Page {
    pub url: Url,
    /// 0 where the address is somebody else's, whom the browser need not visit.
    pub status: u16,
    pub body: String,
}

/// One answer of a web server.
struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

/// Opens an address and follows where it leads.
pub async fn open(url: &str) -> Page {
    follow(Url::parse(url).expect("an address"), None).await
}

impl Page {
    /// Answers the issuer's question.
    pub async fn answer(&self, answer: &str) -> Self {
        self.submit(&[("answer", answer)]).await
    }

    /// Leaves by the cancel button.
    pub async fn leave(&self) -> Self {
        self.submit(&[("answer", ""), ("leave", "1")]).await
    }

    /// Presses a button of a wallet's page, with an e-mail address where it asks for one.
    pub async fn press(&self, button: &str, email: &str) -> Self {
        self.submit(&[("do", button), ("email", email)]).await
    }

    /// Logs on to a wallet and agrees.
    pub async fn agree_as(&self, email: &str) -> Self {
        self.press("log-on", email).await.press("agree", "").await
    }

    /// Sends the page's form: its hidden fields and these.
    pub async fn submit(&self, fields: &[(&str, &str)]) -> Self {
        assert!(self.body.contains("<form"), "no form on {}: {} {}", self.url, self.status, self.body);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in hidden(&self.body) {
            form.append_pair(&name, &value);
        }
        form.extend_pairs(fields);
        follow(self.url.clone(), Some(form.finish())).await
    }
}

/// Goes to an address, with a form or without, and on until there is a page. Other people's addresses
/// are where the browser ends up, but are not visited.
async fn follow(mut url: Url, mut form: Option<String>) -> Page {
    for _ in 0..REDIRECTS_MAX {
        if url.host_str() != Some("127.0.0.1") {
            return Page { url, status: 0, body: String::new() };
        }
        let answer = timeout(PAGE_WITHIN, fetch(&url, form.take()))
            .await
            .unwrap_or_else(|_| panic!("{url} does not answer"));
        let Some(location) = answer.location else {
            return Page { url, status: answer.status, body: answer.body };
        };
        url = url.join(&location).expect("an address");
    }
    panic!("too many redirects, the last to {url}");
}

async fn fetch(url: &Url, form: Option<String>) -> Answer {
    let address = (url.host_str().expect("a host"), url.port_or_known_default().expect("a port"));
    let mut stream = TcpStream::connect(address).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = format!("{}:{}", address.0, address.1);
    let request = match form {
        None => format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        Some(form) => format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
            form.len()
        ),
    };
    stream.write_all(request.as_bytes()).await.expect("the request is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    read(&String::from_utf8(answer).expect("text"))
}

fn read(answer: &str) -> Answer {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no HTTP: {answer:?}"));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let headers: Vec<(String, &str)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
        .collect();
    let header = |name: &str| headers.iter().find(|(found, _)| found == name).map(|(_, value)| *value);
    assert_ne!(header("transfer-encoding"), Some("chunked"), "this browser reads whole pages only");
    let status = status.expect("a status");
    let location = header("location").filter(|_| (300..400).contains(&status)).map(str::to_owned);
    Answer { status, location, body: body.to_owned() }
}

/// The hidden fields of the page's form.
fn hidden(body: &str) -> Vec<(String, String)> {
    body.split("<input")
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(tag, _)| tag)
        .filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"))
        .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default())))
        .collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}
