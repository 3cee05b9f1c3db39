//! `doorstep check`: whether what is stored keeps every promise the engine rests on. Looks, and changes nothing.
//!
//! Everything is read in portions from one snapshot, so a large database needs time, not memory.

use std::{collections::BTreeMap, fmt};

use domain::{Kind, Row, scope, wire::Outcome};

use crate::{
    error::Error,
    store::{self, Reading, Store, check::QUESTIONS},
};

/// How many findings are told one by one.
const EXAMPLES: usize = 5;

/// A promise, and what does not keep it.
#[derive(Clone, Debug)]
pub struct Check {
    pub promise: &'static str,
    /// How many things were looked at.
    pub looked: u64,
    /// How many of them do not keep the promise.
    pub found: u64,
    /// The first few of those.
    pub examples: Vec<String>,
}

/// Every check that was made.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub checks: Vec<Check>,
}

impl Check {
    pub(crate) fn of(promise: &'static str) -> Self {
        Self { promise, looked: 0, found: 0, examples: Vec::new() }
    }

    fn wrong(&mut self, example: impl Into<String>) {
        self.found += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(example.into());
        }
    }

    pub(crate) fn expect(&mut self, right: bool, example: impl FnOnce() -> String) {
        self.looked += 1;
        if !right {
            self.wrong(example());
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { promise, looked, found, examples } = self;
        if *found == 0 {
            return write!(f, "ok      {promise} ({looked})");
        }
        write!(f, "FAILED  {promise} ({found} of {looked})")?;
        examples.iter().try_for_each(|example| write!(f, "\n          {example}"))?;
        let more = usize::try_from(*found).unwrap_or(usize::MAX) - examples.len();
        if more > 0 { write!(f, "\n          and {more} more") } else { Ok(()) }
    }
}

impl Report {
    /// How many promises are kept.
    pub fn passed(&self) -> usize {
        self.checks.len() - self.failed()
    }

    /// How many are not.
    pub fn failed(&self) -> usize {
        self.checks.iter().filter(|check| check.found > 0).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.checks.iter().try_for_each(|check| writeln!(f, "{check}"))?;
        write!(f, "{} passed, {} failed", self.passed(), self.failed())
    }
}

/// Checks everything on one snapshot.
///
/// # Errors
/// Where the database cannot be read. What is read and wrong is a finding, not an error.
pub async fn run(store: &Store) -> Result<Report, Error> {
    store.read(look).await
}

fn look(reading: &Reading<'_>) -> Result<Report, Error> {
    let mut checks = rows(reading)?;
    checks.extend(journal(reading)?);
    for question in QUESTIONS {
        let mut check = Check::of(question.promise);
        check.looked = reading.ask(question, |example| check.wrong(example))?;
        checks.push(check);
    }
    Ok(Report { checks })
}

/// Every row against the rules of this program.
fn rows(reading: &Reading<'_>) -> Result<Vec<Check>, Error> {
    let mut known = Check::of("every kind of row is known");
    let mut whole =
        Check::of("every row can be read, is the one it says, and can be written again");
    let mut held = Check::of("every row is held by whom the rule says, at its revision");
    let mut numbered = Check::of("every number is registered for the row that carries it");
    let mut due = Check::of("every row that is to leave the phones is on the list");
    let mut head = Check::of("the newest row has the head's revision");
    let mut newest = 0;
    for word in reading.kinds()? {
        let Ok(kind) = word.parse::<Kind>() else {
            known.expect(false, || word.clone());
            continue;
        };
        known.expect(true, String::new);
        reading.each_kept(&word, |kept| {
            let name = || format!("{word}:{}", kept.id);
            newest = newest.max(kept.v);
            let read = Row::from_json(kind, &kept.body).ok().filter(|row| {
                let again = row.to_json().ok();
                let again = again.and_then(|again| Row::from_json(kind, &again).ok());
                row.key().to_string() == name() && again.as_ref() == Some(row)
            });
            whole.expect(read.is_some(), name);
            let Some(row) = read else { return Ok(()) };
            let wanted: BTreeMap<String, u64> =
                scope::scopes(&row).iter().map(|scope| (scope.text(), kept.v)).collect();
            held.expect(wanted == kept.scopes, || {
                format!("{} is held by {:?}, not by {wanted:?}", name(), kept.scopes)
            });
            due.expect(scope::ages_at(&row).is_none() || kept.due.is_some(), name);
            if let Some(number) = store::number(&row) {
                let owner = reading.numbered(number, kind)?;
                numbered.expect(owner.as_deref() == Some(&kept.id), || {
                    format!("{} carries {number}, which is registered for {owner:?}", name())
                });
            }
            Ok(())
        })?;
    }
    let v = reading.standing()?.v;
    head.expect(newest == v, || format!("the head is at {v}, the newest row at {newest}"));
    Ok(vec![known, whole, held, numbered, due, head])
}

/// The journal, entry by entry in the order in which it was written.
fn journal(reading: &Reading<'_>) -> Result<Vec<Check>, Error> {
    let mut chain = Check::of("nobody has changed, removed or added an entry afterwards");
    let mut order = Check::of("the entries are numbered without a hole");
    let mut verdicts = Check::of("every verdict can be read and names the revision it gave");
    let mut effects = Check::of("every effect has a revision of its own, not ahead of the head");
    let standing = reading.standing()?;
    let (mut before, mut place, mut v) = (String::new(), 0, 0);
    reading.each_link(|link| {
        let name = || format!("entry {} ({} {})", link.n, link.replica, link.seq);
        place += 1;
        order.expect(link.n == place, || format!("{} stands at place {place}", name()));
        place = link.n;
        chain.expect(link.chain_after(&before) == link.chain, name);
        before.clone_from(&link.chain);
        let outcome: Option<Outcome> = serde_json::from_str(&link.outcome).ok();
        let fits = outcome.as_ref().is_some_and(|outcome| outcome.v() == link.v);
        verdicts.expect(fits, || format!("{} says {}", name(), link.outcome));
        if let (true, Some(given)) = (link.first, link.v) {
            effects.expect(given > v && given <= standing.v, || {
                format!("{} gave {given} after {v}; the head is at {}", name(), standing.v)
            });
            v = given;
        }
        Ok(())
    })?;
    order.expect(place == standing.entries, || {
        format!("the last entry is {place}; the head counts {}", standing.entries)
    });
    chain.expect(before == standing.chain, || "the end is not the one the head remembers".into());
    Ok(vec![chain, order, verdicts, effects])
}
