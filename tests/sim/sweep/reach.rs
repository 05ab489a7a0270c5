//! Whether the workflows reach everything there is. What there is, is read from the code and the protobuf
//! descriptors, so that what is added is missed until a workflow has it.

use bursar::{
    domain::{command::CommandKind, webhook::WebhookAskKind},
    proto::DESCRIPTORS,
};
use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorSet, ServiceDescriptorProto};
use strum::IntoEnumIterator as _;

use super::super::{replica::is_reading, trace::Counts};

/// What bursar calls and does not serve.
const OUTSIDE: [&str; 4] = ["ProviderService", "SandboxService", "InboxService", "RemittanceBankService"];
/// What is given back is never given up, and what was said is not taken back: nobody asks a provider to
/// cancel it.
const NEVER: [&str; 7] = [
    // What a bank has approved is made final or withdrawn, and that is not taken back.
    "call: cancel capture",
    "call: cancel withdraw",
    "call: cancel end_agreement",
    "call: cancel release",
    "call: cancel refund",
    "call: cancel send_message",
    // Whoever asked for a review waits for what it comes to.
    "call: cancel review_identity",
];

/// A wallet's page ends at the same instant at the wallet, which mostly tells of it before it is asked: not
/// every slice of the sweep has a run where it does not.
const SOMETIMES: [&str; 1] = ["call: cancel agree"];

/// The names of what no run reached, and of what should not have been.
pub fn unreached(counts: &Counts) -> Vec<String> {
    let set = FileDescriptorSet::decode(DESCRIPTORS).expect("descriptors");
    let mut wanted = commands();
    wanted.extend(methods(&set));
    wanted.extend(calls(&set));
    wanted.extend(outcomes(&set));
    wanted.extend(["NotApplied", "AnswerLost", "Declined"].map(|strike| format!("twist: {strike}")));
    let excused = |what: &str| NEVER.contains(&what) || SOMETIMES.contains(&what);
    wanted.retain(|what| !counts.contains_key(what) && !excused(what));
    let wrong = NEVER.iter().filter(|what| counts.contains_key(**what));
    wanted.extend(wrong.map(|what| format!("{what} (which should never be)")));
    wanted
}

/// Commands that write something. `Recall` only reads an answer again, which every run does at its end.
fn commands() -> Vec<String> {
    CommandKind::iter()
        .filter(|kind| !matches!(kind, CommandKind::Recall | CommandKind::Webhook))
        .map(CommandKind::name)
        .chain(WebhookAskKind::iter().map(WebhookAskKind::name))
        .map(|name| format!("command: {name}"))
        .collect()
}

fn services(set: &FileDescriptorSet) -> impl Iterator<Item = (&str, &ServiceDescriptorProto)> {
    set.file.iter().flat_map(|file| file.service.iter().map(|service| (file.package(), service)))
}

/// Methods of ours that change something.
fn methods(set: &FileDescriptorSet) -> Vec<String> {
    services(set)
        .filter(|(_, service)| !OUTSIDE.contains(&service.name()))
        .flat_map(|(package, service)| {
            let methods = service.method.iter().map(prost_types::MethodDescriptorProto::name);
            methods
                .filter(|name| !is_reading(name))
                .map(move |name| format!("rpc: /{package}.{}/{name}", service.name()))
        })
        .collect()
}

fn message<'a>(set: &'a FileDescriptorSet, name: &str) -> &'a DescriptorProto {
    let full = |file: &'a prost_types::FileDescriptorProto| {
        let package = file.package().to_owned();
        file.message_type.iter().map(move |message| (format!(".{package}.{}", message.name()), message))
    };
    set.file.iter().flat_map(full).find(|(full, _)| full == name).expect("a message").1
}

fn choices(message: &DescriptorProto) -> impl Iterator<Item = &str> {
    message.field.iter().filter(|field| field.oneof_index.is_some()).map(|field| field.name())
}

/// Every way to ask about an effect, times everything that an effect can be.
fn calls(set: &FileDescriptorSet) -> Vec<String> {
    let asked = services(set)
        .filter(|(_, service)| service.name() == "ProviderService")
        .flat_map(|(_, service)| &service.method)
        .filter(|method| {
            message(set, method.input_type()).field.iter().any(|field| field.name() == "effect_id")
        })
        .map(|method| method.name().to_lowercase());
    let operations: Vec<&str> = choices(message(set, ".bursar.provider.v1.PerformRequest")).collect();
    asked
        .flat_map(|call| operations.iter().map(move |operation| format!("call: {call} {operation}")))
        .collect()
}

fn outcomes(set: &FileDescriptorSet) -> Vec<String> {
    choices(message(set, ".bursar.provider.v1.Outcome")).map(|it| format!("outcome: {it}")).collect()
}

/// A sweep that reached nothing misses all of it, and one that reached all of it misses nothing.
pub fn selftest() {
    let all = unreached(&Counts::new());
    for known in [
        "command: timer",
        "rpc: /bursar.v1.PaymentService/PayInvoices",
        "call: inquire verify",
        "outcome: pending",
    ] {
        assert!(all.iter().any(|what| what == known), "{known} is not looked for");
    }
    let counts: Counts = all.into_iter().map(|what| (what, 1)).collect();
    assert_eq!(unreached(&counts), Vec::<String>::new());
}
