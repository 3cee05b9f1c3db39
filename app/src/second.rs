//! The second journal: unsent entries once more, where a damaged database does not reach.
//!
//! A browser may find its database damaged and open an empty one without a word. So every entry is also put, with a
//! checksum, into a cache of the browser, which keeps each in a file of its own, apart from the database. All tabs
//! share it: an entry lies there under its id. It is a help, never a hindrance: where it is missing or silent,
//! saving goes on without it.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use domain::Envelope;
use futures::{
    StreamExt,
    future::{Either, join_all, select},
    stream,
};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Promise};
use leptos::prelude::window;
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Cache, DomException, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetFileOptions,
    FileSystemWritableFileStream, Request, Response,
};

// Named in full, so that the tests can take this file by itself.
#[path = "second/line.rs"]
pub mod line;

pub use line::{Read, Sealed};

/// Why the second journal did not take something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The browser has no room.
    Full,
    /// The browser has no such cache, cannot write it, or does not answer.
    Off,
}

/// The second journal of one database, as one tab sees it.
pub struct Second {
    cache: Cache,
    /// How the addresses of this database's entries begin.
    begin: String,
    /// The envelopes that lay in it when it was opened.
    found: RefCell<BTreeSet<Uuid>>,
    /// The envelopes in it, as far as this tab knows.
    held: RefCell<BTreeSet<Uuid>>,
    /// What was found in it and could not be taken back yet.
    left: RefCell<Vec<Sealed>>,
    works: Cell<bool>,
    on_change: Box<dyn Fn(bool)>,
}

const CACHE: &str = "second-journal";
/// The header of an entry that says all of it, where that is short.
const HEADER: &str = "entry";
/// Bytes of an entry that a header takes; written for an address, Chinese is three times as long. What a person writes
/// is mostly shorter, a signature is not.
const IN_HEADER_MAX: usize = 2 * 1024;
/// Entries that are read at the same time.
const AT_ONCE: usize = 16;
const BALLAST_FILE: &str = "ballast";
/// A browser that does not answer for so long is not waited for any more.
const PATIENCE_MS: u32 = 2_000;
/// The room that is kept for the moment when the browser is full, in bytes.
pub const BALLAST: u32 = 8 * 256 * 1024;

impl Second {
    /// Opens the second journal of this database and reads what is in it. `on_change` hears whether it works.
    ///
    /// # Errors
    /// Where the browser has no caches, or does not answer.
    pub async fn open(
        database: &str,
        on_change: impl Fn(bool) + 'static,
    ) -> Result<(Rc<Self>, Read), Trouble> {
        let second = Self::open_unread(database, on_change).await?;
        // Many at once, because forms wait for this; not all, because each has its own patience.
        let requests = second.requests().await?;
        let files = stream::iter(&requests).map(|request| second.text_of(request));
        let files = files.buffered(AT_ONCE).collect::<Vec<_>>().await;
        // An entry that cannot be read any more costs that entry only.
        let read = line::read(files.iter().flatten().map(|text| text.as_bytes()));
        let mids: BTreeSet<Uuid> = read.sealed.iter().map(|sealed| sealed.envelope.mid).collect();
        second.found.replace(mids.clone());
        second.held.replace(mids);
        (second.on_change)(true);
        Ok((second, read))
    }

    /// The same for whoever only adds to it, and must not see what is in it.
    ///
    /// # Errors
    /// Where the browser has no caches, or does not answer.
    pub async fn open_unread(
        database: &str,
        on_change: impl Fn(bool) + 'static,
    ) -> Result<Rc<Self>, Trouble> {
        let caches = window().caches().map_err(|error| trouble(&error))?;
        let cache = answer(caches.open(CACHE)).await?.unchecked_into::<Cache>();
        let begin = format!("/{CACHE}/{database}/");
        Ok(Rc::new(Self {
            cache,
            begin,
            found: RefCell::default(),
            held: RefCell::default(),
            left: RefCell::default(),
            works: Cell::new(true),
            on_change: Box::new(on_change),
        }))
    }

    /// Whether entries are written twice.
    pub fn works(&self) -> bool {
        self.works.get()
    }

    /// Whether this envelope lay in it when it was opened.
    pub fn has_found(&self, mid: Uuid) -> bool {
        self.found.borrow().contains(&mid)
    }

    /// Leaves these, which were found in it and could not be taken back: nobody takes them away until they are.
    pub fn leave(&self, sealed: Vec<Sealed>) {
        let mut held = self.held.borrow_mut();
        for sealed in &sealed {
            held.remove(&sealed.envelope.mid);
        }
        self.left.replace(sealed);
    }

    /// What was left in it.
    pub fn left(&self) -> Vec<Sealed> {
        self.left.borrow().clone()
    }

    /// These, which were left in it, are in the database now.
    pub fn taken_back(&self, sealed: &[Sealed]) {
        let mids = || sealed.iter().map(|sealed| sealed.envelope.mid);
        self.left.borrow_mut().retain(|left| mids().all(|mid| left.envelope.mid != mid));
        self.held.borrow_mut().extend(mids());
    }

    /// Whether something that was left in it was made of the words in this form.
    pub fn has_words_of(&self, form: &str) -> bool {
        self.left.borrow().iter().any(|sealed| sealed.form.as_deref() == Some(form))
    }

    /// Writes down as made without a form what was left in it and was made of the words in this one.
    ///
    /// # Errors
    /// Where the browser does not take it: then the next start does not know it.
    pub async fn part_from(&self, form: &str) -> Result<(), Trouble> {
        let of = |sealed: &Sealed| sealed.form.as_deref() == Some(form);
        let left = self.left();
        for sealed in left.iter().filter(|sealed| of(sealed)) {
            self.put(&sealed.envelope, None).await?;
        }
        self.left.borrow_mut().iter_mut().filter(|it| of(it)).for_each(|it| it.form = None);
        Ok(())
    }

    /// Writes these down, which were made of the words in a `form`.
    ///
    /// # Errors
    /// Where the browser does not take them.
    pub async fn add(&self, envelopes: &[Envelope], form: Option<&str>) -> Result<(), Trouble> {
        // In one moment: what one press does must not lie here by half.
        let puts = join_all(envelopes.iter().map(|envelope| self.put(envelope, form))).await;
        let there = envelopes.iter().zip(&puts).filter(|(_, put)| put.is_ok());
        self.held.borrow_mut().extend(there.map(|(envelope, _)| envelope.mid));
        puts.into_iter().collect()
    }

    async fn put(&self, envelope: &Envelope, form: Option<&str>) -> Result<(), Trouble> {
        let text = line::write(envelope, form);
        let response = response_of(&text).map_err(|_| Trouble::Off)?;
        let put = self.cache.put_with_str(&self.address(envelope.mid), &response);
        self.noted(answer(put).await).map(drop)
    }

    /// Takes an envelope back: it is answered, or could not be saved, as the person was told.
    ///
    /// # Errors
    /// Where the browser does not let it go.
    pub async fn withdraw(&self, mid: Uuid) -> Result<(), Trouble> {
        let gone = self.cache.delete_with_str(&self.address(mid));
        self.noted(answer(gone).await)?;
        self.held.borrow_mut().remove(&mid);
        Ok(())
    }

    /// Leaves these alone in it. What goes and what is missing is known at once: whoever has the turn calls this, and
    /// need not keep it while the browser takes its time.
    ///
    /// # Errors
    /// Where the browser does not take them; what was there stays then.
    pub fn fold(
        self: &Rc<Self>,
        unanswered: Vec<Envelope>,
    ) -> impl Future<Output = Result<(), Trouble>> + use<> {
        let wanted: BTreeSet<Uuid> = unanswered.iter().map(|envelope| envelope.mid).collect();
        let mut missing = unanswered;
        missing.retain(|envelope| !self.held.borrow().contains(&envelope.mid));
        let gone: Vec<Uuid> = self.held.borrow().difference(&wanted).copied().collect();
        let second = self.clone();
        async move {
            // They are saved: no draft is left of them.
            second.add(&missing, None).await?;
            for mid in gone {
                second.withdraw(mid).await?;
            }
            Ok(())
        }
    }

    /// Which of these, the unanswered ones, should be left in it; `None` while nothing in it is answered.
    pub fn stale<'a>(
        &self,
        unanswered: impl Iterator<Item = &'a Envelope>,
    ) -> Option<Vec<Envelope>> {
        let held = self.held.borrow();
        if held.is_empty() {
            return None;
        }
        let left: Vec<_> = unanswered.filter(|envelope| held.contains(&envelope.mid)).collect();
        (left.len() < held.len()).then(|| left.into_iter().cloned().collect())
    }

    /// What asks for each of its entries.
    async fn requests(&self) -> Result<Vec<Request>, Trouble> {
        let keys = Array::from(&answer(self.cache.keys()).await?);
        let requests = keys.iter().filter_map(|key| key.dyn_into::<Request>().ok());
        // The address is whole; ours begins after the origin.
        Ok(requests.filter(|request| request.url().contains(&self.begin)).collect())
    }

    /// What an entry says. Older apps wrote every one as a body.
    async fn text_of(&self, request: &Request) -> Option<String> {
        let found = answer(self.cache.match_with_request(request)).await.ok()?;
        let response = found.dyn_into::<Response>().ok()?;
        if let Some(text) = response.headers().get(HEADER).ok().flatten() {
            // What is damaged is still an entry: the checksum says so.
            return Some(js_sys::decode_uri_component(&text).map_or(text, String::from));
        }
        answer(response.text().ok()?).await.ok()?.as_string()
    }

    fn address(&self, mid: Uuid) -> String {
        format!("{}{mid}", self.begin)
    }

    fn noted<T>(&self, answer: Result<T, Trouble>) -> Result<T, Trouble> {
        let works = answer.is_ok();
        if self.works.replace(works) != works {
            (self.on_change)(works);
        }
        answer
    }
}

/// Takes these envelopes out of the second journal of a database, whichever tab put them there.
///
/// # Errors
/// Where the browser has no caches, does not answer, or does not let them go.
pub async fn forget(database: &str, mids: &BTreeSet<Uuid>) -> Result<(), Trouble> {
    let second = Second::open_unread(database, |_| {}).await?;
    for request in second.requests().await? {
        let address = request.url();
        let mid = address.rsplit('/').next().and_then(|mid| Uuid::parse_str(mid).ok());
        if let Some(mid) = mid.filter(|mid| mids.contains(mid)) {
            second.withdraw(mid).await?;
        }
    }
    Ok(())
}

/// Keeps so many bytes of room in a file, or gives them up: a file frees its room at once.
///
/// # Errors
/// Where there is no room, or the browser has no such files.
pub async fn ballast(size: u32) -> Result<(), Trouble> {
    let root = done(window().navigator().storage().get_directory()).await?;
    let root: FileSystemDirectoryHandle = root.unchecked_into();
    if size == 0 {
        return done(root.remove_entry(BALLAST_FILE)).await.map(drop);
    }
    let options = FileSystemGetFileOptions::new();
    options.set_create(true);
    let file = done(root.get_file_handle_with_options(BALLAST_FILE, &options)).await?;
    let file: FileSystemFileHandle = file.unchecked_into();
    let stream = done(file.create_writable()).await?;
    let stream: FileSystemWritableFileStream = stream.unchecked_into();
    // Nothing that could be compressed: it must take the room it stands for.
    let mut bytes = vec![0; 65_536];
    let crypto = window().crypto().map_err(|_| Trouble::Off)?;
    for _ in 0..size / 65_536 {
        crypto.get_random_values_with_u8_array(&mut bytes).map_err(|_| Trouble::Off)?;
        let written = stream.write_with_u8_array(&bytes).map_err(|error| trouble(&error))?;
        done(written).await?;
    }
    done(stream.close()).await.map(drop)
}

/// An entry as the cache keeps it: a short one in a header, which costs the page a third of the time that a body does,
/// just while a person waits for the word "saved".
fn response_of(text: &str) -> Result<Response, JsValue> {
    if text.len() > IN_HEADER_MAX {
        return Response::new_with_opt_str(Some(text));
    }
    let response = Response::new()?;
    response.headers().set(HEADER, &String::from(js_sys::encode_uri_component(text)))?;
    Ok(response)
}

/// What a promise comes to, if it does so in time.
async fn answer(promise: Promise) -> Result<JsValue, Trouble> {
    let patience = TimeoutFuture::new(PATIENCE_MS);
    match select(JsFuture::from(promise), patience).await {
        Either::Left((answer, _)) => answer.map_err(|error| trouble(&error)),
        Either::Right(_) => Err(Trouble::Off),
    }
}

/// What a promise comes to, however long it takes: nobody waits for this.
async fn done(promise: Promise) -> Result<JsValue, Trouble> {
    JsFuture::from(promise).await.map_err(|error| trouble(&error))
}

fn trouble(error: &JsValue) -> Trouble {
    let name = error.dyn_ref::<DomException>().map(DomException::name);
    if name.as_deref() == Some("QuotaExceededError") { Trouble::Full } else { Trouble::Off }
}
