//! How much a phone downloads for the app, and how much an installed app keeps.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{postbuild, shell::Done};

/// Bytes of some files: as they are, and as they travel.
#[derive(Default)]
struct Size {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// An app with everything it keeps should not be larger, packed by brotli.
const APP_MAX: u64 = 350_000;
/// Nor the program file.
const PROGRAM_MAX: u64 = 20_000_000;

/// The sizes as figures with goals: what a phone keeps, and the program file.
pub(crate) fn figures(dist: &Path, program: &Path) -> Done<Vec<Value>> {
    print(dist)?;
    let kept = |face: &str| -> Done<u64> {
        Ok(kept(dist, face)?.iter().map(|(_, size)| size.brotli).sum())
    };
    let program = std::fs::metadata(program).map_err(|why| why.to_string())?.len();
    let figure = |what: &str, bytes: u64, most: u64| {
        let reached = bytes <= most;
        let word = if reached { "reached" } else { "MISSED" };
        println!("{what:<44}{:>12}  goal ≤ {}  {word}", kilo(bytes), kilo(most));
        json!({
            "bench": "size", "what": what, "value": bytes, "unit": "B", "goal": "at most",
            "wanted": most, "reached": reached,
            "missed_by": (!reached).then(|| bytes as f64 / most as f64 - 1.0),
        })
    };
    Ok(vec![
        figure("all a phone keeps of the app, brotli", kept("field")?, APP_MAX),
        figure("all a desk keeps of the app, brotli", kept("office")?, APP_MAX),
        figure("the program file with the app inside", program, PROGRAM_MAX),
    ])
}

/// Prints what each face keeps of the app in `dist`.
pub(crate) fn print(dist: &Path) -> Done {
    for face in ["field", "office"] {
        println!("{:<16}{:>12}{:>12}{:>12}", format!("Size: {face}"), "raw", "gzip", "brotli");
        let kept = kept(dist, face)?;
        for kind in ["wasm", "js", "css"] {
            let of_kind =
                kept.iter().filter(|(file, _)| file.extension().is_some_and(|end| end == kind));
            line(kind, of_kind.map(|(_, size)| size));
        }
        line("all kept", kept.iter().map(|(_, size)| size));
    }
    Ok(())
}

/// The files that are kept where this face is shown.
fn kept(dist: &Path, face: &str) -> Done<Vec<(PathBuf, Size)>> {
    let files = postbuild::kept_paths(dist)?;
    let needed = |file: &PathBuf| {
        postbuild::face(&file.to_string_lossy()).is_none_or(|needed| needed == face)
    };
    Ok(files
        .into_iter()
        .filter(needed)
        .map(|file| {
            let size = Size::of(&file);
            (file, size)
        })
        .collect())
}

impl Size {
    /// A file without a compressed copy travels as it is.
    fn of(file: &Path) -> Self {
        let bytes = |path: &Path| std::fs::metadata(path).map(|file| file.len()).ok();
        let raw = bytes(file).unwrap_or(0);
        let copy = |kind| bytes(&postbuild::beside(file, kind)).unwrap_or(raw);
        Size { raw, gzip: copy("gz"), brotli: copy("br") }
    }
}

fn line<'a>(name: &str, sizes: impl Iterator<Item = &'a Size>) {
    let sum = sizes.fold(Size::default(), |sum, size| Size {
        raw: sum.raw + size.raw,
        gzip: sum.gzip + size.gzip,
        brotli: sum.brotli + size.brotli,
    });
    println!("{name:<16}{:>12}{:>12}{:>12}", kilo(sum.raw), kilo(sum.gzip), kilo(sum.brotli));
}

fn kilo(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}
