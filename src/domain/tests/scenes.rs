//! Every state of every kind of entity, and the script by which it comes about. No state is made by
//! hand; one without a script does not compile.

use strum::IntoEnumIterator as _;

use super::stage::Stage;
use crate::domain::{
    course::Standing, entity::Entity, invoice::InvoiceStanding, link::LinkStanding, method::MethodStanding,
    refund::RefundStanding,
};

/// How things came to stand.
pub(crate) struct Scene {
    /// The kind of entity it is about.
    pub(crate) kind: &'static str,
    /// The state, as the tables call it.
    pub(crate) state: &'static str,
    /// The lines that lead there.
    pub(crate) script: &'static str,
    /// The account they are played for.
    pub(crate) who: &'static str,
}

/// Programs that verify by a hold, by a charge, and by a question.
const HOLD: &str = "alibaba-cloud-intl SG USD";
const CHARGE: &str = "huawei-cloud-intl SG USD";
const ASK: &str = "aws-inc SG USD";

/// A card that can pay, with its hold given back.
const CARD: &str = "link 1; 1 approved; 1 approved";

/// Every scene. The entities in question are called `1` (the card, its verification, its place in the
/// history), `i1` (the invoice), `p1` (the payment) and `r1` (its refund).
pub(crate) fn all() -> Vec<Scene> {
    let mut scenes =
        vec![scene("account", "active", "", HOLD), scene("account", "deactivated", "deactivate", HOLD)];
    for standing in MethodStanding::iter() {
        scenes.push(method(standing));
    }
    for standing in Standing::iter() {
        scenes.extend(verification(standing));
    }
    for standing in InvoiceStanding::iter() {
        scenes.push(invoice(standing));
    }
    for standing in Standing::iter() {
        scenes.extend(payment(standing));
    }
    for standing in RefundStanding::iter() {
        scenes.push(refund(standing));
    }
    for standing in LinkStanding::iter() {
        scenes.push(attempt(standing));
    }
    scenes
}

fn scene(kind: &'static str, state: &'static str, script: &'static str, who: &'static str) -> Scene {
    Scene { kind, state, script, who }
}

fn method(standing: MethodStanding) -> Scene {
    let (state, script) = match standing {
        MethodStanding::PendingVerification => ("PENDING_VERIFICATION", "link 1"),
        MethodStanding::RequiresAction => ("REQUIRES_ACTION", "link 1; 1 action"),
        MethodStanding::Active => ("ACTIVE", CARD),
        MethodStanding::Failed => ("FAILED", "link 1; 1 declined 05"),
        MethodStanding::Expired => ("EXPIRED", "link 1 09/2026; 1 approved; 1 approved; +2000h; 1 expires"),
        MethodStanding::Unlinked => ("UNLINKED", "link 1; 1 approved; 1 approved; unlink 1"),
    };
    scene("payment_method", state, script, HOLD)
}

fn verification(standing: Standing) -> Vec<Scene> {
    let (state, scripts): (_, &[(&str, &str)]) = match standing {
        Standing::Open => (
            "PENDING",
            &[
                (HOLD, "link 1"),
                (HOLD, "link 1; 1 unknown"),
                (HOLD, "link 1; 1 unreached"),
                (HOLD, "link 1; 1 pending"),
                (HOLD, "link 1; 1 action"),
                (HOLD, "link 1; 1 action; cancel 1"),
                (HOLD, "link 1; 1 approved; 1 approved; expiry 1 11/2031"),
            ],
        ),
        Standing::Succeeded => (
            "SUCCEEDED",
            &[
                (HOLD, "link 1; 1 approved"),
                (HOLD, "link 1; 1 approved; 1 unknown"),
                (HOLD, "link 1; 1 approved; 1 refused"),
                (HOLD, CARD),
                (CHARGE, "link 1; 1 approved"),
                (ASK, "link 1; 1 approved"),
            ],
        ),
        Standing::Failed => (
            "FAILED",
            &[
                (HOLD, "link 1; 1 declined 05"),
                (HOLD, "link 1; 1 failed"),
                (HOLD, "link 1; 1 unreached; +1s; 1 timer; 1 unreached; +2s; 1 timer; 1 unreached"),
                (HOLD, "link 1; 1 refused"),
            ],
        ),
        Standing::Expired => ("EXPIRED", &[(HOLD, "link 1; 1 action; +15m; 1 timer; 1 withdrawn")]),
        Standing::Cancelled => ("CANCELLED", &[(HOLD, "link 1; cancel 1; 1 withdrawn")]),
        Standing::Review => ("MANUAL_REVIEW", &[(HOLD, "link 1; 1 approved 0.50")]),
    };
    scripts.iter().map(|(who, script)| scene("verification", state, script, who)).collect()
}

fn invoice(standing: InvoiceStanding) -> Scene {
    let (state, script) = match standing {
        InvoiceStanding::Open => ("OPEN", "link 1; 1 approved; 1 approved; invoice i1 USD 10"),
        InvoiceStanding::Reserved => {
            ("RESERVED", "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1")
        }
        InvoiceStanding::Paid => {
            ("PAID", "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; p1 approved")
        }
        InvoiceStanding::Settled => ("PAID", "arrive r1 USD 10; invoice i1 USD 10"),
        InvoiceStanding::Voided => ("VOIDED", "link 1; 1 approved; 1 approved; invoice i1 USD 10; void i1"),
    };
    scene("invoice", state, script, HOLD)
}

fn payment(standing: Standing) -> Vec<Scene> {
    macro_rules! paying {
        ($($rest:literal),*) => {
            &[$(concat!("link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1", $rest)),*]
        };
    }
    let (state, scripts): (_, &[&str]) = match standing {
        Standing::Open => (
            "PROCESSING",
            paying!(
                "",
                "; p1 unknown",
                "; p1 unreached",
                "; p1 pending",
                "; p1 unknown; +1s; p1 timer",
                "; p1 action",
                "; p1 action; cancel p1",
                "; cancel p1; p1 unknown"
            ),
        ),
        Standing::Succeeded => ("SUCCEEDED", paying!("; p1 approved")),
        Standing::Failed => ("FAILED", paying!("; p1 declined 51", "; p1 refused", "; p1 abandoned")),
        Standing::Expired => ("EXPIRED", paying!("; p1 action; +15m; p1 timer; p1 withdrawn")),
        Standing::Cancelled => ("CANCELLED", paying!("; cancel p1; p1 withdrawn")),
        Standing::Review => ("MANUAL_REVIEW", paying!("; p1 approved 9.99")),
    };
    scripts.iter().map(|script| scene("payment", state, script, HOLD)).collect()
}

fn refund(standing: RefundStanding) -> Scene {
    let (state, script) = match standing {
        RefundStanding::Pending => (
            "PENDING",
            "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; p1 approved; refund r1 p1 USD 4",
        ),
        RefundStanding::Succeeded => (
            "SUCCEEDED",
            "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; p1 approved; refund r1 p1 USD 4; r1 approved",
        ),
        RefundStanding::Failed => (
            "FAILED",
            "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; p1 approved; refund r1 p1 USD 4; r1 declined 05",
        ),
        RefundStanding::Review => (
            "MANUAL_REVIEW",
            "link 1; 1 approved; 1 approved; invoice i1 USD 10; pay p1 i1; p1 approved; refund r1 p1 USD 4; r1 approved 3",
        ),
    };
    scene("refund", state, script, HOLD)
}

fn attempt(standing: LinkStanding) -> Scene {
    let (state, script) = match standing {
        LinkStanding::Pending => ("PENDING", "link 1"),
        LinkStanding::Succeeded => ("SUCCEEDED", CARD),
        LinkStanding::Refused => ("REFUSED", "link 1 gift"),
        LinkStanding::Failed => ("FAILED", "link 1; 1 declined 05"),
    };
    scene("link_attempt", state, script, HOLD)
}

impl Scene {
    /// Plays it.
    pub(crate) fn play(&self) -> Stage {
        let mut stage = Stage::new(self.who);
        for line in self.script.split("; ").filter(|line| !line.is_empty()) {
            let told = stage.line(line);
            let refusal_wanted = line.ends_with("gift");
            assert_eq!(told.starts_with("refused"), refusal_wanted, "{}: {line}: {told}", self.script);
        }
        stage
    }

    /// The entity that it is about.
    pub(crate) fn entity<'a>(&self, stage: &'a Stage) -> &'a Entity {
        let id = match self.kind {
            "account" => stage.world('a').account,
            "payment_method" => stage.method_id('a', "1").0,
            "verification" => stage.check_id('a', "1").0,
            "invoice" => stage.invoice_id("i1").0,
            "payment" => stage.payment_id("p1").0,
            "refund" => stage.refund_id("r1").0,
            "link_attempt" => stage.attempt_id('a', "1").0,
            other => panic!("{other}"),
        };
        &stage.world('a').entities[&id]
    }
}

#[test]
fn every_scene_leads_to_the_state_it_names() {
    for scene in all() {
        let stage = scene.play();
        // The customer's turn is part of being open.
        let state = match (scene.kind, scene.entity(&stage).state()) {
            ("verification", "REQUIRES_ACTION") => "PENDING",
            ("payment", "REQUIRES_ACTION") => "PROCESSING",
            (_, state) => state,
        };
        assert_eq!(state, scene.state, "{} {}", scene.kind, scene.script);
    }
}
