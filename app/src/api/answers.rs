//! What the server says beside the rows, as far as this app knows it.

use domain::{
    Id, Timestamp,
    replica::Replica,
    user::{Role, User},
    wire::Outcome,
};
use serde::Deserialize;

/// What the server says about itself to anybody.
#[derive(Clone, Debug, Deserialize)]
pub struct Hello {
    #[serde(default)]
    pub build: Option<String>,
    /// Whether this is a demonstration with known accounts.
    #[serde(default)]
    pub demo: bool,
    #[serde(default)]
    pub demo_accounts: Vec<DemoAccount>,
    /// What the organisation is called.
    #[serde(default)]
    pub organisation: Option<String>,
    /// Whether nobody can sign in yet.
    #[serde(default)]
    pub unclaimed: bool,
}

/// An account of the demonstration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DemoAccount {
    pub login: String,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub password: String,
}

/// What an import did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ImportReport {
    /// The form it was read as; none where the file is no form at all.
    #[serde(default)]
    pub kind: Option<String>,
    pub read: u32,
    pub added: u32,
    pub changed: u32,
    pub unchanged: u32,
    pub refused: u32,
    #[serde(default)]
    pub rows: Vec<BadRow>,
    /// Columns that were not read because the server does not know them.
    #[serde(default)]
    pub ignored: Vec<String>,
    #[serde(default)]
    pub dry: bool,
}

/// A line of a file that cannot be taken over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BadRow {
    pub line: u32,
    #[serde(default)]
    pub column: Option<String>,
    pub code: String,
    #[serde(default)]
    pub value: String,
}

/// What became of a file with unsent work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Brought {
    pub applied: u32,
    pub amended: u32,
    pub noop: u32,
    /// Envelopes the server had already.
    pub known: u32,
    pub refused: u32,
    pub quarantined: u32,
}

/// An account, as the administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Account {
    pub user: Id<User>,
    pub login: String,
    pub active: bool,
    #[serde(default)]
    pub last_seen: Option<Timestamp>,
    #[serde(default)]
    pub replicas: Vec<AccountReplica>,
    /// Whether there is a password.
    #[serde(default)]
    pub password: bool,
    /// The newest login card.
    #[serde(default)]
    pub card: Option<CardStanding>,
}

/// How a login card stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CardStanding {
    pub expires: Timestamp,
    #[serde(default)]
    pub used: Option<Timestamp>,
    #[serde(default)]
    pub revoked: Option<Timestamp>,
}

/// A login card as it is made, with its code; nobody can ask for that again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LoginCard {
    pub user: Id<User>,
    pub name: String,
    pub login: String,
    pub code: String,
    pub link: String,
    pub expires: Timestamp,
}

/// Whom a login card is for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CardHolder {
    pub name: String,
    pub login: String,
    #[serde(default)]
    pub roles: Vec<Role>,
    #[serde(default)]
    pub organisation: Option<String>,
}

/// A device of an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AccountReplica {
    pub device_code: String,
    #[serde(default)]
    pub last_seq: u64,
    #[serde(default)]
    pub last_seen: Option<Timestamp>,
}

/// A browser profile somebody works with, as the office sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OfficeDevice {
    pub replica: Id<Replica>,
    pub user: Id<User>,
    #[serde(default)]
    pub name: String,
    pub device_code: String,
    pub last_seen: Timestamp,
    #[serde(default)]
    pub build: String,
    /// How much it still held when it was last heard; nothing where it never said.
    #[serde(default)]
    pub waiting: Option<u64>,
    #[serde(default)]
    pub waiting_since: Option<Timestamp>,
    /// How much of its room is in use, and whether its browser promised not to clear it; nothing where it never said.
    #[serde(default)]
    pub full_percent: Option<u8>,
    #[serde(default)]
    pub lasting: Option<bool>,
    /// When it was shut out.
    #[serde(default)]
    pub revoked: Option<Timestamp>,
}

/// An envelope that had no effect.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Unapplied {
    pub n: u64,
    #[serde(default)]
    pub device_code: String,
    pub by: Id<User>,
    #[serde(default)]
    pub name: String,
    /// The author's clock.
    pub at: Timestamp,
    pub received: Timestamp,
    /// As it was sent; it may be a command this app does not know.
    pub command: serde_json::Value,
    pub outcome: Outcome,
    /// Who brought it in from a file.
    #[serde(default)]
    pub carrier: Option<Id<User>>,
}

/// A page of such envelopes, the newest first.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct UnappliedPage {
    pub entries: Vec<Unapplied>,
    /// What to ask for to go on; nothing at the end.
    #[serde(default)]
    pub next: Option<u64>,
}

/// An envelope of a ticket's history, as it lies in the server's journal.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Journaled {
    pub n: u64,
    pub mid: uuid::Uuid,
    /// Empty where the server itself did it.
    #[serde(default)]
    pub device_code: String,
    pub by: Id<User>,
    /// The author's clock.
    pub claimed: Timestamp,
    /// When it counts as having happened.
    pub at: Timestamp,
    #[serde(default)]
    pub doubtful: bool,
    pub received: Timestamp,
    pub command: serde_json::Value,
    pub outcome: Outcome,
    #[serde(default)]
    pub carrier: Option<Id<User>>,
}
