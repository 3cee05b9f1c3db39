//! The customer's machine in our hands: who may take it, that it is not forgotten, and that nobody is told it never was.

use super::{Proof, Standing};
use crate::{
    Amendment, Id, Refusal,
    flag::Reason,
    ticket::{Act, Command, Stage},
    user::User,
    visit,
    world::{
        ADMINISTRATOR, AGENT, COORDINATOR, FIRST, KEEPER, LI, SECOND, SUPERVISOR, WANG, World,
        dispatch, finish,
    },
};

fn keep() -> Command {
    Command::KeepMachine {
        reason: "压缩机要寄厂检测".into(),
        accessories: "遥控器、电源线".into(),
        ready_on: "2026-05-08".into(),
        explained: true,
    }
}

fn hand_back() -> Command {
    Command::HandBack { to: "陈国华".into(), proof: Proof::Slip, note: String::new() }
}

/// What the device says to `by` before anything is sent.
fn would(world: &World, by: Id<User>, command: Command) -> Result<(), Refusal> {
    let command = crate::Command::Ticket(crate::world::TICKET, command);
    crate::check(&world.rows, by, world.now(), &command)
}

/// Li has taken the machine along.
fn kept() -> World {
    let mut world = World::at(visit::Stage::Repairing);
    assert_eq!(world.ticket_act(LI, keep()), Ok(None));
    world
}

#[test]
fn the_machine_stays_with_us_until_it_is_handed_back() {
    let mut world = kept();
    let since = world.now();
    let custody = world.ticket().machine_with_us().cloned().unwrap();
    assert_eq!((custody.since, custody.by), (since, LI));
    assert_eq!(custody.accessories, "遥控器、电源线");
    let line = world.ticket().log.last().cloned().unwrap();
    assert_eq!(line.act, Act::KeptMachine);
    assert_eq!(line.text, "压缩机要寄厂检测 · 遥控器、电源线 · 2026-05-08");

    assert_eq!(world.ticket_act(COORDINATOR, hand_back()), Ok(None));
    let ticket = world.ticket();
    assert_eq!(ticket.machine_with_us(), None);
    let returned = ticket.custody.unwrap().returned.unwrap();
    assert_eq!((returned.by, returned.to.as_str()), (COORDINATOR, "陈国华"));
    assert_eq!(ticket.log.last().unwrap().act, Act::HandedBack);
    assert!(ticket.flags.is_empty());
}

#[test]
fn who_has_seen_the_machine_or_sits_at_the_counter_takes_it() {
    let on_the_way = World::at(visit::Stage::EnRoute);
    assert_eq!(would(&on_the_way, LI, keep()), Err(Refusal::NotArrived));
    for by in [COORDINATOR, AGENT, SUPERVISOR] {
        assert_eq!(would(&on_the_way, by, keep()), Ok(()));
    }
    let there = World::at(visit::Stage::Arrived);
    assert_eq!(would(&there, LI, keep()), Ok(()));
    // After the signature for a repair that needs the workshop it is taken along, too.
    let mut signed = World::at(visit::Stage::Unfinished);
    let lock = signed.lock();
    signed.visit_act(LI, FIRST, lock).unwrap();
    let sign = signed.sign(None);
    signed.visit_act(LI, FIRST, sign).unwrap();
    assert_eq!(would(&signed, LI, keep()), Ok(()));
    for by in [WANG, KEEPER, ADMINISTRATOR] {
        assert_eq!(would(&there, by, keep()), Err(Refusal::NotYourRole));
        assert_eq!(would(&kept(), by, hand_back()), Err(Refusal::NotYourRole));
    }
    // Whoever has the job now brings it back, whoever took it.
    let mut world = kept();
    world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, "送回客户")).unwrap();
    assert_eq!(would(&world, WANG, hand_back()), Ok(()));
    assert_eq!(would(&World::at(visit::Stage::Repairing), LI, hand_back()), {
        Err(Refusal::MachineNotWithUs)
    });
}

#[test]
fn a_slip_says_why_and_a_machine_goes_to_somebody_who_is_known() {
    let world = kept();
    let with = |reason: &str, ready_on: &str, explained| Command::KeepMachine {
        reason: reason.into(),
        accessories: String::new(),
        ready_on: ready_on.into(),
        explained,
    };
    assert_eq!(would(&world, LI, with(" ", "", true)), Err(Refusal::ReasonMissing));
    assert_eq!(would(&world, LI, with("缺件", "", false)), Err(Refusal::ExplanationMissing));
    assert_eq!(would(&world, LI, with("缺件", "下周", true)), Err(Refusal::DateMalformed));
    assert_eq!(would(&world, LI, with("缺件", "", true)), Ok(()));

    let to =
        |to: &str, proof, note: &str| Command::HandBack { to: to.into(), proof, note: note.into() };
    assert_eq!(would(&world, LI, to("", Proof::Slip, "")), Err(Refusal::NameMissing));
    assert_eq!(would(&world, LI, to("陈", Proof::Identity, " ")), Err(Refusal::IdentityMissing));
    assert_eq!(would(&world, LI, to("陈", Proof::Identity, "身份证")), Ok(()));
    for proof in [Proof::Slip, Proof::Copy, Proof::Delivered] {
        assert_eq!(would(&world, LI, to("陈", proof, "")), Ok(()));
    }
}

#[test]
fn taking_it_again_corrects_the_slip_and_saying_the_same_changes_nothing() {
    let mut world = kept();
    let first = world.ticket().machine_with_us().cloned().unwrap();
    let same = crate::Command::Ticket(crate::world::TICKET, keep());
    assert!(world.act(LI, same).unwrap().rows.is_empty());
    let later = Command::KeepMachine {
        reason: "等压缩机到货".into(),
        accessories: "遥控器".into(),
        ready_on: "2026-05-20".into(),
        explained: true,
    };
    assert_eq!(world.ticket_act(COORDINATOR, later), Ok(None));
    let now = world.ticket().machine_with_us().cloned().unwrap();
    assert_eq!((now.since, now.by), (first.since, LI));
    assert_eq!(now.ready_on, "2026-05-20");
    // What the slip said before stands in the history.
    assert!(world.ticket().log.iter().any(|entry| entry.text.contains("电源线")));
}

#[test]
fn a_ticket_is_neither_closed_nor_cancelled_nor_forgotten_over_a_machine_that_is_with_us() {
    let mut world = kept();
    assert_eq!(
        would(&world, COORDINATOR, Command::Cancel { reason: "客户放弃".into() }),
        Err(Refusal::MachineWithUs)
    );
    world.visit_act(LI, FIRST, crate::world::finish()).unwrap();
    let lock = world.lock();
    world.visit_act(LI, FIRST, lock).unwrap();
    let sign = world.sign(Some(true));
    world.visit_act(LI, FIRST, sign).unwrap();
    assert!(matches!(world.ticket().stage, Stage::Completed { .. }));
    assert_eq!(world.ticket_act(SUPERVISOR, Command::Close), Err(Refusal::MachineWithUs));
    world.ticket_act(SUPERVISOR, Command::OpenFollowUp).unwrap();
    let satisfied = Command::FollowUp { satisfied: true, note: "满意".into() };
    let refused = world.ticket_act(SUPERVISOR, satisfied.clone());
    assert_eq!(refused, Err(Refusal::MachineWithUs));

    assert_eq!(would(&world, LI, hand_back()), Ok(()));
    world.ticket_act(AGENT, hand_back()).unwrap();
    world.ticket_act(SUPERVISOR, satisfied).unwrap();
    assert!(matches!(world.ticket().stage, Stage::Closed { .. }));
}

#[test]
fn a_machine_taken_in_the_cellar_is_with_us_although_the_office_cancelled_meanwhile() {
    let mut world = World::at(visit::Stage::Repairing);
    let phone = world.clone();
    world.ticket_act(COORDINATOR, Command::Cancel { reason: "客户来电取消".into() }).unwrap();
    assert_eq!(would(&phone, LI, keep()), Ok(()));
    assert_eq!(would(&world, LI, keep()), Err(Refusal::AlreadyOver));
    let amendment = world.ticket_act(LI, keep()).unwrap();
    let Some(Amendment::HadBeenCancelled { by, .. }) = amendment else { panic!("{amendment:?}") };
    assert_eq!(by, COORDINATOR);
    let ticket = world.ticket();
    assert!(ticket.machine_with_us().is_some());
    assert!(ticket.flags.iter().any(|flag| flag.reason == Reason::LateWork { visit: FIRST }));
    // It stays on the phones until the machine is back.
    assert_eq!(ticket.ages_at(), None);
    assert_eq!(would(&world, LI, hand_back()), Ok(()));
    world.ticket_act(LI, hand_back()).unwrap();
    assert!(world.ticket().ages_at().is_some());
}

#[test]
fn two_who_hand_it_back_are_both_heard_and_the_first_stands() {
    let mut world = kept();
    world.ticket_act(AGENT, hand_back()).unwrap();
    let other =
        Command::HandBack { to: "陈太太".into(), proof: Proof::Delivered, note: String::new() };
    assert_eq!(would(&world, LI, other.clone()), Err(Refusal::MachineNotWithUs));
    assert_eq!(world.ticket_act(LI, other), Ok(Some(Amendment::OutOfOrder)));
    let ticket = world.ticket();
    assert_eq!(ticket.custody.as_ref().unwrap().returned.as_ref().unwrap().to, "陈国华");
    assert_eq!(ticket.log.last().unwrap().text, "陈太太");
    assert!(ticket.has_open_flags());
    // What a stranger claims is no evidence.
    assert_eq!(world.ticket_act(WANG, keep()), Err(Refusal::NotYourRole));
}

#[test]
fn it_is_late_from_the_day_after_it_was_promised() {
    let custody = kept().ticket().custody.unwrap();
    assert!(!custody.is_late("2026-05-08"));
    assert!(custody.is_late("2026-05-09"));
    let open = super::Custody { ready_on: String::new(), ..custody };
    assert!(!open.is_late("2030-01-01"));
}

#[test]
fn it_is_ready_once_it_is_repaired_and_not_while_the_customer_objects() {
    let mut world = kept();
    let stands = |world: &World| world.ticket().machine_stands("2026-05-09").unwrap();
    assert_eq!(stands(&world), Standing::Late);
    assert_eq!(world.ticket().machine_stands("2026-05-08"), Some(Standing::Kept));
    world.visit_act(LI, FIRST, finish()).unwrap();
    // Who can have it today needs no reproach about yesterday.
    assert_eq!(stands(&world), Standing::Ready);

    let lock = world.lock();
    world.visit_act(LI, FIRST, lock).unwrap();
    let sign = world.sign(None);
    world.visit_act(LI, FIRST, sign).unwrap();
    assert_eq!(stands(&world), Standing::Ready);
    world.ticket_act(AGENT, Command::Object { text: "客户说还是不制冷".into() }).unwrap();
    assert_eq!(stands(&world), Standing::Late);
    world.ticket_act(AGENT, hand_back()).unwrap();
    assert_eq!(world.ticket().machine_stands("2026-05-09"), None);
}
