//! How a ticket looks at the desk: the tone of its stage, what is left of a promise, what a search finds.

use domain::{
    Timestamp,
    ticket::{HoldReason, Priority, Stage, Ticket},
    visit,
};
use leptos::{ev, prelude::*};

use crate::{
    clock,
    locale::{self, text},
    ui::{Icon, Tag, Tone},
};

/// The tone of a ticket's stage.
pub(super) fn tone(stage: &Stage) -> Tone {
    match stage {
        Stage::Received | Stage::Closed { .. } | Stage::Cancelled { .. } => Tone::Neutral,
        Stage::Triaged | Stage::PendingDispatch { .. } => Tone::Violet,
        Stage::Dispatched { .. }
        | Stage::PendingConfirmation { .. }
        | Stage::PendingFollowUp { .. } => Tone::Info,
        Stage::InProgress { .. } => Tone::Primary,
        Stage::OnHold { reason, .. } => match reason {
            HoldReason::WaitingEscalation | HoldReason::WaitingApproval => Tone::Violet,
            HoldReason::WaitingCustomer | HoldReason::WaitingParts | HoldReason::SecondVisit => {
                Tone::Warning
            }
        },
        Stage::Completed { .. } => Tone::Success,
    }
}

/// The drawing beside the word for where a ticket stands.
pub(super) fn icon(ticket: &Ticket) -> Icon {
    match &ticket.stage {
        Stage::Received => Icon::Inbox,
        Stage::Triaged | Stage::PendingDispatch { .. } => Icon::Users,
        Stage::Dispatched { .. } => Icon::Bell,
        Stage::InProgress { .. } => match ticket.active_visit().map(|visit| visit.stage) {
            Some(visit::Stage::EnRoute) => Icon::Navigation,
            Some(stage) if stage >= visit::Stage::Arrived => Icon::Wrench,
            _ => Icon::CalendarCheck,
        },
        Stage::OnHold { reason, .. } => match reason {
            HoldReason::WaitingParts => Icon::Package,
            HoldReason::SecondVisit => Icon::Rotate,
            HoldReason::WaitingEscalation => Icon::ArrowUp,
            HoldReason::WaitingCustomer | HoldReason::WaitingApproval => Icon::Wait,
        },
        Stage::PendingConfirmation { .. } => Icon::Pen,
        Stage::PendingFollowUp { .. } => Icon::Phone,
        Stage::Completed { .. } | Stage::Closed { .. } => Icon::CheckCircle,
        Stage::Cancelled { .. } => Icon::XCircle,
    }
}

/// The word for where a ticket stands, with its tone and drawing.
pub(super) fn status_tag(ticket: &Ticket) -> impl IntoView + use<> {
    let at_work = matches!(ticket.stage, Stage::InProgress { .. })
        && ticket.active_visit().is_some_and(|visit| visit.stage >= visit::Stage::Arrived);
    view! {
        <Tag
            text=text().words.status(ticket)
            tone=tone(&ticket.stage)
            icon=Some(icon(ticket))
            solid=at_work
            struck=matches!(ticket.stage, Stage::Cancelled { .. })
        />
    }
}

/// The priority, where it is worth a tag: only what is urgent stands out.
pub(super) fn priority_tag(ticket: &Ticket) -> impl IntoView + use<> {
    let urgent = ticket.triage.as_ref().is_some_and(|triage| triage.priority == Priority::P1);
    urgent.then(|| {
        view! {
            <Tag
                text=text().words.priority(Priority::P1)
                tone=Tone::Danger
                icon=Some(Icon::Flame)
                solid=true
            />
        }
    })
}

/// Which of the two promises of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promised {
    Response,
    Solution,
}

/// A promise to the customer, and how it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Promise {
    pub(super) what: Promised,
    pub(super) due: Timestamp,
    /// When it was kept, or too late.
    pub(super) met: Option<Timestamp>,
    /// How much of the time is left, in thousandths.
    pub(super) left: u32,
    pub(super) over: bool,
    /// Whether its clock waits for the customer.
    pub(super) paused: bool,
    /// Milliseconds until it is due; negative once it is over.
    rest: i64,
}

impl Promise {
    fn new(
        what: Promised,
        from: Timestamp,
        due: Timestamp,
        met: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let looked = met.unwrap_or(now);
        let whole = (due.0 - from.0).max(1);
        let rest = due.0 - looked.0;
        let left = u32::try_from(rest.clamp(0, whole) * 1_000 / whole).unwrap_or(0);
        Self { what, due, met, left, over: looked > due, paused: false, rest }
    }

    /// Whether it is not over, but nearly.
    pub(super) fn soon(&self) -> bool {
        self.met.is_none() && !self.over && !self.paused && self.left <= 250
    }

    /// How it stands, in words.
    pub(super) fn words(&self) -> String {
        let desk = &text().desk;
        let span = locale::span(self.rest);
        match (self.met, self.over) {
            (Some(_), false) => desk.kept.into(),
            (Some(_), true) => (desk.missed)(&span),
            (None, over) => {
                let stands = if over { (desk.over)(&span) } else { (desk.left)(&span) };
                if self.paused { text().words.paused(&stands) } else { stands }
            }
        }
    }
}

/// Both promises, response first; none before the ticket has a priority, or after it was cancelled.
pub(super) fn promises(ticket: &Ticket, now: Timestamp) -> Vec<Promise> {
    let Some((response, solution)) = ticket.promised(now) else { return Vec::new() };
    if matches!(ticket.stage, Stage::Cancelled { .. }) {
        return Vec::new();
    }
    let working =
        !ticket.stage.is_over() && !matches!(ticket.stage, Stage::PendingConfirmation { .. });
    let solved = (!working).then(|| ticket.solved_at().unwrap_or(solution));
    let contacted = ticket.contacted_at().or(solved);
    let from = ticket.registered_at;
    let paused = ticket.waits_since().is_some();
    vec![
        Promise::new(Promised::Response, from, response, contacted, now),
        Promise { paused, ..Promise::new(Promised::Solution, from, solution, solved, now) },
    ]
}

/// The promise that ends first among those not kept yet.
pub(super) fn running(ticket: &Ticket, now: Timestamp) -> Option<Promise> {
    promises(ticket, now)
        .into_iter()
        .filter(|promise| promise.met.is_none())
        .min_by_key(|promise| promise.due)
}

/// The letter on a person's round sign: the family name in Chinese, the initial elsewhere.
pub(super) fn initial(name: &str) -> String {
    name.trim().chars().take(1).flat_map(char::to_uppercase).collect()
}

/// The server's time, looked at a few times a minute: often enough for promises counted in minutes.
pub(super) fn minute() -> Signal<Timestamp> {
    Memo::new(|_| clock::minute()).into()
}

/// Whether the window is narrower than this many times the text's size; follows the window.
pub(super) fn narrower_than(rem: f64) -> Signal<bool> {
    // The words of a media query are the browser's, not ours to translate.
    let matches = move || {
        let query = format!("(max-width: {rem}rem)");
        window().match_media(&query).ok().flatten().is_some_and(|query| query.matches())
    };
    let narrow = RwSignal::new(matches());
    let listener = window_event_listener(ev::resize, move |_| {
        let now = matches();
        if narrow.get_untracked() != now {
            narrow.set(now);
        }
    });
    on_cleanup(move || listener.remove());
    narrow.into()
}
