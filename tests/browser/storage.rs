//! A browser whose storage fails: nothing is judged on half of it, said twice, or named a loss that is none.

use serde_json::json;

use super::{
    driven::Size,
    work,
    world::{self, LI, Language, World},
};

/// From now on the database of this page commits nothing, and says nothing either.
const HOLD_BACK_COMMITS: &str = "IDBTransaction.prototype.commit = function () {
    const keepOpen = () => {
        this.objectStore(this.objectStoreNames[0]).get('').onsuccess = keepOpen;
    };
    keepOpen();
};";
/// Whether the second journal has these words.
const KEPT_TWICE: &str = "return (async () => {
    const cache = await caches.open('second-journal');
    for (const request of await cache.keys()) {
        const kept = await cache.match(request);
        const said = decodeURIComponent(kept.headers.get('entry') ?? '') + await kept.text();
        if (said.includes(args[0])) return true;
    }
    return false;
})()";

#[tokio::test]
async fn words_that_only_the_second_journal_took_are_said_once_and_are_no_draft() {
    let (mut world, mut phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::accept(&phone, &ticket).await;
    phone.see_synced().await;
    let said = "数据库没来得及记下的一句";
    phone.go(&format!("/tickets/{ticket}")).await;
    phone.fill("#note", said).await;
    phone.see_draft_kept(said).await;
    phone.js::<()>(HOLD_BACK_COMMITS, &[]).await;
    phone.press("save-note").await;
    phone.until("the second journal has it", KEPT_TWICE, &[json!(said)]).await;
    phone.kill().await;
    world.server.restart();

    // The browser opens the page it showed, and there the form.
    phone.start().await;
    phone.open(&format!("/tickets/{ticket}")).await;
    phone.see(said).await;
    phone.until("the form is empty", "return field('#note')?.value === ''", &[]).await;
    phone.see_draft_gone(said).await;
    assert_eq!(phone.times(said).await, 1);
    phone.press_text("知道了").await;
    phone.see_synced().await;
    desk.go(&format!("/desk/tickets/{ticket}")).await;
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
    let (mut world, mut phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::accept(&phone, &ticket).await;
    phone.see_synced().await;
    let (said, next) = ("磁盘满之前的一句", "磁盘满之后的一句");
    let page = format!("/tickets/{ticket}");
    phone.go(&page).await;
    phone.fill("#note", said).await;
    phone.see_draft_kept(said).await;
    phone.js::<()>(HOLD_BACK_COMMITS, &[]).await;
    phone.press("save-note").await;
    phone.until("the second journal has it", KEPT_TWICE, &[json!(said)]).await;
    phone.kill().await;
    world.server.restart();

    phone.start().await;
    phone.begin_pages_with(FULL).await;
    phone.open(&page).await;
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
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    for text in [said, next] {
        desk.see(text).await;
        assert_eq!(desk.times(text).await, 1, "{text}");
    }
    desk.assert_calm().await;
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
