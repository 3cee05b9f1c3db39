//! Chance with a seed: the same seed throws the same dice on every machine.

use uuid::Uuid;

/// A stream of numbers that looks like chance (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of one run. `purpose` keeps streams of one seed apart.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut dice = Self(seed ^ purpose.wrapping_mul(0xD1B5_4A32_D192_ED03));
        dice.next();
        dice
    }

    /// Any number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let n = self.0;
        let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        n ^ (n >> 31)
    }

    /// A number below `n`; 0 where `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// A place in a list of this length.
    pub fn place(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// Yes, `permille` times in a thousand.
    pub fn chance(&mut self, permille: u32) -> bool {
        permille > 0 && self.below(1000) < u64::from(permille)
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        if all.is_empty() { None } else { Some(&all[self.place(all.len())]) }
    }

    /// One of a list that is never empty.
    pub fn one<T: Copy, const N: usize>(&mut self, all: [T; N]) -> T {
        all[self.place(N)]
    }

    /// A duration with a long tail: mostly near `usual`, now and then a hundred times that.
    pub fn pause(&mut self, usual: u64) -> u64 {
        match self.below(100) {
            0..80 => self.between(1, usual.max(1) * 2),
            80..97 => self.between(usual, usual * 10 + 1),
            _ => self.between(usual * 10, usual * 100 + 1),
        }
    }

    /// An id as a device makes it at this moment of its clock.
    pub fn id(&mut self, millis: i64) -> Uuid {
        let mut bytes = [0u8; 10];
        bytes[..8].copy_from_slice(&self.next().to_le_bytes());
        bytes[8..].copy_from_slice(&self.next().to_le_bytes()[..2]);
        let millis = u64::try_from(millis).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

/// One number from several, for the hash of a trace.
pub fn stir(hash: u64, part: u64) -> u64 {
    Dice((hash ^ part).wrapping_mul(0xFF51_AFD7_ED55_8CCD)).next()
}
