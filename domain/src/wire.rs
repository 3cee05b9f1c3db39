//! What travels between a device and the server: envelopes up, verdicts and rows down.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{
    Amendment, Id, Key, Kind, Refusal, Timestamp, replica::Replica, user::User, walk::Sum,
};

/// The version of the framing. Every version ever released may push for ever; only the newest two hear rows.
pub const PROTO: u32 = 2;
/// The oldest version of the framing that can take rows as they are sent now.
pub const PROTO_HEARS: u32 = 2;
/// The header with the server's clock, in milliseconds, on an answer without a body.
pub const NOW_HEADER: &str = "doorstep-now";
/// The most envelopes one request may carry.
pub const ENVELOPES_MAX: usize = 200;
/// The largest request body, in bytes. One signed sheet of the allowed size fits.
pub const REQUEST_BYTES_MAX: usize = 1_048_576;
/// The most changed rows one answer names; who is further behind walks the view instead.
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub envelopes: Vec<Sent>,
    #[serde(default)]
    pub cursor: Cursor,
    /// Whether "nothing new" may be said without a body: [`Response::nothing_new`].
    #[serde(default, skip_serializing_if = "is_no")]
    pub brief: bool,
    /// Asks for a stretch of the view instead of what changed since the cursor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stretch: Option<Ask>,
    /// Whether to add the sums of everything visible: the daily comparison.
    #[serde(default, skip_serializing_if = "is_no")]
    pub sums: bool,
    /// What the device holds besides this request, so that the office can name what a lost phone had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Held>,
    /// What keeps it there, so that the office can warn before work is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Room>,
}

/// How far a photo has come to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// Bytes, from the beginning without a gap.
    pub received: u32,
    /// Whether it is whole, hashes to its name, and has reached the disk.
    pub ready: bool,
}

/// How safely a device keeps what it holds, as far as its browser says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// How much of the room it may have is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_percent: Option<u8>,
    /// Whether the browser promised not to clear it by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasting: Option<bool>,
}

/// From here on a device is nearly full, in percent.
pub const FULL_PERCENT: u8 = 80;

/// How much unsent work a device holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub count: u32,
    /// When the oldest of it was made, by the device's clock.
    #[serde(default)]
    pub oldest: Option<Timestamp>,
}

/// Where to go on in the walk through the view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The last key that is agreed on; none at the beginning.
    #[serde(default)]
    pub after: Option<Key>,
    /// Rows up to this revision are held already, and only summed up. 0 has every row sent.
    #[serde(default)]
    pub since: u64,
    /// The cursor that holds when the walk is done, as the first stretch said it.
    #[serde(default)]
    pub goal: Option<Cursor>,
    /// How many bytes of rows the answer should carry.
    #[serde(default)]
    pub budget: u32,
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
    /// A hash of what the person may see; when it changes, the device walks the view again.
    #[serde(default)]
    pub grants: String,
}

/// What the server answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    pub proto: u32,
    /// The server's clock.
    pub now: Timestamp,
    pub push: Push,
    /// The number of the last envelope of this replica that has a verdict.
    pub server_seq: u64,
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
    /// How the rows below are meant.
    #[serde(default)]
    pub mode: Mode,
    #[serde(default)]
    pub puts: Vec<Put>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Key>,
    /// How far the replica has heard with this answer; during a walk it stays where it was.
    pub cursor: Cursor,
    /// Whether to ask again at once.
    #[serde(default)]
    pub more: bool,
    /// The sums of everything visible at the cursor, by the kind's word, if they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sums: Option<Vec<(String, Sum)>>,
    /// The app is too old to take rows; it may go on sending.
    #[serde(default, skip_serializing_if = "is_no")]
    pub too_old: bool,
    /// The device or its person was shut out: what it sent is kept for a person to look at, and it hears no rows.
    #[serde(default, skip_serializing_if = "is_no")]
    pub revoked: bool,
}

impl Response {
    /// The answer that needs no body: all was decided before, and nothing changed since the cursor.
    pub fn nothing_new(asked: &Request, now: Timestamp) -> Self {
        Self {
            proto: PROTO,
            now,
            push: Push::Done,
            server_seq: asked.prev_seq,
            verdicts: Vec::new(),
            mode: Mode::News,
            puts: Vec::new(),
            gone: Vec::new(),
            cursor: asked.cursor.clone(),
            more: false,
            sums: None,
            too_old: false,
            revoked: false,
        }
    }

    /// Whether the device that asked could say all of this itself, but for the time.
    pub fn is_nothing_new(&self, asked: &Request) -> bool {
        asked.brief && *self == Self::nothing_new(asked, self.now)
    }
}

/// How the rows of an answer are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Everything visible that changed since the cursor.
    #[default]
    News,
    /// A part of everything visible, in the order of the walk.
    Stretch(Stretch),
}

/// One part of the view, between two places of the walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// It begins behind this key; at the beginning of the view where there is none.
    #[serde(default)]
    pub after: Option<Key>,
    /// It ends with this key; with the view where there is none.
    #[serde(default)]
    pub to: Option<Key>,
    /// Rows of it up to this revision were not sent. 0: all were.
    #[serde(default)]
    pub since: u64,
    /// Over all rows of it, sent or not.
    pub sum: Sum,
    /// The cursor that holds when the walk is done.
    pub goal: Cursor,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_no(flag: &bool) -> bool {
    !flag
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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Put {
    /// The kind's word; a device skips kinds it does not know yet.
    pub kind: String,
    pub id: Uuid,
    pub v: u64,
    /// The row's JSON, byte for byte as it is stored on both sides.
    pub body: Box<RawValue>,
}

impl PartialEq for Put {
    fn eq(&self, other: &Self) -> bool {
        (&self.kind, self.id, self.v, self.body.get())
            == (&other.kind, other.id, other.v, other.body.get())
    }
}

impl Put {
    /// The row under this key, with its JSON.
    ///
    /// # Errors
    /// Where the body is no JSON.
    pub fn new(key: Key, v: u64, body: String) -> Result<Self, serde_json::Error> {
        let body = RawValue::from_string(body)?;
        Ok(Self { kind: key.kind.word().to_owned(), id: key.id, v, body })
    }

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
