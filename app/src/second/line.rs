//! One line of the second journal, `checksum length json`: readable by itself, however the others fare.

use domain::{Envelope, json};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What one line keeps: an envelope, and the form whose words it was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    pub envelope: Envelope,
    /// Nothing where it was made without one, or by an app that did not say so.
    pub form: Option<String>,
}

/// What could be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// What was sealed, oldest first, each once.
    pub sealed: Vec<Sealed>,
    /// Lines whose checksum is wrong.
    pub broken: usize,
}

/// Bytes of the checksum that a line carries; enough against accidents, and nobody else writes here.
const CHECKSUM_BYTES: usize = 8;

/// The line as it is written: the form stands among the envelope's own fields, where older apps pass over it.
pub fn write(envelope: &Envelope, form: Option<&str>) -> String {
    #[derive(Serialize)]
    struct Written<'a> {
        #[serde(flatten)]
        envelope: &'a Envelope,
        #[serde(skip_serializing_if = "Option::is_none")]
        form: Option<&'a str>,
    }
    // A command is JSON wherever it is kept; it always can be written.
    let json = serde_json::to_string(&Written { envelope, form }).unwrap_or_default();
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
                Some(sealed) => found.sealed.push(sealed),
                None => found.broken += 1,
            }
            rest = after;
        }
    }
    found.sealed.sort_by_key(|sealed| (sealed_at(&sealed.envelope), sealed.envelope.mid));
    found.sealed.dedup_by_key(|sealed| sealed.envelope.mid);
    found
}

/// When it was sealed, in milliseconds. Ids grow with time even where the clock is set back meanwhile; that of a
/// customer's answer was chosen before it was given.
fn sealed_at(envelope: &Envelope) -> i64 {
    let chosen = envelope.mid.get_timestamp().map(|at| at.to_unix());
    let chosen = chosen.and_then(|(seconds, nanos)| {
        Some(i64::try_from(seconds).ok()? * 1_000 + i64::from(nanos / 1_000_000))
    });
    chosen.unwrap_or_default().max(envelope.at.0)
}

/// The line at the front, if it is sound, and what comes after it.
fn first(bytes: &[u8]) -> (Option<Sealed>, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let after = |end: usize| bytes.get(end + 1..).unwrap_or_default();
    if let Some((line, length)) = sound(bytes) {
        // Where the line break itself was damaged, the length still tells where the next line begins.
        return (Some(line), after(length));
    }
    (None, end.map(after).unwrap_or_default())
}

/// The line at the front and its length without the break, if its checksum is right.
fn sound(bytes: &[u8]) -> Option<(Sealed, usize)> {
    #[derive(Deserialize)]
    struct Written {
        #[serde(default)]
        form: Option<String>,
    }
    let mut parts = bytes.splitn(3, |byte| *byte == b' ');
    let (sum, length, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let json = rest.get(..std::str::from_utf8(length).ok()?.parse().ok()?)?;
    if sum != checksum(json).as_bytes() {
        return None;
    }
    // Read twice, because serde would compile every command once more for a field beside its envelope.
    let text = std::str::from_utf8(json).ok()?;
    let form = json::read::<Written>(text).ok().and_then(|written| written.form);
    let sealed = Sealed { envelope: json::read(text).ok()?, form };
    Some((sealed, sum.len() + length.len() + 2 + json.len()))
}

fn checksum(json: &[u8]) -> String {
    Sha256::digest(json).iter().take(CHECKSUM_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
