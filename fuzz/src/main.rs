//! One decoder under a fuzzer that is led by coverage. `DOORSTEP_FUZZ` names it; `cargo xtask fuzz` starts it.

#![no_main]

#[path = "../../app/src/second/line.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the app, which uses all of it")]
mod line;
#[allow(dead_code, reason = "the tests feed its seeds")]
mod targets;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

static TARGET: OnceLock<targets::Target> = OnceLock::new();

fuzz_target!(|data: &[u8]| {
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("DOORSTEP_FUZZ").unwrap_or_default();
        let found = targets::ALL.iter().find(|target| target.name == name);
        *found.unwrap_or_else(|| panic!("DOORSTEP_FUZZ names no decoder: `{name}`"))
    });
    (target.feed)(data);
});
