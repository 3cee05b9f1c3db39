//! The phone alone: with the server dead, and with the battery out.

use serde_json::json;

use super::{
    driven::Size,
    work,
    world::{LI, Language, World},
};

#[tokio::test]
async fn the_app_starts_from_the_phone_with_the_server_dead() {
    let mut world = World::new(Language::Chinese);
    let mut phone = world.device_of(LI, Size::Phone).await;
    let ticket = work::some_ticket(&phone).await;
    phone.quit().await;
    world.server.kill();

    phone.start().await;
    phone.open("/").await;
    phone.see("今日").await;
    phone.open(&format!("/tickets/{ticket}")).await;
    phone.see_control("save-note").await;
    work::note(&phone, &ticket, "没有服务器也能写").await;
    phone.open("/outbox").await;
    phone.see("1 项已保存在本机，联网后自动上传").await;

    world.server.restart();
    phone.press("sync-now").await;
    phone.see_synced().await;
    phone.assert_calm().await;
}

#[tokio::test]
async fn what_was_saved_is_there_after_the_browser_was_killed() {
    let (mut world, mut phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::accept(&phone, &ticket).await;
    phone.see_synced().await;
    phone.go_offline().await;
    let said = "断电前最后写的一句";
    work::note(&phone, &ticket, said).await;
    work::see_waiting(&phone, 1).await;
    phone.fill("#note", "还没有保存的半句").await;
    phone.see_draft_kept("还没有保存的半句").await;
    phone.kill().await;
    world.server.restart();

    phone.start().await;
    phone.open(&format!("/tickets/{ticket}")).await;
    phone.see(said).await;
    work::see_waiting(&phone, 1).await;
    assert_eq!(phone.value("#note").await, "还没有保存的半句");
    phone.go_online().await;
    phone.see_synced().await;
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    desk.see(said).await;
    assert_eq!(desk.times(said).await, 1);
    phone.assert_calm().await;
    desk.assert_calm().await;
}

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
        if ((await kept.text()).includes(args[0])) return true;
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
