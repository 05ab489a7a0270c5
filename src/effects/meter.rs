//! What operators watch: how many calls to providers end how.

use opentelemetry::{
    KeyValue,
    metrics::{Counter, UpDownCounter},
};

use crate::domain::{
    attempt::{Call, Input, Observed},
    outcome::{Outcome, Silence},
};

/// Counts calls. Cheap to clone.
#[derive(Clone)]
pub(super) struct Meter {
    calls: Counter<u64>,
    under_way: UpDownCounter<i64>,
}

impl Meter {
    pub(super) fn new() -> Self {
        let meter = opentelemetry::global::meter("bursar");
        Self {
            calls: meter
                .u64_counter("bursar.effect.calls")
                .with_description("Calls to providers, by what they taught")
                .build(),
            under_way: meter
                .i64_up_down_counter("bursar.effect.calls_under_way")
                .with_description("Calls to providers that are under way")
                .build(),
        }
    }

    pub(super) fn started(&self) {
        self.under_way.add(1, &[]);
    }

    pub(super) fn ended(&self, call: Call, taken_over: bool, input: &Input) {
        self.under_way.add(-1, &[]);
        self.calls.add(
            1,
            &[
                KeyValue::new("call", call_name(call)),
                KeyValue::new("taken_over", taken_over),
                KeyValue::new("learned", learned(input)),
            ],
        );
    }
}

/// The name of a call, for logs and metrics.
pub(super) fn call_name(call: Call) -> &'static str {
    match call {
        Call::Perform => "perform",
        Call::Inquire => "inquire",
        Call::Cancel => "cancel",
    }
}

/// What a call taught, for logs and metrics.
pub(super) fn learned(input: &Input) -> &'static str {
    match input {
        Input::Learned(
            Observed::Performed | Observed::Inquired | Observed::Cancelled | Observed::Notified,
            outcome,
        ) => match outcome {
            Outcome::Approved(_) => "approved",
            Outcome::Declined { .. } => "declined",
            Outcome::ActionRequired { .. } => "action_required",
            Outcome::Pending => "pending",
            Outcome::Cancelled { .. } => "cancelled",
        },
        Input::NotFound => "not_found",
        Input::Silent(_, Silence::NotSent) => "not_sent",
        Input::Silent(_, Silence::Unknown) => "unknown",
        Input::Silent(_, Silence::Refused { .. }) => "refused",
        Input::Due | Input::GiveUp(_) => "nothing",
    }
}
