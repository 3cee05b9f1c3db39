//! The walk through a view: the order in which rows are gone through, and sums to compare by.
//!
//! A device that cannot go on from its cursor is led through everything it may hold, a stretch at a time.
//! Ids never change, so a row keeps its place: what did not change since the walk began is met exactly once,
//! and what did is in the log behind the walk's goal.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Key, Kind};

/// Where a key lies in the walk: kinds in their order, and in each the newest id first.
pub fn place(key: Key) -> (Kind, Reverse<Uuid>) {
    (key.kind, Reverse(key.id))
}

/// Whether a key lies behind `after` and not behind `to`.
pub fn within(key: Key, after: Option<Key>, to: Option<Key>) -> bool {
    after.is_none_or(|after| place(after) < place(key))
        && to.is_none_or(|to| place(key) <= place(to))
}

/// How many rows there are, and a sum over their keys and revisions. Two sets of rows with one sum are the
/// same, but for an accident of one in 2^64; it guards against our mistakes, not against an enemy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub count: u64,
    pub sum: u64,
}

impl Sum {
    /// Adds a row.
    pub fn add(&mut self, key: Key, v: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(mark(key, v));
    }
}

/// A number that depends on every bit of a key and a revision.
fn mark(key: Key, v: u64) -> u64 {
    let (high, low) = key.id.as_u64_pair();
    let word = key.kind.word().bytes().fold(0u64, |hash, byte| stir(hash ^ u64::from(byte)));
    [high, low, v].into_iter().fold(word, |hash, part| stir(hash ^ part))
}

/// One step of SplitMix64.
fn stir(n: u64) -> u64 {
    let n = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kind: Kind, n: u128) -> Key {
        Key { kind, id: Uuid::from_u128(n) }
    }

    #[test]
    fn people_come_first_and_then_the_newest_ticket() {
        let mut keys = [
            key(Kind::Ticket, 1),
            key(Kind::Customer, 9),
            key(Kind::Ticket, 2),
            key(Kind::User, 5),
        ];
        keys.sort_by_key(|key| place(*key));
        assert_eq!(
            keys,
            [
                key(Kind::User, 5),
                key(Kind::Ticket, 2),
                key(Kind::Ticket, 1),
                key(Kind::Customer, 9)
            ]
        );
        assert!(within(keys[1], Some(keys[0]), Some(keys[1])));
        assert!(!within(keys[1], Some(keys[1]), None));
        assert!(!within(keys[2], None, Some(keys[1])));
    }

    #[test]
    fn a_sum_tells_every_small_difference() {
        let sum = |rows: &[(Key, u64)]| {
            let mut sum = Sum::default();
            rows.iter().for_each(|(key, v)| sum.add(*key, *v));
            sum
        };
        let (one, two) = (key(Kind::Ticket, 1), key(Kind::Ticket, 2));
        assert_eq!(sum(&[(one, 1), (two, 2)]), sum(&[(two, 2), (one, 1)]));
        assert_ne!(sum(&[(one, 1), (two, 2)]), sum(&[(one, 2), (two, 1)]));
        assert_ne!(sum(&[(one, 1)]), sum(&[(one, 1), (one, 1)]));
        assert_ne!(sum(&[(one, 1)]), sum(&[(key(Kind::Part, 1), 1)]));
    }
}
