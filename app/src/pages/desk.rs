//! The desk of agents, coordinators and supervisors: the board, the table, the intake, and one ticket whole.
//!
//! Names for tests and scripts (`data-name`). Everywhere: `register`, `open-ticket`, `close-panel`, `board`;
//! alerts `alert-over`, `alert-soon`, `alert-not-accepted`, `alert-undecided`, `alert-quiet`; lists `more-tickets`,
//! `more-history`. Intake: `take-customer`, `take-machine`, `take-ticket`, `unlink-customer`, `discard-draft`,
//! `save-register`. A ticket: `triage`, `hand-over-ticket`, `solve-by-phone`, `dispatch` (`pick-<user id>`, also
//! `data-person` with the name), `appoint`, `log-call`, `hold`, `resume`, `confirm-ticket`, `object`,
//! `open-follow-up`, `follow-up`, `close-ticket`, `reopen`, `edit-contact`, `edit-machine`, `cancel-ticket`; what is
//! not among the buttons is behind `more-actions`. Their forms end in `back` and `save-triage`, `save-solve-by-phone`,
//! `save-dispatch`, `save-appoint`, `save-log-call`, `save-hold`, `save-confirm`, `save-object`, `save-follow-up`,
//! `save-reopen`, `save-contact`, `save-machine`, `save-cancel`. Also `note`, `reveal-phone`, `open-sheet`, `verify`,
//! `approve`, and `settle-bill`, `settle-goodwill`, `settle-void`, `settle-keep`, `settle-take-proposal`,
//! `settle-acknowledge` inside `flag`. Devices: `attention`, `revoke`, `confirm`, `ask-again`. What had no effect:
//! `devices`, `keep-as-note`, `open-ticket`, `more-attention`.

pub mod actions;
mod asked;
pub mod attention;
pub mod board;
pub mod body;
pub mod calendar;
pub mod card;
mod columns;
pub mod decisions;
pub mod devices;
pub mod dispatch;
pub mod edit;
mod filter;
pub mod flags;
pub mod forms;
pub mod history;
mod keys;
pub mod known;
mod looks;
pub mod many;
pub mod palette;
mod pointed;
pub mod proposals;
pub mod register;
pub mod requests;
mod sides;
pub mod tickets;
pub mod triage;
pub mod visits;
pub mod window;

pub use attention::Attention;
pub use board::Board;
pub use body::DeskTicket;
pub use calendar::Calendar;
pub use decisions::Decisions;
pub use devices::Devices;
pub use register::Register;
pub use tickets::DeskTickets;
