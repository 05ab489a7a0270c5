//! What invoices could be paid with (C5): read, not decided, so it changes nothing.

use std::{collections::BTreeSet, sync::Arc};

use tonic::Status;
use uuid::Uuid;

use super::desk::Desk;
use crate::{
    domain::{
        entity::Kind,
        facts::{Facts, Rules},
        ids::{AccountId, InvoiceId},
        payment::{self, PaymentOption},
        world::World,
    },
    proto::v1 as pb,
    store::codec,
    wire::names,
};

/// How many methods are read at a time.
const PAGE: usize = 200;

impl Desk {
    /// Every way to pay these invoices.
    pub(super) async fn payment_options(
        &self,
        account: AccountId,
        invoices: &[InvoiceId],
    ) -> Result<Vec<pb::PaymentOption>, Status> {
        let found = self.account(account).await?;
        let world = self.world(account, invoices).await?;
        let rules = self.engine.rules();
        let policies = |provider: &str| rules.policy(provider);
        let facts = Facts {
            now: self.clock_of(account).await?,
            program: self.program(&found.program)?,
            rules: &Rules {
                rates: &rules.rates,
                declines: &rules.declines,
                policies: &policies,
                webhooks: &rules.webhooks,
            },
            world: &world,
            // Nothing is made.
            ids: [Uuid::nil(); 4],
            jitter: 0.0,
        };
        let options = payment::options(&facts, invoices).map_err(|rejection| self.refuse(&rejection))?;
        Ok(options.into_iter().map(|option| shown(account, option)).collect())
    }

    /// The account, all of its methods, what else is open, and the invoices.
    async fn world(&self, account: AccountId, invoices: &[InvoiceId]) -> Result<World, Status> {
        let store = self.engine.store();
        let mut world = World { account: account.0, ..World::default() };
        let head = store.head(account.0).await.map_err(|error| self.broken(error))?;
        let open = head.map(|head| head.open).unwrap_or_default();
        let ids: BTreeSet<Uuid> =
            open.into_iter().chain(invoices.iter().map(|invoice| invoice.0)).chain([account.0]).collect();
        let mut rows = Vec::new();
        for id in ids {
            let row = store.get(id).await.map_err(|error| self.broken(error))?;
            rows.extend(row.filter(|row| row.account == account.0));
        }
        let mut after = None;
        loop {
            let methods = store.list(account.0, Kind::Method as i16, after, PAGE).await;
            let methods = methods.map_err(|error| self.broken(error))?;
            after = methods.last().map(|row| row.id);
            let full = methods.len() == PAGE;
            rows.extend(methods);
            if !full {
                break;
            }
        }
        for row in &rows {
            let entity = codec::decode(row).map_err(|error| self.broken(error))?;
            world.entities.insert(row.id, Arc::new(entity));
        }
        Ok(world)
    }
}

fn shown(account: AccountId, option: PaymentOption) -> pb::PaymentOption {
    let reasons = option.against.into_iter().map(|violation| pb::OptionReason {
        reason: violation.reason.to_string(),
        requirement: violation.requirement,
        description: violation.description,
        metadata: violation.facts.into_iter().collect(),
    });
    let reasons: Vec<_> = reasons.collect();
    pb::PaymentOption {
        kind: option.kind,
        payment_method: option
            .method
            .map(|method| names::child(account, names::PAYMENT_METHODS, method.0))
            .unwrap_or_default(),
        available: reasons.is_empty(),
        reasons,
    }
}
