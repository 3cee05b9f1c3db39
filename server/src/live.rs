//! The poke: says that something new can be pulled, never what. Carries only the head's number.

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use axum::{
    extract::State as Shared,
    response::sse::{Event, Sse},
};
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

struct Listener {
    store: Store,
    actor: Actor,
    pokes: tokio::sync::broadcast::Receiver<Poke>,
    closing: watch::Receiver<bool>,
    ends: Instant,
    last: Option<Instant>,
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
    let ends = Instant::now() + LIFETIME;
    let store = state.store.clone();
    let listener = Listener { store, actor, pokes, closing, ends, last: None };
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
        let everybody = [domain::scope::Scope::All].into();
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
            let wake = due.min(self.ends);
            tokio::select! {
                poke = self.pokes.recv() => match poke {
                    Ok(poke) => {
                        if poke.concerns(&everybody) {
                            self.look_again().await?;
                        }
                        if poke.concerns(&self.actor.grants()) {
                            news = Some(poke.v);
                        }
                    }
                    // Too much to follow: say that there is something.
                    Err(RecvError::Lagged(_)) => news = Some(self.store.head().await.ok()?.v),
                    Err(RecvError::Closed) => return None,
                },
                () = closed => return None,
                () = tokio::time::sleep_until(wake.into()) => {
                    if Instant::now() >= self.ends {
                        return None;
                    }
                    if let Some(v) = news {
                        self.last = Some(Instant::now());
                        return Some(told(v));
                    }
                    if Instant::now() >= beat {
                        self.look_again().await?;
                        return Some(Event::default().comment(""));
                    }
                }
            }
        }
    }

    /// Whether the session still holds, and what the person may see now.
    async fn look_again(&mut self) -> Option<()> {
        self.actor = session::who(&self.store, self.actor.token.clone()).await.ok()?;
        Some(())
    }
}
