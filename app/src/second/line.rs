//! One line of the second journal, `checksum length json`: readable by itself, however the others fare.

use domain::Envelope;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What a line says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Somebody did this.
    Sealed(Envelope),
    /// It was sealed, but could not be saved, and the person was told so.
    Withdrawn(Uuid),
}

/// What could be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// What was sealed and not withdrawn, oldest first, each once.
    pub envelopes: Vec<Envelope>,
    /// Lines whose checksum is wrong.
    pub broken: usize,
}

/// Bytes of the checksum that a line carries; enough against accidents, and nobody else writes here.
const CHECKSUM_BYTES: usize = 8;

/// The line as it is written.
pub fn write(line: &Line) -> String {
    // A command is JSON wherever it is kept; it always can be written.
    let json = serde_json::to_string(line).unwrap_or_default();
    format!("{} {} {json}\n", checksum(json.as_bytes()), json.len())
}

/// Reads these files. A torn or damaged line costs that line only.
pub fn read<'a>(files: impl IntoIterator<Item = &'a [u8]>) -> Read {
    let mut found = Read::default();
    let mut withdrawn = Vec::new();
    for file in files {
        let mut rest = file;
        while !rest.is_empty() {
            let (line, after) = first(rest);
            match line {
                Some(Line::Sealed(envelope)) => found.envelopes.push(envelope),
                Some(Line::Withdrawn(mid)) => withdrawn.push(mid),
                None => found.broken += 1,
            }
            rest = after;
        }
    }
    found.envelopes.retain(|envelope| !withdrawn.contains(&envelope.mid));
    // Ids grow with time, also across the files of several tabs.
    found.envelopes.sort_by_key(|envelope| envelope.mid);
    found.envelopes.dedup_by_key(|envelope| envelope.mid);
    found
}

/// The line at the front, if it is sound, and what comes after it.
fn first(bytes: &[u8]) -> (Option<Line>, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let after = |end: usize| bytes.get(end + 1..).unwrap_or_default();
    if let Some((line, length)) = sound(bytes) {
        // Where the line break itself was damaged, the length still tells where the next line begins.
        return (Some(line), after(length));
    }
    (None, end.map(after).unwrap_or_default())
}

/// The line at the front and its length without the break, if its checksum is right.
fn sound(bytes: &[u8]) -> Option<(Line, usize)> {
    let mut parts = bytes.splitn(3, |byte| *byte == b' ');
    let (sum, length, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let json = rest.get(..std::str::from_utf8(length).ok()?.parse().ok()?)?;
    if sum != checksum(json).as_bytes() {
        return None;
    }
    let line = serde_json::from_slice(json).ok()?;
    Some((line, sum.len() + length.len() + 2 + json.len()))
}

fn checksum(json: &[u8]) -> String {
    Sha256::digest(json).iter().take(CHECKSUM_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
