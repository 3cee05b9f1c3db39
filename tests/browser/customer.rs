//! The device in the customer's hands.

use super::{work, world::Language};

#[tokio::test]
async fn the_customer_cannot_leave_the_hand_over() {
    let (_world, mut phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::up_to_the_customer(&phone, &ticket).await;
    phone.press("start-reading").await;
    phone.see_control("continue").await;

    let only_the_sheet = async |phone: &super::chromium::Browser| {
        phone.until("the hand-over is shown", "return seen('.handover').length === 1", &[]).await;
        let others = phone.count(".tab-bar, .nav-bar, .side-rail, a[href]").await;
        assert_eq!(others, 0, "a way out of the hand-over: {}", phone.screen().await);
    };
    only_the_sheet(&phone).await;
    phone.reload().await;
    only_the_sheet(&phone).await;
    phone.back().await;
    phone.ready().await;
    only_the_sheet(&phone).await;
    for path in ["/today", "/outbox", "/me", "/sign-in", "/desk", "/nowhere", "/?from=outside"] {
        phone.open(path).await;
        only_the_sheet(&phone).await;
    }
    phone.open(&format!("/tickets/{ticket}")).await;
    only_the_sheet(&phone).await;
    let tab = phone.tab().await;
    phone.new_tab().await;
    phone.open("/today").await;
    only_the_sheet(&phone).await;
    phone.look_at(&tab).await;
    phone.kill().await;
    phone.start().await;
    phone.open("/today").await;
    only_the_sheet(&phone).await;

    // A wrong PIN opens nothing.
    phone.press("engineer").await;
    work::type_pin(&phone, "1111").await;
    phone.see("PIN 不对").await;
    phone.reload().await;
    only_the_sheet(&phone).await;

    // The customer signs, and cannot go back to what was signed.
    if phone.has("start-reading").await {
        phone.press("start-reading").await;
    }
    work::answer_and_sign(&phone, Language::Chinese).await;
    phone.open(&format!("/tickets/{ticket}/work")).await;
    phone.back().await;
    phone.ready().await;
    phone.see_control("saved").await;
    only_the_sheet(&phone).await;
    work::take_back(&phone).await;
    phone.see(work::CALL.name).await;
    phone.assert_calm().await;
    desk.assert_calm().await;
}
