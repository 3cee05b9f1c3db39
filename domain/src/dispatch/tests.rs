//! What the advice says, and that it says the same whatever order things are known in.

use super::*;
use crate::{
    Row, Rows, part_request,
    stock::Stock,
    visit::Stage,
    world::{AGENT, BOARD, COORDINATOR, FIRST, LI, TICKET, WANG, World, register, triage},
};

/// The day of the tests begins here: 2026-05-01 in Beijing.
const MIDNIGHT: Timestamp = Timestamp(1_777_564_800_000);
const EAST_MINUTES: i64 = 480;

fn at(hour: i64, minute: i64) -> Timestamp {
    MIDNIGHT.plus_minutes(hour * 60 + minute)
}

fn now() -> Now {
    Now { at: at(9, 10), east_minutes: EAST_MINUTES }
}

fn engineer(id: Id<User>, skills: &[&str], regions: &[&str]) -> User {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    User { id, skills: words(skills), regions: words(regions), ..User::system() }
}

fn window(from: Timestamp, minutes: i64) -> Appointment {
    Appointment { from, to: from.plus_minutes(minutes), agreed_with: String::new() }
}

/// A ticket that waits to be dispatched: an air conditioner in Haidian.
fn waiting() -> Ticket {
    let mut world = World::new();
    world.ticket_act(AGENT, register()).unwrap();
    world.ticket_act(COORDINATOR, triage()).unwrap();
    let mut ticket = world.ticket();
    ticket.registered_at = at(8, 0);
    ticket
}

/// Another ticket, booked for this engineer.
fn booked(id: u128, engineer: Id<User>, window: Appointment) -> Ticket {
    let mut ticket = World::at(Stage::Accepted).ticket();
    ticket.id = Id::new(uuid::Uuid::from_u128(id));
    let visit = &mut ticket.visits[0];
    visit.engineer = engineer;
    visit.appointment = Some(window);
    ticket
}

fn question(ticket: &Ticket) -> Question<'_> {
    Question { ticket, sort: "空调", midnight: MIDNIGHT, minutes: 120, now: now() }
}

fn order(proposals: &[Proposal]) -> Vec<Id<User>> {
    proposals.iter().map(|proposal| proposal.engineer).collect()
}

#[test]
fn who_is_done_earlier_is_free_earlier() {
    let mut done = booked(7, LI, window(at(9, 0), 180));
    done.visits[0].stage = Stage::Signed;
    done.visits[0].finished_at = Some(at(9, 40));
    let diary = Diary::of([&done]);
    let until: Vec<_> = diary.bookings[&LI].iter().map(|booking| booking.to).collect();
    assert_eq!(until, [at(9, 40)]);
    let still = booked(7, LI, window(at(9, 0), 180));
    assert_eq!(Diary::of([&still]).bookings[&LI][0].to, at(12, 0));
}

#[test]
fn who_knows_the_machine_goes_before_who_only_knows_the_place() {
    let ticket = waiting();
    let li = engineer(LI, &["热水器"], &["海淀"]);
    let wang = engineer(WANG, &["空调"], &["朝阳"]);
    let found = proposals(&question(&ticket), [&li, &wang], &Diary::default(), &Shelf::default());
    assert_eq!(order(&found), [WANG, LI]);
    assert_eq!(found[0].skill, Fit::Word("空调".into()));
    assert_eq!(found[0].region, Fit::Missing);
    assert_eq!(found[1].skill, Fit::Missing);
    assert_eq!(found[1].region, Fit::Word("海淀".into()));
}

#[test]
fn a_person_nothing_is_known_about_stands_between_who_fits_and_who_does_not() {
    let ticket = waiting();
    let people = [
        engineer(LI, &["打印机"], &[]),
        engineer(WANG, &[], &[]),
        engineer(COORDINATOR, &["空调"], &[]),
    ];
    let found = proposals(&question(&ticket), &people, &Diary::default(), &Shelf::default());
    assert_eq!(order(&found), [COORDINATOR, WANG, LI]);
    assert_eq!(found[1].skill, Fit::Unknown);
}

#[test]
fn among_equals_the_one_with_less_to_do_goes_first_in_whatever_order_they_are_known() {
    let ticket = waiting();
    let diary =
        Diary::of(&[booked(1, LI, window(at(10, 0), 180)), booked(2, WANG, window(at(10, 0), 60))]);
    let (li, wang) = (engineer(LI, &["空调"], &[]), engineer(WANG, &["空调"], &[]));
    let shelf = Shelf::default();
    let one = proposals(&question(&ticket), [&li, &wang], &diary, &shelf);
    let other = proposals(&question(&ticket), [&wang, &li], &diary, &shelf);
    assert_eq!(one, other);
    assert_eq!(order(&one), [WANG, LI]);
    assert_eq!((one[0].load_minutes, one[1].load_minutes), (60, 180));
}

#[test]
fn a_part_that_cured_the_model_before_speaks_for_who_has_it_in_the_bag() {
    let mut world = World::at(Stage::Repairing);
    world.visit_act(LI, FIRST, crate::world::use_board(7)).unwrap();
    world.visit_act(LI, FIRST, crate::world::finish()).unwrap();
    let mut cured = world.ticket();
    cured.id = Id::new(uuid::Uuid::from_u128(9));
    let ticket = waiting();
    let stock = Stock { quantity: 2, ..Stock::empty(Place::Person(WANG), BOARD, at(8, 0)) };
    let empty = Stock { quantity: 0, ..Stock::empty(Place::Person(LI), BOARD, at(8, 0)) };
    let shelf = Shelf::of(TICKET, [&stock, &empty], []);
    let (li, wang) = (engineer(LI, &[], &[]), engineer(WANG, &[], &[]));
    let found = proposals(&question(&ticket), [&li, &wang], &Diary::of([&cured]), &shelf);
    assert_eq!(order(&found), [WANG, LI]);
    let need = Need::Cured { times: 1 };
    assert_eq!(found[0].bag, [InBag { part: BOARD, quantity: 2, need }]);
    assert_eq!(found[1].bag, []);
}

#[test]
fn who_has_the_job_comes_last_and_is_said_to_have_it() {
    let ticket = World::at(Stage::Accepted).ticket();
    let (li, wang) = (engineer(LI, &["空调"], &["海淀"]), engineer(WANG, &["打印机"], &[]));
    let found = proposals(&question(&ticket), [&li, &wang], &Diary::default(), &Shelf::default());
    assert_eq!(order(&found), [WANG, LI]);
    assert!(found[1].has_it && !found[0].has_it);
}

#[test]
fn the_free_slot_lies_in_working_hours_after_now_and_between_what_is_promised() {
    let diary =
        Diary::of(&[booked(1, LI, window(at(10, 0), 120)), booked(2, LI, window(at(13, 0), 180))]);
    let free = |minutes| diary.free(LI, TICKET, MIDNIGHT, minutes, now());
    assert_eq!(free(30), Some(at(9, 30)), "half an hour before ten");
    assert_eq!(free(60), Some(at(12, 0)), "an hour at noon");
    assert_eq!(free(120), Some(at(16, 0)), "two hours at four");
    assert_eq!(free(240), Some(at(24 + 8, 0)), "four hours only tomorrow");
    assert_eq!(free(24 * 60), None, "a whole day never");
}

#[test]
fn a_day_that_would_be_too_long_is_not_free_whatever_gaps_it_has() {
    // Seven and a half hours are promised, with a gap of two hours at two.
    let diary =
        Diary::of(&[booked(1, LI, window(at(10, 0), 240)), booked(2, LI, window(at(16, 0), 210))]);
    let free = |minutes| diary.free(LI, TICKET, MIDNIGHT, minutes, now());
    assert_eq!(diary.load_minutes(LI, MIDNIGHT), 450);
    assert_eq!(free(30), Some(at(9, 30)));
    assert_eq!(free(60), Some(at(24 + 8, 0)), "an hour more would be too much today");
}

#[test]
fn a_visit_that_was_called_off_takes_no_time() {
    let mut off = booked(1, LI, window(at(10, 0), 120));
    off.visits[0].called_off = Some(crate::visit::CalledOff {
        how: crate::visit::How::Declined,
        by: LI,
        at: at(9, 0),
        reason: String::new(),
    });
    let diary = Diary::of([&off]);
    assert_eq!(diary.bookings(LI), []);
    assert_eq!((diary.load_minutes(LI, MIDNIGHT), diary.open(LI)), (0, 0));
}

#[test]
fn every_warning_is_said_and_none_where_the_plan_is_good() {
    let ticket = waiting();
    let question = question(&ticket);
    let due = ticket.promised(question.now.at).unwrap().1;
    let other = booked(1, LI, window(at(10, 0), 7 * 60));
    let diary = Diary::of([&other]);
    let knows = engineer(LI, &["空调"], &[]);
    let other_trade = engineer(WANG, &["打印机"], &[]);
    let none = Shelf::default();
    let warned = |engineer: &User, window: Appointment| {
        warnings(&question, engineer, Some(&window), &diary, &none)
    };
    assert_eq!(warned(&knows, window(at(17, 0), 60)), []);
    assert_eq!(warned(&other_trade, window(at(10, 0), 60)), [Warning::SkillMissing]);
    let booking = Booking { from: at(10, 0), to: at(17, 0), ticket: other.id };
    assert_eq!(warned(&knows, window(at(16, 30), 60)), [Warning::Overlap(booking)]);
    assert_eq!(
        warned(&knows, window(at(17, 0), 120)),
        [Warning::OutsideHours, Warning::Overload { minutes: 540 }]
    );
    assert_eq!(
        warned(&engineer(WANG, &[], &[]), window(at(8, 0), 60)),
        [Warning::Past],
        "nine o'clock is gone"
    );
    let late = window(due.plus_minutes(60), 60);
    assert_eq!(warned(&engineer(WANG, &[], &[]), late), [Warning::Late { due }]);
}

#[test]
fn a_part_that_was_asked_for_is_ready_once_it_is_in_the_bag() {
    let ticket = waiting();
    let line = part_request::Line {
        part: Some(BOARD),
        code: String::new(),
        name: "主控板".into(),
        quantity: 1,
        reason: String::new(),
    };
    let mut world = World::new();
    world.ticket_act(AGENT, register()).unwrap();
    let submit = part_request::Command::Submit {
        ticket: TICKET,
        ticket_number: String::new(),
        lines: vec![line],
        needed_by: None,
        urgent: false,
        note: String::new(),
    };
    let request = crate::Command::PartRequest(Id::new(uuid::Uuid::from_u128(77)), submit);
    world.act(COORDINATOR, request).unwrap();
    let requests = |rows: &Rows| -> Vec<PartRequest> {
        rows.values()
            .filter_map(|row| match &**row {
                Row::PartRequest(request) => Some(request.clone()),
                _ => None,
            })
            .collect()
    };
    let requests = requests(&world.rows);
    let li = engineer(LI, &[], &[]);
    let question = question(&ticket);
    let warned = |shelf: &Shelf| warnings(&question, &li, None, &Diary::default(), shelf);
    assert_eq!(warned(&Shelf::of(TICKET, [], &requests)), [Warning::PartNotReady]);
    let stock = Stock { quantity: 1, ..Stock::empty(Place::Person(LI), BOARD, at(8, 0)) };
    let shelf = Shelf::of(TICKET, [&stock], &requests);
    assert_eq!(warned(&shelf), []);
    let found = proposals(&question, [&li], &Diary::default(), &shelf);
    assert_eq!(found[0].bag[0].need, Need::Asked);
}

#[test]
fn what_speaks_against_a_plan_is_passed_over_only_with_a_reason() {
    assert_eq!(overridden(&[], ""), Ok(()));
    assert_eq!(overridden(&[Warning::Past], "  "), Err(Refusal::ReasonMissing));
    assert_eq!(overridden(&[Warning::Past], "客户要求补录"), Ok(()));
}

#[test]
fn a_ticket_is_unplanned_until_it_has_both_a_person_and_a_time() {
    assert!(is_unplanned(&waiting()));
    let mut ticket = World::at(Stage::Accepted).ticket();
    assert!(is_unplanned(&ticket), "somebody has it, but nobody said when");
    ticket.visits[0].appointment = Some(window(at(10, 0), 60));
    assert!(!is_unplanned(&ticket));
    assert!(
        !is_unplanned(&World::at(Stage::Arrived).ticket()),
        "who is there needs no appointment"
    );
    assert!(!is_unplanned(&World::at(Stage::Signed).ticket()));
}

#[test]
fn a_day_begins_at_the_midnight_of_the_desk() {
    assert_eq!(now().midnight(at(0, 0)), MIDNIGHT);
    assert_eq!(now().midnight(at(23, 59)), MIDNIGHT);
    assert_eq!(now().midnight(Timestamp(MIDNIGHT.0 - 1)), at(-24, 0));
}
