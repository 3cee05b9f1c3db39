//! The engineer's phone: today, the tickets, the work at the machine, parts, and a new ticket.

pub mod amount;
pub mod card;
pub mod contact;
pub mod dealt;
pub mod draft;
pub mod my_parts;
pub mod new_ticket;
pub mod progress;
pub mod promise;
pub mod request_parts;
pub mod scan;
pub mod step;
pub mod ticket;
pub mod tickets;
pub mod today;
pub mod work;

pub use my_parts::MyParts;
pub use new_ticket::NewTicket;
pub use request_parts::RequestParts;
pub use ticket::TicketPage;
pub use tickets::Tickets;
pub use today::Today;
pub use work::Work;

use domain::Timestamp;
use leptos::prelude::*;

use crate::{locale::words, ui::Choice};

/// The choices of one of the domain's lists, in the reader's words.
pub(super) fn choices<T: Copy + serde::Serialize>(
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Vec<Choice> {
    all.iter().map(|one| Choice::new(words::code(one), word(*one))).collect()
}

/// When this phone last kept something of the page, for the line that says so.
#[derive(Clone, Copy)]
struct Saved(RwSignal<Option<Timestamp>>);

impl Saved {
    fn provide() -> Saved {
        let saved = Saved(RwSignal::new(None));
        provide_context(saved);
        saved
    }

    /// The page may be gone by the time storage answers; then nobody reads the line.
    fn note(self, at: Timestamp) {
        let _gone = self.0.try_set(Some(at));
    }
}
