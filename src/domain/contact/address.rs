//! What an address has to look like (H2, H3).

use email_address::{EmailAddress, Options};
use phonenumber::{Mode, Type, country::Id, metadata::DATABASE};

use crate::domain::{
    country::Country,
    reason::Reason,
    rejection::{FieldViolation, Rejection},
};

/// The longest path that SMTP carries (RFC 5321, 4.5.3.1.3), without its brackets.
const EMAIL_MAX: usize = 254;

/// An e-mail address as it is kept.
pub(super) fn email(text: &str) -> Result<String, Rejection> {
    let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
    let read = EmailAddress::parse_with_options(text.trim(), options);
    match read {
        Ok(email) if email.as_str().len() <= EMAIL_MAX && !email.as_str().contains(char::is_control) => {
            Ok(email.as_str().to_owned())
        }
        Ok(_) | Err(_) => Err(Rejection::field(
            "email_address",
            Reason::InvalidField,
            "The e-mail address is malformed. Give one such as ada@example.com.",
        )),
    }
}

/// A mobile number as it is kept, `+` and digits: one that is allocated in the account's country (H3).
pub(super) fn mobile(text: &str, country: Country) -> Result<String, Rejection> {
    let refused = || {
        let description = format!(
            "The mobile number is not one allocated in {country}, where the account is registered. Give one that is."
        );
        Rejection::bad_input(vec![FieldViolation::new(
            "mobile_number",
            Reason::MobileNumberNotInCountry,
            description,
        )])
        .fact("region_code", country)
    };
    // What is longer is no number, and not worth a parser's time.
    let id: Id = country.code().parse().map_err(|_| refused())?;
    if text.len() > 40 {
        return Err(refused());
    }
    let number = phonenumber::parse(Some(id), text).map_err(|_| refused())?;
    let here = number.is_valid() && number.country().id() == Some(id);
    let kind = number.number_type(&DATABASE);
    // In North America a number does not tell whether it is a mobile one.
    if here && matches!(kind, Type::Mobile | Type::FixedLineOrMobile) && number.extension().is_none() {
        Ok(number.format().mode(Mode::E164).to_string())
    } else {
        Err(refused())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_is_one_of_the_country() {
        #[rustfmt::skip]
        let table = [
            ("SG", "+65 8123 4567",    Some("+6581234567")),
            ("SG", "8123 4567",        Some("+6581234567")),
            ("SG", "+65 6123 4567",    None), // a fixed line
            ("SG", "+60 12-345 6789",  None), // of Malaysia
            ("SG", "+65 8123 456",     None), // too short
            ("MY", "+60 12-345 6789",  Some("+60123456789")),
            ("US", "+1 201-555-0123",  Some("+12015550123")),
            ("CA", "+1 201-555-0123",  None), // the same country code, but of New Jersey
            ("CA", "+1 416-555-0123",  Some("+14165550123")),
            ("CL", "+56 9 6123 4567",  Some("+56961234567")),
            ("ZA", "071 123 4567",     Some("+27711234567")),
            ("DE", "+49 1512 3456789", Some("+4915123456789")),
            ("GB", "+44 7400 123456",  Some("+447400123456")),
            ("SG", "eight one two",    None),
            ("SG", "",                 None),
            ("SG", "8123 4567 ext. 5", None),
        ];
        for (country, text, expected) in table {
            let read = mobile(text, country.parse().unwrap());
            assert_eq!(read.as_deref().ok(), expected, "{country} {text:?}");
            if let Err(rejection) = read {
                assert_eq!(rejection.reason, Reason::MobileNumberNotInCountry);
            }
        }
    }

    #[test]
    fn an_email_address_is_one() {
        for good in ["ada@example.com", "a.d+a@ex-ample.co.uk", " ada@example.com "] {
            assert_eq!(email(good).unwrap(), good.trim());
        }
        let long = format!("ada@{}.com", "x".repeat(260));
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "ada@[127.0.0.1]",
            "Ada <ada@example.com>",
            "a b@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            &long,
        ] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
    }
}
