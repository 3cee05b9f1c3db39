//! Builds, runs and tests Doorstep: `cargo xtask run`, `test`, `build`.

fn main() {}
