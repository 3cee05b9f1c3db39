//! A ticket in a list: who, what, where, when, and how much of the promised time is left.

use domain::{
    Id, Key, Timestamp,
    ticket::{self, HoldReason, Ticket, Urgency},
    visit::{self, Visit},
};
use leptos::prelude::*;

use super::{promise, step};
use crate::{
    device::{Device, device},
    locale::{text, window},
    route::{self, Route},
    ui::{Button, ButtonKind, Icon, SlaRail, SlaText, Tag, Tone},
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
    move || {
        let ticket = ticket.get()?;
        let (tone, icon, solid) = look(&ticket);
        let struck = matches!(ticket.stage, ticket::Stage::Cancelled { .. });
        let word = text().words.status(&ticket);
        Some(view! { <Tag text=word tone icon=Some(icon) solid struck/> })
    }
}

/// What the customer said about the hurry, where it is more than usual.
#[component]
pub fn UrgencyTag(urgency: Urgency) -> impl IntoView {
    let word = move || text().words.urgency(urgency).to_owned();
    match urgency {
        Urgency::Normal => None,
        Urgency::Urgent => {
            Some(view! { <Tag text=word tone=Tone::Danger icon=Some(Icon::Flame)/> })
        }
        Urgency::Critical => {
            Some(view! { <Tag text=word tone=Tone::Danger icon=Some(Icon::Flame) solid=true/> })
        }
    }
}

/// One ticket of a list. The current one carries its next step as one large button.
#[component]
pub fn TicketCard(
    id: Id<Ticket>,
    now: Signal<Timestamp>,
    #[prop(optional)] current: bool,
) -> impl IntoView {
    let device = device();
    let ticket = Memo::new(move |_| device.find(id));
    let promise =
        Memo::new(move |_| ticket.with(|ticket| promise::solution(ticket.as_ref()?, now.get())));
    let left = Signal::derive(move || promise.with(|p| p.as_ref().map_or(0, |p| p.left)));
    let over = Signal::derive(move || promise.with(|p| p.as_ref().is_some_and(|p| p.over)));
    let said = Signal::derive(move || {
        promise.with(|p| p.as_ref().map_or(String::new(), |p| p.text.clone()))
    });
    let promised = Memo::new(move |_| promise.with(Option::is_some));
    let pending = Memo::new(move |_| device.is_pending(Key::of(id)));
    move || {
        let shown = ticket.get()?;
        let visit = shown.visit_of(device.me().id).cloned();
        let words = &text().engineer;
        let number = match shown.spoken_number() {
            "" => words.say.no_number.to_owned(),
            number => number.to_owned(),
        };
        let when = visit.as_ref().and_then(|visit| visit.appointment.as_ref());
        let when = when.map(|when| window(when.from, when.to));
        let place = Some(shown.contact.address.clone()).filter(|place| !place.is_empty());
        let line = join([when, place]);
        let warranty = text().words.warranty(shown.machine.warranty).to_owned();
        let machine = join([
            Some(shown.machine.model.clone()).filter(|model| !model.is_empty()),
            Some(warranty),
        ]);
        let waits = visit.as_ref().and_then(|visit| waits(visit, now.get()));
        let next = visit
            .as_ref()
            .filter(|_| current)
            .and_then(|visit| Some((visit.id, step::next(device, &shown, visit)?)));
        Some(view! {
            <article
                class="ticket"
                data-name="ticket"
                data-stage=shown.stage.word()
                data-current=current
                data-pending=pending
            >
                {promised.get().then(|| view! { <SlaRail left over/> })}
                <header class="ticket__head">
                    <a class="ticket__title" href=Route::Ticket(id).href()>{shown.contact.label()}</a>
                    <UrgencyTag urgency=shown.urgency/>
                    <StatusTag ticket/>
                </header>
                <p class="ticket__symptom">{shown.title.clone()}</p>
                {(!line.is_empty()).then(|| view! { <p class="ticket__line num">{line}</p> })}
                <p class="ticket__line">{machine}</p>
                {waits.map(|waits| view! { <p class="note" data-tone="warning">{waits}</p> })}
                <footer class="ticket__foot">
                    {promised.get().then(|| view! { <SlaText text=said left over/> })}
                    <span class="ticket__number num">{number}</span>
                    <span class="spacer"></span>
                    {pending
                        .get()
                        .then(|| view! { <Tag text=words.say.waits_here icon=Some(Icon::CloudUp)/> })}
                </footer>
                {next
                    .map(|(visit, next)| {
                        view! {
                            <div class="ticket__next">
                                <Button
                                    text=next.word()
                                    icon=next.icon()
                                    kind=ButtonKind::Primary
                                    large=true
                                    wide=true
                                    name=next.name()
                                    on_press=move || go_on(device, id, visit, next)
                                />
                            </div>
                        }
                    })}
            </article>
        })
    }
}

/// Does the next step where one tap says everything; otherwise opens the page where it is done.
pub fn go_on(device: Device, ticket: Id<Ticket>, visit: Id<Visit>, next: step::Step) {
    match next.tap() {
        Some(command) => device.press(step::on(ticket, visit, command)),
        None => route::go(Route::Work(ticket)),
    }
}

/// The rule of one hour: an assigned job that nobody accepts goes back to the office.
const ACCEPT_MINUTES: i64 = 60;

fn waits(visit: &Visit, now: Timestamp) -> Option<String> {
    let late = visit.stage == visit::Stage::Assigned
        && visit.called_off.is_none()
        && visit.dispatched_at.plus_minutes(ACCEPT_MINUTES) < now;
    late.then(|| text().engineer.today.accept_overdue.to_owned())
}

/// The parts that are there, with a dot between.
pub fn join<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
