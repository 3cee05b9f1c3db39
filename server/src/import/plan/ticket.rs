//! Lines that tell of a ticket: a call as it came in, and a ticket as it stood in the old list.

use domain::{
    Command, Id, Timestamp,
    customer::{Customer, Salutation},
    machine::Warranty,
    ticket::{self, Channel, Contact, Import, Intake, Nameplate, Request, Ticket, Urgency},
    values,
};

use super::{
    book::{Book, digits, new_customer, numbered_machine, plain_machine, serial_key},
    form::Form,
};
use crate::import::{Code, cells, columns::Column};

/// Registers a ticket as the call came in; the same line read again is the same ticket.
pub(super) fn ticket_line(form: &mut Form<'_>, book: &Book, at: Timestamp) -> Vec<Command> {
    form.needed(Column::Name);
    let (name, salutation) = form.name_and_salutation();
    let phone = form.needed_phone();
    let model = form.needed(Column::Model);
    let description = form.needed(Column::Description);
    let purchased_on = form.value(Column::PurchasedOn, cells::date);
    let warranty = form.value(Column::Warranty, cells::warranty);
    let channel = form.value(Column::Channel, cells::channel);
    let received_at = form.value(Column::ReceivedAt, cells::moment);
    let urgency = form.value(Column::Urgency, cells::urgency);
    let expected_by = form.value(Column::ExpectedBy, cells::moment);
    if !form.bad.is_empty() {
        return Vec::new();
    }
    // The form's 序号 starts at 1 in every file, so the line is known by who said what when.
    let received = received_at.map(|moment| moment.0.to_string()).unwrap_or_default();
    let id: Id<Ticket> = Id::derived(&format!(
        "ticket:{name}:{}:{}:{received}:{description}",
        digits(&phone),
        model.to_uppercase(),
    ));
    let contact = contact(
        book,
        name,
        salutation,
        phone,
        form.text(Column::Company),
        form.text(Column::Address),
    );
    let intake = Intake {
        provisional: None,
        title: title(&description),
        description,
        request: cells::request(&form.cell(Column::Request)),
        channel: channel.unwrap_or(Channel::Phone400),
        urgency: urgency.unwrap_or(Urgency::Normal),
        received_at: received_at.unwrap_or(at),
        submitter: form.text(Column::Submitter),
        transferred_by: form.text(Column::TransferredBy),
        expected_by,
        machine: nameplate(form, book, model, contact.customer, purchased_on, warranty),
        contact,
    };
    vec![Command::Ticket(id, ticket::Command::Register { intake: Box::new(intake) })]
}

/// Takes over a ticket from the old list under its number, at the stage it had there.
pub(super) fn tracking_line(form: &mut Form<'_>, book: &Book, at: Timestamp) -> Vec<Command> {
    let number = form.needed(Column::TicketNumber);
    form.needed(Column::TicketStage);
    let stage = form.value(Column::TicketStage, cells::stage);
    let started_at = form.value(Column::StartedAt, cells::moment);
    let estimated_done_at = form.value(Column::EstimatedDoneAt, cells::moment);
    let done_at = form.value(Column::DoneAt, cells::moment);
    let info = cells::customer_info(&form.cell(Column::CustomerInfo));
    let own_name = form.cell(Column::Name);
    let (name, salutation) = cells::name(if own_name.is_blank() { &info.name } else { &own_name });
    if name.is_empty() {
        let given = form.header.columns.contains(&Some(Column::CustomerInfo));
        form.complain(if given { Column::CustomerInfo } else { Column::Name }, Code::Empty);
    }
    let Some(stage) = stage.filter(|_| form.bad.is_empty()) else { return Vec::new() };

    let own_phone = form.text(Column::Phone);
    let phone = if own_phone.is_empty() { info.phone } else { own_phone };
    let own_address = form.text(Column::Address);
    let address = if own_address.is_empty() { info.address } else { own_address };
    let kind = form.text(Column::Request);
    let solution = form.text(Column::Solution);
    let handler = form.text(Column::Handler);
    // The form has no column for what was wrong; its type is what it says about it.
    let description = [form.text(Column::Description), kind, solution.clone(), number.clone()]
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or_default();
    let contact = contact(book, name, salutation, phone, form.text(Column::Company), address);
    let model = form.text(Column::Model);
    let known = book.numbered.get(&number).copied();
    let id = known.unwrap_or_else(|| Id::derived(&format!("ticket:number:{number}")));
    let request_cell = form.cell(Column::Request);
    let request =
        if request_cell.is_blank() { Request::Other } else { cells::request(&request_cell) };
    let import = Import {
        number,
        stage,
        engineer: book.engineer(&handler),
        handler,
        solution,
        confirmation: form.text(Column::Confirmation),
        estimated_done_at,
        done_at,
        intake: Intake {
            provisional: None,
            title: title(&description),
            description,
            request,
            channel: Channel::Phone400,
            urgency: Urgency::Normal,
            received_at: started_at.or(done_at).unwrap_or(at),
            submitter: String::new(),
            transferred_by: String::new(),
            expected_by: None,
            machine: nameplate(form, book, model, contact.customer, None, None),
            contact,
        },
    };
    vec![Command::Ticket(id, ticket::Command::Import { import: Box::new(import) })]
}

/// A line's customer as a ticket keeps it, with what the customer's file knows beyond the line.
fn contact(
    book: &Book,
    name: String,
    salutation: Salutation,
    phone: String,
    company: String,
    address: String,
) -> Contact {
    let dialable = values::dialable(&phone);
    let known = if dialable { book.customer(&name, &phone) } else { None };
    let id = known.map(|customer| customer.id);
    let new = || (dialable && !name.is_empty()).then(|| new_customer(&name, &phone).id);
    let mut contact = Contact {
        customer: id.or_else(new),
        name,
        company,
        salutation,
        phone,
        address,
        access_note: String::new(),
    };
    if let Some(customer) = known {
        let take = |text: &mut String, known: &String| {
            if text.is_empty() {
                text.clone_from(known);
            }
        };
        take(&mut contact.company, &customer.company);
        take(&mut contact.address, &customer.address);
        take(&mut contact.access_note, &customer.access_note);
        if contact.salutation == Salutation::None {
            contact.salutation = customer.salutation;
        }
    }
    contact
}

/// A line's machine as a ticket keeps it.
fn nameplate(
    form: &Form<'_>,
    book: &Book,
    model: String,
    customer: Option<Id<Customer>>,
    purchased_on: Option<String>,
    warranty: Option<Warranty>,
) -> Nameplate {
    let serial = form.text(Column::Serial);
    let key = serial_key(&serial);
    let known = if key.is_empty() { None } else { book.machines.get(&key) };
    let id = match known {
        Some(machine) => Some(machine.id),
        None if !key.is_empty() => Some(numbered_machine(&key)),
        None if model.is_empty() || customer.is_none() => None,
        None => Some(plain_machine(customer, &model, "")),
    };
    let known_purchase = known.map(|machine| machine.purchased_on.clone()).unwrap_or_default();
    Nameplate {
        machine: id,
        model,
        serial,
        purchased_on: purchased_on.unwrap_or(known_purchase),
        warranty: warranty.or(known.map(|machine| machine.warranty)).unwrap_or_default(),
        place: known.map(|machine| machine.place.clone()).unwrap_or_default(),
    }
}

/// The first clause of what the customer said, for lists.
fn title(description: &str) -> String {
    let end = |c: char| {
        matches!(c, '。' | '，' | ',' | ';' | '；' | '!' | '！' | '?' | '？' | '\n' | '\r')
    };
    let clause = description.split(end).map(str::trim).find(|clause| !clause.is_empty());
    clause.unwrap_or(description).chars().take(40).collect()
}
