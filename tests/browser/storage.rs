//! A browser whose storage fails: nothing is judged on half of it, said twice, or named a loss that is none.

use serde_json::json;

use super::{
    driven::{Browser, Size},
    work,
    world::{self, LI, Language, World},
};

/// From now on the database of this page commits nothing, and says nothing either.
pub const HOLD_BACK_COMMITS: &str = "IDBTransaction.prototype.commit = function () {
    const keepOpen = () => {
        this.objectStore(this.objectStoreNames[0]).get('').onsuccess = keepOpen;
    };
    keepOpen();
};";
/// Pages learn what is in the second journal only when `window.read` says so, and wait for that however long it takes.
/// `window.early` tells whether they looked for drafts before.
const READ_LATE: &str = "{
    const { keys } = Cache.prototype;
    const { get } = IDBObjectStore.prototype;
    const later = window.setTimeout;
    window.early = window.read = false;
    Cache.prototype.keys = function (...args) {
        return new Promise((done) => {
            const look = () => window.read ? done(keys.apply(this, args)) : later(look, 20);
            look();
        });
    };
    IDBObjectStore.prototype.get = function (...args) {
        window.early ||= this.name === 'draft' && !window.read;
        return get.apply(this, args);
    };
    window.setTimeout = (then, after, ...args) => after === 2000 ? 0 : later(then, after, ...args);
}";
/// Whether the second journal has these words.
pub const KEPT_TWICE: &str = "return (async () => {
    const cache = await caches.open('second-journal');
    for (const request of await cache.keys()) {
        const kept = await cache.match(request);
        const said = decodeURIComponent(kept.headers.get('entry') ?? '') + await kept.text();
        if (said.includes(args[0])) return true;
    }
    return false;
})()";

/// Li, at her ticket, writes a note that only the second journal takes. Answers with her ticket's page.
async fn say_to_the_second_journal_alone(desk: &Browser, phone: &Browser, said: &str) -> String {
    let ticket = work::job(desk, phone).await;
    work::accept(phone, &ticket).await;
    phone.see_synced().await;
    let page = format!("/tickets/{ticket}");
    phone.go(&page).await;
    phone.fill("#note", said).await;
    phone.see_draft_kept(said).await;
    phone.js::<()>(HOLD_BACK_COMMITS, &[]).await;
    phone.press("save-note").await;
    phone.until("the second journal has it", KEPT_TWICE, &[json!(said)]).await;
    page
}

/// A morning on which Li's phone died while it sealed a note. It has opened the page that it showed, and its pages begin
/// with `script` now.
async fn a_death_while_saying(said: &str, script: &str) -> (World, Browser, Browser, String) {
    let (mut world, mut phone, desk) = work::a_morning(Language::Chinese).await;
    let page = say_to_the_second_journal_alone(&desk, &phone, said).await;
    phone.kill().await;
    world.server.restart();
    phone.start().await;
    phone.begin_pages_with(script).await;
    phone.open(&page).await;
    (world, phone, desk, page)
}

#[tokio::test]
async fn words_that_only_the_second_journal_took_are_said_once_and_are_no_draft() {
    let said = "数据库没来得及记下的一句";
    let (_world, phone, desk, page) = a_death_while_saying(said, READ_LATE).await;
    phone.see_control("save-note").await;
    let early: bool = phone.js("return window.early", &[]).await;
    assert!(!early, "nobody knows yet whether these words are a draft");
    phone.js::<()>("window.read = true", &[]).await;
    phone.see(said).await;
    phone.until("the form is empty", "return field('#note')?.value === ''", &[]).await;
    phone.see_draft_gone(said).await;
    assert_eq!(phone.times(said).await, 1);
    phone.press_text("知道了").await;
    phone.see_synced().await;
    desk.go(&format!("/desk{page}")).await;
    desk.see(said).await;
    assert_eq!(desk.times(said).await, 1);
    desk.assert_calm().await;
}

/// Pages take nothing more into their databases, as where the disk is full, until `window.full` is false.
const FULL: &str = "window.full = true;
    const commit = IDBTransaction.prototype.commit;
    IDBTransaction.prototype.commit = function () {
        return window.full ? this.abort() : commit.call(this);
    };";
/// Pages read no more of their rows than the first screen needs, until `window.torn` is false.
const TORN: &str = "window.torn = true;
    const getAll = IDBObjectStore.prototype.getAll;
    IDBObjectStore.prototype.getAll = function (range, count) {
        if (window.torn && count) throw new DOMException('torn', 'UnknownError');
        return getAll.apply(this, arguments);
    };";
const NOT_SAVED: &str = "没有保存成功，请再试一次。";

#[tokio::test]
async fn words_that_cannot_be_taken_back_yet_are_no_draft_and_come_before_what_is_said_next() {
    let (said, next) = ("磁盘满之前的一句", "磁盘满之后的一句");
    let (_world, phone, desk, page) = a_death_while_saying(said, FULL).await;
    phone.see_control("storage-trouble").await;
    phone.until("the form is empty", "return field('#note')?.value === ''", &[]).await;
    // Also for whoever comes back to it.
    phone.go("/today").await;
    phone.go(&page).await;
    phone.see_control("save-note").await;
    assert_eq!(phone.value("#note").await, "");
    phone.fill("#note", next).await;
    phone.press("save-note").await;
    phone.see(NOT_SAVED).await;
    phone.see_draft_kept(said).await;

    phone.js::<()>("window.full = false", &[]).await;
    phone.see(said).await;
    assert_eq!(phone.value("#note").await, next, "what was typed since is still there");
    phone.press("save-note").await;
    phone.see(next).await;
    phone.press_text("知道了").await;
    phone.see_synced().await;
    desk.go(&format!("/desk{page}")).await;
    for text in [said, next] {
        desk.see(text).await;
        assert_eq!(desk.times(text).await, 1, "{text}");
    }
    desk.assert_calm().await;
}

/// Pages take nothing into their journals, and the second journal takes its time, which they wait for.
const NO_JOURNAL: &str = "{
    const { commit } = IDBTransaction.prototype;
    const { put } = Cache.prototype;
    const later = window.setTimeout;
    IDBTransaction.prototype.commit = function () {
        return this.objectStoreNames.contains('journal') ? this.abort() : commit.call(this);
    };
    Cache.prototype.put = async function (...args) {
        await new Promise((done) => later(done, 1500));
        return put.apply(this, args);
    };
    window.setTimeout = (then, after, ...args) => after === 2000 ? 0 : later(then, after, ...args);
}";

#[tokio::test]
async fn words_typed_where_sealed_ones_stood_are_still_there_after_the_next_death() {
    let (said, next) = ("还没有收回的一句", "又写了半句");
    let (_world, mut phone, _desk, page) = a_death_while_saying(said, NO_JOURNAL).await;
    phone.see_control("storage-trouble").await;
    phone.fill("#note", next).await;
    phone.see_draft_kept(next).await;
    phone.kill().await;

    phone.start().await;
    phone.open(&page).await;
    phone.see(said).await;
    phone
        .until("the half is there", "return field('#note')?.value === args[0]", &[json!(next)])
        .await;
    phone.see_draft_gone(said).await;
    phone.see_draft_kept(next).await;
    assert_eq!(phone.times(said).await, 1);
}

/// Puts what the second journal has once more into it, as a later and much longer note.
const AND_A_LONG_ONE: &str = "return (async () => {
    const cache = await caches.open('second-journal');
    const lines = await Promise.all((await cache.keys()).map(async (request) => {
        const kept = await cache.match(request);
        const said = decodeURIComponent(kept.headers.get('entry') ?? '') + await kept.text();
        return [request.url, said];
    }));
    const [url, line] = lines.find(([, line]) => line.includes(args[0]));
    const { form, ...sealed } = JSON.parse(line.slice(line.indexOf('{')));
    const mid = sealed.mid.slice(0, -12) + 'ffffffffffff';
    const text = JSON.stringify({ ...sealed, mid }).replace(args[0], args[1]);
    const bytes = new TextEncoder().encode(text);
    const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).slice(0, 8);
    const hex = [...sum].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const address = url.replace(sealed.mid, mid);
    await cache.put(address, new Response(`${hex} ${bytes.length} ${text}\\n`));
})()";
/// Pages take only little into their journals at a time, until `window.full` is false.
const NEARLY_FULL: &str = "{
    window.full = true;
    const { put } = IDBObjectStore.prototype;
    const { commit } = IDBTransaction.prototype;
    IDBObjectStore.prototype.put = function (value, ...args) {
        if (this.name === 'journal') {
            this.transaction.weight = (this.transaction.weight ?? 0) + value.byteLength;
        }
        return put.call(this, value, ...args);
    };
    IDBTransaction.prototype.commit = function () {
        return window.full && this.weight > 3000 ? this.abort() : commit.call(this);
    };
}";

#[tokio::test]
async fn what_fits_on_a_nearly_full_disk_is_taken_back_before_the_rest_does() {
    let (mut world, mut phone, desk) = work::a_morning(Language::Chinese).await;
    let (said, longer) = ("放得下的一句", "放不下的一段");
    let page = say_to_the_second_journal_alone(&desk, &phone, said).await;
    let text = format!("{longer}{}", "，机器又响了一夜".repeat(200));
    phone.js::<()>(AND_A_LONG_ONE, &[json!(said), json!(text)]).await;
    phone.kill().await;
    world.server.restart();

    phone.start().await;
    phone.begin_pages_with(NEARLY_FULL).await;
    phone.open(&page).await;
    phone.see(said).await;
    phone.see_control("storage-trouble").await;
    assert!(!phone.reads(longer).await, "there is no room for it");
    // Each try that failed made the pause before the next longer.
    phone.js::<()>("window.full = false; dispatchEvent(new Event('online'))", &[]).await;
    phone.see(longer).await;
    phone.press_text("知道了").await;
    phone.see_synced().await;
    desk.go(&format!("/desk{page}")).await;
    for text in [said, longer] {
        desk.see(text).await;
        assert_eq!(desk.times(text).await, 1, "{text}");
    }
}

#[tokio::test]
async fn a_call_and_its_triage_are_saved_together() {
    let (mut world, _phone, mut desk) = work::a_morning(Language::Chinese).await;
    let judged = "像是压缩机电容坏了";
    desk.go("/desk/register").await;
    work::take_down(&desk, &work::CALL).await;
    desk.fill("#judgement", judged).await;
    desk.see_draft_kept(judged).await;
    desk.js::<()>(HOLD_BACK_COMMITS, &[]).await;
    desk.press("save-register").await;
    desk.until("the second journal has it", KEPT_TWICE, &[json!(judged)]).await;
    desk.kill().await;
    world.server.restart();

    desk.start().await;
    desk.open("/desk/register").await;
    desk.press_text("知道了").await;
    desk.see_draft_gone(judged).await;
    assert_eq!(desk.value("#contact-phone").await, "");
    desk.open("/desk/tickets").await;
    desk.press_row(work::CALL.name).await;
    desk.see(judged).await;
    assert_eq!(desk.times(judged).await, 1);
}

#[tokio::test]
async fn nothing_is_done_on_half_of_the_rows() {
    let world = World::new(Language::Chinese);
    let phone = world.device_of(LI, Size::Phone).await;
    let ticket = work::some_ticket(&phone).await;
    phone.see_synced().await;
    phone.begin_pages_with(TORN).await;
    phone.open(&format!("/tickets/{ticket}")).await;
    phone.see_control("storage-trouble").await;
    let said = "只读到一半时写的";
    phone.fill("#note", said).await;
    phone.press("save-note").await;
    phone.see(NOT_SAVED).await;
    assert_eq!(phone.value("#note").await, said);

    phone.js::<()>("window.torn = false", &[]).await;
    phone.press("save-note").await;
    phone.see(said).await;
    phone.see_control_gone("storage-trouble").await;
    phone.see_synced().await;
    assert_eq!(phone.times(said).await, 1);
}

#[tokio::test]
async fn what_a_closed_tab_wrote_and_was_answered_is_no_loss_at_the_next_sign_in() {
    let world = World::new(Language::Chinese);
    let phone = world.device_of(LI, Size::Phone).await;
    let ticket = work::some_ticket(&phone).await;
    let page = format!("/tickets/{ticket}");
    phone.open(&page).await;
    let one = phone.tab().await;
    let other = phone.new_tab().await;
    phone.open(&page).await;
    phone.see_synced().await;
    phone.look_at(&one).await;
    phone.go_offline().await;
    phone.look_at(&other).await;
    phone.go_offline().await;
    let said = "另一页写的";
    work::note(&phone, &ticket, said).await;
    phone.until("the second journal has it", KEPT_TWICE, &[json!(said)]).await;
    phone.close_tab().await;
    phone.look_at(&one).await;
    work::see_waiting(&phone, 1).await;
    phone.go_online().await;
    phone.see_synced().await;

    phone.open("/me").await;
    phone.press("sign-out").await;
    phone.press("sign-out-confirm").await;
    world::enter(&phone, LI).await;
    phone.see_synced().await;
    let kept = KEPT_TWICE.replace("args[0]", "'mid'");
    assert!(!phone.js::<bool>(&kept, &[]).await, "nothing is left in the second journal");
    assert!(!phone.has("loss").await, "and no loss is named");
    phone.assert_calm().await;
}
