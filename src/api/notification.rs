//! NotificationService: what adapters learn, unasked (A16, W8).

use tonic::{Request, Response, Status};

use super::{
    desk::Desk,
    status::{self, failed},
};
use crate::{
    domain::{
        attempt::{Input, Observed},
        command::Command,
        ids::{AccountId, EffectId},
        outcome::Outcome,
        reason::Reason,
        rejection::Rejection,
    },
    proto::provider::v1::{self as pb, notification_service_server::NotificationService},
};

#[tonic::async_trait]
impl NotificationService for Desk {
    async fn deliver(
        &self,
        request: Request<pb::DeliverRequest>,
    ) -> Result<Response<pb::DeliverResponse>, Status> {
        let request = request.into_inner();
        let effect: EffectId = request.effect_id.parse().map_err(|_| status::effect_not_found())?;
        let keys = &self.links.keys;
        let account = keys
            .open_notification(&request.notification_token, &request.effect_id)
            .ok_or_else(status::token_invalid)?;
        let outcome =
            request.outcome.and_then(|outcome| Outcome::try_from(outcome).ok()).ok_or_else(|| {
                let message = "The outcome is missing or makes no sense.";
                self.refuse(&Rejection::field("outcome", Reason::InvalidField, message))
            })?;
        let account = AccountId(account);
        let entity = self
            .engine
            .read(account, effect.entity)
            .await
            .map_err(|error| failed(&error, self.now()))?
            .ok_or_else(status::effect_not_found)?;
        // What is known already changes nothing, so a notification that comes again, late or out of
        // order needs no table of its own: the attempt's state is what it is compared with.
        self.engine
            .hear(account, Command::learn(&entity, effect, Input::Learned(Observed::Notified, outcome)))
            .await
            .map_err(|error| failed(&error, self.now()))?;
        Ok(Response::new(pb::DeliverResponse {}))
    }
}
