//! The small world of the rule tests: a coordinator, two engineers, a keeper, one broken air conditioner.

use uuid::Uuid;

use crate::{
    Amendment, Applied, Command, Envelope, Id, Lookup, Refusal, Rows, Timestamp, apply,
    customer::Salutation,
    machine::Warranty,
    part::Part,
    sheet::{self, Answer, CustomerCopy, Point, Relation, Sheet, Signature, Stroke},
    stock::Place,
    ticket::{
        self, Category, Channel, Contact, Intake, Method, Nameplate, Priority, Request, Ticket,
        Triage, Urgency,
    },
    user::{Role, User},
    values::{Language, Money},
    visit::{self, Appointment, Cause, NextStep, Outcome, PartUse, Visit},
};

pub(crate) const COORDINATOR: Id<User> = Id::new(Uuid::from_u128(1));
pub(crate) const LI: Id<User> = Id::new(Uuid::from_u128(2));
pub(crate) const WANG: Id<User> = Id::new(Uuid::from_u128(3));
pub(crate) const AGENT: Id<User> = Id::new(Uuid::from_u128(4));
pub(crate) const KEEPER: Id<User> = Id::new(Uuid::from_u128(5));
pub(crate) const SUPERVISOR: Id<User> = Id::new(Uuid::from_u128(6));
pub(crate) const ADMINISTRATOR: Id<User> = Id::new(Uuid::from_u128(7));
pub(crate) const CAST: &[(Id<User>, Role)] = &[
    (COORDINATOR, Role::Coordinator),
    (LI, Role::Engineer),
    (WANG, Role::Engineer),
    (AGENT, Role::Agent),
    (KEEPER, Role::Keeper),
    (SUPERVISOR, Role::Supervisor),
    (ADMINISTRATOR, Role::Administrator),
];
pub(crate) const TICKET: Id<Ticket> = Id::new(Uuid::from_u128(100));
pub(crate) const FIRST: Id<Visit> = Id::new(Uuid::from_u128(201));
pub(crate) const SECOND: Id<Visit> = Id::new(Uuid::from_u128(202));
pub(crate) const BOARD: Id<Part> = Id::new(Uuid::from_u128(300));
pub(crate) const SHEET: Id<Sheet> = Id::new(Uuid::from_u128(400));

/// Rows, and a clock that moves a minute with each thing done.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) rows: Rows,
    pub(crate) minute: i64,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut rows = Rows::new();
        let mut put = |row: crate::Row| rows.insert(row.key(), row.into());
        for &(id, role) in CAST {
            let name = format!("{role:?}");
            put(User { id, name, roles: vec![role], ..User::system() }.into());
        }
        put(Part {
            id: BOARD,
            code: "PCB-35".into(),
            name: "主控板".into(),
            model: String::new(),
            unit: "块".into(),
            price: Money(28_000),
            returnable: true,
        }
        .into());
        Self { rows, minute: 0 }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(1_777_600_000_000).plus_minutes(self.minute)
    }

    pub(crate) fn envelope(&self, by: Id<User>, command: Command) -> Envelope {
        let mid = Uuid::from_u128(0x1000 + u128::try_from(self.minute).unwrap());
        Envelope { mid, by, at: self.now(), doubtful: false, command }
    }

    /// Does it, and keeps what came of it.
    pub(crate) fn act(&mut self, by: Id<User>, command: Command) -> Result<Applied, Refusal> {
        self.minute += 1;
        let applied = apply(&self.rows, &self.envelope(by, command))?;
        for row in &applied.rows {
            self.rows.insert(row.key(), row.clone().into());
        }
        Ok(applied)
    }

    pub(crate) fn ticket_act(
        &mut self,
        by: Id<User>,
        command: ticket::Command,
    ) -> Result<Option<Amendment>, Refusal> {
        self.act(by, Command::Ticket(TICKET, command)).map(|applied| applied.amendment)
    }

    pub(crate) fn visit_act(
        &mut self,
        by: Id<User>,
        visit: Id<Visit>,
        command: visit::Command,
    ) -> Result<Option<Amendment>, Refusal> {
        self.act(by, Command::Visit(TICKET, visit, command)).map(|applied| applied.amendment)
    }

    pub(crate) fn ticket(&self) -> Ticket {
        self.rows.find(TICKET).expect("the ticket is registered")
    }

    pub(crate) fn visit(&self, id: Id<Visit>) -> Visit {
        self.ticket().visit(id).cloned().expect("the visit is dispatched")
    }

    pub(crate) fn stock(&self, place: Place) -> i64 {
        self.rows.find(crate::stock::Stock::id_of(place, BOARD)).map_or(0, |s| s.quantity)
    }

    /// A world where the ticket's first visit, Li's, has reached this stage by the ordinary way.
    pub(crate) fn at(stage: visit::Stage) -> Self {
        let mut world = Self::new();
        world.ticket_act(AGENT, register()).unwrap();
        world.ticket_act(COORDINATOR, triage()).unwrap();
        world.ticket_act(COORDINATOR, dispatch(FIRST, LI, "")).unwrap();
        for command in ordinary_way(stage) {
            let command = match command {
                Way::Given(command) => command,
                Way::Lock => world.lock(),
                Way::Sign => world.sign(Some(true)),
            };
            let by = if command == visit::Command::Verify { COORDINATOR } else { LI };
            world.visit_act(by, FIRST, command).unwrap();
        }
        assert_eq!(world.visit(FIRST).stage, stage);
        world
    }

    /// Locks what the sheet would say now.
    pub(crate) fn lock(&self) -> visit::Command {
        let ticket = self.ticket();
        let visit = self.visit(FIRST);
        let engineer = self.rows.find(LI).unwrap();
        let content =
            sheet::draft(&ticket, &visit, &engineer, Language::Chinese, self.now()).unwrap();
        visit::Command::LockSheet { content: content.into() }
    }

    /// Signs what is locked, or what would be.
    pub(crate) fn sign(&self, solved: Option<bool>) -> visit::Command {
        let lock = self.visit(FIRST).lock.map(|lock| lock.content);
        let content = lock.unwrap_or_else(|| match self.lock() {
            visit::Command::LockSheet { content } => *content,
            _ => unreachable!("lock locks"),
        });
        let digest = sheet::digest(&content);
        visit::Command::Sign {
            sheet: SHEET,
            content: content.into(),
            digest,
            signature: signature(solved, self.now()).into(),
            ratings: None,
        }
    }
}

enum Way {
    Given(visit::Command),
    Lock,
    Sign,
}

/// The steps of an ordinary repair, up to `stage`.
fn ordinary_way(stage: visit::Stage) -> Vec<Way> {
    use visit::Stage;
    let unfinished = stage == Stage::Unfinished;
    let steps = vec![
        (Stage::Accepted, Way::Given(visit::Command::Accept)),
        (Stage::Prepared, Way::Given(visit::Command::Prepare { note: String::new() })),
        (Stage::EnRoute, Way::Given(visit::Command::Depart)),
        (Stage::Arrived, Way::Given(visit::Command::Arrive { consent: true })),
        (Stage::Inspecting, Way::Given(inspect())),
        (Stage::Repairing, Way::Given(talk())),
        (Stage::Repairing, Way::Given(visit::Command::StartRepair)),
        if unfinished {
            (Stage::Unfinished, Way::Given(leave_unfinished()))
        } else {
            (Stage::Finished, Way::Given(finish()))
        },
        (Stage::Signed, Way::Lock),
        (Stage::Signed, Way::Sign),
        (Stage::HandedIn, Way::Given(visit::Command::HandIn)),
        (Stage::Verified, Way::Given(visit::Command::Verify)),
    ];
    steps.into_iter().filter(|(reached, _)| *reached <= stage).map(|(_, way)| way).collect()
}

pub(crate) fn intake() -> Intake {
    Intake {
        provisional: None,
        title: "空调不制冷".into(),
        description: "制冷效果差，出风口温度偏高".into(),
        request: Request::Repair,
        channel: Channel::Phone400,
        urgency: Urgency::Urgent,
        received_at: Timestamp(1_777_600_000_000),
        submitter: String::new(),
        transferred_by: String::new(),
        expected_by: None,
        contact: Contact {
            customer: Some(Id::new(Uuid::from_u128(500))),
            name: "陈国华".into(),
            company: String::new(),
            salutation: Salutation::Mr,
            phone: "13812345678".into(),
            address: "海淀区学院路 1 号".into(),
            access_note: String::new(),
        },
        machine: Nameplate {
            machine: Some(Id::new(Uuid::from_u128(600))),
            model: "KFR-35GW".into(),
            serial: "SN001".into(),
            purchased_on: "2023-08-15".into(),
            warranty: Warranty::In,
            place: String::new(),
        },
    }
}

pub(crate) fn register() -> ticket::Command {
    ticket::Command::Register { intake: intake().into() }
}

pub(crate) fn triage() -> ticket::Command {
    let (by, at) = (COORDINATOR, Timestamp(0));
    ticket::Command::Triage {
        triage: Triage {
            category: Category::Hardware,
            priority: Priority::P2,
            method: Method::Onsite,
            impact: String::new(),
            team: None,
            judgement: String::new(),
            suggestion: String::new(),
            by,
            at,
        }
        .into(),
    }
}

pub(crate) fn dispatch(visit: Id<Visit>, engineer: Id<User>, reason: &str) -> ticket::Command {
    ticket::Command::Dispatch { visit, engineer, appointment: None, reason: reason.into() }
}

pub(crate) fn inspect() -> visit::Command {
    visit::Command::Inspect {
        findings: "主控板无输出".into(),
        reproduced: Some(true),
        configuration: "标准".into(),
    }
}

pub(crate) fn talk() -> visit::Command {
    visit::Command::Talk { summary: "需更换主控板，保内免费".into(), price_told: true }
}

pub(crate) fn use_board(id: u128) -> visit::Command {
    visit::Command::UsePart {
        part_use: PartUse {
            id: Uuid::from_u128(id),
            part: Some(BOARD),
            code: "PCB-35".into(),
            name: "主控板".into(),
            quantity: 1,
            price: Money(28_000),
            replaced: true,
            returnable: true,
            old_serial: "OLD".into(),
            new_serial: "NEW".into(),
            label: "FK7Q00001".into(),
            lost_reason: String::new(),
        }
        .into(),
    }
}

pub(crate) fn finish() -> visit::Command {
    visit::Command::Finish {
        outcome: Outcome::Repaired {
            cause: Cause::PartFailure,
            cause_text: "主控板电容击穿".into(),
            solution: "更换主控板，试机正常".into(),
        },
        checked: true,
        restored: true,
    }
}

pub(crate) fn leave_unfinished() -> visit::Command {
    visit::Command::LeaveUnfinished {
        reason: "缺少压缩机".into(),
        explained: true,
        next_step: NextStep::SecondVisit,
    }
}

pub(crate) fn appointment(hour: i64) -> Appointment {
    let from = Timestamp(1_777_600_000_000).plus_minutes(hour * 60);
    Appointment { from, to: from.plus_minutes(120), agreed_with: "陈国华".into() }
}

pub(crate) fn strokes() -> Vec<Stroke> {
    let points = (0..20).map(|n| Point { x: n * 100, y: 500 + n, t: n * 16, p: 500 }).collect();
    vec![Stroke { points }]
}

pub(crate) fn signature(solved: Option<bool>, at: Timestamp) -> Signature {
    let strokes = strokes();
    let stroke_digest = sheet::digest(&strokes);
    Signature {
        answer: Answer::Signed { strokes, stroke_digest, typed: false },
        signer: "陈国华".into(),
        relation: Relation::Customer,
        solved,
        comment: String::new(),
        ratings: None,
        customer_copy: CustomerCopy::ToSend,
        photos: Vec::new(),
        language: Language::Chinese,
        at,
    }
}
