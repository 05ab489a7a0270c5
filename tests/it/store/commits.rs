//! Commits: everything or nothing, and who lost what.

use bursar::store::{
    Batch, Commit, StoreError,
    rows::{InvoiceWrite, LeaseWrite, Load, LoadAccount, LostTo},
};

use super::world::{
    INVOICE, World, batch, check, claim_key, id, load_of, lost, new, on, put, request, sorted,
};

pub async fn what_was_committed_is_read_back(world: World) {
    let mut writer = world.lane().await;
    let change = new(id(1))
        .entity(id(10), |row| row.due_at = Some(5))
        .lease(id(10), Some(6))
        .entity(id(11), |row| (row.open, row.state) = (false, "CLOSED".to_owned()))
        .request("r-1")
        .claim(1, None);
    let written = put(&mut *writer, [change]).await;
    let write = &written.writes[0];

    assert_eq!(world.store.head(id(1)).await.unwrap().as_ref(), Some(&write.head));
    assert_eq!(world.store.get(id(10)).await.unwrap().as_ref(), Some(&write.entities[0]));
    assert_eq!(world.store.get(id(11)).await.unwrap().as_ref(), Some(&write.entities[1]));
    assert_eq!(world.store.account_journal(id(1), 0, 10).await.unwrap(), write.journal);
    assert_eq!(writer.position(), 1);

    let mut load = load_of(&[id(1)]);
    load.requests.push((id(1), "r-1".to_owned()));
    load.claims.push(claim_key(1));
    let loaded = writer.load(&load).await.unwrap();
    assert_eq!(loaded.heads, std::slice::from_ref(&write.head));
    assert_eq!(loaded.entities, [write.entities[0].clone()]);
    assert_eq!(loaded.requests, write.requests);
    assert_eq!(loaded.claims, [write.claims[0].row.clone()]);
}

pub async fn load_finds_what_was_asked_for_and_nothing_else(world: World) {
    let mut writer = world.lane().await;
    let invoice = |row: &mut bursar::store::rows::EntityRow| row.kind = INVOICE;
    let paid = |row: &mut bursar::store::rows::EntityRow| (row.kind, row.open) = (INVOICE, false);
    let closed = |row: &mut bursar::store::rows::EntityRow| row.open = false;
    let first = new(id(1)).entity(id(10), |_| ()).entity(id(11), invoice).entity(id(12), closed);
    let first = first.entity(id(13), closed).entity(id(14), paid);
    let second = new(id(2)).entity(id(20), |_| ()).entity(id(21), invoice).request("r").claim(3, None);
    put(&mut *writer, [first, second, new(id(3)).entity(id(30), |_| ())]).await;

    let load = Load {
        accounts: vec![
            LoadAccount { account: id(1), open: true, open_invoices: false },
            LoadAccount { account: id(1), open: false, open_invoices: false },
            LoadAccount { account: id(2), open: false, open_invoices: true },
            LoadAccount { account: id(3), open: false, open_invoices: false },
            LoadAccount { account: id(9), open: true, open_invoices: true },
        ],
        entities: vec![id(12), id(12), id(10), id(99)],
        requests: vec![(id(2), "r".to_owned()), (id(1), "r".to_owned())],
        claims: vec![claim_key(3), claim_key(4), claim_key(3)],
    };
    let loaded = sorted(writer.load(&load).await.unwrap());
    assert_eq!(loaded.heads.iter().map(|row| row.account).collect::<Vec<_>>(), [id(1), id(2), id(3)]);
    assert_eq!(loaded.entities.iter().map(|row| row.id).collect::<Vec<_>>(), [id(10), id(12), id(21)]);
    assert_eq!(loaded.requests, [request(id(2), "r")]);
    let paid = on(&loaded.heads[1]).again(id(21), paid).entity(id(22), invoice);
    put(&mut *writer, [paid]).await;
    let loaded = writer.load(&load).await.unwrap();
    assert!(loaded.entities.iter().any(|row| row.id == id(22)));
    assert!(loaded.entities.iter().all(|row| row.id != id(21)));
    assert_eq!(loaded.claims.len(), 1);
    assert_eq!(writer.load(&Load::default()).await.unwrap(), Default::default());
}

pub async fn entities_are_replaced_whole(world: World) {
    let mut writer = world.lane().await;
    let first =
        put(&mut *writer, [new(id(1)).entity(id(10), |row| row.due_at = Some(5)).lease(id(10), Some(6))])
            .await;
    let second = put(
        &mut *writer,
        [on(&first.writes[0].head).lease(id(10), None).entity(id(10), |row| {
            row.open = false;
            row.state = "DONE".to_owned();
            row.body = r#"{"a":1}"#.to_owned();
        })],
    )
    .await;
    assert_eq!(world.store.get(id(10)).await.unwrap().as_ref(), Some(&second.writes[0].entities[0]));
    assert_eq!(writer.load(&load_of(&[id(1)])).await.unwrap().entities, []);
    assert_eq!(world.store.due("", 100, 9).await.unwrap(), []);
    assert_eq!(world.store.lapsed(100, 9).await.unwrap(), []);
}

pub async fn texts_of_all_kinds_survive(world: World) {
    let mut writer = world.lane().await;
    let texts = [
        "",
        "'; DROP TABLE accounts; --",
        "\"\\u0000\\\"",
        "{\"名\":\"支付 ✅ 💶\"}",
        "\u{1}\u{7f}\u{feff}\r\n\t",
        "{},{NULL}",
    ];
    let mut change = new(id(1)).clock("clock 'ä'");
    for (number, text) in (0..).zip(texts) {
        change = change.entity(id(10 + number), |row| {
            (row.body, row.state) = (text.to_owned(), text.to_owned());
        });
        change = change.request(&format!("{number}{text}"));
    }
    change.0.journal[0].events = texts.join("\n");
    let written = put(&mut *writer, [change]).await;
    for entity in &written.writes[0].entities {
        assert_eq!(world.store.get(entity.id).await.unwrap().as_ref(), Some(entity));
    }
    assert_eq!(world.store.account_journal(id(1), 0, 1).await.unwrap(), written.writes[0].journal);

    // PostgreSQL's text has no NUL; all stores refuse it, and none is any the worse for it.
    let head = &written.writes[0].head;
    let nul = batch(&*writer, [on(head).entity(id(10), |row| row.body = "a\0b".to_owned())]);
    assert!(matches!(writer.commit(&nul).await, Err(StoreError::Malformed(_))));
    put(&mut *writer, [on(head)]).await;
}

pub async fn a_big_batch_is_one_commit(world: World) {
    let mut writer = world.lane().await;
    let accounts = 1..=2_000_u128;
    let change = |n: u128| {
        let body = "x".repeat(300);
        new(id(n)).entity(id(n << 16), |row| row.body = body).request("first").claim_of(n).command()
    };
    let written = put(&mut *writer, accounts.clone().map(change)).await;
    assert_eq!(writer.position(), 4_000);
    let ids: Vec<_> = accounts.map(id).collect();
    let loaded = sorted(writer.load(&load_of(&ids)).await.unwrap());
    assert_eq!(loaded.heads, written.writes.iter().map(|write| write.head.clone()).collect::<Vec<_>>());
    assert_eq!(loaded.entities.len(), 2_000);
    put(&mut *writer, loaded.heads.iter().map(on)).await;
    assert_eq!(world.store.head(id(2_000)).await.unwrap().unwrap().version, 3);
}

pub async fn another_version_loses(world: World) {
    let mut writer = world.lane().await;
    let first = put(&mut *writer, [new(id(1))]).await;
    let head = &first.writes[0].head;
    put(&mut *writer, [on(head)]).await;
    let stale = batch(&*writer, [on(head).entity(id(10), |_| ())]);
    assert_eq!(writer.commit(&stale).await.unwrap(), lost(&[(id(1), LostTo::Version)]));
    assert_eq!(world.store.get(id(10)).await.unwrap(), None);
    assert_eq!(writer.position(), 2);
}

pub async fn an_account_that_exists_or_is_missing_loses(world: World) {
    let mut writer = world.lane().await;
    let first = put(&mut *writer, [new(id(1))]).await;
    let again = batch(&*writer, [new(id(1))]);
    assert_eq!(writer.commit(&again).await.unwrap(), lost(&[(id(1), LostTo::Version)]));
    let mut head = first.writes[0].head.clone();
    head.account = id(2);
    let missing = batch(&*writer, [on(&head)]);
    assert_eq!(writer.commit(&missing).await.unwrap(), lost(&[(id(2), LostTo::Version)]));
}

pub async fn a_used_request_id_loses(world: World) {
    let mut writer = world.lane().await;
    let first = put(&mut *writer, [new(id(1)).request("r"), new(id(2)).request_in(id(9), "r")]).await;
    let head = &first.writes[0].head;
    let again = batch(&*writer, [on(head).request("fresh").request("r"), new(id(3)).request_in(id(9), "r")]);
    let losers = lost(&[(id(1), LostTo::Request), (id(3), LostTo::Request)]);
    assert_eq!(writer.commit(&again).await.unwrap(), losers);
    // Another scope is another request.
    put(&mut *writer, [new(id(4)).request("r")]).await;
}

pub async fn a_held_claim_loses(world: World) {
    let mut writer = world.lane().await;
    let first = put(&mut *writer, [new(id(1)).claim(1, None), new(id(2))]).await;
    let (one, two) = (&first.writes[0].head, &first.writes[1].head);
    for (instrument, expected) in [(1, None), (1, Some(2)), (5, Some(1))] {
        let taken = batch(&*writer, [on(two).claim(instrument, expected)]);
        assert_eq!(writer.commit(&taken).await.unwrap(), lost(&[(id(2), LostTo::Claim)]));
    }
    let moved = put(&mut *writer, [on(one).claim(1, Some(1))]).await;
    let claims = Load { claims: vec![claim_key(1)], ..Load::default() };
    assert_eq!(writer.load(&claims).await.unwrap().claims, [moved.writes[0].claims[0].row.clone()]);
}

pub async fn all_losers_are_named_and_nothing_is_written(world: World) {
    let mut writer = world.lane().await;
    let first =
        put(&mut *writer, [new(id(1)), new(id(2)).request("r"), new(id(3)).claim(1, None), new(id(4))]).await;
    let heads: Vec<_> = first.writes.iter().map(|write| write.head.clone()).collect();
    put(&mut *writer, [on(&heads[0])]).await;

    let mut mixed = batch(
        &*writer,
        [
            on(&heads[0]).claim(1, None),
            on(&heads[1]).request("r").claim(1, Some(7)),
            on(&heads[2]).claim(1, None).entity(id(30), |_| ()),
            on(&heads[3]).claim(2, None).request("fine").entity(id(40), |_| ()),
            new(id(5)).request("fine"),
        ],
    );
    mixed.checks = vec![check(id(6), Some(1)), check(id(7), None)];
    let losers = lost(&[
        (id(1), LostTo::Version),
        (id(2), LostTo::Request),
        (id(3), LostTo::Claim),
        (id(6), LostTo::Version),
    ]);
    assert_eq!(writer.commit(&mixed).await.unwrap(), losers);

    assert_eq!(writer.position(), 5);
    assert_eq!(world.store.journal(&Default::default(), 100).await.unwrap().len(), 5);
    assert_eq!(world.store.head(id(4)).await.unwrap().as_ref(), Some(&heads[3]));
    assert_eq!(world.store.head(id(5)).await.unwrap(), None);
    assert_eq!(world.store.get(id(40)).await.unwrap(), None);
    let mut load = Load { claims: vec![claim_key(2)], ..Load::default() };
    load.requests.push((id(4), "fine".to_owned()));
    assert_eq!(writer.load(&load).await.unwrap(), Default::default());
}

pub async fn the_first_of_two_in_a_batch_has_the_claim_and_the_request(world: World) {
    let mut writer = world.lane().await;
    let both = batch(
        &*writer,
        [
            new(id(1)).claim(1, None).request_in(id(9), "r"),
            new(id(2)).claim(1, Some(1)),
            new(id(3)).request_in(id(9), "r"),
        ],
    );
    let losers = lost(&[(id(2), LostTo::Claim), (id(3), LostTo::Request)]);
    assert_eq!(writer.commit(&both).await.unwrap(), losers);
}

pub async fn survivors_commit_as_they_are(world: World) {
    let mut writer = world.lane().await;
    let first = put(&mut *writer, [new(id(2))]).await;
    put(&mut *writer, [on(&first.writes[0].head)]).await;
    let mut mixed =
        batch(&*writer, [new(id(1)).command(), on(&first.writes[0].head).command(), new(id(3)).command()]);
    let Commit::Lost(losers) = writer.commit(&mixed).await.unwrap() else { panic!("somebody lost") };
    mixed.writes.retain(|write| losers.iter().all(|lost| lost.account != write.head.account));
    mixed.number(writer.lane(), writer.position());
    assert_eq!(writer.commit(&mixed).await.unwrap(), Commit::Done);
    let rows = world.store.account_journal(id(3), 0, 9).await.unwrap();
    assert_eq!((rows[0].previous_lane, rows[0].previous_position), (writer.lane(), 0));
    assert_eq!((rows[1].previous_lane, rows[1].previous_position), (rows[0].lane, rows[0].position));
    assert_eq!(writer.position(), 6);
}

pub async fn checks_hold_or_lose(world: World) {
    let mut writer = world.lane().await;
    put(&mut *writer, [new(id(1))]).await;
    let only = |account, expected| Batch { writes: vec![], checks: vec![check(account, expected)] };
    assert_eq!(writer.commit(&only(id(1), Some(1))).await.unwrap(), Commit::Done);
    assert_eq!(writer.commit(&only(id(2), None)).await.unwrap(), Commit::Done);
    for (account, expected) in [(id(1), Some(2)), (id(1), None), (id(2), Some(1))] {
        let end = writer.commit(&only(account, expected)).await.unwrap();
        assert_eq!(end, lost(&[(account, LostTo::Version)]));
    }
    let mut with_write = batch(&*writer, [new(id(3))]);
    with_write.checks = vec![check(id(1), Some(1)), check(id(2), Some(4))];
    assert_eq!(writer.commit(&with_write).await.unwrap(), lost(&[(id(2), LostTo::Version)]));
    assert_eq!(world.store.head(id(3)).await.unwrap(), None);
    with_write.checks.pop();
    assert_eq!(writer.commit(&with_write).await.unwrap(), Commit::Done);
}

pub async fn an_empty_batch_is_done(world: World) {
    let mut writer = world.lane().await;
    assert_eq!(writer.commit(&Batch::default()).await.unwrap(), Commit::Done);
    assert_eq!(writer.position(), 0);
    world.store.ping().await.unwrap();
}

type Breakage = fn(&mut Batch);

pub async fn contradictory_batches_are_refused(world: World) {
    let mut writer = world.lane().await;
    let good = batch(&*writer, [new(id(1)).entity(id(10), |_| ()), new(id(2)).claim(1, None)]);
    let breakages: [(&str, Breakage); 11] = [
        ("order of accounts", |batch| batch.writes.reverse()),
        ("no journal", |batch| batch.writes[0].journal.clear()),
        ("gap in positions", |batch| batch.number(batch.writes[0].head.lane, 1)),
        ("lane", |batch| batch.number(77, 0)),
        ("head", |batch| batch.writes[0].head.version = 2),
        ("sequence", |batch| batch.writes[0].expected = Some(1)),
        ("entity of another", |batch| batch.writes[0].entities[0].account = id(2)),
        ("two leases", |batch| {
            let lease = |until| LeaseWrite { entity: id(10), until };
            batch.writes[0].leases = vec![lease(Some(5)), lease(None)];
        }),
        ("opened and closed", |batch| {
            let invoice = |open| InvoiceWrite { id: id(10), open };
            batch.writes[0].invoices = vec![invoice(true), invoice(false)];
        }),
        ("claim's version", |batch| batch.writes[1].claims[0].row.version = 2),
        ("written and checked", |batch| batch.checks.push(check(id(1), None))),
    ];
    for (what, breakage) in breakages {
        let mut broken = good.clone();
        breakage(&mut broken);
        let end = writer.commit(&broken).await;
        assert!(matches!(end, Err(StoreError::Malformed(_))), "{what}: {end:?}");
    }
    assert_eq!(writer.commit(&good).await.unwrap(), Commit::Done);
}
