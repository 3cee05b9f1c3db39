//! One connection: statements are prepared once, and what needs no answer before the next is sent together.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    error::Error as StdError,
    fmt::Write,
    future::poll_fn,
    time::{Duration, Instant},
};

use futures::{
    StreamExt,
    future::{join, try_join_all},
};
use tokio::{runtime::Runtime, sync::mpsc, task::yield_now};
use tokio_postgres::{
    AsyncMessage, Client, Config, NoTls, Row, SimpleQueryMessage, Statement,
    types::{FromSql, ToSql, Type as Column},
};

use super::dialect;
use crate::{
    error::Error,
    store::sql::{Columns, Many, See, Sql, Type, Value},
};

/// Settings that are good to have; a database that does not know one goes without it. A process that sleeps
/// while it holds the head must not stop all others for ever.
const SETTINGS: [&str; 3] = [
    "set lock_timeout = '10s'",
    "set idle_in_transaction_session_timeout = '30s'",
    "set jit = off",
];

/// After this the connection is asked whether it is still there, before anything depends on it.
const SILENT: Duration = Duration::from_secs(1);

type Failed = tokio_postgres::Error;
type Values<'a> = Vec<Box<dyn ToSql + Sync + 'a>>;

/// A connection with everything it needs to run, on whichever thread uses it.
pub(in crate::store) struct Session {
    client: Client,
    calls: RefCell<mpsc::UnboundedReceiver<String>>,
    // It must end where waiting is allowed: on a thread of its own, or one that is there to wait.
    runtime: Runtime,
    /// By the text, and whether it is for many lists at once.
    statements: RefCell<HashMap<(&'static str, bool), Statement>>,
    /// What opens the transaction; it travels with the first statement.
    opening: Cell<Option<&'static str>>,
    /// Whether what failed may be run again from its beginning.
    again: Cell<bool>,
    used: Cell<Instant>,
    writes: bool,
}

impl Session {
    /// Connects. `writes` is whether its transactions take the head's lock.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub(in crate::store) fn open(config: &Config, writes: bool) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Error::internal)?;
        let unreachable = |error: Failed| {
            Error::Unavailable(format!("the database cannot be reached: {}", cause(&error)))
        };
        let (hear, calls) = mpsc::unbounded_channel();
        let client = runtime.block_on(async {
            let (client, mut connection) = config.connect(NoTls).await?;
            tokio::spawn(async move {
                // Ends when the connection does.
                while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
                    match message {
                        Ok(AsyncMessage::Notification(call)) => {
                            let _ = hear.send(call.payload().to_owned());
                        }
                        Ok(_) => {}
                        Err(_) => return,
                    }
                }
            });
            for setting in SETTINGS {
                // It may not know it.
                let _ = client.batch_execute(setting).await;
            }
            Ok(client)
        });
        Ok(Self {
            client: client.map_err(unreachable)?,
            calls: RefCell::new(calls),
            runtime,
            statements: RefCell::default(),
            opening: Cell::default(),
            again: Cell::default(),
            used: Cell::new(Instant::now()),
            writes,
        })
    }

    /// Opens a transaction with the first statement that follows.
    pub(super) fn begin(&self, text: &'static str) {
        self.again.set(false);
        self.opening.set(Some(text));
    }

    /// Whether the transaction that failed may be run again.
    pub(super) fn again(&self) -> bool {
        self.again.get()
    }

    /// Whether it still answers, where it has been silent for so long that it may have ended unnoticed.
    pub(super) fn lives(&self) -> bool {
        !self.client.is_closed()
            && (self.used.get().elapsed() < SILENT || self.shown("select 1").is_ok())
    }

    /// Whether the connection has ended, as far as it is known.
    pub(in crate::store) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Ends the transaction, which shall leave nothing behind, without waiting for the answer.
    pub(super) fn undo(&self) {
        if self.opening.take().is_none() {
            self.runtime.block_on(async {
                let mut undone = std::pin::pin!(self.client.batch_execute("rollback"));
                let _ = futures::poll!(&mut undone);
                // Lets the connection send it.
                yield_now().await;
            });
        }
    }

    /// Carries out commands that take no values.
    ///
    /// # Errors
    /// What the database says.
    pub(in crate::store) fn command(&self, text: &str) -> Result<(), Failed> {
        self.runtime.block_on(self.client.batch_execute(text))
    }

    /// The first column of the first row of the answer, as text.
    ///
    /// # Errors
    /// What the database says.
    pub(in crate::store) fn shown(&self, text: &str) -> Result<Option<String>, Failed> {
        let messages = self.runtime.block_on(self.client.simple_query(text))?;
        Ok(messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    }

    /// Calls on a channel that is listened to.
    ///
    /// # Errors
    /// Where the database has none.
    pub(in crate::store) fn call(&self, channel: &str, text: &str) -> Result<(), Failed> {
        let values: [&(dyn ToSql + Sync); 2] = [&channel, &text];
        self.runtime.block_on(self.client.execute("select pg_notify($1, $2)", &values)).map(drop)
    }

    /// The next call that is heard within a time.
    pub(in crate::store) fn heard(&self, within: Duration) -> Option<String> {
        let mut calls = self.calls.borrow_mut();
        self.runtime.block_on(async { tokio::time::timeout(within, calls.recv()).await.ok()? })
    }

    /// The error as the rest of the program knows it; remembers whether trying again may help.
    pub(super) fn told(&self, error: &Failed) -> Error {
        let code = error.code().map_or("", |code| code.code());
        let lost = self.lost(error);
        // Serialization failure, deadlock.
        if lost || matches!(code, "40001" | "40P01") {
            self.again.set(true);
        }
        // No room, somebody else holds the lock, shutting down, the disk: weather, not a bug.
        let weather = ["08", "40", "53", "55", "57", "58"];
        if lost || weather.iter().any(|class| code.starts_with(class)) {
            Error::Unavailable(cause(error))
        } else {
            Error::internal(cause(error))
        }
    }

    /// Whether the connection is of no use any more, or the server at its end not the one that writes.
    pub(super) fn lost(&self, error: &Failed) -> bool {
        match error.code().map(|code| code.code()) {
            // Shutting down, crashed, starting; ended for idleness; a standby.
            Some(code) => {
                code.starts_with("08")
                    || matches!(code, "57P01" | "57P02" | "57P03" | "25P03" | "25006")
            }
            None => error.is_closed() || self.client.is_closed() || is_broken_pipe(error),
        }
    }

    /// The statement as this connection knows it.
    fn prepared(&self, text: &'static str, many: Option<&Many>) -> Result<Statement, Failed> {
        let name = (text, many.is_some());
        if let Some(known) = self.statements.borrow().get(&name) {
            return Ok(known.clone());
        }
        let words = match many {
            Some(many) => dialect::together(many),
            None => dialect::one(text, self.writes),
        };
        let statement = self.runtime.block_on(self.client.prepare(&words))?;
        self.statements.borrow_mut().insert(name, statement.clone());
        Ok(statement)
    }

    /// Sends all of it at once, after what opens the transaction; answers rows, and how many were touched.
    fn ask(&self, asked: &[(Statement, Values<'_>)]) -> Result<Vec<(Vec<Row>, u64)>, Error> {
        self.used.set(Instant::now());
        let opening = self.opening.take();
        let answers = self.runtime.block_on(async {
            let opened = async {
                match opening {
                    Some(text) => self.client.batch_execute(text).await,
                    None => Ok(()),
                }
            };
            let answers = asked.iter().map(|(statement, values)| async move {
                let values: Vec<&(dyn ToSql + Sync)> =
                    values.iter().map(|value| &**value as _).collect();
                let mut rows = std::pin::pin!(self.client.query_raw(statement, values).await?);
                let mut seen = Vec::new();
                while let Some(row) = rows.next().await {
                    seen.push(row?);
                }
                Ok::<_, Failed>((seen, rows.rows_affected().unwrap_or_default()))
            });
            let (opened, answers) = join(opened, try_join_all(answers)).await;
            opened.and(answers)
        });
        answers.map_err(|error| self.told(&error))
    }

    fn ask_one(&self, text: &'static str, values: &[Value<'_>]) -> Result<(Vec<Row>, u64), Error> {
        let statement = self.prepared(text, None).map_err(|error| self.told(&error))?;
        let values = parameters(&statement, values);
        Ok(self.ask(&[(statement, values)])?.pop().unwrap_or_default())
    }
}

fn is_broken_pipe(error: &Failed) -> bool {
    error.source().is_some_and(|inner| inner.is::<std::io::Error>())
}

/// The whole chain of causes: the crate's own sentence alone says little.
pub(super) fn cause(error: &Failed) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(error) = inner {
        let _ = write!(text, ": {error}");
        inner = error.source();
    }
    text
}

impl Sql for Session {
    fn each(&self, text: &'static str, values: &[Value<'_>], see: See<'_>) -> Result<(), Error> {
        self.ask_one(text, values)?.0.iter().try_for_each(|row| see(row))
    }

    fn each_together(
        &self,
        asked: &[(&'static str, &[Value<'_>])],
        see: &mut dyn FnMut(usize, &dyn Columns) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut sent = Vec::with_capacity(asked.len());
        for (text, values) in asked {
            let statement = self.prepared(text, None).map_err(|error| self.told(&error))?;
            let values = parameters(&statement, values);
            sent.push((statement, values));
        }
        for (at, (rows, _)) in self.ask(&sent)?.iter().enumerate() {
            rows.iter().try_for_each(|row| see(at, row))?;
        }
        Ok(())
    }

    fn run(&self, text: &'static str, values: &[Value<'_>]) -> Result<u64, Error> {
        Ok(self.ask_one(text, values)?.1)
    }

    fn each_in_turn(
        &self,
        text: &'static str,
        lists: &[Vec<Value<'_>>],
        see: See<'_>,
    ) -> Result<(), Error> {
        let statement = self.prepared(text, None).map_err(|error| self.told(&error))?;
        let asked: Vec<_> = lists
            .iter()
            .map(|values| (statement.clone(), parameters(&statement, values)))
            .collect();
        self.ask(&asked)?.iter().flat_map(|(rows, _)| rows).try_for_each(|row| see(row))
    }

    fn each_of(
        &self,
        many: &'static Many,
        lists: &[Vec<Value<'_>>],
        see: See<'_>,
    ) -> Result<(), Error> {
        let statement = self.prepared(many.text, Some(many)).map_err(|error| self.told(&error))?;
        let answers = self.ask(&[(statement, columns(many, lists))])?;
        answers.iter().flat_map(|(rows, _)| rows).try_for_each(|row| see(row))
    }

    fn run_all(&self, all: &[(&'static Many, Vec<Vec<Value<'_>>>)]) -> Result<(), Error> {
        let mut asked = Vec::with_capacity(all.len());
        for (many, lists) in all {
            let statement = self.prepared(many.text, Some(many));
            let statement = statement.map_err(|error| self.told(&error))?;
            asked.push((statement, columns(many, lists)));
        }
        self.ask(&asked).map(drop)
    }

    fn far(&self) -> bool {
        true
    }
}

/// The values as the statement's parameters.
fn parameters<'a>(statement: &Statement, values: &'a [Value<'_>]) -> Values<'a> {
    let parameter = |(value, kind): (&'a Value<'_>, &Column)| -> Box<dyn ToSql + Sync + 'a> {
        match value {
            Value::Int(n) => Box::new(n),
            Value::Text(text) => Box::new(text),
            Value::Null if *kind == Column::INT8 => Box::new(None::<i64>),
            Value::Null => Box::new(None::<&str>),
        }
    };
    values.iter().zip(statement.params()).map(parameter).collect()
}

/// The lists turned around: an array for each column.
fn columns<'a>(many: &Many, lists: &'a [Vec<Value<'_>>]) -> Values<'a> {
    let column = |(at, kind): (usize, &Type)| -> Box<dyn ToSql + Sync + 'a> {
        let values = lists.iter().map(move |list| list.get(at).unwrap_or(&Value::Null));
        match kind {
            Type::Int => Box::new(values.map(Value::int).collect::<Vec<Option<i64>>>()),
            Type::Text => Box::new(values.map(Value::text).collect::<Vec<Option<&str>>>()),
        }
    };
    many.types.iter().enumerate().map(column).collect()
}

impl Columns for Row {
    fn maybe_text(&self, at: usize) -> Result<Option<&str>, Error> {
        self.try_get(at).map_err(Error::internal)
    }

    fn maybe_int(&self, at: usize) -> Result<Option<i64>, Error> {
        let number: Option<Number> = self.try_get(at).map_err(Error::internal)?;
        Ok(number.map(|number| number.0))
    }
}

/// A whole number of any width.
struct Number(i64);

impl<'a> FromSql<'a> for Number {
    fn from_sql(ty: &Column, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(if *ty == Column::INT4 {
            i32::from_sql(ty, raw)?.into()
        } else {
            i64::from_sql(ty, raw)?
        }))
    }

    fn accepts(ty: &Column) -> bool {
        matches!(*ty, Column::INT4 | Column::INT8)
    }
}
