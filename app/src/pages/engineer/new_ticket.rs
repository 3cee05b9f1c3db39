//! A new ticket from the field: a neighbour's machine, a call on the road. The number is provisional.
//!
//! Buttons by name: `new-ticket` registers; `open-new` goes to the ticket, `another` starts the next.

use domain::{
    Command, Id, Refusal,
    customer::Salutation,
    machine::Warranty,
    model::Model,
    ticket::{self, Channel, Contact, Intake, Nameplate, Request, Ticket, Urgency},
    values::{LINE_CHARS_MAX, PHONE_CHARS_MAX, TEXT_CHARS_MAX},
};
use leptos::prelude::*;

use super::{
    card::join,
    choices,
    draft::Draft,
    scan::ScanButton,
    ticket::take_on::{TriageFields, TriageInputs},
};
use crate::{
    device::{Device, device},
    locale::{moment, text, title, words},
    pages::shell::PhoneShell,
    route::{self, Route},
    ui::{
        Button, ButtonKind, ButtonLink, Card, Cell, CellGroup, CheckRow, Chip, CopyText, Field,
        FieldKind, Icon, Segmented, Select, TextArea, lead_to,
    },
};

#[derive(Clone, Copy)]
pub struct Fields {
    name: RwSignal<String>,
    salutation: RwSignal<String>,
    phone: RwSignal<String>,
    company: RwSignal<String>,
    address: RwSignal<String>,
    access_note: RwSignal<String>,
    model: RwSignal<String>,
    serial: RwSignal<String>,
    warranty: RwSignal<String>,
    description: RwSignal<String>,
    title: RwSignal<String>,
    request: RwSignal<String>,
    urgency: RwSignal<String>,
    take_on: RwSignal<bool>,
    triage: TriageFields,
}

/// The longest title made of a description, in Chinese characters.
const TITLE_CHARS_MAX: usize = 40;

impl Fields {
    /// Empty, or with the door and the building of a neighbour.
    fn new(neighbour: Option<&Contact>) -> Fields {
        let text = |text: &str| RwSignal::new(text.to_owned());
        let of = |pick: fn(&Contact) -> &str| text(neighbour.map(pick).unwrap_or_default());
        Fields {
            name: text(""),
            salutation: text(&words::code(&Salutation::None)),
            phone: text(""),
            company: of(|contact| &contact.company),
            address: of(|contact| &contact.address),
            access_note: of(|contact| &contact.access_note),
            model: text(""),
            serial: text(""),
            warranty: text(&words::code(&Warranty::Unknown)),
            description: text(""),
            title: text(""),
            request: text(&words::code(&Request::Repair)),
            urgency: text(&words::code(&Urgency::Normal)),
            take_on: RwSignal::new(false),
            triage: TriageFields::new(),
        }
    }

    fn draft(self, neighbour: Option<Id<Ticket>>) -> Draft {
        // What was begun for one neighbour does not turn up at the next one's door.
        let form = match neighbour {
            Some(id) => format!("new-ticket:{id}"),
            None => "new-ticket".to_owned(),
        };
        Draft::new(
            form,
            vec![
                ("name", self.name.into()),
                ("salutation", self.salutation.into()),
                ("phone", self.phone.into()),
                ("company", self.company.into()),
                ("address", self.address.into()),
                ("access_note", self.access_note.into()),
                ("model", self.model.into()),
                ("serial", self.serial.into()),
                ("warranty", self.warranty.into()),
                ("description", self.description.into()),
                ("title", self.title.into()),
                ("request", self.request.into()),
                ("urgency", self.urgency.into()),
                ("take_on", self.take_on.into()),
                ("category", self.triage.category.into()),
                ("priority", self.triage.priority.into()),
                ("method", self.triage.method.into()),
            ],
        )
    }

    /// The title as given, else the beginning of the description.
    fn spoken_title(self) -> String {
        let title = self.title.get().trim().to_owned();
        if !title.is_empty() {
            return title;
        }
        let description = self.description.get();
        let first = description.trim().lines().next().unwrap_or_default();
        title::beginning(first, TITLE_CHARS_MAX).to_owned()
    }

    /// What the press does (tracked): the ticket, and with it the engineer's own decision to take it on.
    fn commands(self, device: Device, ids: Ids) -> Vec<Command> {
        let mut commands = vec![self.register(device, ids)];
        if self.take_on.get() {
            commands.extend(self.triage.commands(device, ids.ticket, ids.visit));
        }
        commands
    }

    fn register(self, device: Device, ids: Ids) -> Command {
        let intake = Intake {
            provisional: Some(device.provisional_number()),
            title: self.spoken_title(),
            description: self.description.get(),
            request: words::from_code(&self.request.get()).unwrap_or(Request::Repair),
            channel: Channel::Staff,
            urgency: words::from_code(&self.urgency.get()).unwrap_or(Urgency::Normal),
            received_at: device.now(),
            submitter: String::new(),
            transferred_by: String::new(),
            expected_by: None,
            contact: Contact {
                customer: Some(ids.customer),
                name: self.name.get(),
                company: self.company.get(),
                salutation: words::from_code(&self.salutation.get()).unwrap_or(Salutation::None),
                phone: self.phone.get(),
                address: self.address.get(),
                access_note: self.access_note.get(),
            },
            machine: Nameplate {
                machine: Some(ids.machine),
                model: self.model.get(),
                serial: self.serial.get(),
                purchased_on: String::new(),
                warranty: words::from_code(&self.warranty.get()).unwrap_or(Warranty::Unknown),
                place: String::new(),
            },
        };
        let intake = Box::new(intake);
        Command::Ticket(ids.ticket, ticket::Command::Register { intake })
    }
}

/// What the new ticket brings into the world.
#[derive(Clone, Copy)]
pub struct Ids {
    ticket: Id<Ticket>,
    customer: Id<domain::customer::Customer>,
    machine: Id<domain::machine::Machine>,
    visit: Id<domain::visit::Visit>,
}

impl Ids {
    fn new(device: Device) -> Ids {
        Ids {
            ticket: device.new_id(),
            customer: device.new_id(),
            machine: device.new_id(),
            visit: device.new_id(),
        }
    }
}

/// The page of a new ticket; after registering, its number in large type.
#[component]
pub fn NewTicket() -> impl IntoView {
    let made = RwSignal::new(None::<(Id<Ticket>, String)>);
    view! {
        <PhoneShell title=move || text().engineer.fresh.title tab=Route::NewTicket>
            {move || match made.get() {
                Some((id, number)) => view! { <Made id number made/> }.into_any(),
                None => view! { <Form made/> }.into_any(),
            }}
        </PhoneShell>
    }
}

/// The number to write on the machine or tell the customer.
#[component]
fn Made(
    id: Id<Ticket>,
    number: String,
    made: RwSignal<Option<(Id<Ticket>, String)>>,
) -> impl IntoView {
    let device = device();
    // As soon as the server is heard, its number is the one to tell.
    let ticket = Memo::new(move |_| device.find::<Ticket>(id));
    let final_number = move || ticket.with(|ticket| ticket.as_ref()?.number.clone());
    let own = Memo::new(move |_| {
        ticket.with(|ticket| ticket.as_ref().is_some_and(|ticket| !ticket.visits.is_empty()))
    });
    let another = move || {
        route::replace(Route::NewTicket);
        made.set(None);
    };
    view! {
        <section class="done" data-tone="success">
            {Icon::CheckCircle.large()}
            <h2 class="done__title">{move || text().engineer.fresh.saved}</h2>
            <p class="display num" data-name="provisional">
                <CopyText
                    text=number
                    label=move || text().engineer.ticket.copy
                    done=move || text().engineer.ticket.copied
                />
            </p>
            <p>
                {move || match final_number() {
                    Some(number) => (text().engineer.fresh.final_number)(number),
                    None => text().engineer.fresh.provisional_hint.to_owned(),
                }}
            </p>
            <Show when=move || own.get()>
                <p>{move || text().engineer.say.taken_on}</p>
            </Show>
            <div class="done__bar">
                <Button
                    text=move || text().engineer.fresh.another
                    name="another"
                    on_press=another
                />
                <ButtonLink
                    text=move || text().engineer.fresh.open
                    href=Route::Ticket(id).href()
                    kind=ButtonKind::Primary
                    name="open-new"
                />
            </div>
        </section>
    }
}

#[component]
fn Form(made: RwSignal<Option<(Id<Ticket>, String)>>) -> impl IntoView {
    let device = device();
    let neighbour = untrack(move || {
        let from: Id<Ticket> = route::query("from")?.parse().ok()?;
        device.find(from)
    });
    let fields = Fields::new(neighbour.as_ref().map(|ticket| &ticket.contact));
    let draft = fields.draft(neighbour.as_ref().map(|ticket| ticket.id));
    let ids = Ids::new(device);
    let commands = move || fields.commands(device, ids);
    let why_not = device.why_not_all(commands);
    let lead = move || {
        let place = match device.would_all(untrack(commands)) {
            Err(Refusal::NameMissing) => "new-name",
            Err(Refusal::PhoneMissing) => "new-phone",
            Err(Refusal::ModelMissing) => "new-model",
            _ => "new-description",
        };
        lead_to(place);
    };
    let finish = move |number: String| {
        draft.clear();
        let _gone = made.try_set(Some((ids.ticket, number)));
    };
    let send = move || {
        let number = untrack(move || device.provisional_number());
        draft.send_all(untrack(commands), 1, Box::new(move || finish(number)));
    };
    let from = neighbour.map(|ticket| ticket.contact.label());
    let about_a_machine = Signal::derive(move || {
        let request: Option<Request> = fields.request.with(|word| words::from_code(word));
        request.is_none_or(Request::is_about_a_machine)
    });
    view! {
        <form class="form" on:submit=move |event| event.prevent_default()>
            {from.map(|from| {
                view! { <p class="note">{move || (text().engineer.fresh.neighbour_of)(from.clone())}</p> }
            })}
            <Card title=move || text().engineer.fresh.number_title>
                <p class="display num" data-name="provisional">{move || device.provisional_number()}</p>
                <p class="muted">{move || text().engineer.fresh.number_hint}</p>
            </Card>
            <Card title=move || text().engineer.fresh.who>
                <Field
                    label=move || text().engineer.fresh.name
                    value=fields.name
                    required=true
                    max_length=LINE_CHARS_MAX
                    id="new-name"
                />
                <Segmented
                    label=move || text().engineer.fresh.salutation
                    value=fields.salutation
                    options=move || choices(words::ALL_SALUTATIONS, |one| text().words.salutation(one))
                />
                <Field
                    label=move || text().engineer.fresh.phone
                    value=fields.phone
                    kind=FieldKind::Tel
                    required=true
                    max_length=PHONE_CHARS_MAX
                    id="new-phone"
                />
                <Field
                    label=move || text().engineer.fresh.company
                    value=fields.company
                    max_length=LINE_CHARS_MAX
                    id="new-company"
                />
                <TextArea
                    label=move || text().engineer.fresh.address
                    value=fields.address
                    rows=2
                    max_length=LINE_CHARS_MAX
                    id="new-address"
                />
                <TextArea
                    label=move || text().engineer.fresh.access_note
                    value=fields.access_note
                    rows=2
                    max_length=LINE_CHARS_MAX
                    id="new-access"
                />
            </Card>
            <Card title=move || text().engineer.fresh.what>
                <Field
                    label=move || text().engineer.fresh.model
                    value=fields.model
                    required=about_a_machine
                    max_length=LINE_CHARS_MAX
                    id="new-model"
                />
                <ModelHints model=fields.model/>
                <div class="scan-field">
                    <Field
                        label=move || text().engineer.fresh.serial
                        value=fields.serial
                        max_length=LINE_CHARS_MAX
                        id="new-serial"
                    />
                    <ScanButton on_code=move |code: String| fields.serial.set(code)/>
                </div>
                <Duplicates fields ticket=ids.ticket/>
                <Segmented
                    label=move || text().engineer.ticket.warranty
                    value=fields.warranty
                    options=move || choices(words::ALL_WARRANTIES, |one| text().words.warranty(one))
                />
                <TextArea
                    label=move || text().engineer.fresh.description
                    value=fields.description
                    required=true
                    max_length=TEXT_CHARS_MAX
                    id="new-description"
                />
                <Field
                    label=move || text().engineer.fresh.short_title
                    hint=move || text().engineer.fresh.short_title_hint
                    value=fields.title
                    max_length=LINE_CHARS_MAX
                    id="new-title"
                />
                <Select
                    label=move || text().engineer.ticket.request
                    value=fields.request
                    options=move || choices(words::ALL_REQUESTS, |one| text().words.request(one))
                />
                <Segmented
                    label=move || text().engineer.fresh.urgency
                    value=fields.urgency
                    options=move || choices(words::ALL_URGENCIES, |one| text().words.urgency(one))
                />
            </Card>
            <Card>
                <CheckRow
                    label=move || text().engineer.fresh.take_on
                    hint=move || text().engineer.fresh.take_on_hint
                    checked=fields.take_on
                    id="new-take-on"
                />
                <Show when=move || fields.take_on.get()>
                    <TriageInputs fields=fields.triage/>
                </Show>
            </Card>
            <div class="form__bar">
                <Show when=move || draft.dirty()>
                    <Button
                        text=move || text().engineer.fresh.clear
                        kind=ButtonKind::Quiet
                        name="clear-form"
                        on_press=move || draft.clear()
                    />
                </Show>
                <Button
                    text=move || text().engineer.fresh.register
                    icon=Icon::Check
                    kind=ButtonKind::Primary
                    large=true
                    name="new-ticket"
                    why_not
                    busy=draft.busy()
                    on_blocked=lead
                    on_press=send
                />
            </div>
        </form>
    }
}

/// Models whose name begins like what is typed.
#[component]
fn ModelHints(model: RwSignal<String>) -> impl IntoView {
    const HINTS_MAX: usize = 5;
    let device = device();
    let hints = Memo::new(move |_| {
        let typed = model.get().trim().to_lowercase();
        let mut codes: Vec<String> =
            device.all::<Model>().into_iter().map(|model| model.code).collect();
        codes.retain(|code| {
            let code = code.to_lowercase();
            !typed.is_empty() && code != typed && code.contains(&typed)
        });
        codes.sort();
        codes.truncate(HINTS_MAX);
        codes
    });
    view! {
        <Show when=move || hints.with(|hints| !hints.is_empty())>
            <div class="chips" role="group" aria-label=move || text().engineer.fresh.model_hints>
                {move || {
                    hints
                        .get()
                        .into_iter()
                        .map(|code| {
                            let picked = code.clone();
                            view! {
                                <Chip
                                    text=code
                                    pressed=false
                                    on_press=move || model.set(picked.clone())
                                />
                            }
                        })
                        .collect_view()
                }}
            </div>
        </Show>
    }
}

/// Tickets on this phone that may be the same problem.
#[component]
fn Duplicates(fields: Fields, ticket: Id<Ticket>) -> impl IntoView {
    let device = device();
    let alike = Memo::new(move |_| {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let phone = digits(&fields.phone.get());
        let serial = fields.serial.get().trim().to_lowercase();
        let mut alike = device.all::<Ticket>();
        alike.retain(|other| {
            let same_phone = phone.len() >= 7 && digits(&other.contact.phone) == phone;
            let same_machine =
                !serial.is_empty() && other.machine.serial.trim().to_lowercase() == serial;
            other.id != ticket && (same_phone || same_machine)
        });
        alike.truncate(4);
        alike
    });
    view! {
        <Show when=move || alike.with(|alike| !alike.is_empty())>
            <CellGroup title=move || text().engineer.fresh.alike note=move || text().engineer.fresh.alike_note>
                {move || {
                    alike
                        .get()
                        .into_iter()
                        .map(|other| {
                            view! {
                                <Cell
                                    label=other.title.clone()
                                    hint=join([
                                        Some(other.spoken_number().to_owned()),
                                        Some(other.contact.label()),
                                        Some(moment(other.registered_at)),
                                    ])
                                    value=text().words.status(&other)
                                    href=Signal::stored(Route::Ticket(other.id).href())
                                    name="alike"
                                />
                            }
                        })
                        .collect_view()
                }}
            </CellGroup>
        </Show>
    }
}
