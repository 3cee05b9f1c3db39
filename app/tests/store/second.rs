//! The second journal in a real cache: it survives its tab, damage costs one entry, and it stays short.

use domain::{
    Command, Envelope, Id, Timestamp,
    replica::Replica,
    ticket,
    user::{SYSTEM, User},
    wire::Registered,
};
use futures::FutureExt;
use js_sys::{Function, Promise};
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    fresh_name,
    marker::{self, Found, Marker},
    second::{BALLAST, Read, Second, ballast, forget, line},
};

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

/// The envelopes among what was read.
fn envelopes(read: Read) -> Vec<Envelope> {
    read.sealed.into_iter().map(|sealed| sealed.envelope).collect()
}

/// What a script answers, run in the page with these words.
async fn script(body: &str, word: &str) -> JsValue {
    let run = Function::new_with_args("word", &format!("return (async () => {{ {body} }})()"));
    let asked: Promise = run.call1(&JsValue::NULL, &word.into()).unwrap().unchecked_into();
    JsFuture::from(asked).await.unwrap()
}

#[wasm_bindgen_test]
async fn what_could_not_be_taken_back_is_left_for_the_next_start() {
    let name = fresh_name();
    let (lost, new) = (envelope("一"), envelope("二"));
    let (tab, _) = Second::open(&name, |_| {}).await.unwrap();
    tab.add(&[lost.clone()], None).await.unwrap();

    let (tab, read) = Second::open(&name, |_| {}).await.unwrap();
    tab.leave(read.sealed);
    tab.add(&[new], None).await.unwrap();
    tab.fold(Vec::new()).await.unwrap();
    assert_eq!(envelopes(Second::open(&name, |_| {}).await.unwrap().1), [lost]);
    tab.taken_back(&tab.left());
    assert!(tab.left().is_empty());
    tab.fold(Vec::new()).await.unwrap();
    assert!(Second::open(&name, |_| {}).await.unwrap().1.sealed.is_empty());
}

#[wasm_bindgen_test]
async fn what_is_taken_back_is_held_like_any_other_and_the_rest_is_left() {
    let (first, last) = (envelope("一"), envelope("二"));
    let name = fresh_name();
    let (closed, _) = Second::open(&name, |_| {}).await.unwrap();
    closed.add(&[first.clone(), last.clone()], None).await.unwrap();
    let (tab, read) = Second::open(&name, |_| {}).await.unwrap();
    tab.leave(read.sealed);
    tab.taken_back(&tab.left()[..1]);
    assert_eq!(tab.stale([first.clone()].iter()), None);
    assert_eq!(tab.stale([].iter()), Some(Vec::new()), "it is answered");
    tab.fold(Vec::new()).await.unwrap();
    let read = Second::open(&name, |_| {}).await.unwrap().1;
    assert_eq!(envelopes(read), [last]);
}

#[wasm_bindgen_test]
async fn words_that_were_left_in_it_are_its_own_until_others_are_typed() {
    let name = fresh_name();
    let (lost, other) = (envelope("一"), envelope("二"));
    let (tab, _) = Second::open(&name, |_| {}).await.unwrap();
    tab.add(&[lost.clone()], Some("note")).await.unwrap();
    tab.add(&[other.clone()], Some("call")).await.unwrap();

    let (tab, read) = Second::open(&name, |_| {}).await.unwrap();
    assert!(!tab.has_words_of("note"), "it may be taken back yet");
    tab.leave(read.sealed);
    assert!(tab.has_words_of("note") && tab.has_words_of("call"));
    tab.part_from("note").await.unwrap();
    assert!(!tab.has_words_of("note") && tab.has_words_of("call"));
    assert_eq!(tab.left().len(), 2, "both still wait to be taken back");
    tab.fold(Vec::new()).await.unwrap();
    let (_, read) = Second::open(&name, |_| {}).await.unwrap();
    let forms: Vec<_> = read.sealed.iter().map(|sealed| sealed.form.as_deref()).collect();
    assert_eq!(forms, [None, Some("call")]);
    assert_eq!(envelopes(read), [lost, other]);
}

#[wasm_bindgen_test]
async fn what_another_tab_wrote_is_forgotten_with_the_database_and_nothing_else() {
    let (name, other_name) = (fresh_name(), fresh_name());
    let (answered, waiting) = (envelope("一"), envelope("二"));
    for name in [&name, &other_name] {
        let (closed, _) = Second::open(name, |_| {}).await.unwrap();
        closed.add(&[answered.clone(), waiting.clone()], None).await.unwrap();
    }
    forget(&name, &[answered.mid].into()).await.unwrap();
    assert_eq!(envelopes(Second::open(&name, |_| {}).await.unwrap().1), [waiting.clone()]);
    let beside = Second::open(&other_name, |_| {}).await.unwrap().1;
    assert_eq!(envelopes(beside), [answered, waiting]);
}

#[wasm_bindgen_test]
async fn entries_survive_the_tab_that_wrote_them() {
    let name = fresh_name();
    let (first, other) = (envelope("一"), envelope("二"));
    let (tab, read) = Second::open(&name, |_| {}).await.unwrap();
    assert!(read.sealed.is_empty());
    tab.add(&[first.clone()], None).await.unwrap();
    tab.add(&[other.clone()], Some("note")).await.unwrap();
    assert!(tab.works());
    assert!(!tab.has_found(first.mid), "it lies there only now");
    drop(tab);

    let (tab, read) = Second::open(&name, |_| {}).await.unwrap();
    let forms: Vec<_> = read.sealed.iter().map(|sealed| sealed.form.as_deref()).collect();
    assert_eq!((forms, read.broken), (vec![None, Some("note")], 0));
    assert!(tab.has_found(first.mid) && tab.has_found(other.mid));
    assert_eq!(envelopes(read), [first, other.clone()]);

    // The first one is answered.
    tab.fold(vec![other.clone()]).await.unwrap();
    let (tab, read) = Second::open(&name, |_| {}).await.unwrap();
    assert_eq!(envelopes(read), [other]);
    tab.fold(Vec::new()).await.unwrap();
    assert!(Second::open(&name, |_| {}).await.unwrap().1.sealed.is_empty());
}

#[wasm_bindgen_test]
async fn tabs_write_side_by_side_and_databases_apart() {
    let (name, other_name) = (fresh_name(), fresh_name());
    let (one, _) = Second::open(&name, |_| {}).await.unwrap();
    let (two, _) = Second::open(&name, |_| {}).await.unwrap();
    let (first, second) = (envelope("一"), envelope("二"));
    one.add(&[first.clone()], None).await.unwrap();
    two.add(&[second.clone()], None).await.unwrap();
    // What another tab wrote is not this one's to take away.
    two.fold(Vec::new()).await.unwrap();
    assert_eq!(envelopes(Second::open(&name, |_| {}).await.unwrap().1), [first]);
    assert!(Second::open(&other_name, |_| {}).await.unwrap().1.sealed.is_empty());
}

#[wasm_bindgen_test]
async fn what_could_not_be_saved_does_not_come_back() {
    let name = fresh_name();
    let (tab, _) = Second::open(&name, |_| {}).await.unwrap();
    let (kept, told) = (envelope("留"), envelope("撤"));
    tab.add(&[kept.clone(), told.clone()], None).await.unwrap();
    tab.withdraw(told.mid).await.unwrap();
    assert_eq!(envelopes(Second::open(&name, |_| {}).await.unwrap().1), [kept]);
}

#[wasm_bindgen_test]
async fn a_damaged_entry_costs_that_entry_only() {
    let name = fresh_name();
    let (tab, _) = Second::open(&name, |_| {}).await.unwrap();
    let (sound, damaged) = (envelope("好"), envelope("坏"));
    tab.add(&[sound.clone(), damaged.clone()], None).await.unwrap();
    let address = format!("/second-journal/{name}/{}", damaged.mid);
    script(
        "const cache = await caches.open('second-journal');
         const text = decodeURIComponent((await cache.match(word)).headers.get('entry'));
         const entry = encodeURIComponent(text.replace('坏', '怀'));
         await cache.put(word, new Response(null, { headers: { entry } }));",
        &address,
    )
    .await;
    let (_, read) = Second::open(&name, |_| {}).await.unwrap();
    assert_eq!(read.broken, 1);
    assert_eq!(envelopes(read), [sound]);
}

#[wasm_bindgen_test]
async fn a_header_that_is_cut_is_a_broken_entry() {
    let name = fresh_name();
    let (tab, _) = Second::open(&name, |_| {}).await.unwrap();
    let damaged = envelope("坏");
    tab.add(&[damaged.clone()], None).await.unwrap();
    script(
        "const cache = await caches.open('second-journal');
         const entry = (await cache.match(word)).headers.get('entry').split('%E5')[0] + '%';
         await cache.put(word, new Response(null, { headers: { entry } }));",
        &format!("/second-journal/{name}/{}", damaged.mid),
    )
    .await;
    let (_, read) = Second::open(&name, |_| {}).await.unwrap();
    assert_eq!((read.sealed.len(), read.broken), (0, 1));
}

#[wasm_bindgen_test]
async fn a_long_entry_and_one_of_an_older_app_are_bodies_and_are_read() {
    let name = fresh_name();
    let (tab, _) = Second::open(&name, |_| {}).await.unwrap();
    let (short, long, older) = (envelope("短"), envelope(&"长".repeat(9_000)), envelope("旧"));
    tab.add(&[short.clone(), long.clone()], Some("note")).await.unwrap();
    let put = "const [address, text] = JSON.parse(word);
        await (await caches.open('second-journal')).put(address, new Response(text));";
    let address = format!("/second-journal/{name}/{}", older.mid);
    let text = line::write(&older, None);
    script(put, &serde_json::to_string(&(address, text)).unwrap()).await;
    let bodies = "const cache = await caches.open('second-journal');
        const ours = (await cache.keys()).filter((key) => key.url.includes(word));
        const kept = await Promise.all(ours.map((key) => cache.match(key)));
        return kept.filter((it) => !it.headers.has('entry')).length;";
    assert_eq!(script(bodies, &name).await.as_f64(), Some(2.0), "the short one is a header");
    let (_, read) = Second::open(&name, |_| {}).await.unwrap();
    assert_eq!(read.broken, 0);
    assert_eq!(envelopes(read), [short, long, older]);
}

#[wasm_bindgen_test]
async fn an_answered_entry_is_stale_and_an_unanswered_one_is_not() {
    let (tab, _) = Second::open(&fresh_name(), |_| {}).await.unwrap();
    let sealed = envelope("一");
    assert_eq!(tab.stale([].iter()), None, "there is nothing to take away");
    tab.add(&[sealed.clone()], None).await.unwrap();
    assert_eq!(tab.stale([sealed].iter()), None);
    assert_eq!(tab.stale([].iter()), Some(Vec::new()));
}

#[wasm_bindgen_test]
async fn the_reserve_is_built_and_given_up() {
    const SIZE: &str = "const root = await navigator.storage.getDirectory();
        const file = await root.getFileHandle('ballast').catch(() => undefined);
        return file ? (await file.getFile()).size : 0;";
    ballast(BALLAST).await.unwrap();
    assert_eq!(script(SIZE, "").await.as_f64(), Some(f64::from(BALLAST)));
    ballast(0).await.unwrap();
    assert_eq!(script(SIZE, "").await.as_f64(), Some(0.0));
}

#[wasm_bindgen_test]
fn a_torn_last_line_costs_that_line_only() {
    let (first, last) = (envelope("一"), envelope("二"));
    let whole = [line::write(&first, Some("note")), line::write(&last, None)].concat();
    let begins = whole.find('\n').unwrap() + 1;
    for end in begins..whole.len() - 1 {
        let read = line::read([&whole.as_bytes()[..end]]);
        assert_eq!(read.broken, usize::from(end > begins), "torn at {end}");
        assert_eq!(envelopes(read), [first.clone()], "torn at {end}");
    }
}

#[wasm_bindgen_test]
fn lines_of_apps_that_named_no_form_are_read_and_theirs_reads_ours() {
    let sealed = envelope("一");
    let json = serde_json::to_string(&sealed).unwrap();
    let named = line::write(&sealed, Some("note"));
    let plain = line::write(&sealed, None);
    assert!(plain.ends_with(&format!(" {} {json}\n", json.len())), "as it always was: {plain}");
    let forms = |line: &str| line::read([line.as_bytes()]).sealed.remove(0).form;
    assert_eq!((forms(&plain), forms(&named).as_deref()), (None, Some("note")));
    let (_, named) = named.trim_end().split_once(" {").unwrap();
    assert_eq!(domain::json::read::<Envelope>(&format!("{{{named}")).unwrap(), sealed);
}

#[wasm_bindgen_test]
fn any_flipped_bit_costs_one_line_at_most() {
    let sealed = [envelope("一"), envelope("line\nbreak"), envelope("三")];
    let whole: String = sealed.iter().map(|it| line::write(it, Some("note"))).collect();
    for place in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let read = line::read([bytes.as_slice()]);
            let read = envelopes(read);
            assert!(read.len() >= 2, "bit {bit} of byte {place}");
            assert!(read.iter().all(|envelope| sealed.contains(envelope)));
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

#[wasm_bindgen_test]
fn what_was_answered_under_an_id_chosen_before_comes_after_what_was_done_meanwhile() {
    let (mut answer, mut photo) = (envelope("签字"), envelope("照片"));
    let chosen = i64::try_from(photo.mid.get_timestamp().unwrap().to_unix().0).unwrap() * 1_000;
    photo.at = Timestamp(chosen);
    answer.at = Timestamp(chosen + 5_000);
    let lines = [&answer, &photo].map(|envelope| line::write(envelope, None));
    let read = line::read(lines.iter().map(|line| line.as_bytes()));
    assert!(answer.mid < photo.mid, "ids grow");
    assert_eq!(envelopes(read), [photo, answer]);
}

#[wasm_bindgen_test]
async fn what_one_press_does_lies_in_it_whole_and_in_its_order() {
    let name = fresh_name();
    let several: Vec<Envelope> = ["一", "二", "三"].into_iter().map(envelope).collect();
    let (tab, _) = Second::open(&name, |_| {}).await.unwrap();
    // The page dies right after the press.
    assert_eq!(tab.add(&several, Some("note")).now_or_never(), None);
    let kept = script(
        "const cache = await caches.open('second-journal');
        for (let n = 0; n < 200; n++) {
            const keys = await cache.keys();
            if (keys.filter((it) => it.url.includes(word)).length === 3) return true;
        }
        return false;",
        &name,
    );
    assert!(kept.await.is_truthy(), "only the first was handed over");
    let read = Second::open(&name, |_| {}).await.unwrap().1;
    assert_eq!(envelopes(read), several);
}
