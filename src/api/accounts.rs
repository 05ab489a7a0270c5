//! The list of accounts, of one program or of all.

use tonic::Status;
use uuid::Uuid;

use super::{desk::Desk, page_token, status::internal};
use crate::{
    domain::{
        account::Account,
        entity::{Entity, Kind},
        ids::AccountId,
        seller,
    },
    proto::v1 as pb,
    store::codec,
    wire::v1::account,
};

/// How many accounts are read at once.
const AT_ONCE: usize = 256;
/// How many one call looks at; where few are of the program, the page is short.
const LOOKED_AT_MOST: usize = 4_096;

impl Desk {
    /// A page of the accounts.
    pub(super) async fn accounts_of(
        &self,
        request: pb::ListAccountsRequest,
    ) -> Result<pb::ListAccountsResponse, Status> {
        let program = match request.program.as_str() {
            "" => None,
            name => Some(self.named_program("program", name)?),
        };
        // Each program's list is one of its own, and so is that of all.
        let scope = program.as_ref().map_or(AccountId(Uuid::nil()), seller::account_of);
        let page = page_token::read(scope, Kind::Account, request.page_size, &request.page_token)
            .map_err(|rejection| self.refuse(&rejection))?;
        let is_wanted =
            |account: &Account| program.as_ref().is_none_or(|program| account.program == *program);

        let mut accounts: Vec<pb::Account> = Vec::new();
        let (mut after, mut looked) = (page.after, 0);
        let more = |last: Option<Uuid>, accounts| {
            let token = last.map(|last| page_token::write(scope, Kind::Account, last));
            Ok(pb::ListAccountsResponse { accounts, next_page_token: token.unwrap_or_default() })
        };
        loop {
            let read = self.engine.store().account_entities(after, AT_ONCE).await;
            let rows = read.map_err(|error| self.broken(error))?;
            for row in &rows {
                let entity: Entity = codec::decode(row).map_err(|error| internal(&error))?;
                // What is a program's own is no customer's account.
                if let Some(found) = entity.get::<Account>().filter(|found| is_wanted(found)) {
                    if accounts.len() == page.size {
                        return more(after, accounts);
                    }
                    accounts.push(account(found));
                }
                after = Some(row.id);
            }
            looked += rows.len();
            if rows.len() < AT_ONCE {
                return more(None, accounts);
            }
            if looked >= LOOKED_AT_MOST {
                return more(after, accounts);
            }
        }
    }
}
