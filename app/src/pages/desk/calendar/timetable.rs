//! What stands on the calendar: for each engineer the blocks of the days that are shown, and what still waits.

use std::collections::BTreeMap;

use domain::{
    Id, Timestamp,
    dispatch::{self, Diary, Now},
    search::{self, Names},
    ticket::Ticket,
    user::User,
    visit::{Stage, Visit},
};

use super::super::{actions::engineers, dispatch::open_visit, looks, proposals};
use crate::{
    device::Device,
    locale::{self, text},
    pages::sheet::visit_stage,
    ui::{Icon, Tone},
};

pub(super) const HOUR: i64 = 60;
pub(super) const DAY: i64 = 24 * HOUR;
/// The hours that are always shown; the day grows where somebody works earlier or later.
const SHOWN: (i64, i64) = (7 * HOUR, 20 * HOUR);

/// The days that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    /// The midnight of the first.
    pub(super) first: Timestamp,
    pub(super) count: i64,
}

impl Days {
    pub(super) fn one(self) -> bool {
        self.count == 1
    }

    pub(super) fn end(self) -> Timestamp {
        self.first.plus_minutes(self.count * DAY)
    }

    /// The midnight of one of them.
    pub(super) fn midnight(self, day: i64) -> Timestamp {
        self.first.plus_minutes(day * DAY)
    }
}

/// One visit on the calendar.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    pub(super) ticket: Id<Ticket>,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// Which of the lines of its row, where several stand at the same time.
    pub(super) line: usize,
    pub(super) customer: String,
    pub(super) district: String,
    pub(super) problem: String,
    pub(super) status: String,
    pub(super) tone: Tone,
    pub(super) icon: Icon,
    pub(super) urgent: bool,
    /// Whether it may still be moved.
    pub(super) movable: bool,
    /// When the solution was promised, where it is not kept yet.
    pub(super) due: Option<Timestamp>,
}

impl Block {
    pub(super) fn minutes(&self) -> i64 {
        (self.to.0 - self.from.0) / 60_000
    }

    /// The block in one sentence, for whoever does not see it.
    pub(super) fn words(&self) -> String {
        let Block { customer, district, problem, status, .. } = self;
        let window = locale::window(self.from, self.to);
        let due = self.due.map(|due| (text().calendar.due)(&locale::moment(due)));
        let parts = [customer, district, problem, status, &window, &due.unwrap_or_default()];
        let said: Vec<&str> =
            parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        said.join(" · ")
    }
}

/// One engineer with the blocks of the shown days, earliest first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PersonRow {
    pub(super) engineer: Id<User>,
    pub(super) name: String,
    /// Skills and regions.
    pub(super) knows: String,
    /// Booked on the first day that is shown.
    pub(super) load_minutes: i64,
    /// Visits without a time.
    pub(super) untimed: usize,
    /// When the person was last heard of.
    pub(super) last: Option<Timestamp>,
    pub(super) blocks: Vec<Block>,
    pub(super) lines: usize,
}

/// Everything on the calendar.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Timetable {
    pub(super) days: Days,
    pub(super) rows: Vec<PersonRow>,
    /// The first and last minute of a day that is shown.
    pub(super) opens: i64,
    pub(super) closes: i64,
    /// What nobody has planned, the most pressing first.
    pub(super) waiting: Vec<Id<Ticket>>,
}

impl Timetable {
    /// The block of an engineer at that moment.
    pub(super) fn block_at(&self, engineer: Id<User>, at: Timestamp) -> Option<&Block> {
        let row = self.rows.iter().find(|row| row.engineer == engineer)?;
        if self.days.one() {
            return row.blocks.iter().find(|block| block.from <= at && at < block.to);
        }
        let end = at.plus_minutes(DAY);
        row.blocks.iter().find(|block| at <= block.from && block.from < end)
    }

    /// The block of a ticket.
    pub(super) fn block_of(&self, ticket: Id<Ticket>) -> Option<&Block> {
        self.rows.iter().flat_map(|row| &row.blocks).find(|block| block.ticket == ticket)
    }
}

/// Whom the calendar shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wanted {
    pub(super) words: search::Wanted,
    pub(super) team: String,
}

impl Wanted {
    fn keeps(&self, user: &User) -> bool {
        let team = user.team.map(|team| team.to_string()).unwrap_or_default();
        let known = user.skills.iter().chain(&user.regions);
        let names = known.fold(Names::from(user), |names, word| names.words(word));
        (self.team.is_empty() || self.team == team) && self.words.rank(&names).is_some()
    }
}

fn knows(user: &User) -> String {
    let words: Vec<&str> = user.skills.iter().chain(&user.regions).map(String::as_str).collect();
    words.join(" · ")
}

/// When a visit takes place, as far as anybody knows.
fn window(visit: &Visit) -> Option<(Timestamp, Timestamp)> {
    match (&visit.appointment, visit.arrived_at) {
        (Some(window), _) => Some((window.from, window.to)),
        (None, Some(arrived)) => {
            let end = arrived.plus_minutes(dispatch::VISIT_MINUTES);
            Some((arrived, visit.finished_at.unwrap_or(end).max(arrived.plus_minutes(HOUR / 2))))
        }
        (None, None) => None,
    }
}

fn block(
    device: Device,
    ticket: &Ticket,
    visit: &Visit,
    (from, to): (Timestamp, Timestamp),
    now: Now,
) -> Block {
    let done = visit.stage >= Stage::Signed;
    let words = &text().words;
    let (status, tone, icon) = if done {
        (visit_stage(device, visit), Tone::Success, Icon::Check)
    } else {
        (words.status(ticket), looks::tone(&ticket.stage), looks::icon(ticket))
    };
    let open = open_visit(ticket).is_some_and(|open| open.id == visit.id);
    Block {
        ticket: ticket.id,
        from,
        to,
        line: 0,
        customer: ticket.contact.label(),
        district: locale::district(&ticket.contact.address).to_owned(),
        problem: ticket.title.clone(),
        status: status.to_owned(),
        tone,
        icon,
        urgent: ticket
            .triage
            .as_ref()
            .is_some_and(|it| it.priority == domain::ticket::Priority::P1),
        movable: open && visit.stage < Stage::EnRoute,
        due: looks::running(ticket, now.at)
            .and_then(|_| ticket.promised(now.at))
            .map(|(_, due)| due)
            .filter(|_| !done),
    }
}

/// The calendar as this device knows it (tracked).
pub(super) fn timetable(device: Device, days: Days, wanted: &Wanted) -> Timetable {
    let now = proposals::now(device);
    let tickets = device.held::<Ticket>();
    let diary = Diary::of(tickets.iter().map(|ticket| &**ticket));
    let mut blocks: BTreeMap<Id<User>, Vec<Block>> = BTreeMap::new();
    let mut untimed: BTreeMap<Id<User>, usize> = BTreeMap::new();
    let mut last: BTreeMap<Id<User>, Timestamp> = BTreeMap::new();
    let mut waiting: Vec<(bool, i64, Id<Ticket>)> = Vec::new();
    for ticket in &tickets {
        if !ticket.stage.is_over() {
            for entry in &ticket.log {
                let at = last.entry(entry.by).or_insert(entry.at);
                *at = entry.at.max(*at);
            }
        }
        if dispatch::is_unplanned(ticket) {
            let due = looks::running(ticket, now.at).map(|promise| promise.due.0);
            waiting.push((due.is_none(), due.unwrap_or(ticket.registered_at.0), ticket.id));
        }
        for visit in ticket.visits.iter().filter(|visit| visit.called_off.is_none()) {
            match window(visit) {
                Some((from, to)) if from < days.end() && days.first < to => {
                    let block = block(device, ticket, visit, (from, to), now);
                    blocks.entry(visit.engineer).or_default().push(block);
                }
                None if visit.is_open() => *untimed.entry(visit.engineer).or_default() += 1,
                _ => {}
            }
        }
    }
    waiting.sort_unstable();
    let (mut opens, mut closes) = SHOWN;
    let mut rows: Vec<PersonRow> = engineers(device)
        .into_iter()
        .filter(|user| wanted.keeps(user))
        .map(|user| {
            let mut own = blocks.remove(&user.id).unwrap_or_default();
            let lines = stack(&mut own);
            PersonRow {
                engineer: user.id,
                knows: knows(&user),
                load_minutes: diary.load_minutes(user.id, days.first),
                untimed: untimed.get(&user.id).copied().unwrap_or_default(),
                last: last.get(&user.id).copied(),
                blocks: own,
                lines,
                name: user.name,
            }
        })
        .collect();
    rows.sort_by(|one, other| (&one.name, one.engineer).cmp(&(&other.name, other.engineer)));
    if days.one() {
        for block in rows.iter().flat_map(|row| &row.blocks) {
            let minute = |at: Timestamp| (at.0 - days.first.0).div_euclid(60_000).clamp(0, DAY);
            opens = opens.min(minute(block.from) / HOUR * HOUR);
            closes = closes.max((minute(block.to) + HOUR - 1) / HOUR * HOUR);
        }
    }
    Timetable {
        days,
        rows,
        opens,
        closes,
        waiting: waiting.into_iter().map(|(.., id)| id).collect(),
    }
}

/// Puts blocks that meet in time on lines of their own, and answers with how many lines there are.
fn stack(blocks: &mut [Block]) -> usize {
    blocks.sort_by_key(|block| (block.from, block.to, block.ticket));
    let mut ends: Vec<Timestamp> = Vec::new();
    for block in blocks {
        let free = ends.iter().position(|end| *end <= block.from);
        block.line = free.unwrap_or(ends.len());
        match free {
            Some(line) => ends[line] = block.to,
            None => ends.push(block.to),
        }
    }
    ends.len().max(1)
}
