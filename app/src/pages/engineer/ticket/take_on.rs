//! Taking on a ticket of one's own: what is decided about it, and then it is one's job.

use domain::{
    Command, Id,
    ticket::{self, Category, Method, Priority, Ticket, Triage},
    visit::Visit,
};
use leptos::prelude::*;

use crate::{
    device::{Device, device},
    locale::{text, words},
    pages::engineer::{choices, draft::Draft},
    ui::{Button, ButtonKind, Drawer, Segmented, Select, Tone, toast},
};

/// What must be decided before anybody works on a ticket (GD-02).
#[derive(Clone, Copy)]
pub struct TriageFields {
    pub category: RwSignal<String>,
    pub priority: RwSignal<String>,
    pub method: RwSignal<String>,
}

impl TriageFields {
    pub(in crate::pages::engineer) fn new() -> TriageFields {
        TriageFields {
            category: RwSignal::new(words::code(&Category::Hardware)),
            priority: RwSignal::new(words::code(&Priority::P2)),
            method: RwSignal::new(words::code(&Method::Onsite)),
        }
    }

    /// What taking the ticket on does (tracked): the decision, and the job.
    pub fn commands(self, device: Device, id: Id<Ticket>, visit: Id<Visit>) -> [Command; 2] {
        let triage = Triage {
            category: words::from_code(&self.category.get()).unwrap_or(Category::Other),
            priority: words::from_code(&self.priority.get()).unwrap_or(Priority::P2),
            method: words::from_code(&self.method.get()).unwrap_or(Method::Onsite),
            impact: String::new(),
            team: None,
            judgement: String::new(),
            suggestion: String::new(),
            by: device.me().id,
            at: device.now(),
        };
        let triage = ticket::Command::Triage { triage: Box::new(triage) };
        [triage, ticket::Command::TakeOn { visit }].map(|command| Command::Ticket(id, command))
    }
}

/// The three decisions as fields.
#[component]
pub fn TriageInputs(fields: TriageFields) -> impl IntoView {
    view! {
        <Select
            label=move || text().engineer.fresh.category
            value=fields.category
            options=move || choices(words::ALL_CATEGORIES, |one| text().words.category(one))
        />
        <Segmented
            label=move || text().engineer.fresh.priority
            value=fields.priority
            options=move || choices(words::ALL_PRIORITIES, |one| text().words.priority(one))
        />
        <Select
            label=move || text().engineer.fresh.method
            value=fields.method
            options=move || choices(words::ALL_METHODS, |one| text().words.method(one))
        />
    }
}

/// Decides about one's own new ticket and takes it on.
#[component]
pub fn TakeOnForm(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Drawer
            open
            title=move || text().engineer.ticket.take_on
            close=move || text().engineer.say.close
        >
            {move || untrack(|| form(id, open))}
        </Drawer>
    }
}

fn form(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let fields = TriageFields::new();
    let draft = Draft::new(
        format!("take-on:{id}"),
        vec![
            ("category", fields.category.into()),
            ("priority", fields.priority.into()),
            ("method", fields.method.into()),
        ],
    );
    let visit = device.new_id();
    let commands = move || fields.commands(device, id, visit).to_vec();
    let why_not = device.why_not_all(commands);
    let send = move || {
        let then = move || {
            draft.settle();
            let _gone = open.try_set(false);
            toast(Tone::Success, text().engineer.say.taken_on);
        };
        draft.send_all(untrack(commands), 0, Box::new(then));
    };
    view! {
        <div class="form">
            <p class="note">{move || text().engineer.say.take_on_hint}</p>
            <TriageInputs fields/>
            <div class="dialog__bar">
                <Button text=move || text().engineer.say.cancel on_press=move || open.set(false)/>
                <Button
                    text=move || text().engineer.ticket.take_on
                    kind=ButtonKind::Primary
                    name="save-take-on"
                    why_not
                    busy=draft.busy()
                    on_press=send
                />
            </div>
        </div>
    }
}
