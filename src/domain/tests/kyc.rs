//! Identity documents (KYC, A32).

use super::{given, play};

const WHO: &str = "alibaba-cloud-intl SG USD";
const CARD: &str = "link 1; 1 approved; 1 approved; invoice i1 USD 10";

#[test]
fn a32_who_is_required_to_can_pay_only_once_approved() {
    given(
        WHO,
        CARD,
        "
        require doubts                => account kyc_required
        pay p1 i1                     => refused KYC_REQUIRED A32
        order o1 USD 5                => refused KYC_REQUIRED A32
        submit PASSPORT               => refused ONBOARDING_INCOMPLETE H1
        person                        => account updated
        submit PASSPORT               => kyc_review submitted; account kyc_changed; perform 1
        asked documents               => review An Lee 1
        pay p1 i1                     => refused KYC_REQUIRED A32
        submit PASSPORT               => refused KYC_IN_REVIEW A32
        documents pending             => kyc_review review=Pending
        documents notified approved   => kyc_review review=Approved approved; account kyc_changed; message written
        documents notified approved   => nothing
        submit PASSPORT               => refused KYC_ALREADY_APPROVED A32
        pay p1 i1                     => invoice reserved; payment started; perform 1
        company                       => account updated
        pay p2 i1                     => refused KYC_REQUIRED A32
        submit PASSPORT               => refused INVALID_FIELD documents
        submit BUSINESS_LICENSE       => kyc_review submitted; account kyc_changed; perform 1
        ",
    );
}

#[test]
fn a32_what_was_rejected_can_be_submitted_anew() {
    given(
        WHO,
        "person; require doubts; code email ada@example.com; message approved; answer email right",
        "
        submit PROOF_OF_ADDRESS       => refused INVALID_FIELD documents
        submit untold PASSPORT        => refused NO_ROUTE C12
        submit IDENTITY_CARD PASSPORT => kyc_review submitted; account kyc_changed; perform 1
        documents declined BLURRY     => kyc_review review=Declined rejected; account kyc_changed; message written; perform 1
        asked message                 => send kyc-rejected to ada@example.com
        submit PASSPORT               => kyc_review submitted; account kyc_changed; perform 1
        documents declined 05         => kyc_review review=Declined review_needed; account kyc_changed
        submit PASSPORT               => kyc_review submitted; account kyc_changed; perform 1
        documents refused             => kyc_review review=Refused review_needed; account kyc_changed
        ",
    );
}

#[test]
fn a32_the_reviewer_is_asked_until_they_answer() {
    given(
        WHO,
        "person; submit PASSPORT",
        "
        documents unreached           => kyc_review review=NotSent
        +1s                           => 2026-08-15T12:00:01Z
        documents timer               => kyc_review review=Sending; perform 1
        documents unreached           => kyc_review review=NotSent
        +2s                           => 2026-08-15T12:00:03Z
        documents timer               => kyc_review review=Sending; perform 1
        documents unreached           => kyc_review review=NotSent
        +4s                           => 2026-08-15T12:00:07Z
        documents timer               => kyc_review review=Sending; perform 1
        documents unreached           => kyc_review review=NotSent
        +8s                           => 2026-08-15T12:00:15Z
        documents timer               => kyc_review review=Sending; perform 1
        documents unknown             => kyc_review review=Unknown
        +16s                          => 2026-08-15T12:00:31Z
        documents timer               => kyc_review review=Inquiring; inquire 1
        documents found approved      => kyc_review review=Approved approved; account kyc_changed; message written
        ",
    );
}

#[test]
fn a32_where_nobody_reviews_documents_none_are_taken_or_required() {
    play(
        "aws-inc US USD",
        "
        person                        => account updated
        submit PASSPORT               => refused KYC_NOT_OFFERED A32
        require doubts                => refused KYC_NOT_OFFERED A32
        ",
    );
    play(
        WHO,
        "
        require                       => refused INVALID_FIELD reason
        require 4242424242424242      => refused INVALID_FIELD reason
        ",
    );
}
