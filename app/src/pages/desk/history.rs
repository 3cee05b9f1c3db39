//! What happened to a ticket, newest first, and the field to add a word.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Command, Id, Key, Timestamp,
    flag::{Flag, Reason},
    json,
    ticket::{Act, Command as OfTicket, Entry, Ticket},
    values::TEXT_CHARS_MAX,
    wire::Outcome,
};
use leptos::prelude::*;
use uuid::Uuid;

use super::{
    asked::{Asked, ask},
    attention::ARRIVAL_MS,
    forms::stay,
};
use crate::{
    api::{self, Journaled},
    device::device,
    locale::{self, text},
    ui::{Button, ButtonKind, Card, CheckRow, Icon, Moment, Tag, TextArea, Timeline, Tone},
};

/// How many lines one sees before asking for the rest.
const LINES: usize = 12;

/// The timeline of a ticket.
#[component]
pub fn History(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let whole = RwSignal::new(false);
    let log = Memo::new(move |_| {
        let mut log = device.find(id).map(|ticket| ticket.log).unwrap_or_default();
        // By when it happened, not by when it was heard of; what happened at once stays in order.
        log.sort_by_key(|entry| entry.at);
        log.reverse();
        log
    });
    let flags = Memo::new(move |_| device.find(id).map(|ticket| ticket.flags).unwrap_or_default());
    let unsent = Memo::new(move |_| device.unanswered());
    // The server's journal knows when each line arrived; it is asked again when there are more lines.
    let journal = RwSignal::new(Asked::<Vec<Journaled>>::Waiting);
    let told = Memo::new(move |_| {
        let unsent = unsent.with(BTreeSet::len);
        log.with(Vec::len).saturating_sub(unsent)
    });
    let known = Memo::new(move |_| !device.is_pending(Key::of(id)));
    Effect::new(move |_| {
        told.track();
        // A ticket made here a moment ago is none the server could tell of.
        if known.get() {
            ask(journal, api::journal(id));
        }
    });
    let arrivals = Memo::new(move |_| {
        journal.with(|journal| match journal {
            Asked::Here(entries) => {
                let late = |it: &&Journaled| it.received.0 - it.at.0 > ARRIVAL_MS;
                let late = entries.iter().filter(late);
                late.map(|it| (it.mid, it.received)).collect::<BTreeMap<Uuid, Timestamp>>()
            }
            Asked::Waiting | Asked::Failed(_) => BTreeMap::new(),
        })
    });
    let rows = move || {
        let shown = if whole.get() { usize::MAX } else { LINES };
        let flags = flags.get();
        log.get()
            .into_iter()
            .take(shown)
            .map(|entry| {
                let answer = answer(&entry, &flags);
                moment(entry, answer, unsent, arrivals)
            })
            .collect_view()
    };
    let hidden = move || log.with(Vec::len).saturating_sub(LINES);
    view! {
        <Card title=move || text().desk.history>
            <Timeline>{rows}</Timeline>
            <Show when=move || !whole.get() && hidden() != 0>
                <Button
                    text=move || (text().desk.more_lines)(hidden())
                    kind=ButtonKind::Quiet
                    name="more-history"
                    on_press=move || whole.set(true)
                />
            </Show>
            {raw(journal)}
        </Card>
    }
}

/// The journal as it is: who, on which device, when by which clock, what came of it.
fn raw(journal: RwSignal<Asked<Vec<Journaled>>>) -> impl IntoView {
    let device = device();
    let open = RwSignal::new(false);
    let line = move |entry: Journaled| {
        let watch = &text().watch;
        let command: Option<Command> = json::read(&entry.command.to_string()).ok();
        let what = command.map_or(watch.unreadable, |command| text().words.command(&command));
        let on = if entry.device_code.is_empty() { watch.server } else { &entry.device_code };
        let outcome = match &entry.outcome {
            Outcome::Applied { .. } => watch.applied.to_owned(),
            Outcome::Amended { amendment, .. } => {
                let said = text().words.amendment(amendment, |id| device.name(id));
                format!("{} · {said}", watch.amended)
            }
            Outcome::Noop => watch.noop.to_owned(),
            Outcome::Refused { refusal } => text().words.refusal(*refusal).to_owned(),
            Outcome::Quarantined => watch.quarantined.to_owned(),
        };
        let carrier = entry.carrier.map(|id| (watch.carried_by)(&device.name(id)));
        view! {
            <tr>
                <td data-label=watch.happened class="num">{exact(entry.claimed)}</td>
                <td data-label=watch.arrived class="num">{exact(entry.received)}</td>
                <td data-label=watch.who>
                    {device.name(entry.by)} " · " <span class="mono">{on.to_owned()}</span>
                    {carrier.map(|carrier| format!(" · {carrier}"))}
                </td>
                <td data-label=watch.what>{what}</td>
                <td data-label=watch.outcome>{outcome}</td>
                <td data-label="#" class="num" data-align="end">{entry.n}</td>
            </tr>
        }
    };
    let table = move || match journal.get() {
        Asked::Waiting => ().into_any(),
        Asked::Failed(_) => {
            view! { <p class="faint">{text().watch.journal_offline}</p> }.into_any()
        }
        Asked::Here(entries) => {
            let watch = &text().watch;
            let lines = entries.into_iter().rev().map(line).collect_view();
            view! {
                <p class="muted">{watch.journal_hint}</p>
                <div class="table-frame" data-fold="" data-name="journal">
                    <table class="table" data-dense="">
                        <thead>
                            <tr>
                                <th scope="col">{watch.happened}</th>
                                <th scope="col">{watch.arrived}</th>
                                <th scope="col">{watch.who}</th>
                                <th scope="col">{watch.what}</th>
                                <th scope="col">{watch.outcome}</th>
                                <th scope="col" data-align="end">"#"</th>
                            </tr>
                        </thead>
                        <tbody>{lines}</tbody>
                    </table>
                </div>
            }
            .into_any()
        }
    };
    view! {
        <Button
            text=move || {
                if open.get() { text().watch.hide_journal } else { text().watch.show_journal }
            }
            icon=Icon::History
            kind=ButtonKind::Quiet
            name="show-journal"
            on_press=move || open.update(|open| *open = !*open)
        />
        {move || open.get().then(table)}
    }
}

/// A moment to the second, as a journal has it.
fn exact(at: Timestamp) -> String {
    let seconds = at.0.div_euclid(1000).rem_euclid(60);
    format!("{} {}:{seconds:02}", locale::input_date(at), locale::time(at))
}

/// What was answered, where a line of the history is an answer: to a question, or on the call after the repair.
fn answer(entry: &Entry, flags: &[Flag]) -> Option<&'static str> {
    match entry.act {
        Act::Settled => {
            let mut answers = flags.iter().filter_map(|flag| flag.settled.as_ref());
            let own = answers.rfind(|it| (it.at, it.by) == (entry.at, entry.by))?;
            Some(text().words.decision(own.decision))
        }
        // Who is not satisfied objects; the same objection is not raised twice while it is open.
        Act::FollowedUp => {
            let objected = |flag: &Flag| {
                let open = flag.settled.as_ref().is_none_or(|answer| answer.at >= entry.at);
                matches!(&flag.reason, Reason::Objection { text } if *text == entry.text)
                    && flag.at <= entry.at
                    && open
            };
            let no = flags.iter().any(objected);
            Some(if no { text().desk.not_satisfied } else { text().desk.satisfied })
        }
        _ => None,
    }
}

fn moment(
    entry: Entry,
    answer: Option<&'static str>,
    unsent: Memo<BTreeSet<Uuid>>,
    arrivals: Memo<BTreeMap<Uuid, Timestamp>>,
) -> impl IntoView {
    let device = device();
    let Entry { id, at, by, act, text: said, visible, doubtful } = entry;
    let said = if act == Act::Appointed { window(&said) } else { locale::entry(act, &said) };
    let pending = move || {
        if unsent.with(|unsent| unsent.contains(&id)) { text().desk.not_sent } else { "" }
    };
    let arrived = Memo::new(move |_| arrivals.with(|arrivals| arrivals.get(&id).copied()));
    let time = Signal::derive(move || match arrived.get() {
        // Told from a place without a network: both times matter.
        Some(received) => {
            format!(
                "{} · {}",
                locale::moment(at),
                (text().watch.reached)(&locale::moment(received))
            )
        }
        None => locale::moment(at),
    });
    view! {
        <Moment
            time
            title=text().words.act(act)
            who=device.name(by)
            tone=tone(act)
            icon=icon(act)
            pending
        >
            {answer.map(|answer| view! { <p><strong>{answer}</strong></p> })}
            {(!said.is_empty()).then(|| view! { <p>{said}</p> })}
            {visible
                .then(|| view! { <Tag text=text().desk.visible icon=Some(Icon::Eye) tone=Tone::Info/> })}
            {doubtful
                .then(|| view! { <Tag text=text().desk.doubtful icon=Some(Icon::Clock) tone=Tone::Warning/> })}
        </Moment>
    }
}

/// The history keeps a window as two moments in milliseconds; people read it as a window.
fn window(kept: &str) -> String {
    let moment = |text: &str| text.parse().ok().map(Timestamp);
    let parsed = kept.split_once('–').and_then(|(from, to)| Some((moment(from)?, moment(to)?)));
    parsed.map_or_else(|| kept.to_owned(), |(from, to)| locale::window(from, to))
}

fn tone(act: Act) -> Tone {
    match act {
        Act::Cancelled
        | Act::Objected
        | Act::Declined
        | Act::SignatureRefused
        | Act::CustomerAbsent
        | Act::LeftUnfinished => Tone::Danger,
        Act::Finished | Act::Signed | Act::Confirmed | Act::SolvedByPhone | Act::Closed => {
            Tone::Success
        }
        Act::Held | Act::Recalled => Tone::Warning,
        Act::Dispatched | Act::Reassigned | Act::Accepted | Act::Appointed => Tone::Primary,
        _ => Tone::Neutral,
    }
}

fn icon(act: Act) -> Icon {
    match act {
        Act::Registered | Act::Imported | Act::Numbered => Icon::Inbox,
        Act::Triaged => Icon::Filter,
        Act::HandedOver => Icon::Send,
        Act::SolvedByPhone | Act::Called | Act::FollowUpOpened | Act::FollowedUp => Icon::Phone,
        Act::Dispatched | Act::Reassigned | Act::TookOn => Icon::Users,
        Act::Accepted | Act::Confirmed | Act::Verified => Icon::Check,
        Act::Declined | Act::Cancelled => Icon::XCircle,
        Act::Recalled => Icon::Undo,
        Act::Appointed => Icon::Calendar,
        Act::Prepared => Icon::Box,
        Act::Departed => Icon::Navigation,
        Act::Arrived | Act::Consented => Icon::Location,
        Act::Inspected => Icon::Search,
        Act::Talked | Act::Noted => Icon::Message,
        Act::StartedRepair | Act::Progressed => Icon::Wrench,
        Act::UsedPart | Act::RemovedPart => Icon::Package,
        Act::Charged => Icon::Money,
        Act::Photographed | Act::WithdrewPhoto => Icon::Camera,
        Act::Finished => Icon::CheckCircle,
        Act::LeftUnfinished | Act::Objected => Icon::Alert,
        Act::LockedSheet | Act::UnlockedSheet | Act::Closed => Icon::Lock,
        Act::Signed | Act::SignatureRefused | Act::CustomerAbsent => Icon::Pen,
        Act::HandedIn => Icon::Sheet,
        Act::KeptMachine | Act::HandedBack => Icon::Machine,
        Act::ContactEdited | Act::MachineEdited => Icon::Edit,
        Act::Held => Icon::Pause,
        Act::Resumed => Icon::Play,
        Act::Reopened => Icon::Undo,
        Act::Settled => Icon::Flag,
    }
}

/// A note while it is being typed.
#[derive(Clone, Copy)]
pub struct Typed {
    said: RwSignal<String>,
    visible: RwSignal<bool>,
}

impl Typed {
    /// Nothing typed yet.
    pub(super) fn new() -> Self {
        Self { said: RwSignal::new(String::new()), visible: RwSignal::new(false) }
    }
}

/// Adds a note, for colleagues or for the customer too.
#[component]
pub fn Composer(id: Id<Ticket>, typed: Typed) -> impl IntoView {
    let device = device();
    let Typed { said, visible } = typed;
    let command = move || {
        let (text, visible) = (said.get().trim().to_owned(), visible.get());
        Command::Ticket(id, OfTicket::Note { text, visible })
    };
    // An empty composer is no mistake, so its reason waits until somebody has begun to type.
    let why_not = device.why_not(command);
    let why_not = Signal::derive(move || why_not.get().filter(|_| !said.with(String::is_empty)));
    let press = move || {
        if !said.with_untracked(|said| said.trim().is_empty()) {
            device.press_then(untrack(command), move || {
                said.set(String::new());
                visible.set(false);
            });
        }
    };
    view! {
        <Card>
            <form class="composer" on:submit=stay>
                <TextArea label=move || text().desk.add_note value=said rows=2 id="note" max_length=TEXT_CHARS_MAX/>
                <div class="composer__bar">
                    <CheckRow label=move || text().desk.visible checked=visible id="note-visible"/>
                    <span class="spacer"></span>
                    <Button
                        text=move || text().desk.save_note
                        icon=Icon::Send
                        name="note"
                        why_not
                        on_press=press
                    />
                </div>
            </form>
        </Card>
    }
}
