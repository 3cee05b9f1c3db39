//! The contrasts the look promises, computed from the tokens by the formula of WCAG.

use std::collections::BTreeMap;

/// A colour on a ground, and the contrast each light must reach.
const PAIRS: [(&str, &str, f64, f64); 36] = [
    ("text-1", "bg-surface", 17.8, 14.6),
    ("text-1", "bg-page", 16.3, 13.0),
    ("text-1", "bg-raised", 17.8, 13.0),
    ("text-1", "bg-sunken", 4.5, 4.5),
    ("text-1", "bg-hover", 4.5, 4.5),
    ("text-2", "bg-surface", 7.8, 9.0),
    ("text-2", "bg-page", 7.1, 8.0),
    ("text-2", "bg-raised", 7.8, 8.0),
    ("text-2", "bg-sunken", 4.5, 4.5),
    ("text-3", "bg-surface", 5.6, 6.0),
    ("text-3", "bg-page", 5.1, 5.4),
    ("text-3", "bg-sunken", 4.7, 4.5),
    ("text-3", "bg-raised", 5.6, 4.5),
    ("text-3", "bg-hover", 4.5, 4.5),
    ("border-control", "bg-surface", 3.6, 4.0),
    ("border-control", "bg-page", 3.3, 3.0),
    ("primary", "bg-surface", 6.6, 7.9),
    ("primary", "bg-page", 6.0, 4.5),
    ("primary", "primary-soft", 5.6, 6.4),
    ("primary-hover", "bg-surface", 8.3, 9.5),
    ("primary-press", "bg-surface", 10.5, 11.4),
    ("on-primary", "primary", 6.6, 7.8),
    ("on-primary", "primary-hover", 4.5, 4.5),
    ("on-primary", "primary-press", 4.5, 4.5),
    ("success", "bg-surface", 5.4, 8.9),
    ("success", "success-soft", 4.8, 7.1),
    ("warning", "bg-surface", 6.6, 9.9),
    ("warning", "warning-soft", 5.9, 7.9),
    ("danger", "bg-surface", 5.8, 7.6),
    ("danger", "danger-soft", 4.9, 6.7),
    ("on-primary", "danger", 4.5, 4.5),
    ("info", "bg-surface", 6.2, 8.9),
    ("info", "info-soft", 5.4, 6.9),
    ("violet", "bg-surface", 6.6, 7.6),
    ("violet", "violet-soft", 5.6, 6.4),
    ("on-toast", "toast", 7.0, 7.0),
];

#[test]
fn every_colour_can_be_read_on_its_ground() {
    let tokens = tokens();
    let mut found = Vec::new();
    for (colour, ground, light, dark) in PAIRS {
        for (mode, place, least) in [("light", 0, light), ("dark", 1, dark)] {
            let contrast = contrast(tokens[colour][place], tokens[ground][place]);
            // The promised numbers have one digit, rounded.
            if contrast < least - 0.06 {
                found.push(format!(
                    "{colour} on {ground} ({mode}): {contrast:.2}, promised {least}"
                ));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_formula_is_the_one_of_wcag() {
    assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 0.001);
    // The lightest grey that passes AA on white.
    assert!((contrast([0x76, 0x76, 0x76], [255, 255, 255]) - 4.54).abs() < 0.01);
}

/// The colours that are said once for each light, as red, green and blue.
fn tokens() -> BTreeMap<&'static str, [[u8; 3]; 2]> {
    let text = include_str!("../style/tokens.css");
    let lines = text.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": light-dark(")?;
        let (light, dark) = value.trim_end_matches(");").split_once(", ")?;
        Some((name, [colour(light)?, colour(dark)?]))
    });
    lines.collect()
}

/// `#1456c8`; what shines through is read as if it did not.
fn colour(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#')?.get(..6)?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}
