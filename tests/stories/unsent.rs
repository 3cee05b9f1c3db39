//! The last resort: a phone that reaches nobody saves its work to a file, and somebody carries the file to the office.

use axum::http::{Method, StatusCode};
use domain::{Command, Id, Key, ticket, user, user::User, visit, wire::Outcome};
use serde_json::{Value, json};

use crate::world::{Answered, Device, World, id_of, now, post, request};

/// What the phone saves: everything without a verdict.
fn file(device: &Device<'_>) -> Value {
    let unsent = device.replica.journal().values().filter(|entry| entry.outcome.is_none());
    let envelopes: Vec<Value> = unsent
        .map(|entry| {
            let envelope = &entry.envelope;
            json!({
                "mid": envelope.mid,
                "by": envelope.by,
                "at": envelope.at,
                "command": envelope.command,
            })
        })
        .collect();
    json!({
        "doorstep": "unsent",
        "version": 1,
        "replica": device.replica.head().replica,
        "device_code": device.replica.head().device_code,
        "user": device.me(),
        "saved_at": now(),
        "envelopes": envelopes,
    })
}

async fn carry_in(world: &World, login: &str, file: &Value) -> Answered {
    let cookie = world.sign_in(login).await;
    world.send(post("/api/v1/unsent", &cookie, file)).await
}

fn note(text: &str) -> ticket::Command {
    ticket::Command::Note { text: text.into(), visible: false }
}

#[tokio::test]
async fn a_days_work_arrives_in_a_file_once_however_often_it_is_carried() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let id = desk.dispatch_new("li");
    desk.sync().await;
    li.sync().await;
    li.repair(id);
    li.on_ticket(id, note("手机进水前记的")).unwrap();
    let sheet = li.sign(id);
    let saved = file(&li);
    let count = saved["envelopes"].as_array().unwrap().len();
    assert!(count > 8);

    let first: Value = carry_in(&world, "diaodu", &saved).await.json(StatusCode::OK);
    assert_eq!((&first["read"], &first["known"]), (&json!(count), &json!(0)), "{first}");
    assert_eq!(first["applied"], json!(count), "{first}");
    desk.sync().await;
    let ticket = desk.ticket(id);
    assert!(ticket.is_signed() && desk.holds(Key::of(sheet)));
    assert_eq!(ticket.log.iter().filter(|entry| entry.text == "手机进水前记的").count(), 1);
    assert!(ticket.log.iter().all(|entry| entry.text != "手机进水前记的" || entry.by == li.me()));
    assert_eq!(ticket.visits[0].stage, visit::Stage::Signed);

    // Carried in by somebody else a second time, and sent by the phone itself in the end.
    let second: Value = carry_in(&world, "zhuguan", &saved).await.json(StatusCode::OK);
    assert_eq!((&second["known"], &second["applied"]), (&json!(count), &json!(0)));
    assert_eq!(second["entries"][0]["outcome"], first["entries"][0]["outcome"]);
    li.on_ticket(id, note("之后")).unwrap();
    li.sync().await;
    assert_eq!(li.replica.waiting().unanswered, 0);
    desk.sync().await;
    let after = desk.ticket(id);
    assert_eq!(after.log.len(), ticket.log.len() + 1, "only what is new happened");
    let report = server::check::run(&world.state.store).await.unwrap();
    assert_eq!(report.failed(), 0, "{report}");
}

#[tokio::test]
async fn only_the_office_carries_files_in_and_only_files_of_ours() {
    let world = World::new().await;
    let mut li = world.device("li").await;
    let id = li.register();
    let saved = file(&li);
    for login in ["li", "wang", "kefu", "beijian"] {
        let answer = carry_in(&world, login, &saved).await;
        assert_eq!(answer.problem(StatusCode::FORBIDDEN), "forbidden", "{login}");
    }
    let answer = world.send(post("/api/v1/unsent", "", &saved)).await;
    answer.problem(StatusCode::UNAUTHORIZED);
    let mut newer = saved.clone();
    newer["version"] = json!(2);
    let mut foreign = saved.clone();
    foreign["user"] = json!(id_of("wang"));
    let mut broken = saved.clone();
    broken["envelopes"][0]["mid"] = json!("?");
    for wrong in [json!({}), json!([1]), json!("x"), newer, foreign, broken] {
        let answer = carry_in(&world, "diaodu", &wrong).await;
        answer.problem(StatusCode::BAD_REQUEST);
    }
    let cookie = world.sign_in("diaodu").await;
    let half = saved.to_string()[..saved.to_string().len() / 2].to_owned();
    let half = request(Method::POST, "/api/v1/unsent", &cookie, axum::body::Body::from(half));
    world.send(half).await.problem(StatusCode::BAD_REQUEST);
    let desk = world.device("diaodu").await;
    assert!(!desk.holds(Key::of(id)), "nothing of the wrong files happened");
    for login in ["diaodu", "zhuguan", "admin"] {
        let _: Value = carry_in(&world, login, &saved).await.json(StatusCode::OK);
    }
}

#[tokio::test]
async fn what_nobody_can_vouch_for_is_kept_and_shown_and_does_not_happen() {
    let world = World::new().await;
    let mut admin = world.device("admin").await;
    let mut desk = world.device("diaodu").await;
    let mut wang = world.device("wang").await;
    let id = desk.dispatch_new("wang");
    desk.sync().await;
    wang.sync().await;
    wang.on_ticket(id, note("离职前的现场记录")).unwrap();
    let saved = file(&wang);
    let user: User = admin.find(id_of("wang")).unwrap();
    let save = user::Command::Save { user: User { active: false, ..user }.into() };
    admin.act(Command::User(id_of("wang"), save)).unwrap();
    admin.sync().await;

    // A coordinator writes himself a file: as the administrator, as the server, as somebody unknown.
    let user: User = admin.find(id_of("diaodu")).unwrap();
    let roles = vec![user::Role::Administrator];
    let promote = user::Command::Save { user: User { roles, ..user }.into() };
    let promote = Command::User(id_of("diaodu"), promote);
    let forged = |by: Id<User>| {
        json!({
            "doorstep": "unsent", "version": 1,
            "replica": Id::<domain::replica::Replica>::derived("nobody's"), "user": by,
            "envelopes": [{
                "mid": uuid::Uuid::now_v7(), "by": by, "at": now(), "command": promote,
            }],
        })
    };
    let somebody = Id::derived("user:unknown");
    let files = [saved, forged(id_of("admin")), forged(domain::user::SYSTEM), forged(somebody)];
    for file in &files {
        let report: Value = carry_in(&world, "diaodu", file).await.json(StatusCode::OK);
        assert_eq!(report["quarantined"], json!(1), "{report}");
        assert_eq!(report["entries"][0]["outcome"], json!("quarantined"));
    }
    desk.sync().await;
    let me: User = desk.find(id_of("diaodu")).unwrap();
    assert_eq!(me.roles, [user::Role::Coordinator]);
    assert!(desk.ticket(id).log.iter().all(|entry| entry.text != "离职前的现场记录"));

    let cookie = world.sign_in("zhuguan").await;
    let page: Value =
        world.send(crate::world::get("/api/v1/attention", &cookie)).await.json(StatusCode::OK);
    let entries = page["entries"].as_array().unwrap();
    assert_eq!(entries.len(), files.len());
    let oldest = entries.last().unwrap();
    assert_eq!(oldest["command"]["ticket"][1]["note"]["text"], "离职前的现场记录");
    assert_eq!(oldest["name"], "王强");
    assert_eq!(oldest["carrier"], json!(id_of("diaodu")));
    let quarantined = serde_json::to_value(Outcome::Quarantined).unwrap();
    assert!(entries.iter().all(|entry| entry["outcome"] == quarantined));
    let report = server::check::run(&world.state.store).await.unwrap();
    assert_eq!(report.failed(), 0, "{report}");
}
