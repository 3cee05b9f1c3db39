//! The demo's work: tickets in every stage, told as the commands people gave.

mod earlier;
mod hand;
mod on_hold;
mod under_way;
mod waiting;

use super::{Demo, files, part_id, user_id};
use crate::error::Error;
use domain::{
    Command, Id, Timestamp, number,
    part_request::{self, Line, PartRequest},
    sheet::{self, Answer, CustomerCopy, Ratings, Relation, Signature},
    ticket::{self, Category, Channel, Intake, Method, Priority, Request, Ticket, Triage, Urgency},
    user::User,
    values::{Language, Money},
    visit::{self, Appointment, Cause, Charges, Outcome, PartUse, Visit},
};

/// A week of work, the oldest first, so that numbers grow with the days.
pub(super) async fn tell(demo: &mut Demo<'_>) -> Result<(), Error> {
    earlier::earlier(demo).await?;
    on_hold::on_hold(demo).await?;
    under_way::under_way(demo).await?;
    waiting::waiting(demo).await
}

/// What a customer said when they called.
struct Call {
    machine: usize,
    request: Request,
    channel: Channel,
    urgency: Urgency,
    title: &'static str,
    description: &'static str,
}

const fn repair(
    machine: usize,
    channel: Channel,
    urgency: Urgency,
    title: &'static str,
    description: &'static str,
) -> Call {
    Call { machine, request: Request::Repair, channel, urgency, title, description }
}

/// One ticket being told; `at` moves forward with each thing that happens.
struct Story<'d, 's> {
    demo: &'d mut Demo<'s>,
    id: Id<Ticket>,
    visits: u32,
    labels: u32,
    at: Timestamp,
    engineer: Id<User>,
}

impl<'s> Demo<'s> {
    /// Somebody at the desk writes down a call, so many minutes after it came in.
    async fn call<'d>(
        &'d mut self,
        number: u32,
        call: Call,
        at: Timestamp,
    ) -> Result<Story<'d, 's>, Error> {
        let id = Id::derived(&format!("demo:ticket:{number}"));
        let (contact, machine) = files::snapshot(call.machine);
        let intake = Intake {
            provisional: None,
            title: call.title.into(),
            description: call.description.into(),
            request: call.request,
            channel: call.channel,
            urgency: call.urgency,
            received_at: at,
            submitter: String::new(),
            transferred_by: String::new(),
            expected_by: None,
            contact,
            machine,
        };
        let mut story =
            Story { demo: self, id, visits: 0, labels: number * 10, at, engineer: user_id("li") };
        story.ticket("kefu", 3, ticket::Command::Register { intake: Box::new(intake) }).await?;
        Ok(story)
    }

    fn minutes_ago(&self, minutes: i64) -> Timestamp {
        self.now.plus_minutes(-minutes)
    }

    /// A window of two hours that begins at a full hour, so many hours from now.
    fn window_in(&self, hours: i64) -> Appointment {
        const HOUR: i64 = 3_600_000;
        let from = Timestamp((self.now.0 / HOUR + hours) * HOUR);
        Appointment { from, to: from.plus_minutes(120), agreed_with: String::new() }
    }

    /// A window in the morning or afternoon, so many days from now.
    fn window_on(&self, days: i64, hour: i64) -> Appointment {
        let from = self.days_ago(-days, hour, 0);
        Appointment { from, to: from.plus_minutes(120), agreed_with: String::new() }
    }

    /// That day in China, so many days from now, as `YYYY-MM-DD`.
    fn day_in(&self, days: i64) -> String {
        let digits = self.days_ago(-days, 12, 0).date_digits();
        let (year, rest) = digits.split_at(4);
        let (month, day) = rest.split_at(2);
        format!("{year}-{month}-{day}")
    }

    async fn request(
        &mut self,
        number: u32,
        by: &str,
        at: Timestamp,
        ticket: Id<Ticket>,
        parts: &[(&str, i64, &str)],
        urgent: bool,
    ) -> Result<Id<PartRequest>, Error> {
        let id = Id::derived(&format!("demo:request:{number}"));
        let known = self.store.find(ticket).await?;
        let ticket_number =
            known.map(|ticket| ticket.spoken_number().to_owned()).unwrap_or_default();
        let line = |&(code, quantity, reason): &(&str, i64, &str)| Line {
            part: Some(part_id(code)),
            code: code.into(),
            name: files::part_of(code).map(|part| part.name).unwrap_or_default(),
            quantity,
            reason: reason.into(),
        };
        let command = part_request::Command::Submit {
            ticket,
            ticket_number,
            lines: parts.iter().map(line).collect(),
            needed_by: urgent.then(|| at.plus_minutes(24 * 60)),
            urgent,
            note: String::new(),
        };
        self.act(user_id(by), at, vec![Command::PartRequest(id, command)]).await?;
        Ok(id)
    }

    async fn answer(
        &mut self,
        id: Id<PartRequest>,
        by: &str,
        at: Timestamp,
        command: part_request::Command,
    ) -> Result<(), Error> {
        self.act(user_id(by), at, vec![Command::PartRequest(id, command)]).await
    }
}

impl Story<'_, '_> {
    /// Somebody does something with the ticket, so many minutes after what was before.
    async fn ticket(
        &mut self,
        who: &str,
        minutes: i64,
        command: ticket::Command,
    ) -> Result<(), Error> {
        self.at = self.at.plus_minutes(minutes);
        self.demo.act(user_id(who), self.at, vec![Command::Ticket(self.id, command)]).await
    }

    fn visit_id(&self) -> Id<Visit> {
        Id::derived(&format!("demo:visit:{}:{}", self.id, self.visits))
    }

    /// The engineer does something on the visit, so many minutes after what was before.
    async fn visit(&mut self, minutes: i64, command: visit::Command) -> Result<(), Error> {
        self.at = self.at.plus_minutes(minutes);
        let command = Command::Visit(self.id, self.visit_id(), command);
        self.demo.act(self.engineer, self.at, vec![command]).await
    }

    async fn triage(
        &mut self,
        priority: Priority,
        method: Method,
        suggestion: &str,
    ) -> Result<(), Error> {
        let triage = Triage {
            category: Category::Hardware,
            priority,
            method,
            impact: String::new(),
            team: Some(super::team_id(0)),
            judgement: String::new(),
            suggestion: suggestion.into(),
            by: user_id("kefu"),
            at: self.at,
        };
        self.ticket("kefu", 4, ticket::Command::Triage { triage: Box::new(triage) }).await
    }

    async fn dispatch(
        &mut self,
        engineer: &str,
        minutes: i64,
        appointment: Option<Appointment>,
    ) -> Result<(), Error> {
        self.visits += 1;
        self.engineer = user_id(engineer);
        let command = ticket::Command::Dispatch {
            visit: self.visit_id(),
            engineer: self.engineer,
            appointment,
            reason: String::new(),
        };
        self.ticket("diaodu", minutes, command).await
    }

    /// Accepted, called and agreed with the customer.
    async fn accept(&mut self, window: Appointment, agreed_with: &str) -> Result<(), Error> {
        self.visit(6, visit::Command::Accept).await?;
        self.visit(
            5,
            visit::Command::LogCall {
                summary: "已电话联系客户，确认故障现象和上门时间".into()
            },
        )
        .await?;
        let known = self.demo.store.find(self.id).await?;
        let seen = known.and_then(|ticket| ticket.active_visit()?.appointment.clone());
        let appointment = Appointment { agreed_with: agreed_with.into(), ..window };
        self.visit(1, visit::Command::Appoint { appointment, seen }).await
    }

    /// From the door to the start of the repair.
    async fn at_work(&mut self, findings: &str, talk: &str) -> Result<(), Error> {
        self.visit(30, visit::Command::Depart).await?;
        self.visit(35, visit::Command::Arrive { consent: true }).await?;
        let inspect = visit::Command::Inspect {
            findings: findings.into(),
            reproduced: Some(true),
            configuration: String::new(),
        };
        self.visit(12, inspect).await?;
        self.visit(4, visit::Command::Talk { summary: talk.into(), price_told: true }).await?;
        self.visit(2, visit::Command::StartRepair).await
    }

    async fn progress(&mut self, minutes: i64, text: &str) -> Result<(), Error> {
        self.visit(minutes, visit::Command::Progress { text: text.into() }).await
    }

    async fn use_part(&mut self, code: &str, quantity: i64) -> Result<(), Error> {
        let Some(part) = files::part_of(code) else {
            return Err(Error::internal(format!("demo: no part {code}")));
        };
        self.labels += 1;
        let id: Id<PartUse> = Id::derived(&format!("demo:use:{}", self.labels));
        let label =
            if part.returnable { number::fault_label("DEM", self.labels) } else { String::new() };
        let part_use = PartUse {
            id: id.uuid(),
            part: Some(part.id),
            code: part.code,
            name: part.name,
            quantity,
            price: part.price,
            replaced: part.returnable,
            returnable: part.returnable,
            old_serial: String::new(),
            new_serial: String::new(),
            label,
            lost_reason: String::new(),
        };
        self.visit(3, visit::Command::UsePart { part_use: Box::new(part_use) }).await
    }

    async fn charge(&mut self, labour: i64, waived: i64) -> Result<(), Error> {
        let charges =
            Charges { labour: Money(labour), travel: Money(3_000), waived: Money(waived) };
        self.visit(1, visit::Command::Charge { charges }).await
    }

    async fn finish(
        &mut self,
        cause: Cause,
        cause_text: &str,
        solution: &str,
    ) -> Result<(), Error> {
        let outcome =
            Outcome::Repaired { cause, cause_text: cause_text.into(), solution: solution.into() };
        self.visit(15, visit::Command::Finish { outcome, checked: true, restored: true }).await
    }

    /// Locks the sheet and takes the customer's answer.
    async fn sheet(
        &mut self,
        answer: Answer,
        signer: &str,
        solved: Option<bool>,
        comment: &str,
    ) -> Result<(), Error> {
        let lock_at = self.at.plus_minutes(2).min(self.demo.now);
        let engineer = self.demo.store.find(self.engineer).await?;
        let ticket = self.demo.store.find(self.id).await?;
        let content = ticket.as_ref().zip(engineer.as_ref()).and_then(|(ticket, engineer)| {
            let visit = ticket.visit(self.visit_id())?;
            sheet::draft(ticket, visit, engineer, Language::Chinese, lock_at)
        });
        let Some(content) = content else {
            return Err(Error::internal("demo: a sheet without work"));
        };
        let content = Box::new(content);
        self.visit(2, visit::Command::LockSheet { content: content.clone() }).await?;
        let at = self.at.plus_minutes(3).min(self.demo.now);
        let signed = matches!(answer, Answer::Signed { .. });
        let signature = Signature {
            answer,
            signer: signer.into(),
            relation: Relation::Customer,
            solved,
            comment: comment.into(),
            ratings: None,
            customer_copy: CustomerCopy::ToSend,
            photos: Vec::new(),
            language: Language::Chinese,
            at,
        };
        let sign = visit::Command::Sign {
            sheet: Id::derived(&format!("demo:sheet:{}", self.visit_id())),
            digest: sheet::digest(&content),
            content,
            signature: Box::new(signature),
            ratings: solved.filter(|solved| signed && *solved).map(|_| Ratings {
                speed: 5,
                solving: 5,
                attitude: 5,
            }),
        };
        self.visit(3, sign).await
    }

    async fn signed(&mut self, signer: &str, solved: bool, comment: &str) -> Result<(), Error> {
        let strokes = hand::handwriting(self.labels);
        let stroke_digest = sheet::digest(&strokes);
        let answer = Answer::Signed { strokes, stroke_digest, typed: false };
        self.sheet(answer, signer, Some(solved), comment).await
    }
}
