//! `cargo xtask fuzz`: one decoder under libFuzzer, led by coverage, on the stable compiler.

use std::fs;

use crate::shell::{self, Done, run};

/// What makes the compiler note which branches were taken. The stable one can; only `cargo fuzz` wants another.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions";

/// Feeds the decoder `target` for so many seconds. What it finds is kept in `target/fuzz/<decoder>`.
pub(crate) fn fuzz(target: &str, seconds: &str) -> Done {
    let folder = shell::target().join("fuzz");
    let corpus = folder.join(target);
    fs::create_dir_all(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    // Named, so that build scripts and macros are compiled without the flags.
    let mut fuzz = shell::cargo(&format!(
        "run --release --manifest-path fuzz/Cargo.toml --target {triple} --"
    ));
    run(fuzz
        .arg(&corpus)
        .arg("tests/wire/v1")
        .arg(format!("-max_total_time={seconds}"))
        .arg("-max_len=65536")
        .arg("-rss_limit_mb=2048")
        .arg(format!("-artifact_prefix={}/", folder.display()))
        .env("CARGO_TARGET_DIR", folder.join("build"))
        .env("RUSTFLAGS", FLAGS)
        .env("DOORSTEP_FUZZ", target))
}
