//! The intake: one page for a call, caller first, with what is known about them beside it.
//!
//! What is typed is kept as a draft at once, so that a closed tab loses no call.

use domain::{
    Command, Id, Refusal,
    customer::Customer,
    json,
    machine::Machine,
    ticket::{Channel, Command as OfTicket, Contact, Intake, Nameplate, Request, Ticket, Urgency},
    values::{self, LINE_CHARS_MAX, TEXT_CHARS_MAX},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::spawn_local;

use super::{
    edit::{ContactFields, ContactInputs, MachineFields, MachineInputs},
    forms::stay,
    keys,
    known::{Clue, KnownColumn, Taken},
    looks,
    triage::{TriageFields, TriageInputs, suggested},
};
use crate::{
    device::{Device, FormOpen, device},
    locale::{self, text, title, words},
    pages::shell::DeskShell,
    route::{self, Route},
    ui::{
        Button, ButtonKind, Card, CheckRow, Choice, DateTime, Field, Icon, Segmented, Select,
        SyncState, Tag, TextArea, Tone,
    },
};

/// Below this width, in text sizes, nothing stands beside the form.
const SPLIT_REM: f64 = 63.9;
/// The name the draft is kept under.
const DRAFT: &str = "register";

/// The intake as it is kept while it is being typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Draft {
    contact: Contact,
    machine: Nameplate,
    title: String,
    description: String,
    request: String,
    channel: String,
    urgency: String,
    received_at: String,
    expected_by: String,
    submitter: String,
    transferred_by: String,
    triage_now: bool,
    category: String,
    priority: String,
    method: String,
    impact: String,
    team: String,
    judgement: String,
    suggestion: String,
}

impl Default for Draft {
    fn default() -> Self {
        let triage = TriageFields::new(Urgency::Normal);
        Self {
            contact: Contact::default(),
            machine: Nameplate::default(),
            title: String::new(),
            description: String::new(),
            request: words::code(&Request::Repair),
            channel: words::code(&Channel::Phone400),
            urgency: words::code(&Urgency::Normal),
            received_at: String::new(),
            expected_by: String::new(),
            submitter: String::new(),
            transferred_by: String::new(),
            triage_now: false,
            category: triage.category.get_untracked(),
            priority: triage.priority.get_untracked(),
            method: triage.method.get_untracked(),
            impact: String::new(),
            team: String::new(),
            judgement: String::new(),
            suggestion: String::new(),
        }
    }
}

/// The fields of the page, as typed.
#[derive(Clone, Copy)]
struct Form {
    customer: RwSignal<Option<Id<Customer>>>,
    machine_id: RwSignal<Option<Id<Machine>>>,
    contact: ContactFields,
    machine: MachineFields,
    title: RwSignal<String>,
    description: RwSignal<String>,
    request: RwSignal<String>,
    channel: RwSignal<String>,
    urgency: RwSignal<String>,
    received_at: RwSignal<String>,
    expected_by: RwSignal<String>,
    submitter: RwSignal<String>,
    transferred_by: RwSignal<String>,
    triage_now: RwSignal<bool>,
    triage: TriageFields,
}

impl Form {
    fn new(device: Device) -> Self {
        let form = Self {
            customer: RwSignal::new(None),
            machine_id: RwSignal::new(None),
            contact: ContactFields::of(&Contact::default()),
            machine: MachineFields::of(&Nameplate::default()),
            title: RwSignal::default(),
            description: RwSignal::default(),
            request: RwSignal::default(),
            channel: RwSignal::default(),
            urgency: RwSignal::default(),
            received_at: RwSignal::default(),
            expected_by: RwSignal::default(),
            submitter: RwSignal::default(),
            transferred_by: RwSignal::default(),
            triage_now: RwSignal::new(false),
            triage: TriageFields::new(Urgency::Normal),
        };
        form.fill(Draft::default(), device);
        form
    }

    /// Shows a draft. A call that was not dated is received now.
    fn fill(self, draft: Draft, device: Device) {
        self.customer.set(draft.contact.customer);
        self.machine_id.set(draft.machine.machine);
        self.contact.set(&draft.contact);
        self.machine.set(&draft.machine);
        self.title.set(draft.title);
        self.description.set(draft.description);
        self.request.set(draft.request);
        self.channel.set(draft.channel);
        self.urgency.set(draft.urgency);
        self.received_at.set(if draft.received_at.is_empty() {
            locale::input_time(device.now())
        } else {
            draft.received_at
        });
        self.expected_by.set(draft.expected_by);
        self.submitter.set(draft.submitter);
        self.transferred_by.set(draft.transferred_by);
        self.triage_now.set(draft.triage_now);
        self.triage.category.set(draft.category);
        self.triage.priority.set(draft.priority);
        self.triage.method.set(draft.method);
        self.triage.impact.set(draft.impact);
        self.triage.team.set(draft.team);
        self.triage.judgement.set(draft.judgement);
        self.triage.suggestion.set(draft.suggestion);
    }

    /// What is typed (tracked).
    fn draft(self) -> Draft {
        Draft {
            contact: self.contact.contact(self.customer.get()),
            machine: self.machine.nameplate(self.machine_id.get()),
            title: self.title.get(),
            description: self.description.get(),
            request: self.request.get(),
            channel: self.channel.get(),
            urgency: self.urgency.get(),
            received_at: self.received_at.get(),
            expected_by: self.expected_by.get(),
            submitter: self.submitter.get(),
            transferred_by: self.transferred_by.get(),
            triage_now: self.triage_now.get(),
            category: self.triage.category.get(),
            priority: self.triage.priority.get(),
            method: self.triage.method.get(),
            impact: self.triage.impact.get(),
            team: self.triage.team.get(),
            judgement: self.triage.judgement.get(),
            suggestion: self.triage.suggestion.get(),
        }
    }

    /// Whether somebody typed something worth keeping (tracked).
    fn is_touched(self) -> bool {
        let texts = [
            self.contact.phone,
            self.contact.name,
            self.machine.model,
            self.machine.serial,
            self.description,
            self.title,
        ];
        texts.iter().any(|text| text.with(|text| !text.trim().is_empty()))
    }

    /// Whether the page is left.
    fn is_gone(self) -> bool {
        self.title.is_disposed()
    }

    /// The title people would give it: who, which machine, what is wrong.
    fn suggested_title(self) -> String {
        let symptom: String = self.description.with(|text| {
            let first = text.split(['。', '，', '；', ',', '.', ';', '\n']).next();
            title::beginning(first.unwrap_or_default().trim(), 24).to_owned()
        });
        if symptom.is_empty() {
            return String::new();
        }
        let name = self.contact.name.get();
        let salutation = match words::from_code(&self.contact.salutation.get()) {
            None | Some(domain::customer::Salutation::None) => "",
            Some(known) => text().words.salutation(known),
        };
        let who = format!("{}{salutation}", name.trim());
        let parts = [who, self.machine.model.get().trim().to_owned(), symptom];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The intake as it would be saved (tracked).
    fn intake(self, device: Device) -> Intake {
        let line = |field: RwSignal<String>| field.with(|text| text.trim().to_owned());
        let title = line(self.title);
        Intake {
            provisional: None,
            title: if title.is_empty() { self.suggested_title() } else { title },
            description: line(self.description),
            request: words::from_code(&self.request.get()).unwrap_or(Request::Repair),
            channel: words::from_code(&self.channel.get()).unwrap_or(Channel::Phone400),
            urgency: words::from_code(&self.urgency.get()).unwrap_or(Urgency::Normal),
            received_at: locale::parse_input_time(&self.received_at.get())
                .unwrap_or_else(|| device.now()),
            submitter: line(self.submitter),
            transferred_by: line(self.transferred_by),
            expected_by: locale::parse_input_time(&self.expected_by.get()),
            contact: self.contact.contact(self.customer.get()),
            machine: self.machine.nameplate(self.machine_id.get()),
        }
    }

    /// What the press does (tracked): the intake, and the triage with it if that is made at once.
    fn commands(self, device: Device, id: Id<Ticket>, intake: Intake) -> Vec<Command> {
        let triage = self.triage_now.get().then(|| self.triage.triage(device)).flatten();
        let register = OfTicket::Register { intake: Box::new(intake) };
        let triage = triage.map(|triage| OfTicket::Triage { triage: Box::new(triage) });
        let both = [Some(register), triage].into_iter().flatten();
        both.map(|command| Command::Ticket(id, command)).collect()
    }

    /// What is said and what is still to be asked, for the hints (GD-01).
    fn asked(self) -> Vec<(&'static str, bool)> {
        let desk = &text().desk;
        let said = |field: RwSignal<String>| field.with(|text| !text.trim().is_empty());
        let warranty = self.machine.warranty.get();
        vec![
            (desk.phone, self.contact.phone.with(|phone| values::dialable(phone))),
            (desk.name, said(self.contact.name)),
            (desk.model, said(self.machine.model)),
            (desk.description, said(self.description)),
            (desk.warranty, warranty != words::code(&domain::machine::Warranty::Unknown)),
            (desk.purchased_on, said(self.machine.purchased_on)),
            (desk.serial, said(self.machine.serial)),
            (desk.address, said(self.contact.address)),
            (desk.expected_by, said(self.expected_by)),
        ]
    }
}

/// The intake of one call.
#[component]
pub fn Register() -> impl IntoView {
    let device = device();
    let form = Form::new(device);
    let held = StoredValue::new(None::<FormOpen>);
    Effect::new(move |_| {
        // An update waits as long as a call is being typed, and no longer.
        let touched = form.is_touched();
        held.update_value(|held| *held = touched.then(|| device.keep_form_open()));
    });
    // Nothing is kept before the draft of an interrupted call had a chance to show.
    let loaded = RwSignal::new(false);
    let done = StoredValue::new(false);
    spawn_local(async move {
        let kept = device.draft(DRAFT).await;
        // The page may be gone by the time storage answers; then there is nothing to fill.
        if form.is_gone() {
            return;
        }
        let draft = kept.and_then(|json| json::read::<Draft>(&json).ok());
        if let Some(draft) = draft.filter(|_| !untrack(move || form.is_touched())) {
            form.fill(draft, device);
        }
        loaded.set(true);
        // After the page's title had its turn, which takes the focus in the frame after its arrival.
        request_animation_frame(|| request_animation_frame(begin));
    });
    Effect::new(move |_| {
        let draft = form.draft();
        if loaded.get() && form.is_touched() && !done.get_value() {
            // A draft of texts always becomes JSON; if not, the person still has the page.
            if let Ok(json) = serde_json::to_string(&draft) {
                device.save_draft(DRAFT, json);
            }
        }
    });
    // Until somebody chooses a priority, it follows what the customer says.
    let follow_urgency = move |urgency: String| {
        if let Some(urgency) = words::from_code(&urgency) {
            form.triage.priority.set(words::code(&suggested(urgency)));
        }
    };
    let clue = Memo::new(move |_| {
        form.contact.phone.with(|phone| {
            form.contact
                .name
                .with(|name| form.machine.serial.with(|serial| Clue::new(phone, name, serial)))
        })
    });
    let take_contact = move |contact: Contact| {
        form.customer.set(contact.customer);
        form.contact.set(&contact);
    };
    let take_machine = move |machine: Nameplate| {
        form.machine_id.set(machine.machine);
        form.machine.set(&machine);
    };
    let take = Callback::new(move |taken: Taken| match taken {
        Taken::Caller(contact) => take_contact(contact),
        Taken::Unit(machine) => take_machine(machine),
        Taken::Both(contact, machine) => {
            take_contact(contact);
            take_machine(machine);
        }
    });
    let about_a_machine = Signal::derive(move || {
        let request: Option<Request> = form.request.with(|word| words::from_code(word));
        request.is_none_or(Request::is_about_a_machine)
    });
    let narrow = looks::narrower_than(SPLIT_REM);
    let known = move || view! { <KnownColumn clue picked=form.customer.into() on_take=take/> };
    view! {
        <DeskShell title=move || text().desk.register>
            <div class="split">
                <form class="form split__main" on:submit=stay>
                    <Card title=move || text().desk.caller>
                        {linked_customer(form)}
                        <ContactInputs fields=form.contact/>
                    </Card>
                    // Where there is no room beside the form, what is known stands under the caller.
                    <Show when=move || narrow.get()>{known}</Show>
                    <Card title=move || text().desk.machine>
                        <MachineInputs fields=form.machine required=about_a_machine/>
                    </Card>
                    <Card title=move || text().desk.problem>{problem(form, follow_urgency)}</Card>
                    <Card title=move || text().desk.origin>{origin(form)}</Card>
                    <Card title=move || text().desk.triage>
                        <CheckRow
                            label=move || text().desk.triage_now
                            hint=move || text().desk.triage_now_hint
                            checked=form.triage_now
                            id="triage-now"
                        />
                        <Show when=move || form.triage_now.get()>
                            <TriageInputs fields=form.triage/>
                        </Show>
                    </Card>
                    {bar(form, done)}
                </form>
                <aside class="split__side">
                    {completeness(form)}
                    <Show when=move || !narrow.get()>{known}</Show>
                </aside>
            </div>
        </DeskShell>
    }
}

/// Says which customer file the ticket will hang on, and lets go of it.
fn linked_customer(form: Form) -> impl IntoView {
    let device = device();
    let linked = Memo::new(move |_| device.find(form.customer.get()?));
    move || {
        let customer = linked.get()?;
        let label = match &customer.number {
            Some(number) => format!("{} · {number}", customer.name),
            None => customer.name.clone(),
        };
        Some(view! {
            <p class="row">
                <Tag text=text().desk.linked tone=Tone::Success icon=Some(Icon::Customer)/>
                <span>{label}</span>
                <Button
                    text=move || text().desk.unlink
                    kind=ButtonKind::Quiet
                    name="unlink-customer"
                    on_press=move || form.customer.set(None)
                />
            </p>
        })
    }
}

fn problem(form: Form, on_urgency: impl Fn(String) + Send + Sync + 'static) -> impl IntoView {
    let requests = Signal::derive(|| {
        let choice = |r: &Request| Choice::new(words::code(r), text().words.request(*r));
        words::ALL_REQUESTS.iter().map(choice).collect::<Vec<_>>()
    });
    let urgencies = Signal::derive(|| {
        let choice = |u: &Urgency| Choice::new(words::code(u), text().words.urgency(*u));
        words::ALL_URGENCIES.iter().map(choice).collect::<Vec<_>>()
    });
    view! {
        <TextArea
            label=move || text().desk.description
            value=form.description
            hint=move || text().desk.description_hint
            required=true
            rows=4
            max_length=TEXT_CHARS_MAX
            id="description"
        />
        <Field
            label=move || text().desk.title
            value=form.title
            placeholder=Signal::derive(move || form.suggested_title())
            hint=move || text().desk.title_hint
            max_length=LINE_CHARS_MAX
            id="title"
        />
        <div class="form__row">
            <Select label=move || text().desk.request value=form.request options=requests required=true id="request"/>
            <Segmented
                label=move || text().desk.urgency
                value=form.urgency
                options=urgencies
                on_pick=on_urgency
                id="urgency"
            />
        </div>
        <DateTime label=move || text().desk.expected_by value=form.expected_by id="expected-by"/>
    }
}

fn origin(form: Form) -> impl IntoView {
    let channels = Signal::derive(|| {
        let choice = |c: &Channel| Choice::new(words::code(c), text().words.channel(*c));
        words::ALL_CHANNELS.iter().map(choice).collect::<Vec<_>>()
    });
    view! {
        <div class="form__row">
            <Select label=move || text().desk.channel value=form.channel options=channels required=true id="channel"/>
            <DateTime label=move || text().desk.received_at value=form.received_at id="received-at"/>
        </div>
        <div class="form__row">
            <Field
                label=move || text().desk.submitter
                value=form.submitter
                hint=move || text().desk.submitter_hint
                max_length=LINE_CHARS_MAX
                id="submitter"
            />
            <Field
                label=move || text().desk.transferred_by
                value=form.transferred_by
                hint=move || text().desk.transferred_hint
                max_length=LINE_CHARS_MAX
                id="transferred-by"
            />
        </div>
    }
}

/// What the agent still has to ask.
fn completeness(form: Form) -> impl IntoView {
    let asked = Memo::new(move |_| form.asked());
    let tags = move || {
        asked
            .get()
            .into_iter()
            .map(|(word, said)| {
                let (tone, icon) =
                    if said { (Tone::Success, Icon::Check) } else { (Tone::Neutral, Icon::Minus) };
                view! { <Tag text=word tone icon=Some(icon)/> }
            })
            .collect_view()
    };
    let count = move || {
        asked.with(|asked| {
            let said = asked.iter().filter(|(_, said)| *said).count();
            (text().desk.completeness)(said, asked.len())
        })
    };
    view! {
        <Card title=count>
            <div class="row">{tags}</div>
        </Card>
    }
}

fn bar(form: Form, done: StoredValue<bool>) -> impl IntoView {
    let device = device();
    let id = device.new_id::<Ticket>();
    let commands = move || form.commands(device, id, form.intake(device));
    let why_not = device.why_not_all(commands);
    // Leads to the field the refusal is about.
    let blocked = move || {
        keys::focus(match device.would_all(untrack(commands)) {
            Err(Refusal::PhoneMissing) => "#contact-phone",
            Err(Refusal::ModelMissing) => "#machine-model",
            Err(Refusal::DateMalformed) => "#machine-purchased",
            Err(Refusal::DescriptionMissing) => "#description",
            Err(Refusal::TitleMissing) => "#title",
            _ => "#contact-name",
        });
    };
    let discard = move || {
        device.drop_draft(DRAFT);
        form.fill(Draft::default(), device);
        keys::focus("#contact-phone");
    };
    view! {
        <div class="form__bar">
            <Button
                text=move || text().desk.discard
                kind=ButtonKind::Quiet
                name="discard-draft"
                on_press=discard
            />
            <Button
                text=move || text().desk.save_register
                kind=ButtonKind::Primary
                icon=Icon::Check
                large=true
                why_not
                on_blocked=blocked
                name="save-register"
                on_press=move || save(id, form, done)
            />
        </div>
        <p class="faint">
            {move || {
                device
                    .draft_saved_at()
                    .map(|at| (text().desk.draft_saved)(&locale::time(at)))
            }}
        </p>
    }
}

/// Lays the focus on the first field, unless somebody is in another already.
fn begin() {
    let active = document().active_element();
    if active.is_none_or(|it| it.matches("body, h1").unwrap_or_default()) {
        keys::focus("#contact-phone");
    }
}

/// Saves the ticket, then shows it.
fn save(id: Id<Ticket>, form: Form, done: StoredValue<bool>) {
    let device = device();
    let (commands, numbers) = untrack(move || {
        let mut intake = linked(form.intake(device), device);
        // Without a network the customer still hears a number; otherwise the server gives it in a moment.
        let alone = matches!(device.sync_state(), SyncState::Offline | SyncState::Failed);
        intake.provisional = alone.then(|| device.provisional_number());
        (form.commands(device, id, intake), u32::from(alone))
    });
    device.press_of(commands, numbers, Some(DRAFT), move || {
        done.set_value(true);
        route::go(Route::DeskTicket(id));
    });
}

/// Hangs the intake on the customer and machine that are known, or on files that are made with it.
fn linked(mut intake: Intake, device: Device) -> Intake {
    let contact = &mut intake.contact;
    if contact.customer.is_none() {
        let same =
            |customer: &Customer| customer.name == contact.name && customer.phone == contact.phone;
        let known = device.all::<Customer>().into_iter().find(same).map(|customer| customer.id);
        contact.customer = Some(known.unwrap_or_else(|| device.new_id()));
    }
    let plate = &mut intake.machine;
    if plate.machine.is_none() && !plate.serial.is_empty() {
        let same = |machine: &Machine| machine.serial == plate.serial;
        let known = device.all::<Machine>().into_iter().find(same).map(|machine| machine.id);
        plate.machine = Some(known.unwrap_or_else(|| device.new_id()));
    }
    intake
}
