//! What belongs to no customer's account lives under the program's own (design decision 2).

use bursar::proto::{
    sandbox::v1::AttachAccountRequest,
    v1::{GetAccountRequest, ListEventsRequest, ListEventsResponse, ReportObligationsRequest},
};
use tonic::Status;

use crate::support::{
    given::{ALIBABA, request_id},
    refusal::refused,
    world::World,
};

impl World {
    async fn listed(&self, parent: &str, cursor: &str) -> Result<ListEventsResponse, Status> {
        let request =
            ListEventsRequest { parent: parent.to_owned(), cursor: cursor.to_owned(), page_size: 1_000 };
        Ok(self.events().list_events(request).await?.into_inner())
    }
}

acceptance!(c14_a_programs_own_account_follows_a_test_clock_as_any_other, |world| {
    let clock = world.clock().await;
    let parent = format!("programs/{ALIBABA}");
    assert!(world.listed(&parent, "").await.unwrap().events.is_empty(), "it is made when first needed");
    world.attach(&parent, &clock).await;
    world.attach(&parent, &clock).await;
    let events = world.listed(&parent, "").await.unwrap().events;
    let told: Vec<(i64, &str)> = events.iter().map(|it| (it.sequence, it.r#type.as_str())).collect();
    assert_eq!(told, [(1, "seller.opened"), (1, "seller.clock_attached"), (2, "seller.clock_attached")]);
    assert!(events.iter().all(|it| it.account == parent && it.resource == parent), "{events:#?}");

    let no_such = AttachAccountRequest { account: "programs/no-such".to_owned(), test_clock: clock.name };
    refused(world.clocks().attach_account(no_such).await).is_not_found();
    world.is_clean().await;
});

acceptance!(c10_the_log_of_a_programs_own_account_is_read_under_its_name, |world| {
    let clock = world.clock().await;
    let parent = format!("programs/{ALIBABA}");
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.attach(&parent, &clock).await;
    let all = world.listed("accounts/-", "").await.unwrap();
    assert!(!all.events.is_empty() && all.events.iter().all(|it| it.account == account), "{all:#?}");
    // A row that is not told there is behind the cursor all the same.
    let rest = world.listed("accounts/-", &all.next_cursor).await.unwrap();
    assert!(rest.events.is_empty(), "{rest:#?}");
    let own = world.listed(&parent, "").await.unwrap();
    assert_eq!(world.listed(&parent, &own.next_cursor).await.unwrap().next_cursor, own.next_cursor);
    refused(world.listed("programs/no-such", "").await).is_not_found();
    refused(world.listed("programs/", "").await).is_bad_input("INVALID_FIELD", &["parent"]);
});

acceptance!(c2_a_customers_call_finds_no_account_in_a_programs_own, |world| {
    world.attach(&format!("programs/{ALIBABA}"), &world.clock().await).await;
    let events = world.listed(&format!("programs/{ALIBABA}"), "").await.unwrap().events;
    let data = events[0].data.as_ref().unwrap().fields["seller"].kind.clone();
    let Some(prost_types::value::Kind::StructValue(seller)) = data else { panic!("{events:#?}") };
    let Some(prost_types::value::Kind::StringValue(id)) = seller.fields["id"].kind.clone() else {
        panic!("{seller:#?}")
    };
    let name = format!("accounts/{id}");
    refused(world.accounts().get_account(GetAccountRequest { name: name.clone() }).await).is_not_found();
    let report =
        ReportObligationsRequest { account: name, running_resource_count: 1, request_id: request_id() };
    refused(world.accounts().report_obligations(report).await).is_not_found();
});
