//! Leaving a phone to somebody else: the work that waits stays, locked away.

use super::{
    driven::Size,
    work,
    world::{self, LI, Language, WANG, World},
};

#[tokio::test]
async fn signing_out_with_waiting_work_keeps_it() {
    let world = World::new(Language::Chinese);
    let phone = world.device_of(LI, Size::Phone).await;
    let ticket = work::some_ticket(&phone).await;
    phone.go_offline().await;
    work::note(&phone, &ticket, "退出之前写的").await;
    work::see_waiting(&phone, 1).await;
    phone.go("/today").await;
    phone.go("/me").await;
    phone.press("sign-out").await;
    phone.picture("story-sign-out").await;
    phone.press("lock-and-keep").await;
    phone.see("这台设备上有 李静 的 1 项待上传").await;

    // A colleague uses the phone meanwhile and sees nothing of it.
    phone.go_online().await;
    world::enter(&phone, WANG).await;
    phone.see_synced().await;
    phone.open(&format!("/tickets/{ticket}")).await;
    phone.see_control("back").await;
    assert!(!phone.reads("退出之前写的").await, "somebody else's note is on the screen");
    phone.open("/me").await;
    phone.press("sign-out").await;
    phone.press("sign-out-confirm").await;
    phone.see("这台设备上有 李静 的 1 项待上传").await;

    // Back to its owner, everything goes up.
    world::enter(&phone, LI).await;
    phone.see_synced().await;
    phone.open(&format!("/tickets/{ticket}")).await;
    phone.see("退出之前写的").await;
    assert_eq!(phone.times("退出之前写的").await, 1);
    phone.assert_calm().await;
}
