//! The provider that is another account of ours: what crosses from the program's own account to a
//! customer's is two commits, the second of which is known by a derived id and so done once (A27).

use async_trait::async_trait;
use jiff::SignedDuration;

use crate::{
    domain::{
        attempt::{Approval, Operation},
        command::{Command, ReceiveRemittance, ReturnRemittance},
        ids::{AccountId, EffectId, RemittanceId},
        outcome::{Outcome, Silence},
        remittance::{CROSSING, Remittance, State, Transfer},
    },
    engine::{Engine, EngineError},
    provider::{Capabilities, CardToTokenize, Inquiry, Perform, Provider, TokenizeError},
    store::codec,
};

/// The other account, as an adapter.
pub(super) struct Crossing {
    engine: Engine,
    capabilities: Capabilities,
}

impl Crossing {
    pub(super) fn new(engine: Engine) -> Self {
        let capabilities = Capabilities {
            provider: CROSSING.to_owned(),
            retention: SignedDuration::MAX,
            conclusive_after: SignedDuration::ZERO,
            can_cancel: false,
        };
        Self { engine, capabilities }
    }

    async fn tell(&self, account: AccountId, command: Command) -> Result<(), Silence> {
        match self.engine.tell(account, command).await {
            Ok(_) => Ok(()),
            Err(EngineError::Refused(rejection)) => Err(Silence::Refused { message: rejection.message }),
            Err(EngineError::Overloaded | EngineError::Store(_) | EngineError::Internal(_)) => {
                Err(Silence::Unknown)
            }
        }
    }
}

#[async_trait]
impl Provider for Crossing {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn tokenize(&self, _: CardToTokenize<'_>) -> Result<String, TokenizeError> {
        Err(TokenizeError::Refused("an account keeps no cards".to_owned()))
    }

    async fn perform(&self, perform: Perform<'_>) -> Result<Outcome, Silence> {
        let shared = RemittanceId(perform.effect.entity);
        match perform.operation {
            Operation::CreditAccount { account, remittance, transfer } => {
                let receive = credit(*remittance, transfer, shared);
                self.tell(*account, Command::ReceiveRemittance(Box::new(receive))).await?;
                Ok(crossed(*remittance, perform.operation))
            }
            Operation::DebitAccount { account, remittance, returned, .. } => {
                let (remittance, returned) = (*remittance, (**returned).clone());
                let command = ReturnRemittance { remittance, seller: None, returned };
                self.tell(*account, Command::ReturnRemittance(Box::new(command))).await?;
                Ok(crossed(remittance, perform.operation))
            }
            Operation::Authorize { .. }
            | Operation::Charge { .. }
            | Operation::Release { .. }
            | Operation::Refund { .. }
            | Operation::Verify { .. }
            | Operation::SendMessage { .. }
            | Operation::Agree { .. }
            | Operation::EndAgreement { .. }
            | Operation::AuthorizeRedirect { .. }
            | Operation::Capture { .. }
            | Operation::Withdraw { .. }
            | Operation::ReviewIdentity { .. } => {
                Err(Silence::Refused { message: "an account moves no money of a card's".to_owned() })
            }
        }
    }

    async fn inquire(&self, effect: EffectId, _: &str) -> Result<Inquiry, Silence> {
        let read = async |id| {
            let row = self.engine.store().get(id).await.map_err(|_| Silence::Unknown)?;
            let entity = row.map(|row| codec::decode(&row)).transpose();
            entity.map_err(|_| Silence::Unknown)
        };
        let shared = read(effect.entity).await?;
        let crossing = shared
            .as_ref()
            .and_then(|entity| entity.attempts().into_iter().find(|attempt| attempt.effect == effect));
        let Some(operation) = crossing.map(|attempt| &attempt.operation) else {
            return Ok(Inquiry::NotFound);
        };
        let Some(remittance) = other_side(operation) else { return Ok(Inquiry::NotFound) };
        let found = read(remittance.0).await?;
        let happened = found.as_ref().and_then(|entity| entity.get::<Remittance>()).is_some_and(|found| {
            matches!(operation, Operation::CreditAccount { .. })
                || matches!(found.state, State::Returned { .. })
        });
        Ok(if happened { Inquiry::Outcome(crossed(remittance, operation)) } else { Inquiry::NotFound })
    }

    async fn cancel(&self, _: EffectId, _: &str) -> Result<Outcome, Silence> {
        Err(Silence::Refused { message: "what crosses between accounts is never given up".to_owned() })
    }
}

fn credit(id: RemittanceId, transfer: &Transfer, shared: RemittanceId) -> ReceiveRemittance {
    ReceiveRemittance { id, seller: None, transfer: transfer.clone(), claimed: Some(shared) }
}

/// What lies on the other side of a crossing.
fn other_side(operation: &Operation) -> Option<RemittanceId> {
    match operation {
        Operation::CreditAccount { remittance, .. } | Operation::DebitAccount { remittance, .. } => {
            Some(*remittance)
        }
        Operation::Authorize { .. }
        | Operation::Charge { .. }
        | Operation::Release { .. }
        | Operation::Refund { .. }
        | Operation::Verify { .. }
        | Operation::SendMessage { .. }
        | Operation::Agree { .. }
        | Operation::EndAgreement { .. }
        | Operation::AuthorizeRedirect { .. }
        | Operation::Capture { .. }
        | Operation::Withdraw { .. }
        | Operation::ReviewIdentity { .. } => None,
    }
}

fn crossed(remittance: RemittanceId, operation: &Operation) -> Outcome {
    Outcome::Approved(Approval {
        reference: remittance.to_string(),
        amount: operation.amount().copied(),
        authorization_code: String::new(),
        challenged: false,
        wallet_holder: None,
    })
}
