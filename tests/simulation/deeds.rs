//! What people could want to do next, on what their device shows: mostly sensible, sometimes too late.

use domain::{
    Command, Id, Key, Lookup, Row, Timestamp,
    custody::Proof,
    customer::{Customer, Salutation},
    machine::Warranty,
    part_request::{self, Line, PartRequest},
    photo::{Photo, Slot, Thumbnail},
    replica::Replica,
    sheet::{self, Answer, CustomerCopy, Relation, Signature},
    stock::{self, Place},
    ticket::{
        self, Category, Channel, Confirmation, Contact, HoldReason, Intake, Method, Nameplate,
        Priority, Request, Stage as TicketStage, Ticket, Triage, Urgency,
    },
    user::{self, Role, User},
    values::{Language, Money},
    visit::{self, Appointment, Cause, Charges, NextStep, Outcome, PartUse, Stage, Visit},
};

use crate::{
    cast::{PARTS, TEAM},
    dice::Dice,
    weather::Office,
};

/// The things of a run that people talk about.
#[derive(Debug, Default)]
pub struct Known {
    pub people: Vec<Id<User>>,
    pub tickets: Vec<Id<Ticket>>,
    pub requests: Vec<Id<PartRequest>>,
    /// Deeds so far; makes every text different.
    pub count: u64,
}

/// Somebody at a device, about to do something.
pub struct Mind<'a> {
    pub dice: &'a mut Dice,
    pub known: &'a mut Known,
    pub view: &'a Replica,
    pub me: &'a User,
    /// The device's clock.
    pub now: Timestamp,
    pub office: &'a Office,
}

const TICKETS_MAX: usize = 10;
const REQUESTS_MAX: usize = 6;

impl Mind<'_> {
    /// What comes to mind, and how many of the device's numbers it uses up.
    pub fn think(mut self) -> Option<(Command, u32)> {
        self.known.count += 1;
        let role = *self.dice.pick(&self.me.roles)?;
        let command = match role {
            Role::Engineer => self.engineer(),
            Role::Agent => self.agent(),
            Role::Coordinator | Role::Supervisor => self.coordinator(role),
            Role::Keeper => self.keeper(),
            Role::Administrator => self.administrator(),
            Role::System => None,
        }?;
        let numbers = u32::from(matches!(
            &command,
            Command::Ticket(_, ticket::Command::Register { .. })
                | Command::Visit(_, _, visit::Command::UsePart { .. })
        ));
        Some((command, numbers))
    }

    fn text(&self, what: &str) -> String {
        format!("{what} {}", self.known.count)
    }

    /// A ticket this device shows, one of the newest most of the time.
    fn ticket(&mut self) -> Option<std::sync::Arc<Row>> {
        for _ in 0..4 {
            let id = *self.dice.pick(&self.known.tickets)?;
            if let Some(row) = self.view.row(Key::of(id)) {
                return Some(row);
            }
        }
        None
    }

    fn engineer(&mut self) -> Option<Command> {
        match self.dice.below(20) {
            0 => return self.register(),
            1 => return self.submit(),
            2 | 3 => return self.own_request(),
            _ => {}
        }
        let row = self.ticket()?;
        let Row::Ticket(ticket) = &*row else { return None };
        let Some(visit) = ticket.visit_of(self.me.id) else {
            return Some(self.own_ticket(ticket));
        };
        let command = match self.dice.below(12) {
            0 => return Some(self.note(ticket.id)),
            1 => return self.edit(ticket),
            2 => return self.hold(ticket),
            4 => return self.custody(ticket),
            3 => self.any_step(ticket, visit)?,
            _ => self.next_step(ticket, visit)?,
        };
        Some(Command::Visit(ticket.id, visit.id, command))
    }

    /// The ordinary next step of a visit.
    fn next_step(&mut self, ticket: &Ticket, visit: &Visit) -> Option<visit::Command> {
        Some(match visit.stage {
            Stage::Assigned if self.dice.chance(100) => {
                visit::Command::Decline { reason: self.text("decline") }
            }
            Stage::Assigned => visit::Command::Accept,
            Stage::Accepted => visit::Command::Prepare { note: String::new() },
            Stage::Prepared => visit::Command::Depart,
            Stage::EnRoute => visit::Command::Arrive { consent: self.dice.chance(700) },
            Stage::Arrived if visit.consent_at.is_none() => visit::Command::Consent,
            Stage::Arrived => visit::Command::Inspect {
                findings: self.text("found"),
                reproduced: Some(true),
                configuration: String::new(),
            },
            Stage::Inspecting if visit.talk.is_none() => {
                visit::Command::Talk { summary: self.text("told"), price_told: true }
            }
            Stage::Inspecting => visit::Command::StartRepair,
            Stage::Repairing => match self.dice.below(6) {
                0 | 1 => visit::Command::Progress { text: self.text("did") },
                2 => self.use_part(),
                3 => self.leave(),
                _ => self.finish(),
            },
            Stage::Finished | Stage::Unfinished => match &visit.lock {
                None => self.lock(ticket, visit)?,
                Some(_) if self.dice.chance(150) => visit::Command::UnlockSheet,
                Some(lock) => {
                    let content = Box::new(lock.content.clone());
                    self.sign(content)
                }
            },
            Stage::Signed => visit::Command::HandIn,
            Stage::HandedIn | Stage::Verified => {
                return Some(visit::Command::Progress { text: self.text("late") });
            }
        })
    }

    /// Some step, whether it is its turn or not.
    fn any_step(&mut self, ticket: &Ticket, visit: &Visit) -> Option<visit::Command> {
        Some(match self.dice.below(14) {
            0 => visit::Command::Depart,
            1 => visit::Command::Arrive { consent: true },
            2 => visit::Command::LogCall { summary: self.text("called") },
            3 => visit::Command::Progress { text: self.text("did") },
            4 => self.use_part(),
            5 => visit::Command::RemovePart {
                part_use: visit.parts.first().map_or(uuid::Uuid::nil(), |used| used.id),
            },
            6 => visit::Command::Charge {
                charges: Charges {
                    labour: Money(self.dice.below(9_000) as i64),
                    ..Charges::default()
                },
            },
            7 => self.finish(),
            8 => self.leave(),
            9 => self.appoint(visit),
            10 => self.lock(ticket, visit)?,
            11 => self.photo(),
            12 => visit::Command::WithdrawPhoto {
                photo: visit.photos.first().map_or(uuid::Uuid::nil(), |photo| photo.id),
            },
            _ => visit::Command::HandIn,
        })
    }

    fn photo(&mut self) -> visit::Command {
        let sha256 = sheet::digest(&self.known.count);
        let photo = Photo {
            id: self.dice.id(self.now.0),
            slot: self.dice.one(Slot::ALL),
            bytes: self.dice.between(1, 400_000) as u32,
            width: 1600,
            height: 1200,
            taken_at: self.now,
            thumbnail: Thumbnail { sha256: sha256.clone(), bytes: 9_000 },
            sha256,
            withdrawn: false,
        };
        visit::Command::AddPhoto { photo: Box::new(photo) }
    }

    fn appoint(&mut self, visit: &Visit) -> visit::Command {
        let from = self.now.plus_minutes(self.dice.between(1, 90) as i64 * 30);
        let to = from.plus_minutes(120);
        let appointment = Appointment { from, to, agreed_with: self.text("A") };
        visit::Command::Appoint { appointment, seen: visit.appointment.clone() }
    }

    fn use_part(&mut self) -> visit::Command {
        let part = self.dice.one(PARTS);
        let replaced = self.dice.chance(500);
        visit::Command::UsePart {
            part_use: Box::new(PartUse {
                id: self.dice.id(self.now.0),
                part: Some(part),
                code: String::new(),
                name: "board".into(),
                quantity: self.dice.between(1, 3) as i64,
                price: Money(1_000),
                replaced,
                returnable: replaced,
                old_serial: String::new(),
                new_serial: String::new(),
                label: self.text("F"),
                lost_reason: String::new(),
            }),
        }
    }

    fn finish(&mut self) -> visit::Command {
        let solution = self.text("solved");
        let cause_text = "worn contact".into();
        let outcome = Outcome::Repaired { cause: Cause::Wear, cause_text, solution };
        visit::Command::Finish { outcome, checked: true, restored: true }
    }

    fn leave(&mut self) -> visit::Command {
        let next_step = self.dice.one([NextStep::SecondVisit, NextStep::Abandon]);
        visit::Command::LeaveUnfinished { reason: self.text("left"), explained: true, next_step }
    }

    fn lock(&mut self, ticket: &Ticket, visit: &Visit) -> Option<visit::Command> {
        let content = sheet::draft(ticket, visit, self.me, Language::Chinese, self.now)?;
        Some(visit::Command::LockSheet { content: Box::new(content) })
    }

    fn sign(&mut self, content: Box<sheet::Content>) -> visit::Command {
        let reason = self.text("away");
        let answer = if self.dice.chance(200) {
            Answer::Absent { reason, witness: String::new() }
        } else {
            let strokes = Vec::new();
            let stroke_digest = sheet::digest(&strokes);
            Answer::Signed { strokes, stroke_digest, typed: true }
        };
        let signature = Signature {
            answer,
            signer: "C".into(),
            relation: Relation::Customer,
            solved: self.dice.one([Some(true), Some(true), Some(false), None]),
            comment: String::new(),
            ratings: None,
            customer_copy: CustomerCopy::ToSend,
            photos: Vec::new(),
            language: Language::Chinese,
            at: self.now,
        };
        let digest = sheet::digest(&content);
        let sheet = Id::new(self.dice.id(self.now.0));
        visit::Command::Sign {
            sheet,
            content,
            digest,
            signature: Box::new(signature),
            ratings: None,
        }
    }

    fn own_ticket(&mut self, ticket: &Ticket) -> Command {
        let command = match ticket.stage {
            TicketStage::Received => self.triage(),
            TicketStage::Triaged => {
                ticket::Command::TakeOn { visit: Id::new(self.dice.id(self.now.0)) }
            }
            _ => return self.note(ticket.id),
        };
        Command::Ticket(ticket.id, command)
    }

    fn note(&mut self, id: Id<Ticket>) -> Command {
        let visible = self.dice.chance(300);
        Command::Ticket(id, ticket::Command::Note { text: self.text("note"), visible })
    }

    fn edit(&mut self, ticket: &Ticket) -> Option<Command> {
        let command = if self.dice.chance(500) {
            let seen = Box::new(ticket.contact.clone());
            let contact = Contact { address: self.text("street"), ..ticket.contact.clone() };
            ticket::Command::EditContact { contact: Box::new(contact), seen }
        } else {
            let seen = Box::new(ticket.machine.clone());
            let machine = Nameplate { serial: self.text("SN"), ..ticket.machine.clone() };
            ticket::Command::EditMachine { machine: Box::new(machine), seen }
        };
        Some(Command::Ticket(ticket.id, command))
    }

    fn hold(&mut self, ticket: &Ticket) -> Option<Command> {
        let command = match ticket.stage {
            TicketStage::OnHold { .. } => ticket::Command::Resume,
            _ => {
                ticket::Command::Hold { reason: HoldReason::WaitingParts, note: self.text("hold") }
            }
        };
        Some(Command::Ticket(ticket.id, command))
    }

    /// Takes the machine along, tells the customer another day, or gives it back.
    fn custody(&mut self, ticket: &Ticket) -> Option<Command> {
        let command = if ticket.machine_with_us().is_some() && self.dice.chance(800) {
            let proofs = [Proof::Slip, Proof::Copy, Proof::Identity, Proof::Delivered];
            let (to, note) = (self.text("collected by"), self.text("looked at"));
            ticket::Command::HandBack { to, proof: self.dice.one(proofs), note }
        } else {
            let (reason, accessories) = (self.text("kept for"), self.text("with"));
            let ready_on = self.dice.one(["", "2026-06-01", "2027-01-31"]).to_owned();
            ticket::Command::KeepMachine { reason, accessories, ready_on, explained: true }
        };
        Some(Command::Ticket(ticket.id, command))
    }

    fn register(&mut self) -> Option<Command> {
        if self.known.tickets.len() >= TICKETS_MAX {
            return None;
        }
        let id = Id::new(self.dice.id(self.now.0));
        self.known.tickets.push(id);
        let customer = self.dice.chance(500).then(|| Id::new(self.dice.id(self.now.0)));
        let text = self.text("broken");
        Some(Command::Ticket(id, intake(&text, self.now, customer)))
    }

    fn triage(&mut self) -> ticket::Command {
        let priority = self.dice.one([Priority::P1, Priority::P2, Priority::P3]);
        triage(self.me.id, self.now, priority)
    }

    fn agent(&mut self) -> Option<Command> {
        if self.dice.chance(300) {
            return self.register();
        }
        let row = self.ticket()?;
        let Row::Ticket(ticket) = &*row else { return None };
        let command = match (&ticket.stage, self.dice.below(4)) {
            (_, 0) => return Some(self.note(ticket.id)),
            (_, 1) => return self.edit(ticket),
            (TicketStage::Received, _) => self.triage(),
            (TicketStage::Triaged, 2) => {
                ticket::Command::SolveByPhone { solution: self.text("by phone") }
            }
            (TicketStage::Triaged, _) => ticket::Command::HandOver,
            (TicketStage::PendingFollowUp { .. }, _) => ticket::Command::FollowUp {
                satisfied: self.dice.chance(700),
                note: self.text("asked"),
            },
            _ => ticket::Command::Object { text: self.text("objects") },
        };
        Some(Command::Ticket(ticket.id, command))
    }

    fn coordinator(&mut self, role: Role) -> Option<Command> {
        match self.dice.below(16) {
            0 | 1 => return self.register(),
            2 => return self.any_request(),
            _ => {}
        }
        let row = self.ticket()?;
        let Row::Ticket(ticket) = &*row else { return None };
        if self.dice.chance(self.office.cancel) {
            let reason = self.text("cancel");
            return Some(Command::Ticket(ticket.id, ticket::Command::Cancel { reason }));
        }
        if self.dice.chance(self.office.reassign) {
            return self.dispatch(ticket);
        }
        if self.dice.chance(400)
            && let Some(flag) = ticket.flags.iter().find(|flag| flag.settled.is_none())
        {
            let decision = *self.dice.pick(flag.reason.decisions())?;
            let note = self.text("settled");
            let settle = ticket::Command::Settle { flag: flag.id, decision, note };
            return Some(Command::Ticket(ticket.id, settle));
        }
        if self.dice.chance(150)
            && let Some(visit) = ticket.active_visit()
        {
            if self.dice.chance(200) {
                let (visit, reason) = (visit.id, self.text("recalled"));
                return Some(Command::Ticket(ticket.id, ticket::Command::Recall { visit, reason }));
            }
            let command = if visit.stage == Stage::HandedIn {
                visit::Command::Verify
            } else {
                self.appoint(visit)
            };
            return Some(Command::Visit(ticket.id, visit.id, command));
        }
        if ticket.machine_with_us().is_some() && self.dice.chance(300) {
            return self.custody(ticket);
        }
        let supervisor = role == Role::Supervisor;
        let command = match &ticket.stage {
            TicketStage::Received => self.triage(),
            TicketStage::Triaged | TicketStage::PendingDispatch { .. } => {
                return self.dispatch(ticket);
            }
            TicketStage::OnHold { .. } => ticket::Command::Resume,
            TicketStage::PendingConfirmation { .. } => ticket::Command::Confirm {
                method: Confirmation::Phone,
                note: self.text("confirmed"),
            },
            TicketStage::Completed { .. } if supervisor => ticket::Command::Close,
            TicketStage::Completed { .. } => ticket::Command::OpenFollowUp,
            TicketStage::PendingFollowUp { .. } => ticket::Command::FollowUp {
                satisfied: self.dice.chance(800),
                note: self.text("asked"),
            },
            TicketStage::Closed { .. } => ticket::Command::Reopen { reason: self.text("again") },
            _ => return Some(self.note(ticket.id)),
        };
        Some(Command::Ticket(ticket.id, command))
    }

    fn dispatch(&mut self, ticket: &Ticket) -> Option<Command> {
        let engineer = *self.dice.pick(&self.known.people)?;
        let visit = Id::new(self.dice.id(self.now.0));
        let reason = self.text("nearer");
        let dispatch = ticket::Command::Dispatch { visit, engineer, appointment: None, reason };
        Some(Command::Ticket(ticket.id, dispatch))
    }

    fn submit(&mut self) -> Option<Command> {
        if self.known.requests.len() >= REQUESTS_MAX {
            return None;
        }
        let row = self.ticket()?;
        let Row::Ticket(ticket) = &*row else { return None };
        let id = Id::new(self.dice.id(self.now.0));
        self.known.requests.push(id);
        let line = Line {
            part: Some(self.dice.one(PARTS)),
            code: String::new(),
            name: "board".into(),
            quantity: 1,
            reason: String::new(),
        };
        let submit = part_request::Command::Submit {
            ticket: ticket.id,
            ticket_number: ticket.spoken_number().to_owned(),
            lines: vec![line],
            needed_by: None,
            urgent: false,
            note: String::new(),
        };
        Some(Command::PartRequest(id, submit))
    }

    fn request(&mut self) -> Option<PartRequest> {
        let id = *self.dice.pick(&self.known.requests)?;
        self.view.find(id)
    }

    fn own_request(&mut self) -> Option<Command> {
        let request = self.request()?;
        let command = match request.stage {
            part_request::Stage::Issued { .. } => part_request::Command::Receive,
            _ if self.dice.chance(300) => part_request::Command::Receive,
            _ => part_request::Command::Cancel { reason: self.text("no need") },
        };
        Some(Command::PartRequest(request.id, command))
    }

    fn any_request(&mut self) -> Option<Command> {
        let request = self.request()?;
        let command = match request.stage {
            part_request::Stage::Submitted if self.dice.chance(200) => {
                part_request::Command::Reject { reason: self.text("no") }
            }
            part_request::Stage::Submitted => part_request::Command::Approve,
            _ => part_request::Command::Issue,
        };
        Some(Command::PartRequest(request.id, command))
    }

    fn keeper(&mut self) -> Option<Command> {
        if self.dice.chance(700) {
            return self.any_request();
        }
        let quantity = self.dice.below(20) as i64;
        let place = match self.dice.pick(&self.known.people) {
            Some(person) if self.dice.chance(300) => Place::Person(*person),
            _ => Place::Store,
        };
        Some(Command::Stock(place, self.dice.one(PARTS), stock::Command::Count { quantity }))
    }

    /// Grants come and go with roles, and with people.
    fn administrator(&mut self) -> Option<Command> {
        let id = *self.dice.pick(&self.known.people)?;
        let mut user: User = self.view.find(id)?;
        if id != self.me.id && !user.active {
            user.active = true;
        } else if id != self.me.id && self.dice.chance(self.office.retire) {
            user.active = false;
        } else if self.dice.chance(self.office.roles * 4) {
            let role = self.dice.one([
                Role::Engineer,
                Role::Agent,
                Role::Coordinator,
                Role::Keeper,
                Role::Supervisor,
            ]);
            if !user.roles.contains(&role) {
                user.roles.push(role);
            } else if user.roles.len() > 1 {
                user.roles.retain(|had| *had != role);
            }
        } else {
            user.phone = self.text("138");
        }
        Some(Command::User(id, user::Command::Save { user: Box::new(user) }))
    }
}

/// A call: the customer, the machine, what is wrong with it.
pub fn intake(text: &str, at: Timestamp, customer: Option<Id<Customer>>) -> ticket::Command {
    let intake = Intake {
        provisional: Some(format!("L{text}")),
        title: text.to_owned(),
        description: text.to_owned(),
        request: Request::Repair,
        channel: Channel::Phone400,
        urgency: Urgency::Urgent,
        received_at: at,
        submitter: String::new(),
        transferred_by: String::new(),
        expected_by: None,
        contact: Contact {
            customer,
            name: "C".into(),
            company: String::new(),
            salutation: Salutation::Ms,
            phone: "13800001111".into(),
            address: String::new(),
            access_note: String::new(),
        },
        machine: Nameplate {
            machine: None,
            model: "KFR".into(),
            serial: String::new(),
            purchased_on: String::new(),
            warranty: Warranty::In,
            place: String::new(),
        },
    };
    ticket::Command::Register { intake: Box::new(intake) }
}

/// What was decided about the problem before anybody went.
pub fn triage(by: Id<User>, at: Timestamp, priority: Priority) -> ticket::Command {
    let triage = Triage {
        category: Category::Hardware,
        priority,
        method: Method::Onsite,
        impact: String::new(),
        team: Some(TEAM),
        judgement: String::new(),
        suggestion: String::new(),
        by,
        at,
    };
    ticket::Command::Triage { triage: Box::new(triage) }
}
