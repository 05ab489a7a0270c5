//! The texts of messages, in English. Adapters may have texts of their own and use the parameters alone.

use std::collections::BTreeMap;

use super::Template;

/// Subject and text.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// The subject.
    pub subject: String,
    /// The whole text.
    pub text: String,
}

/// The text of a template. A parameter that is not there is left out with what it stands in.
#[must_use]
pub fn text(template: Template, parameters: &BTreeMap<String, String>) -> Text {
    let seller = parameters.get("seller").map_or("The seller", String::as_str);
    let until = parameters.get("expire_time").map(|time| format!(" until {time}")).unwrap_or_default();
    let waits = |subject: &str, what: &str| {
        let link = parameters.get("url").map(|url| format!("\n\n{url}")).unwrap_or_default();
        Text {
            subject: format!("{subject} at {seller}"),
            text: format!("{what} waits for you on your bank's page. You can open it again{until}.{link}"),
        }
    };
    match template {
        Template::VerificationWaits => {
            waits("Confirm your payment method", "The check of your payment method")
        }
        Template::PaymentWaits => waits("Confirm your payment", "Your payment"),
        Template::KycApproved => Text {
            subject: format!("Your identity documents were approved at {seller}"),
            text: format!("{seller} has reviewed your identity documents and approved them."),
        },
        Template::KycRejected => Text {
            subject: format!("Your identity documents were rejected at {seller}"),
            text: match parameters.get("advice") {
                Some(advice) => format!("{seller} has reviewed your identity documents. {advice}"),
                None => format!("{seller} has reviewed your identity documents and rejected them."),
            },
        },
        Template::BillIssued => {
            let amount = parameters.get("amount").map(|amount| format!(" of {amount}")).unwrap_or_default();
            let how = match parameters.get("due_time") {
                Some(due) => format!("What your balance does not cover is to be paid by {due}."),
                None => "It is charged to your default payment method.".to_owned(),
            };
            Text {
                subject: format!("Your bill at {seller}"),
                text: format!("{seller} has issued a bill{amount} for what you used. {how}"),
            }
        }
        Template::VerificationCode => Text {
            subject: format!("Your verification code at {seller}"),
            text: match parameters.get("code") {
                Some(code) => {
                    format!(
                        "{code} is your verification code at {seller}. It can be used{until}. Tell it to nobody."
                    )
                }
                None => format!("A verification code was sent to you. It can be used{until}."),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;

    #[test]
    fn what_became_of_documents_is_told_with_what_to_do() {
        let told: BTreeMap<_, _> = [("seller", "A Cloud"), ("advice", "Submit others.")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into();
        assert!(text(Template::KycRejected, &told).text.ends_with("documents. Submit others."));
        assert!(text(Template::KycApproved, &told).text.contains("A Cloud"));
    }

    #[test]
    fn a_bill_says_how_much_and_who_pays_it_how() {
        let mut told: BTreeMap<_, _> = [("seller", "A Cloud"), ("amount", "USD 46.00")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into();
        let charged = text(Template::BillIssued, &told).text;
        assert!(charged.contains("a bill of USD 46.00 for") && charged.contains("is charged"), "{charged}");
        told.insert("due_time".to_owned(), "2026-02-01T00:00:00Z".to_owned());
        assert!(text(Template::BillIssued, &told).text.ends_with("is to be paid by 2026-02-01T00:00:00Z."));
    }

    #[test]
    fn a_text_has_its_secrets_only_where_they_are_given() {
        let open: BTreeMap<_, _> = [("seller", "A Cloud"), ("expire_time", "2026-01-01T00:15:00Z")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into();
        let mut secret = open.clone();
        secret.extend(
            [("code", "271828"), ("url", "https://pay/continue/x")]
                .map(|(k, v)| (k.to_owned(), v.to_owned())),
        );
        let has_secrets = |template: &Template| match template {
            Template::VerificationWaits | Template::PaymentWaits | Template::VerificationCode => true,
            Template::KycApproved | Template::KycRejected | Template::BillIssued => false,
        };
        for template in Template::iter().filter(has_secrets) {
            let (told, sent) = (text(template, &open), text(template, &secret));
            assert_eq!(told.subject, sent.subject);
            assert!(told.subject.contains("A Cloud") && told.text.contains("2026-01-01T00:15:00Z"));
            assert!(!told.text.contains("271828") && !told.text.contains("https"));
            let expected =
                if template == Template::VerificationCode { "271828" } else { "https://pay/continue/x" };
            assert!(sent.text.contains(expected), "{}", sent.text);
        }
    }
}
