//! What every command does in every state: the whole of what is allowed, in one file to read.
//!
//! The states come from [`scenes`](super::scenes), the commands from the discriminants of
//! [`Command`]: a new one of either does not compile until it has its row.

use std::fmt::Write as _;

use strum::IntoEnumIterator as _;

use super::{
    scenes::{self, Scene},
    stage::Stage,
    told::told,
};
use crate::domain::command::{Command, CommandKind};

/// What is asked of the entities of a scene.
pub(super) fn lines(command: CommandKind) -> Vec<&'static str> {
    match command {
        CommandKind::CreateAccount => vec!["open SG USD"],
        CommandKind::ReportObligations => vec!["running 1"],
        CommandKind::SetCreditTerms => vec!["credit enterprise 100 30", "credit individual 100 30"],
        CommandKind::ReceiveRemittance => vec!["arrive r1 USD 5"],
        CommandKind::ReturnRemittance => vec!["return r1"],
        CommandKind::ClaimRemittance => vec!["claim r1 ann"],
        CommandKind::ApproveRemittanceClaim => vec!["approve r1 bob"],
        CommandKind::RejectRemittanceClaim => vec!["reject r1 bob"],
        CommandKind::SetAutoSettlement => vec!["auto off"],
        CommandKind::PayFromBalance => vec!["settle i1"],
        CommandKind::LinkCard => vec!["link 1", "link 2"],
        CommandKind::LinkWallet => vec!["wallet PAYPAL", "wallet ALIPAY"],
        CommandKind::SetDefault => vec!["default 1"],
        CommandKind::UpdateExpiry => vec!["expiry 1 12/2032"],
        CommandKind::Unlink => vec!["unlink 1"],
        CommandKind::CreateTicket => vec!["ticket 1 it does not work"],
        CommandKind::CancelVerification => vec!["cancel 1"],
        CommandKind::CreateInvoice => vec!["invoice i2 USD 5"],
        CommandKind::PlaceOrder => vec!["order o2 USD 5", "order o2 USD 5 with 1"],
        CommandKind::EnableProduct => vec!["enable ecs"],
        CommandKind::DisableProduct => vec!["disable ecs"],
        CommandKind::ReportUsage => vec!["use u2 ecs USD 5"],
        CommandKind::ClosePeriod => vec!["close u1"],
        CommandKind::SetDeductionThreshold => vec!["threshold USD 20"],
        CommandKind::IssueBill => vec!["bill fear"],
        CommandKind::VoidInvoice => vec!["void i1"],
        CommandKind::PayInvoices => vec!["pay p2 i1", "pay p2 i1 with 1"],
        CommandKind::EnableRedirect => vec!["redirect"],
        CommandKind::CompletePayment => vec!["complete p1"],
        CommandKind::CancelPayment => vec!["cancel p1"],
        CommandKind::RefundPayment => vec!["refund r1 p1", "refund r1 p1 USD 4", "refund r1 p1 EUR 4"],
        CommandKind::SendCode => vec!["code email ada@example.com", "code sms +6581234567"],
        CommandKind::CheckCode => vec!["answer email right", "answer sms wrong"],
        CommandKind::UpdateAccount => vec!["currency EUR", "person"],
        CommandKind::SubmitKycDocuments => vec!["submit PASSPORT"],
        CommandKind::RequireKyc => vec!["require doubts"],
        CommandKind::Deactivate => vec!["deactivate"],
        CommandKind::Learn => vec![
            "X approved",
            "X approved 0.01",
            "X declined 51",
            "X action",
            "X pending",
            "X withdrawn",
            "X missing",
            "X unknown",
            "X unreached",
            "X refused",
        ],
        CommandKind::Wake => vec!["X timer", "1 expires", "account timer"],
        // For a program's own account, not for a customer's.
        CommandKind::Webhook => vec![],
        CommandKind::Recall => vec!["recall"],
        CommandKind::AttachClock => vec!["clock test"],
    }
}

/// Whose attempt the provider speaks of.
fn speaks_of(scene: &Scene) -> Option<&'static str> {
    match scene.kind {
        "verification" => Some("1"),
        "payment" => Some("p1"),
        "refund" => Some("r1"),
        _ => None,
    }
}

/// What a line brings about; `None` where the scene has nothing that it is about.
fn asked(scene: &Scene, line: &str) -> Option<String> {
    let mut stage: Stage = scene.play();
    // By then every timer of the scene has run out, but for the card's.
    stage.now = stage.now.checked_add(jiff::SignedDuration::from_mins(30)).unwrap();
    let line = match line.split_once("X ") {
        Some((_, says)) => format!("{} {says}", speaks_of(scene)?),
        None => line.to_owned(),
    };
    if line.contains("p1") && !stage.named.contains_key("p1") {
        return None;
    }
    if line == "open SG USD" {
        let account = stage.world('a').account().unwrap().clone();
        let create = crate::domain::command::CreateAccount {
            id: account.id,
            program: account.program,
            country: account.country,
            currency: account.currency,
            display_name: account.display_name,
        };
        return Some(told(&stage.apply('a', &Command::CreateAccount(create))));
    }
    Some(stage.line(&line))
}

#[test]
fn every_command_in_every_state() {
    let mut page = String::new();
    for scene in scenes::all() {
        let who = scene.who.split(' ').next().unwrap();
        writeln!(page, "{} {}  ({who}) {}", scene.kind, scene.state, scene.script).unwrap();
        for line in CommandKind::iter().flat_map(lines) {
            if let Some(answer) = asked(&scene, line) {
                writeln!(page, "    {:26} {answer}", line.trim_start_matches("X ")).unwrap();
            }
        }
        page.push('\n');
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("legality", page);
    });
}

/// Before an account exists, only its making is accepted.
#[test]
fn without_an_account_nothing_but_its_making() {
    for line in CommandKind::iter().flat_map(lines).filter(|line| !line.starts_with("X ")) {
        if ["open SG USD", "1 expires", "account timer"].contains(&line) {
            continue;
        }
        let mut stage = Stage::new("alibaba-cloud-intl SG USD");
        stage.worlds.get_mut(&'a').unwrap().entities.clear();
        let told = stage.line(line);
        assert!(told.starts_with("refused RESOURCE_NOT_FOUND"), "{line}: {told}");
    }
}
