//! The second journal against real files: it survives its tab, damage costs one line, and it stays short.

use domain::{
    Command, Envelope, Id, Timestamp,
    replica::Replica,
    ticket,
    user::{SYSTEM, User},
    wire::Registered,
};
use js_sys::{Array, Function, Promise};
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, Url, Worker};

use crate::{
    fresh_name,
    marker::{self, Found, Marker},
    second::{BALLAST, Line, Second, line},
};

const PROGRAM: &str = include_str!("../../../public/journal.js");

fn envelope(text: &str) -> Envelope {
    let command = ticket::Command::Note { text: text.into(), visible: false };
    Envelope {
        mid: Uuid::now_v7(),
        by: SYSTEM,
        at: Timestamp(1_700_000_000_000),
        doubtful: false,
        command: Command::Ticket(Id::new(Uuid::now_v7()), command),
    }
}

fn second() -> std::rc::Rc<Second> {
    let program = Blob::new_with_str_sequence(&Array::of1(&PROGRAM.into())).unwrap();
    let address = Url::create_object_url_with_blob(&program).unwrap();
    Second::new(Worker::new(&address).unwrap(), |_| {})
}

/// What a script answers, run in the page with these words.
async fn script(body: &str, word: &str) -> JsValue {
    let run = Function::new_with_args("word", &format!("return (async () => {{ {body} }})()"));
    let asked: Promise = run.call1(&JsValue::NULL, &word.into()).unwrap().unchecked_into();
    JsFuture::from(asked).await.unwrap()
}

/// The sizes of the files of a database.
async fn sizes(name: &str) -> Vec<f64> {
    let sizes = script(
        "const root = await navigator.storage.getDirectory();
         const journal = await root.getDirectoryHandle('journal');
         const sizes = [];
         for await (const [, file] of (await journal.getDirectoryHandle(word)).entries()) {
           sizes.push((await file.getFile()).size);
         }
         return sizes;",
        name,
    );
    Array::from(&sizes.await).iter().filter_map(|size| size.as_f64()).collect()
}

/// A worker that was ended gives its file back a moment later.
async fn closed(second: &Second) {
    second.close();
    script("await new Promise((done) => setTimeout(done, 100))", "").await;
}

#[wasm_bindgen_test]
async fn entries_survive_the_tab_that_wrote_them() {
    let name = fresh_name();
    let (first, other) = (envelope("一"), envelope("二"));
    let tab = second();
    assert!(tab.open(&name).await.unwrap().envelopes.is_empty());
    tab.add(&[first.clone()]).await.unwrap();
    tab.add(&[other.clone()]).await.unwrap();
    closed(&tab).await;

    let tab = second();
    let read = tab.open(&name).await.unwrap();
    assert_eq!(read.envelopes, [first, other.clone()]);
    assert_eq!(read.broken, 0);

    // The first one is answered: the files of both tabs become one with the other alone.
    tab.fold(&[other.clone()]).await.unwrap();
    assert_eq!(sizes(&name).await.len(), 1);
    closed(&tab).await;
    let tab = second();
    assert_eq!(tab.open(&name).await.unwrap().envelopes, [other]);
    tab.fold(&[]).await.unwrap();
    assert_eq!(sizes(&name).await, [0.0], "everything is answered");
}

#[wasm_bindgen_test]
async fn two_tabs_write_side_by_side_and_read_each_other() {
    let name = fresh_name();
    let (one, two) = (second(), second());
    one.open(&name).await.unwrap();
    let sealed = envelope("一");
    one.add(&[sealed.clone()]).await.unwrap();
    assert_eq!(two.open(&name).await.unwrap().envelopes, [sealed.clone()]);
    two.add(&[envelope("二")]).await.unwrap();
    // What another tab still holds is not folded away.
    two.fold(&[]).await.unwrap();
    one.add(&[envelope("三")]).await.unwrap();
    let read = second().open(&name).await.unwrap();
    assert_eq!(read.envelopes.len(), 2);
    assert!(read.envelopes.contains(&sealed));
}

#[wasm_bindgen_test]
async fn what_could_not_be_saved_does_not_come_back() {
    let name = fresh_name();
    let tab = second();
    tab.open(&name).await.unwrap();
    let (kept, told) = (envelope("留"), envelope("撤"));
    tab.add(&[kept.clone(), told.clone()]).await.unwrap();
    tab.withdraw(told.mid).await.unwrap();
    closed(&tab).await;
    assert_eq!(second().open(&name).await.unwrap().envelopes, [kept]);
}

#[wasm_bindgen_test]
async fn an_answered_file_is_stale_and_an_unanswered_one_is_not() {
    let name = fresh_name();
    let tab = second();
    tab.open(&name).await.unwrap();
    let sealed = envelope("一");
    assert_eq!(tab.stale([].iter()), None, "an empty file stays");
    tab.add(&[sealed.clone()]).await.unwrap();
    assert_eq!(tab.stale([sealed].iter()), None);
    assert_eq!(tab.stale([].iter()), Some(Vec::new()));
}

#[wasm_bindgen_test]
async fn a_worker_that_is_not_there_holds_nothing_up() {
    let nobody = Second::new(Worker::new("/there-is-no-such-program.js").unwrap(), |_| {});
    assert!(nobody.open(&fresh_name()).await.is_err());
    assert!(nobody.add(&[envelope("一")]).await.is_err());
    assert!(!nobody.works());
}

#[wasm_bindgen_test]
async fn the_reserve_is_built_and_given_up() {
    const SIZE: &str = "const root = await navigator.storage.getDirectory();
        return (await (await root.getFileHandle('ballast')).getFile()).size;";
    let tab = second();
    tab.open(&fresh_name()).await.unwrap();
    tab.ballast(BALLAST).await.unwrap();
    assert_eq!(script(SIZE, "").await.as_f64(), Some(f64::from(BALLAST)));
    tab.ballast(0).await.unwrap();
    assert_eq!(script(SIZE, "").await.as_f64(), Some(0.0));
}

#[wasm_bindgen_test]
fn a_torn_last_line_costs_that_line_only() {
    let (first, last) = (envelope("一"), envelope("二"));
    let whole: String = [first.clone(), last].map(Line::Sealed).iter().map(line::write).collect();
    let begins = whole.find('\n').unwrap() + 1;
    for end in begins..whole.len() - 1 {
        let read = line::read([&whole.as_bytes()[..end]]);
        assert_eq!(read.envelopes, [first.clone()], "torn at {end}");
        assert_eq!(read.broken, usize::from(end > begins), "torn at {end}");
    }
}

#[wasm_bindgen_test]
fn any_flipped_bit_costs_one_line_at_most() {
    let sealed = [envelope("一"), envelope("line\nbreak"), envelope("三")];
    let whole: String = sealed.clone().map(Line::Sealed).iter().map(line::write).collect();
    for place in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let read = line::read([bytes.as_slice()]);
            assert!(read.envelopes.len() >= 2, "bit {bit} of byte {place}");
            assert!(read.envelopes.iter().all(|envelope| sealed.contains(envelope)));
        }
    }
}

#[wasm_bindgen_test]
fn a_marker_tells_an_emptied_and_an_older_database() {
    let registered = Registered { replica: Id::new(Uuid::now_v7()), device_code: "K7Q".into() };
    let empty = Replica::new(SYSTEM, registered);
    let mut full = empty.clone();
    let mut head = empty.head().clone();
    head.seq = 3;
    full = Replica::restore(head, Default::default(), Default::default(), full.journal().clone());
    let at = Timestamp(1_700_000_000_000);
    let marker = Marker::of(Uuid::now_v7(), User::system(), &full, at);

    assert_eq!(marker::compare(None, None), Found::New);
    assert_eq!(marker::compare(Some(&full), None), Found::Well);
    assert_eq!(marker::compare(Some(&full), Some(&marker)), Found::Well);
    assert_eq!(marker::compare(Some(&empty), Some(&marker)), Found::Behind);
    assert_eq!(marker::compare(None, Some(&marker)), Found::Emptied);

    let fresh = marker.fresh_head();
    assert_ne!(fresh.replica, full.head().replica, "the server must not take it for the old one");
    assert!(fresh.numbers > marker.numbers, "no number is given twice");
}
