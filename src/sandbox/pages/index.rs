//! The index: which card number plays what.

use axum::response::Html;
use maud::{Markup, html};

use super::layout::{Width, frame};
use crate::sandbox::catalogue::{self, Card, UNKNOWN_HOLDER};

/// Shows the catalogue.
pub(super) async fn show() -> Html<String> {
    frame(
        "Sandbox Bank: test cards",
        Width::Wide,
        &html! {
            h1 { "Test cards" }
            p {
                "Each number chooses what its issuer plays. None belongs to a person. Any expiry that has "
                "not passed and any security code of the right length will do, and any name is the one on the card."
            }
            ul {
                li { "A security code of zeros only, or of the wrong length, does not match: declined with " code { "N7" } "." }
                li { "A name whose last word is " code { (UNKNOWN_HOLDER) } " is not the cardholder's: declined with " code { "6P" } "." }
                li { "A number that is not in this list does not exist: declined with " code { "14" } "." }
                li { "Where a challenge is mandated, every card that can do 3-D Secure asks for one." }
            }
            div class="scroll" tabindex="0" role="region" aria-labelledby="cards" {
                table {
                    caption id="cards" { "Every card of the catalogue" }
                    thead {
                        tr {
                            @for head in ["Number", "Scenario", "What happens", "Card", "Issued in", "Challenge answer", "Published by"] {
                                th scope="col" { (head) }
                            }
                        }
                    }
                    tbody { @for card in catalogue::cards() { (row(card)) } }
                }
            }
            h2 { "Test PayPal accounts" }
            p { "What they have agreed to, and how to end it: " a href="paypal" { "billing agreements" } "." }
            div class="scroll" tabindex="0" role="region" aria-labelledby="wallets" {
                table {
                    caption id="wallets" { "Every PayPal account" }
                    thead { tr { @for head in ["E-mail address", "Scenario", "What happens", "Registered in"] { th scope="col" { (head) } } } }
                    tbody {
                        @for account in catalogue::wallets() {
                            tr {
                                td { code { (account.plays.number) } }
                                th scope="row" { (account.plays.name) }
                                td class="what" { (account.plays.description) }
                                td { (account.plays.region) }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn row(card: &Card) -> Markup {
    html! {
        tr {
            td { code { (card.number) } }
            th scope="row" { (card.name) }
            td class="what" { (card.description) }
            td { (card.networks.join(" and ")) " " (card.funding) }
            td { (card.region) }
            td { @if card.can_challenge() { code { (card.page.answer()) } } @else { "none" } }
            td { (card.publisher) }
        }
    }
}
