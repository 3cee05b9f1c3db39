//! I8: whoever hears what changed and whoever walks the view end with the same rows, from any earlier cursor.

use std::collections::BTreeMap;

use domain::{
    Key, Rows, Timestamp,
    ledger::{self, Journal},
    replica::{Confirmed, Head, Replica, Walk},
    scope,
    wire::{Cursor, Push},
};

use crate::world::World;

/// How many answers one way may take.
const ANSWERS_MAX: u32 = 2_000;

impl World {
    /// Takes one person from one earlier moment to now, by news and by walks, over snapshots that move on
    /// between the pages.
    pub fn both_ways(&mut self) {
        let memory = &self.server.memory;
        let Some(&user) = self.dice.pick(&self.known.people) else { return };
        let from = self.dice.place(memory.newest() + 1);
        let past = memory.as_of(from);
        let (Ok(then), grants) = (past.history(), past.grants(user)) else { return };
        if grants.is_empty() || memory.now().grants(user).is_empty() {
            return;
        }
        let confirm =
            |v, row: &std::sync::Arc<domain::Row>| Confirmed { v, era: 0, row: row.clone() };
        let base: BTreeMap<Key, Confirmed> = past
            .view(&grants)
            .map(|(key, version)| (key, confirm(version.v, &version.row)))
            .collect();
        let cursor = Cursor { epoch: Some(then.epoch), v: then.v, grants: scope::name(&grants) };
        let news = Head { user, cursor: cursor.clone(), ..Head::default() };
        let walk = |since, whole| Head {
            walk: Some(Walk { goal: cursor.clone(), after: None, since, whole }),
            ..news.clone()
        };
        let ways = [news.clone(), walk(then.v, false), walk(0, true)];
        for head in ways {
            if let Err(why) = self.lead(head.clone(), base.clone(), from) {
                let walked = head.walk.is_some();
                return self.broke(format!("I8: {user} from {} (walked: {walked}): {why}", then.v));
            }
        }
    }

    /// Asks until nothing is left to ask, and compares with what the person may see.
    fn lead(
        &mut self,
        head: Head,
        base: BTreeMap<Key, Confirmed>,
        from: usize,
    ) -> Result<(), String> {
        let user = head.user;
        let mut replica = Replica::restore(head, base, Rows::new(), BTreeMap::new());
        let (mut commit, newest) = (from, self.server.memory.newest());
        for _ in 0..ANSWERS_MAX {
            commit = (commit + self.dice.place(4)).min(newest);
            let mut request = replica.request("", Timestamp(0));
            request.sums = commit == newest;
            if let Some(ask) = &mut request.stretch {
                ask.budget = self.weather.server.stretch_bytes.max(1);
            }
            let books = self.server.memory.as_of(commit);
            let grants = books.grants(user);
            if grants.is_empty() {
                // Nobody hears anything while they do not work here.
                continue;
            }
            let answer = ledger::answer(&books, &request, Push::Done, Some(&grants), Timestamp(0));
            let answer = answer.map_err(|why| format!("{why:?}"))?;
            let Some(plan) = replica.merge(&request, answer, Timestamp(0)) else {
                return Err("the answer was not to the question".into());
            };
            replica.commit(plan);
            if commit == newest && replica.head().walk.is_none() && request.stretch.is_none() {
                break;
            }
        }
        let books = self.server.memory.now();
        let grants = books.grants(user);
        let held = replica.confirmed().iter().map(|(key, row)| (*key, row.v));
        let wanted = books.view(&grants).map(|(key, version)| (key, version.v));
        let (held, wanted): (Vec<_>, Vec<_>) = (held.collect(), wanted.collect());
        if held != wanted {
            let odd = held.iter().filter(|one| !wanted.contains(one));
            let odd = odd.chain(wanted.iter().filter(|one| !held.contains(one)));
            return Err(format!("{:?}", odd.take(4).collect::<Vec<_>>()));
        }
        if replica.head().diverged > 0 {
            return Err("the sums did not agree".into());
        }
        Ok(())
    }
}
