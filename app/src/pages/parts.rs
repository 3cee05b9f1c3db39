//! The parts keeper's pages: what is asked for, what lies where, and the catalogue.
//!
//! Names for tests: approve-request, reject-request, issue-request, withdraw-request, save-answer, count,
//! save-count, new-part, edit-part, save-part.

pub mod catalogue;
pub mod requests;
pub mod stock;

pub use catalogue::Catalogue;
pub use requests::PartRequests;
pub use stock::Stock;

/// How many rows a table shows before it asks whether to show more.
const ROWS: usize = 100;
