//! The customer's machine in our hands: taking it in, how it stands, handing it back. On the phone and at the desk.
//!
//! Controls, by `data-name`: `slip`, `correct-slip`, `hand-back` on the card; `save-keep`, `save-back` in the forms.

use domain::{
    Command, Id,
    custody::{Custody, Proof, Standing},
    ticket::{self, Ticket},
    values::{LINE_CHARS_MAX, TEXT_CHARS_MAX},
};
use leptos::prelude::*;

use crate::{
    clock,
    device::{Device, device},
    locale::{input_date, moment, text, words},
    pages::engineer::{choices, draft::Draft},
    route::{self, Route},
    ui::{
        Button, ButtonKind, ButtonLink, Card, CheckRow, DateTime, Drawer, Fact, Facts, Field, Icon,
        RadioRows, Tag, TextArea, TimeKind, Tone, lead_to, toast,
    },
};

/// How the machine of this ticket stands while it is with us, and the tone in which it is said (tracked).
fn stands(ticket: &Ticket) -> Option<(Standing, Tone)> {
    let standing = ticket.machine_stands(&input_date(clock::minute()))?;
    let tone = match standing {
        Standing::Ready => Tone::Success,
        Standing::Late => Tone::Danger,
        Standing::Kept => Tone::Warning,
    };
    Some((standing, tone))
}

/// The mark of a ticket whose machine is with us (tracked).
pub fn tag(ticket: &Ticket) -> Option<impl IntoView + use<>> {
    let (_, tone) = stands(ticket)?;
    Some(view! { <Tag text=text().custody.tag tone icon=Some(Icon::Machine)/> })
}

/// The line on an engineer's card about a machine that is with us (tracked).
pub fn line(ticket: &Ticket) -> Option<impl IntoView + use<>> {
    let (standing, tone) = stands(ticket)?;
    let since = ticket.machine_with_us()?.since;
    let words = &text().custody;
    let said = match standing {
        Standing::Ready => words.ready.to_owned(),
        Standing::Late => words.late.to_owned(),
        Standing::Kept => (words.with_us_since)(&moment(since)),
    };
    Some(view! { <p class="note" data-tone=tone.name() data-name="with-us">{said}</p> })
}

/// Keeping the machine, with as little in it as the rule needs to answer.
pub fn keep_probe() -> ticket::Command {
    ticket::Command::KeepMachine {
        reason: "…".into(),
        accessories: String::new(),
        ready_on: String::new(),
        explained: true,
    }
}

/// Handing it back, likewise.
pub fn back_probe() -> ticket::Command {
    ticket::Command::HandBack { to: "…".into(), proof: Proof::Slip, note: String::new() }
}

/// The card on a ticket: since when the machine is with us and what came with it, or who has it again.
pub fn card(id: Id<Ticket>, correct: Callback<()>, back: Callback<()>) -> impl IntoView {
    let device = device();
    let custody = Memo::new(move |_| {
        let ticket: Ticket = device.find(id)?;
        Some((ticket.custody.clone()?, stands(&ticket)))
    });
    move || {
        let (custody, stands) = custody.get()?;
        let words = &text().custody;
        let fact = |label: &'static str, value: String| {
            (!value.trim().is_empty()).then(|| view! { <Fact label value/> })
        };
        let at = move |at, by| format!("{} · {}", moment(at), device.name(by));
        let (title, tone) = match stands {
            Some((_, tone)) => (words.with_us, tone),
            None => (words.returned, Tone::Neutral),
        };
        let said = match stands {
            Some((Standing::Ready, _)) => Some(words.ready),
            Some((Standing::Late, _)) => Some(words.late),
            _ => None,
        };
        let stands = said.map(|said| view! { <p class="note" data-tone=tone.name()>{said}</p> });
        let returned = custody.returned.clone().map(|returned| {
            view! {
                {fact(words.returned_at, at(returned.at, returned.by))}
                {fact(words.to, returned.to)}
                {fact(words.proof, text().words.proof(returned.proof).to_owned())}
                {fact(words.note, returned.note)}
            }
        });
        let buttons = custody.lasts().then(|| {
            view! {
                <div class="row" data-align="end">
                    <ButtonLink
                        text=words.slip.title
                        icon=Icon::Print
                        href=Route::Slip(id).href()
                        name="slip"
                    />
                    <Button
                        text=words.hand_back
                        icon=Icon::Machine
                        name="hand-back"
                        why_not=device.why_not(move || Command::Ticket(id, back_probe()))
                        on_press=move || back.run(())
                    />
                </div>
            }
        });
        let lasts = custody.lasts();
        let extra = move || {
            lasts.then(|| {
                view! {
                    <Button
                        text=move || text().custody.correct
                        icon=Icon::Edit
                        kind=ButtonKind::Quiet
                        name="correct-slip"
                        why_not=device.why_not(move || Command::Ticket(id, keep_probe()))
                        on_press=move || correct.run(())
                    />
                }
            })
        };
        Some(view! {
            <Card title tone extra>
                {stands}
                <Facts>
                    {fact(words.since, at(custody.since, custody.by))}
                    {fact(words.reason, custody.reason)}
                    {fact(words.accessories, custody.accessories)}
                    {fact(words.ready_on, custody.ready_on)}
                    {returned}
                </Facts>
                {buttons}
            </Card>
        })
    }
}

/// What taking the machine in is called: the second time it corrects the slip (tracked).
pub fn keep_word(device: Device, id: Id<Ticket>) -> &'static str {
    match device.find(id).is_some_and(|ticket| ticket.machine_with_us().is_some()) {
        true => text().custody.correct,
        false => text().custody.keep,
    }
}

/// Both forms as they come up from below on a phone.
pub fn drawers(id: Id<Ticket>, keep: RwSignal<bool>, back: RwSignal<bool>) -> impl IntoView {
    let device = device();
    view! {
        <Drawer
            open=keep
            title=move || keep_word(device, id)
            close=move || text().custody.close
        >
            {keep_form(id, keep)}
        </Drawer>
        <Drawer
            open=back
            title=move || text().custody.hand_back
            close=move || text().custody.close
        >
            {back_form(id, back)}
        </Drawer>
    }
}

/// The two buttons under a form.
fn bar(
    device: Device,
    draft: Draft,
    open: RwSignal<bool>,
    save: (fn() -> &'static str, &'static str, &'static str),
    command: Callback<(), Command>,
    then: Callback<()>,
) -> impl IntoView {
    let (word, name, first) = save;
    let why_not = device.why_not(move || command.run(()));
    let send = move || {
        draft.send(untrack(|| command.run(())), 0, move || {
            draft.settle();
            let _gone = open.try_set(false);
            then.run(());
        });
    };
    view! {
        <div class="dialog__bar">
            <Button text=move || text().custody.cancel on_press=move || open.set(false)/>
            <Button
                text=word
                kind=ButtonKind::Primary
                name
                why_not
                busy=draft.busy()
                on_blocked=move || lead_to(first)
                on_press=send
            />
        </div>
    }
}

/// What the slip will say.
pub fn keep_form(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let seen = untrack(|| device.find(id)).and_then(|it| it.machine_with_us().cloned());
    let said = |of: fn(&Custody) -> &String| {
        RwSignal::new(seen.as_ref().map(|seen| of(seen).clone()).unwrap_or_default())
    };
    let reason = said(|custody| &custody.reason);
    let accessories = said(|custody| &custody.accessories);
    let ready_on = said(|custody| &custody.ready_on);
    let explained = RwSignal::new(false);
    let draft = Draft::new(
        format!("keep:{id}"),
        vec![
            ("reason", reason.into()),
            ("accessories", accessories.into()),
            ("ready_on", ready_on.into()),
            ("explained", explained.into()),
        ],
    );
    let command = move |()| {
        let (reason, accessories) = (reason.get(), accessories.get());
        let (ready_on, explained) = (ready_on.get(), explained.get());
        let command = ticket::Command::KeepMachine { reason, accessories, ready_on, explained };
        Command::Ticket(id, command)
    };
    let then = move |()| {
        toast(Tone::Success, text().custody.kept);
        route::go(Route::Slip(id));
    };
    view! {
        <div class="form">
            <p class="note">{move || text().custody.keep_lead}</p>
            <TextArea
                label=move || text().custody.reason
                hint=move || text().custody.reason_hint
                value=reason
                rows=2
                required=true
                id="keep-reason"
                max_length=TEXT_CHARS_MAX
            />
            <Field
                label=move || text().custody.accessories
                hint=move || text().custody.accessories_hint
                value=accessories
                max_length=LINE_CHARS_MAX
                id="keep-accessories"
            />
            <DateTime
                label=move || text().custody.ready_on
                hint=move || text().custody.ready_hint
                value=ready_on
                kind=TimeKind::Date
                min=move || input_date(clock::minute())
                id="keep-ready"
            />
            <CheckRow
                label=move || text().custody.explained
                checked=explained
                id="keep-explained"
            />
            {bar(
                device,
                draft,
                open,
                (|| text().custody.save_keep, "save-keep", "keep-reason"),
                Callback::new(command),
                Callback::new(then),
            )}
        </div>
    }
}

/// Who gets the machine, and how we know them.
pub fn back_form(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    const PROOFS: &[Proof] = &[Proof::Slip, Proof::Copy, Proof::Identity, Proof::Delivered];
    let device = device();
    let ticket = untrack(|| device.find(id));
    let contact = ticket.as_ref().map(|ticket| ticket.contact.name.clone());
    let along = ticket
        .and_then(|ticket| Some(ticket.machine_with_us()?.accessories.clone()))
        .filter(|accessories| !accessories.trim().is_empty());
    let to = RwSignal::new(contact.unwrap_or_default());
    let proof = RwSignal::new(words::code(&Proof::Slip));
    let note = RwSignal::new(String::new());
    let draft = Draft::new(
        format!("hand-back:{id}"),
        vec![("to", to.into()), ("proof", proof.into()), ("note", note.into())],
    );
    let command = move |()| {
        let proof = words::from_code(&proof.get()).unwrap_or(Proof::Slip);
        let (to, note) = (to.get().trim().to_owned(), note.get());
        Command::Ticket(id, ticket::Command::HandBack { to, proof, note })
    };
    let identity = move || proof.with(|proof| *proof == words::code(&Proof::Identity));
    let note_label = move || match identity() {
        true => text().custody.checked,
        false => text().custody.note,
    };
    let note_hint = move || match identity() {
        true => text().custody.checked_hint,
        false => "",
    };
    view! {
        <div class="form">
            {along.map(|along| {
                view! { <p class="note">{move || (text().custody.take_along)(&along)}</p> }
            })}
            <Field
                label=move || text().custody.to
                value=to
                required=true
                max_length=LINE_CHARS_MAX
                id="back-to"
            />
            <RadioRows
                label=move || text().custody.proof
                value=proof
                options=move || choices(PROOFS, |proof| text().words.proof(proof))
                id="back-proof"
            />
            <TextArea label=note_label hint=note_hint value=note rows=2 id="back-note" max_length=TEXT_CHARS_MAX/>
            {bar(
                device,
                draft,
                open,
                (|| text().custody.save_back, "save-back", "back-to"),
                Callback::new(command),
                Callback::new(|()| toast(Tone::Success, text().custody.handed_back)),
            )}
        </div>
    }
}
