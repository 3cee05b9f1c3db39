//! The outbox: what waits, what became of what was sent, and how this device stands.
//!
//! Controls, by `data-name`: `outbox-state`, `sync-now`, `go-sign-in`, `mark-read`, `open-ticket`, `send-as-note`,
//! `persist`, `install-guide`, and those of `health.rs`.

use domain::{
    Id, Timestamp,
    command::Command,
    customer, machine, part_request,
    replica::{Entry, Waiting},
    ticket::{self, Ticket},
    user::Role,
    visit,
    wire::{self, Outcome},
};
use leptos::prelude::*;

use crate::{
    device::{Device, device},
    locale::{self, text},
    pages::{
        health::{HealthCells, KeptForGood},
        install::InstallCell,
        photo::WaitingPhotos,
        shell::{DeskShell, PhoneDetail},
    },
    route::Route,
    session::{SessionState, build},
    ui::{Button, ButtonKind, ButtonLink, Cell, CellGroup, Icon, SyncState, Tone, toast},
};

/// More waiting entries than this are only counted.
const WAITING_SHOWN: usize = 100;
/// Work that waits longer than this is no longer calm.
const LATE_MINUTES: i64 = 24 * 60;
/// From here on the meter warns.
const FULL_PERCENT: f64 = wire::FULL_PERCENT as f64;

/// The outbox page, for every role.
#[component]
pub fn Outbox() -> impl IntoView {
    let device = device();
    device.storage_report().refresh();
    let desk = Memo::new(move |_| !device.me().is_any(&[Role::Engineer]));
    move || {
        if desk.get() {
            view! {
                <DeskShell title=move || text().person.outbox.title>
                    <div class="own-page"><Body/></div>
                </DeskShell>
            }
            .into_any()
        } else {
            view! {
                <PhoneDetail title=move || text().person.outbox.title back=Route::Me.href()>
                    <Body/>
                </PhoneDetail>
            }
            .into_any()
        }
    }
}

#[component]
fn Body() -> impl IntoView {
    view! {
        <State/>
        <NeedsYou/>
        <WaitingList/>
        <WaitingPhotos/>
        <ThisDevice/>
        <StorageCells/>
    }
}

/// The one sentence on top, and what it is made of.
struct Headline {
    tone: Tone,
    icon: Icon,
    text: String,
    sign_in: bool,
}

/// What the sentence says. A function of a few facts, so that it cannot say what is not so.
fn headline(
    waiting: &Waiting,
    photos: usize,
    state: SyncState,
    session: SessionState,
    heard: Option<Timestamp>,
    now: Timestamp,
) -> Headline {
    let words = &text().person.outbox;
    let signed_out = matches!(session, SessionState::SignedOut | SessionState::Expired);
    let late = waiting.oldest.is_some_and(|oldest| oldest.plus_minutes(LATE_MINUTES) < now);
    let count = waiting.unanswered;
    let (tone, icon, text) = if waiting.attention > 0 {
        (Tone::Danger, Icon::CloudAlert, (words.needs)(waiting.attention))
    } else if count > 0 {
        let tone = if late { Tone::Danger } else { Tone::Warning };
        if signed_out {
            (tone, Icon::CloudOff, (words.kept_signed_out)(count))
        } else {
            match state {
                SyncState::Sending => (Tone::Primary, Icon::CloudUp, (words.sending)(count)),
                SyncState::Offline => (tone, Icon::CloudOff, (words.kept_offline)(count)),
                SyncState::Failed => (tone, Icon::CloudAlert, (words.kept_failed)(count)),
                _ => (tone, Icon::CloudUp, (words.unsent)(count)),
            }
        }
    } else if photos > 0 {
        (Tone::Warning, Icon::CloudUp, (text().photo.text_is_there)(photos))
    } else if signed_out {
        (Tone::Warning, Icon::CloudOff, words.fine_signed_out.into())
    } else {
        match (state, heard) {
            (_, None) => (Tone::Neutral, Icon::CloudOff, words.never_heard.into()),
            (SyncState::Offline, _) => (Tone::Neutral, Icon::CloudOff, words.fine_offline.into()),
            (SyncState::Failed, _) => (Tone::Warning, Icon::CloudAlert, words.fine_failed.into()),
            (_, Some(heard)) => {
                let today = locale::day_number(heard) == locale::day_number(now);
                let heard = if today { locale::time(heard) } else { locale::moment(heard) };
                (Tone::Success, Icon::CloudDone, (words.fine)(&heard))
            }
        }
    };
    Headline { tone, icon, text, sign_in: signed_out }
}

#[component]
fn State() -> impl IntoView {
    let device = device();
    let state = move || {
        headline(
            &device.waiting(),
            device.photos_waiting(),
            device.sync_state(),
            device.session_state(),
            device.heard_at(),
            crate::clock::minute(),
        )
    };
    let note = move || {
        let words = &text().person.outbox;
        let waiting = device.waiting();
        let mut parts: Vec<String> = Vec::new();
        if waiting.attention > 0 && waiting.unanswered > 0 {
            parts.push((words.unsent)(waiting.unanswered));
        }
        let photos = device.photos_waiting();
        if waiting.unanswered > 0 && photos > 0 {
            parts.push((text().photo.behind_text)(photos));
        }
        if let Some(oldest) = waiting.oldest {
            parts.push((words.oldest)(&locale::moment(oldest)));
        }
        let fine = waiting.attention == 0 && waiting.unanswered == 0;
        if let Some(heard) = device.heard_at()
            && !(fine && device.sync_state() == SyncState::Fine)
        {
            parts.push((words.heard)(&locale::moment(heard)));
        }
        parts.join(" · ")
    };
    let busy = Signal::derive(move || device.sync_state() == SyncState::Sending);
    move || {
        let Headline { tone, icon, text: sentence, sign_in } = state();
        view! {
            <section class="outbox-state" data-tone=tone.name() role="status">
                {icon.svg()}
                <p class="outbox-state__text" data-name="outbox-state">{sentence}</p>
                <p class="outbox-state__note">{note}</p>
                {if sign_in {
                    view! {
                        <ButtonLink
                            text=move || text().person.outbox.sign_in
                            kind=ButtonKind::Primary
                            href=Route::SignIn.href()
                            name="go-sign-in"
                        />
                    }
                    .into_any()
                } else {
                    view! {
                        <Button
                            text=move || text().person.outbox.sync_now
                            icon=Icon::Refresh
                            busy
                            name="sync-now"
                            on_press=move || device.sync_now()
                        />
                    }
                    .into_any()
                }}
            </section>
        }
    }
}

#[component]
fn NeedsYou() -> impl IntoView {
    let device = device();
    let entries = Memo::new(move |_| {
        let needs = |entry: &Entry| {
            !entry.read && entry.outcome.as_ref().is_some_and(Outcome::needs_attention)
        };
        device.entries().into_iter().filter(|(_, entry)| needs(entry)).collect::<Vec<_>>()
    });
    view! {
        <Show when=move || entries.with(|entries| !entries.is_empty())>
            <section class="stack">
                <h2 class="section-title">
                    {move || text().person.outbox.needs_heading}
                    <span class="count" data-tone="danger">{move || entries.with(Vec::len)}</span>
                </h2>
                <ul class="outbox list">
                    <For each=move || entries.get() key=|(seq, _)| *seq let((seq, entry))>
                        <Answered seq entry/>
                    </For>
                </ul>
            </section>
        </Show>
    }
}

/// An answer somebody must read: what I did, what came of it, what to do now.
#[component]
fn Answered(seq: u64, entry: Entry) -> impl IntoView {
    let device = device();
    let Entry { envelope, outcome, .. } = entry;
    let outcome = StoredValue::new(outcome);
    let ticket = ticket_of(&envelope.command);
    let at = envelope.at;
    let command = StoredValue::new(envelope.command);
    let refused = outcome.with_value(|outcome| matches!(outcome, Some(Outcome::Refused { .. })));
    let state = outcome.with_value(|outcome| match outcome {
        Some(Outcome::Amended { .. }) => "amended",
        Some(Outcome::Quarantined) => "quarantined",
        _ => "refused",
    });
    let title = move || {
        let words = &text().person.outbox;
        outcome.with_value(|outcome| match outcome {
            Some(Outcome::Amended { .. }) => words.amended,
            Some(Outcome::Quarantined) => words.quarantined,
            _ => words.refused,
        })
    };
    let why = move || outcome.with_value(|outcome| why(device, outcome.as_ref()));
    let next = move || {
        let words = &text().person.outbox;
        outcome.with_value(|outcome| match outcome {
            Some(Outcome::Amended { .. }) => words.amended_next,
            Some(Outcome::Quarantined) => words.quarantined_next,
            _ => words.refused_next,
        })
    };
    let what = move || {
        command.with_value(|command| {
            (text().person.outbox.you_did)(&title_of(device, ticket, command))
        })
    };
    let detail = command.with_value(said);
    let note = move |ticket: Id<Ticket>| {
        let words = text();
        let what = command.with_value(|command| words.words.command(command));
        let said = command.with_value(said).unwrap_or_default();
        let why = outcome.with_value(|outcome| why_untold(device, outcome.as_ref()));
        let text = (words.person.outbox.note_text)(what, &locale::moment(at), &said, &why);
        Command::Ticket(ticket, ticket::Command::Note { text, visible: false })
    };
    view! {
        <li class="waiting" data-state=state>
            <p class="waiting__what">{what}</p>
            {detail.map(|detail| view! { <p class="waiting__meta clamp-2">{detail}</p> })}
            <p class="waiting__why"><strong>{title}</strong> " · " {why}</p>
            <p class="waiting__meta">{next}</p>
            <p class="waiting__meta num">{move || locale::moment(at)}</p>
            <div class="waiting__bar">
                {ticket
                    .filter(|_| refused)
                    .map(|ticket| {
                        view! {
                            <Button
                                text=move || text().person.outbox.send_as_note
                                icon=Icon::Note
                                why_not=device.why_not(move || note(ticket))
                                name="send-as-note"
                                on_press=move || {
                                    device
                                        .press_then(
                                            untrack(|| note(ticket)),
                                            move || {
                                                device.mark_read(seq);
                                                toast(
                                                    Tone::Success,
                                                    untrack(|| text().person.outbox.note_sent),
                                                );
                                            },
                                        );
                                }
                            />
                        }
                    })}
                {ticket
                    .map(|ticket| {
                        view! {
                            <ButtonLink
                                text=move || text().person.outbox.open_ticket
                                href=ticket_href(device, ticket)
                                name="open-ticket"
                            />
                        }
                    })}
                <Button
                    text=move || text().person.outbox.mark_read
                    icon=Icon::Check
                    kind=ButtonKind::Primary
                    name="mark-read"
                    on_press=move || device.mark_read(seq)
                />
            </div>
        </li>
    }
}

/// What came of it, in words (tracked).
fn why(device: Device, outcome: Option<&Outcome>) -> String {
    let words = text();
    match outcome {
        Some(Outcome::Refused { refusal }) => words.words.refusal(*refusal).to_owned(),
        Some(Outcome::Amended { amendment, .. }) => {
            words.words.amendment(amendment, |user| device.name(user))
        }
        Some(Outcome::Quarantined) => words.person.outbox.quarantined_why.to_owned(),
        Some(Outcome::Applied { .. } | Outcome::Noop) | None => String::new(),
    }
}

fn why_untold(device: Device, outcome: Option<&Outcome>) -> String {
    untrack(|| why(device, outcome))
}

#[component]
fn WaitingList() -> impl IntoView {
    let device = device();
    let entries = Memo::new(move |_| {
        device
            .entries()
            .into_iter()
            .filter(|(_, entry)| entry.outcome.is_none())
            .collect::<Vec<_>>()
    });
    // What belongs to one ticket stands together; oldest first, for that is the order in which it goes.
    let groups = Memo::new(move |_| {
        let mut groups: Vec<(Option<Id<Ticket>>, Vec<u64>)> = Vec::new();
        entries.with(|entries| {
            for (seq, entry) in entries.iter().rev().take(WAITING_SHOWN) {
                let ticket = ticket_of(&entry.envelope.command);
                match groups.iter_mut().find(|(group, _)| *group == ticket) {
                    Some((_, waiting)) => waiting.push(*seq),
                    None => groups.push((ticket, vec![*seq])),
                }
            }
        });
        groups
    });
    let entry = move |seq: u64| {
        entries.with_untracked(|entries| {
            let found = entries.iter().find(|(other, _)| *other == seq);
            found.map(|(_, entry)| entry.clone())
        })
    };
    let more = move || entries.with(|entries| entries.len().saturating_sub(WAITING_SHOWN));
    view! {
        <Show when=move || entries.with(|entries| !entries.is_empty())>
            <section class="stack">
                <h2 class="section-title">
                    {move || text().person.outbox.waiting_heading}
                    <span class="count">{move || entries.with(Vec::len)}</span>
                </h2>
                <For each=move || groups.get() key=|group| group.clone() let((ticket, waiting))>
                    {ticket.map(|ticket| view! { <WaitingFor ticket count=waiting.len()/> })}
                    <ul class="outbox list">
                        {waiting
                            .iter()
                            .filter_map(|seq| Some((*seq, entry(*seq)?)))
                            .map(|(seq, entry)| view! { <Unanswered seq entry/> })
                            .collect_view()}
                    </ul>
                </For>
                <Show when=move || { more() > 0 }>
                    <p class="muted">{move || (text().person.outbox.more)(more())}</p>
                </Show>
            </section>
        </Show>
    }
}

/// Whose work waits, and how much of it.
#[component]
fn WaitingFor(ticket: Id<Ticket>, count: usize) -> impl IntoView {
    let device = device();
    let label = move || {
        device.find(ticket).map(|ticket| {
            let parts = [ticket.contact.label(), ticket.spoken_number().to_owned()];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
        })
    };
    view! {
        <h3 class="waiting-for">
            <a href=ticket_href(device, ticket)>{label}</a>
            <span class="count">{count}</span>
        </h3>
    }
}

#[component]
fn Unanswered(seq: u64, entry: Entry) -> impl IntoView {
    let device = device();
    let envelope = entry.envelope;
    let ticket = ticket_of(&envelope.command);
    let at = envelope.at;
    let detail = said(&envelope.command);
    let command = StoredValue::new(envelope.command);
    // Whose ticket it is stands above.
    let what = move || match ticket {
        Some(_) => command.with_value(|command| text().words.command(command).to_owned()),
        None => command.with_value(|command| title_of(device, ticket, command)),
    };
    let state = move || {
        if device.sync_state() == SyncState::Sending { "sending" } else { "waiting" }
    };
    let doubt = move || {
        device.doubt(seq).map(|refusal| {
            let words = text();
            (words.person.outbox.doubt)(words.words.refusal(refusal))
        })
    };
    view! {
        <li class="waiting" data-state=state>
            <p class="waiting__what">{what}</p>
            {detail.map(|detail| view! { <p class="waiting__meta clamp-2">{detail}</p> })}
            {move || doubt().map(|doubt| view! { <p class="waiting__why">{doubt}</p> })}
            <p class="waiting__meta num">
                {move || (text().person.outbox.waiting_since)(&locale::ago(at))}
            </p>
        </li>
    }
}

#[component]
fn ThisDevice() -> impl IntoView {
    let device = device();
    let heard = move || {
        device.heard_at().map_or_else(|| text().person.outbox.never.to_owned(), locale::moment)
    };
    view! {
        <CellGroup title=move || text().person.outbox.device_heading>
            <Cell
                label=move || text().person.outbox.last_contact
                value=Signal::derive(heard)
                icon=Icon::Clock
            />
            <Cell
                label=move || text().person.outbox.device_code
                value=Signal::derive(move || device.code())
                icon=Icon::Device
            />
            <Cell
                label=move || text().person.outbox.app_version
                value=build()
                icon=Icon::Info
            />
        </CellGroup>
    }
}

#[component]
fn StorageCells() -> impl IntoView {
    let report = device().storage_report();
    let percent = move || match (report.usage.get(), report.quota.get()) {
        (Some(usage), Some(quota)) if quota > 0.0 => {
            Some((usage / quota * 100.0).clamp(0.0, 100.0))
        }
        _ => None,
    };
    let used = move || match (report.usage.get(), report.quota.get()) {
        (Some(usage), Some(quota)) => (text().person.outbox.used)(&size(usage), &size(quota)),
        _ => String::new(),
    };
    view! {
        <CellGroup title=move || text().person.outbox.storage_heading>
            <Show when=move || percent().is_some()>
                <div class="cell">
                    <label class="meter">
                        <span>{used}</span>
                        <meter
                            min="0"
                            max="100"
                            high=FULL_PERCENT.to_string()
                            prop:value=move || percent().unwrap_or(0.0)
                        ></meter>
                    </label>
                </div>
            </Show>
            <KeptForGood/>
            <HealthCells/>
            <InstallCell/>
        </CellGroup>
        <Show when=move || percent().is_some_and(|percent| percent >= FULL_PERCENT)>
            <p class="note" data-tone="danger">{move || text().person.outbox.nearly_full}</p>
        </Show>
    }
}

/// Bytes for people: `3 MB`.
pub(super) fn size(bytes: f64) -> String {
    const STEP: f64 = 1000.0;
    let mut left = bytes;
    for unit in ["B", "kB", "MB"] {
        if left < STEP {
            return format!("{left:.0} {unit}");
        }
        left /= STEP;
    }
    format!("{left:.1} GB")
}

/// The ticket a command is about, if it is about one.
pub fn ticket_of(command: &Command) -> Option<Id<Ticket>> {
    match command {
        Command::Ticket(ticket, _) | Command::Visit(ticket, ..) => Some(*ticket),
        Command::PartRequest(_, part_request::Command::Submit { ticket, .. }) => Some(*ticket),
        _ => None,
    }
}

/// What was done, and about what.
pub fn title_of(device: Device, ticket: Option<Id<Ticket>>, command: &Command) -> String {
    let what = text().words.command(command).to_owned();
    match ticket.and_then(|id| device.find(id)) {
        Some(ticket) => {
            let number = ticket.spoken_number();
            [what.as_str(), number, &ticket.contact.label()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · ")
        }
        None => match name_of(command) {
            Some(name) => format!("{what} · {name}"),
            None => what,
        },
    }
}

/// The name in a command about something else than a ticket.
fn name_of(command: &Command) -> Option<String> {
    let name = match command {
        Command::Ticket(_, ticket::Command::Register { intake }) => intake.contact.label(),
        Command::Customer(_, customer::Command::Save { customer }) => customer.name.clone(),
        Command::Machine(_, machine::Command::Save { machine }) => {
            format!("{} {}", machine.model, machine.serial)
        }
        Command::Part(_, domain::part::Command::Save { part }) => part.name.clone(),
        Command::User(_, domain::user::Command::Save { user }) => user.name.clone(),
        _ => return None,
    };
    Some(name)
}

/// The words a person typed into a command, so that they recognise it.
pub fn said(command: &Command) -> Option<String> {
    use ticket::Command as OfTicket;
    use visit::Command as OfVisit;
    let said = match command {
        Command::Ticket(_, command) => match command {
            OfTicket::Note { text, .. } | OfTicket::Object { text } => text.clone(),
            OfTicket::Register { intake } => intake.title.clone(),
            OfTicket::SolveByPhone { solution } => solution.clone(),
            OfTicket::Hold { note, .. }
            | OfTicket::Confirm { note, .. }
            | OfTicket::FollowUp { note, .. }
            | OfTicket::Settle { note, .. } => note.clone(),
            OfTicket::Reopen { reason }
            | OfTicket::Cancel { reason }
            | OfTicket::Recall { reason, .. }
            | OfTicket::Dispatch { reason, .. } => reason.clone(),
            _ => String::new(),
        },
        Command::Visit(_, _, command) => match command {
            OfVisit::Decline { reason } | OfVisit::LeaveUnfinished { reason, .. } => reason.clone(),
            OfVisit::LogCall { summary } | OfVisit::Talk { summary, .. } => summary.clone(),
            OfVisit::Prepare { note } => note.clone(),
            OfVisit::Progress { text } => text.clone(),
            OfVisit::Inspect { findings, .. } => findings.clone(),
            OfVisit::Appoint { appointment, .. } => {
                locale::window(appointment.from, appointment.to)
            }
            OfVisit::UsePart { part_use } => format!("{} × {}", part_use.name, part_use.quantity),
            OfVisit::Finish { outcome, .. } => super::sheet::explanation(outcome).to_owned(),
            _ => String::new(),
        },
        _ => String::new(),
    };
    Some(said).filter(|said| !said.trim().is_empty())
}

fn ticket_href(device: Device, ticket: Id<Ticket>) -> String {
    let engineer = untrack(|| device.me().is_any(&[Role::Engineer]));
    if engineer { Route::Ticket(ticket).href() } else { Route::DeskTicket(ticket).href() }
}
