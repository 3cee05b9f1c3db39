//! What is known, by the names people use for it, and the ids that follow from those names.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Id, Row, Rows,
    customer::{self, Customer, Salutation},
    machine::Machine,
    model::Model,
    part::Part,
    rows::Noun,
    stock::Stock,
    ticket::Ticket,
    user::{Role, User},
};

/// What is known, by the names people use for it. Grows with the lines of the file.
pub(super) struct Book {
    pub(super) customers: BTreeMap<(String, String), Customer>,
    pub(super) machines: BTreeMap<String, Machine>,
    pub(super) models: BTreeSet<Id<Model>>,
    pub(super) parts: BTreeMap<Id<Part>, Part>,
    pub(super) stocked: Vec<Id<Stock>>,
    pub(super) engineers: Vec<User>,
    pub(super) numbered: BTreeMap<String, Id<Ticket>>,
}

impl Book {
    pub(super) fn of(rows: &Rows) -> Self {
        fn all<'a, T: Noun + 'a>(rows: &'a Rows) -> impl Iterator<Item = T> + 'a {
            rows.values().filter_map(|row| T::of(row).cloned())
        }
        let customers = all::<Customer>(rows).map(|c| (customer_key(&c.name, &c.phone), c));
        let machines = all::<Machine>(rows)
            .filter(|machine| !machine.serial.trim().is_empty())
            .map(|machine| (serial_key(&machine.serial), machine));
        let engineers =
            all::<User>(rows).filter(|user| user.active && user.is_any(&[Role::Engineer]));
        let numbered = rows.values().filter_map(|row| match &**row {
            Row::Ticket(ticket) => Some((ticket.number.clone()?, ticket.id)),
            _ => None,
        });
        Self {
            customers: customers.collect(),
            machines: machines.collect(),
            models: all::<Model>(rows).map(|model| model.id).collect(),
            parts: all::<Part>(rows).map(|part| (part.id, part)).collect(),
            stocked: all::<Stock>(rows).map(|stock| stock.id).collect(),
            engineers: engineers.collect(),
            numbered: numbered.collect(),
        }
    }

    pub(super) fn customer(&self, name: &str, phone: &str) -> Option<&Customer> {
        self.customers.get(&customer_key(name, phone))
    }

    /// The one customer with this telephone number, or none where several share it.
    pub(super) fn by_phone(&self, phone: &str) -> Option<&Customer> {
        let wanted = digits(phone);
        only(self.customers.iter().filter(|((_, digits), _)| *digits == wanted).map(|(_, c)| c))
    }

    /// The one customer of this name or company.
    pub(super) fn by_name(&self, name: &str) -> Option<&Customer> {
        only(
            self.customers
                .values()
                .filter(|c| c.name == name || (!name.is_empty() && c.company == name)),
        )
    }

    /// 处理人: a full name, or 李工 where only one engineer is called Li.
    pub(super) fn engineer(&self, written: &str) -> Option<Id<User>> {
        let exact = only(self.engineers.iter().filter(|user| user.name == written));
        let surname = ["师傅", "工程师", "工"].iter().find_map(|title| written.strip_suffix(title));
        let titled = || {
            let surname = surname.filter(|surname| !surname.is_empty())?;
            only(self.engineers.iter().filter(|user| user.name.starts_with(surname)))
        };
        exact.or_else(titled).map(|user| user.id)
    }
}

fn only<'a, T>(mut candidates: impl Iterator<Item = &'a T>) -> Option<&'a T> {
    let first = candidates.next()?;
    candidates.next().is_none().then_some(first)
}

/// A telephone number as it is compared: its digits, without the country code of a Chinese mobile number.
pub(super) fn digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    // +86 138… and 138… are one telephone.
    match digits.strip_prefix("86") {
        Some(rest) if rest.len() == 11 => rest.to_owned(),
        _ => digits,
    }
}

/// What tells one customer from another: the name and the digits of the telephone number.
pub(super) fn customer_key(name: &str, phone: &str) -> (String, String) {
    (name.trim().to_owned(), digits(phone))
}

/// A serial number as it is compared: without blanks, in capital letters.
pub(super) fn serial_key(serial: &str) -> String {
    serial.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// A customer of whom only this is known; the same name and number always make the same id.
pub(super) fn new_customer(name: &str, phone: &str) -> Customer {
    let (name, digits) = customer_key(name, phone);
    Customer {
        id: Id::derived(&format!("customer:{name}:{digits}")),
        number: None,
        name,
        company: String::new(),
        salutation: Salutation::None,
        phone: phone.to_owned(),
        address: String::new(),
        access_note: String::new(),
        level: customer::Level::Normal,
        note: String::new(),
    }
}

/// The id of a machine that shows no serial number: the customer's machine of that model at that place.
pub(super) fn plain_machine(
    customer: Option<Id<Customer>>,
    model: &str,
    place: &str,
) -> Id<Machine> {
    let customer = customer.map(|id| id.to_string()).unwrap_or_default();
    Id::derived(&format!("machine:{customer}:{}:{place}", model.trim().to_uppercase()))
}

/// The id of a machine with a serial number, as [`serial_key`] writes it.
pub(super) fn numbered_machine(key: &str) -> Id<Machine> {
    Id::derived(&format!("machine:{key}"))
}
