//! Reading one account's rows of the journal.
//!
//! A row names the place of the account's row before it, so the account's rows are a list that can be
//! walked backwards by the journal's own key. An index of every row by account would be two more random
//! pages a payment; an index of every [`STRIDE`]th row is enough to begin close to where one wants to be.

/// Every row whose sequence is a multiple of this is in the index.
pub(super) const STRIDE: i64 = 64;

/// The query that reads the rows of account `account` after sequence `after` up to `last`, in ascending
/// order, of the columns `columns` of the table `j`. The first three are how the store writes parameters.
///
/// It begins at the first indexed row that is not before `last`, or at the account's last row.
pub(super) fn walk(account: &str, after: &str, last: &str, columns: &str) -> String {
    format!(
        "WITH RECURSIVE start AS (
             SELECT lane, position FROM journal
             WHERE account = {account} AND sequence % {STRIDE} = 0 AND sequence >= {last}
             ORDER BY sequence LIMIT 1
         ), places (lane, position) AS (
             SELECT lane, position FROM start
             UNION ALL
             SELECT lane, position FROM accounts
             WHERE account = {account} AND version > {after} AND NOT EXISTS (SELECT 1 FROM start)
         ), walk (lane, position, sequence, previous_lane, previous_position) AS (
             SELECT r.lane, r.position, r.sequence, r.previous_lane, r.previous_position
             FROM places p JOIN journal r ON r.lane = p.lane AND r.position = p.position
             UNION ALL
             SELECT r.lane, r.position, r.sequence, r.previous_lane, r.previous_position
             FROM walk w JOIN journal r ON r.lane = w.previous_lane AND r.position = w.previous_position
             WHERE w.sequence > {after} + 1
         )
         SELECT {columns} FROM walk w JOIN journal j ON j.lane = w.lane AND j.position = w.position
         WHERE w.sequence > {after} AND w.sequence <= {last} ORDER BY w.sequence"
    )
}
