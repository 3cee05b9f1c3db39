//! Answers somebody must read.

use domain::{
    Id,
    command::{Amendment, Command},
    replica::Entry,
    ticket::{self, Ticket},
    wire::Outcome,
};
use leptos::prelude::*;

use super::said::{said, ticket_href, ticket_of, title_of};
use crate::{
    device::{Device, device},
    locale::{self, text},
    ui::{Button, ButtonKind, ButtonLink, Icon, Tone, toast},
};

#[component]
pub fn NeedsYou() -> impl IntoView {
    let device = device();
    let entries = Memo::new(move |_| device.unread());
    // A visit that was called off has one such answer for each step; the newest ticket that has several comes first.
    let amended = Memo::new(move |_| {
        entries.with(|all| {
            let of_ticket = |ticket: Id<Ticket>| -> Vec<u64> {
                let same = all.iter().filter(|(_, entry)| repeats(entry) == Some(ticket));
                same.map(|(seq, _)| *seq).collect()
            };
            let several = |ticket| Some((ticket, of_ticket(ticket))).filter(|it| it.1.len() > 1);
            all.iter().filter_map(|(_, entry)| repeats(entry)).find_map(several)
        })
    });
    let all_read = move |(ticket, steps): (Id<Ticket>, Vec<u64>)| {
        let count = steps.len();
        let label = move || {
            let known = device.find(ticket).map(|ticket| ticket.contact.label());
            let who = known.or_else(|| device.called(ticket));
            let what = (text().person.outbox.mark_amended_read)(count);
            who.into_iter().chain([what]).collect::<Vec<_>>().join(" · ")
        };
        view! {
            <Button
                text=label
                icon=Icon::Check
                wide=true
                name="mark-amended-read"
                on_press=move || steps.iter().for_each(|seq| device.mark_read(*seq))
            />
        }
    };
    view! {
        <Show when=move || entries.with(|entries| !entries.is_empty())>
            <section class="stack">
                <h2 class="section-title">
                    {move || text().person.outbox.needs_heading}
                    <span class="count" data-tone="danger">{move || entries.with(Vec::len)}</span>
                </h2>
                {move || amended.get().map(all_read)}
                <ul class="outbox list">
                    <For each=move || entries.get() key=|(seq, _)| *seq let((seq, entry))>
                        <Answered seq entry/>
                    </For>
                </ul>
            </section>
        </Show>
    }
}

/// The ticket of an answer that says the same at every step: the work is kept, though the job had been taken back.
fn repeats(entry: &Entry) -> Option<Id<Ticket>> {
    use Amendment::{HadBeenCancelled, HadBeenGivenAway, OutOfOrder};
    let Some(Outcome::Amended { amendment, .. }) = &entry.outcome else { return None };
    matches!(amendment, HadBeenCancelled { .. } | HadBeenGivenAway { .. } | OutOfOrder)
        .then(|| ticket_of(&entry.envelope.command))
        .flatten()
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
                {move || {
                    ticket
                        .filter(|ticket| device.find(*ticket).is_some())
                        .map(|ticket| {
                            view! {
                                <ButtonLink
                                    text=move || text().person.outbox.open_ticket
                                    href=ticket_href(device, ticket)
                                    name="open-ticket"
                                />
                            }
                        })
                }}
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
