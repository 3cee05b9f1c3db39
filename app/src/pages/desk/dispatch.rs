//! Planning a visit: who goes, when, what speaks against it, and, where somebody else has the job already, why it
//! changes hands. The dialog's twins are the calendar's drag and its keys; all three do the same one command.

use domain::{
    Command, Id, Refusal, Timestamp,
    dispatch::{self, Warning},
    ticket::{Command as OfTicket, Ticket},
    user::User,
    values::{LINE_CHARS_MAX, TEXT_CHARS_MAX},
    visit::{self, Appointment, Visit},
};
use leptos::prelude::*;

use super::{
    actions::engineers,
    forms::stay,
    proposals::{self, Weighing},
};
use crate::{
    device::{Device, device},
    locale::{self, text},
    ui::{
        Button, ButtonKind, Chip, Choice, DateTime, Dialog, Field, Icon, Select, TextArea,
        TimeKind, Tone, lead_to, toast, toast_undo,
    },
};

/// The lengths a visit is planned with.
const LENGTHS: [i64; 7] = [30, 60, 90, 120, 180, 240, 480];

/// A plan for a ticket's visit, as far as it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub ticket: Id<Ticket>,
    pub engineer: Option<Id<User>>,
    pub from: Option<Timestamp>,
    pub minutes: i64,
}

impl Plan {
    /// Nothing is planned yet.
    pub fn of(ticket: Id<Ticket>) -> Self {
        Self { ticket, engineer: None, from: None, minutes: dispatch::VISIT_MINUTES }
    }
}

/// The visit somebody is to make or is making.
pub fn open_visit(ticket: &Ticket) -> Option<&Visit> {
    ticket.active_visit().filter(|visit| visit.is_open())
}

/// Who has said yes to the job, and may be on the way or at the machine by now.
pub fn at_work(ticket: &Ticket) -> Option<Id<User>> {
    open_visit(ticket)
        .filter(|visit| visit.stage >= visit::Stage::Accepted)
        .map(|visit| visit.engineer)
}

/// The one command by which `engineer` gets the job in this window: a new time for who has it, a dispatch for
/// anybody else.
pub fn deed(
    ticket: &Ticket,
    visit: Id<Visit>,
    engineer: Id<User>,
    window: Option<Appointment>,
    reason: String,
) -> Command {
    match open_visit(ticket).filter(|open| open.engineer == engineer) {
        Some(open) => {
            let seen = open.appointment.clone();
            // Without a time there is nothing to agree on, and the rule says so.
            let appointment = window.unwrap_or_else(no_window);
            Command::Visit(ticket.id, open.id, visit::Command::Appoint { appointment, seen })
        }
        None => {
            let deed = OfTicket::Dispatch { visit, engineer, appointment: window, reason };
            Command::Ticket(ticket.id, deed)
        }
    }
}

fn no_window() -> Appointment {
    let nothing = Timestamp::default();
    Appointment { from: nothing, to: nothing, agreed_with: String::new() }
}

/// What takes `done` back, where there is a command for it: the ticket as it was `before` says to what.
fn undoing(before: &Ticket, done: &Command, device: Device) -> Option<Command> {
    let reason = text().calendar.undo_reason.to_owned();
    match done {
        Command::Ticket(id, OfTicket::Dispatch { visit, .. }) => {
            let back = match open_visit(before) {
                Some(open) => OfTicket::Dispatch {
                    visit: device.new_id(),
                    engineer: open.engineer,
                    appointment: open.appointment.clone(),
                    reason,
                },
                None => OfTicket::Recall { visit: *visit, reason },
            };
            Some(Command::Ticket(*id, back))
        }
        Command::Visit(id, visit, visit::Command::Appoint { appointment, seen }) => {
            let back = visit::Command::Appoint {
                appointment: seen.clone()?,
                seen: Some(appointment.clone()),
            };
            Some(Command::Visit(*id, *visit, back))
        }
        _ => None,
    }
}

/// What was done, in words.
pub fn told(device: Device, before: &Ticket, command: &Command) -> String {
    let words = &text().calendar;
    let when = |window: &Appointment| locale::window(window.from, window.to);
    match command {
        Command::Ticket(_, OfTicket::Dispatch { engineer, appointment, .. }) => {
            let when = appointment.as_ref().map(when).unwrap_or_default();
            (words.dispatched)(&device.name(*engineer), &when).trim().to_owned()
        }
        Command::Ticket(_, OfTicket::Recall { .. }) => (words.recalled)(&before.contact.label()),
        Command::Visit(_, _, visit::Command::Appoint { appointment, .. }) => {
            (words.moved)(&when(appointment))
        }
        _ => String::new(),
    }
}

/// Does it, says what was done, and offers the way back for a moment.
pub fn carry_out(device: Device, before: Ticket, command: Command, then: impl FnOnce() + 'static) {
    let said = untrack(|| told(device, &before, &command));
    let back = undoing(&before, &command, device);
    device.press_then(command, move || {
        match back {
            Some(back) => toast_undo(said, text().calendar.undo, move || {
                device.press_then(back.clone(), || toast(Tone::Success, text().calendar.undone));
            }),
            None => toast(Tone::Success, said),
        }
        then();
    });
}

/// The planning dialog as a part of any page: it opens when there is a plan, and forgets it when it closes.
#[component]
pub fn PlanDialog(plan: RwSignal<Option<Plan>>) -> impl IntoView {
    let device = device();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(plan.with(Option::is_some)));
    let title = move || {
        let who = plan.get().and_then(|plan| device.find(plan.ticket));
        (text().calendar.plan_of)(&who.map(|who| who.contact.label()).unwrap_or_default())
    };
    view! {
        <Dialog
            open
            title
            wide=true
            close=move || text().desk.close_panel
            on_close=move || plan.set(None)
        >
            {move || plan.get().map(|plan| view! { <PlanForm plan open/> })}
        </Dialog>
    }
}

/// The dialog behind a ticket's button.
#[component]
pub fn Dispatch(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    view! { <PlanForm plan=Plan::of(id) open/> }
}

/// The fields of the plan, as filled in.
#[derive(Clone, Copy)]
struct Fields {
    picked: RwSignal<Option<Id<User>>>,
    day: RwSignal<String>,
    time: RwSignal<String>,
    minutes: RwSignal<String>,
    agreed_with: RwSignal<String>,
    reason: RwSignal<String>,
}

impl Fields {
    fn of(plan: Plan, ticket: Option<&Ticket>) -> Self {
        // A second visit usually means a new window; a change of hands keeps the one that was agreed.
        let agreed = ticket.and_then(|ticket| open_visit(ticket)?.appointment.clone());
        let from = plan.from.or(agreed.as_ref().map(|window| window.from));
        let minutes = match (&agreed, plan.from) {
            (Some(window), None) => (window.to.0 - window.from.0) / 60_000,
            _ => plan.minutes,
        };
        // Another time was agreed with nobody yet.
        let same = from == agreed.as_ref().map(|window| window.from);
        let agreed_with = agreed.filter(|_| same).map(|window| window.agreed_with);
        Self {
            picked: RwSignal::new(plan.engineer),
            day: RwSignal::new(from.map(locale::input_date).unwrap_or_default()),
            time: RwSignal::new(from.map(locale::time).unwrap_or_default()),
            minutes: RwSignal::new(minutes.to_string()),
            agreed_with: RwSignal::new(agreed_with.unwrap_or_default()),
            reason: RwSignal::default(),
        }
    }

    fn length(self) -> i64 {
        self.minutes.get().parse().unwrap_or(dispatch::VISIT_MINUTES)
    }

    /// The window (tracked); one the rule refuses while half of it is missing.
    fn window(self) -> Option<Appointment> {
        let (day, time) = (self.day.get(), self.time.get());
        if day.is_empty() && time.is_empty() {
            return None;
        }
        let whole = (!day.is_empty() && !time.is_empty()).then(|| format!("{day}T{time}"));
        let Some(from) = whole.and_then(|text| locale::parse_input_time(&text)) else {
            return Some(no_window());
        };
        let to = from.plus_minutes(self.length());
        Some(Appointment { from, to, agreed_with: self.agreed_with.get().trim().to_owned() })
    }

    fn take(self, from: Timestamp) {
        self.day.set(locale::input_date(from));
        self.time.set(locale::time(from));
    }
}

#[component]
fn PlanForm(plan: Plan, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let id = plan.ticket;
    let visit = device.new_id::<Visit>();
    let fields = untrack(|| Fields::of(plan, device.find(id).as_ref()));
    let ticket = Memo::new(move |_| device.find(id));
    // The order is made when somebody looks, and again when they ask for another day: what is being read stays put.
    let people = Memo::new(move |_| {
        let on = fields.day.with(|day| locale::parse_input_time(day));
        let minutes = fields.length();
        untrack(|| {
            let on = on.unwrap_or_else(|| device.now()).max(device.now());
            let (diary, engineers) = (proposals::diary(device), engineers(device));
            Weighing::of(device, id)
                .map(|weighing| weighing.proposals(&engineers, &diary, on, minutes))
                .unwrap_or_default()
        })
    });
    let holder =
        Memo::new(move |_| ticket.with(|ticket| open_visit(ticket.as_ref()?).map(|v| v.engineer)));
    let changes_hands =
        move || holder.get().is_some_and(|holder| fields.picked.get() != Some(holder));
    let only_time = move || fields.picked.get().is_some_and(|picked| holder.get() == Some(picked));
    let warnings = Memo::new(move |_| -> Vec<Warning> {
        let found = || {
            let engineer = device.find(fields.picked.get()?)?;
            let window = fields.window();
            let weighing = Weighing::of(device, id)?;
            Some(weighing.warnings(&engineer, window.as_ref(), &proposals::diary(device)))
        };
        found().unwrap_or_default()
    });
    let asks_reason =
        move || changes_hands() || (!only_time() && warnings.with(|warnings| !warnings.is_empty()));
    let command = move || {
        let reason = if asks_reason() { fields.reason.get() } else { String::new() };
        // Nobody picked yet: the rule answers for nobody, and the button says so.
        let engineer = fields.picked.get().unwrap_or(domain::user::SYSTEM);
        Some(deed(ticket.get().as_ref()?, visit, engineer, fields.window(), reason))
    };
    let refusal = move || {
        let refused = device.would(&command()?).err();
        // A plan against the advice is told why; a new time for who has the job has no place for a reason.
        let unsaid = || {
            let reason = fields.reason.get();
            warnings.with(|warnings| dispatch::overridden(warnings, &reason)).err()
        };
        refused.or_else(|| if only_time() { None } else { unsaid() })
    };
    let why_not = Signal::derive(move || {
        if fields.picked.with(Option::is_none) {
            return Some(text().calendar.choose_first.to_owned());
        }
        Some(text().words.refusal(refusal()?).to_owned())
    });
    let lead = move || {
        let unsaid = || untrack(refusal) == Some(Refusal::ReasonMissing);
        if fields.picked.with_untracked(Option::is_some) && unsaid() {
            lead_to("reassign-reason");
        }
    };
    let save = move || {
        if let (Some(before), Some(command)) = (ticket.get_untracked(), untrack(command)) {
            carry_out(device, before, command, move || open.set(false));
        }
    };
    let verb = move || {
        let warned = warnings.with(|warnings| !warnings.is_empty());
        match (only_time(), changes_hands(), warned) {
            (true, _, true) => text().calendar.save_anyway,
            (true, _, false) => text().calendar.save_move,
            (_, true, _) => text().desk.save_reassign,
            _ => text().desk.save_dispatch,
        }
    };
    view! {
        <form class="form" on:submit=stay>
            <div class="field">
                <span class="field__label" data-must=true>{move || text().calendar.choose}</span>
                {proposals::people(people, fields.picked, device)}
            </div>
            {when(fields, people)}
            {move || {
                warnings
                    .with(|warnings| !warnings.is_empty())
                    .then(|| {
                        let said = warnings
                            .get()
                            .into_iter()
                            .map(|warning| view! { <li>{proposals::warning_words(warning, device)}</li> })
                            .collect_view();
                        view! {
                            <div class="note plan__warnings" data-tone="warning" role="status" data-name="warnings">
                                <p class="row">{Icon::Alert.svg()} <strong>{text().calendar.warned}</strong></p>
                                <ul>{said}</ul>
                            </div>
                        }
                    })
            }}
            {move || {
                let engineer = ticket.with(|ticket| at_work(ticket.as_ref()?))?;
                let picked = fields.picked.get().filter(|picked| *picked != engineer);
                picked.map(|_| {
                    let warning = (text().desk.reassign_warning)(&[device.name(engineer)]);
                    view! { <p class="note" data-tone="warning">{warning}</p> }
                })
            }}
            <Show when=asks_reason>
                <TextArea
                    label=move || {
                        if changes_hands() {
                            text().desk.reassign_reason
                        } else {
                            text().calendar.override_reason
                        }
                    }
                    hint=move || text().calendar.override_hint
                    value=fields.reason
                    required=true
                    rows=2
                    id="reassign-reason"
                    max_length=TEXT_CHARS_MAX
                />
            </Show>
            <div class="dialog__bar">
                <Button text=move || text().desk.back name="back" on_press=move || open.set(false)/>
                <Button
                    text=verb
                    kind=ButtonKind::Primary
                    why_not
                    name="save-dispatch"
                    on_blocked=lead
                    on_press=save
                />
            </div>
        </form>
    }
}

/// Day, time and length, with the first free time of whoever is picked one press away.
fn when(fields: Fields, people: Memo<Vec<dispatch::Proposal>>) -> impl IntoView {
    let first = move || {
        let picked = fields.picked.get();
        let chosen = people.with(|people| {
            let chosen = people.iter().find(|person| Some(person.engineer) == picked);
            chosen.or(people.first()).and_then(|person| person.slot)
        });
        chosen.map(|from| {
            let taken =
                Signal::derive(move || fields.window().is_some_and(|window| window.from == from));
            view! {
                <Chip
                    text=move || (text().calendar.take_slot)(&locale::moment(from))
                    pressed=taken
                    on_press=move || fields.take(from)
                />
            }
        })
    };
    let lengths = Signal::derive(move || {
        let own: Option<i64> = fields.minutes.get().parse().ok();
        let mut lengths: Vec<i64> = LENGTHS.to_vec();
        lengths.extend(own.filter(|own| !LENGTHS.contains(own)));
        lengths.sort_unstable();
        let choice =
            |minutes| Choice::new(i64::to_string(&minutes), (text().calendar.length)(minutes));
        lengths.into_iter().map(choice).collect::<Vec<_>>()
    });
    let none = Signal::derive(move || fields.window().is_none());
    let forget = move || {
        fields.day.set(String::new());
        fields.time.set(String::new());
    };
    view! {
        <fieldset class="form__group">
            <legend>{move || text().calendar.when}</legend>
            <div class="chips" role="group" aria-label=move || text().desk.usual_windows>
                {first}
                <Chip text=move || text().calendar.no_window pressed=none on_press=forget/>
            </div>
            <div class="plan__when">
                <DateTime
                    label=move || text().calendar.date
                    kind=TimeKind::Date
                    value=fields.day
                    id="plan-day"
                />
                <DateTime
                    label=move || text().calendar.time
                    kind=TimeKind::Time
                    value=fields.time
                    id="plan-time"
                />
                <Select
                    label=move || text().calendar.minutes
                    value=fields.minutes
                    options=lengths
                    id="plan-minutes"
                />
            </div>
            <Field
                label=move || text().desk.agreed_with
                value=fields.agreed_with
                hint=move || text().desk.agreed_hint
                max_length=LINE_CHARS_MAX
                id="agreed-with"
            />
        </fieldset>
    }
}
