//! What the office sees of the phones, and what happens to somebody who is shut out.

use axum::http::StatusCode;
use domain::{
    Command, Key, Timestamp, ticket, user,
    user::User,
    wire::{Outcome, Response},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::world::{World, get, id_of, now, post};

fn note(text: &str) -> ticket::Command {
    ticket::Command::Note { text: text.into(), visible: false }
}

#[tokio::test]
async fn everything_refused_is_on_the_offices_list_with_who_when_and_why() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let id = desk.dispatch_new("li");
    desk.sync().await;
    li.sync().await;
    desk.on_ticket(id, ticket::Command::Cancel { reason: "客户退订".into() }).unwrap();
    desk.sync().await;
    li.on_visit(id, domain::visit::Command::Decline { reason: "去不了".into() }).unwrap();
    li.sync().await;
    assert!(matches!(li.last_entry().outcome, Some(Outcome::Refused { .. })));
    let cookie = world.sign_in("diaodu").await;
    let page: Value = world.send(get("/api/v1/attention", &cookie)).await.json(StatusCode::OK);
    let entries = page["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{page}");
    let entry = &entries[0];
    assert_eq!(entry["name"], "李静");
    assert_eq!(entry["device_code"], json!(li.replica.head().device_code));
    assert_eq!(entry["by"], json!(li.me()));
    assert_eq!(entry["outcome"]["refused"]["refusal"], "called_off");
    assert_eq!(entry["command"]["visit"][0], json!(id));
    let at = Timestamp(entry["received"].as_i64().unwrap());
    assert!(at <= now() && at > now().plus_minutes(-5));
    assert_eq!(page["next"], Value::Null);
    for login in ["li", "kefu", "beijian"] {
        let cookie = world.sign_in(login).await;
        for path in ["/api/v1/attention", "/api/v1/devices"] {
            let answer = world.send(get(path, &cookie)).await;
            assert_eq!(answer.problem(StatusCode::FORBIDDEN), "forbidden");
        }
    }
}

#[tokio::test]
async fn the_list_is_read_page_by_page_without_losing_or_doubling_an_entry() {
    let world = World::new().await;
    let mut li = world.device("li").await;
    let mut question = li.question();
    let envelopes: Vec<Value> = (1..=7)
        .map(|seq| {
            json!({
                "seq": seq, "mid": uuid::Uuid::now_v7(), "by": li.me(), "at": now(),
                "command": {"teleport": seq},
            })
        })
        .collect();
    question["envelopes"] = json!(envelopes);
    let _: Response =
        world.send(post("/api/v1/sync", &li.cookie, &question)).await.json(StatusCode::OK);
    li.cookie.clear();
    let cookie = world.sign_in("zhuguan").await;
    let (mut seen, mut path) = (Vec::new(), "/api/v1/attention?limit=3".to_owned());
    loop {
        let page: Value = world.send(get(&path, &cookie)).await.json(StatusCode::OK);
        let entries = page["entries"].as_array().unwrap();
        seen.extend(entries.iter().map(|entry| entry["command"]["teleport"].clone()));
        let Some(next) = page["next"].as_u64() else { break };
        path = format!("/api/v1/attention?limit=3&before={next}");
    }
    assert_eq!(json!(seen), json!([7, 6, 5, 4, 3, 2, 1]));
    let answer = world.send(get("/api/v1/attention?before=x", &cookie)).await;
    answer.problem(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_office_knows_what_waits_on_which_phone() {
    let world = World::new().await;
    let li = world.device("li").await;
    let mut question = li.question();
    let since = now().plus_minutes(-90);
    question["waiting"] = json!({"count": 12, "oldest": since});
    question["room"] = json!({"full_percent": 91, "lasting": false});
    question["envelopes"] = json!([{
        "seq": 1, "mid": uuid::Uuid::now_v7(), "by": li.me(), "at": now(), "command": {"x": 1},
    }]);
    let _: Response =
        world.send(post("/api/v1/sync", &li.cookie, &question)).await.json(StatusCode::OK);
    let cookie = world.sign_in("diaodu").await;
    let devices: Vec<Value> =
        world.send(get("/api/v1/devices", &cookie)).await.json(StatusCode::OK);
    let phone = devices.iter().find(|device| device["user"] == json!(li.me())).unwrap();
    assert_eq!(phone["waiting"], 12, "{phone}");
    assert_eq!(phone["waiting_since"], json!(since));
    assert_eq!(phone["name"], "李静");
    assert_eq!(phone["revoked"], Value::Null);
    assert_eq!(phone["full_percent"], 91);
    assert_eq!(phone["lasting"], false);

    // An older app says nothing of its room; what was known stays, and what nobody said is left out.
    let _: Response =
        world.send(post("/api/v1/sync", &li.cookie, &li.question())).await.json(StatusCode::OK);
    let desk = world.device("diaodu").await;
    let devices: Vec<Value> =
        world.send(get("/api/v1/devices", &cookie)).await.json(StatusCode::OK);
    let of = |user| devices.iter().find(|device| device["user"] == json!(user)).unwrap();
    assert_eq!(of(li.me())["full_percent"], 91);
    assert_eq!(of(desk.me()).get("lasting"), None);
}

#[tokio::test]
async fn a_tickets_journal_tells_which_device_told_each_line_and_when_it_arrived() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let id = desk.dispatch_new("li");
    desk.sync().await;
    li.sync().await;
    // Written in a cellar, sent an hour and a half later.
    let (mid, told) = (uuid::Uuid::now_v7(), now().plus_minutes(-90));
    let mut question = li.question();
    question["envelopes"] = json!([{
        "seq": 1, "mid": mid, "by": li.me(), "at": told,
        "command": Command::Ticket(id, note("地下室写的")),
    }]);
    let _: Response =
        world.send(post("/api/v1/sync", &li.cookie, &question)).await.json(StatusCode::OK);
    desk.sync().await;

    let path = format!("/api/v1/tickets/{id}/journal");
    let cookie = world.sign_in("zhuguan").await;
    let entries: Vec<Value> = world.send(get(&path, &cookie)).await.json(StatusCode::OK);
    let log = desk.ticket(id).log;
    assert!(log.len() >= 4, "{log:?}");
    for line in &log {
        assert!(entries.iter().any(|entry| entry["mid"] == json!(line.id)), "{line:?}");
    }
    let places: Vec<u64> = entries.iter().map(|entry| entry["n"].as_u64().unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    let entry = entries.iter().find(|entry| entry["mid"] == json!(mid)).unwrap();
    assert_eq!(entry["device_code"], json!(li.replica.head().device_code));
    assert_eq!(entry["by"], json!(li.me()));
    assert_eq!(entry["claimed"], json!(told));
    assert!(Timestamp(entry["received"].as_i64().unwrap()) > told.plus_minutes(85), "{entry}");
    assert!(entry["outcome"]["applied"]["v"].is_u64(), "{entry}");

    // Whoever may not see the ticket learns nothing, not even that there is one.
    for login in ["wang", "beijian", "admin"] {
        let cookie = world.sign_in(login).await;
        let answer = world.send(get(&path, &cookie)).await;
        assert_eq!(answer.problem(StatusCode::NOT_FOUND), "not_found");
    }
    let nowhere = format!("/api/v1/tickets/{}/journal", uuid::Uuid::now_v7());
    let answer = world.send(get(&nowhere, &cookie)).await;
    assert_eq!(answer.problem(StatusCode::NOT_FOUND), "not_found");
}

#[tokio::test]
async fn a_lost_phone_hears_nothing_and_what_it_sends_waits_for_a_person() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let id = desk.dispatch_new("li");
    desk.sync().await;
    li.sync().await;
    li.on_ticket(id, note("丢失的手机上写的")).unwrap();

    let path = format!("/api/v1/devices/{}/revoke", li.replica.head().replica);
    for login in ["diaodu", "zhuguan", "li"] {
        let cookie = world.sign_in(login).await;
        let answer = world.send(post(&path, &cookie, &Value::Null)).await;
        assert_eq!(answer.problem(StatusCode::FORBIDDEN), "forbidden");
    }
    let admin = world.sign_in("admin").await;
    let nobody = format!("/api/v1/devices/{}/revoke", uuid::Uuid::now_v7());
    let answer = world.send(post(&nobody, &admin, &Value::Null)).await;
    answer.problem(StatusCode::NOT_FOUND);
    let answer = world.send(post(&path, &admin, &Value::Null)).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());

    let head = world.state.store.head().await.unwrap().v;
    for _ in 0..2 {
        let response = li.ask().await;
        assert!(response.revoked && response.puts.is_empty() && response.gone.is_empty());
        let outcomes: Vec<_> = response.verdicts.iter().map(|verdict| &verdict.outcome).collect();
        assert_eq!(outcomes, [&Outcome::Quarantined], "0 applied, 0 dropped");
    }
    assert_eq!(world.state.store.head().await.unwrap().v, head, "nothing of it happened");
    let answer = world.send(get("/api/v1/session", &li.cookie)).await;
    assert_eq!(answer.problem(StatusCode::UNAUTHORIZED), "session_revoked");
    let mut nothing = li.question();
    nothing["envelopes"] = json!([]);
    let answer = world.send(post("/api/v1/sync", &li.cookie, &nothing)).await;
    assert_eq!(answer.problem(StatusCode::UNAUTHORIZED), "session_revoked");
    // Whoever found it and knows the password has the old database under the old name all the same.
    let found = world.sign_in("li").await;
    let response: Response =
        world.send(post("/api/v1/sync", &found, &nothing)).await.json(StatusCode::OK);
    assert!(response.revoked && response.puts.is_empty());
    // On another phone the work goes on.
    let again = world.device("li").await;
    assert!(again.holds(Key::of(id)));
    let page: Value = world.send(get("/api/v1/attention", &admin)).await.json(StatusCode::OK);
    assert_eq!(page["entries"][0]["command"]["ticket"][1]["note"]["text"], "丢失的手机上写的");
    let devices: Vec<Value> = world.send(get("/api/v1/devices", &admin)).await.json(StatusCode::OK);
    let replica = json!(li.replica.head().replica);
    let phone = devices.iter().find(|device| device["replica"] == replica).unwrap();
    assert!(phone["revoked"].is_i64());
}

#[tokio::test]
async fn the_last_work_of_somebody_who_left_is_neither_applied_nor_dropped() {
    let world = World::new().await;
    let mut admin = world.device("admin").await;
    let mut desk = world.device("diaodu").await;
    let mut wang = world.device("wang").await;
    let id = desk.dispatch_new("wang");
    desk.sync().await;
    wang.sync().await;
    wang.on_ticket(id, note("最后一天")).unwrap();
    let user: User = admin.find(id_of("wang")).unwrap();
    let save = user::Command::Save { user: User { active: false, ..user }.into() };
    admin.act(Command::User(id_of("wang"), save)).unwrap();
    admin.sync().await;
    let response = wang.ask().await;
    assert!(response.revoked && response.puts.is_empty());
    assert_eq!(response.verdicts[0].outcome, Outcome::Quarantined);
    desk.sync().await;
    assert!(desk.ticket(id).log.iter().all(|entry| entry.text != "最后一天"));
}

#[tokio::test]
async fn a_new_password_asks_to_sign_in_and_touches_no_work() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let id = desk.dispatch_new("li");
    desk.sync().await;
    li.sync().await;
    li.on_ticket(id, note("改密码前写的")).unwrap();
    server::accounts::set_password(&world.state.store, li.me(), "a new password", None)
        .await
        .unwrap();
    let answer = world.send(post("/api/v1/sync", &li.cookie, &li.question())).await;
    assert_eq!(answer.problem(StatusCode::UNAUTHORIZED), "session_revoked");
    let body = json!({"login": "li", "password": "a new password"});
    let answer = world.send(post("/api/v1/session", "", &body)).await;
    let cookie = answer.headers[axum::http::header::SET_COOKIE].to_str().unwrap();
    li.cookie = cookie.split(';').next().unwrap().to_owned();
    li.sync().await;
    desk.sync().await;
    assert!(desk.ticket(id).log.iter().any(|entry| entry.text == "改密码前写的"));
}

#[tokio::test]
async fn a_session_whose_time_is_over_sends_nothing_and_says_so() {
    let world = World::new().await;
    let mut li = world.device("li").await;
    let id = li.register();
    let me = li.me();
    let kept: String =
        Sha256::digest(b"an old token").iter().map(|byte| format!("{byte:02x}")).collect();
    let (began, ended) = (now().plus_minutes(-40 * 24 * 60), now().plus_minutes(-1));
    let opened =
        world.state.store.write(move |writing| writing.open_session(&kept, me, began, ended));
    opened.await.unwrap();
    let cookie = "doorstep_session=an old token";
    for request in [
        get("/api/v1/session", cookie),
        post("/api/v1/sync", cookie, &li.question()),
        post("/api/v1/replicas", cookie, &Value::Null),
    ] {
        let answer = world.send(request).await;
        assert_eq!(answer.problem(StatusCode::UNAUTHORIZED), "session_expired");
    }
    let desk = world.device("diaodu").await;
    assert!(!desk.holds(Key::of(id)));
    li.sync().await;
    assert!(li.ticket(id).number.is_some(), "the work waited for a session that holds");
}

#[tokio::test]
async fn a_session_that_is_not_known_is_over_and_says_so() {
    let world = World::new().await;
    let li = world.device("li").await;
    let question = li.question();
    for cookie in ["", "doorstep_session=forged"] {
        let answer = world.send(post("/api/v1/sync", cookie, &question)).await;
        assert_eq!(answer.problem(StatusCode::UNAUTHORIZED), "session_expired");
    }
}
