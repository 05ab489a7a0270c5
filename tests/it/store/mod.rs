//! The contract of `bursar::store`: one suite, written once, that every store passes.
//!
//! A new store is added to [`contract!`]'s list and to `world`. What only one of them can show (a lost
//! answer, a second process) has a file of its own.

mod commits;
mod journals;
mod lanes;
mod pages;
mod postgres;
mod sqlite;
mod timers;
mod world;

use world::World;

/// Every case for every store.
macro_rules! contract {
    ($($file:ident: $($case:ident),+;)+) => {
        contract!(@store memory $($file: $($case),+;)+);
        contract!(@store file $($file: $($case),+;)+);
        contract!(@store database $($file: $($case),+;)+);
    };
    (@store $store:ident $($file:ident: $($case:ident),+;)+) => {
        mod $store {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$file::$case(super::World::$store().await).await;
                }
            )+)+
        }
    };
}

contract! {
    commits:
        what_was_committed_is_read_back,
        load_finds_what_was_asked_for_and_nothing_else,
        entities_are_replaced_whole,
        texts_of_all_kinds_survive,
        a_big_batch_is_one_commit,
        another_version_loses,
        an_account_that_exists_or_is_missing_loses,
        a_used_request_id_loses,
        a_held_claim_loses,
        all_losers_are_named_and_nothing_is_written,
        the_first_of_two_in_a_batch_has_the_claim_and_the_request,
        survivors_commit_as_they_are,
        checks_hold_or_lose,
        an_empty_batch_is_done,
        contradictory_batches_are_refused;
    lanes:
        lanes_are_taken_once_and_taken_over,
        a_writer_that_lost_its_lane_writes_nothing,
        two_lanes_race_for_one_account,
        two_lanes_race_for_one_claim,
        two_lanes_race_for_one_request,
        many_writers_never_lose_an_update,
        loads_see_what_any_lane_committed;
    journals:
        an_account_has_its_rows_in_order,
        an_account_s_long_journal_is_read_from_anywhere,
        a_watcher_sees_every_row_once,
        positions_have_no_gap,
        lanes_end_where_their_last_row_is;
    pages:
        accounts_come_in_pages,
        the_accounts_own_entities_come_in_pages,
        requests_come_in_pages,
        claims_come_in_pages;
    timers:
        what_is_due_is_told_by_clock,
        leases_lapse_and_are_taken_by_one,
        leases_go_on_and_end_with_their_account,
        void_leases_lapse_at_once,
        lists_come_in_pages,
        clocks_only_go_forward,
        the_first_seal_counts,
        loads_tell_the_clocks_of_their_heads;
}
