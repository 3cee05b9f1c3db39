//! Importing files: forms in CSV or Excel become commands, line by line; nothing else may change rows.
//!
//! The same file twice changes nothing: ids are derived from what a line says, and saving what is
//! already so is no news. A bad line is reported with its column and reason; the good lines go in.

mod cells;
mod columns;
mod plan;
mod table;

#[cfg(test)]
mod tests;

use std::{str::FromStr, sync::Arc};

use domain::{
    Command, Envelope, Id, Key, Refusal, Rows, Timestamp,
    user::{SYSTEM, User},
    wire::Outcome,
};
use serde::Serialize;

use crate::{
    clock,
    error::Error,
    store::{Order, Store, new_mid},
};

pub use plan::{Plan, Planned, plan};
pub use table::{ROWS_MAX, Table, read};

/// The largest file that is taken, in bytes.
pub const BYTES_MAX: usize = 16 * 1024 * 1024;

/// A form that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Customers,
    Machines,
    Parts,
    /// Form 1, 客户问题反馈登记表.
    Tickets,
    /// Form 2, 售后工单处理跟踪表.
    Tracking,
}

impl Kind {
    /// Every form, the most particular first: a header that fits two is the earlier one.
    pub const ALL: &[Kind] =
        &[Kind::Tracking, Kind::Tickets, Kind::Parts, Kind::Machines, Kind::Customers];

    /// The form's name in routes and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Machines => "machines",
            Self::Parts => "parts",
            Self::Tickets => "tickets",
            Self::Tracking => "tracking",
        }
    }

    /// The kinds of rows a plan for this form looks at.
    const fn needs(self) -> &'static [domain::Kind] {
        use domain::Kind as Row;
        match self {
            Self::Customers => &[Row::User, Row::Customer],
            Self::Machines => &[Row::User, Row::Customer, Row::Machine, Row::Model],
            Self::Parts => &[Row::User, Row::Part, Row::Stock],
            Self::Tickets | Self::Tracking => {
                &[Row::User, Row::Customer, Row::Machine, Row::Ticket]
            }
        }
    }
}

impl FromStr for Kind {
    type Err = Code;
    fn from_str(word: &str) -> Result<Self, Code> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word).ok_or(Code::UnknownWord)
    }
}

/// What is wrong with a line or a file. The app says it in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The file is no table: a picture, a letter, a broken workbook.
    NotATable,
    /// The file's characters are neither UTF-8, UTF-16 nor GB18030.
    BadEncoding,
    TooManyRows,
    MissingColumn,
    /// A quotation mark was opened and never closed.
    OpenQuote,
    /// A cell that must say something is empty.
    Empty,
    BadDate,
    BadPhone,
    BadNumber,
    /// The cell should hold one of a few words, and holds another.
    UnknownWord,
    /// No customer, or more than one, fits what the line says.
    UnknownCustomer,
    /// The rule refused it.
    #[serde(untagged)]
    Refused(Refusal),
}

/// A complaint about one line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BadRow {
    /// As the program that made the file numbers its lines; 0 for the whole file.
    pub line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub code: Code,
    /// What the cell says.
    pub value: String,
}

impl BadRow {
    fn of_file(code: Code) -> Self {
        Self { line: 0, column: None, code, value: String::new() }
    }
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// The form it was read as; none where it is no form.
    pub kind: Option<Kind>,
    /// Lines with content, without the header.
    pub read: u32,
    pub added: u32,
    pub changed: u32,
    pub unchanged: u32,
    pub refused: u32,
    pub rows: Vec<BadRow>,
    /// Columns that were not read because nobody here knows them.
    pub ignored: Vec<String>,
    pub dry: bool,
}

/// Reads a file and carries out its good lines as `by`; with `dry`, only says what it would do.
/// Without a `kind`, the file's header tells which form it is.
///
/// # Errors
/// Where the database cannot be read or written. A file that is no form is a report.
pub async fn run(
    store: &Store,
    by: Id<User>,
    kind: Option<Kind>,
    bytes: Vec<u8>,
    dry: bool,
) -> Result<Report, Error> {
    let at = clock::now();
    let read = tokio::task::spawn_blocking(move || {
        let table = read(&bytes)?;
        let header = columns::find(&table, kind).ok();
        Ok((table, header.map(|header| header.kind)))
    });
    let (table, found) = match read.await.map_err(Error::internal)? {
        Ok(read) => read,
        Err(code) => {
            let rows = vec![BadRow::of_file(code)];
            return Ok(Report { kind, rows, dry, ..Report::default() });
        }
    };
    let mut rows = Rows::new();
    for kind in found.map_or(&[][..], Kind::needs) {
        rows.append(&mut store.rows_of(*kind).await?);
    }
    let rehearsed = tokio::task::spawn_blocking(move || {
        let plan = plan(kind, &table, &rows, at);
        let (fates, commands) = rehearse(&plan, rows, by, at);
        (plan, fates, commands)
    });
    let (plan, mut fates, commands) = rehearsed.await.map_err(Error::internal)?;
    if !dry {
        // What a person says comes first: stock can only be counted of parts that are there.
        let (theirs, ours): (Vec<_>, Vec<_>) =
            commands.into_iter().partition(|(_, command)| actor(command, by) == by);
        for (actor, commands) in [(by, theirs), (SYSTEM, ours)] {
            let (lines, orders): (Vec<usize>, Vec<Order>) = commands
                .into_iter()
                .map(|(line, command)| (line, (new_mid(), at, command)))
                .unzip();
            for (line, outcome) in lines.into_iter().zip(store.carry_out(actor, orders).await?) {
                // Somebody changed something since the rehearsal.
                if let (Outcome::Refused { refusal }, Some(fate)) = (outcome, fates.get_mut(line)) {
                    *fate = Fate::Refused(refusal);
                }
            }
        }
    }
    Ok(report(&plan, &fates, dry))
}

/// What a line would do, or does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Added,
    Changed,
    Unchanged,
    Refused(Refusal),
}

/// Carries a plan out in memory: what becomes of each line, and the commands that change something.
fn rehearse(
    plan: &Plan,
    mut rows: Rows,
    by: Id<User>,
    at: Timestamp,
) -> (Vec<Fate>, Vec<(usize, Command)>) {
    let mut fates = Vec::with_capacity(plan.lines.len());
    let mut changing = Vec::new();
    for (index, line) in plan.lines.iter().enumerate() {
        let known = subject(plan, line).is_some_and(|key| rows.contains_key(&key));
        let mut fate = Fate::Unchanged;
        let mut news = Vec::new();
        for command in &line.commands {
            let envelope = Envelope {
                mid: uuid::Uuid::nil(),
                by: actor(command, by),
                at,
                doubtful: false,
                command: command.clone(),
            };
            match domain::apply(&rows, &envelope) {
                Ok(applied) if applied.rows.is_empty() => {}
                Ok(applied) => {
                    for row in applied.rows {
                        rows.insert(row.key(), Arc::new(row));
                    }
                    fate = if known { Fate::Changed } else { Fate::Added };
                    news.push((index, command.clone()));
                }
                // A ticket from this very line is there already, perhaps far along by now.
                Err(Refusal::AlreadyExists) => {}
                Err(refusal) => {
                    fate = Fate::Refused(refusal);
                    break;
                }
            }
        }
        if !matches!(fate, Fate::Refused(_)) {
            changing.append(&mut news);
        }
        fates.push(fate);
    }
    (fates, changing)
}

/// What the line is about: a machine's line may also bring its customer and its model.
fn subject(plan: &Plan, line: &Planned) -> Option<Key> {
    let kind = match plan.kind? {
        Kind::Customers => domain::Kind::Customer,
        Kind::Machines => domain::Kind::Machine,
        Kind::Parts => domain::Kind::Part,
        Kind::Tickets | Kind::Tracking => domain::Kind::Ticket,
    };
    line.commands.iter().flat_map(Command::keys).find(|key| key.kind == kind)
}

/// Opening stock is the import's own doing; everything else is done by the person.
fn actor(command: &Command, by: Id<User>) -> Id<User> {
    match command {
        Command::Stock(..) => SYSTEM,
        _ => by,
    }
}

/// The report on a plan whose lines met these fates.
fn report(plan: &Plan, fates: &[Fate], dry: bool) -> Report {
    let count = |wanted: Fate| {
        u32::try_from(fates.iter().filter(|fate| **fate == wanted).count()).unwrap_or(u32::MAX)
    };
    let mut rows = plan.bad.clone();
    for (line, fate) in plan.lines.iter().zip(fates) {
        if let Fate::Refused(refusal) = fate {
            rows.push(BadRow {
                line: line.number,
                column: None,
                code: Code::Refused(*refusal),
                value: String::new(),
            });
        }
    }
    rows.sort_by_key(|bad| bad.line);
    let (added, changed, unchanged) =
        (count(Fate::Added), count(Fate::Changed), count(Fate::Unchanged));
    let refused = plan.read - added - changed - unchanged;
    Report {
        kind: plan.kind,
        read: plan.read,
        added,
        changed,
        unchanged,
        refused,
        rows,
        ignored: plan.ignored.clone(),
        dry,
    }
}

/// An empty form as CSV with the mark that makes Excel read it as UTF-8.
pub fn template(kind: Kind) -> String {
    let names: Vec<&str> = match kind {
        // These two are the organisation's own forms, column by column.
        Kind::Tickets => vec![
            "序号",
            "客户姓名",
            "联系方式",
            "产品型号",
            "购买日期",
            "问题描述",
            "反馈渠道",
            "接收时间",
            "紧急程度",
        ],
        Kind::Tracking => vec![
            "工单编号",
            "客户信息",
            "问题类型",
            "处理人",
            "处理状态",
            "开始时间",
            "预计完成时间",
            "实际完成时间",
            "解决方案",
            "客户确认",
        ],
        Kind::Customers | Kind::Machines | Kind::Parts => columns::of(kind)
            .iter()
            .filter(|known| known.column != columns::Column::Ordinal)
            .map(|known| known.name)
            .collect(),
    };
    format!("\u{feff}{}\r\n", names.join(","))
}
