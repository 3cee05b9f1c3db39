//! Every question the field can raise is decided at the desk, and every prepared answer does what it says.

use super::{
    driven::Browser,
    work,
    world::{Language, World},
};

/// Opens the questions and finds the one about this.
async fn look_at_question(desk: &Browser, about: &str) {
    desk.see_synced().await;
    desk.go("/desk/decisions").await;
    desk.see(about).await;
}

/// Presses the answer on the ticket's own page, where no other question has the same answers, and sees that it is
/// the last word.
async fn answer(desk: &Browser, ticket: &str, button: &str, said: &str) {
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    desk.press(button).await;
    desk.see_control_gone(button).await;
    desk.see("已决定").await;
    desk.see(said).await;
}

async fn rename_at_desk(desk: &Browser, ticket: &str, name: &str) {
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    if !desk.has("edit-contact").await {
        desk.press("more-actions").await;
    }
    desk.press("edit-contact").await;
    desk.fill("#contact-name", name).await;
    desk.press("save-contact").await;
    desk.see_closed().await;
    desk.see_synced().await;
}

async fn rename_on_phone(phone: &Browser, ticket: &str, name: &str) {
    phone.go(&format!("/tickets/{ticket}")).await;
    phone.press("edit-contact").await;
    phone.fill("#contact-name", name).await;
    phone.press("save-contact").await;
    phone.see_closed().await;
}

async fn give_to(desk: &Browser, ticket: &str, engineer: &str) {
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    desk.press("dispatch").await;
    desk.press_text(engineer).await;
    desk.fill("#reassign-reason", "改由就近的工程师上门").await;
    desk.press("save-dispatch").await;
    desk.see_closed().await;
    desk.see_synced().await;
}

#[tokio::test]
async fn two_changes_of_the_same_thing_are_decided_with_both_in_sight() {
    let (_world, phone, desk): (World, Browser, Browser) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::accept(&phone, &ticket).await;
    phone.see_synced().await;
    let rounds = [("settle-keep", "保留现值"), ("settle-take-proposal", "采用新值")];
    for (round, (button, said)) in rounds.into_iter().enumerate() {
        let (at_desk, at_door) = (format!("宋敏甲{round}"), format!("宋敏乙{round}"));
        phone.go_offline().await;
        rename_on_phone(&phone, &ticket, &at_door).await;
        rename_at_desk(&desk, &ticket, &at_desk).await;
        phone.go_online().await;
        phone.see_all_sent().await;
        look_at_question(&desk, "两人修改了同一项").await;
        // What stood before, what stands, what was proposed; each with who said so.
        for side in ["修改前", "现值", "另一建议", "刘敏", "李静", &at_desk, &at_door]
        {
            desk.see(side).await;
        }
        desk.picture(&format!("story-decisions-{round}")).await;
        answer(&desk, &ticket, button, said).await;
        let stands = if button == "settle-keep" { &at_desk } else { &at_door };
        desk.see(stands).await;
        phone.go("/outbox").await;
        phone.press_each("mark-read").await;
    }
    desk.assert_calm().await;
}

#[tokio::test]
async fn work_for_a_visit_that_was_given_away_is_settled_in_each_way() {
    let (_world, phone, desk): (World, Browser, Browser) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    let ways = [
        ("settle-acknowledge", "知道了"),
        ("settle-bill", "照常结算"),
        ("settle-goodwill", "免费，作为客户关怀"),
    ];
    for (round, (button, said)) in ways.into_iter().enumerate() {
        if round > 0 {
            give_to(&desk, &ticket, "李静").await;
            phone.go("/today").await;
            phone.see_synced().await;
        }
        work::accept(&phone, &ticket).await;
        phone.see_synced().await;
        phone.go_offline().await;
        phone.press("depart").await;
        give_to(&desk, &ticket, "王磊").await;
        phone.go_online().await;
        phone.see_all_sent().await;
        look_at_question(&desk, "任务取消或改派后，仍收到工程师的现场记录").await;
        desk.see("改由就近的工程师上门").await;
        answer(&desk, &ticket, button, said).await;
        phone.go("/outbox").await;
        phone.press_each("mark-read").await;
    }
    desk.assert_calm().await;
}

#[tokio::test]
async fn a_sheet_is_voided_only_with_a_reason() {
    let language = Language::Chinese;
    let (_world, phone, desk): (World, Browser, Browser) = work::a_morning(language).await;
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
    desk.fill("#words", "客户来电取消").await;
    desk.press("save-cancel").await;
    desk.see_closed().await;
    work::sign(&phone, language).await;
    phone.go_online().await;
    work::take_back(&phone).await;
    look_at_question(&desk, "但客户已为完成的维修签字").await;
    // The signature itself is there to be looked at, and why the office had cancelled.
    desk.until("the signature is drawn", "return seen('.side .signature').length > 0", &[]).await;
    desk.see("客户来电取消").await;
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    desk.see_control("settle-void").await;
    assert!(!desk.may("settle-void").await, "voiding needs a reason");
    desk.fill("说明", "签字人不是客户本人").await;
    desk.press("settle-void").await;
    desk.see_control_gone("settle-void").await;
    desk.see("服务单作废").await;
    desk.see("签字人不是客户本人").await;
    desk.assert_calm().await;
}
