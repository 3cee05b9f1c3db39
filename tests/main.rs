//! The tests that cross crates, in reading order: the world, the stories, the contracts, the house rules.

mod stories;
mod tidy;
mod wire;
mod world;
