//! What waits for its answer, by the ticket it is about.

use domain::{Id, replica::Entry, ticket::Ticket};
use leptos::prelude::*;

use super::said::{said, ticket_href, ticket_of, title_of};
use crate::{
    device::device,
    locale::{self, text},
    ui::SyncState,
};

/// More waiting entries than this are only counted.
const WAITING_SHOWN: usize = 100;

#[component]
pub fn WaitingList() -> impl IntoView {
    let device = device();
    let entries = Memo::new(move |_| device.unsent());
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
