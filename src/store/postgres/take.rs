//! The first trip of a commit: takes everything that another writer could have taken.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use futures::future::{BoxFuture, join_all};
use tokio_postgres::{
    Error, Row, Statement,
    types::{FromSql, ToSql},
};
use uuid::Uuid;

use super::{
    columns::{Heads, Params, column},
    commit::answer,
    error::Failure,
    lane::Lane,
    rows,
    session::{Session, first},
    statements::BEGIN,
};
use crate::store::{
    Batch, Commit, StoreError,
    batch::Losers,
    rows::{ClaimWrite, LostTo, RequestRow},
};

pub(super) enum Taken {
    All,
    /// The transaction has to be rolled back.
    Not(Commit),
}

type ClaimKey = (String, [u8; 32]);

/// Who wants what, in ascending order of what can be lost.
struct Wanted<'a> {
    requests: BTreeMap<(Uuid, &'a str), (Uuid, &'a RequestRow)>,
    claims: BTreeMap<(&'a str, &'a [u8; 32]), (Uuid, &'a ClaimWrite)>,
    /// Those who want what another account of the batch wants, too, and comes first.
    losers: Losers,
}

impl<'a> Wanted<'a> {
    fn of(batch: &'a Batch) -> Self {
        let mut wanted =
            Self { requests: BTreeMap::new(), claims: BTreeMap::new(), losers: Losers::default() };
        for write in &batch.writes {
            let account = write.head.account;
            for row in &write.requests {
                let key = (row.account, &*row.request_id);
                match wanted.requests.entry(key) {
                    Entry::Occupied(_) => wanted.losers.add(account, LostTo::Request),
                    Entry::Vacant(free) => {
                        free.insert((account, row));
                    }
                }
            }
            for claim in &write.claims {
                let key = (&*claim.row.program, &claim.row.instrument);
                match wanted.claims.entry(key) {
                    Entry::Occupied(_) => wanted.losers.add(account, LostTo::Claim),
                    Entry::Vacant(free) => {
                        free.insert((account, claim));
                    }
                }
            }
        }
        wanted
    }
}

/// A commit that writes.
pub(super) async fn take(session: &Session, batch: &Batch, lane: Lane, last: i64) -> Result<Taken, Failure> {
    let all = &session.statements;
    let wanted = Wanted::of(batch);
    let requests: Vec<&RequestRow> = wanted.requests.values().map(|(_, row)| *row).collect();
    let request_accounts = column(&requests, |row| row.account);
    let request_ids = column(&requests, |row| &*row.request_id);
    let fingerprints = column(&requests, |row| &row.fingerprint[..]);
    let resources = column(&requests, |row| row.resource);
    let (claims_new, claims): (Vec<&ClaimWrite>, Vec<&ClaimWrite>) =
        wanted.claims.values().map(|(_, claim)| *claim).partition(|claim| claim.expected.is_none());
    let (claims_new, claims) = (Claims::of(&claims_new), Claims::of(&claims));
    let (heads, heads_new) = (Heads::of(batch, true), Heads::of(batch, false));
    let checked: Vec<Uuid> = batch.checks.iter().map(|check| check.account).collect();

    let lane_params: Params<'_, 4> = [&lane.lane, &lane.epoch, &lane.position, &last];
    let request_params: Params<'_, 4> = [&request_accounts, &request_ids, &fingerprints, &resources];
    let (claims_new_params, claims_params) = (claims_new.params(), claims.params());
    let (heads_params, heads_new_params) = (heads.updated(&lane.lane), heads_new.inserted(&lane.lane));
    let check_params: Params<'_, 1> = [&checked];
    let begin: BoxFuture<'_, Result<Vec<Row>, Error>> =
        Box::pin(async { session.client.batch_execute(BEGIN).await.map(|()| Vec::new()) });
    // In this order they are sent, and so in this order the server works on them.
    let parts = join_all([
        begin,
        part(session, &all.lane, &lane_params, false),
        part(session, &all.requests, &request_params, requests.is_empty()),
        part(session, &all.claims_new, &claims_new_params, claims_new.is_empty()),
        part(session, &all.claims, &claims_params, claims.is_empty()),
        part(session, &all.heads, &heads_params, heads.accounts.is_empty()),
        part(session, &all.heads_new, &heads_new_params, heads_new.accounts.is_empty()),
        part(session, &all.checks, &check_params, checked.is_empty()),
    ]);
    let answers = answer(session, async { first(parts.await) }).await?;
    judge(batch, wanted, &answers).map_err(Failure::Final)
}

/// A commit that writes nothing needs no transaction.
pub(super) async fn checks(session: &Session, batch: &Batch, lane: Lane) -> Result<Commit, Failure> {
    let checked: Vec<Uuid> = batch.checks.iter().map(|check| check.account).collect();
    let (owner_params, check_params): (Params<'_, 2>, Params<'_, 1>) =
        ([&lane.lane, &lane.epoch], [&checked]);
    let parts = join_all([
        part(session, &session.statements.owner, &owner_params, false),
        part(session, &session.statements.checks, &check_params, checked.is_empty()),
    ]);
    let answers = answer(session, async { first(parts.await) }).await?;
    let [owner, versions] = &answers[..] else { return Ok(Commit::LaneLost) };
    if owner.is_empty() {
        return Ok(Commit::LaneLost);
    }
    let mut losers = Losers::default();
    judge_checks(batch, versions, &mut losers).map_err(Failure::Final)?;
    Ok(losers.into_commit().unwrap_or(Commit::Done))
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

/// Every statement told what it took; who wanted the rest has lost.
fn judge(batch: &Batch, wanted: Wanted<'_>, answers: &[Vec<Row>]) -> Result<Taken, StoreError> {
    let [_, owner, requests, claims_new, claims, heads, heads_new, versions] = answers else {
        return Ok(Taken::Not(Commit::LaneLost));
    };
    if owner.is_empty() {
        return Ok(Taken::Not(Commit::LaneLost));
    }
    let mut losers = wanted.losers;
    if heads.len() + heads_new.len() < batch.writes.len() {
        let taken = heads.iter().chain(heads_new).map(|row| rows::column(row, 0));
        let taken = taken.collect::<Result<BTreeSet<Uuid>, _>>()?;
        for write in batch.writes.iter().filter(|write| !taken.contains(&write.head.account)) {
            losers.add(write.head.account, LostTo::Version);
        }
    }
    if requests.len() < wanted.requests.len() {
        let taken = requests.iter().map(pair);
        let taken = taken.collect::<Result<BTreeSet<(Uuid, &str)>, _>>()?;
        for (_, (account, _)) in wanted.requests.iter().filter(|(key, _)| !taken.contains(key)) {
            losers.add(*account, LostTo::Request);
        }
    }
    if claims_new.len() + claims.len() < wanted.claims.len() {
        let taken = claims_new.iter().chain(claims).map(rows::claim_key);
        let taken = taken.collect::<Result<BTreeSet<ClaimKey>, _>>()?;
        for ((program, instrument), (account, _)) in wanted.claims {
            if !taken.contains(&(program.to_owned(), *instrument)) {
                losers.add(account, LostTo::Claim);
            }
        }
    }
    judge_checks(batch, versions, &mut losers)?;
    Ok(losers.into_commit().map_or(Taken::All, Taken::Not))
}

fn judge_checks(batch: &Batch, versions: &[Row], losers: &mut Losers) -> Result<(), StoreError> {
    if batch.checks.is_empty() {
        return Ok(());
    }
    let versions = versions.iter().map(pair);
    let versions = versions.collect::<Result<BTreeMap<Uuid, i64>, _>>()?;
    for check in &batch.checks {
        if versions.get(&check.account).copied() != check.expected {
            losers.add(check.account, LostTo::Version);
        }
    }
    Ok(())
}

/// The first two columns.
fn pair<'a, A: FromSql<'a>, B: FromSql<'a>>(row: &'a Row) -> Result<(A, B), StoreError> {
    Ok((rows::column(row, 0)?, rows::column(row, 1)?))
}

/// Claims as columns.
struct Claims<'a> {
    programs: Vec<&'a str>,
    instruments: Vec<&'a [u8]>,
    versions: Vec<i64>,
    bodies: Vec<&'a str>,
}

impl<'a> Claims<'a> {
    fn of(claims: &[&'a ClaimWrite]) -> Self {
        Self {
            programs: column(claims, |claim| &*claim.row.program),
            instruments: column(claims, |claim| &claim.row.instrument[..]),
            versions: column(claims, |claim| claim.row.version),
            bodies: column(claims, |claim| &*claim.row.body),
        }
    }

    fn is_empty(&self) -> bool {
        self.programs.is_empty()
    }

    fn params(&self) -> Params<'_, 4> {
        [&self.programs, &self.instruments, &self.versions, &self.bodies]
    }
}
