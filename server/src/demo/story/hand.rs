//! What a customer's signature looks like.

use domain::sheet::{Point, Stroke};

/// Three strokes that look like a name written in a hurry; every customer writes a little differently.
pub(super) fn handwriting(hand: u32) -> Vec<Stroke> {
    /// A hundred sines of a circle in thousandths; no floats near anything that is signed.
    const WAVE: [i32; 16] =
        [0, 383, 707, 924, 1000, 924, 707, 383, 0, -383, -707, -924, -1000, -924, -707, -383];
    let hand = i32::try_from(hand % 97).unwrap_or_default();
    let mut t = 0;
    (0..3)
        .map(|stroke| {
            let points = (0..48)
                .map(|step| {
                    let turn = usize::try_from(step * (2 + stroke) + hand).unwrap_or_default() % 16;
                    let rise = 900 + 120 * stroke + 9 * hand;
                    t += 14;
                    Point {
                        x: 1400 + 2300 * stroke + step * 52 + WAVE[(turn + 4) % 16] * 340 / 1000,
                        y: 5200 - 260 * stroke + WAVE[turn] * rise / 1000 - step * 8,
                        t,
                        p: 420 + WAVE[(turn + 2) % 16] * 160 / 1000,
                    }
                })
                .collect();
            t += 180;
            Stroke { points }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_drawn_inside_the_pad_and_differ() {
        let [first, second] = [handwriting(11), handwriting(42)];
        assert_ne!(first, second);
        for Point { x, y, p, .. } in
            first.iter().chain(&second).flat_map(|stroke| stroke.points.clone())
        {
            assert!(
                (0..10_000).contains(&x) && (0..10_000).contains(&y) && (0..=1000).contains(&p),
                "{x} {y} {p}"
            );
        }
    }
}
