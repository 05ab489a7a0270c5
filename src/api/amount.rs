//! Amounts in requests.

use crate::{
    domain::{
        money::{Money, MoneyError},
        reason::Reason,
        rejection::FieldViolation,
    },
    proto::v1 as pb,
    wire::money::AmountError,
};

/// C3: an amount that its currency can't hold is refused, never rounded.
pub(super) fn read_amount(
    field: &str,
    amount: Option<&pb::Money>,
    bad: &mut Vec<FieldViolation>,
) -> Option<Money> {
    let Some(amount) = amount else {
        bad.push(FieldViolation::new(field, Reason::InvalidField, "Give an amount."));
        return None;
    };
    Money::try_from(amount)
        .map_err(|error| {
            let reason = match error {
                AmountError::Money(MoneyError::TooLarge) => Reason::AmountOutOfRange,
                AmountError::Money(_) | AmountError::Currency(_) => Reason::InvalidField,
            };
            bad.push(FieldViolation::new(field, reason, format!("{error}.")));
        })
        .ok()
}
