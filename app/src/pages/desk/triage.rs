//! Triage: what kind of problem it is, how urgent, and how it is to be solved (GD-02).

use domain::{
    Command, Id,
    team::Team,
    ticket::{Category, Command as OfTicket, Method, Priority, Ticket, Triage, Urgency},
    values::{LINE_CHARS_MAX, TEXT_CHARS_MAX},
};
use leptos::prelude::*;

use super::forms::{SaveBar, stay};
use crate::{
    device::{Device, device},
    locale::{text, words},
    ui::{Choice, Field, Segmented, Select, TextArea},
};

/// The fields of a triage, as typed.
#[derive(Clone, Copy)]
pub struct TriageFields {
    pub category: RwSignal<String>,
    pub priority: RwSignal<String>,
    pub method: RwSignal<String>,
    pub impact: RwSignal<String>,
    pub team: RwSignal<String>,
    pub judgement: RwSignal<String>,
    pub suggestion: RwSignal<String>,
}

impl TriageFields {
    /// Empty fields; the priority follows from how urgent the customer says it is.
    pub fn new(urgency: Urgency) -> Self {
        let field = |value: String| RwSignal::new(value);
        Self {
            category: field(words::code(&Category::Hardware)),
            priority: field(words::code(&suggested(urgency))),
            method: field(words::code(&Method::Onsite)),
            impact: field(String::new()),
            team: field(String::new()),
            judgement: field(String::new()),
            suggestion: field(String::new()),
        }
    }

    /// The fields of a triage made before.
    fn of(triage: &Triage) -> Self {
        Self {
            category: RwSignal::new(words::code(&triage.category)),
            priority: RwSignal::new(words::code(&triage.priority)),
            method: RwSignal::new(words::code(&triage.method)),
            impact: RwSignal::new(triage.impact.clone()),
            team: RwSignal::new(triage.team.map(|team| team.to_string()).unwrap_or_default()),
            judgement: RwSignal::new(triage.judgement.clone()),
            suggestion: RwSignal::new(triage.suggestion.clone()),
        }
    }

    /// What the fields say (tracked).
    pub fn triage(self, device: Device) -> Option<Triage> {
        Some(Triage {
            category: words::from_code(&self.category.get())?,
            priority: words::from_code(&self.priority.get())?,
            method: words::from_code(&self.method.get())?,
            impact: self.impact.get(),
            team: self.team.get().parse().ok(),
            judgement: self.judgement.get(),
            suggestion: self.suggestion.get(),
            by: device.me().id,
            at: device.now(),
        })
    }
}

/// What the customer's words about urgency make of the priority, until somebody knows better.
pub fn suggested(urgency: Urgency) -> Priority {
    match urgency {
        Urgency::Critical => Priority::P1,
        Urgency::Urgent => Priority::P2,
        Urgency::Normal => Priority::P3,
    }
}

/// The inputs, for the dialog and for the intake.
#[component]
pub fn TriageInputs(fields: TriageFields) -> impl IntoView {
    let device = device();
    let categories = Signal::derive(|| {
        let choice = |c: &Category| Choice::new(words::code(c), text().words.category(*c));
        words::ALL_CATEGORIES.iter().map(choice).collect::<Vec<_>>()
    });
    let priorities = Signal::derive(|| {
        let choice = |p: &Priority| Choice::new(words::code(p), text().words.priority(*p));
        words::ALL_PRIORITIES.iter().map(choice).collect::<Vec<_>>()
    });
    let methods = Signal::derive(|| {
        let choice = |m: &Method| Choice::new(words::code(m), text().words.method(*m));
        words::ALL_METHODS.iter().map(choice).collect::<Vec<_>>()
    });
    let teams = Signal::derive(move || {
        let teams = device.all::<Team>();
        let choice = |team: Team| Choice::new(team.id.to_string(), team.name);
        teams.into_iter().map(choice).collect::<Vec<_>>()
    });
    let promise = move || {
        let Some(priority) = words::from_code::<Priority>(&fields.priority.get()) else {
            return String::new();
        };
        let (response, solution) = priority.promised_minutes();
        (text().desk.promise_hint)(response / 60, solution / 60)
    };
    view! {
        <div class="form__row">
            <Select label=move || text().desk.category value=fields.category options=categories required=true id="category"/>
            <Select label=move || text().desk.method value=fields.method options=methods required=true id="method"/>
        </div>
        <Segmented label=move || text().desk.priority value=fields.priority options=priorities hint=promise id="priority"/>
        <div class="form__row">
            <Select
                label=move || text().desk.team
                value=fields.team
                options=teams
                empty=move || text().desk.no_team
                id="team"
            />
            <Field label=move || text().desk.impact value=fields.impact placeholder=move || text().desk.impact_hint max_length=LINE_CHARS_MAX id="impact"/>
        </div>
        <TextArea label=move || text().desk.judgement value=fields.judgement rows=2 hint=move || text().desk.judgement_hint id="judgement" max_length=TEXT_CHARS_MAX/>
        <TextArea label=move || text().desk.suggestion value=fields.suggestion rows=2 id="suggestion" max_length=TEXT_CHARS_MAX/>
    }
}

/// The dialog.
#[component]
pub fn TriageForm(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let ticket = untrack(|| device.find(id));
    let fields = match ticket.as_ref().and_then(|ticket| ticket.triage.as_ref()) {
        Some(triage) => TriageFields::of(triage),
        None => TriageFields::new(ticket.map_or(Urgency::Normal, |ticket| ticket.urgency)),
    };
    let command = move |()| {
        let triage = Box::new(fields.triage(device)?);
        Some(Command::Ticket(id, OfTicket::Triage { triage }))
    };
    view! {
        <form class="form" on:submit=stay>
            <TriageInputs fields/>
            <SaveBar save=move || text().desk.save_triage name="save-triage" open command/>
        </form>
    }
}
