//! What happened on a ticket, newest first, and what one adds to it.

use std::collections::BTreeSet;

use domain::{
    Command, Id, Key, Timestamp,
    ticket::{self, Act, Entry, Ticket},
    values::TEXT_CHARS_MAX,
};
use leptos::prelude::*;

use crate::{
    device::device,
    locale::{self, moment, text, window},
    pages::engineer::draft::Draft,
    ui::{Button, Card, Icon, Moment, TextArea, Timeline, Tone, lead_to, long, toast},
};

/// A note to everybody who works on the ticket.
#[component]
pub fn NoteForm(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let said = RwSignal::new(String::new());
    let draft = Draft::new(format!("note:{id}"), vec![("text", said.into())]);
    let command =
        move || Command::Ticket(id, ticket::Command::Note { text: said.get(), visible: false });
    let asked = device.why_not(command);
    // An empty note needs no reproach; the button waits for the first word.
    let why_not =
        Signal::derive(
            move || {
                if said.with(|said| said.trim().is_empty()) { None } else { asked.get() }
            },
        );
    let send = move || {
        if said.with_untracked(|said| said.trim().is_empty()) {
            lead_to("note");
            return;
        }
        draft.send(untrack(command), 0, move || {
            draft.clear();
            toast(Tone::Success, text().engineer.say.saved);
        });
    };
    view! {
        <Card title=move || text().engineer.ticket.note>
            <TextArea
                label=move || text().engineer.ticket.note_label
                hint=move || text().engineer.ticket.note_hint
                value=said
                rows=2
                max_length=TEXT_CHARS_MAX
                id="note"
            />
            <div class="row" data-align="end">
                <Button
                    text=move || text().engineer.ticket.add_note
                    icon=Icon::Note
                    name="save-note"
                    why_not
                    busy=draft.busy()
                    on_press=send
                />
            </div>
        </Card>
    }
}

/// Entries that are drawn at first, the newest, and more at each press.
const ENTRIES: usize = 30;

/// The history.
#[component]
pub fn History(ticket: Memo<Option<Ticket>>) -> impl IntoView {
    let device = device();
    let log = Memo::new(move |_| {
        let mut log =
            ticket.with(|ticket| ticket.as_ref().map(|t| t.log.clone()).unwrap_or_default());
        log.reverse();
        log
    });
    let pending = Memo::new(move |_| {
        ticket.with(|ticket| ticket.as_ref().is_some_and(|t| device.is_pending(Key::of(t.id))))
    });
    // The entries that wait are those whose envelopes have no answer yet.
    let waiting =
        Memo::new(move |_| if pending.get() { device.unanswered() } else { BTreeSet::new() });
    let drawn = RwSignal::new(ENTRIES);
    let rest = move || log.with(Vec::len).saturating_sub(drawn.get());
    let newest = move || log.with(|log| log.iter().take(drawn.get()).cloned().collect::<Vec<_>>());
    view! {
        <Card title=move || text().engineer.ticket.history>
            <Timeline>
                <For each=newest key=Entry::key let:entry>
                    {
                        let (at, by, act, mid) = (entry.at, entry.by, entry.act, entry.id);
                        // A name seldom changes, and this list is long.
                        let who = Memo::new(move |_| device.name(by));
                        let said = StoredValue::new(entry);
                        let whole = RwSignal::new(false);
                        let waits = Memo::new(move |_| waiting.with(|all| all.contains(&mid)));
                        let pending = move || {
                            if waits.get() {
                                text().engineer.say.waits_here.to_owned()
                            } else {
                                String::new()
                            }
                        };
                        view! {
                            <Moment
                                time=move || moment(at)
                                who
                                title=move || text().words.act(act)
                                tone=tone(act)
                                pending
                            >
                                {move || {
                                    let said = said.with_value(line);
                                    let words = &text().engineer.ticket;
                                    let what = text().words.act(act);
                                    (!said.is_empty())
                                        .then(|| long(what, said, (words.whole, words.shorter), whole))
                                }}
                            </Moment>
                        }
                    }
                </For>
            </Timeline>
            <Show when=move || rest() != 0>
                <Button
                    text=move || (text().engineer.ticket.show_earlier)(rest())
                    wide=true
                    name="more-history"
                    on_press=move || drawn.update(|drawn| *drawn += ENTRIES)
                />
            </Show>
        </Card>
    }
}

fn tone(act: Act) -> Tone {
    match act {
        Act::Signed | Act::Confirmed | Act::Finished => Tone::Success,
        Act::Cancelled | Act::Objected | Act::SignatureRefused | Act::Declined => Tone::Danger,
        Act::Held | Act::LeftUnfinished | Act::CustomerAbsent => Tone::Warning,
        Act::Noted | Act::Called => Tone::Info,
        _ => Tone::Primary,
    }
}

/// What an entry says; a window is kept as two moments and read in the reader's own words.
fn line(entry: &Entry) -> String {
    let moment = |text: &str| text.parse().map(Timestamp).ok();
    if entry.act == Act::Appointed
        && let Some((from, to)) = entry.text.split_once('–')
        && let (Some(from), Some(to)) = (moment(from), moment(to))
    {
        return window(from, to);
    }
    let said = locale::entry(entry.act, &entry.text);
    if entry.doubtful {
        return format!("{said} {}", text().engineer.ticket.clock_doubt);
    }
    said
}
