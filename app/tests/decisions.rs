//! What a browser decides is what the server decides: the same hundred thousand cases, hashed here (I15).

#![cfg(target_arch = "wasm32")]
#![expect(unreachable_pub, reason = "these files are shared with programs")]

#[path = "../../tests/simulation/cast.rs"]
#[allow(dead_code, reason = "shared with the simulation, which uses all of it")]
mod cast;
#[path = "../../domain/tests/properties/decisions.rs"]
mod decisions;
#[path = "../../tests/simulation/deeds.rs"]
#[allow(dead_code, reason = "shared with the simulation, which uses all of it")]
mod deeds;
#[path = "../../tests/simulation/dice.rs"]
#[allow(dead_code, reason = "shared with the simulation, which uses all of it")]
mod dice;
#[path = "../../tests/simulation/weather.rs"]
#[allow(dead_code, reason = "shared with the simulation, which uses all of it")]
mod weather;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn decided(seeds: std::ops::Range<usize>) {
    for seed in seeds {
        assert_eq!(decisions::hash(seed as u64, decisions::CASES), decisions::EXPECTED[seed]);
    }
}

// In portions: a browser gives one test twenty seconds.

#[wasm_bindgen_test]
fn the_first_thirty_thousand_are_decided_as_on_the_server() {
    decided(0..3);
}

#[wasm_bindgen_test]
fn the_next_forty_thousand_are_decided_as_on_the_server() {
    decided(3..7);
}

#[wasm_bindgen_test]
fn the_last_thirty_thousand_are_decided_as_on_the_server() {
    decided(7..10);
}
