//! What the customer was promised: how much of the time is left, in thousandths and in words.

use domain::{Timestamp, ticket::Ticket};

use crate::locale::{span, text};

/// A promise that still runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Promise {
    /// Thousandths of the promised time that are left.
    pub left: u32,
    pub over: bool,
    pub text: String,
}

/// The promised solution, while the work is not finished.
pub fn solution(ticket: &Ticket, now: Timestamp) -> Option<Promise> {
    let (_, due) = ticket.promised(now)?;
    let finished = ticket.active_visit().is_some_and(|visit| visit.finished_at.is_some());
    if finished || ticket.stage.is_over() {
        return None;
    }
    let promise = until(ticket.registered_at, due, now);
    Some(match ticket.waits_since() {
        Some(_) => Promise { text: text().words.paused(&promise.text), ..promise },
        None => promise,
    })
}

/// The promised first contact, while nobody has spoken with the customer.
pub fn contact(ticket: &Ticket, now: Timestamp) -> Option<Promise> {
    let (due, _) = ticket.promised(now)?;
    if ticket.contacted_at().is_some() || ticket.stage.is_over() {
        return None;
    }
    Some(until(ticket.registered_at, due, now))
}

fn until(start: Timestamp, due: Timestamp, now: Timestamp) -> Promise {
    let whole = (due.0 - start.0).max(1);
    let left = due.0 - now.0;
    let permille = (left.saturating_mul(1_000) / whole).clamp(0, 1_000);
    let over = left < 0;
    let words = &text().engineer.promise;
    let span = span(left);
    let text = if over { (words.over)(span) } else { (words.left)(span) };
    Promise { left: u32::try_from(permille).unwrap_or(0), over, text }
}
