//! The desk of agents, coordinators and supervisors: the board, the table, the intake, and one ticket whole.

pub mod actions;
pub mod board;
pub mod body;
pub mod card;
mod columns;
pub mod dispatch;
pub mod edit;
pub mod flags;
pub mod forms;
pub mod history;
mod keys;
pub mod known;
mod looks;
pub mod register;
pub mod requests;
pub mod tickets;
pub mod triage;
pub mod visits;
pub mod window;

pub use board::Board;
pub use body::DeskTicket;
pub use register::Register;
pub use tickets::DeskTickets;
