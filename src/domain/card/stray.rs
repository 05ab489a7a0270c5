//! Card numbers where they don't belong: in names, addresses and descriptions, which are kept (C9).

/// Whether a text holds 13 to 19 digits in a row that pass the Luhn check, spaces and hyphens apart
/// (C9). A text that merely looks so is refused too: better that than a number in the log.
#[must_use]
pub fn holds_card_number(text: &str) -> bool {
    let mut run: Vec<u32> = Vec::new();
    let mut runs = Vec::new();
    for character in text.chars() {
        match character.to_digit(10) {
            Some(digit) => run.push(digit),
            None if matches!(character, ' ' | '-') => {}
            None => runs.push(std::mem::take(&mut run)),
        }
    }
    runs.push(run);
    runs.iter().any(|run| (13..=19).any(|length| run.windows(length).any(luhn)))
}

fn luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| if index % 2 == 1 { doubled(*digit) } else { *digit })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_written() {
        for text in [
            "4242424242424242",
            "card 4242 4242-4242 4242 fails",
            "x378282246310005y",
            "№ 1 4242424242424242",
        ] {
            assert!(holds_card_number(text), "{text}");
        }
        for text in ["", "Ada Lovelace", "1 Marina Boulevard, 018989", "+65 6123 4567"] {
            assert!(!holds_card_number(text), "{text}");
        }
    }
}
