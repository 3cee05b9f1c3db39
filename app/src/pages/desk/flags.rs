//! Questions that only a person can answer: what each side says, and the prepared answers with what they do.

use domain::{
    Command, Id,
    flag::{Decision, Flag, Reason},
    ticket::{Command as OfTicket, Ticket},
    values::TEXT_CHARS_MAX,
};
use leptos::prelude::*;

use super::sides::{becomes, sides};
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
    let decided = Memo::new(move |_| flags.with(|flags| flags.iter().any(|f| f.settled.is_some())));
    view! {
        <For
            each=move || open.get()
            key=|flag| flag.id
            children=move |flag| question(id, flag, None)
        />
        <Show when=move || decided.get()>
            <Card title=move || text().desk.decided>
                <ul class="list stack">
                    {move || {
                        flags.get().into_iter().rev().filter_map(|flag| settled(&flag)).collect_view()
                    }}
                </ul>
            </Card>
        </Show>
    }
}

/// What was decided about a question, by whom (tracked).
pub(super) fn settled(flag: &Flag) -> Option<AnyView> {
    let device = device();
    let answer = flag.settled.clone()?;
    let question = text().words.flag(&flag.reason, |id| device.name(id));
    let who = format!("{} · {}", device.name(answer.by), locale::moment(answer.at));
    let note = Some(answer.note).filter(|note| !note.trim().is_empty());
    let view = view! {
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
    };
    Some(view.into_any())
}

/// What the question is about, in a few words.
fn kind(reason: &Reason) -> &'static str {
    let watch = &text().watch;
    match reason {
        Reason::CancelVsSigned { .. } => watch.kind_cancel_vs_signed,
        Reason::LateWork { .. } => watch.kind_late_work,
        Reason::DoubleDispatch { .. } => watch.kind_double_dispatch,
        Reason::FieldConflict { .. } => watch.kind_field_conflict,
        Reason::Objection { .. } => watch.kind_objection,
        Reason::StockShort { .. } => watch.kind_stock_short,
        Reason::SheetDiffers { .. } => watch.kind_sheet_differs,
        Reason::OutOfOrder { .. } => watch.kind_out_of_order,
    }
}

/// What an answer does to the ticket (tracked).
fn effect(ticket: Option<&Ticket>, reason: &Reason, decision: Decision) -> String {
    let watch = &text().watch;
    match (decision, reason) {
        (Decision::Bill, _) => watch.effect_bill.into(),
        (Decision::Goodwill, _) => watch.effect_goodwill.into(),
        (Decision::Void, _) => watch.effect_void.into(),
        (Decision::Keep, _) => watch.effect_keep.into(),
        (Decision::TakeProposal, _) => {
            match ticket.map(|ticket| becomes(ticket, reason)).filter(|it| !it.is_empty()) {
                Some(changes) => (watch.effect_take)(&changes),
                None => watch.effect_acknowledge.into(),
            }
        }
        (Decision::Acknowledge, _) => watch.effect_acknowledge.into(),
    }
}

/// One question with both sides and its answers; `above` says whose ticket it is where that is not plain.
pub(super) fn question(id: Id<Ticket>, flag: Flag, above: Option<AnyView>) -> impl IntoView {
    let device = device();
    let note = RwSignal::new(String::new());
    let mid = flag.id;
    let flag = StoredValue::new(flag);
    let ticket = Memo::new(move |_| device.find(id));
    let decisions = flag.with_value(|flag| flag.reason.decisions());
    let needs_reason = decisions.contains(&Decision::Void);
    let title = move || flag.with_value(|flag| kind(&flag.reason));
    let words = move || {
        flag.with_value(|flag| match flag.reason {
            // The two values stand beside each other below.
            Reason::FieldConflict { .. } => None,
            _ => Some(text().words.flag(&flag.reason, |id| device.name(id))),
        })
    };
    let both = move || {
        ticket.with(|ticket| ticket.as_ref().map(|it| flag.with_value(|flag| sides(it, flag))))
    };
    let asked = move || flag.with_value(|flag| locale::ago(flag.at));
    let answer = move |(place, decision): (usize, &Decision)| {
        let decision = *decision;
        let command = move || {
            let note = note.get();
            Command::Ticket(id, OfTicket::Settle { flag: mid, decision, note })
        };
        view! {
            <li class="answer">
                <Button
                    text=move || text().words.decision(decision)
                    kind=match decision {
                        Decision::Void => ButtonKind::Danger,
                        _ if place == 0 => ButtonKind::Primary,
                        _ => ButtonKind::Secondary,
                    }
                    why_not=device.why_not(command)
                    name=name(decision)
                    on_press=move || device.press(untrack(command))
                />
                <p class="answer__effect">
                    {move || {
                        ticket.with(|ticket| {
                            flag.with_value(|flag| effect(ticket.as_ref(), &flag.reason, decision))
                        })
                    }}
                </p>
            </li>
        }
    };
    view! {
        <Card
            title
            tone=Tone::Danger
            extra=ViewFn::from(move || view! { <span class="faint num">{asked}</span> })
        >
            <div class="stack" data-name="flag">
                {above}
                {move || words().map(|words| view! { <p>{words}</p> })}
                {both}
                <Field
                    label=move || text().desk.decision_note
                    value=note
                    hint=move || if needs_reason { text().desk.void_hint } else { "" }
                    max_length=TEXT_CHARS_MAX
                />
                <ul class="answers">{decisions.iter().enumerate().map(answer).collect_view()}</ul>
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
