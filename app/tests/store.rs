//! The phone's memory against a real IndexedDB: whole or not at all, and never over another tab's work.
//!
//! `cargo test -p app --target wasm32-unknown-unknown --test store` with `wasm-bindgen-test-runner` as the runner.

#![cfg(target_arch = "wasm32")]

#[path = "../src/store.rs"]
#[expect(dead_code, unreachable_pub, reason = "the app uses all of it, each test some")]
mod store;

#[path = "../src/second.rs"]
#[expect(unreachable_pub, reason = "shared with the app")]
mod second;

#[path = "../src/marker.rs"]
#[expect(dead_code, unreachable_pub, reason = "the app uses all of it, the tests some")]
mod marker;

#[path = "../src/storage.rs"]
#[expect(dead_code, unreachable_pub, reason = "the marker uses some of it")]
mod storage;

#[path = "../src/photos/keep.rs"]
#[expect(unreachable_pub, reason = "the app is one crate, and this another")]
mod keep;

#[path = "store/photos.rs"]
mod photos;
#[path = "store/second.rs"]
mod second_journal;

use std::{cell::Cell, rc::Rc, sync::Arc, task::Poll};

use domain::{
    Command, Envelope, Id, Row, Timestamp,
    part::Part,
    replica::{Arrived, Entry, Head, Plan, Replica},
    ticket,
    user::SYSTEM,
    values::Money,
    wire::Registered,
};
use futures::FutureExt;
use indexed_db_futures::{database::Database, prelude::*};
use store::{Change, Error, Store};
use uuid::Uuid;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn fresh_name() -> String {
    format!("doorstep-test-{}", Uuid::now_v7().simple())
}

async fn open(name: &str) -> Rc<Store> {
    Store::open_named(name.to_owned(), |_| {}).await.unwrap()
}

/// A database with a registered replica.
async fn registered() -> (String, Rc<Store>, Head) {
    let name = fresh_name();
    let store = open(&name).await;
    let registered = Registered { replica: Id::new(Uuid::now_v7()), device_code: "K7Q".into() };
    let replica = Replica::new(SYSTEM, registered);
    store.create(replica.head()).await.unwrap();
    (name, store, replica.head().clone())
}

/// A plan that seals one envelope and confirms one row.
fn plan(head: &Head) -> Plan {
    let command = ticket::Command::Note { text: "读数正常".into(), visible: false };
    let envelope = Envelope {
        mid: Uuid::now_v7(),
        by: SYSTEM,
        at: Timestamp(1_700_000_000_000),
        doubtful: false,
        command: Command::Ticket(Id::new(Uuid::now_v7()), command),
    };
    let part = Part {
        id: Id::new(Uuid::now_v7()),
        code: "P-1".into(),
        name: "主板".into(),
        model: String::new(),
        unit: "块".into(),
        price: Money(12_300),
        returnable: true,
    };
    let row = Row::from(part);
    let seq = head.seq + 1;
    Plan {
        expected: head.clone(),
        head: Head { seq, ..head.clone() },
        entries: vec![(seq, Entry::new(envelope))],
        pruned: Vec::new(),
        puts: vec![arrived(row)],
        gone: Vec::new(),
        frozen: Vec::new(),
        thawed: Vec::new(),
    }
}

fn a_ticket() -> ticket::Ticket {
    serde_json::from_value(serde_json::json!({
        "id": Uuid::now_v7(), "title": "不制冷", "description": "", "request": "repair", "channel": "phone_400",
        "urgency": "normal", "received_at": 0, "registered_by": Uuid::nil(), "registered_at": 0,
        "contact": { "name": "", "phone": "" },
        "machine": { "model": "" }, "stage": "received",
    }))
    .unwrap()
}

fn arrived(row: Row) -> Arrived {
    let body = row.to_json().unwrap();
    Arrived { key: row.key(), v: 7, row: Arc::new(row), body }
}

#[wasm_bindgen_test]
async fn what_was_written_is_read_back_by_the_next_page() {
    let (name, store, head) = registered().await;
    let plan = plan(&head);
    store.write(&plan).await.unwrap();

    let kept = open(&name).await.load().await.unwrap().unwrap();
    assert_eq!(*kept.head(), plan.head);
    assert_eq!(kept.journal().get(&1), Some(&plan.entries[0].1));
    assert_eq!(kept.all::<Part>().len(), 1);
}

#[wasm_bindgen_test]
async fn a_new_database_holds_nothing() {
    assert!(open(&fresh_name()).await.load().await.unwrap().is_none());
}

#[wasm_bindgen_test]
async fn the_slower_of_two_tabs_writes_nothing() {
    let (name, store, head) = registered().await;
    let other = open(&name).await;
    let (first, second) = (plan(&head), plan(&head));
    store.write(&first).await.unwrap();

    assert_eq!(other.write(&second).await, Err(Error::Stale));
    let kept = other.load().await.unwrap().unwrap();
    assert_eq!(kept.journal().values().collect::<Vec<_>>(), vec![&first.entries[0].1]);
    assert_eq!(kept.all::<Part>().len(), 1);

    let again = plan(kept.head());
    other.write(&again).await.unwrap();
    assert_eq!(other.load().await.unwrap().unwrap().journal().len(), 2);
}

#[wasm_bindgen_test]
async fn two_tabs_do_not_both_register() {
    let (name, _store, _) = registered().await;
    let other = Registered { replica: Id::new(Uuid::now_v7()), device_code: "ZZZ".into() };
    let late = open(&name).await.create(Replica::new(SYSTEM, other).head()).await;
    assert_eq!(late, Err(Error::Stale));
    let kept = open(&name).await.load().await.unwrap().unwrap();
    assert_eq!(kept.head().device_code, "K7Q");
}

/// A page can die at any moment: each step of the write is the last one once.
#[wasm_bindgen_test]
async fn a_write_that_stops_in_the_middle_leaves_all_or_nothing() {
    for steps in 0..40 {
        let (name, store, head) = registered().await;
        let plan = plan(&head);
        let mut left = steps;
        let mut write = Box::pin(store.write(&plan));
        let done = std::future::poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(false);
            }
            left -= 1;
            write.poll_unpin(context).map(|written| written.is_ok())
        })
        .await;
        drop(write);

        let kept = open(&name).await.load().await.unwrap().unwrap();
        let saved = kept.head().seq == 1;
        assert!(saved || !done, "it said saved after {steps} steps, and was not");
        assert_eq!(kept.journal().len(), usize::from(saved), "after {steps} steps");
        assert_eq!(kept.all::<Part>().len(), usize::from(saved), "after {steps} steps");
    }
}

#[wasm_bindgen_test]
async fn a_plan_removes_freezes_and_thaws_together() {
    let (name, store, head) = registered().await;
    let first = plan(&head);
    store.write(&first).await.unwrap();
    let Arrived { key, row, .. } = first.puts[0].clone();
    let leaving = Plan {
        expected: first.head.clone(),
        head: Head { server_seq: 1, ..first.head.clone() },
        entries: Vec::new(),
        pruned: Vec::new(),
        puts: Vec::new(),
        gone: vec![key],
        frozen: vec![(key, row)],
        thawed: Vec::new(),
    };
    store.write(&leaving).await.unwrap();
    let kept = open(&name).await.load().await.unwrap().unwrap();
    assert_eq!(kept.all::<Part>().len(), 1, "frozen rows stay in sight");

    let thawed = Plan {
        expected: leaving.head.clone(),
        head: Head { server_seq: 2, ..leaving.head.clone() },
        gone: Vec::new(),
        frozen: Vec::new(),
        thawed: vec![key],
        ..leaving
    };
    store.write(&thawed).await.unwrap();
    assert!(open(&name).await.load().await.unwrap().unwrap().all::<Part>().is_empty());
}

#[wasm_bindgen_test]
async fn bodies_lie_as_the_server_sent_them_and_settled_entries_leave() {
    let (name, store, head) = registered().await;
    let mut plan = plan(&head);
    let Arrived { body, key, .. } = &mut plan.puts[0];
    // A field of a newer server, and its way of writing: neither is lost.
    *body = body.replacen('{', "{ \"newer\" : [1,  2], ", 1);
    let (body, key) = (body.clone(), key.to_string());
    plan.head.era = 3;
    store.write(&plan).await.unwrap();

    let database = Database::open(name.clone()).await.unwrap();
    let transaction = database.transaction("entity").build().unwrap();
    let entity = transaction.object_store("entity").unwrap();
    let stored = entity.get::<wasm_bindgen::JsValue, _, _>(key).primitive().unwrap();
    let stored = js_sys::Uint8Array::new(&stored.await.unwrap().unwrap()).to_vec();
    drop(transaction);
    assert_eq!(String::from_utf8(stored).unwrap(), format!("{{\"v\":7,\"e\":3,\"b\":{body}}}"));

    let kept = open(&name).await.load().await.unwrap().unwrap();
    let confirmed = kept.confirmed().values().next().unwrap();
    assert_eq!((confirmed.revision(3), confirmed.revision(4)), (7, 0));

    let settled = Plan {
        expected: plan.head.clone(),
        entries: Vec::new(),
        puts: Vec::new(),
        pruned: vec![1],
        head: Head { server_seq: 1, ..plan.head.clone() },
        ..plan
    };
    store.write(&settled).await.unwrap();
    assert!(open(&name).await.load().await.unwrap().unwrap().journal().is_empty());
}

#[wasm_bindgen_test]
async fn plans_are_written_strictly() {
    let spy = js_sys::Function::new_no_args(
        "const asked = globalThis.askedFor = []; const real = IDBDatabase.prototype.transaction;
         IDBDatabase.prototype.transaction = function (names, mode, options) {
           if (mode === 'readwrite') asked.push(options && options.durability);
           return real.apply(this, arguments);
         };",
    );
    let (_, store, head) = registered().await;
    spy.call0(&wasm_bindgen::JsValue::NULL).unwrap();
    store.write(&plan(&head)).await.unwrap();
    store.keep_draft("form", Some("{}")).await.unwrap();
    let asked = js_sys::eval("askedFor.join()").unwrap();
    assert_eq!(asked.as_string().unwrap(), "strict,strict");
}

/// Lets the next commit of this page go wrong in a way that only the browser could.
fn spoil_next_commit(body: &str) {
    let spoil = js_sys::Function::new_no_args(&format!(
        "const real = IDBTransaction.prototype.commit;
         IDBTransaction.prototype.commit = function () {{
           IDBTransaction.prototype.commit = real;
           {body}
         }};"
    ));
    spoil.call0(&wasm_bindgen::JsValue::NULL).unwrap();
}

#[wasm_bindgen_test]
async fn a_commit_of_unknown_fate_is_looked_up_and_not_made_twice() {
    let (name, store, head) = registered().await;
    let plan = plan(&head);
    spoil_next_commit("real.call(this); throw new DOMException('spoilt', 'InvalidStateError');");
    store.write(&plan).await.unwrap();

    let kept = open(&name).await.load().await.unwrap().unwrap();
    assert_eq!(kept.journal().len(), 1);
    assert_eq!(kept.head().seq, 1);
}

#[wasm_bindgen_test]
async fn a_write_the_browser_gives_up_is_told_as_no_room() {
    let (name, store, head) = registered().await;
    spoil_next_commit("this.abort();");
    assert_eq!(store.write(&plan(&head)).await, Err(Error::Full));

    let kept = open(&name).await.load().await.unwrap().unwrap();
    assert!(kept.journal().is_empty(), "nothing half");
    store.write(&plan(&head)).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_lost_connection_is_opened_again() {
    let (name, store, head) = registered().await;
    spoil_next_commit("this.db.close(); throw new DOMException('lost', 'UnknownError');");
    store.write(&plan(&head)).await.unwrap();
    assert_eq!(open(&name).await.load().await.unwrap().unwrap().journal().len(), 1);
}

#[wasm_bindgen_test]
async fn what_stands_in_for_a_broken_database_keeps_small_things_for_the_page() {
    let store = Store::in_memory("broken".into());
    assert!(store.is_in_memory() && store.load().await.unwrap().is_none());
    store.keep_draft("form", Some("{}")).await.unwrap();
    assert_eq!(store.draft("form").await.unwrap().as_deref(), Some("{}"));
    assert_eq!(store.clear().await, Err(Error::Stale), "nothing is thrown away");
}

#[wasm_bindgen_test]
async fn unsent_work_and_drafts_are_never_cleared() {
    let (name, store, head) = registered().await;
    let mut plan = plan(&head);
    store.write(&plan).await.unwrap();
    assert_eq!(store.clear().await, Err(Error::Stale), "an envelope without a verdict");

    plan.entries[0].1.outcome = Some(domain::wire::Outcome::Noop);
    let answered = Plan { expected: plan.head.clone(), ..plan };
    store.write(&answered).await.unwrap();
    assert_eq!(store.clear().await, Err(Error::Stale), "an answer that a restored server forgot");

    let heard = Head { server_seq: 1, ..answered.head.clone() };
    let answered = Plan { expected: answered.head.clone(), head: heard, ..answered };
    store.write(&answered).await.unwrap();
    store.keep_draft("new-ticket", Some("{\"name\":\"王\"}")).await.unwrap();
    assert_eq!(store.clear().await, Err(Error::Stale), "an unfinished form");
    assert!(open(&name).await.draft("new-ticket").await.unwrap().is_some());

    store.keep_draft("new-ticket", None).await.unwrap();
    let mids: Vec<Uuid> = store.clear().await.unwrap().into_iter().collect();
    assert_eq!(mids, [answered.entries[0].1.envelope.mid], "what was in it is told");
    assert!(open(&name).await.load().await.unwrap().is_none());
}

#[wasm_bindgen_test]
async fn what_was_sent_is_no_draft_any_more_and_what_was_not_still_is() {
    let (name, store, head) = registered().await;
    let plan = plan(&head);
    store.keep_draft("note", Some("{\"text\":\"泵已更换\"}")).await.unwrap();
    store.keep_draft("other", Some("{}")).await.unwrap();

    spoil_next_commit("this.abort();");
    assert_eq!(store.write_of(&plan, &["note"], || {}).await, Err(Error::Full));
    assert!(open(&name).await.draft("note").await.unwrap().is_some(), "not sent");

    store.write_of(&plan, &["note"], || {}).await.unwrap();
    assert_eq!(open(&name).await.draft("note").await.unwrap(), None);
    assert!(open(&name).await.draft("other").await.unwrap().is_some());
}

#[wasm_bindgen_test]
async fn an_older_page_steps_aside_for_a_newer_app() {
    let name = fresh_name();
    let moved = Rc::new(Cell::new(false));
    let told = moved.clone();
    let store = Store::open_named(name.clone(), move |change| told.set(change == Change::MovedOn));
    let store = store.await.unwrap();
    let head = Replica::new(
        SYSTEM,
        Registered { replica: Id::new(Uuid::now_v7()), device_code: "K7Q".into() },
    )
    .head()
    .clone();
    store.create(&head).await.unwrap();

    // A newer app opens the database with a higher version; it must not be kept waiting.
    let newer = Database::open(name).with_version(9u32).await.unwrap();
    assert!(moved.get());
    assert_eq!(store.write(&plan(&head)).await, Err(Error::MovedOn));
    newer.close();
}

#[wasm_bindgen_test]
async fn the_first_screen_gets_its_part_first_and_then_the_rest() {
    let (name, store, head) = registered().await;
    let plan = plan(&head);
    store.write(&plan).await.unwrap();
    let store = open(&name).await;
    let mut replica = store.load_first().await.unwrap().unwrap();
    assert_eq!(replica.journal().len(), 1, "what was done here is always there");
    assert!(replica.all::<Part>().is_empty(), "the catalogue can wait");
    assert!(!replica.is_whole(), "and nothing is judged without it");
    let rest = store.load_rest(&replica).await.unwrap();
    replica.fill(rest);
    assert_eq!(replica.all::<Part>().len(), 1);
    assert!(replica.is_whole() && store.load().await.unwrap().unwrap().is_whole());
    assert!(store.load_rest(&replica).await.unwrap().is_empty(), "nothing is read twice");
}

#[wasm_bindgen_test]
async fn the_first_screen_has_every_ticket_where_there_are_few() {
    let (name, store, head) = registered().await;
    let mut plan = plan(&head);
    plan.puts = (0..3).map(|_| arrived(Row::from(a_ticket()))).collect();
    store.write(&plan).await.unwrap();
    let first = open(&name).await.load_first().await.unwrap().unwrap();
    assert_eq!(first.all::<ticket::Ticket>().len(), 3);
}

#[wasm_bindgen_test]
async fn what_is_read_is_of_one_moment_while_another_tab_writes() {
    let (name, store, mut head) = registered().await;
    let mut many = plan(&head);
    // More than is read in one go.
    many.puts = (0..1_200).flat_map(|_| plan(&head).puts).collect();
    store.write(&many).await.unwrap();
    head = many.head;
    let reader = open(&name).await;
    let writes = async {
        for _ in 0..30 {
            let plan = plan(&head);
            store.write(&plan).await.unwrap();
            head = plan.head;
        }
    };
    // Each envelope of the journal brought one row; the first of them brought 1,200.
    let whole = |replica: &Replica| {
        let envelopes = replica.journal().len();
        assert_eq!(replica.head().seq, envelopes as u64);
        assert_eq!(replica.all::<Part>().len(), 1_199 + envelopes, "of {envelopes} envelopes");
    };
    let mut overtaken = 0;
    let reads = async {
        for _ in 0..4 {
            whole(&reader.load().await.unwrap().unwrap());
            let mut first = reader.load_first().await.unwrap().unwrap();
            match reader.load_rest(&first).await {
                Ok(rest) => {
                    first.fill(rest);
                    whole(&first);
                }
                Err(error) => {
                    assert_eq!(error, Error::Stale);
                    overtaken += 1;
                }
            }
        }
    };
    futures::join!(writes, reads);
    assert!(overtaken > 0, "another tab wrote between the two");
    let mut first = reader.load_first().await.unwrap().unwrap();
    first.fill(reader.load_rest(&first).await.unwrap());
    whole(&first);
}

#[wasm_bindgen_test]
async fn what_a_customer_holds_is_opened_without_the_rest_and_takes_nothing_away() {
    let (name, store, head) = registered().await;
    let before = plan(&head);
    store.write(&before).await.unwrap();
    assert!(store.load_handout().await.unwrap().is_none(), "nothing is handed over");

    let ticket: Id<ticket::Ticket> = Id::new(Uuid::now_v7());
    let handed = serde_json::json!({ "ticket": ticket, "visit": Uuid::now_v7(), "seq": 1 });
    store.keep_small(store::HANDED, Some(&handed)).await.unwrap();
    let mut here = plan(&before.head);
    here.entries[0].1.envelope.command = Command::Ticket(ticket, ticket::Command::HandOver);
    store.write(&here).await.unwrap();
    let elsewhere = plan(&here.head);
    store.write(&elsewhere).await.unwrap();

    let given = open(&name).await.load_handout().await.unwrap().unwrap();
    assert!(given.confirmed().is_empty() && given.all::<Part>().is_empty());
    assert_eq!(given.journal().keys().copied().collect::<Vec<_>>(), [2]);
    assert_eq!(*given.head(), elsewhere.head, "it writes where the journal stands");

    store.write(&plan(given.head())).await.unwrap();
    let whole = open(&name).await.load().await.unwrap().unwrap();
    assert_eq!(whole.journal().len(), 4);
    assert_eq!(whole.all::<Part>().len(), 4, "a page that does not hold a row does not remove it");
}
