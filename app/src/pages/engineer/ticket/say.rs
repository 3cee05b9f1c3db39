//! The small forms of a ticket: decline, call, appointment, hold. Each says one thing.

use domain::{
    Command, Id, json,
    ticket::{self, HoldReason, Ticket},
    values::{LINE_CHARS_MAX, TEXT_CHARS_MAX},
    visit::{self, Appointment, Visit},
};
use leptos::prelude::*;

use crate::{
    device::device,
    locale::{input_date, parse_input_time, text, words},
    pages::engineer::{choices, draft::Draft, step},
    ui::{
        Button, ButtonKind, Chip, DateTime, Drawer, Field, Select, TextArea, TimeKind, Tone,
        lead_to, toast,
    },
};

/// A form with one text, over the page.
#[component]
fn Say(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] script: Signal<String>,
    #[prop(into)] done: Signal<String>,
    form: String,
    field: &'static str,
    name: &'static str,
    #[prop(optional)] danger: bool,
    command: Callback<String, Command>,
) -> impl IntoView {
    let form = StoredValue::new(form);
    view! {
        <Drawer open title close=move || text().engineer.say.close>
            {move || {
                let device = device();
                let said = RwSignal::new(String::new());
                let draft = Draft::new(form.get_value(), vec![("text", said.into())]);
                let why_not = device.why_not(move || command.run(said.get()));
                let send = move || {
                    draft.send(command.run(said.get_untracked()), 0, move || {
                        draft.clear();
                        let _gone = open.try_set(false);
                        toast(Tone::Success, done.try_get_untracked().unwrap_or_default());
                    });
                };
                view! {
                    <div class="form">
                        <Show when=move || !script.with(String::is_empty)>
                            <p class="note">{script}</p>
                        </Show>
                        <TextArea label hint value=said required=true id=field max_length=TEXT_CHARS_MAX/>
                        <div class="dialog__bar">
                            <Button
                                text=move || text().engineer.say.cancel
                                on_press=move || open.set(false)
                            />
                            <Button
                                text=title
                                kind=if danger { ButtonKind::Danger } else { ButtonKind::Primary }
                                name
                                why_not
                                busy=draft.busy()
                                on_blocked=move || lead_to(field)
                                on_press=send
                            />
                        </div>
                    </div>
                }
            }}
        </Drawer>
    }
}

/// Gives the job back, with the reason the coordinator needs.
#[component]
pub fn DeclineForm(id: Id<Ticket>, visit: Id<Visit>, open: RwSignal<bool>) -> impl IntoView {
    let command =
        Callback::new(move |reason| step::on(id, visit, visit::Command::Decline { reason }));
    view! {
        <Say
            open
            title=move || text().engineer.ticket.decline
            label=move || text().engineer.say.reason
            hint=move || text().engineer.say.decline_hint
            done=move || text().engineer.say.declined
            form=format!("decline:{visit}")
            field="decline-reason"
            name="save-decline"
            danger=true
            command
        />
    }
}

/// Writes down a call with the customer.
#[component]
pub fn CallForm(id: Id<Ticket>, visit: Id<Visit>, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let command =
        Callback::new(move |summary| step::on(id, visit, visit::Command::LogCall { summary }));
    let script = move || (text().engineer.say.call_script)(device.me().name);
    view! {
        <Say
            open
            title=move || text().engineer.ticket.log_call
            script
            label=move || text().engineer.say.call_summary
            done=move || text().engineer.say.saved
            form=format!("call:{visit}")
            field="call-summary"
            name="save-call"
            command
        />
    }
}

/// The usual windows of a day.
const WINDOWS: [(&str, &str); 4] =
    [("09:00", "11:00"), ("11:00", "13:00"), ("14:00", "16:00"), ("16:00", "18:00")];

/// Agrees on a window with the customer.
#[component]
pub fn AppointForm(id: Id<Ticket>, visit: Id<Visit>, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Drawer
            open
            title=move || text().engineer.ticket.appoint
            close=move || text().engineer.say.close
        >
            {move || {
                let device = device();
                // What the person is looking at while they agree; later news must not be overwritten unseen.
                let ticket = untrack(move || device.find::<Ticket>(id));
                let seen = ticket
                    .as_ref()
                    .and_then(|ticket| ticket.visit(visit)?.appointment.clone());
                let customer = ticket.map(|ticket| ticket.contact.name).unwrap_or_default();
                let day = match &seen {
                    Some(agreed) => input_date(agreed.from),
                    None => input_date(device.now()),
                };
                let date = RwSignal::new(day);
                let time = |at: Option<domain::Timestamp>, or: &str| {
                    at.map_or_else(|| or.to_owned(), crate::locale::time)
                };
                let from = RwSignal::new(time(seen.as_ref().map(|agreed| agreed.from), "09:00"));
                let to = RwSignal::new(time(seen.as_ref().map(|agreed| agreed.to), "11:00"));
                // What the office proposed is agreed on now, with the customer.
                let before = seen.as_ref().map(|agreed| agreed.agreed_with.clone());
                let agreed_with =
                    RwSignal::new(before.filter(|who| !who.is_empty()).unwrap_or(customer));
                let seen_text = RwSignal::new(serde_json::to_string(&seen).unwrap_or_default());
                let draft = Draft::new(
                    format!("appoint:{visit}"),
                    vec![
                        ("date", date.into()),
                        ("from", from.into()),
                        ("to", to.into()),
                        ("agreed_with", agreed_with.into()),
                        ("seen", seen_text.into()),
                    ],
                );
                let command = move || {
                    let at = |time: RwSignal<String>| {
                        parse_input_time(&format!("{}T{}", date.get(), time.get()))
                            .unwrap_or(domain::Timestamp(0))
                    };
                    let appointment = Appointment {
                        from: at(from),
                        to: at(to),
                        agreed_with: agreed_with.get().trim().to_owned(),
                    };
                    let seen = json::read(&seen_text.get()).unwrap_or(None);
                    step::on(id, visit, visit::Command::Appoint { appointment, seen })
                };
                let why_not = device.why_not(command);
                let send = move || {
                    draft.send(untrack(command), 0, move || {
                        draft.settle();
                        let _gone = open.try_set(false);
                        toast(Tone::Success, text().engineer.say.saved);
                    });
                };
                let windows = WINDOWS.map(|(start, end)| {
                    view! {
                        <Chip
                            text=format!("{start}–{end}")
                            pressed=Signal::derive(move || from.get() == start && to.get() == end)
                            on_press=move || {
                                from.set(start.to_owned());
                                to.set(end.to_owned());
                            }
                        />
                    }
                });
                view! {
                    <div class="form">
                        <p class="note">{move || text().engineer.say.appoint_script}</p>
                        <DateTime
                            label=move || text().engineer.say.day
                            value=date
                            kind=TimeKind::Date
                            required=true
                            id="appoint-day"
                        />
                        <div class="chips" role="group" aria-label=move || text().engineer.say.windows>
                            {windows}
                        </div>
                        <div class="form__row">
                            <DateTime
                                label=move || text().engineer.say.from
                                value=from
                                kind=TimeKind::Time
                                id="appoint-from"
                            />
                            <DateTime
                                label=move || text().engineer.say.to
                                value=to
                                kind=TimeKind::Time
                                id="appoint-to"
                            />
                        </div>
                        <Field
                            label=move || text().engineer.say.agreed_with
                            hint=move || text().engineer.say.agreed_hint
                            value=agreed_with
                            max_length=LINE_CHARS_MAX
                            id="appoint-with"
                        />
                        <div class="dialog__bar">
                            <Button
                                text=move || text().engineer.say.cancel
                                on_press=move || open.set(false)
                            />
                            <Button
                                text=move || text().engineer.say.save
                                kind=ButtonKind::Primary
                                name="save-appointment"
                                why_not
                                busy=draft.busy()
                                on_blocked=move || lead_to("appoint-to")
                                on_press=send
                            />
                        </div>
                    </div>
                }
            }}
        </Drawer>
    }
}

/// Stops the clock for a reason.
#[component]
pub fn HoldForm(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Drawer
            open
            title=move || text().engineer.ticket.hold
            close=move || text().engineer.say.close
        >
            {move || {
                let device = device();
                let reason = RwSignal::new(words::code(&HoldReason::WaitingParts));
                let note = RwSignal::new(String::new());
                let draft = Draft::new(
                    format!("hold:{id}"),
                    vec![("reason", reason.into()), ("note", note.into())],
                );
                let command = move || {
                    let reason =
                        words::from_code(&reason.get()).unwrap_or(HoldReason::WaitingCustomer);
                    Command::Ticket(id, ticket::Command::Hold { reason, note: note.get() })
                };
                let why_not = device.why_not(command);
                let send = move || {
                    draft.send(untrack(command), 0, move || {
                        draft.clear();
                        let _gone = open.try_set(false);
                        toast(Tone::Success, text().engineer.say.saved);
                    });
                };
                view! {
                    <div class="form">
                        <Select
                            label=move || text().engineer.say.hold_reason
                            value=reason
                            options=move || {
                                choices(words::ALL_HOLDS, |hold| text().words.hold(hold))
                            }
                        />
                        <TextArea
                            label=move || text().engineer.say.reason
                            value=note
                            required=true
                            id="hold-note"
                            max_length=TEXT_CHARS_MAX
                        />
                        <div class="dialog__bar">
                            <Button
                                text=move || text().engineer.say.cancel
                                on_press=move || open.set(false)
                            />
                            <Button
                                text=move || text().engineer.ticket.hold
                                kind=ButtonKind::Primary
                                name="save-hold"
                                why_not
                                busy=draft.busy()
                                on_blocked=move || lead_to("hold-note")
                                on_press=send
                            />
                        </div>
                    </div>
                }
            }}
        </Drawer>
    }
}
