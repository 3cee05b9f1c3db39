//! What is remembered beside the database, so that its loss is noticed, and can be named.
//!
//! A browser may clear a database, or find it damaged and open an empty one, without a word. A marker lies in the
//! small notes; a few of its figures also lie in a cookie, which stays when everything else is cleared.

use domain::{
    Id, Timestamp, json,
    replica::{Head, Replica},
    user::User,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wasm_bindgen::JsCast;

use crate::storage;

/// What one person's database held when it was last written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marker {
    pub server: Uuid,
    pub user: User,
    pub replica: Id<Replica>,
    pub device_code: String,
    /// The number of the last envelope.
    pub seq: u64,
    /// How many provisional numbers and labels were given.
    pub numbers: u32,
    /// How many envelopes had no verdict.
    pub unsent: usize,
    /// The first of them, with their times.
    pub waiting: Vec<(Uuid, Timestamp)>,
    /// When that was, by this device's clock.
    pub at: Timestamp,
}

/// What a cookie alone tells of a database that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// How the database's name ends.
    pub name_end: String,
    pub device_code: String,
    pub unsent: usize,
    pub at: Timestamp,
}

/// How a database looks beside its marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nobody of this name worked here.
    New,
    Well,
    /// It is empty, and should not be.
    Emptied,
    /// It is older than the marker.
    Behind,
}

const KEY: &str = "doorstep.markers";
/// How many waiting envelopes a marker names; more are only counted.
const WAITING_NAMED: usize = 50;
/// Numbers that may have been given after the marker was last written, which a browser does a little late.
const NUMBERS_SPARE: u32 = 50;
const COOKIE: &str = "doorstep-";
const COOKIE_SECONDS: u32 = 400 * 86_400;

impl Marker {
    /// What to remember of this view.
    pub fn of(server: Uuid, user: User, view: &Replica, at: Timestamp) -> Self {
        let head = view.head();
        let named = view.unanswered().take(WAITING_NAMED);
        Self {
            server,
            user,
            replica: head.replica,
            device_code: head.device_code.clone(),
            seq: head.seq,
            numbers: head.numbers,
            unsent: view.unanswered().count(),
            waiting: named.map(|(_, entry)| (entry.envelope.mid, entry.envelope.at)).collect(),
            at,
        }
    }

    /// What to remember where only the end of the journal is known: what this view added to it.
    #[must_use]
    pub fn and(mut self, view: &Replica, at: Timestamp) -> Self {
        for (_, entry) in view.journal().range(self.seq + 1..) {
            self.unsent += 1;
            if self.waiting.len() < WAITING_NAMED {
                self.waiting.push((entry.envelope.mid, entry.envelope.at));
            }
        }
        let head = view.head();
        Self { seq: head.seq.max(self.seq), numbers: head.numbers.max(self.numbers), at, ..self }
    }

    /// A head to go on with when the database is lost. The server does not know its replica, calls that a
    /// fork, and gives a new one; until then work goes on without a network.
    pub fn fresh_head(&self) -> Head {
        Head {
            replica: Id::new(Uuid::now_v7()),
            user: self.user.id,
            device_code: self.device_code.clone(),
            numbers: self.numbers.saturating_add(NUMBERS_SPARE),
            ..Head::default()
        }
    }

    fn is_of(&self, server: Uuid, user: Id<User>) -> bool {
        self.server == server && self.user.id == user
    }
}

/// Compares what was found with what is remembered.
pub fn compare(found: Option<&Replica>, marker: Option<&Marker>) -> Found {
    match (found.map(Replica::head), marker) {
        (None, None) => Found::New,
        (None, Some(_)) => Found::Emptied,
        (Some(head), Some(marker)) if head.replica == marker.replica && head.seq < marker.seq => {
            Found::Behind
        }
        // After a fork the marker may still name the replica before.
        (Some(_), _) => Found::Well,
    }
}

/// The markers of everybody who works on this device.
pub fn all() -> Vec<Marker> {
    let text = storage::recall(KEY);
    text.and_then(|text| json::read(&text).ok()).unwrap_or_default()
}

/// The marker of this person's database.
pub fn find(server: Uuid, user: Id<User>) -> Option<Marker> {
    all().into_iter().find(|marker| marker.is_of(server, user))
}

/// Remembers, where it says something new.
pub fn note(marker: Marker) {
    let mut markers = all();
    let place = markers.iter().position(|known| known.is_of(marker.server, marker.user.id));
    match place {
        Some(place) if markers[place] == (Marker { at: markers[place].at, ..marker.clone() }) => {
            return;
        }
        Some(place) => markers[place] = marker.clone(),
        None => markers.push(marker.clone()),
    }
    keep(&markers);
    // Some figures, short: a cookie travels with every request.
    let Marker { device_code, unsent, at, .. } = &marker;
    let trace = format!("{device_code}.{unsent}.{}", at.0 / 1000);
    set_cookie(&format!("{}={trace}; Max-Age={COOKIE_SECONDS}", cookie_name(marker.user.id)));
}

/// Forgets a database that was emptied on purpose.
pub fn forget(server: Uuid, user: Id<User>) {
    let mut markers = all();
    markers.retain(|marker| !marker.is_of(server, user));
    keep(&markers);
    set_cookie(&format!("{}=; Max-Age=0", cookie_name(user)));
}

/// What cookies tell of databases whose markers are gone as well.
pub fn traces() -> Vec<Trace> {
    let known: Vec<String> = all().iter().map(|marker| cookie_name(marker.user.id)).collect();
    let cookies = page().and_then(|page| page.cookie().ok()).unwrap_or_default();
    let of_ours = |cookie: &str| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name.starts_with(COOKIE) && !known.iter().any(|known| known == name)).then_some(())?;
        let mut parts = value.split('.');
        Some(Trace {
            name_end: name.trim_start_matches(COOKIE).to_owned(),
            device_code: parts.next()?.to_owned(),
            unsent: parts.next()?.parse().ok()?,
            at: Timestamp(parts.next()?.parse::<i64>().ok()?.checked_mul(1000)?),
        })
    };
    cookies.split(';').filter_map(of_ours).collect()
}

/// Forgets the cookies of databases that are gone: their loss was named.
pub fn forget_traces() {
    let known: Vec<String> = all().iter().map(|marker| cookie_name(marker.user.id)).collect();
    let cookies = page().and_then(|page| page.cookie().ok()).unwrap_or_default();
    for cookie in cookies.split(';') {
        let name = cookie.trim().split('=').next().unwrap_or_default();
        if name.starts_with(COOKIE) && !known.iter().any(|known| known == name) {
            set_cookie(&format!("{name}=; Max-Age=0"));
        }
    }
}

fn keep(markers: &[Marker]) {
    storage::remember(KEY, &serde_json::to_string(markers).unwrap_or_default());
}

fn cookie_name(user: Id<User>) -> String {
    let id = user.uuid().simple().to_string();
    // The end of an id is the random part.
    format!("{COOKIE}{}", &id[id.len() - 8..])
}

fn set_cookie(cookie: &str) {
    if let Some(page) = page() {
        // Closed cookies only cost the notice.
        let _set = page.set_cookie(&format!("{cookie}; Path=/; SameSite=Strict"));
    }
}

fn page() -> Option<web_sys::HtmlDocument> {
    document().dyn_into().ok()
}
