//! Corrections of the contact and the machine; what was shown goes along, so that nobody's change is lost.

use domain::{
    Command, Id,
    customer::Salutation,
    machine::Warranty,
    model::Model,
    ticket::{Command as OfTicket, Contact, Nameplate, Ticket},
    values::{LINE_CHARS_MAX, PHONE_CHARS_MAX},
};
use leptos::prelude::*;

use super::forms::{SaveBar, stay};
use crate::{
    device::device,
    locale::{text, words},
    ui::{Chip, Choice, DateTime, Field, FieldKind, Segmented, Select, TimeKind},
};

/// The contact's fields, as typed.
#[derive(Clone, Copy)]
pub struct ContactFields {
    pub name: RwSignal<String>,
    pub company: RwSignal<String>,
    pub salutation: RwSignal<String>,
    pub phone: RwSignal<String>,
    pub address: RwSignal<String>,
    pub access_note: RwSignal<String>,
}

impl ContactFields {
    pub fn of(contact: &Contact) -> Self {
        Self {
            name: RwSignal::new(contact.name.clone()),
            company: RwSignal::new(contact.company.clone()),
            salutation: RwSignal::new(words::code(&contact.salutation)),
            phone: RwSignal::new(contact.phone.clone()),
            address: RwSignal::new(contact.address.clone()),
            access_note: RwSignal::new(contact.access_note.clone()),
        }
    }

    /// Takes over what is known.
    pub fn set(self, contact: &Contact) {
        self.name.set(contact.name.clone());
        self.company.set(contact.company.clone());
        self.salutation.set(words::code(&contact.salutation));
        self.phone.set(contact.phone.clone());
        self.address.set(contact.address.clone());
        self.access_note.set(contact.access_note.clone());
    }

    /// What the fields say (tracked).
    pub fn contact(self, customer: Option<Id<domain::customer::Customer>>) -> Contact {
        let line = |field: RwSignal<String>| field.with(|text| text.trim().to_owned());
        Contact {
            customer,
            name: line(self.name),
            company: line(self.company),
            salutation: words::from_code(&self.salutation.get()).unwrap_or_default(),
            phone: line(self.phone),
            address: line(self.address),
            access_note: line(self.access_note),
        }
    }
}

/// The machine's fields, as typed.
#[derive(Clone, Copy)]
pub struct MachineFields {
    pub model: RwSignal<String>,
    pub serial: RwSignal<String>,
    pub purchased_on: RwSignal<String>,
    pub warranty: RwSignal<String>,
    pub place: RwSignal<String>,
}

impl MachineFields {
    pub fn of(machine: &Nameplate) -> Self {
        Self {
            model: RwSignal::new(machine.model.clone()),
            serial: RwSignal::new(machine.serial.clone()),
            purchased_on: RwSignal::new(machine.purchased_on.clone()),
            warranty: RwSignal::new(words::code(&machine.warranty)),
            place: RwSignal::new(machine.place.clone()),
        }
    }

    /// Takes over what is known.
    pub fn set(self, machine: &Nameplate) {
        self.model.set(machine.model.clone());
        self.serial.set(machine.serial.clone());
        self.purchased_on.set(machine.purchased_on.clone());
        self.warranty.set(words::code(&machine.warranty));
        self.place.set(machine.place.clone());
    }

    /// What the fields say (tracked).
    pub fn nameplate(self, machine: Option<Id<domain::machine::Machine>>) -> Nameplate {
        let line = |field: RwSignal<String>| field.with(|text| text.trim().to_owned());
        Nameplate {
            machine,
            model: line(self.model),
            serial: line(self.serial),
            purchased_on: line(self.purchased_on),
            warranty: words::from_code(&self.warranty.get()).unwrap_or_default(),
            place: line(self.place),
        }
    }
}

/// Who can be called, and where to go. The telephone comes first: it is what finds the earlier tickets.
#[component]
pub fn ContactInputs(fields: ContactFields) -> impl IntoView {
    let salutations = Signal::derive(|| {
        let choice = |s: &Salutation| Choice::new(words::code(s), text().words.salutation(*s));
        words::ALL_SALUTATIONS.iter().map(choice).collect::<Vec<_>>()
    });
    view! {
        <div class="form__row">
            <Field
                label=move || text().desk.phone
                value=fields.phone
                kind=FieldKind::Tel
                required=true
                max_length=PHONE_CHARS_MAX
                id="contact-phone"
            />
            <Field label=move || text().desk.name value=fields.name required=true max_length=LINE_CHARS_MAX id="contact-name"/>
        </div>
        <div class="form__row">
            <Segmented
                label=move || text().desk.salutation
                value=fields.salutation
                options=salutations
                id="contact-salutation"
            />
            <Field label=move || text().desk.company value=fields.company max_length=LINE_CHARS_MAX id="contact-company"/>
        </div>
        <Field label=move || text().desk.address value=fields.address max_length=LINE_CHARS_MAX id="contact-address"/>
        <Field
            label=move || text().desk.access_note
            value=fields.access_note
            placeholder=move || text().desk.access_hint
            max_length=LINE_CHARS_MAX
            id="contact-access"
        />
    }
}

/// The most models offered at a time.
const MODELS_MAX: usize = 6;

/// The machine's nameplate.
#[component]
pub fn MachineInputs(
    fields: MachineFields,
    /// Whether there is nothing to do without the model.
    #[prop(into)]
    required: Signal<bool>,
) -> impl IntoView {
    let device = device();
    let warranties = Signal::derive(|| {
        let choice = |w: &Warranty| Choice::new(words::code(w), text().words.warranty(*w));
        words::ALL_WARRANTIES.iter().map(choice).collect::<Vec<_>>()
    });
    // The catalogue's models are offered while one types; others are welcome.
    let models = Memo::new(move |_| {
        let typed = fields.model.with(|typed| typed.trim().to_lowercase());
        let mut models = device.all::<Model>();
        models.retain(|model| {
            let code = model.code.to_lowercase();
            let fits = code.contains(&typed) || model.name.to_lowercase().contains(&typed);
            !typed.is_empty() && code != typed && fits
        });
        models.into_iter().map(|model| model.code).take(MODELS_MAX).collect::<Vec<String>>()
    });
    let offer = move |code: String| {
        let taken = code.clone();
        view! { <Chip text=code pressed=false on_press=move || fields.model.set(taken.clone())/> }
    };
    view! {
        <div class="form__row">
            <Field
                label=move || text().desk.model
                value=fields.model
                required
                max_length=LINE_CHARS_MAX
                id="machine-model"
            />
            <Field label=move || text().desk.serial value=fields.serial max_length=LINE_CHARS_MAX id="machine-serial"/>
        </div>
        <Show when=move || !models.with(Vec::is_empty)>
            <div class="chips" role="group" aria-label=move || text().desk.known_models>
                {move || models.get().into_iter().map(offer).collect_view()}
            </div>
        </Show>
        <div class="form__row">
            <DateTime
                label=move || text().desk.purchased_on
                value=fields.purchased_on
                kind=TimeKind::Date
                id="machine-purchased"
            />
            <Select label=move || text().desk.warranty value=fields.warranty options=warranties id="machine-warranty"/>
        </div>
        <Field label=move || text().desk.place value=fields.place max_length=LINE_CHARS_MAX id="machine-place"/>
    }
}

/// The dialog that corrects who the customer is.
#[component]
pub fn EditContact(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let seen = untrack(|| device.find(id)).map(|ticket| ticket.contact).unwrap_or_default();
    let fields = ContactFields::of(&seen);
    let seen = StoredValue::new(seen);
    let command = move |()| {
        let seen = seen.get_value();
        let contact = Box::new(fields.contact(seen.customer));
        Some(Command::Ticket(id, OfTicket::EditContact { contact, seen: Box::new(seen) }))
    };
    view! {
        <form class="form" on:submit=stay>
            <ContactInputs fields/>
            <SaveBar save=move || text().desk.save name="save-contact" open command/>
        </form>
    }
}

/// The dialog that corrects which machine it is.
#[component]
pub fn EditMachine(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let seen = untrack(|| device.find(id)).map(|ticket| ticket.machine).unwrap_or_default();
    let fields = MachineFields::of(&seen);
    let seen = StoredValue::new(seen);
    let command = move |()| {
        let seen = seen.get_value();
        let machine = Box::new(fields.nameplate(seen.machine));
        Some(Command::Ticket(id, OfTicket::EditMachine { machine, seen: Box::new(seen) }))
    };
    view! {
        <form class="form" on:submit=stay>
            <MachineInputs fields required=true/>
            <SaveBar save=move || text().desk.save name="save-machine" open command/>
        </form>
    }
}
