//! The window agreed with the customer: from, to, with whom, and the four windows one usually means.

use domain::{
    Command, Id, Timestamp,
    ticket::Ticket,
    values::LINE_CHARS_MAX,
    visit::{self, Appointment},
};
use leptos::prelude::*;

use super::forms::{SaveBar, stay};
use crate::{
    device::device,
    locale::{self, text},
    ui::{Chip, DateTime, Field},
};

/// The fields of a window, as typed.
#[derive(Clone, Copy)]
pub struct WindowFields {
    pub from: RwSignal<String>,
    pub to: RwSignal<String>,
    pub agreed_with: RwSignal<String>,
}

impl WindowFields {
    /// The fields of a window, or empty ones.
    pub fn of(appointment: Option<&Appointment>) -> Self {
        let moment =
            |at: Option<Timestamp>| RwSignal::new(at.map(locale::input_time).unwrap_or_default());
        Self {
            from: moment(appointment.map(|window| window.from)),
            to: moment(appointment.map(|window| window.to)),
            agreed_with: RwSignal::new(
                appointment.map(|window| window.agreed_with.clone()).unwrap_or_default(),
            ),
        }
    }

    /// The window, or one that the rule will refuse while a time is missing (tracked).
    pub fn appointment(self) -> Appointment {
        let at = |text: String| locale::parse_input_time(&text);
        let from = at(self.from.get()).unwrap_or_default();
        let to = at(self.to.get()).unwrap_or(from);
        Appointment { from, to, agreed_with: self.agreed_with.get().trim().to_owned() }
    }
}

/// How long a window is where only its beginning was given.
const WINDOW_MINUTES: i64 = 120;

/// The inputs of a window.
#[component]
pub fn WindowInputs(fields: WindowFields) -> impl IntoView {
    let device = device();
    let follow = move |from: String| {
        let start = locale::parse_input_time(&from);
        let end = locale::parse_input_time(&fields.to.get_untracked());
        // A window that ends before it begins is never what was meant.
        if let Some(start) = start.filter(|start| end.is_none_or(|end| end <= *start)) {
            fields.to.set(locale::input_time(start.plus_minutes(WINDOW_MINUTES)));
        }
    };
    let usual = move || {
        let desk = &text().desk;
        let (today, tomorrow) = (device.now(), device.now().plus_minutes(24 * 60));
        [
            (desk.today_morning, today, "09:00", "12:00"),
            (desk.today_afternoon, today, "14:00", "18:00"),
            (desk.tomorrow_morning, tomorrow, "09:00", "12:00"),
            (desk.tomorrow_afternoon, tomorrow, "14:00", "18:00"),
        ]
        .map(|(word, day, from, to)| {
            let day = locale::input_date(day);
            let (from, to) = (format!("{day}T{from}"), format!("{day}T{to}"));
            let (own_from, own_to) = (from.clone(), to.clone());
            let pressed =
                Signal::derive(move || fields.from.get() == own_from && fields.to.get() == own_to);
            let pick = move || {
                fields.from.set(from.clone());
                fields.to.set(to.clone());
            };
            view! { <Chip text=word pressed on_press=pick/> }
        })
        .collect_view()
    };
    view! {
        <div class="chips" role="group" aria-label=move || text().desk.usual_windows>{usual}</div>
        <div class="form__row">
            <DateTime label=move || text().desk.window_from value=fields.from on_change=follow id="window-from"/>
            <DateTime label=move || text().desk.window_to value=fields.to id="window-to"/>
        </div>
        <Field
            label=move || text().desk.agreed_with
            value=fields.agreed_with
            hint=move || text().desk.agreed_hint
            max_length=LINE_CHARS_MAX
            id="agreed-with"
        />
    }
}

/// The dialog that changes the window of the visit.
#[component]
pub fn Appoint(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let visit = untrack(|| device.find(id).and_then(|ticket| ticket.active_visit().cloned()));
    let seen = visit.as_ref().and_then(|visit| visit.appointment.clone());
    let fields = WindowFields::of(seen.as_ref());
    let visit = visit.map(|visit| visit.id);
    let seen = StoredValue::new(seen);
    let command = move |()| {
        let appointment = fields.appointment();
        let command = visit::Command::Appoint { appointment, seen: seen.get_value() };
        Some(Command::Visit(id, visit?, command))
    };
    view! {
        <form class="form" on:submit=stay>
            <WindowInputs fields/>
            <SaveBar save=move || text().desk.save_appoint name="save-appoint" open command/>
        </form>
    }
}
