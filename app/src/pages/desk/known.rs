//! What is known about the caller: customers, machines and earlier tickets that fit what was typed so far.

use std::cmp::Reverse;

use domain::{
    Id,
    customer::Customer,
    machine::Machine,
    ticket::{Contact, Nameplate, Ticket},
    values,
};
use leptos::prelude::*;

use super::{card::TicketCard, looks};
use crate::{
    device::{Device, device},
    locale::text,
    ui::{Button, ButtonKind, Card, Empty, Icon, Tag, Tone},
};

/// The most matches of each kind worth reading while somebody is on the telephone.
const MATCHES_MAX: usize = 6;
/// Fewer digits than these fit half the town.
const DIGITS_MIN: usize = 3;

/// What was typed so far, ready to compare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clue {
    pub phone: String,
    pub name: String,
    pub serial: String,
}

impl Clue {
    pub fn new(phone: &str, name: &str, serial: &str) -> Self {
        Self {
            phone: digits(phone),
            name: name.trim().to_lowercase(),
            serial: serial.trim().to_lowercase(),
        }
    }

    fn phone_fits(&self, phone: &str) -> bool {
        self.phone.len() >= DIGITS_MIN && digits(phone).contains(&self.phone)
    }

    fn name_fits(&self, name: &str, company: &str) -> bool {
        !self.name.is_empty()
            && (name.to_lowercase().contains(&self.name)
                || company.to_lowercase().contains(&self.name))
    }

    fn serial_fits(&self, serial: &str) -> bool {
        self.serial.chars().count() >= DIGITS_MIN && serial.to_lowercase().contains(&self.serial)
    }

    fn is_vague(&self) -> bool {
        self.phone.len() < DIGITS_MIN
            && self.name.is_empty()
            && self.serial.chars().count() < DIGITS_MIN
    }
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// What fits the clue.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    customers: Vec<Customer>,
    machines: Vec<Machine>,
    /// Tickets that are still open come first: they may be the same problem again.
    tickets: Vec<Id<Ticket>>,
    open: usize,
}

fn known(clue: &Clue, picked: Option<Id<Customer>>, device: Device) -> Known {
    if clue.is_vague() && picked.is_none() {
        return Known::default();
    }
    let mut customers = device.all::<Customer>();
    customers.retain(|customer| {
        picked == Some(customer.id)
            || clue.phone_fits(&customer.phone)
            || clue.name_fits(&customer.name, &customer.company)
    });
    // Who fits by number is the caller; who fits by name may be somebody else.
    customers.sort_by_key(|customer| {
        (picked != Some(customer.id), !clue.phone_fits(&customer.phone), customer.id)
    });
    customers.truncate(MATCHES_MAX);
    let owners: Vec<Id<Customer>> = customers.iter().map(|customer| customer.id).collect();
    let mut machines = device.all::<Machine>();
    machines.retain(|machine| {
        clue.serial_fits(&machine.serial)
            || machine.customer.is_some_and(|owner| owners.contains(&owner))
    });
    machines.sort_by_key(|machine| (!clue.serial_fits(&machine.serial), machine.id));
    machines.truncate(MATCHES_MAX);
    let mut tickets = device.all::<Ticket>();
    tickets.retain(|ticket| {
        let contact = &ticket.contact;
        clue.phone_fits(&contact.phone)
            || clue.name_fits(&contact.name, &contact.company)
            || clue.serial_fits(&ticket.machine.serial)
            || (picked.is_some() && contact.customer == picked)
    });
    tickets.sort_by_key(|ticket| (ticket.stage.is_over(), Reverse(ticket.registered_at)));
    let open = tickets.iter().filter(|ticket| !ticket.stage.is_over()).count();
    tickets.truncate(MATCHES_MAX);
    let tickets = tickets.into_iter().map(|ticket| ticket.id).collect();
    Known { customers, machines, tickets, open }
}

/// Something known that the person takes over into the form.
#[derive(Clone, Debug)]
pub enum Taken {
    Caller(Contact),
    Unit(Nameplate),
    Both(Contact, Nameplate),
}

/// The column beside the intake.
#[component]
pub fn KnownColumn(
    clue: Memo<Clue>,
    picked: Signal<Option<Id<Customer>>>,
    on_take: Callback<Taken>,
) -> impl IntoView {
    let device = device();
    let now = looks::minute();
    let known = Memo::new(move |_| known(&clue.get(), picked.get(), device));
    let tickets = Memo::new(move |_| known.with(|known| known.tickets.clone()));
    let open = Memo::new(move |_| known.with(|known| known.open));
    let customers = move || {
        let customers = known.with(|known| known.customers.clone());
        customers.into_iter().map(|customer| customer_row(customer, on_take)).collect_view()
    };
    let machines = move || {
        let machines = known.with(|known| known.machines.clone());
        machines.into_iter().map(|machine| machine_row(machine, on_take)).collect_view()
    };
    let nothing = move || known.with(|known| *known == Known::default());
    view! {
        <Show when=nothing>
            <Card title=move || text().desk.known>
                <Empty
                    icon=Icon::History
                    text=move || {
                        if clue.with(Clue::is_vague) {
                            text().desk.known_hint
                        } else {
                            text().desk.nothing_known
                        }
                    }
                />
            </Card>
        </Show>
        <Show when=move || known.with(|known| !known.customers.is_empty())>
            <Card title=move || text().desk.known_customers>
                <ul class="list stack">{customers}</ul>
            </Card>
        </Show>
        <Show when=move || known.with(|known| !known.machines.is_empty())>
            <Card title=move || text().desk.known_machines>
                <ul class="list stack">{machines}</ul>
            </Card>
        </Show>
        <Show when=move || !tickets.with(Vec::is_empty)>
            <section class="stack" data-name="earlier-tickets">
                <h2 class="section-title">
                    {move || text().desk.earlier_tickets}
                    <span class="count">{move || tickets.with(Vec::len)}</span>
                </h2>
                <Show when=move || open.get() != 0>
                    <p class="note" data-tone="warning">
                        {move || (text().desk.maybe_same)(open.get())}
                    </p>
                </Show>
                <div class="tickets">
                    <For
                        each=move || tickets.get()
                        key=|id| *id
                        children=move |id| {
                            view! {
                                <div class="stack" data-gap="small">
                                    <TicketCard id now picked=None/>
                                    <Button
                                        text=move || text().desk.take_both
                                        kind=ButtonKind::Quiet
                                        icon=Icon::Copy
                                        name="take-ticket"
                                        on_press=move || {
                                            if let Some(ticket) = untrack(|| device.find(id)) {
                                                on_take.run(Taken::Both(ticket.contact, ticket.machine));
                                            }
                                        }
                                    />
                                </div>
                            }
                        }
                    />
                </div>
            </section>
        </Show>
    }
}

fn customer_row(customer: Customer, on_take: Callback<Taken>) -> impl IntoView {
    let contact = Contact {
        customer: Some(customer.id),
        name: customer.name.clone(),
        company: customer.company.clone(),
        salutation: customer.salutation,
        phone: customer.phone.clone(),
        address: customer.address.clone(),
        access_note: customer.access_note.clone(),
    };
    let level = match customer.level {
        domain::customer::Level::Normal => None,
        level => Some(text().words.level(level)),
    };
    let label = contact.label();
    view! {
        <li class="stack" data-gap="small">
            <p class="row">
                <strong>{label}</strong>
                <span class="num muted">{values::masked_phone(&customer.phone)}</span>
                {level.map(|level| view! { <Tag text=level tone=Tone::Violet icon=Some(Icon::Star)/> })}
            </p>
            <p class="muted">{customer.address.clone()}</p>
            {(!customer.note.is_empty()).then(|| view! { <p class="note">{customer.note.clone()}</p> })}
            <Button
                text=move || text().desk.take_customer
                icon=Icon::Customer
                name="take-customer"
                on_press=move || on_take.run(Taken::Caller(contact.clone()))
            />
        </li>
    }
}

fn machine_row(machine: Machine, on_take: Callback<Taken>) -> impl IntoView {
    let plate = Nameplate {
        machine: Some(machine.id),
        model: machine.model.clone(),
        serial: machine.serial.clone(),
        purchased_on: machine.purchased_on.clone(),
        warranty: machine.warranty,
        place: machine.place.clone(),
    };
    view! {
        <li class="stack" data-gap="small">
            <p class="row">
                <strong>{machine.model.clone()}</strong>
                <span class="mono muted">{machine.serial.clone()}</span>
                <Tag text=text().words.warranty(machine.warranty) icon=Some(Icon::Shield)/>
            </p>
            {(!machine.place.is_empty()).then(|| view! { <p class="muted">{machine.place.clone()}</p> })}
            <Button
                text=move || text().desk.take_machine
                icon=Icon::Machine
                name="take-machine"
                on_press=move || on_take.run(Taken::Unit(plate.clone()))
            />
        </li>
    }
}
