//! A ticket in a list: who, what, where, when, and how much of the promised time is left.

use domain::{
    Id, Key, Timestamp,
    ticket::{self, HoldReason, Ticket, Urgency},
    visit::{self, Visit},
};
use leptos::prelude::*;

use super::{
    contact,
    dealt::Dealt,
    promise,
    step::{self, Settling},
};
use crate::{
    device::{Device, device},
    locale::{day_number, text, time, window},
    pages::custody,
    route::{self, Route},
    ui::{
        ActionSheet, Button, ButtonKind, Icon, IconButton, SheetAction, SlaRail, SlaText, Tone,
        few_first, open_while, still_tag,
    },
};

/// How a ticket's status looks: colour, drawing, and whether the tag is filled.
pub fn look(ticket: &Ticket) -> (Tone, Icon, bool) {
    use ticket::Stage;
    use visit::Stage as At;
    match &ticket.stage {
        Stage::Received | Stage::Triaged => (Tone::Neutral, Icon::Inbox, false),
        Stage::PendingDispatch { .. } => (Tone::Violet, Icon::Users, false),
        Stage::Dispatched { .. } => (Tone::Info, Icon::Bell, false),
        Stage::InProgress { .. } => match ticket.active_visit().map(|visit| visit.stage) {
            Some(At::EnRoute) => (Tone::Primary, Icon::Navigation, false),
            Some(At::Arrived | At::Inspecting | At::Repairing) => {
                (Tone::Primary, Icon::Wrench, true)
            }
            Some(At::Finished | At::Unfinished) => (Tone::Info, Icon::Pen, false),
            _ => (Tone::Primary, Icon::CalendarCheck, false),
        },
        Stage::OnHold { reason, .. } => match reason {
            HoldReason::WaitingParts => (Tone::Warning, Icon::Package, false),
            HoldReason::SecondVisit => (Tone::Warning, Icon::Rotate, false),
            HoldReason::WaitingEscalation => (Tone::Violet, Icon::ArrowUp, false),
            HoldReason::WaitingCustomer | HoldReason::WaitingApproval => {
                (Tone::Warning, Icon::Pause, false)
            }
        },
        Stage::PendingConfirmation { .. } => (Tone::Info, Icon::Pen, false),
        Stage::PendingFollowUp { .. } => (Tone::Info, Icon::Phone, false),
        Stage::Completed { .. } => (Tone::Success, Icon::CheckCircle, false),
        Stage::Closed { .. } => (Tone::Neutral, Icon::CheckCircle, false),
        Stage::Cancelled { .. } => (Tone::Neutral, Icon::XCircle, false),
    }
}

/// The status of a ticket as a tag.
#[component]
pub fn StatusTag(#[prop(into)] ticket: Signal<Option<Ticket>>) -> impl IntoView {
    move || ticket.with(|ticket| ticket.as_ref().map(status_tag))
}

fn status_tag(ticket: &Ticket) -> impl IntoView + use<> {
    let (tone, icon, solid) = look(ticket);
    let struck = matches!(ticket.stage, ticket::Stage::Cancelled { .. });
    still_tag(text().words.status(ticket), tone, Some(icon), solid, struck)
}

/// How much it hurries: what the office found, and until it has looked, what the customer said.
pub fn hurry(ticket: &Ticket) -> Option<impl IntoView + use<>> {
    let (word, solid) = match (&ticket.triage, ticket.urgency) {
        (Some(triage), _) if triage.priority == ticket::Priority::P1 => {
            (text().words.priority(triage.priority), true)
        }
        (Some(_), _) | (None, Urgency::Normal) => return None,
        (None, urgency) => (text().words.urgency(urgency), urgency == Urgency::Critical),
    };
    Some(still_tag(word, Tone::Danger, Some(Icon::Flame), solid, false))
}

/// Cards of one stretch of a list; the next follows at a press.
const CARDS: usize = 20;
/// As high as a card with a short text, and the gap below it.
const CARD_PX: f64 = 200.0;

/// Cards that are drawn at once: what the screen shows. The bars above and below the list leave one to scroll to.
fn cards_first() -> usize {
    let height = leptos::prelude::window().inner_height().ok().and_then(|height| height.as_f64());
    let fit = |at_once: &usize| height.is_none_or(|height| *at_once as f64 * CARD_PX <= height);
    (1..CARDS).take_while(fit).count().max(1)
}

/// A list of tickets as cards, a stretch at a time. `asked` says which list it is: another one begins at its top.
#[component]
pub fn TicketCards(
    #[prop(into)] ids: Signal<Vec<Id<Ticket>>>,
    #[prop(into)] asked: Signal<String>,
    now: Signal<Timestamp>,
    #[prop(optional, into)] in_day: Signal<bool>,
) -> impl IntoView {
    let stretch = few_first(Memo::new(move |_| asked.get()), cards_first(), CARDS);
    // Of which list more was pressed for, and how much.
    let pressed = RwSignal::new((String::new(), 0));
    let more = Memo::new(move |_| {
        pressed.with(|(of, more)| if asked.with(|asked| of == asked) { *more } else { 0 })
    });
    let count = Memo::new(move |_| stretch.get() + more.get());
    let rest = move || ids.with(Vec::len).saturating_sub(count.get());
    let dealt = Memo::new(move |before| {
        ids.with(|ids| Dealt::again(before, asked.get(), &ids[..ids.len().min(count.get())]))
    });
    let card = move |card: usize| {
        // One that is taken away shows to its end what it showed.
        let shown = Memo::new(move |before: Option<&Option<Id<Ticket>>>| {
            dealt.with(|dealt| dealt.shown_by(card)).or(before.copied().flatten())
        });
        view! { <TicketCard id=shown now in_day/> }
    };
    let cards = move || dealt.with(Dealt::cards);
    view! {
        <For each=cards key=|card| *card children=card/>
        <Show when=move || { count.get() >= CARDS && rest() != 0 }>
            <Button
                text=move || (text().desk.show_more)(rest())
                wide=true
                name="more-tickets"
                on_press=move || pressed.set((asked.get_untracked(), more.get_untracked() + CARDS))
            />
        </Show>
    }
}

/// One ticket of a list, the time first. The current one carries whom to call and its next step.
///
/// What is pressed stays where it is; the rest is one text that is compared with the one before.
#[component]
pub fn TicketCard(
    #[prop(into)] id: Signal<Option<Id<Ticket>>>,
    now: Signal<Timestamp>,
    #[prop(optional)] current: bool,
    /// In a list of one day, which day it is goes without saying.
    #[prop(optional, into)]
    in_day: Signal<bool>,
) -> impl IntoView {
    let device = device();
    let quick = use_context::<Quick>();
    let ticket = Memo::new(move |_| id.get().and_then(|id| device.find(id)));
    let stage = move || ticket.with(|it| it.as_ref().map(|ticket| ticket.stage.word()));
    let pending = Memo::new(move |_| id.get().is_some_and(|id| device.is_pending(Key::of(id))));
    let promise =
        Memo::new(move |_| ticket.with(|ticket| promise::solution(ticket.as_ref()?, now.get())));
    let menu = move |event: leptos::ev::MouseEvent| {
        if let Some(Quick(open)) = quick {
            event.prevent_default();
            open.set(id.get_untracked());
        }
    };
    let foot = move || {
        let words = &text().engineer.say;
        let number = ticket.with(|ticket| match ticket.as_ref().map(Ticket::spoken_number) {
            None | Some("") => words.no_number.to_owned(),
            Some(number) => number.to_owned(),
        });
        let left =
            promise.get().map(|it| view! { <SlaText text=it.text left=it.left over=it.over/> });
        let waits = pending.get().then(|| {
            let icon = Some(Icon::CloudUp);
            still_tag(words.waits_here, Tone::Neutral, icon, false, false)
        });
        view! {
            {left}
            <span class="ticket__number num">{number}</span>
            {waits}
        }
    };
    let settling = Settling::default();
    let next = move || {
        let shown = ticket.get()?;
        let visit = shown.visit_of(device.me().id)?;
        let (visit, next) = (visit.id, step::next(device, &shown, visit)?);
        let ticket = shown.id;
        settling.shows(next);
        Some(view! {
            <div class="ticket__next">
                <Button
                    text=next.word()
                    icon=next.icon()
                    kind=ButtonKind::Primary
                    large=true
                    wide=true
                    name=next.name()
                    busy=settling
                    on_press=move || go_on(device, ticket, visit, next, settling)
                />
            </div>
        })
    };
    let known = Memo::new(move |_| ticket.with(Option::is_some));
    let card = move || {
        view! {
            <article
                class="ticket"
                data-name="ticket"
                data-stage=stage
                data-current=current
                data-pending=pending
                on:contextmenu=menu
            >
                {move || promise.get().map(|it| view! { <SlaRail left=it.left over=it.over/> })}
                {move || ticket.with(|it| it.as_ref().map(|it| body(device, it, now, in_day.get())))}
                <footer class="ticket__foot">
                    {foot}
                    <span class="spacer"></span>
                    {quick
                        .map(|Quick(open)| {
                            view! {
                                <span class="ticket__more">
                                    <IconButton
                                        icon=Icon::More
                                        label=text().engineer.ticket.more
                                        name="quick"
                                        on_press=move || open.set(id.get_untracked())
                                    />
                                </span>
                            }
                        })}
                </footer>
                {current
                    .then(|| {
                        view! {
                            {move || ticket.with(|it| it.as_ref().map(contact::buttons))}
                            {next}
                        }
                    })}
            </article>
        }
    };
    move || known.get().then(card)
}

/// When, who, what and where.
fn body(
    device: Device,
    shown: &Ticket,
    now: Signal<Timestamp>,
    in_day: bool,
) -> impl IntoView + use<> {
    let words = &text().engineer.ticket;
    let visit = shown.visit_of(device.me().id);
    let when = visit.and_then(|visit| visit.appointment.as_ref()).map(|when| {
        let today = day_number(when.from) == day_number(now.get());
        let proposed = when.agreed_with.is_empty();
        let when = match in_day && today {
            true => format!("{}–{}", time(when.from), time(when.to)),
            false => window(when.from, when.to),
        };
        if proposed { (words.proposed)(when) } else { when }
    });
    let place = shown.contact.address.clone();
    let warranty = text().words.warranty(shown.machine.warranty).to_owned();
    // The warranty first: a long model is cut at its end.
    let machine =
        join([Some(warranty), Some(shown.machine.model.clone()).filter(|model| !model.is_empty())]);
    let waits = visit.and_then(|visit| waits(visit, now.get()));
    view! {
        <header class="ticket__head">
            <p class="ticket__when num">{when.unwrap_or_else(|| words.no_appointment.to_owned())}</p>
            <span class="ticket__tags">{hurry(shown)} {status_tag(shown)}</span>
        </header>
        <a class="ticket__title" href=Route::Ticket(shown.id).href()>{shown.contact.label()}</a>
        <p class="ticket__symptom">{shown.title.clone()}</p>
        {(!place.is_empty()).then(|| view! { <p class="ticket__line">{place}</p> })}
        <p class="ticket__line">{machine}</p>
        {waits.map(|waits| view! { <p class="note" data-tone="warning">{waits}</p> })}
        {custody::line(shown)}
    }
}

/// The ticket of a list whose small menu is open.
#[derive(Clone, Copy)]
pub struct Quick(pub RwSignal<Option<Id<Ticket>>>);

impl Quick {
    /// Gives every card of the page a menu.
    pub fn provide() -> Quick {
        let quick = Quick(RwSignal::new(None));
        provide_context(quick);
        quick
    }

    /// The menu: what one does with a job without opening it.
    pub fn menu(self) -> impl IntoView {
        let device = device();
        let Quick(chosen) = self;
        let open = open_while(chosen);
        // What is shown while the menu closes stays what it was.
        let shown = Memo::new(move |before: Option<&Option<Ticket>>| {
            let now = chosen.get().and_then(|id| device.find(id));
            now.or_else(|| before.cloned().flatten())
        });
        let title = move || {
            shown.with(|shown| shown.as_ref().map(|it| it.contact.label())).unwrap_or_default()
        };
        let actions =
            move || shown.with(|shown| shown.as_ref().map(quick_actions)).unwrap_or_default();
        view! {
            <ActionSheet
                open
                title
                cancel=move || text().engineer.say.cancel
                actions=Signal::derive(actions)
            />
        }
    }
}

fn quick_actions(ticket: &Ticket) -> Vec<SheetAction> {
    let words = &text().engineer.ticket;
    let (id, contact) = (ticket.id, ticket.contact.clone());
    let mut actions = Vec::new();
    if !contact.phone.is_empty() {
        let phone = contact.phone.clone();
        let call = move || contact::open(&contact::dial(&phone));
        actions.push(SheetAction::new(words.call, call).icon(Icon::Phone));
    }
    if !contact.address.is_empty() {
        let address = contact.address.clone();
        let go = move || contact::navigate(&address);
        actions.push(SheetAction::new(words.navigate, go).icon(Icon::Navigation));
    }
    let copy = contact::written(ticket);
    let copy = move || contact::copy(&copy);
    actions.push(SheetAction::new(words.copy_all, copy).icon(Icon::Copy));
    let to = move || route::go(Route::Ticket(id));
    actions.push(SheetAction::new(text().engineer.today.open, to).icon(Icon::List));
    actions
}

/// Does the next step where one tap says everything; otherwise opens the page where it is done.
pub fn go_on(
    device: Device,
    ticket: Id<Ticket>,
    visit: Id<Visit>,
    next: step::Step,
    settling: Settling,
) {
    match next.tap() {
        Some(command) => {
            settling.begin();
            device.press(step::on(ticket, visit, command));
        }
        None => route::go(Route::Work(ticket)),
    }
}

/// The rule of one hour: an assigned job that nobody accepts goes back to the office.
const ACCEPT_MINUTES: i64 = 60;

/// Whether the visit waits for its engineer's yes or no for more than that.
pub fn is_late(visit: &Visit, now: Timestamp) -> bool {
    visit.stage == visit::Stage::Assigned
        && visit.called_off.is_none()
        && visit.dispatched_at.plus_minutes(ACCEPT_MINUTES) < now
}

fn waits(visit: &Visit, now: Timestamp) -> Option<String> {
    is_late(visit, now).then(|| text().engineer.today.accept_overdue.to_owned())
}

/// The parts that are there, with a dot between.
pub fn join<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
