//! The second journal: unsent entries once more, in files that a damaged database does not touch.
//!
//! A browser may find its database damaged and open an empty one without a word. So every entry is also
//! written, with a checksum, into a file in the origin-private file system, through a worker that alone may
//! do so durably. It is a help, never a hindrance: where it is missing or silent, saving goes on without it.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::{Rc, Weak},
};

use domain::Envelope;
use futures::{
    channel::oneshot,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Object, Reflect, Uint8Array};
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, Worker};

// Named in full, so that the tests can take this file by itself.
#[path = "second/line.rs"]
pub mod line;

pub use line::{Line, Read};

/// Why the second journal did not take something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The browser has no room.
    Full,
    /// The worker is not there, cannot write, or does not answer.
    Off,
}

type Listener = Closure<dyn FnMut(MessageEvent)>;

/// One tab's second journal of one database.
pub struct Second {
    worker: Worker,
    asked: RefCell<BTreeMap<u32, oneshot::Sender<JsValue>>>,
    next: Cell<u32>,
    works: Cell<bool>,
    /// The envelopes in this tab's file.
    mine: RefCell<BTreeSet<Uuid>>,
    bytes: Cell<usize>,
    on_change: Box<dyn Fn(bool)>,
    heard: RefCell<Vec<Listener>>,
}

/// Where the worker's program lies.
pub const WORKER: &str = "/journal.js";
/// A worker that does not answer for so long is not waited for any more.
const PATIENCE_MS: u32 = 2_000;
/// A file larger than this is written anew when most of it is answered.
const BYTES_WANTED: usize = 256 * 1024;
/// The room that is kept for the moment when the browser is full, in bytes.
pub const BALLAST: u32 = 8 * 256 * 1024;

impl Second {
    /// The second journal of this database, through this worker. `on_change` hears whether it works.
    pub fn new(worker: Worker, on_change: impl Fn(bool) + 'static) -> Rc<Self> {
        let second = Rc::new(Self {
            worker,
            asked: RefCell::default(),
            next: Cell::new(0),
            works: Cell::new(true),
            mine: RefCell::default(),
            bytes: Cell::new(0),
            on_change: Box::new(on_change),
            heard: RefCell::default(),
        });
        let answered = listener(&second, |second, event| second.answered(&event.data()));
        second.worker.set_onmessage(Some(answered.as_ref().unchecked_ref()));
        let broken = listener(&second, |second, _| {
            second.change(false);
            // Whoever waits for an answer hears that there is none.
            second.asked.borrow_mut().clear();
        });
        second.worker.set_onerror(Some(broken.as_ref().unchecked_ref()));
        second.heard.borrow_mut().extend([answered, broken]);
        second
    }

    /// Whether entries are written twice.
    pub fn works(&self) -> bool {
        self.works.get()
    }

    /// Opens this tab's file, and reads what all tabs left.
    ///
    /// # Errors
    /// Where the browser has no such files, or no longer answers.
    pub async fn open(self: &Rc<Self>, database: &str) -> Result<Read, Trouble> {
        let answer = self.ask("open", "database", &database.into()).await?;
        let files = Reflect::get(&answer, &"files".into()).map_err(|_| Trouble::Off)?;
        let files = Array::from(&files);
        let files = files.iter().filter_map(|file| file.dyn_into().ok());
        let files: Vec<Vec<u8>> = files.map(|file: Uint8Array| file.to_vec()).collect();
        (self.on_change)(true);
        Ok(line::read(files.iter().map(Vec::as_slice)))
    }

    /// Writes these down. It is asked at once; the answer tells when they have reached the disk.
    pub fn add(
        self: &Rc<Self>,
        envelopes: &[Envelope],
    ) -> impl Future<Output = Result<(), Trouble>> + use<> {
        self.mine.borrow_mut().extend(envelopes.iter().map(|envelope| envelope.mid));
        let asked = self.write("add", &sealed(envelopes));
        async move { asked.await.map(drop) }
    }

    /// Takes an envelope back that could not be saved, as the person was told.
    pub async fn withdraw(self: &Rc<Self>, mid: Uuid) -> Result<(), Trouble> {
        self.mine.borrow_mut().remove(&mid);
        self.write("add", &[Line::Withdrawn(mid)]).await.map(drop)
    }

    /// Writes the file anew with these alone. What other tabs left behind goes with the old one.
    ///
    /// # Errors
    /// Where it could not be written; the old files stay then.
    pub async fn fold(self: &Rc<Self>, unanswered: &[Envelope]) -> Result<(), Trouble> {
        self.mine.replace(unanswered.iter().map(|envelope| envelope.mid).collect());
        self.bytes.set(0);
        self.write("fold", &sealed(unanswered)).await.map(drop)
    }

    /// Which of these, the unanswered ones, the file should be written anew with; `None` while it may stay.
    pub fn stale<'a>(
        &self,
        unanswered: impl Iterator<Item = &'a Envelope>,
    ) -> Option<Vec<Envelope>> {
        let mine = self.mine.borrow();
        if mine.is_empty() {
            return None;
        }
        let left: Vec<_> = unanswered.filter(|envelope| mine.contains(&envelope.mid)).collect();
        let mostly_answered = self.bytes.get() > BYTES_WANTED && mine.len() > 4 * left.len();
        (left.is_empty() || mostly_answered).then(|| left.into_iter().cloned().collect())
    }

    /// Keeps so many bytes of room, or gives them up.
    ///
    /// # Errors
    /// Where there is no room, or another tab is at it.
    pub async fn ballast(self: &Rc<Self>, size: u32) -> Result<(), Trouble> {
        self.ask("ballast", "size", &size.into()).await.map(drop)
    }

    /// Ends the worker. What is written stays.
    pub fn close(&self) {
        self.worker.terminate();
        self.change(false);
        self.asked.borrow_mut().clear();
    }

    fn write(
        self: &Rc<Self>,
        kind: &str,
        lines: &[Line],
    ) -> impl Future<Output = Result<JsValue, Trouble>> + use<> {
        let text: String = lines.iter().map(line::write).collect();
        self.bytes.set(self.bytes.get() + text.len());
        self.ask(kind, "bytes", &Uint8Array::from(text.as_bytes()))
    }

    /// Asks the worker now; the answer is waited for only as long as it is believed to come.
    fn ask(
        self: &Rc<Self>,
        kind: &str,
        name: &str,
        value: &JsValue,
    ) -> impl Future<Output = Result<JsValue, Trouble>> + use<> {
        let id = self.next.get();
        self.next.set(id.wrapping_add(1));
        let (tell, told) = oneshot::channel();
        self.asked.borrow_mut().insert(id, tell);
        let question = Object::new();
        for (name, value) in [("id", &id.into()), ("kind", &kind.into()), (name, value)] {
            // A plain object takes any field.
            let _set = Reflect::set(&question, &name.into(), value);
        }
        let posted = self.worker.post_message(&question).is_ok();
        let (second, patient) = (self.clone(), self.works.get() && posted);
        async move {
            if !patient {
                // It is still listened for: a worker that comes back is trusted again.
                return Err(Trouble::Off);
            }
            match select(told, TimeoutFuture::new(PATIENCE_MS)).await {
                Either::Left((Ok(answer), _)) => {
                    let error = Reflect::get(&answer, &"error".into()).ok();
                    match error.and_then(|error| error.as_string()).as_deref() {
                        None => Ok(answer),
                        Some("QuotaExceededError") => Err(Trouble::Full),
                        Some(_) => Err(Trouble::Off),
                    }
                }
                Either::Left((Err(_), _)) => Err(Trouble::Off),
                Either::Right(_) => {
                    second.change(false);
                    Err(Trouble::Off)
                }
            }
        }
    }

    fn answered(&self, answer: &JsValue) {
        let id = Reflect::get(answer, &"id".into()).ok().and_then(|id| id.as_f64());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "numbers that this file gave"
        )]
        let asker = id.and_then(|id| self.asked.borrow_mut().remove(&(id as u32)));
        let done = !Reflect::has(answer, &"error".into()).unwrap_or(true);
        if let Some(asker) = asker
            && asker.send(answer.clone()).is_err()
            && done
        {
            // Late, but it was done.
            self.change(true);
        }
    }

    fn change(&self, works: bool) {
        if self.works.replace(works) != works {
            (self.on_change)(works);
        }
    }
}

fn sealed(envelopes: &[Envelope]) -> Vec<Line> {
    envelopes.iter().cloned().map(Line::Sealed).collect()
}

fn listener(second: &Rc<Second>, hear: impl Fn(&Rc<Second>, MessageEvent) + 'static) -> Listener {
    let second: Weak<Second> = Rc::downgrade(second);
    Closure::new(move |event: MessageEvent| {
        if let Some(second) = second.upgrade() {
            hear(&second, event);
        }
    })
}
