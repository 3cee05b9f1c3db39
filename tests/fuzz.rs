//! Every decoder is fed damaged and random bytes, the same ones each time. `cargo xtask fuzz` looks deeper.

use std::{fs, path::Path};

use crate::{dice::Dice, targets};

/// How many damaged inputs each decoder is fed.
const INPUTS: usize = 2_000;

/// Released samples, and something of each sort.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("wire/v1");
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().flatten().map(|file| file.path()).collect();
    names.sort();
    let commands = names.iter().map(|name| fs::read(name).unwrap());
    commands.chain(targets::seeds()).collect()
}

/// A seed with some damage.
fn damaged(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[dice.place(seeds.len())].clone();
    for _ in 0..=dice.below(4) {
        let place = dice.place(bytes.len() + 1);
        match dice.below(7) {
            0 => bytes.truncate(place),
            1 => bytes.insert(place, dice.next() as u8),
            2 if place < bytes.len() => bytes[place] ^= 1 << dice.below(8),
            3 if place < bytes.len() => drop(bytes.remove(place)),
            4 => {
                let other = &seeds[dice.place(seeds.len())];
                bytes.splice(place.., other[dice.place(other.len() + 1)..].iter().copied());
            }
            5 => {
                let odd = dice.one([
                    "-9223372036854775808",
                    "1e999",
                    "\"\\ud800\"",
                    "[[[[",
                    "null",
                    "\u{202e}",
                ]);
                bytes.splice(place..place, odd.bytes());
            }
            _ => {
                let part = bytes[..place].to_vec();
                bytes.splice(place..place, part);
            }
        }
        bytes.truncate(100_000);
    }
    bytes
}

#[test]
fn no_decoder_panics_whatever_it_is_fed() {
    let seeds = seeds();
    for (n, target) in (0..).zip(targets::ALL) {
        seeds.iter().for_each(|seed| (target.feed)(seed));
        let mut dice = Dice::new(n, 90);
        let inputs = if target.name == "http" { INPUTS / 4 } else { INPUTS };
        for _ in 0..inputs {
            (target.feed)(&damaged(&mut dice, &seeds));
        }
    }
}
