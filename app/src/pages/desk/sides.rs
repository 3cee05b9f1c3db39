//! What each side of a question says, beside each other: before, now, proposed; the office, the field.

use domain::{
    Id,
    flag::{Decision, Flag, Reason, Value},
    part::Part,
    sheet::{Answer, Sheet},
    stock::{Place, Stock},
    ticket::{Act, Contact, Entry, Nameplate, Stage, Ticket},
    visit::{Appointment, Outcome, Visit},
};
use leptos::prelude::*;

use crate::{
    device::{Device, device},
    locale::{self, text},
    pages::sheet::{drawn, visit_stage},
    ui::{Fact, Facts, SignatureView},
};

/// One side, with who says so and when.
struct Side {
    title: &'static str,
    who: String,
    lines: Vec<Line>,
    /// The sheet whose signature belongs here.
    sheet: Option<Id<Sheet>>,
}

struct Line {
    label: &'static str,
    value: String,
    /// Whether it is what the sides disagree about.
    differs: bool,
}

impl Side {
    fn new(title: &'static str, who: String) -> Self {
        Self { title, who, lines: Vec::new(), sheet: None }
    }

    fn line(mut self, label: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.trim().is_empty() {
            self.lines.push(Line { label, value, differs: false });
        }
        self
    }
}

/// The sides of a question, next to each other (tracked).
pub(super) fn sides(ticket: &Ticket, flag: &Flag) -> AnyView {
    let sides = of(device(), ticket, flag);
    let side = |Side { title, who, lines, sheet }: Side| {
        let lines = lines
            .into_iter()
            .map(|Line { label, value, differs }| {
                view! {
                    <Fact label=label>
                        {if differs {
                            view! { <mark class="side__differs">{value}</mark> }.into_any()
                        } else {
                            view! { <span>{value}</span> }.into_any()
                        }}
                    </Fact>
                }
            })
            .collect_view();
        view! {
            <section class="side">
                <h3 class="side__title">{title}</h3>
                <p class="side__who num">{who}</p>
                <Facts>{lines}</Facts>
                {sheet.map(signature)}
            </section>
        }
    };
    view! { <div class="sides">{sides.into_iter().map(side).collect_view()}</div> }.into_any()
}

/// The signature on a sheet, drawn, with who signed; nothing where nobody did.
pub(super) fn signature(id: Id<Sheet>) -> AnyView {
    let device = device();
    let sheet = Memo::new(move |_| device.find(id));
    let ink = move || {
        let sheet = sheet.get()?;
        let words = &text().handover.sheet;
        let signer = sheet.signature.signer.clone();
        Some(match sheet.signature.answer {
            Answer::Signed { typed: true, .. } => {
                view! { <p class="signature-line__typed">{signer}</p> }.into_any()
            }
            Answer::Signed { strokes, .. } => {
                let (strokes, ratio) = drawn(&strokes);
                view! { <SignatureView strokes ratio label=(words.drawn_by)(&signer)/> }.into_any()
            }
            Answer::Refused { .. } | Answer::Absent { .. } => return None,
        })
    };
    view! { <div class="signature-line">{ink}</div> }.into_any()
}

fn of(device: Device, ticket: &Ticket, flag: &Flag) -> Vec<Side> {
    let watch = &text().watch;
    let teller = told(device, flag.by, flag.at);
    match &flag.reason {
        Reason::FieldConflict { kept, proposed, base } => {
            conflict(device, ticket, flag, base.as_deref(), kept, proposed)
        }
        Reason::CancelVsSigned { visit, cancelled_by, cancelled_at } => {
            let called_off = ticket.visit(*visit).and_then(|visit| visit.called_off.as_ref());
            let reason = match (&ticket.stage, called_off) {
                (_, Some(off)) if !off.reason.is_empty() => off.reason.clone(),
                (Stage::Cancelled { reason, .. }, _) => reason.clone(),
                _ => {
                    let said = ticket.log.iter().rev().find(|entry| entry.act == Act::Cancelled);
                    said.map(|entry| entry.text.clone()).unwrap_or_default()
                }
            };
            let office = Side::new(watch.side_office, told(device, *cancelled_by, *cancelled_at))
                .line(watch.recorded, text().words.act(Act::Cancelled))
                .line(watch.reason, reason);
            vec![office, field(device, ticket, *visit, teller)]
        }
        Reason::LateWork { visit } => {
            let known = ticket.visit(*visit);
            let off = known.and_then(|visit| visit.called_off.as_ref());
            let office = off.map(|off| {
                Side::new(watch.side_office, told(device, off.by, off.at))
                    .line(watch.recorded, text().words.how(off.how))
                    .line(watch.reason, off.reason.clone())
            });
            office.into_iter().chain([field(device, ticket, *visit, teller)]).collect()
        }
        Reason::DoubleDispatch { visit, other } => {
            let side = |title, id: Id<Visit>| {
                let visit = ticket.visit(id)?;
                Some(
                    Side::new(title, device.name(visit.engineer))
                        .line(watch.progress, visit_stage(device, visit))
                        .line(
                            text().desk.dispatched,
                            told(device, visit.dispatched_by, visit.dispatched_at),
                        )
                        .line(
                            text().desk.arrived,
                            visit.arrived_at.map(locale::moment).unwrap_or_default(),
                        ),
                )
            };
            [side(watch.side_first, *visit), side(watch.side_second, *other)]
                .into_iter()
                .flatten()
                .collect()
        }
        Reason::Objection { text: said } => {
            let visit = ticket.visits.iter().rev().find(|visit| visit.outcome.is_some());
            let customer =
                Side::new(watch.side_customer, teller.clone()).line(watch.recorded, said.clone());
            let engineer = visit.map(|visit| {
                Side::new(watch.side_engineer, device.name(visit.engineer))
                    .line(text().desk.result, result(visit))
            });
            [customer].into_iter().chain(engineer).collect()
        }
        Reason::StockShort { part, name } => {
            vec![
                Side::new(watch.side_field, teller)
                    .line(watch.part, name.clone())
                    .line(watch.recorded, in_books(device, flag, *part)),
            ]
        }
        Reason::SheetDiffers { visit } | Reason::OutOfOrder { visit } => {
            vec![field(device, ticket, *visit, teller)]
        }
    }
}

/// Who, and when.
fn told(device: Device, by: Id<domain::user::User>, at: domain::Timestamp) -> String {
    format!("{} · {}", device.name(by), locale::moment(at))
}

/// What the engineer did and the customer signed.
fn field(device: Device, ticket: &Ticket, id: Id<Visit>, teller: String) -> Side {
    let (watch, desk) = (&text().watch, &text().desk);
    let side = Side::new(watch.side_field, teller);
    let Some(visit) = ticket.visit(id) else { return side };
    let parts: Vec<String> =
        visit.parts.iter().map(|used| format!("{} × {}", used.name, used.quantity)).collect();
    let sheet = visit.sheets.last().and_then(|id| device.find(*id));
    let mut side = side
        .line(watch.progress, visit_stage(device, visit))
        .line(desk.result, result(visit))
        .line(desk.parts_used, parts.join(" · "));
    if let Some(sheet) = sheet {
        side = side.line(watch.total, locale::money(sheet.content.total));
        if sheet.signature.signed() {
            side = side.line(watch.signed, sheet.signature.signer.clone());
            side.sheet = Some(sheet.id);
        }
    }
    side
}

fn result(visit: &Visit) -> String {
    let (desk, words) = (&text().desk, &text().words);
    match &visit.outcome {
        None => String::new(),
        Some(Outcome::Repaired { solution, .. }) => format!("{} · {solution}", desk.repaired),
        Some(Outcome::NoFault { explanation }) => format!("{} · {explanation}", desk.no_fault),
        Some(Outcome::NotRepaired { reason, next_step }) => {
            format!("{} · {reason} · {}", desk.not_repaired, words.next_step(*next_step))
        }
    }
}

fn in_books(device: Device, flag: &Flag, part: Id<Part>) -> String {
    let stock: Option<Stock> = device.find(Stock::id_of(Place::Person(flag.by), part));
    (text().watch.in_bag)(stock.map_or(0, |stock| stock.quantity))
}

/// What stands now, and what taking the proposal would make of it.
fn now_and_then(
    ticket: &Ticket,
    base: Option<&Value>,
    kept: &Value,
    proposed: &Value,
) -> (Value, Value) {
    let now = proposed.standing(ticket).unwrap_or_else(|| kept.clone());
    let then = proposed.on(base, &now);
    (now, then)
}

/// What taking the proposal changes, in words; nothing where it stands already (tracked).
pub(super) fn becomes(ticket: &Ticket, reason: &Reason) -> String {
    let Reason::FieldConflict { kept, proposed, base } = reason else { return String::new() };
    let (now, then) = now_and_then(ticket, base.as_deref(), kept, proposed);
    let changes = fields(&now).into_iter().zip(fields(&then)).filter(|(now, then)| now.1 != then.1);
    let said = |(label, value): (&'static str, String)| {
        let value = if value.is_empty() { text().watch.nothing.to_owned() } else { value };
        format!("{label} {value}")
    };
    changes.map(|(_, then)| said(then)).collect::<Vec<_>>().join(" · ")
}

/// Before, now, proposed; only the lines that differ anywhere are shown.
fn conflict(
    device: Device,
    ticket: &Ticket,
    flag: &Flag,
    base: Option<&Value>,
    kept: &Value,
    proposed: &Value,
) -> Vec<Side> {
    let watch = &text().watch;
    let (stands, then) = now_and_then(ticket, base, kept, proposed);
    let (old, now, new) = (base.map(fields), fields(&stands), fields(&then));
    let differ: Vec<bool> = now
        .iter()
        .zip(&new)
        .enumerate()
        .map(|(place, (now, new))| {
            let before = old.as_ref().and_then(|old| old.get(place));
            now.1 != new.1 || before.is_some_and(|before| before.1 != now.1)
        })
        .collect();
    let lines = |fields: &[(&'static str, String)]| -> Vec<Line> {
        let told = fields.iter().zip(&differ).filter(|(_, differs)| **differs);
        told.map(|((label, value), _)| {
            let value = if value.is_empty() { watch.nothing.to_owned() } else { value.clone() };
            Line { label, value, differs: false }
        })
        .collect()
    };
    let marked = |fields: &[(&'static str, String)]| -> Vec<Line> {
        let mut lines = lines(fields);
        let places = differ.iter().enumerate().filter(|(_, differs)| **differs);
        for (line, (place, _)) in lines.iter_mut().zip(places) {
            line.differs = now[place].1 != new[place].1;
        }
        lines
    };
    let base = match &old {
        Some(old) => Side { lines: lines(old), ..Side::new(watch.side_base, String::new()) },
        None => Side::new(watch.side_base, watch.base_unknown.to_owned()),
    };
    let kept =
        Side { lines: marked(&now), ..Side::new(watch.side_kept, keeper(device, ticket, &stands)) };
    let teller = told(device, flag.by, flag.at);
    let proposed = Side { lines: marked(&new), ..Side::new(watch.side_proposed, teller) };
    vec![base, kept, proposed]
}

/// Who made it what it is, as the history tells it.
fn keeper(device: Device, ticket: &Ticket, stands: &Value) -> String {
    let last = |act: Act| ticket.log.iter().rev().find(|line| line.act == act);
    let (line, first) = match stands {
        Value::Contact(_) => (last(Act::ContactEdited), None),
        Value::Machine(_) => (last(Act::MachineEdited), None),
        Value::Appointment(visit, _) => {
            let visit = ticket.visit(*visit);
            let first = visit.map(|visit| (visit.dispatched_at, visit.dispatched_by));
            let own = |line: &&Entry| first.is_none_or(|(at, _)| line.at >= at);
            (last(Act::Appointed).filter(own), first)
        }
    };
    // A proposal that was taken is a change, too.
    let same = |value: &Value| std::mem::discriminant(value) == std::mem::discriminant(stands);
    let taken = ticket.flags.iter().filter_map(|flag| match (&flag.reason, &flag.settled) {
        (Reason::FieldConflict { proposed, .. }, Some(settled))
            if same(proposed) && settled.decision == Decision::TakeProposal =>
        {
            Some((settled.at, settled.by))
        }
        _ => None,
    });
    let changed = line.map(|line| (line.at, line.by)).into_iter().chain(taken).max();
    changed
        .or(first)
        .map_or_else(|| text().watch.registered_so.to_owned(), |(at, by)| told(device, by, at))
}

/// A value in its fields, always the same ones in the same order.
fn fields(value: &Value) -> Vec<(&'static str, String)> {
    let (desk, watch) = (&text().desk, &text().watch);
    match value {
        Value::Appointment(_, Appointment { from, to, agreed_with }) => vec![
            (watch.window, locale::window(*from, *to)),
            (watch.agreed_with, agreed_with.clone()),
        ],
        Value::Contact(Contact {
            name, company, salutation, phone, address, access_note, ..
        }) => vec![
            (desk.name, name.clone()),
            (desk.salutation, text().words.salutation(*salutation).to_owned()),
            (desk.company, company.clone()),
            (desk.phone, phone.clone()),
            (desk.address, address.clone()),
            (desk.access_note, access_note.clone()),
        ],
        Value::Machine(Nameplate { model, serial, purchased_on, warranty, place, .. }) => vec![
            (desk.model, model.clone()),
            (desk.serial, serial.clone()),
            (desk.purchased_on, purchased_on.clone()),
            (desk.warranty, text().words.warranty(*warranty).to_owned()),
            (desk.place, place.clone()),
        ],
    }
}
