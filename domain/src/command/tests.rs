//! Promises that join nouns: conflicts between field and office, stock, evidence that is never refused.

use super::*;
use crate::scope;
use crate::world::{
    AGENT, BOARD, COORDINATOR, FIRST, KEEPER, LI, SECOND, SHEET, SUPERVISOR, TICKET, WANG, World,
    appointment, dispatch, finish, inspect, intake, leave_unfinished, register, signature, talk,
    triage, use_board,
};

fn cancel() -> ticket::Command {
    ticket::Command::Cancel { reason: "客户退订".into() }
}

/// Everything an engineer can tell about a visit.
fn evidence(world: &World) -> Vec<visit::Command> {
    let content = match World::at(Stage::Finished).lock() {
        visit::Command::LockSheet { content } => content,
        _ => unreachable!("lock locks"),
    };
    let sign = visit::Command::Sign {
        sheet: Id::new(Uuid::from_u128(401)),
        digest: sheet::digest(&content),
        content: content.clone(),
        signature: signature(Some(true), world.now()).into(),
        ratings: None,
    };
    vec![
        visit::Command::LogCall { summary: "约在下午".into() },
        visit::Command::Prepare { note: String::new() },
        visit::Command::Depart,
        visit::Command::Arrive { consent: true },
        visit::Command::Consent,
        inspect(),
        talk(),
        visit::Command::StartRepair,
        visit::Command::Progress { text: "拆机".into() },
        use_board(990),
        visit::Command::RemovePart { part_use: Uuid::from_u128(990) },
        visit::Command::Charge { charges: visit::Charges::default() },
        finish(),
        leave_unfinished(),
        visit::Command::LockSheet { content },
        visit::Command::UnlockSheet,
        sign,
        visit::Command::HandIn,
    ]
}

#[test]
fn evidence_is_never_refused_for_the_state_it_meets() {
    let stages = [
        Stage::Assigned,
        Stage::Accepted,
        Stage::Arrived,
        Stage::Repairing,
        Stage::Finished,
        Stage::Unfinished,
        Stage::HandedIn,
        Stage::Verified,
    ];
    let disturbances: [fn(&mut World); 5] = [
        |_| {},
        |world| drop(world.ticket_act(COORDINATOR, cancel())),
        |world| drop(world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, "改派"))),
        |world| {
            drop(world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, "改派")));
            drop(world.visit_act(WANG, SECOND, visit::Command::Accept));
            drop(world.visit_act(WANG, SECOND, visit::Command::Arrive { consent: true }));
        },
        |world| {
            let note = "等待".into();
            let hold = ticket::Command::Hold { reason: HoldReason::WaitingParts, note };
            drop(world.ticket_act(COORDINATOR, hold));
        },
    ];
    for stage in stages {
        for (number, disturb) in disturbances.iter().enumerate() {
            let mut world = World::at(stage);
            disturb(&mut world);
            for command in evidence(&world) {
                assert!(command.is_evidence(), "{command:?}");
                let mut world = world.clone();
                let lines = world.ticket().log.len();
                let before = world.visit(FIRST).stage;
                let got = world.visit_act(LI, FIRST, command.clone());
                assert!(got.is_ok(), "{command:?} at {stage:?} after {number}: {got:?}");
                assert!(world.ticket().log.len() > lines, "{command:?} is written down");
                let finished = matches!(before, Stage::Finished | Stage::Unfinished);
                assert!(world.visit(FIRST).stage >= before || finished, "never backwards");
            }
        }
    }
}

#[test]
fn a_signature_outlives_a_cancellation_and_the_office_decides_about_billing() {
    let mut world = World::at(Stage::Finished);
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    let sign = world.sign(Some(true));
    world.ticket_act(COORDINATOR, cancel()).unwrap();
    let cancelled_at = world.now();

    let amendment = world.visit_act(LI, FIRST, sign).unwrap();

    assert_eq!(amendment, Some(Amendment::HadBeenCancelled { by: COORDINATOR, at: cancelled_at }));
    let ticket = world.ticket();
    assert_eq!(ticket.stage.word(), "completed");
    let reasons: Vec<&Reason> = ticket.flags.iter().map(|flag| &flag.reason).collect();
    assert_eq!(
        reasons,
        [&Reason::CancelVsSigned { visit: FIRST, cancelled_by: COORDINATOR, cancelled_at }]
    );
    assert!(ticket.log.iter().any(|entry| entry.act == Act::Cancelled), "history keeps both");
    assert_eq!(ticket.active_visit().map(|visit| visit.engineer), Some(LI));
    assert_eq!(world.visit_act(LI, FIRST, visit::Command::HandIn), Ok(None));
    let sheet = world.rows.find(SHEET).expect("the sheet is kept");
    assert_eq!(sheet.digest, sheet::digest(&sheet.content));
    let flag = ticket.flags[0].id;
    let settle =
        ticket::Command::Settle { flag, decision: Decision::Goodwill, note: String::new() };
    world.ticket_act(COORDINATOR, settle).unwrap();
    assert!(!world.ticket().has_open_flags());
}

#[test]
fn a_customer_at_the_door_may_sign_although_the_phone_knows_of_the_cancellation() {
    let mut world = World::at(Stage::Repairing);
    world.ticket_act(COORDINATOR, cancel()).unwrap();
    let may = |world: &World, command: visit::Command| {
        check(&world.rows, LI, world.now(), &Command::Visit(TICKET, FIRST, command))
    };
    assert_eq!(may(&world, finish()), Ok(()));
    world.visit_act(LI, FIRST, finish()).unwrap();
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    let sign = world.sign(Some(true));
    assert_eq!(may(&world, sign.clone()), Ok(()));
    let amendment = world.visit_act(LI, FIRST, sign).unwrap();
    assert!(matches!(amendment, Some(Amendment::HadBeenCancelled { .. })));
    let flags = world.ticket().flags;
    assert!(matches!(flags[..], [Flag { reason: Reason::CancelVsSigned { .. }, .. }]));
    let mut world = World::at(Stage::EnRoute);
    world.ticket_act(COORDINATOR, cancel()).unwrap();
    let arrive = visit::Command::Arrive { consent: true };
    assert_eq!(may(&world, arrive), Err(Refusal::CalledOff), "nobody is sent in vain");
}

#[test]
fn the_same_work_ends_alike_whichever_of_cancellation_and_signature_arrives_first() {
    let mut world = World::at(Stage::Signed);
    assert_eq!(world.ticket_act(COORDINATOR, cancel()), Err(Refusal::AlreadySigned));
    assert_eq!(world.ticket().stage.word(), "completed");
}

#[test]
fn a_cancelled_trip_is_kept_and_the_ticket_stays_cancelled() {
    let mut world = World::at(Stage::Accepted);
    world.ticket_act(COORDINATOR, cancel()).unwrap();
    let amendment = world.visit_act(LI, FIRST, visit::Command::Depart).unwrap();
    assert!(matches!(amendment, Some(Amendment::HadBeenCancelled { .. })));
    assert_eq!(world.ticket().stage.word(), "cancelled");
    assert_eq!(world.visit(FIRST).stage, Stage::EnRoute);
    assert_eq!(world.ticket().flags.len(), 1);
}

#[test]
fn whoever_is_at_the_machine_keeps_the_job() {
    let mut world = World::at(Stage::Arrived);
    world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, "就近")).unwrap();
    let amendment = world.visit_act(LI, FIRST, inspect()).unwrap();
    assert_eq!(amendment, Some(Amendment::StaysYours));
    assert_eq!(world.ticket().active_visit().map(|visit| visit.engineer), Some(LI));
    assert!(world.visit(SECOND).called_off.is_some());
    assert_eq!(world.ticket().stage.word(), "in_progress");
}

#[test]
fn the_second_engineer_keeps_the_job_once_arrived_and_the_first_ones_work_is_kept() {
    let mut world = World::at(Stage::Arrived);
    world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, "就近")).unwrap();
    world.visit_act(WANG, SECOND, visit::Command::Accept).unwrap();
    world.visit_act(WANG, SECOND, visit::Command::Arrive { consent: true }).unwrap();
    let amendment = world.visit_act(LI, FIRST, inspect()).unwrap();
    assert!(matches!(amendment, Some(Amendment::HadBeenGivenAway { .. })));
    assert_eq!(world.ticket().active_visit().map(|visit| visit.engineer), Some(WANG));
    assert!(world.visit(FIRST).inspection.is_some(), "nothing is lost");
}

#[test]
fn accepting_a_job_that_was_given_away_is_refused() {
    let mut world = World::at(Stage::Assigned);
    world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, "就近")).unwrap();
    let refused = world.visit_act(LI, FIRST, visit::Command::Accept);
    assert_eq!(refused, Err(Refusal::CalledOff));
}

#[test]
fn a_question_between_two_changes_knows_what_both_began_with() {
    use crate::flag::{Reason, Value};
    let mut world = World::at(Stage::Accepted);
    let before = world.ticket().contact;
    let edit = |name: &str| {
        let contact = Box::new(ticket::Contact { name: name.into(), ..before.clone() });
        ticket::Command::EditContact { contact, seen: Box::new(before.clone()) }
    };
    assert_eq!(world.ticket_act(COORDINATOR, edit("宋敏")), Ok(None));
    assert_eq!(world.ticket_act(LI, edit("宋民")), Ok(Some(Amendment::KeptAsProposal)));
    let ticket = world.ticket();
    let Reason::FieldConflict { kept, proposed, base } = &ticket.flags[0].reason else {
        panic!("the question is about two values")
    };
    let name = |value: &Value| match value {
        Value::Contact(contact) => contact.name.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((name(kept), name(proposed)), ("宋敏".to_owned(), "宋民".to_owned()));
    assert_eq!(base.as_deref().map(name), Some(before.name));
}

#[test]
fn taking_a_proposal_takes_what_its_author_changed_and_leaves_what_others_did() {
    let mut world = World::at(Stage::Accepted);
    let before = world.ticket().contact;
    let edit = |contact: ticket::Contact| ticket::Command::EditContact {
        contact: Box::new(contact),
        seen: Box::new(before.clone()),
    };
    let (phone, address) = ("13900002222".to_owned(), "海淀区学院路 7 号".to_owned());
    world
        .ticket_act(COORDINATOR, edit(ticket::Contact { phone: phone.clone(), ..before.clone() }))
        .unwrap();
    let moved = ticket::Contact { address: address.clone(), ..before.clone() };
    world.ticket_act(LI, edit(moved)).unwrap();
    // What is said between the question and its answer stands too.
    let seen = world.ticket().contact;
    let named = ticket::Contact { access_note: "东门进".into(), ..seen.clone() };
    let (contact, seen) = (Box::new(named), Box::new(seen));
    world.ticket_act(COORDINATOR, ticket::Command::EditContact { contact, seen }).unwrap();

    let flag = world.ticket().flags[0].id;
    let take =
        ticket::Command::Settle { flag, decision: Decision::TakeProposal, note: String::new() };
    world.ticket_act(COORDINATOR, take).unwrap();
    let access_note = "东门进".to_owned();
    assert_eq!(world.ticket().contact, ticket::Contact { phone, address, access_note, ..before });
    // The history says what became of it, each time.
    let log = world.ticket().log;
    let edits = log.iter().filter(|line| line.act == ticket::Act::ContactEdited);
    let told: Vec<&str> = edits.map(|line| line.text.as_str()).collect();
    assert_eq!(told, ["{phone} 139****2222", "{access_note}"]);
}

#[test]
fn a_ticket_points_to_no_machine_that_has_no_file() {
    let mut world = World::new();
    let (ticket, machine) = (Id::new(Uuid::from_u128(701)), Id::new(Uuid::from_u128(702)));
    let mut intake = intake();
    intake.request = ticket::Request::Policy;
    intake.machine = ticket::Nameplate { machine: Some(machine), ..Default::default() };
    let register = ticket::Command::Register { intake: intake.into() };
    world.act(AGENT, Command::Ticket(ticket, register)).unwrap();
    let known: Ticket = world.rows.find(ticket).unwrap();
    assert_eq!((known.machine.machine, world.rows.find(machine)), (None, None));
}

#[test]
fn the_history_tells_what_changed_and_nothing_that_did_not() {
    use crate::{customer::Salutation, machine::Warranty};
    let was = World::at(Stage::Accepted).ticket().contact;
    let (company, address) = (String::new(), "海淀区学院路 7 号".to_owned());
    let now = ticket::Contact { company, address, ..was.clone() };
    let was = ticket::Contact { company: "华兴".into(), ..was };
    assert_eq!(now.told_since(&was), "{company} — · {address}");
    let lady = if was.salutation == Salutation::Ms { Salutation::Mr } else { Salutation::Ms };
    let addressed = ticket::Contact { salutation: lady, ..was.clone() };
    assert_eq!(addressed.told_since(&was), "{salutation}");

    let plate =
        ticket::Nameplate { model: "KQ-200".into(), serial: "A1".into(), ..Default::default() };
    let covered = ticket::Nameplate { warranty: Warranty::In, ..plate.clone() };
    assert_eq!(covered.told_since(&plate), "{warranty}");
    let other = ticket::Nameplate { serial: "A2".into(), ..plate.clone() };
    assert_eq!(other.told_since(&plate), "{serial} A2");
}

#[test]
fn a_question_raised_before_the_beginning_was_noted_is_still_read() {
    let old = r#"{"field_conflict":{"kept":{"contact":{"name":"甲","phone":"1"}},
        "proposed":{"contact":{"name":"乙","phone":"1"}}}}"#;
    let reason: crate::flag::Reason = serde_json::from_str(old).unwrap();
    assert!(matches!(&reason, crate::flag::Reason::FieldConflict { base: None, .. }));
    assert!(!serde_json::to_string(&reason).unwrap().contains("base"));
}

#[test]
fn of_two_appointments_the_first_stays_and_the_second_is_a_proposal() {
    let mut world = World::at(Stage::Accepted);
    let appoint = |hour| visit::Command::Appoint { appointment: appointment(hour), seen: None };
    assert_eq!(world.visit_act(COORDINATOR, FIRST, appoint(9)), Ok(None));
    let amendment = world.visit_act(LI, FIRST, appoint(14)).unwrap();
    assert_eq!(amendment, Some(Amendment::KeptAsProposal));
    assert_eq!(world.visit(FIRST).appointment, Some(appointment(9)));

    let flag = world.ticket().flags[0].id;
    let take =
        ticket::Command::Settle { flag, decision: Decision::TakeProposal, note: String::new() };
    world.ticket_act(COORDINATOR, take).unwrap();
    assert_eq!(world.visit(FIRST).appointment, Some(appointment(14)));

    let seen = Some(appointment(14));
    let later = visit::Command::Appoint { appointment: appointment(16), seen };
    assert_eq!(world.visit_act(LI, FIRST, later), Ok(None));
}

#[test]
fn the_office_does_not_move_an_appointment_under_the_engineers_hands() {
    let mut world = World::at(Stage::Arrived);
    let appoint = visit::Command::Appoint { appointment: appointment(9), seen: None };
    let amendment = world.visit_act(COORDINATOR, FIRST, appoint).unwrap();
    assert_eq!(amendment, Some(Amendment::Moot));
    assert_eq!(world.visit(FIRST).appointment, None);
}

#[test]
fn a_part_used_beyond_the_books_is_booked_and_asks_for_a_count() {
    let mut world = World::at(Stage::Repairing);
    world.visit_act(LI, FIRST, use_board(990)).unwrap();
    assert_eq!(world.stock(Place::Person(LI)), -1);
    let short = Reason::StockShort { part: BOARD, name: "主控板".into() };
    assert_eq!(world.ticket().flags[0].reason, short);
    // The same use told again by a second tab books nothing twice.
    world.visit_act(LI, FIRST, use_board(990)).unwrap();
    assert_eq!(world.stock(Place::Person(LI)), -1);
    let back = visit::Command::RemovePart { part_use: Uuid::from_u128(990) };
    world.visit_act(LI, FIRST, back).unwrap();
    assert_eq!(world.stock(Place::Person(LI)), 0);
}

#[test]
fn parts_travel_from_the_store_to_the_bag_once() {
    let mut world = World::at(Stage::Accepted);
    let id = Id::new(Uuid::from_u128(700));
    let mut act =
        |by, command| world.act(by, Command::PartRequest(id, command)).map(|_| world.clone());
    let count = stock::Command::Count { quantity: 5 };
    let line = part_request::Line {
        part: Some(BOARD),
        code: "PCB-35".into(),
        name: "主控板".into(),
        quantity: 2,
        reason: String::new(),
    };
    let submit = part_request::Command::Submit {
        ticket: TICKET,
        ticket_number: "20260501001".into(),
        lines: vec![line],
        needed_by: None,
        urgent: true,
        note: String::new(),
    };
    act(LI, submit).unwrap();
    assert_eq!(act(LI, part_request::Command::Approve).err(), Some(Refusal::NotYourRole));
    act(KEEPER, part_request::Command::Approve).unwrap();
    assert_eq!(act(WANG, part_request::Command::Receive).err(), Some(Refusal::NotYours));
    act(KEEPER, part_request::Command::Issue).unwrap();
    act(LI, part_request::Command::Receive).unwrap();
    act(LI, part_request::Command::Receive).unwrap();
    let world_now = act(KEEPER, part_request::Command::Issue).unwrap();
    assert_eq!(world_now.stock(Place::Store), -2);
    assert_eq!(world_now.stock(Place::Person(LI)), 2);
    let mut world = world_now;
    let refused = world.act(LI, Command::Stock(Place::Store, BOARD, count.clone()));
    assert_eq!(refused.err(), Some(Refusal::NotYourRole));
    world.act(KEEPER, Command::Stock(Place::Store, BOARD, count)).unwrap();
    assert_eq!(world.stock(Place::Store), 5);
}

#[test]
fn sheets_and_part_requests_leave_the_phones_after_their_ticket() {
    let mut world = World::at(Stage::Accepted);
    let id = Id::new(Uuid::from_u128(701));
    let ask = |command| Command::PartRequest(id, command);
    let line = part_request::Line {
        part: None,
        code: String::new(),
        name: "遥控器".into(),
        quantity: 1,
        reason: String::new(),
    };
    let submit = part_request::Command::Submit {
        ticket: TICKET,
        ticket_number: "20260501001".into(),
        lines: vec![line],
        needed_by: None,
        urgent: false,
        note: String::new(),
    };
    world.act(LI, ask(submit)).unwrap();
    let still_open = Some(Refusal::StillOpen);
    assert_eq!(world.act(SYSTEM, ask(part_request::Command::AgeOut)).err(), still_open);
    let withdraw = part_request::Command::Cancel { reason: "车里有".into() };
    world.act(LI, ask(withdraw)).unwrap();

    let mut done = World::at(Stage::Finished);
    done.visit_act(LI, FIRST, done.lock()).unwrap();
    done.visit_act(LI, FIRST, done.sign(Some(true))).unwrap();
    world.rows.extend(done.rows);
    world.minute = done.minute;
    let holds = |world: &World, row: Row| {
        scope::scopes(&row).contains(&scope::Scope::Person(LI))
            && world.rows.contains_key(&row.key())
    };
    let sheet = |world: &World| Row::from(world.rows.find(SHEET).unwrap());
    let request = |world: &World| Row::from(world.rows.find(id).unwrap());

    world.minute += ticket::AGE_OUT_MINUTES;
    // The request's time has come, but somebody is still busy with the ticket.
    assert_eq!(world.act(SYSTEM, ask(part_request::Command::AgeOut)).err(), still_open);
    world.visit_act(LI, FIRST, visit::Command::HandIn).unwrap();
    world.ticket_act(SUPERVISOR, ticket::Command::Close).unwrap();
    let due = world.ticket().ages_at();
    assert_eq!(due, Some(world.now().plus_minutes(ticket::AGE_OUT_MINUTES)));
    assert!(holds(&world, sheet(&world)));

    world.minute += ticket::AGE_OUT_MINUTES;
    let signed = world.rows.find(SHEET).unwrap();
    world.ticket_act(SYSTEM, ticket::Command::AgeOut).unwrap();
    world.act(SYSTEM, ask(part_request::Command::AgeOut)).unwrap();
    for row in [sheet(&world), request(&world), world.ticket().into()] {
        assert!(!holds(&world, row.clone()), "{row:?}");
        assert_eq!(scope::ages_at(&row), None);
        assert!(scope::scopes(&row).contains(&scope::Scope::Desk));
    }
    let kept = world.rows.find(SHEET).unwrap();
    assert_eq!(
        (kept.content, kept.digest),
        (signed.content, signed.digest),
        "what was signed stays"
    );
}

#[test]
fn a_customer_who_is_not_content_gets_the_work_back_on_the_list() {
    let mut world = World::at(Stage::Finished);
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    world.visit_act(LI, FIRST, world.sign(Some(false))).unwrap();
    assert_eq!(world.ticket().stage.word(), "in_progress");
    assert!(matches!(world.ticket().flags[0].reason, Reason::Objection { .. }));
    world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, "")).unwrap();
    assert_eq!(world.visit(SECOND).sequence, 2);
}

#[test]
fn an_unfinished_repair_waits_for_its_second_visit() {
    let mut world = World::at(Stage::Unfinished);
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    world.visit_act(LI, FIRST, world.sign(None)).unwrap();
    assert_eq!(world.ticket().stage.word(), "on_hold");
    world.ticket_act(COORDINATOR, dispatch(SECOND, LI, "")).unwrap();
    assert_eq!(world.ticket().stage.word(), "dispatched");
}

#[test]
fn a_sheet_that_is_not_what_its_digest_says_is_kept_and_questioned() {
    let mut world = World::at(Stage::Finished);
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    let visit::Command::Sign { sheet, mut content, digest, signature, .. } = world.sign(Some(true))
    else {
        unreachable!("sign signs")
    };
    content.total = crate::values::Money(999);
    let forged = visit::Command::Sign { sheet, content, digest, signature, ratings: None };
    world.visit_act(LI, FIRST, forged).unwrap();
    assert_eq!(world.ticket().flags[0].reason, Reason::SheetDiffers { visit: FIRST });
    assert!(world.rows.find(SHEET).is_some());
}

#[test]
fn the_same_signature_twice_makes_one_sheet() {
    let mut world = World::at(Stage::Finished);
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    let sign = world.sign(Some(true));
    world.visit_act(LI, FIRST, sign.clone()).unwrap();
    let before = world.rows.clone();
    let applied = world.act(LI, Command::Visit(TICKET, FIRST, sign)).unwrap();
    assert_eq!(applied, Applied::default());
    assert_eq!(world.rows, before);
}

#[test]
fn a_ticket_found_at_the_neighbours_is_triaged_and_taken_on_by_its_engineer() {
    let mut world = World::new();
    world.ticket_act(LI, register()).unwrap();
    let take_on = ticket::Command::TakeOn { visit: FIRST };
    assert_eq!(world.ticket_act(LI, take_on.clone()), Err(Refusal::NotTriaged));
    world.ticket_act(LI, triage()).unwrap();
    assert_eq!(world.ticket_act(WANG, take_on.clone()), Err(Refusal::NotYourRole));
    world.ticket_act(LI, take_on).unwrap();
    assert_eq!(world.visit(FIRST).stage, Stage::Accepted);
    assert_eq!(world.ticket().stage.word(), "in_progress");
}

#[test]
fn numbers_are_asked_for_what_has_none() {
    let mut world = World::new();
    let envelope = world.envelope(AGENT, Command::Ticket(TICKET, register()));
    let applied = apply(&world.rows, &envelope).unwrap();
    let reactions = react(&applied);
    let customer = intake().contact.customer.unwrap();
    assert_eq!(reactions, [Reaction::NumberCustomer(customer), Reaction::NumberTicket(TICKET)]);
    world.ticket_act(AGENT, register()).unwrap();
    let number = Command::Ticket(TICKET, ticket::Command::Number { number: "1".into() });
    world.act(SYSTEM, number).unwrap();
    let envelope = world.envelope(COORDINATOR, Command::Ticket(TICKET, triage()));
    let applied = apply(&world.rows, &envelope).unwrap();
    assert_eq!(react(&applied), []);
}

#[test]
fn saving_what_is_already_so_changes_nothing() {
    let mut world = World::new();
    let part = world.rows.find(BOARD).unwrap();
    let save = |part: Part| Command::Part(BOARD, part::Command::Save { part: part.into() });
    let applied = world.act(KEEPER, save(part.clone())).unwrap();
    assert_eq!(applied.rows, []);
    let renamed = Part { name: "控制板".into(), ..part };
    assert_eq!(world.act(KEEPER, save(renamed)).unwrap().rows.len(), 1);
}

#[test]
fn somebody_who_left_does_nothing_any_more() {
    let mut world = World::at(Stage::Accepted);
    let li = world.rows.find(LI).unwrap();
    let user = User { active: false, ..li };
    let save = Command::User(LI, user::Command::Save { user: user.into() });
    assert_eq!(world.act(SUPERVISOR, save.clone()).err(), Some(Refusal::NotYourRole));
    world.act(crate::world::ADMINISTRATOR, save).unwrap();
    assert_eq!(world.visit_act(LI, FIRST, visit::Command::Depart), Err(Refusal::NotActive));
}

#[test]
fn a_command_reads_back_as_it_was_written() {
    let world = World::at(Stage::Finished);
    let mut commands: Vec<Command> = evidence(&world)
        .into_iter()
        .map(|command| Command::Visit(TICKET, FIRST, command))
        .collect();
    commands.push(Command::Ticket(TICKET, register()));
    commands.push(Command::Stock(Place::Person(LI), BOARD, stock::Command::Count { quantity: 1 }));
    for command in commands {
        let json = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), command, "{json}");
    }
}
