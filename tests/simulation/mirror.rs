//! The server's real store beside the books in memory: each transaction and each answer is made by both, and
//! they must agree to the letter.

use domain::{
    Id, Timestamp,
    ledger::{self, Ledger, Order, ReplicaRow},
    user::{SYSTEM, User},
    wire::{Push, Request, Response},
};
use server::store::Store;
use uuid::Uuid;

use crate::{
    server::{Done, Letter, Parcel},
    world::World,
};

/// A real store with nothing else around it.
pub struct Mirror {
    runtime: tokio::runtime::Runtime,
    store: Store,
}

/// What one letter asks of the store, without its envelope.
enum Work {
    Push(Id<User>, Box<Request>),
    Register(ReplicaRow),
    Orders(Id<User>, Vec<Order>),
}

impl Mirror {
    fn new() -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.map_err(|why| why.to_string())?;
        let store = Store::temporary().map_err(|why| format!("{why:?}"))?;
        Ok(Self { runtime, store })
    }

    fn epoch(&self) -> Result<Uuid, String> {
        let head = self.runtime.block_on(self.store.head());
        head.map(|head| head.epoch).map_err(|why| format!("{why:?}"))
    }

    /// Runs all of it in one transaction; says what came of the pushes.
    fn write(
        &self,
        works: Vec<Work>,
        doomed: Vec<Uuid>,
        received: Timestamp,
    ) -> Result<Vec<Push>, String> {
        let done = self.store.write(move |writing| {
            let doomed = |mid: Uuid| doomed.contains(&mid);
            let mut pushes = Vec::new();
            for work in &works {
                match work {
                    Work::Push(by, request) => {
                        pushes.push(ledger::push(writing, *by, request, received, &doomed)?);
                    }
                    Work::Register(row) => writing.register(row, "")?,
                    Work::Orders(by, orders) => {
                        for order in orders {
                            ledger::order(writing, *by, order, received)?;
                        }
                    }
                }
            }
            Ledger::sound(writing)?;
            Ok(pushes)
        });
        self.runtime.block_on(done).map_err(|why| format!("{why:?}"))
    }

    fn answer(
        &self,
        request: &Request,
        push: Push,
        user: Id<User>,
        now: Timestamp,
    ) -> Result<Response, String> {
        let request = request.clone();
        let answered = self.store.read(move |reading| {
            let known: Option<User> = reading.find(user)?;
            let grants = known.as_ref().map(domain::scope::grants).unwrap_or_default();
            ledger::answer(reading, &request, push, Some(&grants), now)
        });
        self.runtime.block_on(answered).map_err(|why| format!("{why:?}"))
    }
}

impl World {
    /// Puts a real store beside the books, and leaves out what only books in memory can do.
    pub fn look_into_the_mirror(&mut self, sqlite: bool) {
        if !sqlite {
            return;
        }
        self.weather.server.restore = 0;
        self.weather.server.lag = 0;
        self.weather.server.prune = 0;
        let made = Mirror::new().and_then(|mirror| Ok((mirror.epoch()?, mirror)));
        match made {
            Ok((epoch, mirror)) => {
                self.server.memory.epoch = epoch;
                self.server.memory.sealer = mirror.store.sealer();
                self.mirror = Some(mirror);
            }
            Err(why) => self.broke(format!("the store could not be opened: {why}")),
        }
    }

    /// Has the real store carry out orders of the server.
    pub fn mirror_orders(&mut self, by: Id<User>, orders: &[Order], received: Timestamp) {
        let Some(mirror) = &self.mirror else { return };
        let works = vec![Work::Orders(by, orders.to_vec())];
        if let Err(why) = mirror.write(works, Vec::new(), received) {
            self.broke(format!("store: {why}"));
        }
    }

    /// Has the real store commit what the books commit.
    pub fn mirror_commit(
        &mut self,
        letters: &[(Letter, Done)],
        received: Timestamp,
        doomed: Vec<Uuid>,
    ) {
        let Some(mirror) = &self.mirror else { return };
        let mut wanted = Vec::new();
        let works = letters.iter().filter_map(|(letter, done)| match (&letter.parcel, done) {
            (Parcel::Sync(request), Done::Pushed(push)) => {
                wanted.push(*push);
                Some(Work::Push(letter.user, Box::new((**request).clone())))
            }
            (Parcel::Register, Done::Registered(registered)) => Some(Work::Register(ReplicaRow {
                id: registered.replica,
                user: letter.user,
                device_code: registered.device_code.clone(),
                last_seq: 0,
                last_at: Timestamp::default(),
                last_seen: received,
            })),
            (Parcel::Orders(orders), _) => Some(Work::Orders(SYSTEM, orders.to_vec())),
            _ => None,
        });
        let works = works.collect();
        match mirror.write(works, doomed, received) {
            Ok(pushes) if pushes == wanted => {}
            Ok(pushes) => self.broke(format!("store: {pushes:?} where the books say {wanted:?}")),
            Err(why) => self.broke(format!("store: {why}")),
        }
    }

    /// Has the real store answer, too.
    pub fn mirror_answer(
        &mut self,
        letter: &Letter,
        request: &Request,
        push: Push,
        said: &Response,
    ) {
        let Some(mirror) = &self.mirror else { return };
        let answered = mirror.answer(request, push, letter.user, said.now);
        let text = |response: &Response| serde_json::to_string(response).unwrap_or_default();
        match answered {
            Ok(response) if text(&response) == text(said) => {}
            Ok(response) => {
                let (ours, theirs) = (text(said), text(&response));
                self.broke(format!("store: it answers {theirs} where the books say {ours}"));
            }
            Err(why) => self.broke(format!("store: {why}")),
        }
    }
}
