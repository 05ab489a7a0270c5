//! The figures of a run.

use std::{collections::BTreeMap, time::Duration};

use bursar::proto::v1::{AttemptState, Payment, PaymentState, SettledBy};

use super::{
    book::{Book, Pages},
    kills::Kill,
    known::Known,
    shoppers::ended,
};
use crate::support::{audit::Printed, clock::time, figures, options::Store};

/// What a run was.
pub struct Run<'a> {
    pub begun: figures::Run,
    pub seed: u64,
    pub shoppers: usize,
    pub book: &'a Book,
    pub known: &'a Known,
    pub killed: &'a [Kill],
    /// How long bursar was killed over and over.
    pub under_fire: Duration,
    /// How long it took after the last kill until nothing moved any more.
    pub rested: Duration,
    /// What `bursar audit` printed after the last kill.
    pub audited: &'a Printed,
}

/// Prints them, and sees to it that every way to recover was taken.
pub fn print(store: Store, run: &Run<'_>) {
    let Run { book, known, killed, .. } = run;
    let pages = book.pages();
    let cut: BTreeMap<&str, bool> = pages.paid.iter().map(|paid| (paid.name.as_str(), paid.cut)).collect();
    let mut ways: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    for payment in &known.payments {
        *ends.entry(payment.state().as_str_name()).or_default() += 1;
        let attempt = payment.attempts.last().expect("an attempt");
        let way = match (attempt.settled_by(), attempt.state()) {
            (SettledBy::Unspecified, AttemptState::NotSent) => "never sent",
            (SettledBy::Unspecified, _) => "not settled by the provider",
            (SettledBy::Answer, _) => "answered",
            (SettledBy::SendingAgain, _) => "sent again",
            (SettledBy::Inquiry, _) => "inquired",
            (SettledBy::Notification, _) => "notified",
            (SettledBy::Cancellation, _) => "cancelled",
        };
        let counts = ways.entry(way).or_default();
        counts[0] += 1;
        counts[1] += usize::from(cut.get(payment.name.as_str()).copied().unwrap_or(false));
    }
    let already_known = pages.paid.iter().filter(|paid| paid.already_known).count();
    let links_cut = pages.linked.iter().filter(|linked| linked.cut).count();

    let busy: Vec<usize> = killed.iter().filter(|kill| !kill.soon).map(|kill| kill.on_the_wire).collect();
    println!(
        "{store:?}: {} kills in {:.1} s; {} to {} calls waited for an answer at each; {} kills came right after a start",
        killed.len(),
        run.under_fire.as_secs_f64(),
        busy.iter().min().expect("a kill"),
        busy.iter().max().expect("a kill"),
        killed.len() - busy.len(),
    );
    println!(
        "{store:?}: {} payments {ends:?}, {} invoices, {} links ({links_cut} cut off), {} payments cut off",
        known.payments.len(),
        known.invoices.len(),
        pages.linked.len(),
        cut.values().filter(|cut| **cut).count(),
    );
    for (way, [all, cut]) in &ways {
        println!("{store:?}:   {way}: {all} payments, {cut} of them cut off by a kill");
    }
    println!("{store:?}:   already known: {already_known} repeats found a payment that had come to its end");
    println!("{store:?}: ready after {}", spread(killed.iter().map(|kill| kill.ready).collect()));
    println!("{store:?}: what was in flight at a kill was resolved after {}", spread(resolved(run, &pages)));
    println!(
        "{store:?}: nothing moved any more {:.1} s after the last kill's load had ended",
        run.rested.as_secs_f64()
    );
    let money = run.audited.money.as_ref().expect("a ledger was compared");
    println!(
        "{store:?}: audited {} journal rows, {} entities, {} attempts against {} ledger entries",
        run.audited.journal_rows, run.audited.entities, money.attempts, money.entries
    );
    run.begun.print(
        &format!("F3 {store:?}, {} kills under {} clients, seed {}", killed.len(), run.shoppers, run.seed),
        &["charged twice", "lost", "phantoms", "stuck", "for a person to look at", "orphaned holds"],
        known.payments.len() + known.verifications.len(),
        run.under_fire + run.rested,
    );

    for way in ["sent again", "inquired", "cancelled"] {
        assert!(ways.get(way).is_some_and(|[all, _]| *all > 0), "no payment was {way}: {ways:?}");
    }
    assert!(already_known > 0, "no repeat found a payment at its end");
    assert!(!ends.contains_key(PaymentState::ManualReview.as_str_name()));
    assert_eq!((money.under_way, money.in_review), (0, 0), "everything has come to rest");
}

/// For payments that nobody but bursar had to do anything for: from the first kill that found them
/// under way until their end.
fn resolved(run: &Run<'_>, pages: &Pages) -> Vec<Duration> {
    let payments: BTreeMap<&str, &Payment> =
        run.known.payments.iter().map(|it| (it.name.as_str(), it)).collect();
    pages
        .paid
        .iter()
        .filter(|paid| paid.prompt)
        .filter_map(|paid| {
            let payment = payments.get(paid.name.as_str())?;
            let (created, ended) = (time(payment.create_time), ended(payment)?);
            let kill = run.killed.iter().find(|kill| created < kill.at && kill.at < ended)?;
            Duration::try_from(ended.duration_since(kill.at)).ok()
        })
        .collect()
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let Some(last) = times.len().checked_sub(1) else { return "nothing".to_owned() };
    let at = |percent: usize| times[last * percent / 100].as_secs_f64();
    format!("{:.2} s (median), {:.2} s (p99), {:.2} s (most) of {}", at(50), at(99), at(100), times.len())
}
