//! The columns of the board and the alerts above it: pure functions of a ticket and the time.

use domain::{
    Id, Timestamp,
    ticket::{Stage, Ticket},
};

use super::{
    filter::{About, Crew},
    looks,
};
use crate::{locale::text, search::Line, ui::Tone};

/// A column of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Intake,
    ToDispatch,
    Assigned,
    Underway,
    OnHold,
    ToConfirm,
    Done,
}

impl Column {
    pub(super) const ALL: [Column; 7] = [
        Column::Intake,
        Column::ToDispatch,
        Column::Assigned,
        Column::Underway,
        Column::OnHold,
        Column::ToConfirm,
        Column::Done,
    ];

    /// Where a ticket hangs. What is closed or cancelled has left the board, unless somebody must still decide.
    pub(super) fn of(ticket: &Ticket) -> Option<Column> {
        Some(match &ticket.stage {
            Stage::Received | Stage::Triaged => Column::Intake,
            Stage::PendingDispatch { .. } => Column::ToDispatch,
            Stage::Dispatched { .. } => Column::Assigned,
            Stage::InProgress { .. } => Column::Underway,
            Stage::OnHold { .. } => Column::OnHold,
            Stage::PendingConfirmation { .. } => Column::ToConfirm,
            Stage::Completed { .. } | Stage::PendingFollowUp { .. } => Column::Done,
            Stage::Closed { .. } | Stage::Cancelled { .. } if ticket.has_open_flags() => {
                Column::Done
            }
            Stage::Closed { .. } | Stage::Cancelled { .. } => return None,
        })
    }

    /// The column's name for attributes.
    pub(super) fn word(self) -> &'static str {
        match self {
            Column::Intake => "intake",
            Column::ToDispatch => "to-dispatch",
            Column::Assigned => "assigned",
            Column::Underway => "underway",
            Column::OnHold => "on-hold",
            Column::ToConfirm => "to-confirm",
            Column::Done => "done",
        }
    }

    /// The name of the button that moves a ticket here, for tests and scripts.
    pub(super) fn move_name(self) -> &'static str {
        match self {
            Column::Intake => "move-intake",
            Column::ToDispatch => "move-to-dispatch",
            Column::Assigned => "move-assigned",
            Column::Underway => "move-underway",
            Column::OnHold => "move-on-hold",
            Column::ToConfirm => "move-to-confirm",
            Column::Done => "move-done",
        }
    }

    /// The column's heading.
    pub(super) fn title(self) -> &'static str {
        let desk = &text().desk;
        match self {
            Column::Intake => desk.column_intake,
            Column::ToDispatch => desk.column_to_dispatch,
            Column::Assigned => desk.column_assigned,
            Column::Underway => desk.column_underway,
            Column::OnHold => desk.column_on_hold,
            Column::ToConfirm => desk.column_to_confirm,
            Column::Done => desk.column_done,
        }
    }
}

/// Something a coordinator must not miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alert {
    Over,
    Soon,
    NotPassed,
    NotAccepted,
    Undecided,
    /// Whoever has the job does not work here any more.
    Gone,
    Quiet,
}

/// Who takes a call passes the ticket on, or solves it, within a quarter of an hour.
const PASS_MINUTES_MAX: i64 = 15;
/// An assigned ticket should be accepted within the hour.
const ACCEPT_MINUTES_MAX: i64 = 60;
/// A ticket in work should be heard of every day.
const QUIET_MINUTES_MAX: i64 = 24 * 60;

impl Alert {
    pub(super) const ALL: [Alert; 7] = [
        Alert::Over,
        Alert::Soon,
        Alert::NotPassed,
        Alert::NotAccepted,
        Alert::Undecided,
        Alert::Gone,
        Alert::Quiet,
    ];

    /// The alerts that a ticket by itself gives now.
    pub(super) fn of(ticket: &Ticket, now: Timestamp) -> Vec<Alert> {
        let running = looks::running(ticket, now);
        let waits = |since: Timestamp, minutes: i64| since.plus_minutes(minutes) < now;
        let mut alerts = Vec::new();
        if running.as_ref().is_some_and(|promise| promise.over) {
            alerts.push(Alert::Over);
        }
        if running.as_ref().is_some_and(looks::Promise::soon) {
            alerts.push(Alert::Soon);
        }
        if matches!(ticket.stage, Stage::Received | Stage::Triaged)
            && waits(ticket.registered_at, PASS_MINUTES_MAX)
        {
            alerts.push(Alert::NotPassed);
        }
        if matches!(ticket.stage, Stage::Dispatched { since } if waits(since, ACCEPT_MINUTES_MAX)) {
            alerts.push(Alert::NotAccepted);
        }
        if ticket.has_open_flags() {
            alerts.push(Alert::Undecided);
        }
        let in_work = matches!(ticket.stage, Stage::InProgress { .. } | Stage::OnHold { .. });
        let told = ticket.log.iter().map(|entry| entry.at).max();
        if in_work && told.is_some_and(|at| waits(at, QUIET_MINUTES_MAX)) {
            alerts.push(Alert::Quiet);
        }
        alerts
    }

    /// The alert with this name.
    pub(super) fn from_word(word: &str) -> Option<Alert> {
        Alert::ALL.into_iter().find(|alert| alert.word() == word)
    }

    /// The alert's name for attributes.
    pub(super) fn word(self) -> &'static str {
        match self {
            Alert::Over => "over",
            Alert::Soon => "soon",
            Alert::NotPassed => "not-passed",
            Alert::NotAccepted => "not-accepted",
            Alert::Undecided => "undecided",
            Alert::Gone => "gone",
            Alert::Quiet => "quiet",
        }
    }

    /// How bad it is.
    pub(super) fn tone(self) -> Tone {
        match self {
            Alert::Over | Alert::Undecided | Alert::Gone => Tone::Danger,
            Alert::Soon | Alert::NotPassed | Alert::NotAccepted | Alert::Quiet => Tone::Warning,
        }
    }

    /// The alert in words.
    pub(super) fn title(self) -> &'static str {
        let desk = &text().desk;
        match self {
            Alert::Over => desk.alert_over,
            Alert::Soon => desk.alert_soon,
            Alert::NotPassed => text().board.alert_not_passed,
            Alert::NotAccepted => desk.alert_not_accepted,
            Alert::Undecided => desk.alert_undecided,
            Alert::Gone => desk.alert_gone,
            Alert::Quiet => desk.alert_quiet,
        }
    }
}

/// What the board needs to know of a ticket to hang it up.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slip {
    pub(super) id: Id<Ticket>,
    pub(super) column: Column,
    pub(super) about: About,
    /// Sorts within the column: what burns first.
    order: (bool, bool, i64),
}

impl Slip {
    /// The slip of a ticket, if it hangs on the board.
    pub(super) fn of(line: &Line, now: Timestamp, crew: &Crew) -> Option<Slip> {
        let ticket = &*line.ticket;
        let column = Column::of(ticket)?;
        let about = About::of(line, now, crew);
        let due = looks::running(ticket, now).map(|promise| promise.due.0);
        let order = match column {
            // What is done reads like a diary, the rest like a list of what to do.
            Column::Done => -ticket.log.last().map_or(0, |entry| entry.at.0),
            // Who called first is triaged first.
            Column::Intake => ticket.registered_at.0,
            _ => due.unwrap_or(ticket.registered_at.0),
        };
        let unpromised = column != Column::Intake && due.is_none();
        Some(Slip {
            id: ticket.id,
            column,
            about,
            order: (!ticket.has_open_flags(), unpromised, order),
        })
    }

    /// Puts what burns first.
    pub(super) fn sort(slips: &mut [Slip]) {
        slips.sort_by_key(|slip| (slip.order, slip.id));
    }

    pub(super) fn has(&self, alert: Alert) -> bool {
        self.about.alerts.contains(&alert)
    }
}
