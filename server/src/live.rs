//! The poke: says that something new can be pulled, never what. Carries only the head's number.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    sync::LazyLock,
    time::{Duration, Instant},
};

use axum::{
    extract::State as Shared,
    response::sse::{Event, Sse},
};
use domain::scope::Scope;
use futures::stream::{self, Stream};
use tokio::sync::{broadcast::error::RecvError, watch};

use crate::{
    State,
    error::Error,
    session::{self, Actor},
    store::{Poke, Store},
};

/// Where the stream is. It has no deadline.
pub(crate) const PATH: &str = "/api/v1/live";

/// Pokes are at least this far apart; what happens between them is one poke.
const APART: Duration = Duration::from_millis(100);
/// A comment that keeps proxies from closing the line. Also how often the session is looked at again.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// After this the device connects anew, so that servers can be replaced.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// How soon after a change that may have touched a session or a person each line looks at its own again. They
/// do so one after the other: what a line says in the meantime is a number, which is nobody's secret.
const LOOK_WITHIN_MS: u32 = 2_000;

struct Listener {
    store: Store,
    /// The digest of the session's token.
    token: String,
    grants: BTreeSet<Scope>,
    pokes: tokio::sync::broadcast::Receiver<Poke>,
    closing: watch::Receiver<bool>,
    ends: Instant,
    last: Option<Instant>,
    /// When to look at the session again.
    look: Instant,
}

/// `GET /api/v1/live`
pub(crate) async fn live(
    Shared(state): Shared<State>,
    actor: Actor,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Error> {
    // Listen first, then look: nothing falls between.
    let pokes = state.store.listen();
    let head = state.store.head().await?.v;
    let closing = state.closing.subscribe();
    let now = Instant::now();
    let (grants, token) = (actor.grants(), actor.token);
    let listener = Listener {
        store: state.store.clone(),
        token,
        grants,
        pokes,
        closing,
        ends: now + LIFETIME,
        last: None,
        look: now + HEARTBEAT,
    };
    // Devices that lost their line together do not all come back in the same second.
    let back = Duration::from_millis(1000 + u64::from(getrandom::u32().unwrap_or(0) % 4000));
    let first = Some(told(head).retry(back));
    let stream = stream::unfold((listener, first), |(mut listener, first)| async move {
        let event = match first {
            Some(first) => {
                listener.last = Some(Instant::now());
                first
            }
            None => listener.next().await?,
        };
        Some((Ok(event), (listener, None)))
    });
    Ok(Sse::new(stream))
}

fn told(v: u64) -> Event {
    Event::default().event("head").data(format!("{{\"v\":{v}}}"))
}

impl Listener {
    /// The next thing to say, or nothing when the stream is over.
    async fn next(&mut self) -> Option<Event> {
        let mut news: Option<u64> = None;
        let beat = Instant::now() + HEARTBEAT;
        loop {
            let closing = &mut self.closing;
            let closed = async move {
                let _ = closing.wait_for(|closing| *closing).await;
            };
            let due = match (news, self.last) {
                (None, _) => beat,
                (Some(_), None) => Instant::now(),
                (Some(_), Some(last)) => last + APART,
            };
            let wake = due.min(self.look).min(self.ends);
            tokio::select! {
                poke = self.pokes.recv() => match poke {
                    Ok(poke) => {
                        // People are everybody's to see: one of them, or what they may, can have changed.
                        if poke.concerns(&EVERYBODY) {
                            self.look = self.look.min(Instant::now() + soon());
                        }
                        if poke.concerns(&self.grants) {
                            news = Some(poke.v);
                        }
                    }
                    // Too much to follow: say that there is something.
                    Err(RecvError::Lagged(_)) => news = Some(self.store.head().await.ok()?.v),
                    Err(RecvError::Closed) => return None,
                },
                () = closed => return None,
                () = tokio::time::sleep_until(wake.into()) => {
                    let now = Instant::now();
                    if now >= self.ends {
                        return None;
                    }
                    if now >= self.look && self.look_again().await? {
                        // What was new in these scopes until now was not told.
                        news = Some(self.store.head().await.ok()?.v);
                        continue;
                    }
                    if now < due {
                        continue;
                    }
                    if let Some(v) = news {
                        self.last = Some(now);
                        return Some(told(v));
                    }
                    return Some(Event::default().comment(""));
                }
            }
        }
    }

    /// Ends the line where the session does not hold any more; says whether the person may see other things now.
    async fn look_again(&mut self) -> Option<bool> {
        self.look = Instant::now() + HEARTBEAT;
        let actor = session::who(&self.store, self.token.clone()).await.ok()?;
        let before = std::mem::replace(&mut self.grants, actor.grants());
        Some(before != self.grants)
    }
}

/// The scope of what everybody may see.
static EVERYBODY: LazyLock<BTreeSet<Scope>> = LazyLock::new(|| [Scope::All].into());

/// A random moment within [`LOOK_WITHIN_MS`].
fn soon() -> Duration {
    Duration::from_millis(u64::from(getrandom::u32().unwrap_or(0) % LOOK_WITHIN_MS))
}
