//! The signature of a message, as Standard Webhooks 1.0 has it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The headers of a message, signed with each of the secrets.
pub(super) fn headers(
    id: &str,
    timestamp: i64,
    body: &str,
    secrets: &[&[u8]],
) -> [(&'static str, String); 3] {
    let signatures: Vec<String> = secrets.iter().map(|secret| sign(id, timestamp, body, secret)).collect();
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}

fn sign(id: &str, timestamp: i64, body: &str, secret: &[u8]) -> String {
    // HMAC takes keys of any length; there is no error to report.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the library that the specification comes with.
    #[test]
    fn signs_as_the_specification_does() {
        let secret = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
        let [.., (_, one)] = headers(id, 1_614_265_330, body, &[&secret]);
        assert_eq!(one, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let [.., (_, both)] = headers(id, 1_614_265_330, body, &[b"other", &secret]);
        assert!(both.starts_with("v1,") && both.ends_with(&format!(" {one}")), "{both}");
    }
}
