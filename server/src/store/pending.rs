//! What a write transaction has changed and not yet told the database: told in one go, a statement for each table.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Id, Key, Kind, Row, Timestamp,
    ledger::ReplicaRow,
    replica::Replica,
    scope::Scope,
    wire::{Held, Room},
};

use super::sql::{Many, Sql, Type, Value, values};
use crate::error::Error;

use Type::{Int, Text};

static ROWS: Many = Many {
    text: "insert into rows (kind, id, v, body) values (?1, ?2, ?3, ?4)
           on conflict (kind, id) do update set v = excluded.v, body = excluded.body",
    types: &[Text, Text, Int, Text],
};
static HELD: Many = Many {
    text: "insert into row_scope (kind, id, scope, v) values (?1, ?2, ?3, ?4)
           on conflict (kind, id, scope) do update set v = excluded.v",
    types: &[Text, Text, Text, Int],
};
static LEFT: Many = Many {
    text: "delete from row_scope where kind = ?1 and id = ?2 and scope = ?3",
    types: &[Text, Text, Text],
};
static CHANGES: Many = Many {
    text: "insert into change (scope, v, kind, id, stays) values (?1, ?2, ?3, ?4, ?5)
           on conflict (scope, v, kind, id) do update set stays = excluded.stays",
    types: &[Text, Int, Text, Text, Int],
};
static NUMBERS: Many = Many {
    text: "insert into number (number, kind, id) values (?1, ?2, ?3)
           on conflict (number, kind) do nothing",
    types: &[Text, Text, Text],
};
static COUNTERS: Many = Many {
    text: "insert into counter (name, day, n) values (?1, ?2, ?3)
           on conflict (name, day) do update set n = excluded.n",
    types: &[Text, Text, Int],
};
static DUE: Many = Many {
    text: "insert into due (kind, id, at) values (?1, ?2, ?3)
           on conflict (kind, id) do update set at = excluded.at",
    types: &[Text, Text, Int],
};
static NOT_DUE: Many =
    Many { text: "delete from due where kind = ?1 and id = ?2", types: &[Text, Text] };
static REPLICAS: Many = Many {
    // What the device did not tell stays as it was: it never holds fewer than no envelopes.
    text: r#"insert into replica (id, "user", device_code, last_seq, last_at, last_seen, build,
           waiting, waiting_since, full_percent, lasting)
           values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
           on conflict (id) do update set last_seq = excluded.last_seq, last_at = excluded.last_at,
           last_seen = excluded.last_seen,
           build = case when excluded.build = '' then replica.build else excluded.build end,
           waiting = coalesce(excluded.waiting, replica.waiting),
           waiting_since = case when excluded.waiting is null then replica.waiting_since
           else excluded.waiting_since end,
           full_percent = coalesce(excluded.full_percent, replica.full_percent),
           lasting = coalesce(excluded.lasting, replica.lasting)"#,
    types: &[Text, Text, Text, Int, Int, Int, Text, Int, Int, Int, Int],
};
static ENVELOPES: Many = Many {
    text: r#"insert into envelope (replica, seq, mid, first, "user", claimed, at, doubtful, received,
           command, hash, outcome, v, chain, n, carrier)
           values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"#,
    types: &[
        Text, Int, Text, Int, Text, Int, Int, Int, Int, Text, Text, Text, Int, Text, Int, Text,
    ],
};

static HEAD: Many = Many {
    text: "update head set v = ?1, devices = ?2, chain = ?3, entries = ?4, epoch = ?5,
           log_floor = ?6 where one = ?7",
    types: &[Int, Int, Text, Int, Text, Int, Int],
};

/// The changes that wait; of two to the same row the later one stands.
#[derive(Default)]
pub(super) struct Pending {
    /// Told in JSON only at the end: a device that sends many envelopes about one row costs one telling.
    pub(super) rows: BTreeMap<Key, (u64, Arc<Row>)>,
    /// The revision of a row in a scope, or nothing where it left.
    pub(super) scopes: BTreeMap<(Key, Scope), Option<u64>>,
    /// Whether the row stays in the scope.
    pub(super) changes: BTreeMap<(Scope, u64, Key), bool>,
    pub(super) numbers: BTreeMap<(String, Kind), Key>,
    pub(super) counters: BTreeMap<(Kind, String), i64>,
    pub(super) due: BTreeMap<Key, Option<Timestamp>>,
    pub(super) replicas: BTreeMap<Id<Replica>, Device>,
    /// As they stand in the columns.
    pub(super) envelopes: Vec<Vec<Value<'static>>>,
    pub(super) head: Option<Vec<Value<'static>>>,
}

/// A replica, and what its device told of itself.
pub(super) struct Device {
    pub(super) row: ReplicaRow,
    /// Empty where no app spoke.
    pub(super) build: String,
    /// What it still holds; nothing where it did not say.
    pub(super) waiting: Option<Held>,
    /// How safely it keeps it; nothing where it did not say.
    pub(super) room: Option<Room>,
}

impl Pending {
    /// Tells the database all of it.
    ///
    /// # Errors
    /// Where the database does not take it; then the transaction is worth nothing any more.
    pub(super) fn flush(&mut self, sql: &dyn Sql) -> Result<(), Error> {
        let Self { rows, scopes, changes, numbers, counters, due, replicas, envelopes, head } =
            std::mem::take(self);
        let bodies: Vec<(Key, u64, String)> = rows
            .iter()
            .map(|(key, (v, row))| Ok((*key, *v, row.to_json().map_err(Error::internal)?)))
            .collect::<Result<_, Error>>()?;
        let mut all: Vec<(&'static Many, Vec<Vec<Value<'_>>>)> = Vec::new();
        let lists = bodies.iter().map(|(key, v, body)| list(*key, values![*v, body]));
        all.push((&ROWS, lists.collect()));
        let lists = scopes
            .iter()
            .filter_map(|((key, scope), v)| v.map(|v| list(*key, values![scope.text(), v])));
        all.push((&HELD, lists.collect()));
        let gone = scopes.iter().filter(|(_, v)| v.is_none());
        let lists = gone.map(|((key, scope), _)| list(*key, values![scope.text()]));
        all.push((&LEFT, lists.collect()));
        let lists = changes.iter().map(|((scope, v, Key { kind, id }), stays)| {
            values![scope.text(), *v, kind.word(), id.simple().to_string(), *stays].to_vec()
        });
        all.push((&CHANGES, lists.collect()));
        let lists = numbers.iter().map(|((number, _), Key { kind, id })| {
            values![number, kind.word(), id.simple().to_string()].to_vec()
        });
        all.push((&NUMBERS, lists.collect()));
        let lists = counters.iter().map(|((kind, day), n)| values![kind.word(), day, *n].to_vec());
        all.push((&COUNTERS, lists.collect()));
        let lists = due.iter().filter_map(|(key, at)| at.map(|at| list(*key, values![at])));
        all.push((&DUE, lists.collect()));
        let over = due.iter().filter(|(_, at)| at.is_none());
        all.push((&NOT_DUE, over.map(|(key, _)| list(*key, [])).collect()));
        let lists = replicas.values().map(|Device { row, build, waiting, room }| {
            let ReplicaRow { id, user, device_code, last_seq, last_at, last_seen } = row;
            let count = waiting.as_ref().map(|held| u64::from(held.count));
            let since = waiting.as_ref().and_then(|held| held.oldest).map(|at| at.0);
            let mut list =
                values![*id, *user, device_code, *last_seq, *last_at, *last_seen, build].to_vec();
            let full = room.and_then(|room| room.full_percent).map(u64::from);
            let lasting = room.and_then(|room| room.lasting).map(u64::from);
            list.extend(values![count, since, full, lasting]);
            list
        });
        all.push((&REPLICAS, lists.collect()));
        all.push((&ENVELOPES, envelopes));
        all.push((&HEAD, head.into_iter().collect()));
        all.retain(|(_, lists)| !lists.is_empty());
        if all.is_empty() { Ok(()) } else { sql.run_all(&all) }
    }
}

fn list<'a, const N: usize>(key: Key, rest: [Value<'a>; N]) -> Vec<Value<'a>> {
    let mut list = Vec::with_capacity(N + 2);
    list.extend(values![key.kind.word(), key.id.simple().to_string()]);
    list.extend(rest);
    list
}
