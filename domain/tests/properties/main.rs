//! Properties of the engine, over many random lives of a small organisation. The same seed is the same life.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(unreachable_pub, reason = "some of these files are shared with a program")]

#[path = "../../../tests/simulation/cast.rs"]
#[allow(dead_code, reason = "shared with the simulation, which uses all of it")]
mod cast;
#[path = "../../../tests/simulation/deeds.rs"]
#[allow(dead_code, reason = "shared with the simulation, which uses all of it")]
mod deeds;
#[path = "../../../tests/simulation/dice.rs"]
#[allow(dead_code, reason = "shared with the simulation, which uses all of it")]
mod dice;
#[path = "../../../tests/simulation/weather.rs"]
#[allow(dead_code, reason = "shared with the simulation, which uses all of it")]
mod weather;

mod decisions;
mod office;
mod typing;

use std::collections::BTreeMap;

use domain::{
    Command, Key,
    ledger::Journal,
    replica::Replica,
    ticket,
    wire::{Outcome, Push},
};

use crate::{
    dice::Dice,
    office::{Applied, Office, Person},
};

const LIVES: u64 = 60;
const DEEDS: usize = 60;

/// I15: the same cases are decided in a browser by the app's own tests.
#[test]
fn a_hundred_thousand_cases_are_decided_as_on_every_other_target() {
    let decided: Vec<u64> = (0..)
        .zip(decisions::EXPECTED)
        .map(|(seed, _)| decisions::hash(seed, decisions::CASES))
        .collect();
    assert_eq!(decided, decisions::EXPECTED);
}

/// I16
#[test]
fn with_nobody_else_about_the_phones_yes_is_the_servers() {
    let mut said = 0;
    for seed in 0..LIVES {
        let mut office = Office::new(seed);
        for _ in 0..DEEDS {
            let n = office.anybody();
            office.sync(n);
            if !office.act(n) {
                continue;
            }
            office.sync(n);
            let entry = office.people[n].replica.journal().values().next_back().unwrap();
            let predicted = office.predicted.take().unwrap();
            let outcome = match entry.outcome.clone().unwrap() {
                Outcome::Applied { .. } => Applied { amendment: None, some: true },
                Outcome::Amended { amendment, .. } => {
                    Applied { amendment: Some(amendment), some: true }
                }
                Outcome::Noop => Applied { amendment: None, some: false },
                no => panic!("seed {seed}: {no:?} to {:?}", entry.envelope.command),
            };
            assert_eq!(predicted, outcome, "seed {seed}");
            said += 1;
        }
    }
    assert!(said > 1_000, "{said} deeds are too few to tell");
}

/// I3: a life in which every request arrives once, and the same life in which each arrives several times and
/// old ones come again much later, leave the same rows and the same number of writes.
#[test]
fn what_arrives_again_does_nothing_again() {
    for seed in 0..LIVES {
        let (mut once, mut often) = (Office::new(seed), Office::new(seed));
        let (mut dice, mut old) = (Dice::new(seed, 77), Vec::new());
        for _ in 0..DEEDS {
            let n = once.anybody();
            assert_eq!(n, often.anybody());
            assert_eq!(once.act(n), often.act(n));
            let request = often.people[n].ask();
            for _ in 0..dice.below(3) {
                often.push(n, &request);
            }
            old.push((n, request));
            if let Some((n, request)) = dice.pick(&old) {
                often.push(*n, request);
            }
            once.sync(n);
            often.sync(n);
        }
        assert_eq!(once.books.rows, often.books.rows, "seed {seed}");
        assert_eq!(once.books.history.v, often.books.history.v, "seed {seed}");
    }
}

/// I4: whatever order requests arrive in, a device's envelopes are decided in theirs, and none is left out.
#[test]
fn a_devices_envelopes_are_decided_in_their_order_without_holes() {
    for seed in 0..LIVES {
        let mut office = Office::new(seed);
        let (mut dice, mut late, mut gaps) = (Dice::new(seed, 78), Vec::new(), 0);
        for _ in 0..DEEDS {
            let n = office.anybody();
            office.act(n);
            let mut request = office.people[n].ask();
            // A request whose beginning was lost on the way.
            if dice.chance(300) && request.envelopes.len() > 1 {
                request.prev_seq += 1;
                request.envelopes.remove(0);
                gaps += u32::from(matches!(office.push(n, &request), Push::NeedFrom(_)));
            }
            late.push((n, request));
            let place = dice.place(late.len());
            if dice.chance(500) {
                let (n, request) = late.swap_remove(place);
                office.push(n, &request);
            }
        }
        for n in 0..office.people.len() {
            office.sync(n);
            let Person { replica, .. } = &office.people[n];
            let decided: Vec<_> = (1..=replica.head().seq)
                .map(|seq| office.books.stored(replica.head().replica, seq).unwrap().unwrap().mid)
                .collect();
            let sealed: Vec<_> =
                replica.journal().values().map(|entry| entry.envelope.mid).collect();
            assert_eq!(decided, sealed, "seed {seed}");
        }
        assert!(gaps > 0 || seed > 0, "seed {seed} met no gap");
    }
}

/// I6 and I8: from whatever earlier moment a device goes on, by news or by a walk, in small stretches or large,
/// it comes to hold exactly what its person may see.
#[test]
fn news_and_walk_lead_to_the_same_rows() {
    for seed in 0..LIVES {
        let mut office = Office::new(seed);
        let mut dice = Dice::new(seed, 79);
        let mut earlier: Vec<(usize, Replica)> = Vec::new();
        for _ in 0..DEEDS {
            let n = office.anybody();
            office.sync(n);
            office.act(n);
            office.sync(n);
            if dice.chance(200) {
                let n = office.anybody();
                earlier.push((n, office.people[n].replica.clone()));
            }
        }
        for (n, replica) in earlier {
            let expected = office.view(n);
            let mut by_news = Person { replica: replica.clone(), ..office.people[n].clone() };
            office.listen(&mut by_news, None);
            assert_eq!(held(&by_news.replica), expected, "seed {seed}: news");
            let floor = office.books.history.floor;
            office.books.history.floor = office.books.history.v;
            let mut by_walk = Person { replica, ..office.people[n].clone() };
            let budget = dice.between(1, 3_000) as u32;
            office.listen(&mut by_walk, Some(budget));
            office.books.history.floor = floor;
            assert_eq!(held(&by_walk.replica), expected, "seed {seed}: walk");
            assert_eq!(by_walk.replica.head().diverged, 0);
        }
    }
}

/// I19: the same life with clocks that jump by ten years either way ends in the same verdicts.
#[test]
fn no_clock_decides_anything() {
    let outcomes = |office: &Office| -> Vec<_> {
        let kinds = office.books.journal.values().map(|stored| kind(&stored.outcome));
        kinds.collect()
    };
    for seed in 0..LIVES {
        let (mut sound, mut wild) = (Office::new(seed), Office::new(seed));
        wild.wild_clocks = true;
        for _ in 0..DEEDS {
            let n = sound.anybody();
            assert_eq!(n, wild.anybody());
            // That a ticket is reopened only for some time after closing is what the rule is about (T-18).
            let deed = sound.think(n).filter(|(_, command, _)| !is_reopening(command));
            let (one, other) = (sound.carry(n, deed.clone()), wild.carry(n, deed));
            assert_eq!(one, other, "seed {seed}");
            sound.sync(n);
            wild.sync(n);
        }
        assert_eq!(outcomes(&sound), outcomes(&wild), "seed {seed}");
    }
}

fn is_reopening(command: &Command) -> bool {
    matches!(command, Command::Ticket(_, ticket::Command::Reopen { .. }))
}

fn held(replica: &Replica) -> BTreeMap<Key, u64> {
    let era = replica.head().era;
    replica.confirmed().iter().map(|(key, row)| (*key, row.revision(era))).collect()
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied { .. } => "applied",
        Outcome::Noop => "noop",
        Outcome::Amended { .. } => "amended",
        Outcome::Refused { .. } => "refused",
        Outcome::Quarantined => "quarantined",
    }
}
