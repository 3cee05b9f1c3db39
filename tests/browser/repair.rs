//! The main job, whole: dispatched at the desk, done without a network, signed, seen by everyone.

use super::{
    driven::{Browser, Size},
    engine::Engine,
    work,
    world::{COORDINATOR, LI, Language, World},
};

#[tokio::test]
async fn one_repair_from_the_call_to_the_signature_with_the_network_cut_in_the_middle() {
    one_repair(Engine::Chromium, Language::Chinese, Size::Phone).await;
}

#[tokio::test]
async fn one_repair_in_english_on_a_tablet() {
    one_repair(Engine::Chromium, Language::English, Size::Tablet).await;
}

pub async fn one_repair(engine: Engine, language: Language, size: Size) {
    let world = World::with(engine, language);
    let (mut phone, desk) =
        tokio::join!(world.device_of(LI, size), world.device_of(COORDINATOR, Size::Desk));
    let look = async |browser: &Browser, what: &str| {
        let name = work::picture_name(browser, language, what);
        browser.look(&name, language.is_english()).await;
    };

    // The desk takes the call and sends Li, who takes the job.
    let ticket = work::job(&desk, &phone).await;
    look(&phone, "dispatched").await;
    desk.until(
        "the ticket has its number",
        "return /\\b20\\d{9,}\\b/.test(document.body.innerText)",
        &[],
    )
    .await;
    work::accept(&phone, &ticket).await;
    desk.see(language.say("已接单", "Accepted")).await;
    phone.see_synced().await;
    // Had the second tap said anything, it would be said by now.
    phone.see_control("depart").await;

    // The network goes, and the phone with it. It starts again from what it has.
    phone.go_offline().await;
    phone.die_and_start().await;
    phone.open("/").await;
    phone.see(work::CALL.name).await;
    phone.go(&format!("/tickets/{ticket}")).await;
    work::call_and_appoint(&phone).await;
    work::long_note(&phone, &ticket, language).await;
    work::begin_repair(&phone, &ticket).await;
    look(&phone, "repair").await;
    work::use_part(&phone).await;

    // In the middle of it: a part for another job, and the neighbour at the door.
    let other = work::another_ticket(&phone, &ticket).await;
    let asked_for = work::request_part(&phone, &other).await;
    let provisional = work::new_ticket(&phone, &work::NEIGHBOUR).await;
    look(&phone, "provisional").await;

    // Meanwhile the desk writes a note and moves the appointment.
    work::note_at_desk(&desk, &ticket, "客户来电：请带一卷保温棉").await;
    work::appoint_at_desk(&desk, &ticket).await;

    phone.go(&format!("/tickets/{ticket}/work")).await;
    work::finish(&phone).await;
    work::hand_over(&phone).await;
    look(&phone, "hand-over").await;
    work::sign(&phone, language).await;
    look(&phone, "signed").await;
    work::take_back(&phone).await;
    let waiting = work::waiting(&phone).await;
    assert!(waiting >= 15, "only {waiting} entries wait");
    phone.go("/outbox").await;
    look(&phone, "outbox").await;

    // The network comes back, but at first only in one direction; then nothing is lost or doubled.
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    desk.js::<Option<bool>>("window.neverReloaded = true", &[]).await;
    phone.lose_answers().await;
    desk.see_control("open-sheet").await;
    assert_eq!(work::waiting(&phone).await, waiting, "the phone has heard nothing yet");
    phone.go_online().await;
    phone.see_all_sent().await;

    // The desk sees it all without having been reloaded.
    desk.see("断电放电后拆下旧电容").await;
    desk.see("压缩机电容 35µF × 1").await;
    desk.see(language.say("签字", "Signed")).await;
    assert_eq!(desk.count("[data-name=open-sheet]").await, 1, "one sheet, not two");
    look(&desk, "desk").await;
    desk.press("open-sheet").await;
    desk.arrives_at("/sheets/").await;
    desk.until("the signature is drawn", "return seen('svg.signature path').length > 0", &[]).await;
    desk.see("更换压缩机电容，试机正常").await;
    let rated = language.say("5 分", "5 of 5");
    desk.see(rated).await;
    look(&desk, "sheet").await;
    desk.go("/desk/part-requests").await;
    desk.see(asked_for).await;
    desk.go("/desk/tickets").await;
    desk.see(work::NEIGHBOUR.name).await;
    assert_eq!(desk.times(work::NEIGHBOUR.name).await, 1, "one new ticket, not two");
    desk.press_row(work::NEIGHBOUR.name).await;
    desk.see(&provisional).await;
    let stayed: Option<bool> = desk.js("return window.neverReloaded ?? null", &[]).await;
    assert_eq!(stayed, Some(true), "the desk was reloaded");

    // And the phone reads what the desk did meanwhile: the desk's appointment came first and stands.
    phone.go("/outbox").await;
    phone.see(language.say("别人先改了同一项", "Somebody changed the same thing first")).await;
    look(&phone, "answers").await;
    phone.go(&format!("/tickets/{ticket}")).await;
    phone.see("客户来电：请带一卷保温棉").await;

    // What the customer thought was said to the office.
    phone.press("sheet").await;
    phone.arrives_at("/sheets/").await;
    phone.see("更换压缩机电容，试机正常").await;
    assert_eq!(phone.times(rated).await, 0, "the engineer reads the ratings");
    // A sheet goes on paper; where no machine was taken along there is no slip that could.
    phone.see_control("print").await;
    phone.go(&format!("/slips/{ticket}")).await;
    phone.see(language.say("没有取机凭证", "there is no slip")).await;
    assert!(!phone.has("print").await, "an empty page is offered for printing");
    phone.quit().await;
    desk.assert_calm().await;
}
