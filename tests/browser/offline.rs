//! The phone alone: with the server dead, and with the battery out.

use super::{
    driven::Size,
    work,
    world::{COORDINATOR, LI, Language, World, sign_in},
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

#[tokio::test]
async fn a_first_start_fetches_the_door_and_one_program_once() {
    let world = World::new(Language::Chinese);
    for (login, size, program) in
        [(LI, Size::Phone, "/field-"), (COORDINATOR, Size::Desk, "/office-")]
    {
        let device = world.new_device(size).await;
        sign_in(&device, login, Language::Chinese).await;
        device.see_synced().await;
        device.see_installed().await;
        let asked = device.line.asked();
        let programs: Vec<_> = asked.iter().filter(|path| path.ends_with(".wasm")).collect();
        let [door, own] = programs.as_slice() else {
            panic!("what was loaded is kept, not loaded again: {programs:?}")
        };
        assert!(door.starts_with("/door-") && own.starts_with(program), "{programs:?}");
        device.back().await;
        assert!(!device.has("sign-in").await, "the form that was filled in comes back");
    }
}
