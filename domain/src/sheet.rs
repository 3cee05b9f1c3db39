//! The service sheet (服务单): what the customer reads and signs about one visit.
//!
//! A signature binds to content: the content is frozen in a canonical form, its SHA-256 is shown, signed
//! and kept with the strokes (domain model 3.9). A signed sheet never changes; a correction is a new revision.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    Id, Refusal, Timestamp,
    copy::Seal,
    json,
    machine::Warranty,
    number,
    photo::{PHOTOS_MAX, Photo, PhotoLine},
    ticket::Ticket,
    user::User,
    values::{self, Language, Money},
    visit::{Charges, NextStep, Outcome, Visit},
};

/// A signed (or refused) sheet, as it was given. Immutable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    pub id: Id<Sheet>,
    pub ticket: Id<Ticket>,
    pub visit: Id<Visit>,
    pub engineer: Id<User>,
    pub revision: u32,
    pub content: Content,
    /// SHA-256 of the content's canonical form, as computed on the device that showed it.
    pub digest: Digest,
    pub signature: Signature,
    pub at: Timestamp,
    /// Set when it left the engineer's phone together with its ticket; no part of what was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aged_out: Option<Timestamp>,
    /// The server's countersignature; no part of what was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Seal>,
}

/// A SHA-256 in lower-case hexadecimal.
pub type Digest = String;

/// What the customer sees, whole; what is signed is rendered from exactly this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Version of the declaration's wording, which the app holds in both languages.
    pub declaration: u32,
    pub language: Language,
    /// The number the customer knows: final, or provisional while there was no network.
    pub ticket_number: String,
    pub visit_sequence: u32,
    pub revision: u32,
    pub customer_name: String,
    pub customer_phone: String,
    pub address: String,
    pub model: String,
    pub serial: String,
    pub warranty: Warranty,
    pub engineer_name: String,
    pub problem: String,
    pub findings: String,
    /// What was done, in order.
    pub steps: Vec<String>,
    pub parts: Vec<PartLine>,
    /// The pictures it is bound to. No part of the canonical form while there are none, so that every sheet signed
    /// before there were photos keeps its digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoLine>,
    pub outcome: Outcome,
    pub charges: Charges,
    pub parts_total: Money,
    /// Labour, travel and parts less what is waived.
    pub total: Money,
    pub arrived_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub locked_at: Timestamp,
}

/// A part on the sheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartLine {
    pub code: String,
    pub name: String,
    pub quantity: i64,
    pub price: Money,
    pub old_serial: String,
    pub new_serial: String,
    pub label: String,
}

/// The sheet's content frozen for the customer, waiting for a signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lock {
    pub content: Content,
    pub digest: Digest,
    pub at: Timestamp,
}

/// How the customer answered (GD-16).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    pub answer: Answer,
    #[serde(default)]
    pub signer: String,
    #[serde(default)]
    pub relation: Relation,
    /// Whether the customer says the problem is solved; `None` where nobody could be asked.
    #[serde(default)]
    pub solved: Option<bool>,
    /// What the customer wants to say about it, above all when it is not solved.
    #[serde(default)]
    pub comment: String,
    /// Where older apps put them; now they have a row of their own ([`crate::rating`]). Still understood, because
    /// what was signed with them is bound to them.
    #[serde(default)]
    pub ratings: Option<Ratings>,
    #[serde(default)]
    pub customer_copy: CustomerCopy,
    /// What was photographed for this answer: the closed door, the part that is in dispute. The answer is bound to
    /// each picture by its digest, as the content is to its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoLine>,
    /// The language the customer read.
    pub language: Language,
    pub at: Timestamp,
}

/// Signed, or why not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Signed {
        strokes: Vec<Stroke>,
        stroke_digest: Digest,
        /// How the name was given: drawn, or typed by somebody who cannot draw.
        #[serde(default)]
        typed: bool,
    },
    Refused {
        reason: String,
        #[serde(default)]
        witness: String,
    },
    Absent {
        reason: String,
        #[serde(default)]
        witness: String,
    },
}

/// One touch of the pen. Coordinates in 1/10,000 of the pad's width, for any screen; integers, so that digests agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stroke {
    pub points: Vec<Point>,
}

/// A point of a stroke: position, milliseconds since the first point, pressure 0 to 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    pub x: i32,
    pub y: i32,
    pub t: i32,
    pub p: i32,
}

/// 与客户关系
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    #[default]
    Customer,
    Family,
    Colleague,
    Property,
    Other,
}

/// 客户联 (GD-17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerCopy {
    /// Shown on the device and to be sent when there is a network.
    #[default]
    ToSend,
    /// Printed and handed over.
    Handed,
    Declined,
}

/// Ratings from 1 to 5. They are the office's: the engineer does not see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratings {
    pub speed: u8,
    pub solving: u8,
    pub attitude: u8,
}

/// The wording of the declaration in force.
pub const DECLARATION: u32 = 1;
/// The most points a signature may carry; a long name on a fast tablet has about 2,000.
pub const POINTS_MAX: usize = 20_000;

/// SHA-256 of the canonical JSON form: keys sorted, no white space, UTF-8, integers only.
pub fn digest<T: Serialize>(value: &T) -> Digest {
    let json = serde_json::to_string(value).and_then(|json| json::read::<Value>(&json));
    let canonical = json.map(|mut json| {
        // A map is sorted by itself, unless some crate beside this one asks serde_json to keep the order of the keys.
        json.sort_all_objects();
        json.to_string()
    });
    let canonical = canonical.unwrap_or_default();
    hex(&Sha256::digest(canonical.as_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The sheet as it would be locked now, or `None` while the work has no outcome.
pub fn draft(
    ticket: &Ticket,
    visit: &Visit,
    engineer: &User,
    language: Language,
    at: Timestamp,
) -> Option<Content> {
    let outcome = visit.outcome.clone()?;
    let parts: Vec<PartLine> = visit
        .parts
        .iter()
        .map(|used| PartLine {
            code: used.code.clone(),
            name: used.name.clone(),
            quantity: used.quantity,
            price: used.price,
            old_serial: used.old_serial.clone(),
            new_serial: used.new_serial.clone(),
            label: used.label.clone(),
        })
        .collect();
    let parts_total = visit.parts_total();
    let charges = visit.charges;
    let machine = ticket.machine.clone();
    Some(Content {
        declaration: DECLARATION,
        language,
        ticket_number: ticket.spoken_number().to_owned(),
        visit_sequence: visit.sequence,
        revision: visit.revision(),
        customer_name: ticket.contact.name.clone(),
        customer_phone: ticket.contact.phone.clone(),
        address: ticket.contact.address.clone(),
        model: machine.model,
        serial: machine.serial,
        warranty: machine.warranty,
        engineer_name: engineer.name.clone(),
        problem: ticket.description.clone(),
        findings: visit.inspection.as_ref().map(|i| i.findings.clone()).unwrap_or_default(),
        steps: visit.steps.iter().map(|step| step.text.clone()).collect(),
        parts,
        photos: visit.shown_photos().into_iter().map(Photo::line).collect(),
        outcome,
        charges,
        parts_total,
        total: charges.total(parts_total),
        arrived_at: visit.arrived_at,
        finished_at: visit.finished_at,
        locked_at: at,
    })
}

impl Ratings {
    /// Whether these are ratings.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] for stars nobody can give.
    pub fn check(self) -> Result<(), Refusal> {
        let Self { speed, solving, attitude } = self;
        let given = [speed, solving, attitude].iter().all(|stars| (1..=5).contains(stars));
        if given { Ok(()) } else { Err(Refusal::Malformed) }
    }
}

impl Signature {
    /// Whether this is an answer somebody gave: a name and a drawing, or a reason why not.
    pub fn check(&self) -> Result<(), Refusal> {
        values::line(&self.signer)?;
        values::text(&self.comment)?;
        self.ratings.map_or(Ok(()), Ratings::check)?;
        if self.photos.len() > PHOTOS_MAX {
            return Err(Refusal::TooManyPhotos);
        }
        self.photos.iter().try_for_each(PhotoLine::check)?;
        match &self.answer {
            Answer::Signed { strokes, typed, .. } => {
                let points: usize = strokes.iter().map(|stroke| stroke.points.len()).sum();
                if points > POINTS_MAX {
                    return Err(Refusal::Malformed);
                }
                if points < 2 && !typed {
                    return Err(Refusal::SignatureMissing);
                }
                if self.signer.trim().is_empty() {
                    return Err(Refusal::SignerMissing);
                }
                Ok(())
            }
            Answer::Refused { reason, witness } | Answer::Absent { reason, witness } => {
                values::line(witness)?;
                values::required(reason, Refusal::ReasonMissing)
            }
        }
    }

    /// Whether the customer put a name under it.
    pub fn signed(&self) -> bool {
        matches!(self.answer, Answer::Signed { .. })
    }
}

impl Content {
    /// The sheet's number, from the ticket's.
    pub fn number(&self) -> String {
        let visit = number::visit(&self.ticket_number, self.visit_sequence);
        number::sheet(&visit, self.revision)
    }

    /// The next step the sheet announces, if the work is not done.
    pub fn next_step(&self) -> Option<NextStep> {
        match &self.outcome {
            Outcome::NotRepaired { next_step, .. } => Some(*next_step),
            Outcome::Repaired { .. } | Outcome::NoFault { .. } => None,
        }
    }
}
