//! The customer copy (客户联): what the code on it states, and what can be said of that (domain model 3.9).
//!
//! The code carries no name, no address and no telephone: the sheet's number, one digest over what was read and
//! what was answered, the few facts a reader can compare with the paper, and the server's countersignature as
//! soon as there is one. Whoever holds the server's public key can check it without asking anybody.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    Refusal, Timestamp,
    sheet::{self, Answer, Digest, Sheet, digest},
    user::{Role, User},
    values::{self, Money},
    visit::Outcome,
};

#[cfg(test)]
mod tests;

/// The server's countersignature: it has this sheet, with this content and this answer, since this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// In whole seconds.
    pub at: Timestamp,
    /// Which key made it: the first eight digits of the public key's SHA-256.
    pub key: String,
    /// ECDSA over P-256 with SHA-256, 64 bytes in base64url.
    pub signature: String,
}

/// What makes countersignatures. The key itself is the server's business.
pub trait Sealer {
    /// Which key this is.
    fn key(&self) -> &str;
    /// The signature under this text, in base64url.
    fn sign(&self, text: &str) -> String;
}

/// How the customer answered, as the code says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    Signed,
    Refused,
    Absent,
}

/// How the work ended, as the code says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Repaired,
    NoFault,
    NotRepaired,
}

/// What a copy states about a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The sheet's number.
    pub number: String,
    /// SHA-256 over the digests of what the customer read and of what they answered.
    pub digest: Digest,
    pub given: Given,
    pub ended: Ended,
    /// Whether the customer said the machine works again.
    pub solved: Option<bool>,
    pub total: Money,
    /// When the customer answered, in whole seconds.
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Seal>,
}

/// What somebody brings to be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// The QR code, whole.
    Whole(Box<Statement>),
    /// The sheet's number and the check code, as they stand beside it for whoever must type.
    Short { number: String, check: String },
}

/// What can be said of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It is what the customer answered, and what the server has.
    Authentic,
    /// It is not what was answered: something was changed afterwards.
    Changed,
    /// It was answered like this, but there is a newer revision.
    Older,
    /// The server has not countersigned it yet, or does not know it.
    NotYet,
    /// Its countersignature is by a key that is not known here.
    Foreign,
}

/// A finding, with what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    pub finding: Finding,
    /// What may be shown beside the paper; nothing where the code itself proves nothing.
    #[serde(default)]
    pub statement: Option<Statement>,
    /// The number of the newest revision, where this one is older.
    #[serde(default)]
    pub newest: Option<String>,
}

/// How well the countersignature of a code could be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// There is none, or this browser cannot check it.
    Nothing,
    Right,
    Wrong,
    /// Made by a key that is not known here.
    UnknownKey,
}

/// The public key that countersignatures are checked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// The name in [`Seal::key`].
    pub id: String,
    /// The point on P-256, uncompressed (65 bytes), in base64url.
    pub point: String,
}

/// The version of the code's form.
const FORM: &str = "1";
/// Enough of the digest to compare by eye and to type.
const CHECK_DIGITS: usize = 8;
/// No code of ours is longer.
pub const CODE_BYTES_MAX: usize = 2000;

impl Sheet {
    /// Whether content, answer and digests are what they were when the customer answered.
    pub fn is_sound(&self) -> bool {
        let drawn = match &self.signature.answer {
            Answer::Signed { strokes, stroke_digest, .. } => digest(strokes) == *stroke_digest,
            Answer::Refused { .. } | Answer::Absent { .. } => true,
        };
        drawn && digest(&self.content) == self.digest
    }

    /// What the customer copy of this sheet states.
    pub fn statement(&self) -> Statement {
        let answer = digest(&self.signature);
        let both = Sha256::digest(format!("{} {answer}", self.digest).as_bytes());
        Statement {
            number: self.content.number(),
            digest: sheet::hex(&both),
            given: match self.signature.answer {
                Answer::Signed { .. } => Given::Signed,
                Answer::Refused { .. } => Given::Refused,
                Answer::Absent { .. } => Given::Absent,
            },
            ended: match self.content.outcome {
                Outcome::Repaired { .. } => Ended::Repaired,
                Outcome::NoFault { .. } => Ended::NoFault,
                Outcome::NotRepaired { .. } => Ended::NotRepaired,
            },
            solved: self.signature.solved,
            total: self.content.total,
            at: whole_seconds(self.signature.at),
            seal: self.seal.clone(),
        }
    }
}

impl Statement {
    /// The text that is countersigned, with when and by which key.
    pub fn to_be_sealed(&self, at: Timestamp, key: &str) -> String {
        format!("{}.{}.{key}", self.bare(), at.0 / 1000)
    }

    /// The text that the countersignature stands under, if there is one.
    pub fn sealed_text(&self) -> Option<String> {
        self.seal.as_ref().map(|seal| self.to_be_sealed(seal.at, &seal.key))
    }

    /// Countersigned with this key.
    pub fn sealed_by(&self, sealer: &dyn Sealer, at: Timestamp) -> Seal {
        let (at, key) = (whole_seconds(at), sealer.key().to_owned());
        let signature = sealer.sign(&self.to_be_sealed(at, &key));
        Seal { at, key, signature }
    }

    /// What the QR code says behind the address.
    pub fn code(&self) -> String {
        match (&self.seal, self.sealed_text()) {
            (Some(seal), Some(text)) => format!("{text}.{}", seal.signature),
            _ => self.bare(),
        }
    }

    /// The short code people compare by eye: `A1B2 C3D4`.
    pub fn check_code(&self) -> String {
        let check = check(&self.digest);
        let (first, second) = check.split_at(CHECK_DIGITS / 2);
        format!("{first} {second}")
    }

    fn bare(&self) -> String {
        let Self { number, digest, given, ended, solved, total, at, .. } = self;
        let given = match given {
            Given::Signed => 's',
            Given::Refused => 'r',
            Given::Absent => 'a',
        };
        let ended = match ended {
            Ended::Repaired => 'r',
            Ended::NoFault => 'n',
            Ended::NotRepaired => 'u',
        };
        let solved = match solved {
            Some(true) => 'y',
            Some(false) => 'n',
            None => '-',
        };
        let (number, digest) = (escaped(number), to_base64(&from_hex(digest)));
        let (total, at) = (total.0, at.0 / 1000);
        format!("{FORM}.{number}.{digest}.{given}{ended}{solved}.{total}.{at}")
    }

    fn is_about_the_same(&self, other: &Self) -> bool {
        let bare = |of: &Self| Self { seal: None, ..of.clone() };
        bare(self) == bare(other)
    }
}

impl Code {
    /// Reads what was scanned, pasted or typed: an address, a code, or a number with its check code.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] for anything else.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.len() > CODE_BYTES_MAX {
            return Err(Refusal::Malformed);
        }
        let code = text.rsplit_once("c=").map_or(text, |(_, code)| code);
        let code = code.split(['&', '#']).next().unwrap_or(code);
        if let Some(statement) = statement(code) {
            return Ok(Self::Whole(Box::new(statement)));
        }
        let mut words = text.split_whitespace();
        let number = words.next().unwrap_or_default().to_uppercase();
        let check: String = words.collect::<String>().to_uppercase();
        let digits = check.len() == CHECK_DIGITS && check.bytes().all(|b| b.is_ascii_hexdigit());
        if !digits || ticket_number(&number).is_none() {
            return Err(Refusal::Malformed);
        }
        Ok(Self::Short { number, check })
    }

    /// The number of the sheet it is about.
    pub fn number(&self) -> &str {
        match self {
            Self::Whole(statement) => &statement.number,
            Self::Short { number, .. } => number,
        }
    }
}

/// What can be said of a code. `known` are the sheets of its visit as far as they are known here.
pub fn judge(code: &Code, checked: Checked, known: &[Sheet]) -> Judgement {
    let mut known: Vec<&Sheet> = known.iter().collect();
    known.sort_by_key(|sheet| sheet.revision);
    let claims = |sheet: &&Sheet| sheet.content.number() == code.number();
    let fits = |sheet: &Sheet| match code {
        Code::Whole(statement) => statement.is_about_the_same(&sheet.statement()),
        Code::Short { check: given, .. } => check(&sheet.statement().digest) == *given,
    };
    let whole = match code {
        Code::Whole(statement) => Some((**statement).clone()),
        Code::Short { .. } => None,
    };
    let says = |finding| Judgement { finding, statement: whole.clone(), newest: None };
    if checked == Checked::Wrong {
        return Judgement { finding: Finding::Changed, statement: None, newest: None };
    }
    // Two devices may have answered the same revision: each copy is held against its own.
    let found = known.iter().copied().filter(claims).find(|sheet| fits(sheet));
    let Some(found) = found else {
        return match checked {
            _ if known.iter().any(claims) => {
                Judgement { finding: Finding::Changed, statement: None, newest: None }
            }
            Checked::Right => says(Finding::Authentic),
            Checked::UnknownKey => says(Finding::Foreign),
            Checked::Nothing | Checked::Wrong => says(Finding::NotYet),
        };
    };
    let statement = Some(found.statement());
    let newest = known.last().filter(|newest| newest.revision > found.revision);
    let finding = if !found.is_sound() {
        Finding::Changed
    } else if newest.is_some() {
        Finding::Older
    } else if found.seal.is_some() || checked == Checked::Right {
        Finding::Authentic
    } else {
        Finding::NotYet
    };
    let newest = newest.filter(|_| finding == Finding::Older);
    Judgement { finding, statement, newest: newest.map(|sheet| sheet.content.number()) }
}

/// What is done to a signed sheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The server has it, and puts its own signature beside the customer's.
    Countersign { seal: Box<Seal> },
}

/// The sheet after `command`, or why not.
///
/// # Errors
/// The [`Refusal`]; the sheet then stays as it is.
pub fn next(sheet: Option<Sheet>, command: &Command, by: &User) -> Result<Sheet, Refusal> {
    let Command::Countersign { seal } = command;
    if !by.is_any(&[Role::System]) {
        return Err(Refusal::NotYourRole);
    }
    let mut sheet = sheet.ok_or(Refusal::NotFound)?;
    if !sheet.is_sound() {
        return Err(Refusal::SheetDiffers);
    }
    values::line(&seal.key)?;
    values::line(&seal.signature)?;
    // The first one is on paper already.
    sheet.seal.get_or_insert_with(|| (**seal).clone());
    Ok(sheet)
}

/// The ticket's number inside a sheet's number `20240501001-W01-S1`.
pub fn ticket_number(sheet: &str) -> Option<&str> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (visit, revision) = sheet.rsplit_once("-S")?;
    let (ticket, sequence) = visit.rsplit_once("-W")?;
    (digits(revision) && digits(sequence) && !ticket.is_empty()).then_some(ticket)
}

fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp(at.0.div_euclid(1000) * 1000)
}

fn check(digest: &str) -> String {
    digest.chars().take(CHECK_DIGITS).collect::<String>().to_uppercase()
}

/// Reads a whole code back.
fn statement(code: &str) -> Option<Statement> {
    let fields: Vec<&str> = code.split('.').collect();
    let (bare, seal) = fields.split_at_checked(6)?;
    let [FORM, number, digest, facts, total, at] = bare else { return None };
    let seconds = |text: &str| Some(Timestamp(text.parse::<i64>().ok()?.checked_mul(1000)?));
    let mut facts = facts.chars();
    let statement = Statement {
        number: unescaped(number)?,
        digest: Some(from_base64(digest)?)
            .filter(|bytes| bytes.len() == 32)
            .map(|it| sheet::hex(&it))?,
        given: match facts.next()? {
            's' => Given::Signed,
            'r' => Given::Refused,
            'a' => Given::Absent,
            _ => return None,
        },
        ended: match facts.next()? {
            'r' => Ended::Repaired,
            'n' => Ended::NoFault,
            'u' => Ended::NotRepaired,
            _ => return None,
        },
        solved: match facts.next()? {
            'y' => Some(true),
            'n' => Some(false),
            '-' => None,
            _ => return None,
        },
        total: Money(total.parse().ok()?),
        at: seconds(at)?,
        seal: match seal {
            [] => None,
            [at, key, signature] => {
                let given = from_base64(signature).is_some_and(|bytes| bytes.len() == 64);
                let named = key.len() == CHECK_DIGITS && key.bytes().all(|b| b.is_ascii_hexdigit());
                let (key, signature) = ((*key).to_owned(), (*signature).to_owned());
                Some(Seal { at: seconds(at)?, key, signature }).filter(|_| given && named)?.into()
            }
            _ => return None,
        },
    };
    // One statement has one code: what reads differently was tampered with.
    (facts.next().is_none() && statement.code() == code).then_some(statement)
}

/// A number as it may stand in an address: imported numbers hold anything.
fn escaped(number: &str) -> String {
    number
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("~{byte:02x}"),
        })
        .collect()
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'~' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = rest.get(2..)?;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes in base64url without padding.
pub fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |n: usize| u32::from(chunk.get(n).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..=chunk.len() {
            text.push(char::from(BASE64[(bits >> (18 - 6 * n) & 63) as usize]));
        }
    }
    text
}

/// The bytes of a text in base64url without padding, if it is one.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for letter in text.bytes() {
        let value = BASE64.iter().position(|known| *known == letter)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    // What is left over must be nothing: one text for one run of bytes.
    (text.len() % 4 != 1 && bits & ((1 << count) - 1) == 0).then_some(bytes)
}

/// The bytes of hexadecimal digits; digits that are none count as nothing.
fn from_hex(digits: &str) -> Vec<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default() as u8;
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| value(pair[0]) << 4 | pair.get(1).map_or(0, |d| value(*d)))
        .collect()
}
