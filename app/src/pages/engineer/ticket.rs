//! One ticket, as its engineer needs it: whom to call, what is broken, what was done, and the next step.
//!
//! Buttons by name: `accept`, `decline`, `take-on`, `depart`, `next-step`, `work`, `more`; `call`,
//! `navigate`, `copy`; `log-call`, `appoint`,
//! `edit-contact`, `edit-machine`, `request-parts`; in their forms `save-decline`, `save-call`, `save-appointment`,
//! `save-hold`, `save-contact`, `save-machine`, `save-take-on`, `save-note`; `sheet` opens a signed sheet.

pub mod edit;
pub mod history;
pub mod say;
pub mod take_on;

use std::cmp::Reverse;

use domain::{
    Command, Id, Key,
    part_request::PartRequest,
    sheet::Sheet,
    ticket::{self, Act, Ticket},
    visit::{How, Outcome, Visit},
};
use leptos::prelude::*;

use self::{
    edit::{EditContact, EditMachine},
    history::{History, NoteForm},
    say::{AppointForm, CallForm, DeclineForm, HoldForm},
    take_on::TakeOnForm,
};
use super::{
    card::{StatusTag, go_on, hurry, join},
    contact,
    progress::Progress,
    promise, step,
};
use crate::{
    clock,
    device::device,
    locale::{moment, text, window},
    pages::{custody, photo::TicketPhotos, shell::PhoneDetail},
    route::Route,
    ui::{
        ActionBar, ActionSheet, Button, ButtonKind, ButtonLink, Card, Cell, CellGroup, CopyText,
        Empty, Fact, Facts, Icon, IconButton, Nameplate, Plate, Scan, SheetAction, SlaRail,
        SlaText, Tone, long, toast,
    },
};

/// The forms that lie over the page, each open or not.
#[derive(Clone, Copy)]
pub struct Open {
    more: RwSignal<bool>,
    decline: RwSignal<bool>,
    call: RwSignal<bool>,
    appoint: RwSignal<bool>,
    hold: RwSignal<bool>,
    contact: RwSignal<bool>,
    machine: RwSignal<bool>,
    take_on: RwSignal<bool>,
    keep: RwSignal<bool>,
    back: RwSignal<bool>,
}

/// A ticket.
#[component]
pub fn TicketPage(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let whole = Memo::new(move |_| device.find(id));
    // No card but the history shows notes: adding one must not draw all of them again.
    let ticket = Memo::new(move |_| {
        let mut ticket: Option<Ticket> = whole.get();
        if let Some(ticket) = &mut ticket {
            ticket.log.retain(|entry| entry.act != Act::Noted);
        }
        ticket
    });
    let visit = Memo::new(move |_| {
        let me = device.me().id;
        ticket.with(|ticket| ticket.as_ref()?.visit_of(me).cloned())
    });
    let closed = || RwSignal::new(false);
    let open = Open {
        more: closed(),
        decline: closed(),
        call: closed(),
        appoint: closed(),
        hold: closed(),
        contact: closed(),
        machine: closed(),
        take_on: closed(),
        keep: closed(),
        back: closed(),
    };
    let title = move || {
        ticket.with(|ticket| match ticket.as_ref().map(Ticket::spoken_number) {
            None | Some("") => text().engineer.ticket.title.to_owned(),
            Some(number) => number.to_owned(),
        })
    };
    let known = Memo::new(move |_| ticket.with(Option::is_some));
    let visit_id = Memo::new(move |_| visit.with(|visit| visit.as_ref().map(|visit| visit.id)));
    view! {
        <PhoneDetail
            title
            back=Route::Today.href()
            bar=move || view! { <Bar id ticket visit open/> }
        >
            <Show
                when=move || known.get()
                fallback=|| {
                    view! {
                        <Empty icon=Icon::Search text=move || text().engineer.ticket.unknown>
                            <ButtonLink
                                text=move || text().engineer.ticket.to_today
                                href=Route::Today.href()
                            />
                        </Empty>
                    }
                }
            >
                <TitleBar ticket/>
                <Head id ticket visit/>
                <Notices ticket visit/>
                {custody::card(id, raise(open.keep), raise(open.back))}
                <Contact ticket visit open/>
                <Problem ticket/>
                <MachineCard ticket open/>
                <Visits ticket/>
                <TicketPhotos id/>
                <Parts id/>
                <NoteForm id/>
                <History ticket=whole/>
                <EditContact id open=open.contact/>
                <EditMachine id open=open.machine/>
                <HoldForm id open=open.hold/>
                <TakeOnForm id open=open.take_on/>
                {custody::drawers(id, open.keep, open.back)}
                {move || {
                    visit_id
                        .get()
                        .map(|visit| {
                            view! {
                                <DeclineForm id visit open=open.decline/>
                                <CallForm id visit open=open.call/>
                                <AppointForm id visit open=open.appoint/>
                            }
                        })
                }}
                <More id ticket open/>
                {contact::maps()}
            </Show>
        </PhoneDetail>
    }
}

/// A press that opens something.
fn raise(open: RwSignal<bool>) -> Callback<()> {
    Callback::new(move |()| open.set(true))
}

/// What is broken and how it stands; it stays in sight while the page is read.
#[component]
fn TitleBar(ticket: Memo<Option<Ticket>>) -> impl IntoView {
    let title = move || ticket.with(|shown| shown.as_ref().map(|it| it.title.clone()));
    view! {
        <header class="ticket-bar">
            <h2 class="ticket-bar__title" data-content="">{title}</h2>
            <StatusTag ticket/>
        </header>
    }
}

/// How far the visit is, what was promised, and the numbers.
#[component]
fn Head(id: Id<Ticket>, ticket: Memo<Option<Ticket>>, visit: Memo<Option<Visit>>) -> impl IntoView {
    let device = device();
    let steps = Memo::new(move |_| match (ticket.get(), visit.get()) {
        (Some(shown), Some(visit)) => step::progress(device, &shown, &visit),
        _ => Vec::new(),
    });
    let accepted = Memo::new(move |_| {
        visit.with(|visit| visit.as_ref().is_some_and(|visit| visit.accepted_at.is_some()))
    });
    let plate = move || {
        let shown = ticket.get()?;
        let now = clock::minute();
        let words = &text().engineer.ticket;
        let solution = promise::solution(&shown, now);
        let contact = promise::contact(&shown, now);
        let rail = contact.clone().or(solution.clone());
        let promised = |label: &'static str, promise: Option<promise::Promise>| {
            promise.map(|promise| {
                view! {
                    <Plate label>
                        <SlaText text=promise.text left=promise.left over=promise.over/>
                    </Plate>
                }
            })
        };
        let provisional = shown.provisional.clone().filter(|_| shown.number.is_some());
        let number = match shown.spoken_number() {
            "" => view! { <span class="muted">{text().engineer.say.no_number}</span> }.into_any(),
            number => {
                let number = number.to_owned();
                view! { <CopyText text=number label=words.copy done=words.copied/> }.into_any()
            }
        };
        let priority = shown.triage.as_ref().map(|triage| text().words.priority(triage.priority));
        Some(view! {
            {rail.map(|promise| view! { <SlaRail left=promise.left over=promise.over/> })}
            {hurry(&shown).map(|tag| view! { <div class="row">{tag}</div> })}
            <Nameplate label=words.plate>
                {promised(words.contact_promise, contact)}
                {promised(words.solution_promise, solution)}
                <Plate label=words.number mono=true>
                    {number}
                </Plate>
                {provisional.map(|number| view! { <Plate label=words.provisional value=number mono=true/> })}
                {priority.map(|value| view! { <Plate label=words.priority value/> })}
            </Nameplate>
        })
    };
    view! {
        <section class="ticket-head">
            {plate}
            <Show when=move || steps.with(|steps| !steps.is_empty())>
                {move || {
                    if accepted.get() {
                        view! { <Progress steps href=Route::Work(id).href()/> }.into_any()
                    } else {
                        view! { <Progress steps/> }.into_any()
                    }
                }}
            </Show>
        </section>
    }
}

/// Questions to the office that are written out; more are counted.
const FLAGS_SHOWN: usize = 3;

/// What stands between this person and the job, in plain words.
#[component]
fn Notices(ticket: Memo<Option<Ticket>>, visit: Memo<Option<Visit>>) -> impl IntoView {
    let device = device();
    move || {
        let shown = ticket.get()?;
        let words = &text().engineer;
        let visit = visit.get();
        let there = visit.as_ref().is_some_and(|visit| visit.arrived_at.is_some());
        let off = visit.and_then(|visit| visit.called_off).filter(|off| off.by != device.me().id);
        let off = off.map(|off| {
            let (label, who, when) = (shown.contact.label(), device.name(off.by), moment(off.at));
            let what = match off.how {
                How::Cancelled if there => (words.today.was_cancelled_late)(label, who, when),
                How::Cancelled => (words.today.was_cancelled)(label, who, when),
                How::Superseded | How::Declined => (words.today.was_given_away)(label, who, when),
            };
            let why = Some(off.reason).filter(|why| !why.is_empty());
            let why = why.map(words.today.reason);
            view! {
                <Card tone=Tone::Danger>
                    <p data-name="called-off">{what}</p>
                    {why.map(|why| view! { <p class="muted">{why}</p> })}
                    <p class="muted">{words.today.kept}</p>
                </Card>
            }
        });
        let mut open = shown.flags.iter().filter(|flag| flag.settled.is_none());
        let flags = open
            .by_ref()
            .take(FLAGS_SHOWN)
            .map(|flag| {
                let question = text().words.flag(&flag.reason, |user| device.name(user));
                view! { <p class="note" data-tone="warning">{(words.ticket.office_decides)(question)}</p> }
            })
            .collect_view();
        let more = open.count();
        Some(view! {
            {off}
            {flags}
            {(more > 0).then(|| {
                view! { <p class="note" data-tone="warning">{(words.ticket.more_decisions)(more)}</p> }
            })}
        })
    }
}

/// Who is waiting for us: call, find the way, take it along; how to get in, and when.
#[component]
fn Contact(ticket: Memo<Option<Ticket>>, visit: Memo<Option<Visit>>, open: Open) -> impl IntoView {
    move || {
        let shown = ticket.get()?;
        let contact = &shown.contact;
        let words = &text().engineer.ticket;
        let name = text().words.addressed(&contact.label(), contact.salutation);
        let appointment = visit.get().and_then(|visit| visit.appointment);
        let agreed = appointment.map(|agreed| {
            let when = window(agreed.from, agreed.to);
            if agreed.agreed_with.is_empty() {
                (words.proposed)(when)
            } else {
                (words.agreed)(when, agreed.agreed_with)
            }
        });
        Some(view! {
            <section class="card" aria-label=words.customer>
                <div class="customer">
                    <div class="customer__head">
                        <h2 class="customer__name">{name}</h2>
                        <IconButton
                            icon=Icon::Edit
                            label=words.edit_contact
                            name="edit-contact"
                            on_press=move || open.contact.set(true)
                        />
                    </div>
                    <p class="customer__line num">
                        <CopyText text=contact.phone.clone() label=words.copy_phone done=words.copied/>
                    </p>
                    {(!contact.address.is_empty())
                        .then(|| {
                            view! {
                                <address class="customer__address">
                                    <CopyText
                                        text=contact.address.clone()
                                        label=words.copy_address
                                        done=words.copied
                                    />
                                </address>
                            }
                        })}
                    {(!contact.access_note.is_empty())
                        .then(|| {
                            view! {
                                <p class="note customer__access">
                                    {Icon::Door.svg()}
                                    <span>{contact.access_note.clone()}</span>
                                </p>
                            }
                        })}
                </div>
                {contact::buttons(&shown)}
                <Facts>
                    <Fact
                        label=words.appointment
                        value=agreed.unwrap_or_else(|| words.no_appointment.to_owned())
                    />
                </Facts>
                <Show when=move || visit.with(Option::is_some)>
                    <div class="row" data-align="end">
                        <Button
                            text=words.log_call
                            icon=Icon::Note
                            name="log-call"
                            on_press=move || open.call.set(true)
                        />
                        <Button
                            text=words.appoint
                            icon=Icon::Calendar
                            name="appoint"
                            on_press=move || open.appoint.set(true)
                        />
                    </div>
                </Show>
            </section>
        })
    }
}

/// Opens a correction, from the head of its card.
fn edit_button(name: &'static str, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Button
            text=move || text().engineer.ticket.edit
            icon=Icon::Edit
            kind=ButtonKind::Quiet
            name
            on_press=move || open.set(true)
        />
    }
}

/// What is wrong, and what the hotline found out.
#[component]
fn Problem(ticket: Memo<Option<Ticket>>) -> impl IntoView {
    let device = device();
    // Which of the long texts are unfolded: they stay so when the card is drawn anew.
    let [problem, impact, judgement, suggestion] = [(); 4].map(|()| RwSignal::new(false));
    let said = Memo::new(move |_| {
        ticket.with(|ticket| {
            let ticket = ticket.as_ref()?;
            let Ticket { description, triage, request, channel, .. } = ticket;
            let registered = (ticket.registered_at, ticket.registered_by, *channel);
            Some((description.clone(), triage.clone(), *request, ticket.expected_by, registered))
        })
    });
    move || {
        let (description, triage, request, expected_by, (at, by, channel)) = said.get()?;
        let words = &text().engineer.ticket;
        let told = |label: &'static str, told: String, whole| {
            (!told.trim().is_empty()).then(|| {
                view! { <Fact label>{long(label, told, (words.whole, words.shorter), whole)}</Fact> }
            })
        };
        // What the technical centre decides is not the engineer's to promise.
        let returns =
            matches!(request, ticket::Request::ReturnExchange | ticket::Request::Complaint);
        let facts = triage.map(|triage| {
            let kind = join([
                Some(text().words.category(triage.category).to_owned()),
                Some(text().words.method(triage.method).to_owned()),
            ]);
            view! {
                <Fact label=words.kind value=kind/>
                {told(words.impact, triage.impact, impact)}
                {told(words.judgement, triage.judgement, judgement)}
                {told(words.suggestion, triage.suggestion, suggestion)}
            }
        });
        let registered = join([
            Some(moment(at)),
            Some(device.name(by)),
            Some(text().words.channel(channel).to_owned()),
        ]);
        Some(view! {
            <Card title=words.problem>
                {long(words.problem, description, (words.whole, words.shorter), problem)}
                {returns.then(|| view! { <p class="note" data-tone="warning">{text().engineer.work.no_promise}</p> })}
                <Facts>
                    {facts}
                    <Fact label=words.request value=text().words.request(request)/>
                    {expected_by.map(|by| view! { <Fact label=words.expected value=moment(by)/> })}
                    <Fact label=words.registered value=registered/>
                </Facts>
            </Card>
        })
    }
}

/// The machine's nameplate, and what was done about it before, as far as this phone knows.
#[component]
fn MachineCard(ticket: Memo<Option<Ticket>>, open: Open) -> impl IntoView {
    let device = device();
    let machine = Memo::new(move |_| {
        ticket.with(|ticket| Some((ticket.as_ref()?.id, ticket.as_ref()?.machine.serial.clone())))
    });
    let rows = Memo::new(move |_| device.rows_held());
    // Thousands of tickets are looked at, when the page opens and when rows came or went: what one does here oneself
    // brings no repair of another day. Only three are copied.
    let earlier = Memo::new(move |_| {
        rows.track();
        let (shown, serial) = machine.get()?;
        let serial = serial.trim();
        if serial.is_empty() {
            return None;
        }
        let mut earlier = untrack(|| device.held::<Ticket>());
        earlier.retain(|other| other.id != shown && other.machine.serial.trim() == serial);
        earlier.sort_by_key(|other| Reverse(other.registered_at));
        earlier.truncate(3);
        Some(earlier.iter().map(|other| Ticket::clone(other)).collect::<Vec<_>>())
    });
    move || {
        let machine = ticket.get()?.machine;
        let words = &text().engineer.ticket;
        let tone = match machine.warranty {
            domain::machine::Warranty::In => Tone::Success,
            domain::machine::Warranty::Out => Tone::Warning,
            domain::machine::Warranty::Contract => Tone::Primary,
            domain::machine::Warranty::Unknown => Tone::Neutral,
        };
        let serial = machine.serial.clone();
        let paid = machine.warranty == domain::machine::Warranty::Out;
        let dash = |value: String| if value.is_empty() { "—".to_owned() } else { value };
        let earlier = earlier.get().unwrap_or_default();
        Some(view! {
            <Card title=words.machine extra=move || edit_button("edit-machine", open.machine)>
                <Nameplate label=words.machine>
                    <Plate label=words.model value=machine.model.clone() mono=true/>
                    <Plate label=words.serial value=dash(machine.serial.clone()) mono=true/>
                    <Plate label=words.warranty value=text().words.warranty(machine.warranty) tone/>
                    <Plate label=words.purchased value=dash(machine.purchased_on.clone())/>
                    {(!machine.place.is_empty())
                        .then(|| view! { <Plate label=words.place value=machine.place.clone() wide=true/> })}
                </Nameplate>
                <div class="row" data-align="end">
                    <ScanVerify serial/>
                </div>
                {paid.then(|| view! { <p class="note" data-tone="warning">{words.paid_first}</p> })}
                {(!earlier.is_empty())
                    .then(|| {
                        view! {
                            <CellGroup title=words.earlier>
                                {earlier
                                    .into_iter()
                                    .map(|other| {
                                        view! {
                                            <Cell
                                                label=other.title.clone()
                                                hint=join([
                                                    Some(other.spoken_number().to_owned()),
                                                    Some(moment(other.registered_at)),
                                                ])
                                                href=Signal::stored(Route::Ticket(other.id).href())
                                            />
                                        }
                                    })
                                    .collect_view()}
                            </CellGroup>
                        }
                    })}
            </Card>
        })
    }
}

/// Compares the label on the machine with what the ticket says.
#[component]
fn ScanVerify(serial: String) -> impl IntoView {
    let open = RwSignal::new(false);
    let compare = move |code: String| {
        let words = &text().engineer.ticket;
        if same_code(&code, &serial) {
            toast(Tone::Success, words.same_machine);
        } else if serial.trim().is_empty() {
            toast(Tone::Warning, (words.scanned)(code));
        } else {
            toast(Tone::Danger, (words.other_machine)(code));
        }
    };
    view! {
        <Button
            text=move || text().engineer.ticket.verify_machine
            icon=Icon::Scan
            name="verify-machine"
            on_press=move || open.set(true)
        />
        <Scan open words=Signal::derive(|| *text().scan) on_code=compare/>
    }
}

/// Whether a scanned code bears this serial number, with or without dashes, alone or among other things.
fn same_code(code: &str, serial: &str) -> bool {
    let names = domain::search::Names::default().code(code);
    let wanted = domain::search::Wanted::new(serial);
    !wanted.is_empty() && wanted.rank(&names).is_some()
}

/// Every visit of the ticket with its outcome and its signed sheets.
#[component]
fn Visits(ticket: Memo<Option<Ticket>>) -> impl IntoView {
    let device = device();
    move || {
        let shown = ticket.get()?;
        if shown.visits.is_empty() {
            return None;
        }
        let words = &text().engineer.ticket;
        let visits = shown
            .visits
            .iter()
            .rev()
            .map(|visit| {
                let stage = match &visit.called_off {
                    Some(off) => text().words.how(off.how),
                    None => text().words.visit_stage(visit.stage),
                };
                let outcome = visit.outcome.as_ref().map(|outcome| match outcome {
                    Outcome::Repaired { solution, .. } => (words.repaired)(solution.clone()),
                    Outcome::NoFault { explanation } => (words.no_fault)(explanation.clone()),
                    Outcome::NotRepaired { reason, next_step } => {
                        (words.not_repaired)(reason.clone(), text().words.next_step(*next_step))
                    }
                });
                let when = visit.appointment.as_ref().map(|agreed| window(agreed.from, agreed.to));
                let sheets = visit
                    .sheets
                    .iter()
                    .map(|sheet| {
                        let sheet = *sheet;
                        let signed = Memo::new(move |_| {
                            let sheet = device.find::<Sheet>(sheet);
                            sheet.map(|sheet| moment(sheet.at)).unwrap_or_default()
                        });
                        view! {
                            <Cell
                                label=words.sheet
                                hint=signed
                                icon=Icon::Sheet
                                href=Signal::stored(Route::Sheet(sheet).href())
                                name="sheet"
                            />
                        }
                    })
                    .collect_view();
                view! {
                    <Cell
                        label=join([Some((words.visit)(visit.sequence)), Some(stage.to_owned())])
                        hint=join([Some(device.name(visit.engineer)), when, outcome])
                    />
                    {sheets}
                }
            })
            .collect_view();
        Some(view! { <CellGroup title=words.visits>{visits}</CellGroup> })
    }
}

/// What was asked of the store for this ticket.
#[component]
fn Parts(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let requests = Memo::new(move |_| {
        let mut requests = device.held::<PartRequest>();
        requests.retain(|request| request.ticket == id);
        requests.sort_by_key(|request| Reverse(request.requested_at));
        requests.iter().map(|request| PartRequest::clone(request)).collect::<Vec<_>>()
    });
    view! {
        <Card title=move || text().engineer.ticket.parts>
            <Show
                when=move || requests.with(|requests| !requests.is_empty())
                fallback=|| view! { <p class="muted">{move || text().engineer.ticket.no_parts}</p> }
            >
                <CellGroup>
                    {move || {
                        requests
                            .get()
                            .into_iter()
                            .map(|request| {
                                let lines: Vec<String> = request
                                    .lines
                                    .iter()
                                    .map(|line| format!("{} × {}", line.name, line.quantity))
                                    .collect();
                                let id = request.id;
                                let waits = Memo::new(move |_| device.is_pending(Key::of(id)));
                                let (number, at) = (request.number.clone(), request.requested_at);
                                let hint = Signal::derive(move || {
                                    let waits_here = text().engineer.say.waits_here;
                                    join([
                                        number.clone(),
                                        Some(moment(at)),
                                        waits.get().then(|| waits_here.to_owned()),
                                    ])
                                });
                                view! {
                                    <Cell
                                        label=lines.join(" · ")
                                        hint
                                        value=text().words.part_stage(&request.stage)
                                        href=Signal::stored(Route::MyParts.href())
                                    />
                                }
                            })
                            .collect_view()
                    }}
                </CellGroup>
            </Show>
            <div class="row" data-align="end">
                <ButtonLink
                    text=move || text().engineer.ticket.request_parts
                    href=Route::RequestParts(id).href()
                    icon=Icon::Package
                    name="request-parts"
                />
            </div>
        </Card>
    }
}

/// The bar: everything else on the left, the next step on the right.
#[component]
fn Bar(
    id: Id<Ticket>,
    ticket: Memo<Option<Ticket>>,
    visit: Memo<Option<Visit>>,
    open: Open,
) -> impl IntoView {
    let device = device();
    let next = Memo::new(move |_| {
        let (ticket, visit) = (ticket.get()?, visit.get()?);
        Some((visit.id, step::next(device, &ticket, &visit)?))
    });
    // Whoever registered it without a network may be the one to do it.
    let own = Memo::new(move |_| {
        ticket.with(|ticket| {
            ticket.as_ref().is_some_and(|ticket| {
                ticket.visits.is_empty()
                    && ticket.registered_by == device.me().id
                    && !ticket.stage.is_over()
            })
        })
    });
    view! {
        <ActionBar>
            <Show when=move || ticket.with(Option::is_some)>
                <IconButton
                    icon=Icon::More
                    label=move || text().engineer.ticket.more
                    name="more"
                    on_press=move || open.more.set(true)
                />
            </Show>
            {move || {
                next.get()
                    .map(|(visit, next)| {
                        view! {
                            {(next == step::Step::Accept)
                                .then(|| {
                                    view! {
                                        <Button
                                            text=move || text().engineer.ticket.decline
                                            name="decline"
                                            on_press=move || open.decline.set(true)
                                        />
                                    }
                                })}
                            <Button
                                text=move || next.word()
                                icon=next.icon()
                                kind=ButtonKind::Primary
                                wide=true
                                name=next.name()
                                on_press=move || go_on(device, id, visit, next)
                            />
                        }
                    })
            }}
            <Show when=move || own.get()>
                <Button
                    text=move || text().engineer.ticket.take_on
                    icon=Icon::Hand
                    kind=ButtonKind::Primary
                    wide=true
                    name="take-on"
                    on_press=move || open.take_on.set(true)
                />
            </Show>
        </ActionBar>
    }
}

/// What is done more rarely.
#[component]
fn More(id: Id<Ticket>, ticket: Memo<Option<Ticket>>, open: Open) -> impl IntoView {
    let device = device();
    let blocked = move |command: ticket::Command| {
        let refusal = device.would(&Command::Ticket(id, command)).err()?;
        Some(text().words.refusal(refusal).to_owned())
    };
    let phone = Memo::new(move |_| {
        ticket.with(|shown| shown.as_ref().map(|it| it.contact.phone.clone()).unwrap_or_default())
    });
    let address = Memo::new(move |_| {
        ticket.with(|shown| shown.as_ref().map(|it| it.contact.address.clone()).unwrap_or_default())
    });
    let actions = move || {
        let words = &text().engineer.ticket;
        let held = ticket.with(|ticket| {
            ticket
                .as_ref()
                .is_some_and(|ticket| matches!(ticket.stage, ticket::Stage::OnHold { .. }))
        });
        let hold = ticket::Command::Hold {
            reason: ticket::HoldReason::WaitingCustomer,
            note: "…".into(),
        };
        let pause = if held {
            SheetAction::new(words.resume, move || {
                device.press(Command::Ticket(id, ticket::Command::Resume));
            })
            .icon(Icon::Play)
            .why_not(blocked(ticket::Command::Resume))
        } else {
            SheetAction::new(words.hold, move || open.hold.set(true))
                .icon(Icon::Pause)
                .why_not(blocked(hold))
        };
        vec![
            pause,
            SheetAction::new(words.request_parts, move || {
                crate::route::go(Route::RequestParts(id));
            })
            .icon(Icon::Package),
            SheetAction::new(custody::keep_word(device, id), move || open.keep.set(true))
                .icon(Icon::Box)
                .why_not(blocked(custody::keep_probe())),
            SheetAction::new(text().custody.hand_back, move || open.back.set(true))
                .icon(Icon::Machine)
                .why_not(blocked(custody::back_probe())),
            SheetAction::new(words.neighbour, move || {
                crate::route::go_to(&Route::NewTicket.with("from", id));
            })
            .icon(Icon::Add),
            SheetAction::new(words.message, move || {
                contact::open(&contact::message(&phone.get_untracked()));
            })
            .icon(Icon::Message),
            SheetAction::new(words.another_map, move || {
                contact::choose_map(&address.get_untracked());
            })
            .icon(Icon::Navigation),
            SheetAction::new(words.edit_contact, move || open.contact.set(true))
                .icon(Icon::Customer),
            SheetAction::new(words.edit_machine, move || open.machine.set(true))
                .icon(Icon::Machine),
        ]
    };
    view! {
        <ActionSheet
            open=open.more
            title=move || text().engineer.ticket.more
            cancel=move || text().engineer.say.cancel
            actions
        />
    }
}
