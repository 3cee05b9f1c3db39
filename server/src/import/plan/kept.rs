//! Lines that say how something is: a customer, a machine, a part with what lies in the store.

use domain::{
    Command, Id,
    customer::{self, Customer, Salutation},
    machine::{self, Machine, Warranty},
    model::{self, Model},
    part::{self, Part},
    stock::{self, Place, Stock},
    values::Money,
};

use super::{
    book::{Book, customer_key, new_customer, numbered_machine, plain_machine, serial_key},
    form::Form,
};
use crate::import::{Code, cells, columns::Column};

/// Saves a customer, known by name and telephone number; an empty cell leaves what is known.
pub(super) fn customer_line(form: &mut Form<'_>, book: &mut Book) -> Vec<Command> {
    form.needed(Column::Name);
    let (name, salutation) = form.name_and_salutation();
    let phone = form.needed_phone();
    let level = form.value(Column::Level, cells::level);
    if !form.bad.is_empty() {
        return Vec::new();
    }
    let mut customer =
        book.customer(&name, &phone).cloned().unwrap_or_else(|| new_customer(&name, &phone));
    if salutation != Salutation::None {
        customer.salutation = salutation;
    }
    fill(&mut customer.company, form.text(Column::Company));
    fill(&mut customer.address, form.text(Column::Address));
    fill(&mut customer.access_note, form.text(Column::AccessNote));
    fill(&mut customer.note, form.text(Column::Note));
    customer.level = level.unwrap_or(customer.level);
    book.customers.insert(customer_key(&name, &phone), customer.clone());
    vec![save_customer(customer)]
}

fn save_customer(customer: Customer) -> Command {
    Command::Customer(customer.id, customer::Command::Save { customer: Box::new(customer) })
}

/// Saves a machine, known by its serial number, and before it the owner and the model where they are new.
pub(super) fn machine_line(form: &mut Form<'_>, book: &mut Book) -> Vec<Command> {
    let model = form.needed(Column::Model);
    let purchased_on = form.value(Column::PurchasedOn, cells::date);
    let warranty = form.value(Column::Warranty, cells::warranty);
    let mut commands = Vec::new();
    let owner = owner(form, book, &mut commands);
    if !form.bad.is_empty() {
        return Vec::new();
    }
    commands.extend(new_model(book, &model));
    let serial = form.text(Column::Serial);
    let place = form.text(Column::Place);
    let key = serial_key(&serial);
    let known = if key.is_empty() { None } else { book.machines.get(&key).cloned() };
    let mut machine = known.unwrap_or_else(|| Machine {
        id: if key.is_empty() {
            plain_machine(owner, &model, &place)
        } else {
            numbered_machine(&key)
        },
        customer: None,
        model: String::new(),
        serial: serial.clone(),
        purchased_on: String::new(),
        warranty: Warranty::Unknown,
        place: String::new(),
    });
    machine.customer = owner.or(machine.customer);
    machine.model = model;
    fill(&mut machine.place, place);
    fill(&mut machine.purchased_on, purchased_on.unwrap_or_default());
    machine.warranty = warranty.unwrap_or(machine.warranty);
    if !key.is_empty() {
        book.machines.insert(key, machine.clone());
    }
    let id = machine.id;
    commands.push(Command::Machine(id, machine::Command::Save { machine: Box::new(machine) }));
    commands
}

/// Whose machine it is, if the line says so. A customer nobody knows is made, where name and number are given.
fn owner(
    form: &mut Form<'_>,
    book: &mut Book,
    commands: &mut Vec<Command>,
) -> Option<Id<Customer>> {
    let phone = form.value(Column::Phone, cells::phone).unwrap_or_default();
    let (name, _) = form.name_and_salutation();
    match (name.is_empty(), phone.is_empty()) {
        (true, true) => None,
        (true, false) => {
            let found = book.by_phone(&phone).map(|customer| customer.id);
            if found.is_none() {
                form.complain(Column::Phone, Code::UnknownCustomer);
            }
            found
        }
        (false, true) => {
            let found = book.by_name(&name).map(|customer| customer.id);
            if found.is_none() && form.bad.is_empty() {
                form.complain(Column::Name, Code::UnknownCustomer);
            }
            found
        }
        (false, false) => Some(match book.customer(&name, &phone) {
            Some(customer) => customer.id,
            None => {
                let mut customer = new_customer(&name, &phone);
                fill(&mut customer.company, form.text(Column::Company));
                fill(&mut customer.address, form.text(Column::Address));
                let id = customer.id;
                if form.bad.is_empty() {
                    book.customers.insert(customer_key(&name, &phone), customer.clone());
                    commands.push(save_customer(customer));
                }
                id
            }
        }),
    }
}

/// The model, where nobody has written it down yet.
fn new_model(book: &mut Book, code: &str) -> Option<Command> {
    let id = Model::id_of(code);
    let model = Model {
        id,
        code: code.to_owned(),
        name: String::new(),
        category: String::new(),
        warranty_months: 0,
    };
    let new = book.models.insert(id);
    new.then_some(Command::Model(id, model::Command::Save { model }))
}

/// Saves a part, known by its code, and counts what lies in the store where nothing of it was ever booked there.
pub(super) fn part_line(form: &mut Form<'_>, book: &Book) -> Vec<Command> {
    let code = form.needed(Column::PartCode);
    let name = form.needed(Column::PartName);
    let price = form.value(Column::Price, cells::money);
    let returnable = form.value(Column::Returnable, cells::yes);
    let in_store = form.value(Column::InStore, cells::quantity);
    if !form.bad.is_empty() {
        return Vec::new();
    }
    let id = Part::id_of(&code);
    let mut part = book.parts.get(&id).cloned().unwrap_or_else(|| Part {
        id,
        code,
        name: String::new(),
        model: String::new(),
        unit: "个".into(),
        price: Money(0),
        returnable: false,
    });
    part.name = name;
    fill(&mut part.model, form.text(Column::Model));
    fill(&mut part.unit, form.text(Column::Unit));
    part.price = price.unwrap_or(part.price);
    part.returnable = returnable.unwrap_or(part.returnable);
    let mut commands = vec![Command::Part(id, part::Command::Save { part: Box::new(part) })];
    // Only where nothing was ever booked: an old list must not undo what has moved since.
    let opened = book.stocked.contains(&Stock::id_of(Place::Store, id));
    if let Some(quantity) = in_store.filter(|_| !opened) {
        commands.push(Command::Stock(Place::Store, id, stock::Command::Count { quantity }));
    }
    commands
}

/// The cell's text replaces what was known, unless the cell is empty.
fn fill(known: &mut String, text: String) {
    if !text.is_empty() {
        *known = text;
    }
}
