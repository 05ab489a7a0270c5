//! Compiles the protobuf files to Rust. No protoc is needed: protox parses them in process, and the
//! same descriptor set is what the server's reflection answers with.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

const FILES: [&str; 18] = [
    "bursar/provider/v1/provider.proto",
    "bursar/provider/v1/remittance.proto",
    "bursar/sandbox/v1/remittance_bank.proto",
    "bursar/sandbox/v1/sandbox.proto",
    "bursar/v1/account.proto",
    "bursar/v1/common.proto",
    "bursar/v1/error_reason.proto",
    "bursar/v1/event.proto",
    "bursar/v1/invoice.proto",
    "bursar/v1/kyc.proto",
    "bursar/v1/money.proto",
    "bursar/v1/payment.proto",
    "bursar/v1/payment_method.proto",
    "bursar/v1/refund.proto",
    "bursar/v1/usage.proto",
    "bursar/v1/remittance.proto",
    "bursar/v1/verification.proto",
    "bursar/v1/webhook.proto",
];

/// Messages that carry a card number, a security code, a one-time code or an identity document. Their `Debug`
/// is written by hand in `src/proto.rs`, so that no log or panic can print one (C9).
const SECRET_MESSAGES: [&str; 6] = [
    ".bursar.v1.CardDetails",
    ".bursar.v1.CheckVerificationCodeRequest",
    ".bursar.v1.KycDocument",
    ".bursar.provider.v1.SendMessage",
    ".bursar.provider.v1.StoreDocumentRequest",
    ".bursar.provider.v1.TokenizeRequest",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let descriptors = protox::compile(FILES, ["proto"])?;
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;

    let mut config = tonic_prost_build::Config::new();
    config.skip_debug(SECRET_MESSAGES);
    tonic_prost_build::configure().include_file("modules.rs").compile_fds_with_config(descriptors, config)?;
    Ok(())
}
