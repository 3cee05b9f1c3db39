//! What the lines of a form mean as commands. Pure: the rows that are known come in, commands and complaints go out.

mod book;
mod form;
mod kept;
mod ticket;

use domain::{Command, Rows, Timestamp};

use self::{book::Book, form::Form};
use super::{
    BadRow, Code, Kind,
    columns::{self, Missing},
    table::{ROWS_MAX, Table},
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
            plan.miss(&missing);
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
            Kind::Customers => kept::customer_line(&mut form, &mut book),
            Kind::Machines => kept::machine_line(&mut form, &mut book),
            Kind::Parts => kept::part_line(&mut form, &book),
            Kind::Tickets => ticket::ticket_line(&mut form, &book, at),
            Kind::Tracking => ticket::tracking_line(&mut form, &book, at),
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

impl Plan {
    /// The file has no such form: says which columns are missing.
    fn miss(&mut self, missing: &Missing) {
        self.kind = missing.kind;
        let (line, code) = (missing.line, missing.code());
        if missing.names.is_empty() {
            self.bad.push(BadRow::of_file(code));
        }
        self.bad.extend(missing.names.iter().map(|name| {
            let column = Some((*name).to_owned());
            BadRow { line, column, code, value: String::new() }
        }));
    }
}
