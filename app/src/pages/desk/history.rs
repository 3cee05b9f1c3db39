//! What happened to a ticket, newest first, and the field to add a word.

use std::collections::BTreeSet;

use domain::{
    Command, Id, Timestamp,
    ticket::{Act, Command as OfTicket, Entry, Ticket},
};
use leptos::prelude::*;
use uuid::Uuid;

use super::forms::stay;
use crate::{
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
    let unsent = Memo::new(move |_| {
        // A desk's journal grows long; most of the time there is nothing to look for in it.
        if device.waiting().unanswered == 0 {
            return BTreeSet::new();
        }
        let waiting = device.entries().into_iter().filter(|(_, entry)| entry.outcome.is_none());
        waiting.map(|(_, entry)| entry.envelope.mid).collect::<BTreeSet<Uuid>>()
    });
    let rows = move || {
        let shown = if whole.get() { usize::MAX } else { LINES };
        log.get().into_iter().take(shown).map(|entry| moment(entry, unsent)).collect_view()
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
        </Card>
    }
}

fn moment(entry: Entry, unsent: Memo<BTreeSet<Uuid>>) -> impl IntoView {
    let device = device();
    let Entry { id, at, by, act, text: said, visible, doubtful } = entry;
    let said = if act == Act::Appointed { window(&said) } else { said };
    let pending = move || {
        if unsent.with(|unsent| unsent.contains(&id)) { text().desk.not_sent } else { "" }
    };
    view! {
        <Moment
            time=locale::moment(at)
            title=text().words.act(act)
            who=device.name(by)
            tone=tone(act)
            icon=icon(act)
            pending
        >
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
                <TextArea label=move || text().desk.add_note value=said rows=2 id="note"/>
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
