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

use domain::part::Part;

/// How many rows a table shows before it asks whether to show more.
const ROWS: usize = 100;

/// Whether the part is one somebody looks for with these words.
fn found(part: &Part, wanted: &str) -> bool {
    let wanted = wanted.trim().to_lowercase();
    let text = format!("{} {} {}", part.code, part.name, part.model).to_lowercase();
    wanted.split_whitespace().all(|word| text.contains(word))
}
