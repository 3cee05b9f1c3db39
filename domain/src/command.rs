//! What people do, and the one rule that says what comes of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Id, Key, Lookup, Refusal, Row, Rows, Timestamp, copy,
    custody::{Custody, Returned},
    customer::{self, Customer},
    flag::{Decision, Flag, Reason, Settlement, Value},
    machine::{self, Machine},
    model::{self, Model},
    part::{self, Part},
    part_request::{self, PartRequest},
    rating::Rating,
    rows::Noun,
    sheet::{self, Answer, Sheet},
    stock::{self, Place, Stock},
    team::{self, Team},
    ticket::{
        self, Act, Confirmation, Entry, HoldReason, ImportStage, Stage as TicketStage, Ticket,
    },
    user::{self, SYSTEM, User},
    visit::{self, CalledOff, How, NextStep, Outcome, Stage, Visit},
};

#[cfg(test)]
mod tests;

/// A command with who, when, on which device, and its number there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// UUIDv7; the idempotency key for ever.
    pub mid: Uuid,
    pub by: Id<User>,
    /// When it happened: the device's clock on the phone, the server's corrected estimate on the server.
    pub at: Timestamp,
    /// Whether that clock was impossible; nothing is refused for it (K-12).
    #[serde(default)]
    pub doubtful: bool,
    pub command: Command,
}

/// What a person did, by noun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    Ticket(Id<Ticket>, ticket::Command),
    Visit(Id<Ticket>, Id<Visit>, visit::Command),
    PartRequest(Id<PartRequest>, part_request::Command),
    Part(Id<Part>, part::Command),
    Stock(Place, Id<Part>, stock::Command),
    Customer(Id<Customer>, customer::Command),
    Machine(Id<Machine>, machine::Command),
    Model(Id<Model>, model::Command),
    User(Id<User>, user::Command),
    Team(Id<Team>, team::Command),
    Sheet(Id<Sheet>, copy::Command),
}

/// What came of an envelope: the rows as they are now. No rows means that nothing had to change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    pub rows: Vec<Row>,
    /// Set where it was accepted, but not quite as it was meant.
    pub amendment: Option<Amendment>,
}

/// How an accepted command met something the sender could not know. Shown to them in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amendment {
    /// The office had cancelled; the work is kept and a person decides about billing.
    HadBeenCancelled { by: Id<User>, at: Timestamp },
    /// The job had been given to somebody else; the work is kept.
    HadBeenGivenAway { by: Id<User>, at: Timestamp },
    /// The job had been given to somebody else, who had not arrived: it stays with the one at the machine.
    StaysYours,
    /// Somebody changed the same thing first; this is kept as a proposal.
    KeptAsProposal,
    /// It came out of order; kept as told.
    OutOfOrder,
    /// The engineer was at work already; the plan is only noted.
    Moot,
}

/// What the server must do next as its own actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    NumberTicket(Id<Ticket>),
    NumberCustomer(Id<Customer>),
    NumberPartRequest(Id<PartRequest>),
    Countersign(Id<Sheet>),
}

impl Command {
    /// The rows this is about; a row named here is not taken from a device while the command waits.
    pub fn keys(&self) -> Vec<Key> {
        match self {
            Self::Ticket(id, _) | Self::Visit(id, ..) => vec![Key::of(*id)],
            Self::PartRequest(id, part_request::Command::Submit { ticket, .. }) => {
                vec![Key::of(*id), Key::of(*ticket)]
            }
            Self::PartRequest(id, _) => vec![Key::of(*id)],
            Self::Part(id, _) => vec![Key::of(*id)],
            Self::Stock(place, part, _) => vec![Key::of(Stock::id_of(*place, *part))],
            Self::Customer(id, _) => vec![Key::of(*id)],
            Self::Machine(id, _) => vec![Key::of(*id)],
            Self::Model(id, _) => vec![Key::of(*id)],
            Self::User(id, _) => vec![Key::of(*id)],
            Self::Team(id, _) => vec![Key::of(*id)],
            Self::Sheet(id, _) => vec![Key::of(*id)],
        }
    }

    /// Whether this tells what happened (evidence) or wants something to happen (intention).
    pub fn is_evidence(&self) -> bool {
        match self {
            Self::Ticket(_, command) => command.is_evidence(),
            Self::Visit(_, _, command) => command.is_evidence(),
            Self::PartRequest(_, command) => command.is_evidence(),
            _ => false,
        }
    }
}

/// Whether this person may do this now. A button is enabled exactly when this says yes.
///
/// # Errors
/// The [`Refusal`] that the button shows.
pub fn check(
    rows: &impl Lookup,
    by: Id<User>,
    at: Timestamp,
    command: &Command,
) -> Result<(), Refusal> {
    let by = rows.actor(by)?;
    match command {
        // A page asks this for every button: the ticket is looked at where it lies.
        Command::Visit(ticket, id, command) => {
            let row = rows.row(Key::of(*ticket)).ok_or(Refusal::NotFound)?;
            let ticket = Ticket::of(&row).ok_or(Refusal::NotFound)?;
            let visit = ticket.visit(*id).ok_or(Refusal::NotFound)?;
            visit::entitled(visit, command, &by)?;
            visit::valid(command)?;
            visit::fits(visit, command)
        }
        Command::Ticket(id, command) => {
            let row = rows.row(Key::of(*id));
            ticket::check(row.as_deref().and_then(Ticket::of), command, &by, at)?;
            match command {
                ticket::Command::Dispatch { engineer, .. } => able(rows, *engineer),
                ticket::Command::TakeOn { .. } => able(rows, by.id),
                _ => Ok(()),
            }
        }
        Command::PartRequest(id, command) => {
            if let part_request::Command::Submit { ticket, .. } = command
                && rows.find(*ticket).is_none()
            {
                return Err(Refusal::NotFound);
            }
            let request = rows.find(*id);
            part_request::check(request.as_ref(), command, &by, at)?;
            match (command, request.and_then(|request| rows.find(request.ticket))) {
                // As long as somebody works on the ticket they want to see what was asked for it.
                (part_request::Command::AgeOut, Some(ticket)) if ticket.aged_out.is_none() => {
                    Err(Refusal::StillOpen)
                }
                _ => Ok(()),
            }
        }
        _ => save(rows, &by, at, command).map(drop),
    }
}

/// The rows after `envelope`, or why not. Phone and server run this same function.
///
/// Evidence from somebody who was entitled to give it is never refused for the state it meets: it is
/// written down, moves nothing backwards, and raises a flag for a person.
///
/// # Errors
/// A [`Refusal`]; the rows then stay as they are.
pub fn apply(rows: &impl Lookup, envelope: &Envelope) -> Result<Applied, Refusal> {
    let (by, at) = (envelope.by, envelope.at);
    match &envelope.command {
        Command::Visit(ticket, visit, command) => {
            apply_visit(rows, envelope, *ticket, *visit, command)
        }
        Command::Ticket(id, command) => {
            match check(rows, by, at, &envelope.command) {
                // Where the machine is, is a fact; only who may say so, and whether it is said whole, is asked.
                Err(Refusal::AlreadyOver | Refusal::NotArrived | Refusal::MachineNotWithUs)
                    if command.is_evidence() =>
                {
                    let applied = apply_ticket(rows, envelope, *id, command)?;
                    Ok(wonder(envelope, applied))
                }
                answer => answer.and_then(|()| apply_ticket(rows, envelope, *id, command)),
            }
        }
        Command::PartRequest(id, command) => apply_part_request(rows, envelope, *id, command),
        command => {
            let row = save(rows, &rows.actor(by)?, at, command)?;
            // Saving what is already so is no news: importing a file twice changes nothing.
            if rows.row(row.key()).as_deref() == Some(&row) {
                return Ok(Applied::default());
            }
            Ok(Applied { rows: vec![row], amendment: None })
        }
    }
}

/// What follows from an envelope that was carried out. The server seals these as [`SYSTEM`].
pub fn react(applied: &Applied) -> Vec<Reaction> {
    let mut reactions = Vec::new();
    for row in &applied.rows {
        match row {
            Row::Ticket(ticket) if ticket.number.is_none() => {
                reactions.push(Reaction::NumberTicket(ticket.id));
            }
            Row::Customer(customer) if customer.number.is_none() => {
                reactions.push(Reaction::NumberCustomer(customer.id));
            }
            Row::PartRequest(request) if request.number.is_none() => {
                reactions.push(Reaction::NumberPartRequest(request.id));
            }
            Row::Sheet(sheet) if sheet.seal.is_none() && sheet.is_sound() => {
                reactions.push(Reaction::Countersign(sheet.id));
            }
            _ => {}
        }
    }
    reactions
}

/// The nouns whose whole life is "saved": the row after the command.
fn save(rows: &impl Lookup, by: &User, at: Timestamp, command: &Command) -> Result<Row, Refusal> {
    Ok(match command {
        Command::Part(id, command) => part::next(*id, command, by)?.into(),
        Command::Stock(place, part, command) => {
            rows.find(*part).ok_or(Refusal::NotFound)?;
            let id = Stock::id_of(*place, *part);
            let stock = rows.find(id).unwrap_or_else(|| Stock::empty(*place, *part, at));
            stock::next(stock, command, by, at)?.into()
        }
        Command::Customer(id, command) => {
            customer::next(*id, rows.find(*id).as_ref(), command, by)?.into()
        }
        Command::Machine(id, command) => machine::next(*id, command, by)?.into(),
        Command::Model(id, command) => model::next(*id, command, by)?.into(),
        Command::User(id, command) => {
            user::next(*id, rows.find(*id).as_ref(), command, by, at)?.into()
        }
        Command::Team(id, command) => team::next(*id, command, by)?.into(),
        Command::Sheet(id, command) => copy::next(rows.find(*id), command, by)?.into(),
        Command::Ticket(..) | Command::Visit(..) | Command::PartRequest(..) => {
            return Err(Refusal::Malformed);
        }
    })
}

/// GD-04
fn able(rows: &impl Lookup, engineer: Id<User>) -> Result<(), Refusal> {
    match rows.find(engineer) {
        Some(user) if user.can_be_sent() => Ok(()),
        _ => Err(Refusal::NotAbleEngineer),
    }
}

impl Ticket {
    fn note(&mut self, envelope: &Envelope, act: Act, text: impl Into<String>) {
        self.log.push(Entry {
            id: envelope.mid,
            at: envelope.at,
            by: envelope.by,
            act,
            text: text.into(),
            visible: false,
            doubtful: envelope.doubtful,
        });
    }

    /// Raises a flag, unless the same question is open already.
    fn raise(&mut self, envelope: &Envelope, reason: Reason) {
        let asked = self.flags.iter().any(|flag| flag.settled.is_none() && flag.reason == reason);
        if !asked {
            let (id, by, at) = (envelope.mid, envelope.by, envelope.at);
            self.flags.push(Flag { id, reason, by, at, settled: None });
        }
    }

    /// Ends a wait for the customer that lasted `since`, if it is over.
    fn count_wait(&mut self, since: Option<Timestamp>, at: Timestamp) {
        if let Some(since) = since.filter(|_| self.waits_since().is_none()) {
            self.waited_ms = self.waited_ms.saturating_add((at.0 - since.0).max(0));
        }
    }

    /// A ticket that somebody has to do something about again is on the phones again. Its older sheets stay at the desk.
    fn come_back(&mut self) {
        let over = matches!(self.stage, TicketStage::Closed { .. } | TicketStage::Cancelled { .. });
        if !over || self.machine_with_us().is_some() {
            self.aged_out = None;
        }
    }

    fn visit_mut(&mut self, id: Id<Visit>) -> Option<&mut Visit> {
        self.visits.iter_mut().find(|visit| visit.id == id)
    }

    /// Adds a visit, calling off the one that was open.
    fn dispatch(&mut self, envelope: &Envelope, id: Id<Visit>, engineer: Id<User>, reason: &str) {
        let (by, at) = (envelope.by, envelope.at);
        for visit in self.visits.iter_mut().filter(|visit| visit.is_open()) {
            visit.called_off =
                Some(CalledOff { how: How::Superseded, by, at, reason: reason.into() });
        }
        let sequence = u32::try_from(self.visits.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.visits.push(Visit::dispatched(id, sequence, engineer, by, at));
    }
}

fn apply_ticket(
    rows: &impl Lookup,
    envelope: &Envelope,
    id: Id<Ticket>,
    command: &ticket::Command,
) -> Result<Applied, Refusal> {
    let (by, at) = (envelope.by, envelope.at);
    if let ticket::Command::Register { intake } = command {
        return Ok(register(rows, envelope, id, intake));
    }
    if let ticket::Command::Import { import } = command {
        return Ok(import_ticket(rows, envelope, id, import));
    }
    let mut ticket = rows.find(id).ok_or(Refusal::NotFound)?;
    let waits = ticket.waits_since();
    let mut amendment = None;
    match command {
        ticket::Command::Register { .. } | ticket::Command::Import { .. } => {}
        ticket::Command::Number { number } => {
            ticket.number = Some(number.clone());
            ticket.note(envelope, Act::Numbered, number);
        }
        ticket::Command::Triage { triage } => {
            ticket.triage = Some(ticket::Triage { by, at, ..(**triage).clone() });
            if ticket.stage == TicketStage::Received {
                ticket.stage = TicketStage::Triaged;
            }
            ticket.note(envelope, Act::Triaged, "");
        }
        ticket::Command::HandOver => {
            ticket.stage = TicketStage::PendingDispatch { since: at };
            ticket.note(envelope, Act::HandedOver, "");
        }
        ticket::Command::SolveByPhone { solution } => {
            ticket.stage = TicketStage::Completed { method: Confirmation::Phone, at };
            ticket.note(envelope, Act::SolvedByPhone, solution);
        }
        ticket::Command::Dispatch { visit, engineer, appointment, reason } => {
            let again = ticket.active_visit().is_some_and(Visit::is_open);
            ticket.dispatch(envelope, *visit, *engineer, reason);
            if let Some(visit) = ticket.visit_mut(*visit) {
                visit.appointment = appointment.clone();
            }
            ticket.stage = TicketStage::Dispatched { since: at };
            let name = rows.find(*engineer).map(|user| user.name).unwrap_or_default();
            let text = if reason.is_empty() { name } else { format!("{name}: {reason}") };
            ticket.note(envelope, if again { Act::Reassigned } else { Act::Dispatched }, text);
        }
        ticket::Command::Recall { visit, reason } => {
            if let Some(visit) = ticket.visit_mut(*visit) {
                let how = How::Superseded;
                visit.called_off = Some(CalledOff { how, by, at, reason: reason.clone() });
            }
            ticket.stage = TicketStage::PendingDispatch { since: at };
            ticket.note(envelope, Act::Recalled, reason);
        }
        ticket::Command::TakeOn { visit } => {
            ticket.dispatch(envelope, *visit, by, "");
            if let Some(visit) = ticket.visit_mut(*visit) {
                visit::carry_out(visit, &visit::Command::Accept, envelope.mid, at);
            }
            ticket.stage = TicketStage::InProgress { since: at };
            ticket.note(envelope, Act::TookOn, "");
        }
        ticket::Command::Note { text, visible } => {
            ticket.note(envelope, Act::Noted, text);
            if let Some(entry) = ticket.log.last_mut() {
                entry.visible = *visible;
            }
        }
        ticket::Command::KeepMachine { reason, accessories, ready_on, .. } => {
            let before = ticket.machine_with_us().cloned();
            let (since, first) = before.as_ref().map_or((at, by), |kept| (kept.since, kept.by));
            let custody = Custody {
                since,
                by: first,
                reason: reason.clone(),
                accessories: accessories.clone(),
                ready_on: ready_on.clone(),
                returned: None,
            };
            if before.as_ref() == Some(&custody) {
                return Ok(Applied::default());
            }
            ticket.custody = Some(custody);
            let said = [reason, accessories, ready_on].map(|text| text.trim());
            let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
            ticket.note(envelope, Act::KeptMachine, said.join(" · "));
        }
        ticket::Command::HandBack { to, proof, note } => {
            if let Some(custody) = ticket.custody.as_mut().filter(|custody| custody.lasts()) {
                let (to, note) = (to.clone(), note.clone());
                custody.returned = Some(Returned { at, by, to, proof: *proof, note });
            }
            let said = [to, note].map(|text| text.trim());
            let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
            ticket.note(envelope, Act::HandedBack, said.join(" · "));
        }
        ticket::Command::EditContact { contact, seen } => {
            if ticket.contact == **contact {
                return Ok(Applied::default());
            }
            if ticket.contact == **seen {
                ticket.contact = (**contact).clone();
                ticket.note(envelope, Act::ContactEdited, contact.told_since(seen));
            } else {
                let kept = Box::new(Value::Contact(ticket.contact.clone()));
                let proposed = Box::new(Value::Contact((**contact).clone()));
                let base = Some(Box::new(Value::Contact((**seen).clone())));
                ticket.raise(envelope, Reason::FieldConflict { kept, proposed, base });
                amendment = Some(Amendment::KeptAsProposal);
            }
        }
        ticket::Command::EditMachine { machine, seen } => {
            if ticket.machine == **machine {
                return Ok(Applied::default());
            }
            if ticket.machine == **seen {
                ticket.machine = (**machine).clone();
                ticket.note(envelope, Act::MachineEdited, machine.told_since(seen));
            } else {
                let kept = Box::new(Value::Machine(ticket.machine.clone()));
                let proposed = Box::new(Value::Machine((**machine).clone()));
                let base = Some(Box::new(Value::Machine((**seen).clone())));
                ticket.raise(envelope, Reason::FieldConflict { kept, proposed, base });
                amendment = Some(Amendment::KeptAsProposal);
            }
        }
        ticket::Command::Hold { reason, note } => {
            ticket.stage = TicketStage::OnHold { reason: *reason, since: at };
            ticket.note(envelope, Act::Held, note);
        }
        ticket::Command::Resume => {
            ticket.stage = TicketStage::InProgress { since: at };
            ticket.note(envelope, Act::Resumed, "");
        }
        ticket::Command::Confirm { method, note } => {
            ticket.stage = TicketStage::Completed { method: *method, at };
            ticket.note(envelope, Act::Confirmed, note);
        }
        ticket::Command::Object { text } => {
            ticket.stage = TicketStage::InProgress { since: at };
            ticket.note(envelope, Act::Objected, text);
            ticket.raise(envelope, Reason::Objection { text: text.clone() });
        }
        ticket::Command::OpenFollowUp => {
            ticket.stage = TicketStage::PendingFollowUp { since: at };
            ticket.note(envelope, Act::FollowUpOpened, "");
        }
        ticket::Command::FollowUp { satisfied, note } => {
            ticket.note(envelope, Act::FollowedUp, note);
            if *satisfied {
                ticket.stage = TicketStage::Closed { at };
            } else {
                // T-17: a dissatisfied customer is work again, for a person to plan.
                ticket.stage = TicketStage::PendingDispatch { since: at };
                ticket.raise(envelope, Reason::Objection { text: note.clone() });
            }
        }
        ticket::Command::Close => {
            ticket.stage = TicketStage::Closed { at };
            ticket.note(envelope, Act::Closed, "");
        }
        ticket::Command::Reopen { reason } => {
            ticket.stage = TicketStage::PendingDispatch { since: at };
            ticket.note(envelope, Act::Reopened, reason);
        }
        ticket::Command::Cancel { reason } => {
            for visit in ticket.visits.iter_mut().filter(|visit| visit.is_open()) {
                visit.called_off =
                    Some(CalledOff { how: How::Cancelled, by, at, reason: reason.clone() });
            }
            ticket.stage = TicketStage::Cancelled { by, at, reason: reason.clone() };
            ticket.note(envelope, Act::Cancelled, reason);
        }
        ticket::Command::AgeOut => return Ok(age_out(rows, ticket, at)),
        ticket::Command::Settle { flag, decision, note } => {
            settle(&mut ticket, envelope, *flag, *decision, note);
        }
    }
    ticket.count_wait(waits, at);
    ticket.come_back();
    Ok(Applied { rows: vec![ticket.into()], amendment })
}

/// The machine changed hands on a ticket that did not expect it: written down, and a person looks.
fn wonder(envelope: &Envelope, mut applied: Applied) -> Applied {
    let Some(Row::Ticket(ticket)) = applied.rows.last_mut() else { return applied };
    let visit = ticket.visit_of(envelope.by).or(ticket.visits.last()).map(|visit| visit.id);
    // Where nobody was sent yet, it was the office itself that said so.
    let Some(visit) = visit else { return applied };
    applied.amendment = Some(match ticket.stage {
        TicketStage::Cancelled { by, at, .. } => {
            ticket.raise(envelope, Reason::LateWork { visit });
            Amendment::HadBeenCancelled { by, at }
        }
        _ => {
            ticket.raise(envelope, Reason::OutOfOrder { visit });
            Amendment::OutOfOrder
        }
    });
    applied
}

/// The ticket and its sheets leave the phones. That is no event of the repair, so the history has no line for it.
fn age_out(rows: &impl Lookup, mut ticket: Ticket, at: Timestamp) -> Applied {
    if ticket.aged_out.is_some() {
        return Applied::default();
    }
    ticket.aged_out = Some(at);
    let signed = ticket.visits.iter().flat_map(|visit| &visit.sheets);
    let sheets = signed.filter_map(|sheet| rows.find(*sheet));
    let mut changed: Vec<Row> =
        sheets.map(|sheet| Sheet { aged_out: Some(at), ..sheet }.into()).collect();
    changed.push(ticket.into());
    Applied { rows: changed, amendment: None }
}

/// Answers a flag; a proposal that is taken becomes what stands.
fn settle(ticket: &mut Ticket, envelope: &Envelope, id: Uuid, decision: Decision, note: &str) {
    let (by, at) = (envelope.by, envelope.at);
    let flag = ticket.flags.iter().find(|flag| flag.id == id);
    let taken = flag.and_then(|flag| match (&flag.reason, decision) {
        (Reason::FieldConflict { kept, proposed, base }, Decision::TakeProposal) => {
            let stands = proposed.standing(ticket);
            Some(proposed.on(base.as_deref(), stands.as_ref().unwrap_or(kept)))
        }
        _ => None,
    });
    if let Some(flag) = ticket.flags.iter_mut().find(|flag| flag.id == id) {
        flag.settled = Some(Settlement { decision, note: note.to_owned(), by, at });
    }
    match taken {
        Some(Value::Appointment(visit, appointment)) => {
            if let Some(visit) = ticket.visit_mut(visit) {
                visit.appointment = Some(appointment);
            }
        }
        Some(Value::Contact(contact)) => ticket.contact = contact,
        Some(Value::Machine(machine)) => ticket.machine = machine,
        None => {}
    }
    ticket.note(envelope, Act::Settled, note);
}

/// T-01. Customer and machine are made with it where the caller was not known.
fn register(
    rows: &impl Lookup,
    envelope: &Envelope,
    id: Id<Ticket>,
    intake: &ticket::Intake,
) -> Applied {
    let mut ticket = Ticket {
        id,
        number: None,
        provisional: intake.provisional.clone(),
        title: intake.title.clone(),
        description: intake.description.clone(),
        request: intake.request,
        channel: intake.channel,
        urgency: intake.urgency,
        received_at: intake.received_at,
        submitter: intake.submitter.clone(),
        transferred_by: intake.transferred_by.clone(),
        expected_by: intake.expected_by,
        registered_by: envelope.by,
        registered_at: envelope.at,
        contact: intake.contact.clone(),
        machine: intake.machine.clone(),
        triage: None,
        stage: TicketStage::Received,
        visits: Vec::new(),
        log: Vec::new(),
        flags: Vec::new(),
        custody: None,
        waited_ms: 0,
        aged_out: None,
    };
    ticket.note(envelope, Act::Registered, "");
    let contact = &intake.contact;
    let mut changed: Vec<Row> = Vec::new();
    if let Some(id) = contact.customer
        && rows.find(id).is_none()
    {
        changed.push(
            Customer {
                id,
                number: None,
                name: contact.name.clone(),
                company: contact.company.clone(),
                salutation: contact.salutation,
                phone: contact.phone.clone(),
                address: contact.address.clone(),
                access_note: contact.access_note.clone(),
                level: customer::Level::Normal,
                note: String::new(),
            }
            .into(),
        );
    }
    let nameplate = &intake.machine;
    let unknown = nameplate.machine.filter(|id| rows.find(*id).is_none());
    if nameplate.model.trim().is_empty() {
        // No file is made of a machine whose model nobody said: the ticket must not point to one.
        ticket.machine.machine = nameplate.machine.filter(|id| Some(*id) != unknown);
    } else if let Some(id) = unknown {
        changed.push(
            Machine {
                id,
                customer: contact.customer,
                model: nameplate.model.clone(),
                serial: nameplate.serial.clone(),
                purchased_on: nameplate.purchased_on.clone(),
                warranty: nameplate.warranty,
                place: nameplate.place.clone(),
            }
            .into(),
        );
    }
    changed.push(ticket.into());
    Applied { rows: changed, amendment: None }
}

/// A row of form 2: the ticket as it stood in the old list.
fn import_ticket(
    rows: &impl Lookup,
    envelope: &Envelope,
    id: Id<Ticket>,
    import: &ticket::Import,
) -> Applied {
    let mut applied = register(rows, envelope, id, &import.intake);
    let Some(Row::Ticket(ticket)) = applied.rows.last_mut() else { return applied };
    let at = envelope.at;
    let started = import.intake.received_at;
    ticket.number = Some(import.number.clone());
    ticket.registered_at = started;
    ticket.log.clear();
    ticket.note(envelope, Act::Imported, &import.handler);
    if !import.solution.trim().is_empty() {
        ticket.note(envelope, Act::Noted, &import.solution);
    }
    if !import.confirmation.trim().is_empty() {
        ticket.note(envelope, Act::Confirmed, &import.confirmation);
    }
    if let Some(estimated) = import.estimated_done_at {
        ticket.expected_by = Some(estimated);
    }
    let done = import.done_at.unwrap_or(at);
    ticket.stage = match import.stage {
        ImportStage::Received => TicketStage::Received,
        ImportStage::PendingDispatch => TicketStage::PendingDispatch { since: started },
        // Work in progress needs somebody who does it; without one it waits to be dispatched again.
        ImportStage::InProgress => match import.engineer {
            Some(engineer) => {
                let mut visit = Visit::dispatched(
                    Id::derived(&format!("visit:{id}")),
                    1,
                    engineer,
                    envelope.by,
                    started,
                );
                visit::carry_out(&mut visit, &visit::Command::Accept, envelope.mid, started);
                ticket.visits.push(visit);
                TicketStage::InProgress { since: started }
            }
            None => TicketStage::PendingDispatch { since: started },
        },
        ImportStage::PendingConfirmation => TicketStage::PendingConfirmation { since: done },
        ImportStage::Completed => TicketStage::Completed { method: Confirmation::Phone, at: done },
        ImportStage::Closed => TicketStage::Closed { at: done },
        ImportStage::Cancelled => {
            TicketStage::Cancelled { by: envelope.by, at: done, reason: import.solution.clone() }
        }
    };
    applied
}

fn apply_visit(
    rows: &impl Lookup,
    envelope: &Envelope,
    ticket_id: Id<Ticket>,
    id: Id<Visit>,
    command: &visit::Command,
) -> Result<Applied, Refusal> {
    let (by, at) = (envelope.by, envelope.at);
    let actor = rows.actor(by)?;
    let mut ticket = rows.find(ticket_id).ok_or(Refusal::NotFound)?;
    let before = ticket.visit(id).cloned().ok_or(Refusal::NotFound)?;
    visit::entitled(&before, command, &actor)?;
    visit::valid(command)?;
    let known = before.called_off.as_ref().map(|_| Refusal::CalledOff);
    let objection = check(rows, by, at, &envelope.command).err().or(known);
    if let Some(refusal) = objection
        && !command.is_evidence()
    {
        return Err(refusal);
    }

    // Two people may set the same appointment without hearing of each other (K-03).
    if let visit::Command::Appoint { appointment, seen } = command {
        if before.appointment.as_ref() == Some(appointment) {
            return Ok(Applied::default());
        }
        if before.stage >= Stage::Arrived && actor.id != before.engineer {
            ticket.note(envelope, Act::Appointed, window(appointment));
            return Ok(Applied { rows: vec![ticket.into()], amendment: Some(Amendment::Moot) });
        }
        if let Some(kept) = before.appointment.as_ref().filter(|kept| Some(*kept) != seen.as_ref())
        {
            let kept = Box::new(Value::Appointment(id, kept.clone()));
            let proposed = Box::new(Value::Appointment(id, appointment.clone()));
            let base = seen.clone().map(|seen| Box::new(Value::Appointment(id, seen)));
            ticket.raise(envelope, Reason::FieldConflict { kept, proposed, base });
            return Ok(Applied {
                rows: vec![ticket.into()],
                amendment: Some(Amendment::KeptAsProposal),
            });
        }
    }

    let mut changed: Vec<Row> = Vec::new();
    let waits = ticket.waits_since();
    if let Some(visit) = ticket.visit_mut(id) {
        visit::carry_out(visit, command, envelope.mid, at);
    }
    let (act, text) = story(command);
    // Twenty pictures in a row are one thing done.
    let goes_on = act == Act::Photographed
        && ticket.log.last().is_some_and(|last| last.act == act && last.by == by);
    if !goes_on {
        ticket.note(envelope, act, text);
    }

    let mut amendment = None;
    if let Some(refusal) = objection {
        amendment = Some(reconcile(&mut ticket, envelope, &before, refusal));
    }
    follow(&mut ticket, envelope, id, command);

    match command {
        visit::Command::Decline { reason } => {
            let off = CalledOff { how: How::Declined, by, at, reason: reason.clone() };
            if let Some(visit) = ticket.visit_mut(id) {
                visit.called_off = Some(off);
            }
            ticket.stage = TicketStage::PendingDispatch { since: at };
        }
        visit::Command::UsePart { part_use } => {
            let known = before.parts.iter().any(|used| used.id == part_use.id);
            if let Some(part) = part_use.part
                && !known
            {
                let stock = moved(rows, Place::Person(by), part, -part_use.quantity, at);
                if stock.quantity < 0 {
                    let name = part_use.name.clone();
                    ticket.raise(envelope, Reason::StockShort { part, name });
                }
                changed.push(stock.into());
            }
        }
        visit::Command::RemovePart { part_use } => {
            let used = before.parts.iter().find(|used| used.id == *part_use);
            if let Some((used, part)) = used.and_then(|used| Some((used, used.part?))) {
                changed.push(moved(rows, Place::Person(by), part, used.quantity, at).into());
            }
        }
        visit::Command::Sign { sheet, content, digest, signature, ratings } => {
            if let Some(signed) = rows.find(*sheet) {
                // The same signature again is no news; another one under the same id is no signature.
                let same = signed.digest == *digest && signed.signature == **signature;
                return if same { Ok(Applied::default()) } else { Err(Refusal::AlreadyExists) };
            }
            let locked = before.lock.as_ref().map(|lock| lock.digest.as_str());
            let stroke_fits = match &signature.answer {
                Answer::Signed { strokes, stroke_digest, .. } => {
                    sheet::digest(strokes) == *stroke_digest
                }
                Answer::Refused { .. } | Answer::Absent { .. } => true,
            };
            let fits = sheet::digest(content) == *digest && stroke_fits;
            if !fits || locked.is_some_and(|locked| locked != digest) {
                ticket.raise(envelope, Reason::SheetDiffers { visit: id });
            }
            changed.push(
                Sheet {
                    id: *sheet,
                    ticket: ticket_id,
                    visit: id,
                    engineer: before.engineer,
                    revision: before.revision(),
                    content: (**content).clone(),
                    digest: digest.clone(),
                    signature: (**signature).clone(),
                    at,
                    aged_out: None,
                    seal: None,
                }
                .into(),
            );
            if let Some(ratings) = *ratings {
                let (id, ticket, engineer) = (Rating::id_of(*sheet), ticket_id, before.engineer);
                changed.push(Rating { id, ticket, engineer, ratings, at }.into());
            }
        }
        _ => {}
    }
    ticket.count_wait(waits, at);
    ticket.come_back();
    changed.push(ticket.into());
    Ok(Applied { rows: changed, amendment })
}

/// Evidence that met a state it did not expect: who decides what about it (sync rules, section 8; K-01, K-02).
fn reconcile(
    ticket: &mut Ticket,
    envelope: &Envelope,
    before: &Visit,
    refusal: Refusal,
) -> Amendment {
    let visit = before.id;
    let Some(off) = before.called_off.clone().filter(|_| refusal == Refusal::CalledOff) else {
        ticket.raise(envelope, Reason::OutOfOrder { visit });
        return Amendment::OutOfOrder;
    };
    if off.how == How::Cancelled {
        // A signature asks its own question, in `follow`.
        ticket.raise(envelope, Reason::LateWork { visit });
        return Amendment::HadBeenCancelled { by: off.by, at: off.at };
    }
    let reached = ticket.visit(visit).map_or(before.stage, |visit| visit.stage);
    let other = ticket.active_visit().map(|other| (other.id, other.stage));
    if off.how == How::Superseded
        && reached >= Stage::Inspecting
        && let Some((other, stage)) = other
        && stage < Stage::Arrived
    {
        // K-01: whoever is at the machine keeps the job; the other is stopped before leaving in vain.
        let (by, at) = (SYSTEM, envelope.at);
        if let Some(other) = ticket.visit_mut(other) {
            other.called_off =
                Some(CalledOff { how: How::Superseded, by, at, reason: String::new() });
        }
        if let Some(visit) = ticket.visit_mut(visit) {
            visit.called_off = None;
        }
        if matches!(ticket.stage, TicketStage::Dispatched { .. }) {
            ticket.stage = TicketStage::InProgress { since: at };
        }
        ticket.raise(envelope, Reason::DoubleDispatch { visit, other });
        return Amendment::StaysYours;
    }
    ticket.raise(envelope, Reason::LateWork { visit });
    Amendment::HadBeenGivenAway { by: off.by, at: off.at }
}

/// What the visit's progress means for the ticket's stage: T-06, T-10, T-11, T-12. Never backwards.
fn follow(ticket: &mut Ticket, envelope: &Envelope, id: Id<Visit>, command: &visit::Command) {
    let at = envelope.at;
    let Some(visit) = ticket.visit(id).cloned() else { return };
    let cancelled = match &ticket.stage {
        TicketStage::Cancelled { by, at, .. } => Some((*by, *at)),
        _ => None,
    };
    let counts = visit.called_off.is_none();
    if counts
        && visit.stage >= Stage::Accepted
        && matches!(ticket.stage, TicketStage::Dispatched { .. })
    {
        ticket.stage = TicketStage::InProgress { since: at };
    }
    // Nobody waits for a customer at whose machine somebody works (T-09). What happened before the hold was
    // not what it waited for; and only people know whether what came of parts or approvals is enough.
    if let TicketStage::OnHold { reason: HoldReason::WaitingCustomer, since } = ticket.stage
        && counts
        && since <= at
        && command.is_work()
    {
        ticket.stage = TicketStage::InProgress { since: at };
    }
    let visit::Command::Sign { signature, content, .. } = command else { return };
    let solved = signature.solved;
    let done = matches!(content.outcome, Outcome::Repaired { .. } | Outcome::NoFault { .. });
    if let Some((cancelled_by, cancelled_at)) = cancelled {
        if done && signature.signed() && solved != Some(false) {
            ticket.stage = TicketStage::Completed { method: Confirmation::Signature, at };
            // The question about billing replaces the one about late work.
            ticket.flags.retain(|flag| {
                flag.settled.is_some() || flag.reason != Reason::LateWork { visit: id }
            });
            let reason = Reason::CancelVsSigned { visit: id, cancelled_by, cancelled_at };
            ticket.raise(envelope, reason);
            // The history keeps the cancellation; the visit counts again, up to the handing in.
            if let Some(visit) = ticket.visit_mut(id) {
                visit.called_off = None;
            }
        }
        return;
    }
    let working = matches!(
        ticket.stage,
        TicketStage::InProgress { .. }
            | TicketStage::OnHold { .. }
            | TicketStage::Dispatched { .. }
    );
    if !counts || !working {
        return;
    }
    ticket.stage = match (&content.outcome, solved) {
        (Outcome::NotRepaired { next_step, .. }, _) => match next_step {
            NextStep::SecondVisit | NextStep::DropOff => {
                TicketStage::OnHold { reason: HoldReason::SecondVisit, since: at }
            }
            NextStep::Escalate => {
                TicketStage::OnHold { reason: HoldReason::WaitingEscalation, since: at }
            }
            NextStep::ReturnExchange => {
                TicketStage::OnHold { reason: HoldReason::WaitingApproval, since: at }
            }
            NextStep::Abandon => TicketStage::PendingConfirmation { since: at },
        },
        (_, Some(false)) => {
            let text = signature.comment.clone();
            ticket.raise(envelope, Reason::Objection { text });
            TicketStage::InProgress { since: at }
        }
        (_, Some(true)) if signature.signed() => {
            TicketStage::Completed { method: Confirmation::Signature, at }
        }
        _ => TicketStage::PendingConfirmation { since: at },
    };
}

/// The history line a visit command leaves.
fn story(command: &visit::Command) -> (Act, String) {
    match command {
        visit::Command::Accept => (Act::Accepted, String::new()),
        visit::Command::Decline { reason } => (Act::Declined, reason.clone()),
        visit::Command::Appoint { appointment, .. } => (Act::Appointed, window(appointment)),
        visit::Command::LogCall { summary } => (Act::Called, summary.clone()),
        visit::Command::Prepare { note } => (Act::Prepared, note.clone()),
        visit::Command::Depart => (Act::Departed, String::new()),
        visit::Command::Arrive { consent: false } => (Act::Arrived, String::new()),
        visit::Command::Arrive { consent: true } => (Act::Consented, String::new()),
        visit::Command::Consent => (Act::Consented, String::new()),
        visit::Command::Inspect { findings, .. } => (Act::Inspected, findings.clone()),
        visit::Command::Talk { summary, .. } => (Act::Talked, summary.clone()),
        visit::Command::StartRepair => (Act::StartedRepair, String::new()),
        visit::Command::Progress { text } => (Act::Progressed, text.clone()),
        visit::Command::UsePart { part_use } => {
            (Act::UsedPart, format!("{} × {}", part_use.name, part_use.quantity))
        }
        visit::Command::RemovePart { .. } => (Act::RemovedPart, String::new()),
        visit::Command::Charge { .. } => (Act::Charged, String::new()),
        visit::Command::AddPhoto { .. } => (Act::Photographed, String::new()),
        visit::Command::WithdrawPhoto { .. } => (Act::WithdrewPhoto, String::new()),
        visit::Command::Finish { outcome, .. } => {
            let text = match outcome {
                Outcome::Repaired { solution, .. } => solution.clone(),
                Outcome::NoFault { explanation } => explanation.clone(),
                Outcome::NotRepaired { reason, .. } => reason.clone(),
            };
            (Act::Finished, text)
        }
        visit::Command::LeaveUnfinished { reason, .. } => (Act::LeftUnfinished, reason.clone()),
        visit::Command::LockSheet { .. } => (Act::LockedSheet, String::new()),
        visit::Command::UnlockSheet => (Act::UnlockedSheet, String::new()),
        visit::Command::Sign { signature, .. } => match &signature.answer {
            Answer::Signed { .. } => (Act::Signed, signature.signer.clone()),
            Answer::Refused { reason, .. } => (Act::SignatureRefused, reason.clone()),
            Answer::Absent { reason, .. } => (Act::CustomerAbsent, reason.clone()),
        },
        visit::Command::HandIn => (Act::HandedIn, String::new()),
        visit::Command::Verify => (Act::Verified, String::new()),
    }
}

/// A window as the history keeps it: two moments in milliseconds, which the reader's app puts into words.
fn window(appointment: &visit::Appointment) -> String {
    format!("{}–{}", appointment.from.0, appointment.to.0)
}

fn moved(rows: &impl Lookup, place: Place, part: Id<Part>, quantity: i64, at: Timestamp) -> Stock {
    let stock = rows.find(Stock::id_of(place, part));
    stock.unwrap_or_else(|| Stock::empty(place, part, at)).moved(quantity)
}

fn apply_part_request(
    rows: &impl Lookup,
    envelope: &Envelope,
    id: Id<PartRequest>,
    command: &part_request::Command,
) -> Result<Applied, Refusal> {
    let (by, at) = (envelope.by, envelope.at);
    let actor = rows.actor(by)?;
    let before = rows.find(id);
    let objection = check(rows, by, at, &envelope.command).err();
    let mut amendment = None;
    match objection {
        None => {}
        // Handing out and taking are facts; only who may say so, and about what, is asked.
        Some(Refusal::NotApproved | Refusal::NotIssued) if command.is_evidence() => {
            amendment = Some(Amendment::OutOfOrder)
        }
        Some(refusal) => return Err(refusal),
    }
    let moves = before.as_ref().map_or((None, 0), |request| match (&request.stage, command) {
        // A second device saying the same again must not move the parts twice.
        (
            part_request::Stage::Issued { .. } | part_request::Stage::Received { .. },
            part_request::Command::Issue,
        )
        | (part_request::Stage::Received { .. }, part_request::Command::Receive) => (None, 0),
        (_, part_request::Command::Issue) => (Some(Place::Store), -1),
        (_, part_request::Command::Receive) => (Some(Place::Person(request.requester)), 1),
        _ => (None, 0),
    });
    let repeated = amendment.is_some() && moves.0.is_none();
    if repeated {
        return Ok(Applied::default());
    }
    if before.as_ref().is_some_and(|request| request.aged_out.is_some())
        && matches!(command, part_request::Command::AgeOut)
    {
        return Ok(Applied::default());
    }
    let Some(request) = part_request::carry_out(id, before.as_ref(), command, &actor, at) else {
        return Err(Refusal::NotFound);
    };
    let mut changed: Rows = Rows::new();
    if let (Some(place), sign) = moves {
        for line in &request.lines {
            let Some(part) = line.part else { continue };
            let key = Key::of(Stock::id_of(place, part));
            let stock = match changed.get(&key).map(|row| (**row).clone()) {
                Some(Row::Stock(stock)) => stock.moved(sign * line.quantity),
                _ => moved(rows, place, part, sign * line.quantity, at),
            };
            changed.insert(key, Arc::new(stock.into()));
        }
    }
    let mut changed: Vec<Row> = changed.values().map(|row| (**row).clone()).collect();
    changed.push(request.into());
    Ok(Applied { rows: changed, amendment })
}
