//! Numbers of bank accounts: who has one, and that it was copied without a slip (A26).
//!
//! A dedicated account's number is built like an IBAN (ISO 13616): the bank's country, two check digits
//! (ISO 7064 MOD 97-10), what the bank calls the seller, and the customer's account. That last part is the
//! account's id, whole, so a number belongs to one account for ever and none has to be kept or given out again.

use uuid::Uuid;

use crate::domain::ids::AccountId;

/// How many characters an account's id takes in a number.
const OWNER_LENGTH: usize = 25;
/// The country, the check digits and at most this much of the bank's make 34 with the owner.
const BANK_MOST: usize = 5;
/// No number is longer (ISO 13616).
const LENGTH_MOST: usize = 34;

/// The dedicated number of an account at the bank of a prefix: its country and what it calls the seller.
#[must_use]
pub fn dedicated(prefix: &str, account: AccountId) -> String {
    let (country, bank) = prefix.split_at_checked(2).unwrap_or((prefix, ""));
    let rest = format!("{bank}{}", in_base_36(account.0.as_u128()));
    let check = 98 - remainder(&format!("{rest}{country}00")).unwrap_or(0);
    format!("{country}{check:02}{rest}")
}

/// Whose dedicated account a number is, and at the bank of which prefix; `None` where it is no such number.
#[must_use]
pub fn owner(number: &str) -> Option<(String, AccountId)> {
    if !is_sound(number) {
        return None;
    }
    let (start, owner) = number.split_at_checked(number.len().checked_sub(OWNER_LENGTH)?)?;
    let (country, bank) = (start.get(..2)?, start.get(4..)?);
    let id = u128::from_str_radix(owner, 36).ok()?;
    Some((format!("{country}{bank}"), AccountId(Uuid::from_u128(id))))
}

/// Whether the check digits of a number are right (ISO 7064 MOD 97-10).
#[must_use]
pub fn is_sound(number: &str) -> bool {
    let (start, rest) = number.split_at_checked(4).unwrap_or_default();
    let (country, digits) = start.split_at_checked(2).unwrap_or_default();
    number.len() <= LENGTH_MOST
        && !rest.is_empty()
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && remainder(&format!("{rest}{start}")) == Some(1)
}

/// Whether a text can be a bank's prefix.
#[must_use]
pub fn is_prefix(text: &str) -> bool {
    let country = text.bytes().take(2).filter(u8::is_ascii_uppercase).count() == 2;
    let bank = text.bytes().skip(2);
    country
        && (1..=BANK_MOST).contains(&bank.len())
        && bank.clone().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// The remainder by 97 of capitals and digits, where a letter stands for 10 to 35.
fn remainder(text: &str) -> Option<u32> {
    text.chars().try_fold(0, |sum, character| {
        let value = character.to_digit(36).filter(|_| !character.is_ascii_lowercase())?;
        Some((sum * if value < 10 { 10 } else { 100 } + value) % 97)
    })
}

fn in_base_36(mut number: u128) -> String {
    let mut digits = ['0'; OWNER_LENGTH];
    for digit in digits.iter_mut().rev() {
        let value = u32::try_from(number % 36).unwrap_or(0);
        *digit = char::from_digit(value, 36).unwrap_or('0').to_ascii_uppercase();
        number /= 36;
    }
    digits.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u128) -> AccountId {
        AccountId(Uuid::from_u128(number))
    }

    #[test]
    fn check_digits_are_those_of_the_standard() {
        // The examples of the IBAN registry.
        for sound in ["GB29NWBK60161331926819", "DE89370400440532013000", "NO9386011117947"] {
            assert!(is_sound(sound), "{sound}");
        }
        for slip in [
            "GB29NWBK60161331926818",
            "DE98370400440532013000",
            "NO9386011117974",
            "",
            "GB29",
            "gb29nwbk60161331926819",
            "GB29 NWBK 6016 1331 9268 19",
        ] {
            assert!(!is_sound(slip), "{slip}");
        }
    }

    #[test]
    fn a26_a_number_names_its_owner_for_ever_and_no_other() {
        for id in [0, 1, 35, 36, u128::MAX, 0x0198_a000_0000_7000_8000_0000_0000_0001] {
            let number = dedicated("SGALI", account(id));
            assert!(number.len() <= LENGTH_MOST && is_sound(&number), "{number}");
            assert_eq!(owner(&number), Some(("SGALI".to_owned(), account(id))));
        }
        assert_ne!(dedicated("SGALI", account(7)), dedicated("USALI", account(7)));
        assert_ne!(dedicated("SGALI", account(7)), dedicated("SGALI", account(8)));
    }

    #[test]
    fn a_slip_is_noticed() {
        let number = dedicated("SGALI", account(0x0198_a000_0000_7000_8000_0000_0000_0001));
        for at in 0..number.len() {
            let mut slip: Vec<char> = number.chars().collect();
            slip[at] = match slip[at] {
                '7' => '8',
                '0'..='9' => '7',
                'Q' => 'R',
                _ => 'Q',
            };
            let slip: String = slip.into_iter().collect();
            assert_eq!(owner(&slip), None, "{slip}");
        }
    }

    #[test]
    fn prefixes_are_a_country_and_a_short_name() {
        for good in ["SGALI", "USABC12", "DE1"] {
            assert!(is_prefix(good), "{good}");
        }
        for bad in ["SG", "sgALI", "SGABCDEF", "SGali", "S1ALI", "", "SG-1"] {
            assert!(!is_prefix(bad), "{bad}");
        }
    }
}
