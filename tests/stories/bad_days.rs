//! Bad days: the server's disk dies and last night's backup comes back; and what is long over leaves the phones.

use domain::{Key, Timestamp, ticket, visit, wire::Mode};
use server::{State, ageing, backup, check, clearing};

use crate::world::{Device, World};

fn note(text: &str) -> ticket::Command {
    ticket::Command::Note { text: text.into(), visible: false }
}

#[tokio::test]
async fn after_a_restore_the_phones_bring_everything_back_by_themselves() {
    let room = tempfile::tempdir().unwrap();
    let (data, file) = (room.path().join("data"), room.path().join("last-night"));
    let world = World::of(State::open(&data).unwrap()).await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let id = desk.dispatch_new("li");
    desk.sync().await;
    li.sync().await;
    li.on_visit(id, visit::Command::Accept).unwrap();
    li.sync().await;
    backup::backup(&data, &file).await.unwrap();

    // A day's work, acknowledged, and lost with the disk.
    li.on_ticket(id, note("备份之后")).unwrap();
    li.on_visit(id, visit::Command::Depart).unwrap();
    li.on_visit(id, visit::Command::Arrive { consent: true }).unwrap();
    li.sync().await;
    let later = desk.register();
    desk.sync().await;
    assert_eq!(li.replica.waiting().unanswered, 0);
    let told = desk.ticket(later).number.unwrap();
    let devices = [(li.cookie, li.replica), (desk.cookie, desk.replica)];
    drop(world);

    backup::restore(&data, &file, false).await.unwrap();
    let world = World::again(State::open(&data).unwrap());
    let [mut li, mut desk] =
        devices.map(|(cookie, replica)| Device { world: &world, cookie, replica, clock_ahead: 0 });
    li.sync().await;
    desk.sync().await;
    li.sync().await;
    for device in [&li, &desk] {
        let ticket = device.ticket(id);
        let count = ticket.log.iter().filter(|entry| entry.text == "备份之后").count();
        assert_eq!(count, 1, "once, on both");
        assert!(ticket.visits[0].stage >= visit::Stage::Arrived, "{:?}", ticket.visits[0].stage);
    }
    let number = desk.ticket(later).number.unwrap();
    assert!(number > told, "{number}: nobody else's ticket carries the number that was told");
    let report = check::run(&world.state.store).await.unwrap();
    assert_eq!(report.failed(), 0, "{report}");
}

#[tokio::test]
async fn what_is_long_over_leaves_the_phone_and_stays_at_the_desk() {
    let world = World::new().await;
    let mut desk = world.device("zhuguan").await;
    let mut li = world.device("li").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(desk.dispatch_new("li"));
    }
    desk.sync().await;
    li.sync().await;
    li.repair(ids[0]);
    let sheet = li.sign(ids[0]);
    li.on_visit(ids[0], visit::Command::HandIn).unwrap();
    li.sync().await;
    desk.sync().await;
    desk.on_ticket(ids[0], ticket::Command::Close).unwrap();
    desk.on_ticket(ids[1], ticket::Command::Cancel { reason: "误报".into() }).unwrap();
    desk.sync().await;
    li.sync().await;

    let store = &world.state.store;
    let days = |days: i64| crate::world::now().plus_minutes(days * 24 * 60);
    assert_eq!(ageing::run(store, days(13)).await.unwrap(), 0);
    li.sync().await;
    assert!(ids.iter().all(|id| li.holds(Key::of(*id))));

    assert_eq!(ageing::run(store, days(15)).await.unwrap(), 2);
    assert_eq!(ageing::run(store, days(15)).await.unwrap(), 0, "once");
    assert_eq!(ageing::run(store, Timestamp(i64::MAX / 4)).await.unwrap(), 0);
    // Something is written on a phone that does not know yet: it is taken, and the row then goes.
    li.on_ticket(ids[1], note("补记")).unwrap();
    li.sync().await;
    desk.sync().await;
    for gone in [Key::of(ids[0]), Key::of(ids[1]), Key::of(sheet)] {
        assert!(!li.holds(gone), "{gone}");
        assert!(desk.holds(gone), "{gone}");
    }
    assert!(li.holds(Key::of(ids[2])), "open work stays");
    assert!(desk.ticket(ids[1]).log.iter().any(|entry| entry.text == "补记"));
    let report = check::run(store).await.unwrap();
    assert_eq!(report.failed(), 0, "{report}");
}

#[tokio::test]
async fn a_phone_that_was_away_while_the_log_was_cleared_walks_and_misses_nothing() {
    let world = World::new().await;
    let mut desk = world.device("zhuguan").await;
    let mut li = world.device("li").await;
    let (gone, stays) = (desk.dispatch_new("li"), desk.dispatch_new("li"));
    desk.sync().await;
    li.sync().await;
    desk.on_ticket(gone, ticket::Command::Cancel { reason: "误报".into() }).unwrap();
    desk.sync().await;

    let store = &world.state.store;
    let days = |days: i64| crate::world::now().plus_minutes(days * 24 * 60);
    assert_eq!(clearing::run(store, days(29)).await.unwrap(), 0, "not before its time");
    assert_eq!(store.head().await.unwrap().log_floor, 0);
    // The ticket leaves the phone while the phone is away, and the line that says so is cleared.
    assert_eq!(ageing::run(store, days(15)).await.unwrap(), 1);
    assert!(clearing::run(store, days(31)).await.unwrap() > 0);
    assert_eq!(clearing::run(store, days(31)).await.unwrap(), 0, "nothing below the floor is left");
    let head = store.head().await.unwrap();
    assert!(li.replica.head().cursor.v < head.log_floor && head.log_floor <= head.v);

    let answer = li.ask().await;
    assert!(matches!(answer.mode, Mode::Stretch(_)), "{answer:?}");
    li.sync().await;
    assert!(!li.holds(Key::of(gone)), "it is gone without a line that says so");
    assert!(li.holds(Key::of(stays)));

    // From there on news is enough again.
    let new = desk.dispatch_new("li");
    desk.sync().await;
    assert_eq!(li.ask().await.mode, Mode::News);
    li.sync().await;
    assert!(li.holds(Key::of(new)));
    let report = check::run(store).await.unwrap();
    assert_eq!(report.failed(), 0, "{report}");
}
