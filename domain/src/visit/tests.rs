//! Every stage of a visit against every step: this stage, or that refusal.

use super::{Command, Outcome, Stage};
use crate::{
    Refusal,
    world::{
        COORDINATOR, FIRST, KEEPER, LI, WANG, World, appointment, finish, inspect,
        leave_unfinished, talk, use_board,
    },
};

const STAGES: [Stage; 12] = [
    Stage::Assigned,
    Stage::Accepted,
    Stage::Prepared,
    Stage::EnRoute,
    Stage::Arrived,
    Stage::Inspecting,
    Stage::Repairing,
    Stage::Finished,
    Stage::Unfinished,
    Stage::Signed,
    Stage::HandedIn,
    Stage::Verified,
];

/// Yes, or why not.
type Answer = Result<(), Refusal>;

/// What the phone says to `command` at each stage, in the order of [`STAGES`].
fn answers(command: impl Fn(&World) -> Command) -> Vec<Answer> {
    STAGES
        .iter()
        .map(|&stage| {
            let world = World::at(stage);
            let by = if command(&world) == Command::Verify { COORDINATOR } else { LI };
            let command = crate::Command::Visit(crate::world::TICKET, FIRST, command(&world));
            crate::check(&world.rows, by, world.now(), &command)
        })
        .collect()
}

#[test]
fn each_step_waits_for_the_one_before() {
    use Refusal::*;
    let ok = Ok(());
    let no = |refusal| Err(refusal);
    let signed = no(AlreadySignedVisit);
    let done = no(AlreadyDone);
    let table: Vec<(&str, Vec<Answer>, [Answer; 12])> = vec![
        (
            "accept",
            answers(|_| Command::Accept),
            [ok, done, done, done, done, done, done, done, done, done, done, done],
        ),
        (
            "depart",
            answers(|_| Command::Depart),
            [no(NotAccepted), ok, ok, done, done, done, done, done, done, signed, signed, signed],
        ),
        (
            "arrive",
            answers(|_| Command::Arrive { consent: true }),
            [no(NotAccepted), ok, ok, ok, done, done, done, done, done, signed, signed, signed],
        ),
        (
            "inspect",
            answers(|_| inspect()),
            [
                no(NotAccepted),
                no(NotArrived),
                no(NotArrived),
                no(NotArrived),
                ok,
                ok,
                ok,
                ok,
                ok,
                signed,
                signed,
                signed,
            ],
        ),
        (
            "talk",
            answers(|_| talk()),
            [
                no(NotAccepted),
                no(NotArrived),
                no(NotArrived),
                no(NotArrived),
                no(NotInspected),
                ok,
                ok,
                ok,
                ok,
                signed,
                signed,
                signed,
            ],
        ),
        (
            "start repair",
            answers(|_| Command::StartRepair),
            [
                no(NotAccepted),
                no(NotArrived),
                no(NotArrived),
                no(NotArrived),
                no(NotInspected),
                no(TalkMissing),
                done,
                done,
                done,
                signed,
                signed,
                signed,
            ],
        ),
        (
            "write progress",
            answers(|_| Command::Progress { text: "已联系客户".into() }),
            [no(NotAccepted), ok, ok, ok, ok, ok, ok, ok, ok, signed, signed, signed],
        ),
        (
            "use a part",
            answers(|_| use_board(900)),
            [
                no(NotAccepted),
                no(NotArrived),
                no(NotArrived),
                no(NotArrived),
                no(NotInspected),
                no(NotRepairing),
                ok,
                ok,
                ok,
                signed,
                signed,
                signed,
            ],
        ),
        (
            "finish",
            answers(|_| finish()),
            [
                no(NotAccepted),
                no(NotArrived),
                no(NotArrived),
                no(NotArrived),
                no(NotInspected),
                no(NotRepairing),
                ok,
                ok,
                ok,
                signed,
                signed,
                signed,
            ],
        ),
        (
            "leave unfinished",
            answers(|_| leave_unfinished()),
            [
                no(NotAccepted),
                no(NotArrived),
                no(NotArrived),
                no(NotArrived),
                no(NotInspected),
                ok,
                ok,
                ok,
                ok,
                signed,
                signed,
                signed,
            ],
        ),
        (
            "hand in",
            answers(|_| Command::HandIn),
            [
                no(NotSigned),
                no(NotSigned),
                no(NotSigned),
                no(NotSigned),
                no(NotSigned),
                no(NotSigned),
                no(NotSigned),
                no(NotSigned),
                no(NotSigned),
                ok,
                done,
                done,
            ],
        ),
        (
            "verify",
            answers(|_| Command::Verify),
            [
                no(NotHandedIn),
                no(NotHandedIn),
                no(NotHandedIn),
                no(NotHandedIn),
                no(NotHandedIn),
                no(NotHandedIn),
                no(NotHandedIn),
                no(NotHandedIn),
                no(NotHandedIn),
                no(NotHandedIn),
                ok,
                done,
            ],
        ),
    ];
    for (step, got, wanted) in table {
        for (stage, (got, wanted)) in STAGES.iter().zip(got.iter().zip(&wanted)) {
            assert_eq!(got, wanted, "{step} at {stage:?}");
        }
    }
}

#[test]
fn nobody_inspects_before_the_customer_agrees() {
    let mut world = World::at(Stage::EnRoute);
    world.visit_act(LI, FIRST, Command::Arrive { consent: false }).unwrap();
    let inspects = crate::Command::Visit(crate::world::TICKET, FIRST, inspect());
    let refused = crate::check(&world.rows, LI, world.now(), &inspects);
    assert_eq!(refused, Err(Refusal::ConsentMissing));
    world.visit_act(LI, FIRST, Command::Consent).unwrap();
    assert_eq!(crate::check(&world.rows, LI, world.now(), &inspects), Ok(()));
}

#[test]
fn a_repair_is_finished_only_with_a_clear_cause_and_the_customers_check() {
    let mut world = World::at(Stage::Repairing);
    let finish = |cause, cause_text: &str, solution: &str, checked, restored| Command::Finish {
        outcome: Outcome::Repaired {
            cause,
            cause_text: cause_text.into(),
            solution: solution.into(),
        },
        checked,
        restored,
    };
    use super::Cause;
    for (command, refusal) in [
        (finish(Cause::Unknown, "不知道为什么", "换了", true, true), Refusal::CauseMissing),
        (finish(Cause::Wear, "旧", "换了", true, true), Refusal::CauseMissing),
        (finish(Cause::Wear, "电容老化击穿", " ", true, true), Refusal::SolutionMissing),
        (finish(Cause::Wear, "电容老化击穿", "换电容", false, true), Refusal::CheckMissing),
        (finish(Cause::Wear, "电容老化击穿", "换电容", true, false), Refusal::CheckMissing),
    ] {
        assert_eq!(world.visit_act(LI, FIRST, command), Err(refusal));
    }
}

#[test]
fn an_old_part_needs_a_label_or_the_reason_why_there_is_none() {
    let mut world = World::at(Stage::Repairing);
    let Command::UsePart { mut part_use } = use_board(901) else { unreachable!() };
    part_use.label = String::new();
    let unlabelled = Command::UsePart { part_use: part_use.clone() };
    assert_eq!(world.visit_act(LI, FIRST, unlabelled), Err(Refusal::LabelMissing));
    part_use.lost_reason = "客户自行丢弃".into();
    assert_eq!(world.visit_act(LI, FIRST, Command::UsePart { part_use }), Ok(None));
}

#[test]
fn what_the_customer_reads_does_not_change_while_it_is_locked() {
    let mut world = World::at(Stage::Finished);
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    for command in [finish(), use_board(902), Command::Progress { text: "补记".into() }] {
        let command = crate::Command::Visit(crate::world::TICKET, FIRST, command);
        let answer = crate::check(&world.rows, LI, world.now(), &command);
        assert_eq!(answer, Err(Refusal::SheetLocked));
    }
    world.visit_act(LI, FIRST, Command::UnlockSheet).unwrap();
    assert_eq!(world.visit_act(LI, FIRST, use_board(902)), Ok(None));
}

#[test]
fn only_the_engineer_of_the_visit_works_on_it() {
    let mut world = World::at(Stage::Repairing);
    for stranger in [WANG, COORDINATOR, KEEPER] {
        assert_eq!(world.visit_act(stranger, FIRST, finish()), Err(Refusal::NotYours));
    }
    let call = Command::LogCall { summary: "客户要求下午到".into() };
    assert_eq!(world.visit_act(COORDINATOR, FIRST, call), Ok(None));
}

#[test]
fn an_appointment_ends_after_it_starts() {
    let mut world = World::at(Stage::Accepted);
    let mut window = appointment(9);
    std::mem::swap(&mut window.from, &mut window.to);
    let appoint = Command::Appoint { appointment: window, seen: None };
    assert_eq!(world.visit_act(LI, FIRST, appoint), Err(Refusal::AppointmentMalformed));
}

#[test]
fn nobody_pays_less_than_nothing() {
    use super::Charges;
    use crate::values::Money;
    let charges = Charges { labour: Money(5_000), travel: Money(0), waived: Money(99_999) };
    assert_eq!(charges.total(Money(1_000)), Money(0));
    assert_eq!(Charges { waived: Money(0), ..charges }.total(Money(1_000)), Money(6_000));
}
