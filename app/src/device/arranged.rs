//! What a person arranged for themselves on this device: saved views, limits, columns. A convenience: it is
//! no data of the organisation, does not travel, and its loss costs a few presses. Beside it, what this person was told
//! here: the alerts that were read, and the jobs that left.

use std::{collections::BTreeMap, rc::Rc};

use domain::{
    Id, Kind, Lookup, Timestamp, json,
    replica::{Plan, Replica},
    ticket::Ticket,
    visit::Visit,
};
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use super::Device;
use crate::{clock, storage, store::Store};

/// The alerts that were read, in the person's database.
const READ: &str = "alerts-read";

/// The jobs that left this device while they were the person's, in the person's database.
const TAKEN_AWAY: &str = "taken-away";
/// How long a job that left is spoken of, in minutes.
const TAKEN_AWAY_MINUTES: i64 = 7 * 24 * 60;

/// A job that is not on this device any more: the office took it from this person. Its row is gone, so what people call
/// it by is kept here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenAway {
    pub ticket: Id<Ticket>,
    pub visit: Id<Visit>,
    /// Its number and whose it is.
    pub label: String,
    /// When this device heard of it.
    pub at: Timestamp,
}

impl TakenAway {
    /// Whether it is still spoken of. No longer does a customer's name stay here.
    fn is_spoken_of(&self, now: Timestamp) -> bool {
        self.at.plus_minutes(TAKEN_AWAY_MINUTES) > now
    }
}

/// What is arranged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Arranged {
    /// Filters under a name, for the board and the table.
    pub views: Vec<SavedView>,
    /// The most tickets a column of the board should hold, by the column's word.
    pub limits: BTreeMap<String, usize>,
    /// The table's columns that are hidden, by their words.
    pub hidden: Vec<String>,
}

impl Arranged {
    /// What was saved, in today's words: machines with us were a group of the table once.
    fn read(text: &str) -> Option<Self> {
        let mut arranged: Arranged = json::read(text).ok()?;
        for SavedView { narrowed, .. } in &mut arranged.views {
            if narrowed.group == "kept" {
                narrowed.group.clear();
                narrowed.kept = true;
            }
        }
        Some(arranged)
    }
}

/// Filters under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedView {
    pub name: String,
    pub narrowed: Narrowed,
}

/// What a list of tickets is narrowed down to, each in its word; empty is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    pub group: String,
    pub alert: String,
    pub priority: String,
    pub engineer: String,
    pub team: String,
    pub channel: String,
    pub region: String,
    pub model: String,
    pub mine: bool,
    /// Only those whose machine is with us.
    pub kept: bool,
}

impl Device {
    /// The visits about whose changes this person was told and has read it.
    pub async fn alerts_read(self) -> Vec<Id<Visit>> {
        let Some(store) = self.store.get_value() else { return Vec::new() };
        store.small(READ).await.ok().flatten().unwrap_or_default()
    }

    /// Keeps them. Where that fails the alerts stay on the list, and nothing is lost.
    pub fn keep_alerts_read(self, visits: Vec<Id<Visit>>) {
        let Some(store) = self.store.get_value() else { return };
        spawn_local(async move {
            let _kept = store.keep_small(READ, Some(&visits)).await;
        });
    }

    /// The jobs that left this device while they were the person's (tracked). One that came back is none of them.
    pub fn taken_away(self) -> Vec<TakenAway> {
        let mut taken = self.taken_away.get();
        let now = clock::now();
        taken.retain(|taken| taken.is_spoken_of(now) && self.find(taken.ticket).is_none());
        taken
    }

    /// What a ticket is called that is not on this device any more.
    pub fn called(self, ticket: Id<Ticket>) -> Option<String> {
        self.taken_away
            .with(|taken| Some(taken.iter().find(|it| it.ticket == ticket)?.label.clone()))
    }

    /// Reads which jobs left and forgets the old ones. A customer who holds the device learns of no other.
    pub(super) async fn recall_taken_away(self, store: &Rc<Store>) {
        if self.handed_out {
            return;
        }
        let kept: Option<Vec<TakenAway>> = store.small(TAKEN_AWAY).await.ok().flatten();
        let mut taken = kept.unwrap_or_default();
        let (read, now) = (taken.len(), clock::now());
        taken.retain(|taken| taken.is_spoken_of(now));
        if taken.len() < read {
            let _kept = store.keep_small(TAKEN_AWAY, Some(&taken)).await;
        }
        self.taken_away.set(taken);
    }

    /// Notes which of this person's jobs leave with a plan, before it is kept: said too often is corrected by the row
    /// that is still here, said never is a drive to a door where nobody waits.
    pub(super) async fn note_taken_away(self, store: &Rc<Store>, planned: &Plan) {
        let at = clock::now();
        let leaving = self.view.with_untracked(|view| {
            view.as_ref().map(|view| leaving(view, planned, at)).unwrap_or_default()
        });
        if leaving.is_empty() {
            return;
        }
        let mut taken = self.taken_away.get_untracked();
        taken.retain(|it| {
            it.is_spoken_of(at) && leaving.iter().all(|left| left.ticket != it.ticket)
        });
        taken.extend(leaving);
        let _kept = store.keep_small(TAKEN_AWAY, Some(&taken)).await;
        self.taken_away.set(taken);
    }

    /// What this person arranged here (tracked).
    pub fn arranged<T>(self, told: impl FnOnce(&Arranged) -> T) -> T {
        self.arranged.with(told)
    }

    /// Changes what this person arranged, on every page, and keeps it where the browser lets us.
    pub fn arrange(self, change: impl FnOnce(&mut Arranged)) {
        let key = untrack(|| self.arranged_key());
        // Another tab may have arranged something since.
        let mut arranged = recall(&key).unwrap_or_else(|| self.arranged.get_untracked());
        change(&mut arranged);
        let text = serde_json::to_string(&arranged).unwrap_or_default();
        storage::remember(&key, &text);
        self.arranged.set(arranged);
    }

    /// Follows the person.
    pub(super) fn watch_arranged(self) {
        let key = Memo::new(move |_| self.arranged_key());
        Effect::new(move |_| self.arranged.set(key.with(|key| recall(key)).unwrap_or_default()));
    }

    /// Under whose name it is kept (tracked).
    fn arranged_key(self) -> String {
        let id = self.owner.with(|owner| owner.as_ref().map(|owner| owner.user.id));
        format!("doorstep.desk.{}", id.map(|id| id.to_string()).unwrap_or_default())
    }
}

/// The jobs of whom this view is that a plan takes away while they are not done.
fn leaving(view: &Replica, planned: &Plan, at: Timestamp) -> Vec<TakenAway> {
    let me = view.head().user;
    let tickets = planned.gone.iter().filter(|key| key.kind == Kind::Ticket);
    let left = tickets.filter_map(|key| {
        let ticket = view.find::<Ticket>(Id::new(key.id))?;
        let visit = ticket.visit_of(me).filter(|visit| visit.is_open())?;
        let label = format!("{} {}", ticket.spoken_number(), ticket.contact.label());
        Some(TakenAway { ticket: ticket.id, visit: visit.id, label, at })
    });
    left.collect()
}

/// What was kept under this name.
fn recall(key: &str) -> Option<Arranged> {
    Arranged::read(&storage::recall(key)?)
}
