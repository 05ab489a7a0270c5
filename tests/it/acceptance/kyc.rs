//! Identity documents and their reviews (A32).

use bursar::proto::v1::{
    AccountKycState, GetKycReviewRequest, KycDocument, KycDocumentType, KycRejectionReason, KycReviewState,
    ListEventsRequest, MessageTopic, UpdateAccountRequest,
};
use jiff::SignedDuration;
use tonic::Code;

use crate::support::{
    clock::time,
    eventually::eventually,
    given::{ALIBABA, AWS, individual_request},
    kyc::{documents_request, passport},
    options::{Options, Outside},
    refusal::refused,
    world::World,
};

/// A PDF in which something is written.
fn pdf(written: &str) -> KycDocument {
    KycDocument {
        content_type: "application/pdf".to_owned(),
        content: format!("%PDF-1.7\n{written}\n").into_bytes(),
        ..passport("passport.pdf")
    }
}

async fn ada(world: &World) -> String {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.is_ada(&account).await;
    account
}

acceptance!(a32_kyc_documents_are_submitted_and_approved, |world| {
    let account = ada(&world).await;
    assert_eq!(world.kyc(&account).await.state(), AccountKycState::NotSubmitted);
    let review = world.decided(&account, "passport.png").await;
    assert_eq!(review.state(), KycReviewState::Approved, "{review:#?}");
    assert_eq!((review.registered_name.as_str(), review.advice.as_str()), ("Ada Lovelace", ""));
    assert!(
        time(review.decide_time) >= time(review.create_time) && review.program_version.starts_with(ALIBABA)
    );
    let [document] = review.documents.as_slice() else { panic!("{review:#?}") };
    assert_eq!((document.file_name.as_str(), document.size_bytes), ("passport.png", 18));
    assert!(document.content.is_empty());
    let kyc = world.kyc(&account).await;
    assert_eq!((kyc.state(), kyc.kyc_review), (AccountKycState::Approved, review.name.clone()));
    assert_eq!(world.kyc_reviews(&account).await, std::slice::from_ref(&review));
    let message = world.messages_of(&account).await.pop().unwrap();
    assert_eq!((message.topic(), &message.resource), (MessageTopic::KycDecided, &review.name));
    assert!(message.text.contains("approved") && message.expire_time.is_none(), "{message:#?}");
    // Once approved, nothing more is taken, until the account is somebody else's.
    refused(world.submit(&account, "passport.png").await).is_by_rules(&["A32 KYC_ALREADY_APPROVED"]);
    let mut renamed: UpdateAccountRequest = individual_request(&account, "SG");
    let person = renamed.account.as_mut().and_then(|account| account.profile.as_mut());
    if let Some(bursar::proto::v1::account::Profile::Individual(person)) = person {
        person.name = "Ada Byron".to_owned();
    }
    world.accounts().update_account(renamed).await.unwrap();
    assert_eq!(world.kyc(&account).await.state(), AccountKycState::Outdated);
    assert_eq!(world.decided(&account, "passport.png").await.registered_name, "Ada Byron");
    assert_eq!(world.kyc(&account).await.state(), AccountKycState::Approved);
    let other = world.account(ALIBABA, "SG", "USD").await;
    let of_another = review.name.replace(&account, &other);
    refused(world.accounts().get_kyc_review(GetKycReviewRequest { name: of_another }).await).is_not_found();
});

acceptance!(a32_kyc_documents_are_rejected_as_inconsistent_blurry_or_expired, |world| {
    let account = ada(&world).await;
    world.prove(&account, "ada@example.com").await;
    for (file_name, reason, advice) in [
        ("inconsistent.png", KycRejectionReason::InconsistentWithRegistration, "registered with"),
        ("blurry.png", KycRejectionReason::Blurry, "sharper"),
        ("expired.png", KycRejectionReason::Expired, "valid"),
    ] {
        let review = world.decided(&account, file_name).await;
        assert_eq!((review.state(), review.rejection_reason()), (KycReviewState::Rejected, reason));
        assert!(review.advice.contains(advice), "{}", review.advice);
        assert_eq!(world.kyc(&account).await.state(), AccountKycState::Rejected);
        let message = world.messages_of(&account).await.pop().unwrap();
        assert_eq!(message.resource, review.name);
        assert!(message.text.contains(&review.advice), "{message:#?}");
        let effect = message.delivery.unwrap().effect_id;
        eventually("the e-mail arrives", async || {
            let inbox = world.inbox("ada@example.com").await;
            let arrived = inbox.into_iter().any(|it| it.effect_id == effect && it.text == message.text);
            if arrived { Ok(()) } else { Err("not yet".to_owned()) }
        })
        .await;
    }
    assert_eq!(world.decided(&account, "passport.png").await.state(), KycReviewState::Approved);
    assert_eq!(world.kyc_reviews(&account).await.len(), 4);
});

acceptance!(a32_kyc_the_name_in_the_document_is_compared_with_the_registered_one, |world| {
    let account = ada(&world).await;
    let clock = world.clock_at("2030-06-15T12:00:00Z").await;
    world.attach(&account, &clock).await;
    for (written, expected) in [
        ("%Name: Ada Byron", KycRejectionReason::InconsistentWithRegistration),
        ("%Name: Ada Lovelace\n%Expires: 2030-06-14", KycRejectionReason::Expired),
    ] {
        let review = world.send_documents(documents_request(&account, vec![pdf(written)])).await.unwrap();
        assert_eq!(world.decision(&review.name).await.rejection_reason(), expected, "{written}");
    }
    let good = pdf("%Name: ADA LOVELACE\n%Expires: 2030-06-15");
    let review = world.send_documents(documents_request(&account, vec![good])).await.unwrap();
    assert_eq!(world.decision(&review.name).await.state(), KycReviewState::Approved);
});

acceptance!(
    a32_kyc_a_review_takes_days_and_survives_a_restart,
    Options::new().at_lasting_addresses(),
    |mut world| {
        let account = ada(&world).await;
        let mut clock = world.clock().await;
        world.attach(&account, &clock).await;
        let review = world.submit(&account, "two-days-blurry.png").await.unwrap();
        assert_eq!(review.state(), KycReviewState::InReview);
        let refusal = refused(world.submit(&account, "passport.png").await);
        refusal.is_by_rules(&["A32 KYC_IN_REVIEW"]);
        assert_eq!(refusal.fact("kyc_review"), review.name);
        // The reviewer is asked again and again meanwhile: a day at once is more than one call's time.
        for _ in 0..6 {
            world.advance(&mut clock, SignedDuration::from_hours(4)).await;
        }
        world.restart().await;
        assert_eq!(world.kyc_review(&review.name).await.state(), KycReviewState::InReview);
        for _ in 0..5 {
            world.advance(&mut clock, SignedDuration::from_hours(5)).await;
        }
        let review = world.decision(&review.name).await;
        assert_eq!(review.rejection_reason(), KycRejectionReason::Blurry);
        assert_eq!(world.effect(&review.effect_id).await.perform_count, 1);
        assert_eq!(world.messages_of(&account).await.len(), 1);
    }
);

acceptance!(a32_kyc_an_answer_that_is_lost_is_asked_for, Options::impatient(), |world| {
    let account = ada(&world).await;
    let review = world.decided(&account, "answer-lost.png").await;
    assert_eq!(review.state(), KycReviewState::Approved);
    let effect = world.effect(&review.effect_id).await;
    assert_eq!((effect.perform_count, effect.inquire_count >= 1), (1, true), "{effect:?}");
    let other = ada(&world).await;
    let review = world.decided(&other, "lost.png").await;
    assert_eq!(review.state(), KycReviewState::Approved);
});

acceptance!(a32_kyc_a_reason_that_nobody_knows_is_for_a_person_to_look_at, |world| {
    let account = ada(&world).await;
    let review = world.decided(&account, "unheard-of.png").await;
    assert_eq!(review.state(), KycReviewState::ManualReview);
    assert_eq!(world.kyc(&account).await.state(), AccountKycState::ManualReview);
    assert_eq!(world.decided(&account, "passport.png").await.state(), KycReviewState::Approved);
});

acceptance!(a32_kyc_bad_documents_are_refused_with_all_that_is_wrong, |world| {
    let account = ada(&world).await;
    let wrong = vec![
        KycDocument { r#type: 0, content_type: "image/gif".to_owned(), ..passport("a/b.png") },
        KycDocument { content: Vec::new(), ..passport("") },
        KycDocument { content_type: "application/pdf".to_owned(), ..passport("4242424242424242.png") },
        KycDocument { content: vec![0; (2 << 20) + 1], ..passport("large.png") },
    ];
    let refusal = refused(world.send_documents(documents_request(&account, wrong)).await);
    refusal.is_bad_input(
        "INVALID_FIELD",
        &[
            "documents[0].type",
            "documents[0].content_type",
            "documents[0].file_name",
            "documents[1].content",
            "documents[1].file_name",
            "documents[2].content",
            "documents[2].file_name",
            "documents[3].content",
            "documents[3].content",
        ],
    );
    let picture = |size: usize| {
        let mut document = passport("passport.png");
        document.content.resize(size, 0);
        document
    };
    let bill = KycDocument { r#type: KycDocumentType::ProofOfAddress.into(), ..passport("bill.png") };
    for documents in
        [vec![], vec![passport("p.png"); 7], vec![picture(2 << 20), picture((1 << 20) + 1)], vec![bill]]
    {
        let request = documents_request(&account, documents);
        refused(world.send_documents(request).await).is_bad_input("INVALID_FIELD", &["documents"]);
    }
    assert!(world.kyc_reviews(&account).await.is_empty());
    let largest = documents_request(&account, vec![picture(2 << 20), picture(1 << 20)]);
    world.send_documents(largest).await.unwrap();
});

acceptance!(a32_kyc_is_refused_where_nobody_reviews_documents, |world| {
    let account = world.account(AWS, "US", "USD").await;
    world.is_ada(&account).await;
    refused(world.submit(&account, "passport.png").await).is_by_rules(&["A32 KYC_NOT_OFFERED"]);
    refused(world.require_kyc(&account).await).is_by_rules(&["A32 KYC_NOT_OFFERED"]);
    // Whom the documents have to show is to be told first.
    let account = world.account(ALIBABA, "SG", "USD").await;
    refused(world.submit(&account, "passport.png").await).is_by_rules(&["H1 ONBOARDING_INCOMPLETE"]);
});

acceptance!(c7_kyc_documents_that_are_submitted_again_are_reviewed_once, |world| {
    let account = ada(&world).await;
    let request = documents_request(&account, vec![passport("blurry.png")]);
    let first = world.send_documents(request.clone()).await.unwrap();
    let review = world.decision(&first.name).await;
    assert_eq!(world.send_documents(request.clone()).await.unwrap(), review);
    assert_eq!(world.kyc_reviews(&account).await.len(), 1);
    let mut other = request.clone();
    other.documents[0].content.push(b'!');
    refused(world.send_documents(other).await).is_bad_input("REQUEST_ID_REUSED", &[]);
    let mut without = request;
    without.request_id = String::new();
    refused(world.send_documents(without).await).is_bad_input("REQUEST_ID_REQUIRED", &["request_id"]);
});

acceptance!(
    c7_kyc_a_repeat_is_recognized_while_the_reviewer_is_away,
    Options::impatient().outside(Outside::Apart),
    |mut world| {
        let account = ada(&world).await;
        let request = documents_request(&account, vec![passport("blurry.png")]);
        let review = world.send_documents(request.clone()).await.unwrap();
        let review = world.decision(&review.name).await;
        world.lose_outside().await;
        assert_eq!(world.send_documents(request).await.unwrap(), review);
        let status = world.submit(&account, "passport.png").await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{status:?}");
        assert_eq!(world.kyc_reviews(&account).await.len(), 1);
    }
);

acceptance!(a32_kyc_the_content_of_a_document_is_written_nowhere, |world| {
    const CANARY: &[u8] = b"Q7-born-in-London-1815";
    let account = ada(&world).await;
    for file_name in ["blurry.png", "passport.png"] {
        let mut document = passport(file_name);
        document.content.extend_from_slice(CANARY);
        let review = world.send_documents(documents_request(&account, vec![document])).await.unwrap();
        world.decision(&review.name).await;
    }
    for (name, bytes) in world.everything_written() {
        assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY), "{name} holds it");
    }
    let request = ListEventsRequest { parent: account, page_size: 1_000, ..Default::default() };
    let events = world.events().list_events(request).await.unwrap().into_inner().events;
    let types: Vec<&str> = events.iter().map(|event| event.r#type.as_str()).collect();
    for expected in
        ["kyc_review.submitted", "kyc_review.rejected", "kyc_review.approved", "account.kyc_changed"]
    {
        assert!(types.contains(&expected), "{types:?}");
    }
    let said = format!("{events:?}");
    for private in ["doc_", "Lovelace", "passport.png"] {
        assert!(!said.contains(private), "events tell {private}");
    }
});
