//! Questions that only a person can answer, in plain words, with the prepared answers as buttons.

use domain::{
    Command, Id,
    flag::{Decision, Flag},
    ticket::{Command as OfTicket, Ticket},
};
use leptos::prelude::*;

use crate::{
    device::device,
    locale::{self, text},
    ui::{Button, ButtonKind, Card, Field, Icon, Tag, Tone},
};

/// The open questions of a ticket, each with its answers; below, what was decided before.
#[component]
pub fn Flags(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let flags = Memo::new(move |_| device.find(id).map(|ticket| ticket.flags).unwrap_or_default());
    let open = Memo::new(move |_| {
        flags.with(|flags| {
            flags.iter().filter(|flag| flag.settled.is_none()).cloned().collect::<Vec<Flag>>()
        })
    });
    let settled = move || {
        flags
            .get()
            .into_iter()
            .rev()
            .filter_map(|flag| {
                let answer = flag.settled?;
                let question = text().words.flag(&flag.reason, |id| device.name(id));
                let who = format!("{} · {}", device.name(answer.by), locale::moment(answer.at));
                let note = Some(answer.note).filter(|note| !note.trim().is_empty());
                Some(view! {
                    <li class="stack" data-gap="small">
                        <p class="row">
                            <Tag
                                text=text().words.decision(answer.decision)
                                tone=Tone::Success
                                icon=Some(Icon::Check)
                            />
                            <span class="faint num">{who}</span>
                        </p>
                        <p class="muted">{question}</p>
                        {note.map(|note| view! { <p>{note}</p> })}
                    </li>
                })
            })
            .collect_view()
    };
    let decided = Memo::new(move |_| flags.with(|flags| flags.iter().any(|f| f.settled.is_some())));
    view! {
        <For each=move || open.get() key=|flag| flag.id children=move |flag| question(id, flag)/>
        <Show when=move || decided.get()>
            <Card title=move || text().desk.decided>
                <ul class="list stack">{settled}</ul>
            </Card>
        </Show>
    }
}

fn question(id: Id<Ticket>, flag: Flag) -> impl IntoView {
    let device = device();
    let note = RwSignal::new(String::new());
    let Flag { id: mid, by, at, reason, .. } = flag;
    let decisions = reason.decisions();
    let who = move || format!("{} · {}", device.name(by), locale::moment(at));
    let words = move || text().words.flag(&reason, |id| device.name(id));
    let answer = move |(place, decision): (usize, &Decision)| {
        let decision = *decision;
        let command = move || {
            let note = note.get();
            Command::Ticket(id, OfTicket::Settle { flag: mid, decision, note })
        };
        view! {
            <Button
                text=move || text().words.decision(decision)
                kind=match decision {
                    Decision::Void => ButtonKind::Danger,
                    _ if place == 0 => ButtonKind::Primary,
                    _ => ButtonKind::Secondary,
                }
                why_not=device.why_not(command)
                name=name(decision)
                on_press=move || device.press(command())
            />
        }
    };
    view! {
        <Card title=move || text().desk.to_decide tone=Tone::Danger>
            <div class="stack" data-name="flag">
                <p>{words}</p>
                <p class="faint num">{who}</p>
                <Field
                    label=move || text().desk.decision_note
                    value=note
                    hint=move || {
                        if decisions.contains(&Decision::Void) { text().desk.void_hint } else { "" }
                    }
                    max_length=400
                />
                <div class="row">{decisions.iter().enumerate().map(answer).collect_view()}</div>
            </div>
        </Card>
    }
}

/// The answer's name for tests and scripts.
fn name(decision: Decision) -> &'static str {
    match decision {
        Decision::Bill => "settle-bill",
        Decision::Goodwill => "settle-goodwill",
        Decision::Void => "settle-void",
        Decision::Keep => "settle-keep",
        Decision::TakeProposal => "settle-take-proposal",
        Decision::Acknowledge => "settle-acknowledge",
    }
}
