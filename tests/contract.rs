//! What every database must keep, however many servers share it. The stories run on each database too.

use std::time::Duration;

use axum::http::StatusCode;
use domain::{Id, Key, scope::Scope, ticket::Ticket};
use futures::future::join_all;
use server::{State, Store, store::Place};

use crate::world::{World, post};

impl World {
    /// Another server process on the same data.
    fn beside(&self) -> World {
        let store = Store::open(self.state.store.place().clone()).unwrap();
        let state = State::new(store, server::Config::default());
        World { router: server::app(state.clone()), state }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_write_at_once_and_a_reader_of_either_misses_nothing() {
    let here = World::new().await;
    let there = here.beside();
    let mut readers = [here.device("zhuguan").await, there.device("zhuguan").await];
    let mut writers = Vec::new();
    for _ in 0..4 {
        writers.push(here.device("diaodu").await);
        writers.push(there.device("diaodu").await);
    }
    let mut ids: Vec<Id<Ticket>> = Vec::new();
    for _ in 0..12 {
        for writer in &mut writers {
            ids.extend([writer.register(), writer.register()]);
        }
        let sends = writers.iter().enumerate().map(|(n, writer)| {
            let world = if n % 2 == 0 { &here } else { &there };
            world.send(post("/api/v1/sync", &writer.cookie, &writer.question()))
        });
        let reads = join_all(readers.iter_mut().map(|reader| reader.sync()));
        let (answers, _) = tokio::join!(join_all(sends), reads);
        for (writer, answer) in writers.iter_mut().zip(answers) {
            writer.hear(answer.json(StatusCode::OK));
        }
    }
    for writer in &mut writers {
        writer.sync().await;
    }
    let mut numbers = std::collections::BTreeSet::new();
    for reader in &mut readers {
        reader.sync().await;
        for id in &ids {
            assert!(reader.holds(Key::of(*id)), "the reader's cursor went past {id}");
            numbers.insert(reader.ticket(*id).number.expect("every ticket has its number"));
        }
    }
    assert_eq!(numbers.len(), ids.len(), "no number twice, whichever server gave it");
}

#[tokio::test]
async fn what_one_server_writes_wakes_the_listeners_of_the_other() {
    let here = World::new().await;
    if matches!(here.state.store.place(), Place::Folder(_)) {
        // A folder has one server; there is nobody to call out to.
        return;
    }
    let there = here.beside();
    let mut heard = there.state.store.listen();
    let mut desk = here.device("diaodu").await;
    desk.register();
    desk.sync().await;
    let v = here.state.store.head().await.unwrap().v;
    let waited = tokio::time::timeout(Duration::from_secs(10), async {
        loop {
            let poke = heard.recv().await.unwrap();
            if poke.v >= v {
                return poke;
            }
        }
    });
    let poke = waited.await.expect("a poke comes, called out or found by looking");
    assert!(poke.concerns(&[Scope::Desk].into()));
}
