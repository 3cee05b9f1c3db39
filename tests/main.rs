//! The tests that cross crates, in reading order: the world, the stories, the contracts, the house rules.

// Some files of the app know no browser; their own tests run here, because the app itself is built for one.
#[path = "../app/src/pages/engineer/amount.rs"]
mod amount;
#[path = "../app/src/locale/handover/amount.rs"]
mod capital_amount;
mod contract;
mod contrast;
#[path = "../app/src/pages/engineer/dealt.rs"]
mod dealt;
#[path = "simulation/dice.rs"]
#[allow(dead_code, reason = "shared with the simulation, which uses all of it")]
mod dice;
mod fuzz;
#[path = "../app/src/second/line.rs"]
mod line;
mod stories;
#[path = "../fuzz/src/targets.rs"]
mod targets;
mod tidy;
#[path = "../app/src/locale/title.rs"]
mod title;
mod wire;
mod world;
