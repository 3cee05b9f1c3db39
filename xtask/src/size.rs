//! How much a phone downloads for the app, and how much an installed app keeps.

use std::path::Path;

use crate::{postbuild, shell::Done};

/// Bytes of some files: as they are, and as they travel.
#[derive(Default)]
struct Size {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Prints one line per kind of file in `dist`, and the sum an installed app keeps.
pub(crate) fn print(dist: &Path) -> Done {
    let kept = postbuild::kept_paths(dist)?;
    println!("{:<16}{:>12}{:>12}{:>12}", "App size", "raw", "gzip", "brotli");
    for kind in ["wasm", "js", "css"] {
        let files = kept.iter().filter(|file| file.extension().is_some_and(|end| end == kind));
        line(kind, files.map(|file| Size::of(file)));
    }
    line("all kept", kept.iter().map(|file| Size::of(file)));
    Ok(())
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

fn line(name: &str, sizes: impl Iterator<Item = Size>) {
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
