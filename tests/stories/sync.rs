//! Nothing is lost, nothing happens twice: what a bad network does to the exchange.

use axum::http::StatusCode;
use domain::{
    Command, Id, Key, Refusal, Timestamp, ticket, user, user::User, visit, wire::Outcome,
};
use serde_json::json;

use crate::world::{World, id_of, now, post};

fn note(text: &str) -> ticket::Command {
    ticket::Command::Note { text: text.into(), visible: false }
}

#[tokio::test]
async fn a_lost_answer_does_nothing_twice() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let id = desk.register();
    desk.sync().await;
    desk.on_ticket(id, note("一次")).unwrap();
    for _ in 0..3 {
        desk.ask().await;
    }
    desk.sync().await;
    let log = desk.ticket(id).log;
    assert_eq!(log.iter().filter(|entry| entry.text == "一次").count(), 1);
}

#[tokio::test]
async fn a_whole_journal_sent_again_changes_nothing() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let id = desk.dispatch_new("li");
    desk.on_ticket(id, note("一次")).unwrap();
    desk.sync().await;
    let before = desk.ticket(id);
    let again = desk.replica.request_from(1, "test", now());
    assert_eq!(again.envelopes.len(), 4);
    let request = post("/api/v1/sync", &desk.cookie, &serde_json::to_value(again).unwrap());
    let response: domain::wire::Response = world.send(request).await.json(StatusCode::OK);
    assert_eq!(response.verdicts.len(), 4);
    desk.sync().await;
    assert_eq!(desk.ticket(id), before);
}

#[tokio::test]
async fn envelopes_that_come_too_early_are_asked_for_in_order() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let id = desk.register();
    desk.on_ticket(id, note("后")).unwrap();
    let mut early = desk.question();
    let second = early["envelopes"][1].clone();
    early["envelopes"] = json!([second]);
    early["prev_seq"] = json!(1);
    let response: domain::wire::Response =
        world.send(post("/api/v1/sync", &desk.cookie, &early)).await.json(StatusCode::OK);
    assert_eq!(response.push, domain::wire::Push::NeedFrom(1));
    assert!(response.verdicts.is_empty());
    desk.sync().await;
    assert!(desk.ticket(id).number.is_some());
}

#[tokio::test]
async fn a_copied_phone_goes_on_under_its_own_name() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let id = desk.register();
    desk.sync().await;
    let mut copy = world.device("diaodu").await;
    copy.replica = desk.replica.clone();
    desk.on_ticket(id, note("原机")).unwrap();
    copy.on_ticket(id, note("副本")).unwrap();
    desk.sync().await;
    copy.sync().await;
    desk.sync().await;
    let texts: Vec<String> = desk.ticket(id).log.into_iter().map(|entry| entry.text).collect();
    for text in ["原机", "副本"] {
        assert_eq!(texts.iter().filter(|known| *known == text).count(), 1, "{texts:?}");
    }
    assert_ne!(copy.replica.head().replica, desk.replica.head().replica);
}

#[tokio::test]
async fn one_unreadable_command_spoils_no_others() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let id = desk.register();
    desk.on_ticket(id, note("前")).unwrap();
    desk.on_ticket(id, note("后")).unwrap();
    let mut question = desk.question();
    for strange in [json!({"teleport": ["x"]}), json!("?"), json!({"ticket": [1, 2]})] {
        question["envelopes"][1]["command"] = strange;
    }
    let response: domain::wire::Response =
        world.send(post("/api/v1/sync", &desk.cookie, &question)).await.json(StatusCode::OK);
    let outcomes: Vec<_> = response.verdicts.iter().map(|verdict| &verdict.outcome).collect();
    assert!(matches!(outcomes[0], Outcome::Applied { .. }));
    assert_eq!(outcomes[1], &Outcome::Refused { refusal: Refusal::Unreadable });
    assert!(matches!(outcomes[2], Outcome::Applied { .. }));
}

#[tokio::test]
async fn a_clock_ten_years_off_refuses_nothing_and_is_marked() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    for minutes in [-10 * 525_600, 10 * 525_600] {
        let mut li = world.device("li").await;
        let id = desk.dispatch_new("li");
        desk.sync().await;
        li.sync().await;
        li.clock_ahead = minutes;
        li.repair(id);
        li.sync().await;
        desk.sync().await;
        let ticket = desk.ticket(id);
        assert_eq!(ticket.visits[0].stage, visit::Stage::Finished);
        let day = 24 * 60;
        for entry in &ticket.log {
            assert!(entry.at > now().plus_minutes(-day) && entry.at < now().plus_minutes(day));
        }
    }
}

#[tokio::test]
async fn times_that_no_calendar_has_do_no_harm() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let id = desk.register();
    desk.on_ticket(id, note("无法理解的时间")).unwrap();
    let mut question = desk.question();
    question["now"] = json!(i64::MAX);
    question["envelopes"][0]["at"] = json!(i64::MIN);
    question["envelopes"][1]["at"] = json!(i64::MAX);
    let answer = world.send(post("/api/v1/sync", &desk.cookie, &question)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    desk.sync().await;
    let entry = desk.ticket(id).log.into_iter().find(|entry| entry.text == "无法理解的时间");
    assert!(entry.unwrap().doubtful);
}

#[tokio::test]
async fn a_person_who_joins_late_gets_everything_in_bounded_pages() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    for _ in 0..130 {
        desk.register();
    }
    desk.sync().await;
    let mut late = world.device("zhuguan").await;
    let response = late.ask().await;
    assert!(response.puts.is_empty(), "the device has synced already");
    late.replica = domain::replica::Replica::new(
        late.me(),
        domain::wire::Registered {
            replica: late.replica.head().replica,
            device_code: "ABC".into(),
        },
    );
    let mut pages = 0;
    loop {
        let response = late.ask().await;
        let bytes: usize = response.puts.iter().map(|put| put.body.get().len()).sum();
        assert!(bytes <= domain::talk::BUDGET_FIRST as usize);
        pages += 1;
        let more = response.more;
        late.hear(response);
        if !more {
            break;
        }
    }
    assert!(pages > 1);
    let tickets: Vec<domain::ticket::Ticket> = late.replica.all();
    assert_eq!(tickets.len(), 130);
    let numbers: std::collections::BTreeSet<_> =
        tickets.into_iter().map(|ticket| ticket.number.unwrap()).collect();
    assert_eq!(numbers.len(), 130, "no number twice");
}

#[tokio::test]
async fn many_writers_at_once_leave_no_gap_for_a_reader() {
    let world = World::new().await;
    let mut reader = world.device("zhuguan").await;
    let mut writers = Vec::new();
    for _ in 0..8 {
        writers.push(world.device("diaodu").await);
    }
    let mut ids: Vec<Id<ticket::Ticket>> = Vec::new();
    for _ in 0..10 {
        for writer in &mut writers {
            ids.push(writer.register());
        }
        let sends = writers
            .iter()
            .map(|writer| world.send(post("/api/v1/sync", &writer.cookie, &writer.question())));
        let reads = reader.sync();
        let (answers, ()) = tokio::join!(futures::future::join_all(sends), reads);
        for (writer, answer) in writers.iter_mut().zip(answers) {
            writer.hear(answer.json(StatusCode::OK));
        }
    }
    for writer in &mut writers {
        writer.sync().await;
    }
    reader.sync().await;
    for id in ids {
        assert!(reader.holds(Key::of(id)), "the reader's cursor went past {id}");
    }
}

#[tokio::test]
async fn changed_rights_take_rows_away_and_keep_waiting_work() {
    let world = World::new().await;
    let mut admin = world.device("admin").await;
    let mut desk = world.device("diaodu").await;
    let mut agent = world.device("kefu").await;
    let id = desk.register();
    desk.sync().await;
    agent.sync().await;
    assert!(agent.holds(Key::of(id)));
    agent.on_ticket(id, note("还没发出去")).unwrap();
    let user: User = admin.find(id_of("kefu")).unwrap();
    let user = User { roles: vec![user::Role::Keeper], ..user };
    let save = user::Command::Save { user: user.into() };
    admin.act(Command::User(id_of("kefu"), save)).unwrap();
    admin.sync().await;
    agent.sync().await;
    assert!(!agent.holds(Key::of(id)), "rights are gone, and so are the rows");
    desk.sync().await;
    assert!(desk.ticket(id).log.iter().any(|entry| entry.text == "还没发出去"));
}

#[tokio::test]
async fn somebody_who_left_is_signed_out_and_their_rows_are_not_sent() {
    let world = World::new().await;
    let mut admin = world.device("admin").await;
    let wang = world.device("wang").await;
    let user: User = admin.find(id_of("wang")).unwrap();
    let save = user::Command::Save { user: User { active: false, ..user }.into() };
    admin.act(Command::User(id_of("wang"), save)).unwrap();
    admin.sync().await;
    let answer = world.send(post("/api/v1/sync", &wang.cookie, &wang.question())).await;
    assert_eq!(answer.problem(StatusCode::UNAUTHORIZED), "session_revoked");
}

#[tokio::test]
async fn the_order_of_a_phone_is_its_own_whatever_its_clock_says() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let id = desk.register();
    desk.on_ticket(id, note("先")).unwrap();
    desk.clock_ahead = -60;
    desk.on_ticket(id, note("后")).unwrap();
    desk.clock_ahead = 0;
    desk.sync().await;
    let at = |text: &str| -> Timestamp {
        desk.ticket(id).log.iter().find(|entry| entry.text == text).unwrap().at
    };
    assert!(at("先") <= at("后"));
}
