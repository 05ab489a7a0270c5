//! Loads: one snapshot, one round trip.

use std::collections::BTreeSet;

use futures::future::{BoxFuture, join_all};
use tokio_postgres::{Error, Row, Statement, types::ToSql};
use uuid::Uuid;

use super::{
    error::{Failure, meaning},
    rows,
    session::{Session, first},
};
use crate::store::{
    StoreError,
    rows::{Load, LoadAccount, Loaded},
};

/// All statements of a repeatable read transaction see what its first one saw.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The outer error: try again. The inner one: what was found makes no sense.
pub(super) async fn load(session: &Session, load: &Load) -> Result<Result<Loaded, StoreError>, Failure> {
    let accounts: BTreeSet<Uuid> = load.accounts.iter().map(|wanted| wanted.account).collect();
    let accounts: Vec<Uuid> = accounts.into_iter().collect();
    let of = |wanted: fn(&LoadAccount) -> bool| -> Vec<Uuid> {
        let accounts = load.accounts.iter().filter(|load| wanted(load)).map(|load| load.account);
        accounts.collect::<BTreeSet<Uuid>>().into_iter().collect()
    };
    let (open, invoices) = (of(|load| load.open), of(|load| load.open_invoices));
    let entities: BTreeSet<Uuid> = load.entities.iter().copied().collect();
    let entities: Vec<Uuid> = entities.into_iter().collect();
    let requests: BTreeSet<(Uuid, &str)> =
        load.requests.iter().map(|(account, id)| (*account, &**id)).collect();
    let (request_accounts, request_ids): (Vec<Uuid>, Vec<&str>) = requests.into_iter().unzip();
    let claims: BTreeSet<(&str, &[u8])> =
        load.claims.iter().map(|(program, instrument)| (&**program, &instrument[..])).collect();
    let (programs, instruments): (Vec<&str>, Vec<&[u8]>) = claims.into_iter().unzip();

    let all = &session.statements;
    let heads: [&(dyn ToSql + Sync); 1] = [&accounts];
    let open_params: [&(dyn ToSql + Sync); 1] = [&open];
    let invoices_params: [&(dyn ToSql + Sync); 1] = [&invoices];
    let named: [&(dyn ToSql + Sync); 1] = [&entities];
    let requests: [&(dyn ToSql + Sync); 2] = [&request_accounts, &request_ids];
    let claims: [&(dyn ToSql + Sync); 2] = [&programs, &instruments];
    let parts = join_all([
        simple(session, BEGIN),
        part(session, &all.load_heads, &heads, accounts.is_empty()),
        part(session, &all.load_open, &open_params, open.is_empty()),
        part(session, &all.load_invoices, &invoices_params, invoices.is_empty()),
        part(session, &all.load_entities, &named, entities.is_empty()),
        part(session, &all.load_requests, &requests, request_ids.is_empty()),
        part(session, &all.load_claims, &claims, programs.is_empty()),
        simple(session, "COMMIT"),
    ]);
    let answers = session.patiently(parts).await.ok_or_else(|| {
        Failure::Again(StoreError::Unavailable("PostgreSQL does not answer a load".to_owned()))
    })?;
    let found = first(answers).map_err(|error| Failure::of(&error))?;
    Ok(assemble(found))
}

fn simple<'a>(session: &'a Session, sql: &'a str) -> BoxFuture<'a, Result<Vec<Row>, Error>> {
    Box::pin(async move { session.client.batch_execute(sql).await.map(|()| Vec::new()) })
}

fn part<'a>(
    session: &'a Session,
    statement: &'a Statement,
    params: &'a [&'a (dyn ToSql + Sync)],
    nothing: bool,
) -> BoxFuture<'a, Result<Vec<Row>, Error>> {
    Box::pin(
        async move { if nothing { Ok(Vec::new()) } else { session.client.query(statement, params).await } },
    )
}

fn assemble(found: Vec<Vec<Row>>) -> Result<Loaded, StoreError> {
    let Ok([_, heads, open, invoices, named, requests, claims, _]) = <[Vec<Row>; 8]>::try_from(found) else {
        return Err(StoreError::Inconsistent("a load has eight parts".to_owned()));
    };
    let mut loaded = Loaded {
        heads: rows::all(&heads, rows::head)?,
        entities: rows::all(&open, rows::entity)?,
        requests: rows::all(&requests, rows::request)?,
        claims: rows::all(&claims, rows::claim)?,
        ..Loaded::default()
    };
    let mut seen: BTreeSet<Uuid> = loaded.entities.iter().map(|row| row.id).collect();
    for row in invoices.iter().chain(&named) {
        let row = rows::entity(row)?;
        if seen.insert(row.id) {
            loaded.entities.push(row);
        }
    }
    for (row, head) in heads.iter().zip(&loaded.heads) {
        let time: Option<i64> = row.try_get(7).map_err(|error| meaning(&error))?;
        if let Some(time) = time {
            loaded.clocks.insert(head.clock.clone(), time);
        }
    }
    Ok(loaded)
}
