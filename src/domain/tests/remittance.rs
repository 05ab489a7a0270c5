//! What arrives in the shared account: claimed, approved by another, credited in the claimant's (A27).

use super::{script::play_on, stage::Stage};

const ALI: &str = "alibaba-cloud-intl SG USD";

fn play(script: &str) {
    play_on(&mut Stage::new(ALI).with_seller(), script);
}

#[test]
fn a27_a_claim_is_approved_by_another_and_then_credited() {
    play(
        "
        s: shared r1 USD 50  => seller opened; remittance received
        s: shared r1 USD 50  => nothing
        s: approve r1 bob    => refused REMITTANCE_NOT_CLAIMED A27
        s: claim r1          => refused PRINCIPAL_REQUIRED A27
        s: claim r1 ann      => remittance claimed
        s: claim r1 eve      => refused REMITTANCE_NOT_UNAPPLIED A27
        s: approve r1        => refused PRINCIPAL_REQUIRED A27
        s: approve r1 ann    => refused CLAIM_JUDGED_BY_CLAIMANT A27
        s: reject r1 ann     => refused CLAIM_JUDGED_BY_CLAIMANT A27
        s: approve r1 bob    => remittance claim_approved; perform 1
        s: asked r1          => credit USD 50.00
        s: show r1           => CREDITING USD 50.00 ann approved by bob
        s: claim r1 eve      => refused REMITTANCE_NOT_UNAPPLIED A27
        s: r1 unknown        => remittance crossing=Unknown
        +1m                  => 2026-08-15T12:01:00Z
        s: r1 timer          => remittance crossing=Inquiring; inquire 1
        s: r1 missing        => remittance crossing=Sending; perform 1
        s: r1 approved       => remittance crossing=Approved credited
        s: show r1           => CREDITED USD 50.00 ann approved by bob
        s: claim r1 eve      => refused REMITTANCE_NOT_UNAPPLIED A27
        s: claim r9 eve      => refused RESOURCE_NOT_FOUND
        claim r1 eve         => refused RESOURCE_NOT_FOUND
        ",
    );
}

#[test]
fn a27_a_refused_claim_says_why_and_frees_the_remittance() {
    play(
        "
        s: shared r1 USD 50  => seller opened; remittance received
        s: claim r1 ann      => remittance claimed
        s: reject r1 bob     => remittance claim_rejected
        s: show r1           => UNAPPLIED USD 50.00 ann rejected by bob
        s: reject r1 bob     => refused REMITTANCE_NOT_CLAIMED A27
        s: claim r1 eve      => remittance claimed
        s: show r1           => CLAIMED USD 50.00 ann rejected by bob eve waits
        ",
    );
}

#[test]
fn what_the_bank_takes_back_is_taken_from_the_claimant() {
    play(
        "
        s: shared r1 USD 50  => seller opened; remittance received
        s: return r1         => remittance return_reported
        s: show r1           => RETURNED USD 50.00
        s: claim r1 ann      => refused REMITTANCE_NOT_UNAPPLIED A27
        s: shared r2 USD 50  => remittance received
        s: claim r2 ann      => remittance claimed
        s: return r2         => remittance claim_rejected return_reported
        s: show r2           => RETURNED USD 50.00 ann rejected by the bank
        s: shared r3 USD 50  => remittance received
        s: claim r3 ann      => remittance claimed
        s: approve r3 bob    => remittance claim_approved; perform 1
        s: return r3         => remittance return_reported
        s: show r3           => CREDITING USD 50.00 ann approved by bob
        s: r3 approved       => remittance crossing=Approved credited return_reported; perform 2
        s: return r3         => nothing
        s: r3 approved       => remittance crossing=Approved taken_back
        s: show r3           => RETURNED USD 50.00 ann approved by bob
        ",
    );
}
