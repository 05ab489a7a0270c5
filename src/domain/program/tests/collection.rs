//! How what is owed is collected (H13).

use super::*;

/// Huawei Cloud's program with other categories or codes.
fn huawei(categories: &str, codes: &str) -> Result<Program, String> {
    let (file, text) = super::super::shipped().into_iter().find(|(file, _)| file.contains("huawei")).unwrap();
    let text = text.replace(
        "cascade_categories = [\"SOFT_FUNDS\"]",
        &format!("cascade_categories = {categories}\ncascade_codes = {codes}"),
    );
    Program::parse(file, &text).map_err(|errors| errors.to_string())
}

fn going(program: &Program) -> Vec<String> {
    let table = DeclineTable::parse(DECLINE_CODES.1).unwrap();
    let codes = ["04", "05", "07", "41", "43", "51", "54", "57", "59", "61", "63", "83", "ZZ"];
    let rules = program.first.collection();
    codes.into_iter().filter(|code| rules.cascades(&table.explain(code))).map(str::to_owned).collect()
}

#[test]
fn h13_categories_and_codes_let_the_next_card_try() {
    assert_eq!(going(&huawei("[\"SOFT_FUNDS\"]", "[]").unwrap()), ["51", "61"]);
    assert_eq!(going(&huawei("[]", "[\"54\"]").unwrap()), ["54"]);
    // What is stolen or lost is hard too, and ends it all the same.
    assert_eq!(going(&huawei("[\"HARD\"]", "[]").unwrap()), ["57"]);
    assert_eq!(going(&program("alibaba-cloud-intl")), Vec::<String>::new());
}

#[test]
fn h13_no_program_goes_on_after_fraud_or_a_stolen_card() {
    #[rustfmt::skip]
    let table = [
        ("[\"FRAUD\"]",   "[]",       "cascade_categories: expected a category of decline-codes.csv"),
        ("[\"UNKNOWN\"]", "[]",       "cascade_categories: expected a category of decline-codes.csv"),
        ("[]",            "[\"43\"]", "cascade_codes: expected an issuer's code"),
        ("[]",            "[\"07\"]", "cascade_codes: expected an issuer's code"),
        ("[]",            "[\"\"]",   "cascade_codes: expected an issuer's code"),
    ];
    for (categories, codes, expected) in table {
        let errors = huawei(categories, codes).unwrap_err();
        assert!(errors.contains(expected), "{errors}");
    }
}
