//! The main job: dispatched at the desk, done without a network, signed, seen by everyone.

use domain::{
    Amendment, Command, Id, Refusal, flag, part_request,
    ticket::{self, Act},
    visit::{self, Appointment, Stage},
    wire::Outcome,
};
use uuid::Uuid;

use crate::world::{World, dispatch, id_of, now, triage};

#[tokio::test]
async fn a_repair_goes_from_the_call_to_the_signature_with_the_network_cut_in_the_middle() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let id = desk.dispatch_new("li");
    let other = desk.dispatch_new("li");
    desk.sync().await;
    let number = desk.ticket(id).number.expect("the server gives a number");
    assert!(number.len() >= 11 && number.starts_with(&now().date_digits()[..6]), "{number}");
    li.sync().await;
    assert_eq!(li.ticket(id).number.as_deref(), Some(number.as_str()));

    // From here on Li has no network.
    li.repair(id);
    let line = part_request::Line {
        part: None,
        code: String::new(),
        name: "压缩机".into(),
        quantity: 1,
        reason: "另一单".into(),
    };
    let request = Id::new(Uuid::now_v7());
    let submit = part_request::Command::Submit {
        ticket: other,
        ticket_number: number.clone(),
        lines: vec![line],
        needed_by: None,
        urgent: true,
        note: String::new(),
    };
    li.act(Command::PartRequest(request, submit)).unwrap();
    let neighbour = li.register();
    li.on_ticket(neighbour, triage()).unwrap();
    let take_on = ticket::Command::TakeOn { visit: Id::new(Uuid::now_v7()) };
    li.on_ticket(neighbour, take_on).unwrap();
    let sheet = li.sign(id);

    // Meanwhile the desk works on the same ticket.
    let note = ticket::Command::Note { text: "客户要求开发票".into(), visible: false };
    desk.on_ticket(id, note).unwrap();
    let visit = desk.ticket(id).visits[0].id;
    let from = now().plus_minutes(120);
    let appointment =
        Appointment { from, to: from.plus_minutes(60), agreed_with: "陈国华".into() };
    let appoint = visit::Command::Appoint { appointment, seen: None };
    desk.act(Command::Visit(id, visit, appoint)).unwrap();
    desk.sync().await;

    li.sync().await;
    desk.sync().await;
    for device in [&li, &desk] {
        let ticket = device.ticket(id);
        assert_eq!(ticket.stage.word(), "completed");
        assert!(ticket.log.iter().any(|entry| entry.text == "客户要求开发票"));
        assert_eq!(ticket.log.iter().filter(|entry| entry.act == Act::Signed).count(), 1);
        let sheet = device.find(sheet).expect("the sheet arrived");
        assert_eq!(domain::sheet::digest(&sheet.content), sheet.digest);
        assert!(device.find(request).unwrap().number.unwrap().starts_with("PR"));
        assert!(device.ticket(neighbour).number.is_some());
    }
    assert_eq!(li.replica.waiting().attention, 0);
    assert_eq!(li.ticket(id), desk.ticket(id), "both sides agree");
}

#[tokio::test]
async fn a_signature_survives_the_cancellation_and_both_are_told() {
    let world = World::new().await;
    let (mut desk, mut li, id, sheet) = world.signed().await;
    desk.on_ticket(id, ticket::Command::Cancel { reason: "客户来电退订".into() }).unwrap();
    desk.sync().await;
    li.sync().await;
    desk.sync().await;

    let ticket = desk.ticket(id);
    assert_eq!(ticket.stage.word(), "completed");
    let open: Vec<_> = ticket.flags.iter().filter(|flag| flag.settled.is_none()).collect();
    assert_eq!(open.len(), 1, "{open:?}");
    assert!(matches!(open[0].reason, flag::Reason::CancelVsSigned { .. }));
    assert!(desk.find(sheet).is_some());
    assert!(li.replica.waiting().attention > 0);
    let told = li.last_entry().outcome.unwrap();
    let Outcome::Amended { amendment, .. } = told else { panic!("{told:?}") };
    assert!(matches!(amendment, Amendment::HadBeenCancelled { .. }));

    let settle = ticket::Command::Settle {
        flag: open[0].id,
        decision: flag::Decision::Bill,
        note: String::new(),
    };
    desk.on_ticket(id, settle).unwrap();
    desk.sync().await;
    li.sync().await;
    assert!(!li.ticket(id).has_open_flags());
}

#[tokio::test]
async fn a_job_given_to_somebody_else_leaves_the_first_phone_and_reaches_the_second() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let mut wang = world.device("wang").await;
    let id = desk.dispatch_new("li");
    desk.sync().await;
    li.sync().await;
    desk.on_ticket(id, dispatch("wang", "就近")).unwrap();
    desk.sync().await;
    li.on_visit(id, visit::Command::Accept).unwrap();
    li.sync().await;
    let refused = Outcome::Refused { refusal: Refusal::CalledOff };
    assert_eq!(li.last_entry().outcome, Some(refused));
    assert!(li.find(id).is_none(), "it left the phone");
    wang.sync().await;
    assert_eq!(wang.my_visit(id).stage, Stage::Assigned);
    assert_eq!(wang.ticket(id).active_visit().map(|visit| visit.engineer), Some(id_of("wang")));
}

#[tokio::test]
async fn parts_go_from_the_request_to_the_bag() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let mut keeper = world.device("beijian").await;
    let part = domain::part::Part {
        id: domain::part::Part::id_of("PCB-35"),
        code: "PCB-35".into(),
        name: "主控板".into(),
        model: String::new(),
        unit: "块".into(),
        price: domain::values::Money(28_000),
        returnable: true,
    };
    let save = domain::part::Command::Save { part: part.clone().into() };
    keeper.act(Command::Part(part.id, save)).unwrap();
    let store = domain::stock::Place::Store;
    let count = domain::stock::Command::Count { quantity: 5 };
    keeper.act(Command::Stock(store, part.id, count)).unwrap();
    keeper.sync().await;
    let id = desk.dispatch_new("li");
    desk.sync().await;
    li.sync().await;
    let request = Id::new(Uuid::now_v7());
    let line = part_request::Line {
        part: Some(part.id),
        code: part.code.clone(),
        name: part.name.clone(),
        quantity: 2,
        reason: String::new(),
    };
    let submit = part_request::Command::Submit {
        ticket: id,
        ticket_number: li.ticket(id).spoken_number().into(),
        lines: vec![line],
        needed_by: None,
        urgent: false,
        note: String::new(),
    };
    li.act(Command::PartRequest(request, submit)).unwrap();
    li.sync().await;
    keeper.sync().await;
    assert!(keeper.find(id).is_none(), "the keeper sees requests, not tickets");
    for command in [part_request::Command::Approve, part_request::Command::Issue] {
        keeper.act(Command::PartRequest(request, command)).unwrap();
    }
    keeper.sync().await;
    li.sync().await;
    li.act(Command::PartRequest(request, part_request::Command::Receive)).unwrap();
    li.sync().await;
    keeper.sync().await;
    let bag = domain::stock::Place::Person(id_of("li"));
    let in_bag = keeper.find(domain::stock::Stock::id_of(bag, part.id)).unwrap();
    let in_store = keeper.find(domain::stock::Stock::id_of(store, part.id)).unwrap();
    assert_eq!((in_bag.quantity, in_store.quantity), (2, 3));
}
