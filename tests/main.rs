//! The tests that cross crates, in reading order: the world, the stories, the contracts, the house rules.

// Two files of the app know no browser; their own tests run here, because the app itself is built for one.
#[path = "../app/src/pages/engineer/amount.rs"]
mod amount;
#[path = "../app/src/locale/handover/amount.rs"]
mod capital_amount;
mod stories;
mod tidy;
mod wire;
mod world;
