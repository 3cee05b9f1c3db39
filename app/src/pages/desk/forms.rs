//! The short forms behind a ticket's buttons: a few words, perhaps a choice, and a verb.

use domain::{
    Command, Id,
    ticket::{Command as OfTicket, Confirmation, HoldReason, Ticket},
    values::TEXT_CHARS_MAX,
    visit,
};
use leptos::{ev, prelude::*};

use super::{actions::Action, dispatch::at_work};
use crate::{
    device::device,
    locale::{text, words},
    ui::{Button, ButtonKind, Choice, Segmented, Select, TextArea},
};

/// The two buttons under a form, and what the enter key does: the command, if the rule allows it.
#[component]
pub fn SaveBar(
    #[prop(into)] save: Signal<String>,
    name: &'static str,
    open: RwSignal<bool>,
    #[prop(into)] command: Callback<(), Option<Command>>,
    #[prop(optional)] danger: bool,
) -> impl IntoView {
    let device = device();
    let why_not = Signal::derive(move || {
        let refusal = device.would(&command.run(())?).err()?;
        Some(text().words.refusal(refusal).to_owned())
    });
    let press = move || {
        if let Some(command) = command.run(()) {
            device.press_then(command, move || open.set(false));
        }
    };
    view! {
        <div class="dialog__bar">
            <Button text=move || text().desk.back name="back" on_press=move || open.set(false)/>
            <Button
                text=save
                kind=if danger { ButtonKind::Danger } else { ButtonKind::Primary }
                why_not
                name
                on_press=press
            />
        </div>
    }
}

/// Keeps the browser from sending a form by itself: the buttons decide.
pub fn stay(event: ev::SubmitEvent) {
    event.prevent_default();
}

/// A form of one text.
#[component]
pub fn Words(action: Action, id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let said = RwSignal::new(String::new());
    let label = move || {
        let desk = &text().desk;
        match action {
            Action::SolveByPhone => desk.solution,
            Action::LogCall => desk.call_summary,
            Action::Object => desk.objection,
            Action::Cancel => desk.cancel_reason,
            _ => desk.reason,
        }
    };
    let save = move || {
        let desk = &text().desk;
        match action {
            Action::SolveByPhone => desk.save_solved,
            Action::LogCall => desk.save_call,
            Action::Object => desk.save_objection,
            Action::Cancel => desk.save_cancel,
            Action::Reopen => desk.reopen,
            _ => desk.save,
        }
    };
    let name = match action {
        Action::SolveByPhone => "save-solve-by-phone",
        Action::LogCall => "save-log-call",
        Action::Object => "save-object",
        Action::Reopen => "save-reopen",
        Action::Cancel => "save-cancel",
        _ => "save",
    };
    let command = move |()| {
        let said = said.get();
        let command = match action {
            Action::LogCall => {
                let visit = device.find(id)?.active_visit()?.id;
                return Some(Command::Visit(id, visit, visit::Command::LogCall { summary: said }));
            }
            Action::SolveByPhone => OfTicket::SolveByPhone { solution: said },
            Action::Object => OfTicket::Object { text: said },
            Action::Reopen => OfTicket::Reopen { reason: said },
            Action::Cancel => OfTicket::Cancel { reason: said },
            _ => return None,
        };
        Some(Command::Ticket(id, command))
    };
    let danger = action == Action::Cancel;
    let at_work = Memo::new(move |_| at_work(&device.find(id)?).filter(|_| danger));
    view! {
        <form class="form" on:submit=stay>
            {move || {
                at_work
                    .get()
                    .map(|engineer| {
                        let warning = (text().desk.cancel_warning)(&[device.name(engineer)]);
                        view! { <p class="note" data-tone="warning">{warning}</p> }
                    })
            }}
            <TextArea label value=said required=true id="words" max_length=TEXT_CHARS_MAX/>
            <SaveBar save name open command danger/>
        </form>
    }
}

/// Why the work waits.
#[component]
pub fn Hold(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    let reason = RwSignal::new(words::code(&HoldReason::WaitingCustomer));
    let note = RwSignal::new(String::new());
    let options = Signal::derive(|| {
        let choice =
            |reason: &HoldReason| Choice::new(words::code(reason), text().words.hold(*reason));
        words::ALL_HOLDS.iter().map(choice).collect::<Vec<_>>()
    });
    let command = move |()| {
        let reason = words::from_code(&reason.get())?;
        Some(Command::Ticket(id, OfTicket::Hold { reason, note: note.get() }))
    };
    view! {
        <form class="form" on:submit=stay>
            <Select label=move || text().desk.hold_reason value=reason options id="hold-reason"/>
            <TextArea label=move || text().desk.hold_note value=note required=true id="words" max_length=TEXT_CHARS_MAX/>
            <SaveBar save=move || text().desk.hold name="save-hold" open command/>
        </form>
    }
}

/// How the customer said that it works.
#[component]
pub fn Confirm(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    let method = RwSignal::new(words::code(&Confirmation::Phone));
    let note = RwSignal::new(String::new());
    let options = Signal::derive(|| {
        // What only the customer or the server can give is not among the choices.
        [Confirmation::Phone, Confirmation::Video, Confirmation::Onsite]
            .iter()
            .map(|method| Choice::new(words::code(method), text().words.confirmation(*method)))
            .collect::<Vec<_>>()
    });
    let command = move |()| {
        let method = words::from_code(&method.get())?;
        Some(Command::Ticket(id, OfTicket::Confirm { method, note: note.get() }))
    };
    view! {
        <form class="form" on:submit=stay>
            <Segmented label=move || text().desk.confirm_method value=method options id="confirm-method"/>
            <TextArea label=move || text().desk.note value=note id="words" max_length=TEXT_CHARS_MAX/>
            <SaveBar save=move || text().desk.save_confirm name="save-confirm" open command/>
        </form>
    }
}

/// What the customer said on the call after the repair, or that nobody answered it.
#[component]
pub fn FollowUp(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    let satisfied = RwSignal::new(String::from("yes"));
    let note = RwSignal::new(String::new());
    let options = Signal::derive(|| {
        let desk = &text().desk;
        vec![
            Choice::new("yes", desk.satisfied),
            Choice::new("no", desk.not_satisfied),
            Choice::new("unreached", desk.unreached),
        ]
    });
    let command = move |()| {
        let (answer, note) = (satisfied.get(), note.get());
        let command = match answer.as_str() {
            // A call nobody answered changes nothing; it is known, and the follow-up stays due.
            "unreached" => {
                let said = Some(note.trim()).filter(|said| !said.is_empty());
                let text = said.map(text().desk.unreached_note).unwrap_or_default();
                OfTicket::Note { text, visible: false }
            }
            answer => OfTicket::FollowUp { satisfied: answer == "yes", note },
        };
        Some(Command::Ticket(id, command))
    };
    let after = move || {
        let desk = &text().desk;
        satisfied.with(|answer| match answer.as_str() {
            "yes" => desk.satisfied_hint,
            "no" => desk.not_satisfied_hint,
            _ => desk.unreached_hint,
        })
    };
    let unreached = Memo::new(move |_| satisfied.with(|answer| answer == "unreached"));
    // The note of a call nobody answered says so in front.
    let longest = TEXT_CHARS_MAX - untrack(|| text().desk.unreached_note)("").chars().count();
    view! {
        <form class="form" on:submit=stay>
            <Segmented label=move || text().desk.satisfaction value=satisfied options hint=after id="satisfied"/>
            <TextArea label=move || text().desk.follow_up_note value=note required=true id="words" max_length=longest/>
            <SaveBar
                save=move || {
                    let desk = &text().desk;
                    if unreached.get() { desk.save_call } else { desk.save_follow_up }
                }
                name="save-follow-up"
                open
                command
            />
        </form>
    }
}
