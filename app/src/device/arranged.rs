//! What a person arranged for themselves on this device: saved views, limits, columns. A convenience: it is
//! no data of the organisation, does not travel, and its loss costs a few presses.

use std::collections::BTreeMap;

use domain::{Id, json, visit::Visit};
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use super::Device;
use crate::storage;

/// The alerts that were read, in the person's database.
const READ: &str = "alerts-read";

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

/// What was kept under this name.
fn recall(key: &str) -> Option<Arranged> {
    Arranged::read(&storage::recall(key)?)
}
