//! Identity documents at the door: read, checked, and swapped for the reviewer's tokens (A32).

use std::{collections::BTreeSet, sync::Arc};

use sha2::{Digest as _, Sha256};
use tonic::Status;
use zeroize::Zeroizing;

use super::{
    call::{Call, key},
    desk::{Desk, Order},
    status,
};
use crate::{
    domain::{
        account::Account,
        card::holds_card_number,
        command::{Command, SubmitKycDocuments},
        entity::Entity,
        kyc::{Document, DocumentKind, Subject, demanded, refused},
        program::KycRules,
        reason::Reason,
        rejection::{FieldViolation, Rejection},
    },
    proto::v1 as pb,
    provider::{DocumentToStore, Provider as _, TokenizeError},
    wire::names,
};

const DOCUMENTS_MAX: usize = 6;
/// A request of more than 4 MiB does not get this far.
const BYTES_MAX: usize = 2 << 20;
const BYTES_TOGETHER_MAX: usize = 3 << 20;
const FILE_NAME_CHARACTERS_MAX: usize = 128;
const CONTENT_TYPES: [&str; 3] = ["application/pdf", "image/jpeg", "image/png"];

/// A document whose fields are right, with what is only passed on.
struct Read {
    document: Document,
    content: Zeroizing<Vec<u8>>,
}

impl Desk {
    /// Checks documents, all bad fields at once, and submits them. Ones that would be refused whatever they
    /// show are shown to nobody. What they are repeated by does not depend on what the program asks for today
    /// (C7).
    pub(super) async fn submit_documents(
        &self,
        call: Call,
        request: pb::SubmitKycDocumentsRequest,
    ) -> Result<Arc<Entity>, Status> {
        let id = self.field(names::parse_account("parent", &request.parent))?;
        let account = self.account(id).await?;
        let edition = self.program(&account.program)?.edition(self.clock_of(id).await?);
        let mut bad = Vec::new();
        let count = request.documents.len();
        if count == 0 || count > DOCUMENTS_MAX {
            bad.push(invalid("documents", "Submit 1 to 6 documents."));
        }
        let mut body = Vec::new();
        let mut documents = Vec::new();
        for (index, document) in request.documents.into_iter().enumerate() {
            body.extend([
                document.r#type.to_string(),
                document.file_name.clone(),
                document.content_type.clone(),
                hex::encode(Sha256::digest(&document.content)),
            ]);
            documents.extend(read(&format!("documents[{index}]"), document, &mut bad));
        }
        if documents.iter().map(|read| read.content.len()).sum::<usize>() > BYTES_TOGETHER_MAX {
            let description = "The documents are more than 3 MiB together. Submit smaller pictures.";
            bad.push(invalid("documents", description));
        }
        let kinds: BTreeSet<DocumentKind> = documents.iter().map(|read| read.document.kind).collect();
        if let (true, Some(rules), Some(profile)) = (bad.is_empty(), edition.kyc(), &account.profile) {
            bad.extend(demanded(rules, &Subject::of(profile), &kinds));
        }
        let body: Vec<&str> = body.iter().map(String::as_str).collect();
        let key = key(&self.links.keys, "SubmitKycDocuments", &request.request_id, &body, &mut bad);
        let stored = match (self.check(bad), refused(edition, &account)) {
            (Ok(()), Ok((rules, _))) if account.deactivation.is_none() => {
                self.store_all(&account, rules, &documents).await
            }
            // What refuses it does so once more where it is decided, and can tell a repeat by then.
            (Ok(()), _) => Ok(Vec::new()),
            (Err(refused), _) => Err(refused),
        };
        let documents = documents.into_iter().map(|read| read.document).collect();
        match stored {
            Ok(tokens) => {
                let command = Command::SubmitKycDocuments(SubmitKycDocuments { documents, tokens });
                self.order(call, Order { account: id, command, key, until_rest: true }).await
            }
            Err(refused) => self.recall(call, id, key).await.ok_or(refused),
        }
    }

    /// Swaps each document for a token. Decides nothing, and leaves nothing behind that a repeat would not
    /// make again.
    async fn store_all(
        &self,
        account: &Account,
        rules: &KycRules,
        documents: &[Read],
    ) -> Result<Vec<String>, Status> {
        let Some(provider) = self.providers.get(&rules.provider.0) else {
            tracing::error!(program = %account.program, "the program's reviewer is not configured");
            return Err(status::provider_unavailable());
        };
        let mut tokens = Vec::new();
        for (index, Read { document, content }) in documents.iter().enumerate() {
            let document = DocumentToStore {
                kind: document.kind,
                file_name: &document.file_name,
                content_type: &document.content_type,
                content,
            };
            let token = provider.store_document(document).await.map_err(|error| match error {
                TokenizeError::Unavailable => status::provider_unavailable(),
                // What exactly it says is not logged: it may quote the document.
                TokenizeError::Refused(_) => self.refuse(&Rejection::field(
                    &format!("documents[{index}]"),
                    Reason::InvalidField,
                    "The reviewer does not take the document. Submit another picture of it.",
                )),
            })?;
            tokens.push(token);
        }
        Ok(tokens)
    }
}

fn invalid(field: &str, description: &str) -> FieldViolation {
    FieldViolation::new(field, Reason::InvalidField, description)
}

/// Reads one document; `None` where a field of it is bad, which is said.
fn read(field: &str, document: pb::KycDocument, bad: &mut Vec<FieldViolation>) -> Option<Read> {
    let good_before = bad.len();
    let mut refuse = |name: &str, description: &str| {
        bad.push(invalid(&format!("{field}.{name}"), description));
    };
    let kind = match document.r#type() {
        pb::KycDocumentType::Passport => Some(DocumentKind::Passport),
        pb::KycDocumentType::IdentityCard => Some(DocumentKind::IdentityCard),
        pb::KycDocumentType::BusinessLicense => Some(DocumentKind::BusinessLicense),
        pb::KycDocumentType::ProofOfAddress => Some(DocumentKind::ProofOfAddress),
        pb::KycDocumentType::Unspecified => {
            refuse("type", "Say what document it is.");
            None
        }
    };
    let name = document.file_name;
    let length = name.chars().count();
    let odd = |character: char| character.is_control() || matches!(character, '/' | '\\');
    if name.trim().is_empty() || length > FILE_NAME_CHARACTERS_MAX || name.chars().any(odd) {
        refuse("file_name", "Give the file's name in 1 to 128 characters, without slashes.");
    } else if holds_card_number(&name) {
        refuse("file_name", "The name holds a card number. Give it another one: names are kept.");
    }
    let content = Zeroizing::new(document.content);
    let content_type = document.content_type;
    if content.is_empty() || content.len() > BYTES_MAX {
        refuse("content", "A document has 1 byte to 2 MiB. Submit a smaller picture.");
    }
    if !CONTENT_TYPES.contains(&content_type.as_str()) {
        refuse("content_type", "Submit a PDF, a JPEG or a PNG, and say which.");
    } else if !content.is_empty() && infer::get(&content).map(|it| it.mime_type()) != Some(&content_type) {
        refuse("content", "The content is not what content_type says. Submit the file as it is.");
    }
    let kind = kind.filter(|_| bad.len() == good_before)?;
    let size = u32::try_from(content.len()).unwrap_or(u32::MAX);
    Some(Read { document: Document { kind, file_name: name, content_type, size }, content })
}
