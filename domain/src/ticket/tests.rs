//! Every stage of a ticket against every command: T-01 to T-19, and who may.

use uuid::Uuid;

use super::{AGE_OUT_MINUTES, Command, Confirmation, HoldReason, Stage, Ticket};
use crate::{
    Refusal, Timestamp,
    flag::Decision,
    scope::{self, Scope},
    user::SYSTEM,
    visit,
    world::{
        ADMINISTRATOR, AGENT, COORDINATOR, FIRST, KEEPER, LI, SECOND, SUPERVISOR, TICKET, WANG,
        World, appointment, dispatch, finish, inspect, register, triage,
    },
};

/// A world whose ticket stands at this stage, reached by hand where the way there is long.
fn at(stage: Stage) -> World {
    let mut world = World::at(visit::Stage::Accepted);
    let ticket = Ticket { stage, ..world.ticket() };
    let row = crate::Row::from(ticket);
    world.rows.insert(row.key(), row.into());
    world
}

fn stages() -> [Stage; 11] {
    let since = Timestamp(0);
    let closed = Timestamp(1_777_600_000_000);
    [
        Stage::Received,
        Stage::Triaged,
        Stage::PendingDispatch { since },
        Stage::Dispatched { since },
        Stage::InProgress { since },
        Stage::OnHold { reason: HoldReason::WaitingParts, since },
        Stage::PendingConfirmation { since },
        Stage::Completed { method: Confirmation::Signature, at: since },
        Stage::PendingFollowUp { since },
        Stage::Closed { at: closed },
        Stage::Cancelled { by: COORDINATOR, at: since, reason: "重复".into() },
    ]
}

#[test]
fn each_command_fits_the_stages_it_is_for() {
    use Refusal::*;
    let ok = Ok(());
    let no = |refusal: Refusal| -> Result<(), Refusal> { Err(refusal) };
    let over = no(AlreadyOver);
    let dispatched = no(AlreadyDispatched);
    let reason = || "客户改期".to_owned();
    let table: Vec<(Command, [Result<(), Refusal>; 11])> = vec![
        (
            triage(),
            [
                ok, ok, ok, dispatched, dispatched, dispatched, dispatched, dispatched, dispatched,
                dispatched, over,
            ],
        ),
        (
            Command::HandOver,
            [
                no(NotTriaged),
                ok,
                dispatched,
                dispatched,
                dispatched,
                dispatched,
                dispatched,
                dispatched,
                dispatched,
                dispatched,
                over,
            ],
        ),
        (
            Command::SolveByPhone { solution: reason() },
            [
                no(NotTriaged),
                ok,
                dispatched,
                dispatched,
                dispatched,
                dispatched,
                dispatched,
                dispatched,
                dispatched,
                dispatched,
                over,
            ],
        ),
        (
            dispatch(SECOND, WANG, "李工请假"),
            [
                no(NotTriaged),
                ok,
                ok,
                ok,
                ok,
                ok,
                no(NotDispatchable),
                no(NotDispatchable),
                no(NotDispatchable),
                no(NotDispatchable),
                over,
            ],
        ),
        (
            Command::Recall { visit: FIRST, reason: reason() },
            [
                no(NotDispatchable),
                no(NotDispatchable),
                no(NotDispatchable),
                ok,
                ok,
                no(NotDispatchable),
                no(NotDispatchable),
                no(NotDispatchable),
                no(NotDispatchable),
                no(NotDispatchable),
                over,
            ],
        ),
        (Command::Note { text: reason(), visible: false }, [ok; 11]),
        (
            Command::Hold { reason: HoldReason::WaitingParts, note: reason() },
            [
                no(NotInProgress),
                no(NotInProgress),
                no(NotInProgress),
                no(NotInProgress),
                ok,
                no(NotInProgress),
                no(NotInProgress),
                no(NotInProgress),
                no(NotInProgress),
                no(NotInProgress),
                over,
            ],
        ),
        (
            Command::Resume,
            [
                no(NotOnHold),
                no(NotOnHold),
                no(NotOnHold),
                no(NotOnHold),
                no(NotOnHold),
                ok,
                no(NotOnHold),
                no(NotOnHold),
                no(NotOnHold),
                no(NotOnHold),
                over,
            ],
        ),
        (
            Command::Confirm { method: Confirmation::Phone, note: String::new() },
            [
                no(NotWaitingForConfirmation),
                no(NotWaitingForConfirmation),
                no(NotWaitingForConfirmation),
                no(NotWaitingForConfirmation),
                no(NotWaitingForConfirmation),
                no(NotWaitingForConfirmation),
                ok,
                no(NotWaitingForConfirmation),
                no(NotWaitingForConfirmation),
                no(NotWaitingForConfirmation),
                over,
            ],
        ),
        (
            Command::Cancel { reason: reason() },
            [ok, ok, ok, ok, ok, ok, over, over, over, over, over],
        ),
        (
            Command::OpenFollowUp,
            [
                no(NotCompleted),
                no(NotCompleted),
                no(NotCompleted),
                no(NotCompleted),
                no(NotCompleted),
                no(NotCompleted),
                no(NotCompleted),
                ok,
                no(NotCompleted),
                no(NotCompleted),
                over,
            ],
        ),
        (
            // Only the server may at all; the next test asks it.
            Command::AgeOut,
            [no(NotYourRole); 11],
        ),
        (
            Command::Reopen { reason: reason() },
            [
                no(NotClosed),
                no(NotClosed),
                no(NotClosed),
                no(NotClosed),
                no(NotClosed),
                no(NotClosed),
                no(NotClosed),
                no(NotClosed),
                no(NotClosed),
                ok,
                over,
            ],
        ),
    ];
    for (command, wanted) in table {
        for (stage, wanted) in stages().into_iter().zip(wanted) {
            let mut world = at(stage.clone());
            let got = world.ticket_act(SUPERVISOR, command.clone()).map(drop);
            assert_eq!(got, wanted, "{command:?} at {stage:?}");
        }
    }
}

#[test]
fn registering_makes_the_customer_and_the_machine_known() {
    let mut world = World::new();
    let applied = world.act(AGENT, crate::Command::Ticket(crate::world::TICKET, register()));
    let kinds: Vec<_> = applied.unwrap().rows.iter().map(|row| row.key().kind.word()).collect();
    assert_eq!(kinds, ["customer", "machine", "ticket"]);
    assert_eq!(world.ticket_act(AGENT, register()), Err(Refusal::AlreadyExists));
}

#[test]
fn a_call_without_phone_model_or_problem_is_not_a_ticket() {
    let mut incomplete: Vec<(super::Intake, Refusal)> = Vec::new();
    let mut with = |change: fn(&mut super::Intake), refusal| {
        let mut intake = crate::world::intake();
        change(&mut intake);
        incomplete.push((intake, refusal));
    };
    with(|intake| intake.contact.name.clear(), Refusal::NameMissing);
    with(|intake| intake.contact.phone = "打不通".into(), Refusal::PhoneMissing);
    with(|intake| intake.machine.model.clear(), Refusal::ModelMissing);
    with(|intake| intake.description = "  ".into(), Refusal::DescriptionMissing);
    with(|intake| intake.machine.purchased_on = "去年".into(), Refusal::DateMalformed);
    with(|intake| intake.title = "长".repeat(300), Refusal::TextTooLong);
    with(|intake| intake.machine.place = "长".repeat(300), Refusal::TextTooLong);
    for (intake, refusal) in incomplete {
        let register = Command::Register { intake: intake.into() };
        assert_eq!(World::new().ticket_act(AGENT, register), Err(refusal));
    }
}

#[test]
fn a_complaint_needs_no_machine() {
    for (request, answer) in [
        (super::Request::Complaint, Ok(None)),
        (super::Request::Suggestion, Ok(None)),
        (super::Request::Policy, Ok(None)),
        (super::Request::Consult, Err(Refusal::ModelMissing)),
        (super::Request::ReturnExchange, Err(Refusal::ModelMissing)),
    ] {
        let mut intake = super::Intake { request, ..crate::world::intake() };
        intake.machine = super::Nameplate::default();
        let register = Command::Register { intake: intake.into() };
        assert_eq!(World::new().ticket_act(AGENT, register), answer, "{request:?}");
    }
}

#[test]
fn people_do_what_their_role_does() {
    let since = Timestamp(0);
    let cases = [
        (Stage::Received, triage(), vec![AGENT, COORDINATOR, SUPERVISOR]),
        (Stage::Triaged, dispatch(SECOND, WANG, "改派"), vec![COORDINATOR, SUPERVISOR]),
        (
            Stage::InProgress { since },
            Command::Recall { visit: FIRST, reason: "派错了".into() },
            vec![COORDINATOR, SUPERVISOR],
        ),
        (
            Stage::InProgress { since },
            Command::Hold { reason: HoldReason::WaitingCustomer, note: "客户不在".into() },
            vec![COORDINATOR, SUPERVISOR, LI],
        ),
        (Stage::Received, Command::Cancel { reason: "误报".into() }, vec![COORDINATOR, SUPERVISOR]),
        (
            Stage::Closed { at: Timestamp(1_777_600_000_000) },
            Command::Reopen { reason: "又坏了".into() },
            vec![SUPERVISOR],
        ),
    ];
    for (stage, command, allowed) in cases {
        for who in [COORDINATOR, LI, WANG, AGENT, KEEPER, SUPERVISOR, ADMINISTRATOR] {
            let got = at(stage.clone()).ticket_act(who, command.clone()).map(drop);
            let wanted = if allowed.contains(&who) { Ok(()) } else { Err(Refusal::NotYourRole) };
            assert_eq!(got, wanted, "{command:?} by {who}");
        }
    }
}

#[test]
fn only_the_server_gives_numbers() {
    let number = Command::Number { number: "20260501001".into() };
    for who in [COORDINATOR, LI, SUPERVISOR, ADMINISTRATOR] {
        let got = at(Stage::Received).ticket_act(who, number.clone());
        assert_eq!(got, Err(Refusal::NotYourRole));
    }
    let mut world = at(Stage::Received);
    world.ticket_act(SYSTEM, number).unwrap();
    assert_eq!(world.ticket().spoken_number(), "20260501001");
}

#[test]
fn only_what_is_over_for_long_leaves_the_phones() {
    let closed = Timestamp(0);
    for stage in stages() {
        let stage = match stage {
            Stage::Closed { .. } => Stage::Closed { at: closed },
            stage => stage,
        };
        let over = matches!(stage, Stage::Closed { .. } | Stage::Cancelled { .. });
        let mut world = at(stage.clone());
        let before = scope::scopes(&world.ticket().into());
        assert!(before.contains(&Scope::Person(LI)), "{stage:?}");
        let due = world.ticket().ages_at();
        assert_eq!(due, over.then(|| closed.plus_minutes(AGE_OUT_MINUTES)), "{stage:?}");

        for who in [COORDINATOR, LI, SUPERVISOR, ADMINISTRATOR] {
            let refused = world.ticket_act(who, Command::AgeOut).map(drop);
            assert_eq!(refused, Err(Refusal::NotYourRole));
        }
        let got = world.ticket_act(SYSTEM, Command::AgeOut).map(drop);
        if !over {
            assert_eq!(got, Err(Refusal::NotClosed), "{stage:?}");
            continue;
        }
        got.unwrap();
        assert_eq!(scope::scopes(&world.ticket().into()), [Scope::Desk].into());
        assert_eq!(world.ticket().ages_at(), None);
        assert_eq!(world.ticket().stage, stage);
        // Once is enough.
        let again = crate::Command::Ticket(TICKET, Command::AgeOut);
        assert!(world.act(SYSTEM, again).unwrap().rows.is_empty());
    }
}

#[test]
fn a_ticket_does_not_leave_the_phones_before_its_time() {
    let mut world = World::at(visit::Stage::Accepted);
    let closed = Stage::Closed { at: Timestamp(i64::MAX / 2) };
    world.rows.extend([domain_row(Ticket { stage: closed, ..world.ticket() })]);
    assert_eq!(world.ticket_act(SYSTEM, Command::AgeOut).map(drop), Err(Refusal::NotClosed));
}

#[test]
fn a_ticket_that_is_opened_again_is_on_the_phones_again() {
    let closed = Timestamp(1_777_600_000_000);
    let mut world = at(Stage::Closed { at: closed });
    let aged = Ticket { aged_out: Some(closed), ..world.ticket() };
    world.rows.extend([domain_row(aged)]);
    assert!(!scope::scopes(&world.ticket().into()).contains(&Scope::Person(LI)));
    world.ticket_act(SUPERVISOR, Command::Reopen { reason: "又坏了".into() }).unwrap();
    assert!(scope::scopes(&world.ticket().into()).contains(&Scope::Person(LI)));
}

fn domain_row(ticket: Ticket) -> (crate::Key, std::sync::Arc<crate::Row>) {
    let row = crate::Row::from(ticket);
    (row.key(), row.into())
}

#[test]
fn giving_the_job_to_somebody_else_needs_a_reason_and_an_engineer() {
    let mut world = World::at(visit::Stage::Accepted);
    let refused = world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, " "));
    assert_eq!(refused, Err(Refusal::ReasonMissing));
    let refused = world.ticket_act(COORDINATOR, dispatch(SECOND, KEEPER, "改派"));
    assert_eq!(refused, Err(Refusal::NotAbleEngineer));
    let refused = world.ticket_act(COORDINATOR, dispatch(SECOND, LI, "改派"));
    assert_eq!(refused, Err(Refusal::SameEngineer));
    world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, "李工请假")).unwrap();
    assert!(world.visit(FIRST).called_off.is_some());
    assert_eq!(world.ticket().active_visit().map(|visit| visit.engineer), Some(WANG));
}

#[test]
fn a_ticket_is_closed_only_when_nothing_is_open() {
    let mut world = World::at(visit::Stage::Repairing);
    world.visit_act(LI, FIRST, crate::world::use_board(950)).unwrap();
    world.visit_act(LI, FIRST, crate::world::finish()).unwrap();
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    world.visit_act(LI, FIRST, world.sign(Some(true))).unwrap();
    assert_eq!(world.ticket_act(SUPERVISOR, Command::Close), Err(Refusal::StillOpen));
    world.visit_act(LI, FIRST, visit::Command::HandIn).unwrap();
    // The board was used without being in Li's bag; the keeper's question must be answered first.
    let flag = world.ticket().flags[0].id;
    assert_eq!(world.ticket_act(SUPERVISOR, Command::Close), Err(Refusal::StillOpen));
    let settle = |decision| Command::Settle { flag, decision, note: String::new() };
    let refused = world.ticket_act(COORDINATOR, settle(Decision::Bill));
    assert_eq!(refused, Err(Refusal::NoSuchDecision));
    world.ticket_act(COORDINATOR, settle(Decision::Acknowledge)).unwrap();
    let refused = world.ticket_act(COORDINATOR, settle(Decision::Acknowledge));
    assert_eq!(refused, Err(Refusal::AlreadySettled));
    world.ticket_act(SUPERVISOR, Command::Close).unwrap();
    assert_eq!(world.ticket().stage.word(), "closed");
}

#[test]
fn a_dissatisfied_customer_is_heard_whatever_is_still_open() {
    let follow_up = |satisfied| Command::FollowUp { satisfied, note: "又坏了".into() };
    let mut world = World::at(visit::Stage::Repairing);
    // The old part is not handed in yet, and the keeper is asked about the new one.
    world.visit_act(LI, FIRST, crate::world::use_board(950)).unwrap();
    world.visit_act(LI, FIRST, crate::world::finish()).unwrap();
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    world.visit_act(LI, FIRST, world.sign(Some(true))).unwrap();
    world.ticket_act(COORDINATOR, Command::OpenFollowUp).unwrap();
    assert_eq!(world.ticket_act(AGENT, follow_up(true)), Err(Refusal::StillOpen));
    world.ticket_act(AGENT, follow_up(false)).unwrap();
    assert_eq!(world.ticket().stage.word(), "pending_dispatch");
    assert!(world.ticket().has_open_flags());
}

#[test]
fn a_follow_up_nobody_answers_is_ended_by_the_supervisor() {
    let mut world = at(Stage::PendingFollowUp { since: Timestamp(0) });
    assert_eq!(world.ticket_act(SUPERVISOR, Command::Close), Err(Refusal::StillOpen));
    let mut world = World::new();
    world.ticket_act(AGENT, register()).unwrap();
    world.ticket_act(AGENT, triage()).unwrap();
    world.ticket_act(AGENT, Command::SolveByPhone { solution: "重启".into() }).unwrap();
    world.ticket_act(COORDINATOR, Command::OpenFollowUp).unwrap();
    assert_eq!(world.ticket_act(AGENT, Command::Close), Err(Refusal::NotYourRole));
    world.ticket_act(SUPERVISOR, Command::Close).unwrap();
    assert_eq!(world.ticket().stage.word(), "closed");
}

fn hold(reason: HoldReason) -> Command {
    Command::Hold { reason, note: "客户出差".into() }
}

#[test]
fn the_promised_solution_waits_for_the_customer_and_for_nobody_else() {
    let due = |world: &World| world.ticket().promised(world.now()).unwrap();
    for (reason, waits) in [(HoldReason::WaitingCustomer, true), (HoldReason::WaitingParts, false)]
    {
        let mut world = World::at(visit::Stage::Accepted);
        let (contact, solution) = due(&world);
        world.ticket_act(LI, hold(reason)).unwrap();
        world.minute += 90;
        let moved = if waits { 90 } else { 0 };
        assert_eq!(due(&world), (contact, solution.plus_minutes(moved)), "while it lasts");
        world.ticket_act(LI, Command::Resume).unwrap();
        world.minute += 600;
        let moved = if waits { 91 } else { 0 };
        assert_eq!(due(&world), (contact, solution.plus_minutes(moved)), "when it is over");
    }
    // Whatever ends the wait, it is counted.
    let mut world = World::at(visit::Stage::Accepted);
    world.ticket_act(LI, hold(HoldReason::WaitingCustomer)).unwrap();
    world.minute += 30;
    world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, "李工请假")).unwrap();
    assert_eq!(world.ticket().waited_ms, 31 * 60_000);
}

#[test]
fn nobody_waits_for_a_customer_at_whose_machine_somebody_works() {
    let mut world = World::at(visit::Stage::Accepted);
    world.ticket_act(LI, hold(HoldReason::WaitingCustomer)).unwrap();
    world.visit_act(LI, FIRST, visit::Command::Progress { text: "客户仍不在".into() }).unwrap();
    assert_eq!(world.ticket().stage.word(), "on_hold");
    world.minute += 30;
    world.visit_act(LI, FIRST, visit::Command::Arrive { consent: true }).unwrap();
    assert_eq!(world.ticket().stage, Stage::InProgress { since: world.now() });
    world.minute += 600;
    world.visit_act(LI, FIRST, finish()).unwrap();
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    world.visit_act(LI, FIRST, world.sign(Some(true))).unwrap();
    assert_eq!(world.ticket().stage.word(), "completed");
    assert_eq!(world.ticket().waited_ms, 32 * 60_000, "it ended at the arrival");

    // Where all that is heard of the work is its end, the wait ends there.
    let mut world = World::at(visit::Stage::Repairing);
    world.ticket_act(LI, hold(HoldReason::WaitingCustomer)).unwrap();
    world.visit_act(LI, FIRST, finish()).unwrap();
    assert_eq!(world.ticket().waited_ms, 60_000);

    // Only people know whether what came is enough.
    let mut world = World::at(visit::Stage::Accepted);
    world.ticket_act(LI, hold(HoldReason::WaitingParts)).unwrap();
    world.visit_act(LI, FIRST, visit::Command::Arrive { consent: true }).unwrap();
    assert_eq!(world.ticket().stage.word(), "on_hold");
}

#[test]
fn what_happened_before_a_wait_does_not_end_it_when_it_is_heard_of() {
    let mut world = World::at(visit::Stage::Accepted);
    world.minute += 60;
    world.ticket_act(COORDINATOR, hold(HoldReason::WaitingCustomer)).unwrap();
    let since = world.now();
    world.minute -= 40;
    world.visit_act(LI, FIRST, visit::Command::Arrive { consent: true }).unwrap();
    assert_eq!(world.ticket().waits_since(), Some(since));
    let mut finished = world.clone();
    finished.visit_act(LI, FIRST, finish()).unwrap();
    assert_eq!(finished.ticket().waited_ms, 0, "no wait is less than nothing");
    world.minute += 49;
    world.visit_act(LI, FIRST, inspect()).unwrap();
    assert_eq!((world.ticket().waits_since(), world.ticket().waited_ms), (None, 11 * 60_000));
}

#[test]
fn waiting_after_the_work_makes_no_missed_promise_kept() {
    let mut world = World::at(visit::Stage::Finished);
    let due = world.ticket().promised(world.now());
    world.ticket_act(LI, hold(HoldReason::WaitingCustomer)).unwrap();
    world.minute += 600;
    assert_eq!(world.ticket().waits_since(), None);
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    world.visit_act(LI, FIRST, world.sign(Some(true))).unwrap();
    assert_eq!(world.ticket().promised(world.now()), due);
}

#[test]
fn the_solution_is_the_first_end_of_the_work_that_stands() {
    let mut world = World::at(visit::Stage::Repairing);
    assert_eq!(world.ticket().solved_at(), None);
    world.visit_act(LI, FIRST, finish()).unwrap();
    let first = Some(world.now());
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    world.visit_act(LI, FIRST, visit::Command::UnlockSheet).unwrap();
    world.visit_act(LI, FIRST, finish()).unwrap();
    assert_eq!(world.ticket().solved_at(), first, "correcting a word takes no longer");

    world.visit_act(LI, FIRST, world.lock()).unwrap();
    world.visit_act(LI, FIRST, world.sign(Some(false))).unwrap();
    world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, "客户有异议")).unwrap();
    assert_eq!(world.ticket().solved_at(), None, "the customer did not accept it");
    world.visit_act(WANG, SECOND, finish()).unwrap();
    let second = Some(world.now());
    world.visit_act(LI, FIRST, finish()).unwrap();
    assert_eq!(world.ticket().solved_at(), second, "nor does an earlier visit solve it later");
}

#[test]
fn the_response_is_the_first_word_with_the_customer() {
    let appoint = |hour, seen| visit::Command::Appoint { appointment: appointment(hour), seen };
    let mut world = World::at(visit::Stage::Accepted);
    world.visit_act(COORDINATOR, FIRST, appoint(10, None)).unwrap();
    assert_eq!(world.ticket().contacted_at(), None, "what the office set may be only proposed");
    let mut silent = world.clone();
    world.visit_act(LI, FIRST, appoint(11, Some(appointment(10)))).unwrap();
    let agreed = Some(world.now());
    world.visit_act(LI, FIRST, visit::Command::Arrive { consent: true }).unwrap();
    assert_eq!(world.ticket().contacted_at(), agreed);
    // Whoever finished the work was there, also where nothing else was written down.
    silent.visit_act(LI, FIRST, finish()).unwrap();
    let finished = Some(silent.now());
    silent.visit_act(LI, FIRST, finish()).unwrap();
    assert_eq!(silent.ticket().contacted_at(), finished);
}

#[test]
fn a_flag_nobody_raised_cannot_be_settled() {
    let settle =
        Command::Settle { flag: Uuid::nil(), decision: Decision::Keep, note: String::new() };
    let refused = at(Stage::Received).ticket_act(COORDINATOR, settle);
    assert_eq!(refused, Err(Refusal::NoSuchFlag));
}

#[test]
fn a_dispatch_is_taken_back_until_somebody_has_left_for_it() {
    let recall = |visit, reason: &str| Command::Recall { visit, reason: reason.into() };
    let mut world = World::at(visit::Stage::Assigned);
    assert_eq!(world.ticket_act(COORDINATOR, recall(SECOND, "")), Err(Refusal::CalledOff));
    world.ticket_act(COORDINATOR, recall(FIRST, "")).unwrap();
    let ticket = world.ticket();
    assert!(matches!(ticket.stage, Stage::PendingDispatch { .. }));
    assert!(ticket.active_visit().is_none());
    assert!(!scope::scopes(&ticket.clone().into()).contains(&Scope::Person(LI)));
    assert_eq!(world.ticket_act(COORDINATOR, recall(FIRST, "")), Err(Refusal::NotDispatchable));
    assert_eq!(
        world.visit_act(LI, FIRST, visit::Command::Accept),
        Err(Refusal::CalledOff),
        "the engineer hears that it was taken back"
    );
    world.ticket_act(COORDINATOR, dispatch(SECOND, WANG, "")).unwrap();
    assert_eq!(world.ticket().active_visit().map(|visit| visit.engineer), Some(WANG));

    let mut world = World::at(visit::Stage::Accepted);
    assert_eq!(world.ticket_act(COORDINATOR, recall(FIRST, " ")), Err(Refusal::ReasonMissing));
    world.ticket_act(COORDINATOR, recall(FIRST, "客户改期")).unwrap();

    let mut world = World::at(visit::Stage::EnRoute);
    assert_eq!(world.ticket_act(COORDINATOR, recall(FIRST, "改期")), Err(Refusal::AlreadyDone));
}
