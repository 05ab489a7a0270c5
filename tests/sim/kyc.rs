//! How clients submit identity documents, and sellers require them.

use bursar::proto::v1::{self as pb, KycDocumentType};

use super::ask::Ask;

/// A request to submit a passport in a file of that name, which says what the reviewer makes of it.
pub fn submit(parent: &str, file_name: &str, request_id: String) -> Ask {
    let passport = pb::KycDocument {
        r#type: KycDocumentType::Passport.into(),
        file_name: file_name.to_owned(),
        content_type: "image/png".to_owned(),
        content: b"\x89PNG\r\n\x1a\n a picture".to_vec(),
        size_bytes: 0,
    };
    let parent = parent.to_owned();
    Ask::Documents(pb::SubmitKycDocumentsRequest { parent, documents: vec![passport], request_id })
}

/// A request of the seller's.
pub fn require(account: &str, request_id: String) -> Ask {
    let (account, reason) = (account.to_owned(), "It looks like another account.".to_owned());
    Ask::RequireKyc(pb::RequireKycRequest { account, reason, request_id })
}
