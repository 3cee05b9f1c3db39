//! The desk of agents, coordinators and supervisors: the board, the table, the intake, and one ticket whole.

mod actions;
mod board;
mod body;
mod card;
mod columns;
mod dispatch;
mod edit;
mod flags;
mod forms;
mod history;
mod keys;
mod known;
mod looks;
mod register;
mod requests;
mod tickets;
mod triage;
mod visits;
mod window;

pub use board::Board;
pub use body::DeskTicket;
pub use register::Register;
pub use tickets::DeskTickets;
