//! The lists a ticket can be in, as one says them: what the chips above the table choose.

use domain::ticket::Stage;

use super::Line;
use crate::locale::text;

/// Which tickets the table shows, as one says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Open,
    Intake,
    ToDispatch,
    Assigned,
    Underway,
    OnHold,
    ToConfirm,
    Done,
    Over,
    Flagged,
    All,
}

impl Group {
    pub(super) const ALL: [Group; 11] = [
        Group::Open,
        Group::Flagged,
        Group::Intake,
        Group::ToDispatch,
        Group::Assigned,
        Group::Underway,
        Group::OnHold,
        Group::ToConfirm,
        Group::Done,
        Group::Over,
        Group::All,
    ];

    pub(super) fn holds(self, line: &Line) -> bool {
        let stage = &line.ticket.stage;
        match self {
            Group::All => true,
            Group::Open => !stage.is_over(),
            Group::Flagged => line.ticket.has_open_flags(),
            Group::Intake => matches!(stage, Stage::Received | Stage::Triaged),
            Group::ToDispatch => matches!(stage, Stage::PendingDispatch { .. }),
            Group::Assigned => matches!(stage, Stage::Dispatched { .. }),
            Group::Underway => matches!(stage, Stage::InProgress { .. }),
            Group::OnHold => matches!(stage, Stage::OnHold { .. }),
            Group::ToConfirm => matches!(stage, Stage::PendingConfirmation { .. }),
            Group::Done => {
                matches!(stage, Stage::Completed { .. } | Stage::PendingFollowUp { .. })
            }
            Group::Over => matches!(stage, Stage::Closed { .. } | Stage::Cancelled { .. }),
        }
    }

    /// The same where machines that are with us are asked for: one that stands here is open business, also after
    /// its ticket is over.
    pub(super) fn holds_kept(self, line: &Line) -> bool {
        line.about.is_kept() && (self == Group::Open || self.holds(line))
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Group::All => "all",
            // What is usual needs no word.
            Group::Open => "",
            Group::Flagged => "flagged",
            Group::Intake => "intake",
            Group::ToDispatch => "to-dispatch",
            Group::Assigned => "assigned",
            Group::Underway => "underway",
            Group::OnHold => "on-hold",
            Group::ToConfirm => "to-confirm",
            Group::Done => "done",
            Group::Over => "over",
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        Group::ALL.into_iter().find(|group| group.word() == word).unwrap_or(Group::Open)
    }

    pub(super) fn title(self) -> &'static str {
        let desk = &text().desk;
        match self {
            Group::All => desk.group_all,
            Group::Open => desk.group_open,
            Group::Flagged => desk.alert_undecided,
            Group::Intake => desk.column_intake,
            Group::ToDispatch => desk.column_to_dispatch,
            Group::Assigned => desk.column_assigned,
            Group::Underway => desk.column_underway,
            Group::OnHold => desk.column_on_hold,
            Group::ToConfirm => desk.column_to_confirm,
            Group::Done => desk.column_done,
            Group::Over => desk.group_over,
        }
    }
}
