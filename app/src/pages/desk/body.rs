//! One ticket whole: what is promised, who waits, what can be done, what must be decided, what happened.
//!
//! The same body stands on its own page and in the panel beside the board.

use domain::{
    Id,
    ticket::{Contact, Nameplate as Machine, Priority, Stage, Ticket},
    values,
    visit::Visit,
};
use leptos::prelude::*;

use super::{
    actions::{self, Action, Actions},
    dispatch::open_visit,
    flags::Flags,
    history::{Composer, History, Typed},
    looks,
    requests::Requests,
    visits::Visits,
};
use crate::{
    device::device,
    locale::{self, text},
    pages::{custody, photo::TicketPhotos, shell::DeskShell},
    route::Route,
    ui::{
        Button, ButtonKind, ButtonLink, Card, CopyText, Empty, Fact, Facts, Icon, IconButton,
        Nameplate, Plate, SlaRail, SlaText, Step, StepState, Steps, Tag, Tone,
    },
};

/// The page of one ticket.
#[component]
pub fn DeskTicket(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let title = move || {
        let ticket = device.find(id);
        ticket.map_or_else(|| text().desk.ticket.to_owned(), |ticket| ticket.contact.label())
    };
    view! {
        <DeskShell title tools=|| {
            view! {
                <ButtonLink
                    text=move || text().desk.board
                    href=Route::Board.href()
                    icon=Icon::Board
                    kind=ButtonKind::Quiet
                    name="board"
                />
            }
        }>
            <TicketBody id/>
        </DeskShell>
    }
}

/// The same beside a board or a calendar, for the ticket that was `picked` there.
pub fn panel(id: Id<Ticket>, picked: RwSignal<Option<Id<Ticket>>>) -> impl IntoView {
    let device = device();
    let name = move || device.find(id).map(|ticket| ticket.contact.label()).unwrap_or_default();
    view! {
        <header class="desk__panel-head">
            <h2>{name}</h2>
            <ButtonLink
                text=move || text().desk.open_page
                href=Route::DeskTicket(id).href()
                icon=Icon::Chevron
                kind=ButtonKind::Quiet
                name="open-ticket"
            />
            <IconButton
                icon=Icon::Close
                label=move || text().desk.close_panel
                name="close-panel"
                on_press=move || picked.set(None)
            />
        </header>
        <TicketBody id panel=true/>
    }
}

/// Below this width, in text sizes, the side column has no room beside the main one.
const SPLIT_REM: f64 = 63.9;

/// A ticket with everything about it. In a panel it is one column, whatever the window's width.
#[component]
pub fn TicketBody(id: Id<Ticket>, #[prop(optional)] panel: bool) -> impl IntoView {
    let device = device();
    let known = Memo::new(move |_| device.find(id).is_some());
    let narrow = looks::narrower_than(SPLIT_REM);
    // What is being typed outlives a turn of the tablet.
    let typed = Typed::new();
    let whole = move || {
        if panel || narrow.get() {
            view! {
                <div class="split">
                    <div class="split__main">
                        {head(id)} <Flags id/> {kept(id)} {customer(id)} {problem(id)} {machine(id)}
                        <Visits id/> <TicketPhotos id/> <Requests id/> <Composer id typed/> <History id/> {origin(id)}
                    </div>
                </div>
            }
            .into_any()
        } else {
            view! {
                <div class="split">
                    <div class="split__main">
                        {head(id)} <Flags id/> {kept(id)} {problem(id)} <Visits id/> <TicketPhotos id/> <Requests id/>
                        <Composer id typed/> <History id/>
                    </div>
                    <aside class="split__side">{customer(id)} {machine(id)} {origin(id)}</aside>
                </div>
            }
            .into_any()
        }
    };
    view! {
        <Show
            when=move || known.get()
            fallback=|| view! { <Empty icon=Icon::Search text=move || text().desk.not_found/> }
        >
            {whole}
        </Show>
    }
}

/// Nameplate, title, steps, promises, and what to do next.
fn head(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let ticket = Memo::new(move |_| device.find(id));
    let now = looks::minute();
    let promises = Memo::new(move |_| {
        let now = now.get();
        ticket.with(|ticket| ticket.as_ref().map(|t| looks::promises(t, now)).unwrap_or_default())
    });
    let rail = move || {
        let open = promises.get().into_iter().filter(|promise| promise.met.is_none());
        let next = open.min_by_key(|promise| promise.due)?;
        Some(view! { <SlaRail left=next.left over=next.over/> })
    };
    let promised = move || {
        promises
            .get()
            .into_iter()
            .map(|promise| {
                let label = match promise.what {
                    looks::Promised::Response => text().desk.response,
                    looks::Promised::Solution => text().desk.solved_by,
                };
                let words = promise.words();
                // A due moment that moves along with the clock tells nothing.
                let due = if promise.paused { String::new() } else { locale::moment(promise.due) };
                let left =
                    if promise.met.is_some() && !promise.over { 1_000 } else { promise.left };
                let tone = match left {
                    _ if promise.over => Tone::Danger,
                    0..=250 => Tone::Warning,
                    _ => Tone::Success,
                };
                view! {
                    <div class="promise" data-tone=tone.name()>
                        <dt class="promise__label">{label}</dt>
                        <dd class="promise__words">
                            <SlaText text=words left over=promise.over/>
                            <span class="faint num">{due}</span>
                        </dd>
                        <svg
                            class="promise__rail"
                            viewBox="0 0 1000 4"
                            preserveAspectRatio="none"
                            aria-hidden="true"
                            data-over=promise.over
                        >
                            <rect class="promise__left" height="4" width=left.to_string()></rect>
                        </svg>
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <section class="ticket-head" data-ticket=id.to_string()>
            {rail}
            {move || ticket.get().map(|ticket| plates(&ticket))}
            <h2 class="ticket-head__title">
                {move || ticket.with(|ticket| ticket.as_ref().map(|ticket| ticket.title.clone()))}
            </h2>
            <Steps
                label=move || text().desk.steps_label
                items=Signal::derive(move || {
                    ticket.with(|ticket| ticket.as_ref().map(steps).unwrap_or_default())
                })
            />
            <dl class="promises">{promised}</dl>
            <Actions id/>
        </section>
    }
}

fn plates(ticket: &Ticket) -> impl IntoView + use<> {
    let (desk, words) = (&text().desk, &text().words);
    let number = ticket.spoken_number().to_owned();
    let alias = ticket
        .provisional
        .clone()
        .filter(|provisional| ticket.number.as_ref() != Some(provisional));
    let named = ticket.number.is_some();
    let gone = open_visit(ticket)
        .and_then(|visit| device().find(visit.engineer))
        .is_some_and(|user| !user.can_be_sent())
        .then(|| view! { <Tag text=desk.alert_gone tone=Tone::Danger icon=Some(Icon::Alert)/> });
    let engineer = ticket
        .active_visit()
        .map(|visit: &Visit| device().name(visit.engineer))
        .unwrap_or_else(|| desk.nobody.to_owned());
    let triage = ticket.triage.clone();
    let (priority, status) = (looks::priority_tag(ticket), looks::status_tag(ticket));
    let plain = match &triage {
        // What is urgent has a tag of its own.
        Some(triage) if triage.priority == Priority::P1 => "",
        Some(triage) => words.priority(triage.priority),
        None => desk.untriaged,
    };
    let method = triage.as_ref().map_or("—", |triage| words.method(triage.method));
    let shown = if number.is_empty() { desk.number_comes.to_owned() } else { String::new() };
    view! {
        <Nameplate label=desk.ticket>
            <Plate label=desk.number value=shown mono=true>
                {(!number.is_empty())
                    .then(|| view! { <CopyText text=number label=desk.copy done=desk.copied/> })}
            </Plate>
            {alias
                .filter(|_| named)
                .map(|alias| view! { <Plate label=desk.provisional value=alias mono=true/> })}
            <Plate label=desk.stage>{status}</Plate>
            <Plate label=desk.priority value=plain>
                {priority}
            </Plate>
            <Plate label=desk.method value=method/>
            <Plate label=desk.engineer value=engineer>
                {gone}
            </Plate>
        </Nameplate>
    }
}

/// The way of a ticket, as six steps; what was cancelled stopped where it was.
fn steps(ticket: &Ticket) -> Vec<Step> {
    let desk = &text().desk;
    let cancelled = matches!(ticket.stage, Stage::Cancelled { .. });
    let at = match &ticket.stage {
        Stage::Received => 1,
        Stage::Triaged | Stage::PendingDispatch { .. } => 2,
        Stage::Dispatched { .. } => 3,
        Stage::InProgress { .. } | Stage::OnHold { .. } => 4,
        Stage::PendingConfirmation { .. } => 5,
        Stage::Completed { .. } | Stage::PendingFollowUp { .. } => 6,
        Stage::Closed { .. } => 7,
        Stage::Cancelled { .. } if ticket.visits.iter().any(|v| v.accepted_at.is_some()) => 4,
        Stage::Cancelled { .. } if !ticket.visits.is_empty() => 3,
        Stage::Cancelled { .. } if ticket.triage.is_some() => 2,
        Stage::Cancelled { .. } => 1,
    };
    [
        desk.step_received,
        desk.step_triage,
        desk.step_dispatch,
        desk.step_accept,
        desk.step_work,
        desk.step_confirm,
        desk.step_close,
    ]
    .into_iter()
    .enumerate()
    .map(|(place, label)| {
        let state = match place.cmp(&at) {
            std::cmp::Ordering::Less => StepState::Done,
            std::cmp::Ordering::Equal if cancelled => StepState::Failed,
            std::cmp::Ordering::Equal => StepState::Now,
            std::cmp::Ordering::Greater if cancelled => StepState::Skipped,
            std::cmp::Ordering::Greater => StepState::Todo,
        };
        Step::new(label, state)
    })
    .collect()
}

/// The customer's machine, where it is or was with us.
fn kept(id: Id<Ticket>) -> impl IntoView {
    let doing = RwSignal::new(None);
    let begin = move |action: Action| Callback::new(move |()| action.begin(id, doing));
    view! {
        {custody::card(id, begin(Action::KeepMachine), begin(Action::HandBack))}
        {actions::dialog(doing)}
    }
}

fn problem(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let ticket = Memo::new(move |_| device.find(id));
    move || {
        let ticket = ticket.get()?;
        let (desk, words) = (&text().desk, &text().words);
        let fact = |label: &'static str, value: String| {
            (!value.trim().is_empty()).then(|| view! { <Fact label=label value=value/> })
        };
        let judged = ticket.triage.clone().map(|triage| {
            let team = triage.team.and_then(|team| device.find(team)).map(|team| team.name);
            let by = format!("{} · {}", device.name(triage.by), locale::moment(triage.at));
            view! {
                {fact(desk.category, words.category(triage.category).to_owned())}
                {fact(desk.team, team.unwrap_or_default())}
                {fact(desk.impact, triage.impact)}
                {fact(desk.judgement, triage.judgement)}
                {fact(desk.suggestion, triage.suggestion)}
                {fact(desk.triaged_by, by)}
            }
        });
        Some(view! {
            <Card title=desk.problem>
                <p class="long">{ticket.description.clone()}</p>
                <Facts>
                    {fact(desk.request, words.request(ticket.request).to_owned())}
                    {judged}
                </Facts>
            </Card>
        })
    }
}

fn customer(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let bare = RwSignal::new(false);
    let contact = Memo::new(move |_| device.find(id).map(|ticket| ticket.contact));
    view! {
        <Card title=move || text().desk.customer>
            {move || contact.get().map(|contact| contact_view(contact, bare))}
        </Card>
    }
}

fn contact_view(contact: Contact, bare: RwSignal<bool>) -> impl IntoView {
    let desk = &text().desk;
    let name = text().words.addressed(&contact.name, contact.salutation);
    let call = format!("tel:{}", contact.phone.replace(' ', ""));
    let phone = contact.phone.clone();
    let shown = move || {
        if bare.get() { phone.clone() } else { values::masked_phone(&phone) }
    };
    view! {
        <section class="customer">
            <h3 class="customer__name">{name}</h3>
            {(!contact.company.is_empty())
                .then(|| view! { <p class="customer__line">{contact.company.clone()}</p> })}
            <p class="customer__line row">
                <span class="num" data-name="phone-number">{shown}</span>
                <span class="row">
                    <Button
                        text=move || if bare.get() { text().desk.hide } else { text().desk.reveal }
                        kind=ButtonKind::Quiet
                        icon=Icon::Eye
                        name="reveal-phone"
                        on_press=move || bare.update(|bare| *bare = !*bare)
                    />
                    <ButtonLink text=desk.call href=call icon=Icon::Phone kind=ButtonKind::Quiet/>
                </span>
            </p>
            {(!contact.address.is_empty())
                .then(|| {
                    view! {
                        <address class="customer__address">
                            <CopyText text=contact.address.clone() label=desk.copy done=desk.copied/>
                        </address>
                    }
                })}
            {(!contact.access_note.is_empty())
                .then(|| view! { <p class="note">{contact.access_note.clone()}</p> })}
        </section>
    }
}

fn machine(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let plate = Memo::new(move |_| device.find(id).map(|ticket| ticket.machine));
    view! {
        <Card title=move || text().desk.machine>
            {move || plate.get().map(machine_view)}
        </Card>
    }
}

fn machine_view(machine: Machine) -> impl IntoView {
    let (desk, words) = (&text().desk, &text().words);
    let tone = match machine.warranty {
        domain::machine::Warranty::In => Tone::Success,
        domain::machine::Warranty::Out => Tone::Warning,
        domain::machine::Warranty::Contract => Tone::Primary,
        domain::machine::Warranty::Unknown => Tone::Neutral,
    };
    let known = |value: String| if value.is_empty() { "—".to_owned() } else { value };
    view! {
        <Nameplate label=desk.machine>
            <Plate label=desk.model value=known(machine.model) wide=true/>
            <Plate label=desk.serial value=known(machine.serial) mono=true wide=true/>
            <Plate label=desk.purchased_on value=known(machine.purchased_on)/>
            <Plate label=desk.warranty>
                <Tag text=words.warranty(machine.warranty) tone=tone icon=Some(Icon::Shield)/>
            </Plate>
            {(!machine.place.is_empty())
                .then(|| view! { <Plate label=desk.place value=machine.place.clone() wide=true/> })}
        </Nameplate>
    }
}

/// Where the ticket came from.
fn origin(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let ticket = Memo::new(move |_| device.find(id));
    move || {
        let ticket = ticket.get()?;
        let (desk, words) = (&text().desk, &text().words);
        let fact = |label: &'static str, value: String| {
            (!value.trim().is_empty()).then(|| view! { <Fact label=label value=value/> })
        };
        let registered = format!(
            "{} · {}",
            device.name(ticket.registered_by),
            locale::moment(ticket.registered_at)
        );
        Some(view! {
            <Card title=desk.origin>
                <Facts>
                    {fact(desk.channel, words.channel(ticket.channel).to_owned())}
                    {fact(desk.urgency, words.urgency(ticket.urgency).to_owned())}
                    {fact(desk.received_at, locale::moment(ticket.received_at))}
                    {fact(desk.registered, registered)}
                    {fact(desk.expected_by, ticket.expected_by.map(locale::moment).unwrap_or_default())}
                    {fact(desk.submitter, ticket.submitter.clone())}
                    {fact(desk.transferred_by, ticket.transferred_by.clone())}
                </Facts>
            </Card>
        })
    }
}
