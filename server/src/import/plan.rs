//! What the lines of a form mean as commands. Pure: the rows that are known come in, commands and complaints go out.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Command, Id, Row, Rows, Timestamp,
    customer::{self, Customer, Salutation},
    machine::{self, Machine, Warranty},
    model::{self, Model},
    part::{self, Part},
    rows::Noun,
    stock::{self, Place, Stock},
    ticket::{self, Channel, Contact, Import, Intake, Nameplate, Request, Ticket, Urgency},
    user::{Role, User},
    values::{self, Money},
};

use super::{
    BadRow, Code, Kind, cells,
    columns::{self, Column, Header},
    table::{Cell, Line, ROWS_MAX, Table},
};

/// What a file asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub kind: Option<Kind>,
    /// The lines that can be carried out, in the file's order.
    pub lines: Vec<Planned>,
    /// The lines that cannot, and why. A line may have several complaints.
    pub bad: Vec<BadRow>,
    /// How many lines the form has.
    pub read: u32,
    /// Columns nobody here knows, as written.
    pub ignored: Vec<String>,
}

/// What one line asks for; the last command is what the line is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    pub number: u32,
    pub commands: Vec<Command>,
}

/// Reads a table as a form. `rows` are those of the kinds [`Kind::needs`] names.
pub fn plan(kind: Option<Kind>, table: &Table, rows: &Rows, at: Timestamp) -> Plan {
    let mut plan = Plan { kind, ..Plan::default() };
    let header = match columns::find(table, kind) {
        Ok(header) => header,
        Err(missing) => {
            plan.kind = missing.kind;
            let code = missing.code();
            if missing.names.is_empty() {
                plan.bad.push(BadRow::of_file(code));
            }
            plan.bad.extend(missing.names.iter().map(|name| BadRow {
                line: missing.line,
                column: Some((*name).to_owned()),
                code,
                value: String::new(),
            }));
            return plan;
        }
    };
    if table.lines.len() - header.index - 1 > ROWS_MAX {
        plan.bad.push(BadRow::of_file(Code::TooManyRows));
        return plan;
    }
    plan.kind = Some(header.kind);
    plan.ignored.clone_from(&header.ignored);
    let start = table.lines[header.index].number;
    let mut book = Book::of(rows);
    for &line in table.torn.iter().filter(|line| **line > start) {
        plan.read += 1;
        plan.bad.push(BadRow { line, column: None, code: Code::OpenQuote, value: String::new() });
    }
    for line in &table.lines[header.index + 1..] {
        let mut form = Form { table, header: &header, line, bad: Vec::new() };
        if form.is_blank() {
            continue;
        }
        plan.read += 1;
        let commands = match header.kind {
            Kind::Customers => customer_line(&mut form, &mut book),
            Kind::Machines => machine_line(&mut form, &mut book),
            Kind::Parts => part_line(&mut form, &book),
            Kind::Tickets => ticket_line(&mut form, &book, at),
            Kind::Tracking => tracking_line(&mut form, &book, at),
        };
        if form.bad.is_empty() {
            plan.lines.push(Planned { number: line.number, commands });
        } else {
            plan.bad.append(&mut form.bad);
        }
    }
    plan.bad.sort_by_key(|bad| bad.line);
    plan
}

/// One line being read, with what is wrong with it.
struct Form<'a> {
    table: &'a Table,
    header: &'a Header,
    line: &'a Line,
    bad: Vec<BadRow>,
}

impl Form<'_> {
    /// Whether the line says nothing; a number in front of an empty line says nothing either.
    fn is_blank(&self) -> bool {
        self.header
            .columns
            .iter()
            .zip(&self.line.cells)
            .all(|(column, cell)| cell.is_blank() || matches!(column, None | Some(Column::Ordinal)))
    }

    fn cell(&self, column: Column) -> Cell {
        let place = self.header.columns.iter().position(|found| *found == Some(column));
        place.and_then(|place| self.line.cells.get(place)).cloned().unwrap_or_default()
    }

    fn text(&self, column: Column) -> String {
        self.cell(column).text()
    }

    fn complain(&mut self, column: Column, code: Code) {
        let value: String = self.text(column).chars().take(80).collect();
        let column = Some(self.header.name_of(self.table, column));
        self.bad.push(BadRow { line: self.line.number, column, code, value });
    }

    /// The cell's text; complains where there is none.
    fn needed(&mut self, column: Column) -> String {
        let text = self.text(column);
        if text.is_empty() {
            self.complain(column, Code::Empty);
        }
        text
    }

    /// The cell as a value; `None` where it is empty, or complained about.
    fn value<T>(
        &mut self,
        column: Column,
        read: impl FnOnce(&Cell) -> Result<T, Code>,
    ) -> Option<T> {
        let cell = self.cell(column);
        if cell.is_blank() {
            return None;
        }
        read(&cell).map_err(|code| self.complain(column, code)).ok()
    }

    /// The telephone number, which the form cannot do without.
    fn needed_phone(&mut self) -> String {
        if self.cell(Column::Phone).is_blank() {
            self.complain(Column::Phone, Code::Empty);
        }
        self.value(Column::Phone, cells::phone).unwrap_or_default()
    }

    fn name_and_salutation(&mut self) -> (String, Salutation) {
        let (name, said) = cells::name(&self.cell(Column::Name));
        let salutation = self.value(Column::Salutation, cells::salutation).unwrap_or(said);
        (name, salutation)
    }
}

/// What is known, by the names people use for it. Grows with the lines of the file.
struct Book {
    customers: BTreeMap<(String, String), Customer>,
    machines: BTreeMap<String, Machine>,
    models: BTreeSet<Id<Model>>,
    parts: BTreeMap<Id<Part>, Part>,
    stocked: Vec<Id<Stock>>,
    engineers: Vec<User>,
    numbered: BTreeMap<String, Id<Ticket>>,
}

impl Book {
    fn of(rows: &Rows) -> Self {
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

    fn customer(&self, name: &str, phone: &str) -> Option<&Customer> {
        self.customers.get(&customer_key(name, phone))
    }

    /// The one customer with this telephone number, or none where several share it.
    fn by_phone(&self, phone: &str) -> Option<&Customer> {
        let wanted = digits(phone);
        only(self.customers.iter().filter(|((_, digits), _)| *digits == wanted).map(|(_, c)| c))
    }

    /// The one customer of this name or company.
    fn by_name(&self, name: &str) -> Option<&Customer> {
        only(
            self.customers
                .values()
                .filter(|c| c.name == name || (!name.is_empty() && c.company == name)),
        )
    }

    /// 处理人: a full name, or 李工 where only one engineer is called Li.
    fn engineer(&self, written: &str) -> Option<Id<User>> {
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

fn digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    // +86 138… and 138… are one telephone.
    match digits.strip_prefix("86") {
        Some(rest) if rest.len() == 11 => rest.to_owned(),
        _ => digits,
    }
}

fn customer_key(name: &str, phone: &str) -> (String, String) {
    (name.trim().to_owned(), digits(phone))
}

fn serial_key(serial: &str) -> String {
    serial.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

fn new_customer(name: &str, phone: &str) -> Customer {
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

/// The cell's text replaces what was known, unless the cell is empty.
fn fill(known: &mut String, text: String) {
    if !text.is_empty() {
        *known = text;
    }
}

fn customer_line(form: &mut Form<'_>, book: &mut Book) -> Vec<Command> {
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

/// The id of a machine that shows no serial number: the customer's machine of that model at that place.
fn plain_machine(customer: Option<Id<Customer>>, model: &str, place: &str) -> Id<Machine> {
    let customer = customer.map(|id| id.to_string()).unwrap_or_default();
    Id::derived(&format!("machine:{customer}:{}:{place}", model.trim().to_uppercase()))
}

fn machine_line(form: &mut Form<'_>, book: &mut Book) -> Vec<Command> {
    let model = form.needed(Column::Model);
    let purchased_on = form.value(Column::PurchasedOn, cells::date);
    let warranty = form.value(Column::Warranty, cells::warranty);
    let phone = form.value(Column::Phone, cells::phone).unwrap_or_default();
    let (name, _) = form.name_and_salutation();
    let mut commands = Vec::new();
    let owner = match (name.is_empty(), phone.is_empty()) {
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
    };
    if !form.bad.is_empty() {
        return Vec::new();
    }
    let model_id = Model::id_of(&model);
    if book.models.insert(model_id) {
        let new = Model {
            id: model_id,
            code: model.clone(),
            name: String::new(),
            category: String::new(),
            warranty_months: 0,
        };
        commands.push(Command::Model(model_id, model::Command::Save { model: new }));
    }
    let serial = form.text(Column::Serial);
    let place = form.text(Column::Place);
    let key = serial_key(&serial);
    let known = if key.is_empty() { None } else { book.machines.get(&key).cloned() };
    let mut machine = known.unwrap_or_else(|| Machine {
        id: if key.is_empty() {
            plain_machine(owner, &model, &place)
        } else {
            Id::derived(&format!("machine:{key}"))
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

fn part_line(form: &mut Form<'_>, book: &Book) -> Vec<Command> {
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
        None if !key.is_empty() => Some(Id::derived(&format!("machine:{key}"))),
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

fn ticket_line(form: &mut Form<'_>, book: &Book, at: Timestamp) -> Vec<Command> {
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

fn tracking_line(form: &mut Form<'_>, book: &Book, at: Timestamp) -> Vec<Command> {
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
