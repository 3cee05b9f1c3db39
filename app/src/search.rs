//! The tickets and parts of this device with what they are called: prepared once for each, not at each key. Tickets are
//! kept so from page to page.

use std::{
    cell::RefCell,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use domain::{
    Id,
    part::Part,
    search::{Names, Rank, Trail, Wanted},
    ticket::Ticket,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use crate::device::{Device, Held};

/// A ticket and what it is called. Copying it costs nothing.
#[derive(Clone)]
pub struct Line {
    pub ticket: Held<Ticket>,
    names: Arc<OnceLock<Names>>,
}

impl Line {
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::from(&*self.ticket))
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.ticket.id)
    }
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        // A ticket that changed has names of its own.
        Arc::ptr_eq(&self.names, &other.names)
    }
}

thread_local! {
    static KNOWN: RefCell<BTreeMap<Id<Ticket>, Line>> = const { RefCell::new(BTreeMap::new()) };
}

/// Every ticket this device holds, in the order of their ids (tracked).
pub fn every(device: Device) -> Vec<Line> {
    let held = device.held::<Ticket>();
    KNOWN.with_borrow_mut(|known| {
        let mut before = std::mem::take(known);
        for ticket in held {
            let names = match before.remove(&ticket.id) {
                Some(line) if line.ticket == ticket => line.names,
                _ => Arc::default(),
            };
            known.insert(ticket.id, Line { ticket, names });
        }
        known.values().cloned().collect()
    })
}

/// Every ticket this device holds: what waits for work first, then the newest (tracked).
pub fn lines(device: Device) -> Vec<Line> {
    let mut lines = every(device);
    lines.sort_by_key(|it| (it.ticket.stage.is_over(), Reverse(it.ticket.registered_at)));
    lines
}

/// Prepares the names bit by bit, so that the first key finds them ready and no tap waits.
pub fn prepare(lines: Memo<Vec<Line>>) {
    const AT_ONCE: usize = 200;
    spawn_local(async move {
        let mut from = 0;
        while let Some(count) = lines.try_with_untracked(|lines| {
            let part = lines.get(from..).unwrap_or_default();
            let part = &part[..part.len().min(AT_ONCE)];
            part.iter().for_each(|line| {
                line.names();
            });
            part.len()
        }) {
            if count == 0 {
                break;
            }
            from += count;
            TimeoutFuture::new(0).await;
        }
    });
}

/// Those that fit what was typed, the best first; with nothing typed all of them, as they stand.
pub fn found<'a>(wanted: &Wanted, lines: impl Iterator<Item = &'a Line>) -> Vec<Id<Ticket>> {
    if wanted.is_empty() {
        return lines.map(|line| line.ticket.id).collect();
    }
    let ranked = |line: &Line| Some((wanted.rank(line.names())?, line.ticket.id));
    let mut found: Vec<_> = lines.filter_map(ranked).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, id)| id).collect()
}

/// The parts there are, to choose from. A handle: copying it costs nothing.
#[derive(Clone, Copy)]
pub struct Parts {
    pub all: Memo<Vec<Held<Part>>>,
    /// Written down when the first letter is typed, and again only where the parts change.
    names: Memo<Vec<Names>>,
}

impl Parts {
    pub fn new(device: Device) -> Parts {
        let all = Memo::new(move |_| device.held::<Part>());
        let names = Memo::new(move |_| {
            all.with(|parts| parts.iter().map(|part| Names::from(&**part)).collect::<Vec<_>>())
        });
        Parts { all, names }
    }

    /// Those that fit what was typed, and how well (tracked).
    pub fn ranked(self, wanted: &Wanted) -> Vec<(Rank, Held<Part>)> {
        self.all.with(|parts| {
            self.names.with(|names| {
                let ranked =
                    |(part, names): (&Held<Part>, _)| Some((wanted.rank(names)?, part.clone()));
                parts.iter().zip(names).filter_map(ranked).collect()
            })
        })
    }

    /// The ids of those that fit; `None` where nothing was typed, for then all do (tracked).
    pub fn fitting(self, wanted: &Wanted) -> Option<BTreeSet<Id<Part>>> {
        let ranked = (!wanted.is_empty()).then(|| self.ranked(wanted))?;
        Some(ranked.into_iter().map(|(_, part)| part.id).collect())
    }
}

/// What [`found`] finds among the lines that `lets` lets through, looked for where the letters before stood. The lines
/// must be those of the last time.
pub fn found_on(
    trail: &mut Trail,
    wanted: &Wanted,
    lines: &[Line],
    lets: impl Fn(&Line) -> bool,
) -> Vec<Id<Ticket>> {
    if wanted.is_empty() {
        *trail = Trail::default();
        return found(wanted, lines.iter().filter(|line| lets(line)));
    }
    let places = trail.places(wanted, lines.len(), |place| lines.get(place).map(Line::names));
    let line = |(rank, place): (Rank, usize)| Some((rank, lines.get(place)?));
    let mut found: Vec<_> = places.into_iter().filter_map(line).collect();
    found.retain(|(_, line)| lets(line));
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, line)| line.ticket.id).collect()
}
