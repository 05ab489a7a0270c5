//! VerificationService.

use tonic::{Request, Response, Status};

use super::{
    call::{Call, key},
    desk::{Desk, Order, kept},
};
use crate::{
    domain::{
        attempt,
        command::Command,
        entity::{Entity, Kind},
        ids::VerificationId,
        reason::Reason,
        rejection::{Rejection, Violation},
        verification::Verification,
    },
    proto::v1::{self as pb, verification_service_server::VerificationService},
    wire::{names, v1::verification},
};

impl Desk {
    /// A verification as callers see it.
    pub(super) fn shown_verification(&self, entity: &Entity) -> Result<pb::Verification, Status> {
        Ok(verification(kept(entity)?, &self.showing(self.now())))
    }
}

#[tonic::async_trait]
impl VerificationService for Desk {
    async fn get_verification(
        &self,
        request: Request<pb::GetVerificationRequest>,
    ) -> Result<Response<pb::GetVerificationResponse>, Status> {
        let name = request.into_inner().name;
        let (account, id) = self.field(names::parse_verification("name", &name))?;
        let verification = self.shown_verification(&*self.read(account, id.0, &name).await?)?;
        Ok(Response::new(pb::GetVerificationResponse { verification: Some(verification) }))
    }

    async fn list_verifications(
        &self,
        request: Request<pb::ListVerificationsRequest>,
    ) -> Result<Response<pb::ListVerificationsResponse>, Status> {
        let request = request.into_inner();
        let account = self.field(names::parse_account("parent", &request.parent))?;
        let (found, next_page_token) =
            self.list(account, Kind::Verification, request.page_size, &request.page_token).await?;
        let verifications =
            found.iter().map(|entity| self.shown_verification(entity)).collect::<Result<_, _>>()?;
        Ok(Response::new(pb::ListVerificationsResponse { verifications, next_page_token }))
    }

    async fn resume_verification(
        &self,
        request: Request<pb::ResumeVerificationRequest>,
    ) -> Result<Response<pb::ResumeVerificationResponse>, Status> {
        let name = request.into_inner().name;
        let (account, id) = self.field(names::parse_verification("name", &name))?;
        let entity = self.read(account, id.0, &name).await?;
        let found: &Verification = kept(&entity)?;
        let waits = matches!(found.check.state, attempt::State::ActionRequired { .. });
        if !(found.is_checking() && waits) {
            return Err(self.refuse(&not_open(found)));
        }
        let verification = self.shown_verification(&entity)?;
        Ok(Response::new(pb::ResumeVerificationResponse { verification: Some(verification) }))
    }

    async fn cancel_verification(
        &self,
        request: Request<pb::CancelVerificationRequest>,
    ) -> Result<Response<pb::CancelVerificationResponse>, Status> {
        let call = Call::of(&request);
        let request = request.into_inner();
        let (account, id) = self.field(names::parse_verification("name", &request.name))?;
        let mut bad = Vec::new();
        let key =
            key(&self.links.keys, "CancelVerification", &request.request_id, &[&request.name], &mut bad);
        self.check(bad)?;
        let command = Command::CancelVerification { verification: VerificationId(id.0) };
        let order = Order { account, command, key, until_rest: true };
        let verification = self.shown_verification(&*self.order(call, order).await?)?;
        Ok(Response::new(pb::CancelVerificationResponse { verification: Some(verification) }))
    }
}

fn not_open(verification: &Verification) -> Rejection {
    Rejection::rule(
        Violation::new(
            Reason::VerificationNotOpen,
            "A16",
            "The verification does not wait for the customer. Read it to see how it stands.",
        )
        .fact("state", verification.state_name()),
    )
}
