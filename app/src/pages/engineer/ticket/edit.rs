//! Corrections to what the ticket knows about the customer and the machine.

use domain::{
    Command, Id, Refusal,
    customer::Salutation,
    json,
    machine::Warranty,
    ticket::{self, Contact, Nameplate, Ticket},
    values::{LINE_CHARS_MAX, PHONE_CHARS_MAX},
};
use leptos::prelude::*;

use crate::{
    device::device,
    locale::{text, words},
    pages::engineer::{choices, draft::Draft, scan::ScanButton},
    ui::{
        Button, ButtonKind, DateTime, Drawer, Field, FieldKind, Segmented, TextArea, TimeKind,
        Tone, lead_to, toast,
    },
};

/// The buttons under a correction: they say why it cannot be kept, and lead there.
#[component]
fn Keep(
    open: RwSignal<bool>,
    draft: Draft,
    name: &'static str,
    #[prop(into)] command: Callback<(), Command>,
    field_of: fn(Refusal) -> &'static str,
) -> impl IntoView {
    let device = device();
    let why_not = device.why_not(move || command.run(()));
    let lead = move || {
        if let Err(refusal) = device.would(&untrack(move || command.run(()))) {
            lead_to(field_of(refusal));
        }
    };
    let send = move || {
        draft.send(untrack(move || command.run(())), 0, move || {
            draft.settle();
            let _gone = open.try_set(false);
            toast(Tone::Success, text().engineer.say.saved);
        });
    };
    view! {
        <div class="dialog__bar">
            <Button text=move || text().engineer.say.cancel on_press=move || open.set(false)/>
            <Button
                text=move || text().engineer.say.save
                kind=ButtonKind::Primary
                name
                why_not
                busy=draft.busy()
                on_blocked=lead
                on_press=send
            />
        </div>
    }
}

/// Name, telephone, address: what somebody at the door knows better.
#[component]
pub fn EditContact(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Drawer
            open
            title=move || text().engineer.ticket.edit_contact
            close=move || text().engineer.say.close
        >
            {move || untrack(|| contact_form(id, open))}
        </Drawer>
    }
}

fn contact_form(id: Id<Ticket>, open: RwSignal<bool>) -> Option<impl IntoView> {
    let seen = device().find::<Ticket>(id)?.contact;
    let field = |value: &str| RwSignal::new(value.to_owned());
    let name = field(&seen.name);
    let company = field(&seen.company);
    let phone = field(&seen.phone);
    let address = field(&seen.address);
    let access_note = field(&seen.access_note);
    let salutation = RwSignal::new(words::code(&seen.salutation));
    let seen_text = RwSignal::new(serde_json::to_string(&seen).unwrap_or_default());
    let customer = seen.customer;
    let draft = Draft::new(
        format!("contact:{id}"),
        vec![
            ("name", name.into()),
            ("company", company.into()),
            ("phone", phone.into()),
            ("address", address.into()),
            ("access_note", access_note.into()),
            ("salutation", salutation.into()),
            ("seen", seen_text.into()),
        ],
    );
    let command = move |()| {
        let contact = Contact {
            customer,
            name: name.get(),
            company: company.get(),
            salutation: words::from_code(&salutation.get()).unwrap_or(Salutation::None),
            phone: phone.get(),
            address: address.get(),
            access_note: access_note.get(),
        };
        let seen: Contact = json::read(&seen_text.get()).unwrap_or_default();
        let (contact, seen) = (Box::new(contact), Box::new(seen));
        Command::Ticket(id, ticket::Command::EditContact { contact, seen })
    };
    let field_of = |refusal| match refusal {
        Refusal::PhoneMissing => "contact-phone",
        _ => "contact-name",
    };
    Some(view! {
        <div class="form">
            <Field
                label=move || text().engineer.fresh.name
                value=name
                required=true
                max_length=LINE_CHARS_MAX
                id="contact-name"
            />
            <Segmented
                label=move || text().engineer.fresh.salutation
                value=salutation
                options=move || choices(words::ALL_SALUTATIONS, |one| text().words.salutation(one))
            />
            <Field
                label=move || text().engineer.fresh.phone
                value=phone
                kind=FieldKind::Tel
                required=true
                max_length=PHONE_CHARS_MAX
                id="contact-phone"
            />
            <Field label=move || text().engineer.fresh.company value=company max_length=LINE_CHARS_MAX/>
            <TextArea label=move || text().engineer.fresh.address value=address rows=2 max_length=LINE_CHARS_MAX/>
            <TextArea
                label=move || text().engineer.fresh.access_note
                value=access_note
                rows=2
                max_length=LINE_CHARS_MAX
            />
            <Keep open draft name="save-contact" command=Callback::new(command) field_of/>
        </div>
    })
}

/// Model, serial number, warranty: what the nameplate on the machine says.
#[component]
pub fn EditMachine(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Drawer
            open
            title=move || text().engineer.ticket.edit_machine
            close=move || text().engineer.say.close
        >
            {move || untrack(|| machine_form(id, open))}
        </Drawer>
    }
}

fn machine_form(id: Id<Ticket>, open: RwSignal<bool>) -> Option<impl IntoView> {
    let seen = device().find::<Ticket>(id)?.machine;
    let field = |value: &str| RwSignal::new(value.to_owned());
    let model = field(&seen.model);
    let serial = field(&seen.serial);
    let purchased_on = field(&seen.purchased_on);
    let place = field(&seen.place);
    let warranty = RwSignal::new(words::code(&seen.warranty));
    let seen_text = RwSignal::new(serde_json::to_string(&seen).unwrap_or_default());
    let known = seen.machine;
    let draft = Draft::new(
        format!("machine:{id}"),
        vec![
            ("model", model.into()),
            ("serial", serial.into()),
            ("purchased_on", purchased_on.into()),
            ("place", place.into()),
            ("warranty", warranty.into()),
            ("seen", seen_text.into()),
        ],
    );
    let command = move |()| {
        let machine = Nameplate {
            machine: known,
            model: model.get(),
            serial: serial.get(),
            purchased_on: purchased_on.get(),
            warranty: words::from_code(&warranty.get()).unwrap_or(Warranty::Unknown),
            place: place.get(),
        };
        let seen: Nameplate = json::read(&seen_text.get()).unwrap_or_default();
        let (machine, seen) = (Box::new(machine), Box::new(seen));
        Command::Ticket(id, ticket::Command::EditMachine { machine, seen })
    };
    let field_of = |refusal| match refusal {
        Refusal::DateMalformed => "machine-purchased",
        _ => "machine-model",
    };
    Some(view! {
        <div class="form">
            <Field
                label=move || text().engineer.fresh.model
                value=model
                required=true
                max_length=LINE_CHARS_MAX
                id="machine-model"
            />
            <div class="scan-field">
                <Field
                    label=move || text().engineer.fresh.serial
                    value=serial
                    max_length=LINE_CHARS_MAX
                    id="machine-serial"
                />
                <ScanButton on_code=move |code: String| serial.set(code)/>
            </div>
            <DateTime
                label=move || text().engineer.ticket.purchased
                value=purchased_on
                kind=TimeKind::Date
                id="machine-purchased"
            />
            <Segmented
                label=move || text().engineer.ticket.warranty
                value=warranty
                options=move || choices(words::ALL_WARRANTIES, |one| text().words.warranty(one))
            />
            <Field label=move || text().engineer.ticket.place value=place max_length=LINE_CHARS_MAX/>
            <Keep open draft name="save-machine" command=Callback::new(command) field_of/>
        </div>
    })
}
