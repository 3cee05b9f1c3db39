//! The office cancels while the customer signs: both are right, and both read what happened.

use super::{work, world::Language};

#[tokio::test]
async fn the_office_cancels_while_the_customer_signs() {
    let language = Language::Chinese;
    let (_world, phone, desk) = work::a_morning(language).await;
    let ticket = work::job(&desk, &phone).await;
    work::accept(&phone, &ticket).await;
    work::begin_repair(&phone, &ticket).await;
    phone.see_synced().await;
    phone.go_offline().await;
    work::use_part(&phone).await;
    work::finish(&phone).await;
    work::hand_over(&phone).await;

    desk.go(&format!("/desk/tickets/{ticket}")).await;
    desk.press("cancel-ticket").await;
    desk.fill("#words", "客户来电说邻居已经修好").await;
    desk.press("save-cancel").await;
    desk.see_closed().await;
    desk.see("已取消").await;

    work::sign(&phone, language).await;
    phone.go_online().await;
    work::take_back(&phone).await;

    // The coordinator reads that the signature stands, and decides.
    desk.see("但客户已为完成的维修签字").await;
    desk.picture("story-cancel-desk").await;
    desk.see_control("open-sheet").await;
    desk.press("settle-bill").await;
    desk.see_control_gone("settle-bill").await;
    desk.see("照常结算").await;

    // The engineer reads that her work is kept.
    phone.go("/outbox").await;
    phone.see("取消此工单，您的记录全部保留").await;
    phone.picture("story-cancel-outbox").await;
    phone.press_each("mark-read").await;
    phone.see_synced().await;
    phone.assert_calm().await;
    desk.assert_calm().await;
}

#[tokio::test]
async fn a_job_that_was_given_away_is_named_where_it_was() {
    let (_world, phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::accept(&phone, &ticket).await;
    phone.see_synced().await;
    let number = phone.text(".nav-bar__title").await;
    phone.go_offline().await;
    work::note(&phone, &ticket, "已打过电话").await;
    phone.press("depart").await;
    phone.see_control("next-step").await;

    desk.go(&format!("/desk/tickets/{ticket}")).await;
    desk.press("dispatch").await;
    desk.press_text("王磊").await;
    desk.fill("#reassign-reason", "顺路").await;
    desk.press("save-dispatch").await;
    desk.see_closed().await;

    // Her note and her step are kept, and she reads of which job they were, though it has left her phone.
    phone.go_online().await;
    phone.see_all_sent().await;
    let named = format!("{number} {}", work::CALL.name);
    phone.open("/outbox").await;
    phone.see("改派此任务，您的记录全部保留").await;
    phone.see(&named).await;
    assert!(!phone.has("open-ticket").await, "a way to a page that is not here");
    phone.press_each("mark-read").await;
    phone.see_synced().await;

    // Whoever only looks at the day is told not to go there, until it is read.
    phone.open("/today").await;
    phone.see(&format!("{named}：此任务已不再派给您，请不要前往")).await;
    phone.press("understood").await;
    phone.see_control_gone("understood").await;
    phone.open("/outbox").await;
    phone.open("/today").await;
    phone.see_synced().await;
    assert!(!phone.reads(&named).await, "it was read already");
    phone.assert_calm().await;
    desk.assert_calm().await;
}
