//! The deterministic simulation: many seeds, and bugs planted on purpose that it must find.

use std::path::PathBuf;

use crate::shell::{self, Done, cargo, command, run};

/// How many messages one run of the test command delivers at least.
const DELIVERIES: &str = "1000000";
/// Within how many seeds a planted bug must be found.
const SEEDS_PER_CANARY: &str = "2000";

/// `cargo xtask sim`: the words are the program's own (`--seeds N --from S --store sqlite --canary NAME`).
pub(crate) fn simulate(words: &[&str]) -> Done {
    run(&mut command(&program(words)?.to_string_lossy(), words.iter().copied()))
}

/// `cargo xtask canaries`: plants each bug, and prints after how many seeds it was found.
pub(crate) fn canaries() -> Done {
    simulate(&["--canaries", "--seeds", SEEDS_PER_CANARY])
}

/// The step of the test command: a million deliveries, some against the real store, and every canary.
pub(crate) fn step() -> Done {
    simulate(&["--deliveries", DELIVERIES])?;
    simulate(&["--store", "sqlite", "--seeds", "40"])?;
    canaries()
}

/// Builds the simulation as fast as it goes; the real store comes in only where it is asked for.
fn program(words: &[&str]) -> Done<PathBuf> {
    let real = words.windows(2).any(|pair| pair == ["--store", "sqlite"]);
    let features = if real { "sqlite" } else { "canaries" };
    run(&mut cargo(&format!(
        "build --quiet --release --locked --package sim --features {features}"
    )))?;
    Ok(shell::target().join("release").join(format!("sim{}", std::env::consts::EXE_SUFFIX)))
}
