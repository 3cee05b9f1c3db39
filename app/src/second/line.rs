//! One line of the second journal, `checksum length json`: readable by itself, however the others fare.

use domain::{Envelope, json};
use sha2::{Digest, Sha256};

/// What could be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// What was sealed, oldest first, each once.
    pub envelopes: Vec<Envelope>,
    /// Lines whose checksum is wrong.
    pub broken: usize,
}

/// Bytes of the checksum that a line carries; enough against accidents, and nobody else writes here.
const CHECKSUM_BYTES: usize = 8;

/// The line as it is written.
pub fn write(envelope: &Envelope) -> String {
    // A command is JSON wherever it is kept; it always can be written.
    let json = serde_json::to_string(envelope).unwrap_or_default();
    format!("{} {} {json}\n", checksum(json.as_bytes()), json.len())
}

/// Reads these files. A torn or damaged line costs that line only.
pub fn read<'a>(files: impl IntoIterator<Item = &'a [u8]>) -> Read {
    let mut found = Read::default();
    for file in files {
        let mut rest = file;
        while !rest.is_empty() {
            let (line, after) = first(rest);
            match line {
                Some(envelope) => found.envelopes.push(envelope),
                None => found.broken += 1,
            }
            rest = after;
        }
    }
    // Ids grow with time.
    found.envelopes.sort_by_key(|envelope| envelope.mid);
    found.envelopes.dedup_by_key(|envelope| envelope.mid);
    found
}

/// The line at the front, if it is sound, and what comes after it.
fn first(bytes: &[u8]) -> (Option<Envelope>, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let after = |end: usize| bytes.get(end + 1..).unwrap_or_default();
    if let Some((line, length)) = sound(bytes) {
        // Where the line break itself was damaged, the length still tells where the next line begins.
        return (Some(line), after(length));
    }
    (None, end.map(after).unwrap_or_default())
}

/// The line at the front and its length without the break, if its checksum is right.
fn sound(bytes: &[u8]) -> Option<(Envelope, usize)> {
    let mut parts = bytes.splitn(3, |byte| *byte == b' ');
    let (sum, length, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let json = rest.get(..std::str::from_utf8(length).ok()?.parse().ok()?)?;
    if sum != checksum(json).as_bytes() {
        return None;
    }
    let line = json::read(std::str::from_utf8(json).ok()?).ok()?;
    Some((line, sum.len() + length.len() + 2 + json.len()))
}

fn checksum(json: &[u8]) -> String {
    Sha256::digest(json).iter().take(CHECKSUM_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
