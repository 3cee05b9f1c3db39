//! Today: the job at hand with its next step, what else is waiting, and what the office changed.
//!
//! By name: `ticket` a card, `accept`, `depart`, `start-repair`, `hand-in`, `next-step` its button; `list` the chosen
//! list; `quick` the card's menu; `alert` and `understood`; `read-answers`; in `reminders`: `accept-due`,
//! `update-due`, `hand-in-due`, `give-back-due`. Tabs by `data-value`.

use std::{cmp::Reverse, time::Duration};

use domain::{
    Id, Timestamp,
    ticket::{HoldReason, Stage as TicketStage, Ticket},
    user::User,
    visit::{How, Stage, Visit},
};
use leptos::prelude::*;

use super::{
    card::{Quick, TicketCard, TicketCards, is_late, join},
    contact,
    scan::{self, ScanButton},
    step,
};
use crate::{
    clock,
    device::{Held, TakenAway, device},
    locale::{date, day_number, moment, text},
    pages::shell::PhoneShell,
    route::{self, Route},
    scanner,
    ui::{Button, ButtonKind, ButtonLink, Card, Cell, CellGroup, Empty, Icon, TabItem, Tabs, Tone},
};

/// Which list of the day a ticket belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    New,
    Today,
    /// Stands still until parts are there.
    Parts,
    Later,
    Done,
    /// Registered here, and the office has not sent anybody yet.
    Registered,
}

/// Where in the day of this engineer the ticket stands, if anywhere.
pub fn place(ticket: &Ticket, me: Id<User>, now: Timestamp) -> Option<Place> {
    let cancelled = matches!(ticket.stage, TicketStage::Cancelled { .. });
    let Some(visit) = ticket.visit_of(me) else {
        let waits = ticket.registered_by == me && !ticket.stage.is_over();
        return waits.then_some(Place::Registered);
    };
    if cancelled || visit.called_off.is_some() {
        return None;
    }
    if visit.stage >= Stage::Signed || ticket.stage.is_over() {
        return Some(Place::Done);
    }
    if visit.stage == Stage::Assigned {
        return Some(Place::New);
    }
    let appointed = visit.appointment.as_ref().map(|window| day_number(window.from));
    let later = appointed.is_some_and(|day| day > day_number(now));
    Some(match ticket.stage {
        TicketStage::OnHold { reason: HoldReason::WaitingParts, .. } => Place::Parts,
        TicketStage::OnHold { .. } => Place::Later,
        _ if later => Place::Later,
        _ => Place::Today,
    })
}

/// What decides the order of the day: who waits with us at the machine, then the appointment.
fn order(ticket: &Ticket, me: Id<User>) -> (Reverse<bool>, i64, i64) {
    let visit = ticket.visit_of(me);
    let under_way = visit.is_some_and(|visit| visit.stage >= Stage::EnRoute);
    let from = visit.and_then(|visit| visit.appointment.as_ref()).map(|window| window.from.0);
    (Reverse(under_way), from.unwrap_or(i64::MAX), ticket.registered_at.0)
}

/// The tickets of one list in the order they are worked on.
fn list(placed: &[(Place, Held<Ticket>)], me: Id<User>, wanted: Place) -> Vec<Id<Ticket>> {
    let mut found: Vec<&Ticket> =
        placed.iter().filter(|(place, _)| *place == wanted).map(|(_, ticket)| &**ticket).collect();
    found.sort_by_key(|ticket| order(ticket, me));
    if wanted == Place::Done {
        let done = |ticket: &&Ticket| ticket.visit_of(me).and_then(|visit| visit.finished_at);
        found.sort_by_key(|ticket| Reverse(done(ticket)));
    }
    found.into_iter().map(|ticket| ticket.id).collect()
}

/// How many finished tickets the day's list shows; older ones are found by search.
const DONE_MAX: usize = 30;

/// Longer than any day, also one on which the clocks are changed.
const DAYS_TWO_MS: u64 = 2 * 86_400_000;

/// The scanner's reader comes last, when everything else is there.
const KEEP_SCANNER_AFTER: Duration = Duration::from_secs(20);

/// The engineer's first page.
#[component]
pub fn Today() -> impl IntoView {
    let device = device();
    let now = Signal::derive(clock::minute);
    let me = Memo::new(move |_| device.me().id);
    let tickets = Memo::new(move |_| device.held::<Ticket>());
    // Looked through once for all lists.
    let placed = Memo::new(move |_| {
        let (me, now) = (me.get(), now.get());
        let of = |ticket: &Held<Ticket>| Some((place(ticket, me, now)?, ticket.clone()));
        tickets.with(|all| all.iter().filter_map(of).collect::<Vec<_>>())
    });
    let in_place = move |wanted: Place| {
        Memo::new(move |_| placed.with(|placed| list(placed, me.get(), wanted)))
    };
    let new = in_place(Place::New);
    let today = in_place(Place::Today);
    let parts = in_place(Place::Parts);
    let later = in_place(Place::Later);
    let done = in_place(Place::Done);
    let registered = in_place(Place::Registered);
    let current = Memo::new(move |_| {
        let first = |ids: Memo<Vec<Id<Ticket>>>| ids.with(|ids| ids.first().copied());
        first(today).or_else(|| first(new))
    });
    let tab = RwSignal::new("today".to_owned());
    // Where only the pinned job is left for today, what waits to be accepted comes first.
    Effect::new(move |settled: Option<bool>| {
        let loaded = tickets.with(|all| !all.is_empty());
        if settled != Some(true)
            && loaded
            && today.with(Vec::len) <= 1
            && new.with(|ids| !ids.is_empty())
        {
            tab.set("new".to_owned());
        }
        loaded
    });
    let tabs = move || {
        let words = &text().engineer.today;
        let count =
            |ids: Memo<Vec<Id<Ticket>>>| ids.with(|ids| u32::try_from(ids.len()).unwrap_or(0));
        vec![
            TabItem::new("today", words.today).count(count(today)),
            TabItem::new("new", words.new).count(count(new)).tone(Tone::Danger),
            TabItem::new("parts", words.waiting_parts).count(count(parts)),
            TabItem::new("later", words.later).count(count(later)),
            TabItem::new("done", words.done).count(count(done)),
        ]
    };
    let shown = Memo::new(move |_| {
        let pinned = current.get();
        let ids = match tab.get().as_str() {
            "new" => new.get(),
            "parts" => parts.get(),
            "later" => later.get(),
            "done" => done.get().into_iter().take(DONE_MAX).collect(),
            _ => today.get(),
        };
        ids.into_iter().filter(|id| Some(*id) != pinned).collect::<Vec<_>>()
    });
    let finished = Memo::new(move |_| {
        let now = now.get();
        let me = me.get();
        // What a day is must be asked of the browser: only about what can be of today.
        let recent = |at: &Timestamp| at.0.abs_diff(now.0) < DAYS_TWO_MS;
        tickets.with(|all| {
            all.iter()
                .filter_map(|ticket| ticket.visit_of(me)?.finished_at)
                .filter(|at| recent(at) && day_number(*at) == day_number(now))
                .count()
        })
    });
    let progress = move || {
        let done = finished.get();
        let all = done + today.with(Vec::len);
        (all > 0).then(|| (text().engineer.today.progress)(done, all))
    };
    let empty = move || {
        let words = &text().engineer.today;
        match tab.get().as_str() {
            "new" => words.nothing_new,
            "parts" => words.nothing_parts,
            // The pinned job is all there is.
            "today" if current.get().is_some() => words.nothing_else_today,
            "later" => words.nothing_later,
            "done" => words.nothing_done,
            _ => words.nothing_today,
        }
    };
    let in_day = Memo::new(move |_| tab.with(|tab| tab == "today"));
    // The shortcut on the phone's home screen leads here and opens the camera.
    let at_once = untrack(|| route::query("scan")).is_some();
    let quick = Quick::provide();
    set_timeout(scanner::keep_for_later, KEEP_SCANNER_AFTER);
    view! {
        <PhoneShell
            title=move || text().engineer.today.title
            tab=Route::Today
            tools=move || view! { <ScanButton on_code=|code: String| scan::find(&code) at_once/> }
        >
            <header class="today">
                <p class="today__date">{move || date(now.get())}</p>
                <p class="today__done">{progress}</p>
            </header>
            <Alerts tickets me now/>
            {move || {
                current.get().map(|id| view! { <TicketCard id=Some(id) now current=true in_day=true/> })
            }}
            <Reminders tickets me now/>
            <Tabs label=move || text().engineer.today.lists value=tab items=tabs/>
            <div class="tickets" data-name="list">
                <TicketCards ids=shown asked=tab now in_day/>
                <Show when=move || shown.with(Vec::is_empty)>
                    <Empty icon=Icon::Sun text=empty>
                        <Show when=move || in_day.get()>
                            <ButtonLink
                                text=move || text().engineer.today.new_ticket
                                href=Route::NewTicket.href()
                                icon=Icon::Add
                            />
                        </Show>
                    </Empty>
                </Show>
            </div>
            <Show when=move || registered.with(|ids| !ids.is_empty())>
                <h2 class="section-title">
                    {move || text().engineer.today.registered}
                    <span class="count">{move || registered.with(Vec::len)}</span>
                </h2>
                <div class="tickets">
                    <TicketCards ids=registered asked="registered" now/>
                </div>
            </Show>
            {quick.menu()}
            {contact::maps()}
        </PhoneShell>
    }
}

/// A job the office took away, until the engineer has read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    visit: Id<Visit>,
    ticket: Id<Ticket>,
    what: String,
    why: String,
    cancelled: bool,
    /// Whether the ticket can still be opened here.
    here: bool,
}

/// How long the page tells of a job that was taken away, in minutes.
const ALERT_MINUTES: i64 = 7 * 24 * 60;

fn alerts(
    all: &[Held<Ticket>],
    me: Id<User>,
    now: Timestamp,
    name: impl Fn(Id<User>) -> String,
) -> Vec<Alert> {
    let words = &text().engineer.today;
    all.iter()
        .filter_map(|ticket| {
            let visit = ticket.visit_of(me)?;
            let off = visit.called_off.as_ref()?;
            let recent = off.at.plus_minutes(ALERT_MINUTES) > now;
            if off.by == me || !recent || visit.stage >= Stage::Signed {
                return None;
            }
            let (who, when) = (name(off.by), moment(off.at));
            let label = format!("{} {}", ticket.spoken_number(), ticket.contact.label());
            let what = match off.how {
                How::Cancelled if visit.arrived_at.is_some() => {
                    (words.was_cancelled_late)(label, who, when)
                }
                How::Cancelled => (words.was_cancelled)(label, who, when),
                How::Superseded | How::Declined => (words.was_given_away)(label, who, when),
            };
            let why = off.reason.clone();
            let cancelled = off.how == How::Cancelled;
            Some(Alert { visit: visit.id, ticket: ticket.id, what, why, cancelled, here: true })
        })
        .collect()
}

/// A job that left the phone when somebody else got it.
fn taken_away(TakenAway { ticket, visit, label, at }: TakenAway) -> Alert {
    let what = (text().engineer.today.was_taken_away)(label, moment(at));
    Alert { visit, ticket, what, why: String::new(), cancelled: false, here: false }
}

/// What the office changed, in plain words, and answers that need to be read.
#[component]
fn Alerts(
    tickets: Memo<Vec<Held<Ticket>>>,
    me: Memo<Id<User>>,
    now: Signal<Timestamp>,
) -> impl IntoView {
    let device = device();
    let read = RwSignal::new(None::<Vec<Id<Visit>>>);
    leptos::task::spawn_local(async move {
        let _gone = read.try_set(Some(device.alerts_read().await));
    });
    let found = Memo::new(move |_| {
        let read = read.get()?;
        let mut found =
            tickets.with(|all| alerts(all, me.get(), now.get(), |user| device.name(user)));
        found.extend(device.taken_away().into_iter().map(taken_away));
        found.retain(|alert| !read.contains(&alert.visit));
        Some(found)
    });
    let acknowledge = move |visit: Id<Visit>| {
        read.update(|read| read.get_or_insert_default().push(visit));
        device.keep_alerts_read(read.get_untracked().unwrap_or_default());
    };
    let attention = move || device.waiting().attention;
    view! {
        <Show when=move || { attention() > 0 }>
            <Card tone=Tone::Warning>
                <p>{move || (text().engineer.today.attention)(attention())}</p>
                <div class="row" data-align="end">
                    <ButtonLink
                        text=move || text().engineer.today.read_answers
                        href=Route::Outbox.href()
                        name="read-answers"
                    />
                </div>
            </Card>
        </Show>
        <For
            each=move || found.get().unwrap_or_default()
            key=|alert| (alert.visit, alert.what.clone())
            let:alert
        >
            <Card tone=if alert.cancelled { Tone::Danger } else { Tone::Warning }>
                <p data-name="alert">{alert.what.clone()}</p>
                {(!alert.why.is_empty())
                    .then(|| {
                        let why = alert.why.clone();
                        view! { <p class="muted">{move || (text().engineer.today.reason)(why.clone())}</p> }
                    })}
                <p class="muted">{move || text().engineer.today.kept}</p>
                <div class="row" data-align="end">
                    {alert
                        .here
                        .then(|| {
                            view! {
                                <ButtonLink
                                    text=move || text().engineer.today.open
                                    href=Route::Ticket(alert.ticket).href()
                                    kind=ButtonKind::Quiet
                                />
                            }
                        })}
                    <Button
                        text=move || text().engineer.today.understood
                        name="understood"
                        on_press=move || acknowledge(alert.visit)
                    />
                </div>
            </Card>
        </For>
    }
}

/// What is not urgent enough to stand in the way, and must not be forgotten: one line, unfolded on a tap.
#[component]
fn Reminders(
    tickets: Memo<Vec<Held<Ticket>>>,
    me: Memo<Id<User>>,
    now: Signal<Timestamp>,
) -> impl IntoView {
    let device = device();
    let found = Memo::new(move |_| {
        let (me, now) = (me.get(), now.get());
        let of = |ticket: &Held<Ticket>| {
            let visit = ticket.visit_of(me)?;
            // Only what is signed is handed in; the rest needs no look at its steps.
            let hands_in = visit.stage == Stage::Signed
                && step::next(device, ticket, visit) == Some(step::Step::HandIn);
            let reminder = reminder(ticket, visit, hands_in, now)?;
            let number = ticket.spoken_number().to_owned();
            Some((ticket.id, reminder, ticket.contact.label(), number))
        };
        let mut found = tickets.with(|all| all.iter().filter_map(of).collect::<Vec<_>>());
        found.sort_by_key(|(_, reminder, ..)| *reminder);
        found
    });
    let summary = move || {
        let count = |wanted: Reminder| {
            let count = found.with(|found| found.iter().filter(|it| it.1 == wanted).count());
            (count > 0).then(|| (wanted.counted())(count))
        };
        join(Reminder::ALL.map(count))
    };
    view! {
        <Show when=move || found.with(|found| !found.is_empty())>
            <details class="reminders" data-name="reminders">
                <summary class="reminders__head">
                    {Icon::Bell.svg()}
                    <span>{summary}</span>
                    {Icon::ChevronDown.svg()}
                </summary>
                <CellGroup note=move || text().engineer.today.hand_ins_note>
                    <For
                        each=move || found.get()
                        key=|(id, reminder, ..)| (*id, *reminder)
                        let((id, reminder, who, number))
                    >
                        <Cell
                            label=who
                            hint=Signal::derive(move || {
                                join([Some(reminder.said().to_owned()), Some(number.clone())])
                            })
                            icon=reminder.icon()
                            href=Signal::stored(reminder.route(id).href())
                            name=reminder.name()
                        />
                    </For>
                </CellGroup>
            </details>
        </Show>
    }
}

/// What a job waits for that nobody pressed a button for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Reminder {
    /// The rule of one hour.
    Accept,
    /// The rule of twenty-four hours.
    Update,
    HandIn,
    /// Whoever took a customer's machine along sees to it that it goes back.
    GiveBack,
}

/// A job on which nothing was written down for so long asks what became of it.
const SILENT_MINUTES: i64 = 24 * 60;

fn reminder(ticket: &Ticket, visit: &Visit, hands_in: bool, now: Timestamp) -> Option<Reminder> {
    let off = visit.called_off.is_some() || ticket.stage.is_over();
    let held = matches!(ticket.stage, TicketStage::OnHold { .. });
    let later = visit.appointment.as_ref().is_some_and(|agreed| agreed.from > now);
    let silent = ticket.log.last().is_some_and(|entry| entry.at.plus_minutes(SILENT_MINUTES) < now);
    if hands_in {
        return Some(Reminder::HandIn);
    }
    let waits = match visit.stage {
        _ if off || held => None,
        Stage::Assigned => is_late(visit, now).then_some(Reminder::Accept),
        stage if stage < Stage::Signed && silent && !later => Some(Reminder::Update),
        _ => None,
    };
    waits.or_else(|| {
        let custody = ticket.machine_with_us()?;
        let active = ticket.active_visit().map(|active| active.engineer);
        let mine = custody.by == visit.engineer || active == Some(visit.engineer);
        mine.then_some(Reminder::GiveBack)
    })
}

impl Reminder {
    const ALL: [Reminder; 4] =
        [Reminder::Accept, Reminder::Update, Reminder::HandIn, Reminder::GiveBack];

    fn counted(self) -> fn(usize) -> String {
        let words = &text().engineer.today;
        match self {
            Reminder::Accept => words.to_accept,
            Reminder::Update => words.to_update,
            Reminder::HandIn => words.to_hand_in,
            Reminder::GiveBack => text().custody.to_return,
        }
    }

    fn said(self) -> &'static str {
        let words = &text().engineer.today;
        match self {
            Reminder::Accept => words.accept_overdue,
            Reminder::Update => words.update_overdue,
            Reminder::HandIn => words.hand_in_due,
            Reminder::GiveBack => text().custody.return_due,
        }
    }

    fn icon(self) -> Icon {
        match self {
            Reminder::Accept => Icon::Bell,
            Reminder::Update => Icon::Clock,
            Reminder::HandIn => Icon::Inbox,
            Reminder::GiveBack => Icon::Machine,
        }
    }

    fn route(self, ticket: Id<Ticket>) -> Route {
        match self {
            Reminder::Accept | Reminder::Update | Reminder::GiveBack => Route::Ticket(ticket),
            Reminder::HandIn => Route::Work(ticket),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Reminder::Accept => "accept-due",
            Reminder::Update => "update-due",
            Reminder::HandIn => "hand-in-due",
            Reminder::GiveBack => "give-back-due",
        }
    }
}
