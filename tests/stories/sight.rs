//! Who sees what: no answer carries a row its reader may not hold.

use axum::http::StatusCode;
use domain::{Id, Key, rating::Rating, scope, wire::Response};

use crate::world::{CAST, World, id_of, post};

#[tokio::test]
async fn no_answer_carries_a_row_its_reader_may_not_hold() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let for_li = desk.dispatch_new("li");
    let for_wang = desk.dispatch_new("wang");
    let for_nobody = desk.register();
    desk.sync().await;
    li.sync().await;
    li.repair(for_li);
    let sheet = li.sign(for_li);
    li.sync().await;

    for (login, _, role) in CAST {
        let device = world.device(login).await;
        let user = device.find(id_of(login)).unwrap();
        let grants = scope::grants(&user);
        for kind in domain::Kind::ALL {
            for row in world.state.store.rows_of(*kind).await.unwrap().values() {
                let may = scope::visible(row, &grants);
                assert_eq!(device.holds(row.key()), may, "{role:?} and {}", row.key());
            }
        }
    }
    let wang = world.device("wang").await;
    assert!(wang.holds(Key::of(for_wang)));
    for foreign in [Key::of(for_li), Key::of(for_nobody), Key::of(sheet)] {
        assert!(!wang.holds(foreign));
    }
    let rating = Key::of(Rating::id_of(sheet));
    let supervisor = world.device("zhuguan").await;
    assert!(supervisor.holds(rating), "what the customer thought is told to the office");
    assert!(li.holds(Key::of(sheet)) && !li.holds(rating), "and not to whom it is about");
}

#[tokio::test]
async fn nobody_acts_for_somebody_else() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let id = desk.register();
    let mut question = desk.question();
    question["envelopes"][0]["by"] = serde_json::json!(id_of("zhuguan"));
    let answer = world.send(post("/api/v1/sync", &desk.cookie, &question)).await;
    assert_eq!(answer.problem(StatusCode::FORBIDDEN), "forged_actor");
    let supervisor = world.device("zhuguan").await;
    assert!(!supervisor.holds(Key::of(id)), "nothing of it was done");
    desk.sync().await;
    assert!(desk.ticket(id).number.is_some(), "and the honest one still goes through");
}

#[tokio::test]
async fn nobody_speaks_for_a_foreign_device() {
    let world = World::new().await;
    let li = world.device("li").await;
    let wang = world.device("wang").await;
    let mut question = wang.question();
    question["replica"] = serde_json::json!(li.replica.head().replica);
    let answer = world.send(post("/api/v1/sync", &wang.cookie, &question)).await;
    assert_eq!(answer.problem(StatusCode::FORBIDDEN), "foreign_replica");
    // A device this server never met, or has forgotten since a restore, starts a chain of its own.
    question["replica"] = serde_json::json!(Id::<domain::replica::Replica>::derived("nobody"));
    let request = post("/api/v1/sync", &wang.cookie, &question);
    let response: Response = world.send(request).await.json(StatusCode::OK);
    assert_eq!(response.push, domain::wire::Push::Fork);
    assert!(response.puts.is_empty() && response.verdicts.is_empty());
}

#[tokio::test]
async fn an_engineer_cannot_touch_a_ticket_he_does_not_see() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let id = desk.dispatch_new("li");
    desk.sync().await;
    let wang = world.device("wang").await;
    let mut question = wang.question();
    let visit = desk.ticket(id).visits[0].id;
    let command = domain::Command::Visit(id, visit, domain::visit::Command::Depart);
    question["envelopes"] = serde_json::json!([{
        "seq": 1, "mid": uuid::Uuid::now_v7(), "by": wang.me(), "at": 0, "command": command,
    }]);
    let response: Response =
        world.send(post("/api/v1/sync", &wang.cookie, &question)).await.json(StatusCode::OK);
    let refused = domain::wire::Outcome::Refused { refusal: domain::Refusal::NotYours };
    assert_eq!(response.verdicts[0].outcome, refused);
    assert!(response.puts.iter().all(|put| put.key() != Some(Key::of(id))));
}
