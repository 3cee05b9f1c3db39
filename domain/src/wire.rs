//! What travels between a device and the server: envelopes up, verdicts and rows down.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Amendment, Id, Key, Kind, Refusal, Timestamp, replica::Replica, user::User};

/// The version of the framing. Every version ever released may push for ever.
pub const PROTO: u32 = 1;
/// The most envelopes one request may carry.
pub const ENVELOPES_MAX: usize = 50;
/// The largest request body, in bytes. One signed sheet of the allowed size fits.
pub const REQUEST_BYTES_MAX: usize = 1_048_576;
/// The most rows one answer carries.
pub const ROWS_MAX: usize = 300;

/// What a device asks: everything it has not heard back about, and what changed since its cursor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    pub proto: u32,
    /// The app's build, for support; never decides anything about a push.
    #[serde(default)]
    pub build: String,
    pub replica: Id<Replica>,
    /// The device's clock when it asked.
    pub now: Timestamp,
    /// The number of the envelope before the first one here; 0 at the start of a chain.
    pub prev_seq: u64,
    #[serde(default)]
    pub envelopes: Vec<Sent>,
    #[serde(default)]
    pub cursor: Cursor,
}

/// An envelope on its way. The command is read late, so that one unknown command spoils no others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    pub seq: u64,
    pub mid: Uuid,
    pub by: Id<User>,
    /// The device's clock.
    pub at: Timestamp,
    pub command: serde_json::Value,
}

/// How far a replica has heard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The history this belongs to; another one after a restore.
    #[serde(default)]
    pub epoch: Option<Uuid>,
    #[serde(default)]
    pub v: u64,
    /// A hash of what the person may see; when it changes, the device starts again from zero.
    #[serde(default)]
    pub grants: String,
}

/// What the server answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Response {
    pub proto: u32,
    /// The server's clock.
    pub now: Timestamp,
    pub push: Push,
    /// The number of the last envelope of this replica that has a verdict.
    pub server_seq: u64,
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
    /// Whether the rows below start from zero: what the device held before no longer counts.
    #[serde(default)]
    pub reset: bool,
    #[serde(default)]
    pub puts: Vec<Put>,
    #[serde(default)]
    pub gone: Vec<Key>,
    pub cursor: Cursor,
    /// Whether to ask again at once.
    #[serde(default)]
    pub more: bool,
}

/// What became of the envelopes that were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Push {
    /// All decided.
    Done,
    /// Some before these are missing here: send again from this number.
    NeedFrom(u64),
    /// The server knows other envelopes under these numbers: register as a new replica and send again.
    Fork,
}

/// The server's answer to one envelope, remembered for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub seq: u64,
    pub mid: Uuid,
    pub outcome: Outcome,
}

/// What came of an envelope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It happened; the rows carry revision `v`.
    Applied { v: u64 },
    /// It was so already.
    Noop,
    /// It happened, but met something the sender could not know.
    Amended { v: u64, amendment: Amendment },
    /// It did not happen.
    Refused { refusal: Refusal },
    /// The server could not decide; it is kept and a person looks.
    Quarantined,
}

impl Outcome {
    /// The revision of what it changed, if it changed something.
    pub fn v(&self) -> Option<u64> {
        match self {
            Self::Applied { v } | Self::Amended { v, .. } => Some(*v),
            Self::Noop | Self::Refused { .. } | Self::Quarantined => None,
        }
    }

    /// Whether the sender should read it: anything but a plain yes.
    pub fn needs_attention(&self) -> bool {
        !matches!(self, Self::Applied { .. } | Self::Noop)
    }
}

/// A row as it is at revision `v`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Put {
    /// The kind's word; a device skips kinds it does not know yet.
    pub kind: String,
    pub id: Uuid,
    pub v: u64,
    pub body: serde_json::Value,
}

impl Put {
    /// Where the row goes, if this version knows its kind.
    pub fn key(&self) -> Option<Key> {
        let kind: Kind = self.kind.parse().ok()?;
        Some(Key { kind, id: self.id })
    }
}

/// What a new replica is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Registered {
    pub replica: Id<Replica>,
    /// Three characters, never used twice, for provisional numbers and fault labels.
    pub device_code: String,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub user: User,
    /// Names this server's data, so that a device keeps the data of two servers apart.
    pub server: Uuid,
}

/// Signing in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignIn {
    pub login: String,
    pub password: String,
}
