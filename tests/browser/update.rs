//! A newer build of the app arrives while somebody works.

use super::{
    driven::Size,
    work,
    world::{LI, Language, World},
};

#[tokio::test]
async fn an_update_waits_for_the_form_and_keeps_the_waiting_work() {
    let mut world = World::new(Language::Chinese);
    let phone = world.device_of(LI, Size::Phone).await;
    let ticket = work::some_ticket(&phone).await;
    let before = phone.build().await;
    // Files come through and work does not, so that there is something to lose.
    phone.hold_back_api(true).await;
    work::note(&phone, &ticket, "更新之前写的").await;
    work::see_waiting(&phone, 1).await;

    let asked = phone.line.asked().len();
    world.server.deploy_next();
    phone.open("/tickets/new").await;
    phone.fill("#new-description", "填到一半的描述").await;
    phone.see_control("update").await;
    let fetched = phone.line.asked().split_off(asked);
    assert!(fetched.contains(&"/index.html".to_owned()), "{fetched:?}");
    assert!(!fetched.iter().any(|path| path.ends_with(".wasm")), "it has that: {fetched:?}");
    phone.picture("story-update").await;
    phone.press_inside("update").await;
    phone.see("请先完成正在填写的内容，再更新").await;
    assert_eq!(phone.build().await, before, "nothing changes under a form");
    assert_eq!(phone.value("#new-description").await, "填到一半的描述");

    phone.go("/today").await;
    phone.press_inside("update").await;
    phone
        .until("the new build runs", "return document.documentElement.dataset.ready === '1' && document.documentElement.dataset.build !== args[0]", &[
            before.into(),
        ])
        .await;
    assert!(phone.build().await.ends_with("-next"));
    phone.hold_back_api(true).await;
    phone.go("/tickets/new").await;
    phone.see_field("#new-description").await;
    phone
        .until(
            "the draft is back",
            "return field('#new-description').value === '填到一半的描述'",
            &[],
        )
        .await;
    phone.go("/today").await;
    phone.hold_back_api(false).await;
    phone.go("/outbox").await;
    phone.press("sync-now").await;
    phone.see_synced().await;
    phone.go(&format!("/tickets/{ticket}")).await;
    phone.see("更新之前写的").await;
    assert_eq!(phone.times("更新之前写的").await, 1);
    phone.assert_calm().await;
}
