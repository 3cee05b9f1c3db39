//! A machine that stays with us: taken in a cellar, seen by the office, given back, never forgotten.

use domain::{
    Id, Key, Refusal,
    custody::{Custody, Proof},
    flag::Reason,
    ticket::{Act, Command, Stage, Ticket},
    visit,
    wire::Outcome,
};

use crate::world::{Device, World};

fn keep(ready_on: &str) -> Command {
    Command::KeepMachine {
        reason: "压缩机要寄厂检测".into(),
        accessories: "遥控器".into(),
        ready_on: ready_on.into(),
        explained: true,
    }
}

fn hand_back(to: &str) -> Command {
    Command::HandBack { to: to.into(), proof: Proof::Slip, note: String::new() }
}

/// Li stands at the machine, and her phone has no network any more.
async fn at_the_machine(desk: &mut Device<'_>, li: &mut Device<'_>) -> Id<Ticket> {
    let id = desk.dispatch_new("li");
    desk.sync().await;
    li.sync().await;
    li.on_visit(id, visit::Command::Accept).unwrap();
    li.on_visit(id, visit::Command::Arrive { consent: true }).unwrap();
    id
}

#[tokio::test]
async fn the_office_sees_where_the_machine_is_and_cannot_close_the_ticket_over_it() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let id = at_the_machine(&mut desk, &mut li).await;
    li.on_ticket(id, keep("2026-12-01")).unwrap();
    // In the cellar the slip has all it needs.
    let kept = li.ticket(id).machine_with_us().cloned().unwrap();
    assert_eq!((kept.by, kept.ready_on.as_str()), (li.me(), "2026-12-01"));
    li.sync().await;
    desk.sync().await;
    let ticket = desk.ticket(id);
    // The server corrects the phone's clock, and nothing else.
    let seen = ticket.machine_with_us().cloned().unwrap();
    assert_eq!(Custody { since: kept.since, ..seen }, kept);

    let cancel = Command::Cancel { reason: "客户不修了".into() };
    assert_eq!(desk.on_ticket(id, cancel.clone()), Err(Refusal::MachineWithUs));
    desk.on_ticket(id, hand_back("陈先生")).unwrap();
    desk.on_ticket(id, cancel).unwrap();
    desk.sync().await;
    li.sync().await;
    assert!(li.find(id).is_none_or(|ticket| ticket.machine_with_us().is_none()));
    assert_eq!(desk.ticket(id).custody.unwrap().returned.unwrap().to, "陈先生");
}

#[tokio::test]
async fn a_machine_taken_while_the_office_cancelled_is_not_lost() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let id = at_the_machine(&mut desk, &mut li).await;
    desk.on_ticket(id, Command::Cancel { reason: "客户来电取消".into() }).unwrap();
    desk.sync().await;
    li.on_ticket(id, keep("")).unwrap();
    li.sync().await;
    let outcome = li.last_entry().outcome.clone();
    assert!(matches!(outcome, Some(Outcome::Amended { .. })), "{outcome:?}");
    desk.sync().await;
    let ticket = desk.ticket(id);
    assert!(matches!(ticket.stage, Stage::Cancelled { .. }));
    assert!(ticket.machine_with_us().is_some());
    assert!(
        ticket.flags.iter().any(|flag| {
            matches!(flag.reason, Reason::LateWork { .. }) && flag.settled.is_none()
        })
    );
    // She still has it on her phone, and brings it back.
    assert!(li.holds(Key::of(id)));
    li.on_ticket(id, hand_back("陈先生")).unwrap();
    li.sync().await;
    desk.sync().await;
    let acts: Vec<Act> = desk.ticket(id).log.iter().map(|entry| entry.act).collect();
    assert!(acts.contains(&Act::KeptMachine) && acts.contains(&Act::HandedBack));
}
