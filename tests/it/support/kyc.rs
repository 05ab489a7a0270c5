//! Identity documents, and what becomes of them (A32).

use bursar::proto::v1::{
    AccountKyc, GetKycReviewRequest, KycDocument, KycDocumentType, KycReview, KycReviewState,
    ListKycReviewsRequest, RequireKycRequest, SubmitKycDocumentsRequest,
};
use tonic::Status;

use super::{
    eventually::eventually,
    given::{individual_request, request_id},
    world::World,
};

/// What the customer of these tests reads.
pub const REASON: &str = "The card's country is another than the account's.";

/// A picture of a passport, in a file of that name: the sandbox plays what the name says.
pub fn passport(file_name: &str) -> KycDocument {
    KycDocument {
        r#type: KycDocumentType::Passport.into(),
        file_name: file_name.to_owned(),
        content_type: "image/png".to_owned(),
        content: b"\x89PNG\r\n\x1a\n a picture".to_vec(),
        size_bytes: 0,
    }
}

/// A request to submit these.
pub fn documents_request(account: &str, documents: Vec<KycDocument>) -> SubmitKycDocumentsRequest {
    SubmitKycDocumentsRequest { parent: account.to_owned(), documents, request_id: request_id() }
}

impl World {
    /// Says that the customer is Ada Lovelace.
    pub async fn is_ada(&self, account: &str) {
        let request = individual_request(account, "SG");
        self.accounts().update_account(request).await.expect("the account is told of its customer");
    }

    /// The seller requires documents of an account.
    pub async fn require_kyc(&self, account: &str) -> Result<AccountKyc, Status> {
        let request = RequireKycRequest {
            account: account.to_owned(),
            reason: REASON.to_owned(),
            request_id: request_id(),
        };
        let answer = self.accounts().require_kyc(request).await?.into_inner();
        Ok(answer.account.expect("an account").kyc.expect("how it stands"))
    }

    pub async fn send_documents(&self, request: SubmitKycDocumentsRequest) -> Result<KycReview, Status> {
        let answer = self.accounts().submit_kyc_documents(request).await?;
        Ok(answer.into_inner().kyc_review.expect("a review"))
    }

    /// Submits a passport.
    pub async fn submit(&self, account: &str, file_name: &str) -> Result<KycReview, Status> {
        self.send_documents(documents_request(account, vec![passport(file_name)])).await
    }

    /// Submits a passport that is taken, and waits until it is decided.
    pub async fn decided(&self, account: &str, file_name: &str) -> KycReview {
        let review = self.submit(account, file_name).await.expect("the documents are taken");
        self.decision(&review.name).await
    }

    /// Waits until a review is decided.
    pub async fn decision(&self, name: &str) -> KycReview {
        eventually("the review is decided", async || {
            let review = self.kyc_review(name).await;
            if review.state() == KycReviewState::InReview { Err(format!("{review:#?}")) } else { Ok(review) }
        })
        .await
    }

    pub async fn kyc_review(&self, name: &str) -> KycReview {
        let request = GetKycReviewRequest { name: name.to_owned() };
        let answer = self.accounts().get_kyc_review(request).await.expect("a review");
        answer.into_inner().kyc_review.expect("a review")
    }

    pub async fn kyc_reviews(&self, account: &str) -> Vec<KycReview> {
        let request = ListKycReviewsRequest { parent: account.to_owned(), ..Default::default() };
        self.accounts().list_kyc_reviews(request).await.expect("reviews").into_inner().kyc_reviews
    }

    /// How an account stands with its documents.
    pub async fn kyc(&self, account: &str) -> AccountKyc {
        self.get_account(account).await.kyc.expect("how it stands")
    }
}
