//! Who should go, and when: what the desk weighs before it sends somebody (GD-04, R-040, R-041).
//!
//! Advice with its reasons as data. Nothing here refuses a command; a plan that goes against the advice
//! asks for a reason ([`overridden`]).

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    Id, Refusal, Timestamp,
    part::Part,
    part_request::{PartRequest, Stage as RequestStage},
    stock::{Place, Stock},
    ticket::Ticket,
    user::User,
    values,
    visit::{Appointment, Outcome, Visit},
};

#[cfg(test)]
mod tests;

/// When the working day begins and ends, in minutes after midnight.
pub const OPENS_MINUTE: i64 = 8 * 60;
pub const CLOSES_MINUTE: i64 = 18 * 60;
/// What one person can do in a day.
pub const DAY_LOAD_MINUTES: i64 = 8 * 60;
/// How long a visit is planned where nobody said otherwise.
pub const VISIT_MINUTES: i64 = 120;
/// Times are planned in steps of half an hour.
pub const STEP_MINUTES: i64 = 30;
/// How many days a free slot is looked for.
const DAYS_AHEAD: i64 = 7;
const DAY_MINUTES: i64 = 24 * 60;

/// The moment of asking, and where the desk's days begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    pub at: Timestamp,
    /// How far east of Greenwich the desk's clocks stand.
    pub east_minutes: i64,
}

impl Now {
    /// The midnight before `at`, where the desk is.
    pub fn midnight(self, at: Timestamp) -> Timestamp {
        let east = self.east_minutes * 60_000;
        let day = DAY_MINUTES * 60_000;
        Timestamp((at.0.saturating_add(east)).div_euclid(day) * day - east)
    }
}

/// A stretch of time an engineer has promised to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Booking {
    pub from: Timestamp,
    pub to: Timestamp,
    pub ticket: Id<Ticket>,
}

impl Booking {
    fn minutes(self) -> i64 {
        (self.to.0 - self.from.0).max(0) / 60_000
    }
}

/// What is booked, and what cured which model before: one pass over the tickets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diary {
    bookings: BTreeMap<Id<User>, Vec<Booking>>,
    open: BTreeMap<Id<User>, usize>,
    cures: BTreeMap<String, BTreeMap<Id<Part>, u32>>,
}

impl Diary {
    /// The diary of these tickets.
    pub fn of<'a>(tickets: impl IntoIterator<Item = &'a Ticket>) -> Self {
        let mut diary = Self::default();
        for ticket in tickets {
            for visit in ticket.visits.iter().filter(|visit| visit.called_off.is_none()) {
                diary.enter(ticket, visit);
            }
        }
        for bookings in diary.bookings.values_mut() {
            bookings.sort_unstable();
        }
        diary
    }

    fn enter(&mut self, ticket: &Ticket, visit: &Visit) {
        if let Some(window) = &visit.appointment {
            // Who is done earlier is free earlier.
            let done = visit.finished_at.filter(|_| !visit.is_open()).unwrap_or(window.to);
            let to = window.to.min(done.max(window.from));
            let booking = Booking { from: window.from, to, ticket: ticket.id };
            self.bookings.entry(visit.engineer).or_default().push(booking);
        }
        if visit.is_open() && !ticket.stage.is_over() {
            *self.open.entry(visit.engineer).or_default() += 1;
        }
        if matches!(visit.outcome, Some(Outcome::Repaired { .. })) {
            let model = same_model(&ticket.machine.model);
            for part in visit.parts.iter().filter_map(|used| used.part) {
                *self.cures.entry(model.clone()).or_default().entry(part).or_default() += 1;
            }
        }
    }

    /// What this engineer has promised, earliest first.
    pub fn bookings(&self, engineer: Id<User>) -> &[Booking] {
        self.bookings.get(&engineer).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many visits this engineer has not ended, with or without a time.
    pub fn open(&self, engineer: Id<User>) -> usize {
        self.open.get(&engineer).copied().unwrap_or_default()
    }

    /// The minutes booked on the day that begins at `midnight`.
    pub fn load_minutes(&self, engineer: Id<User>, midnight: Timestamp) -> i64 {
        let end = midnight.plus_minutes(DAY_MINUTES);
        let of_day = |booking: &&Booking| midnight <= booking.from && booking.from < end;
        self.bookings(engineer).iter().filter(of_day).map(|booking| booking.minutes()).sum()
    }

    /// What is in the way of this window, apart from the ticket's own booking.
    pub fn clash(
        &self,
        engineer: Id<User>,
        ticket: Id<Ticket>,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<Booking> {
        let mut bookings = self.bookings(engineer).iter();
        let in_the_way =
            |other: &&Booking| other.ticket != ticket && from < other.to && other.from < to;
        bookings.find(in_the_way).copied()
    }

    /// The minutes booked on that day for everything but this ticket.
    fn other_minutes(&self, engineer: Id<User>, ticket: Id<Ticket>, midnight: Timestamp) -> i64 {
        let end = midnight.plus_minutes(DAY_MINUTES);
        let other = |booking: &&Booking| {
            booking.ticket != ticket && midnight <= booking.from && booking.from < end
        };
        self.bookings(engineer).iter().filter(other).map(|booking| booking.minutes()).sum()
    }

    /// The first time from the day that begins at `midnight` at which so many minutes are free: within working hours,
    /// and on a day that is not too full for it.
    pub fn free(
        &self,
        engineer: Id<User>,
        ticket: Id<Ticket>,
        midnight: Timestamp,
        minutes: i64,
        now: Now,
    ) -> Option<Timestamp> {
        let minutes = minutes.max(STEP_MINUTES);
        (0..DAYS_AHEAD).find_map(|day| {
            let midnight = midnight.plus_minutes(day * DAY_MINUTES);
            if self.other_minutes(engineer, ticket, midnight) + minutes > DAY_LOAD_MINUTES {
                return None;
            }
            let mut from = midnight.plus_minutes(OPENS_MINUTE);
            while from.0 < now.at.0 {
                from = from.plus_minutes(STEP_MINUTES);
                if from > midnight.plus_minutes(CLOSES_MINUTE) {
                    return None;
                }
            }
            let last = midnight.plus_minutes(CLOSES_MINUTE - minutes);
            while from <= last {
                match self.clash(engineer, ticket, from, from.plus_minutes(minutes)) {
                    None => return Some(from),
                    Some(_) => from = from.plus_minutes(STEP_MINUTES),
                }
            }
            None
        })
    }
}

/// How something about a person fits what a ticket needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It fits, by this word.
    Word(String),
    /// Nothing is known about the person.
    Unknown,
    /// What is known does not fit.
    Missing,
}

impl Fit {
    /// How `words` fit `text`: the first of them that is in it.
    fn of(words: &[String], text: &str) -> Self {
        let text = text.to_lowercase();
        let mut known =
            words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).peekable();
        if known.peek().is_none() {
            return Self::Unknown;
        }
        match known.find(|word| text.contains(&word.to_lowercase())) {
            Some(word) => Self::Word(word.to_owned()),
            None => Self::Missing,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Word(_) => 0,
            Self::Unknown => 1,
            Self::Missing => 2,
        }
    }
}

/// Why a part in the bag matters for a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// It was asked for, for this ticket.
    Asked,
    /// It cured this model so many times before.
    Cured { times: u32 },
}

/// A part the engineer has that the ticket may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InBag {
    pub part: Id<Part>,
    pub quantity: i64,
    pub need: Need,
}

/// An engineer who could go, with everything that speaks for and against it.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    pub engineer: Id<User>,
    /// Whether the person has the job already.
    pub has_it: bool,
    pub skill: Fit,
    pub region: Fit,
    /// Whether the person is of the team the triage named.
    pub of_team: bool,
    /// Booked on the day that was asked for.
    pub load_minutes: i64,
    /// All visits the person has not ended.
    pub open: usize,
    pub bag: Vec<InBag>,
    /// The first time that is free.
    pub slot: Option<Timestamp>,
}

/// What is asked of [`proposals`].
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub ticket: &'a Ticket,
    /// What sort of machine it is, in the organisation's words: the model's name and category.
    pub sort: &'a str,
    /// The day it should be, by its midnight.
    pub midnight: Timestamp,
    pub minutes: i64,
    pub now: Now,
}

impl Question<'_> {
    fn skill_of(&self, engineer: &User) -> Fit {
        let Ticket { machine, title, description, .. } = self.ticket;
        let needed = format!("{} {} {title} {description}", machine.model, self.sort);
        Fit::of(&engineer.skills, &needed)
    }
}

/// What the stock rooms know that bears on a ticket: its open requests, and who has what in the bag.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shelf {
    bags: BTreeMap<Id<User>, BTreeMap<Id<Part>, i64>>,
    /// Parts asked for, for the ticket, that have not reached an engineer, and how many.
    asked: BTreeMap<Id<Part>, i64>,
    /// Whether something was asked for that the catalogue does not have.
    unlisted: bool,
}

impl Shelf {
    /// What bears on this ticket.
    pub fn of<'a>(
        ticket: Id<Ticket>,
        stock: impl IntoIterator<Item = &'a Stock>,
        requests: impl IntoIterator<Item = &'a PartRequest>,
    ) -> Self {
        let mut shelf = Self::default();
        for stock in stock {
            if let (Place::Person(user), 1..) = (stock.place, stock.quantity) {
                shelf.bags.entry(user).or_default().insert(stock.part, stock.quantity);
            }
        }
        let waits = |request: &&PartRequest| {
            request.ticket == ticket
                && matches!(
                    request.stage,
                    RequestStage::Submitted
                        | RequestStage::Approved { .. }
                        | RequestStage::Issued { .. }
                )
        };
        for line in requests.into_iter().filter(waits).flat_map(|request| &request.lines) {
            match line.part {
                Some(part) => *shelf.asked.entry(part).or_default() += line.quantity,
                None => shelf.unlisted = true,
            }
        }
        shelf
    }

    fn in_bag(&self, engineer: Id<User>, part: Id<Part>) -> i64 {
        self.bags.get(&engineer).and_then(|bag| bag.get(&part)).copied().unwrap_or_default()
    }

    /// Whether the ticket waits for something this engineer does not have either.
    fn lacks(&self, engineer: Id<User>) -> bool {
        self.unlisted
            || self.asked.iter().any(|(part, wanted)| self.in_bag(engineer, *part) < *wanted)
    }
}

/// Everybody who could go, the best first: who knows the machine, then who is of the place and the team, then
/// who has the parts, then who is free first, then who has less to do. Who has the job already comes last.
pub fn proposals<'a>(
    question: &Question<'_>,
    engineers: impl IntoIterator<Item = &'a User>,
    diary: &Diary,
    shelf: &Shelf,
) -> Vec<Proposal> {
    let ticket = question.ticket;
    let holder = ticket.active_visit().filter(|visit| visit.is_open()).map(|visit| visit.engineer);
    let team = ticket.triage.as_ref().and_then(|triage| triage.team);
    let cures = diary.cures.get(&same_model(&ticket.machine.model));
    let mut wanted: BTreeMap<Id<Part>, Need> = BTreeMap::new();
    for (part, times) in cures.into_iter().flatten() {
        wanted.insert(*part, Need::Cured { times: *times });
    }
    wanted.extend(shelf.asked.keys().map(|part| (*part, Need::Asked)));
    let mut proposals: Vec<Proposal> = engineers
        .into_iter()
        .map(|user| {
            let mut bag: Vec<InBag> = wanted
                .iter()
                .map(|(part, need)| InBag {
                    part: *part,
                    quantity: shelf.in_bag(user.id, *part),
                    need: *need,
                })
                .filter(|in_bag| in_bag.quantity > 0)
                .collect();
            // What was asked for first, then what helped most often.
            bag.sort_by_key(|in_bag| match in_bag.need {
                Need::Asked => (0, Reverse(0), in_bag.part),
                Need::Cured { times } => (1, Reverse(times), in_bag.part),
            });
            Proposal {
                engineer: user.id,
                has_it: holder == Some(user.id),
                skill: question.skill_of(user),
                region: Fit::of(&user.regions, &ticket.contact.address),
                of_team: team.is_some() && user.team == team,
                load_minutes: diary.load_minutes(user.id, question.midnight),
                open: diary.open(user.id),
                bag,
                slot: diary.free(
                    user.id,
                    ticket.id,
                    question.midnight,
                    question.minutes,
                    question.now,
                ),
            }
        })
        .collect();
    let day = |slot: Option<Timestamp>| slot.map_or(i64::MAX, |at| question.now.midnight(at).0);
    proposals.sort_by_key(|proposal| {
        (
            (proposal.has_it, proposal.skill.rank(), proposal.region.rank(), !proposal.of_team),
            (proposal.bag.is_empty(), day(proposal.slot), proposal.load_minutes, proposal.open),
            proposal.engineer,
        )
    });
    proposals
}

/// Something that speaks against a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The person does not know this sort of machine (GD-04).
    SkillMissing,
    /// A part that was asked for has not reached the person.
    PartNotReady,
    /// The person has promised this time to somebody else.
    Overlap(Booking),
    OutsideHours,
    /// The day would be longer than a working day.
    Overload {
        minutes: i64,
    },
    /// The window has passed.
    Past,
    /// The customer was promised a solution by then, and it could still be kept.
    Late {
        due: Timestamp,
    },
}

/// What speaks against sending `engineer` in this window, or at all where none is said.
pub fn warnings(
    question: &Question<'_>,
    engineer: &User,
    window: Option<&Appointment>,
    diary: &Diary,
    shelf: &Shelf,
) -> Vec<Warning> {
    let (ticket, now) = (question.ticket, question.now);
    let mut warnings = Vec::new();
    if question.skill_of(engineer) == Fit::Missing {
        warnings.push(Warning::SkillMissing);
    }
    if shelf.lacks(engineer.id) {
        warnings.push(Warning::PartNotReady);
    }
    let Some(Appointment { from, to, .. }) = window.filter(|window| window.from < window.to) else {
        return warnings;
    };
    if let Some(booking) = diary.clash(engineer.id, ticket.id, *from, *to) {
        warnings.push(Warning::Overlap(booking));
    }
    let midnight = now.midnight(*from);
    let (opens, closes) =
        (midnight.plus_minutes(OPENS_MINUTE), midnight.plus_minutes(CLOSES_MINUTE));
    if *from < opens || closes < *to {
        warnings.push(Warning::OutsideHours);
    }
    let minutes = diary.other_minutes(engineer.id, ticket.id, midnight) + (to.0 - from.0) / 60_000;
    if minutes > DAY_LOAD_MINUTES {
        warnings.push(Warning::Overload { minutes });
    }
    if *to <= now.at {
        warnings.push(Warning::Past);
    }
    if let Some((_, due)) = ticket.promised(now.at)
        && now.at < due
        && due < *from
    {
        warnings.push(Warning::Late { due });
    }
    warnings
}

/// Whether these warnings may be passed over with this reason: never without one.
///
/// # Errors
/// [`Refusal::ReasonMissing`] where something speaks against the plan and nobody says why it is done all the same.
pub fn overridden(warnings: &[Warning], reason: &str) -> Result<(), Refusal> {
    if warnings.is_empty() { Ok(()) } else { values::required(reason, Refusal::ReasonMissing) }
}

/// The tickets somebody must still find a person or a time for.
pub fn is_unplanned(ticket: &Ticket) -> bool {
    use crate::ticket::{HoldReason, Stage};
    let open = ticket.active_visit().filter(|visit| visit.is_open());
    match &ticket.stage {
        Stage::Triaged | Stage::PendingDispatch { .. } => true,
        Stage::Dispatched { .. } | Stage::InProgress { .. } => match open {
            Some(visit) => {
                visit.appointment.is_none() && visit.stage < crate::visit::Stage::Arrived
            }
            // Signed as not solved: somebody must go again.
            None => true,
        },
        Stage::OnHold { reason: HoldReason::SecondVisit, .. } => open.is_none(),
        _ => false,
    }
}

/// Models as people write them: `kfr-35gw ` is `KFR-35GW`.
fn same_model(model: &str) -> String {
    model.trim().to_uppercase()
}
