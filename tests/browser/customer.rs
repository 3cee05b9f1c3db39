//! The device in the customer's hands.

use super::{
    driven::Browser,
    storage::{HOLD_BACK_COMMITS, KEPT_TWICE},
    work,
    world::Language,
};

/// Whether these words lie anywhere in the memory of the program that shows this page.
async fn remembers(phone: &Browser, words: &str) -> bool {
    let script = "return (async () => {
        const { field } = document.getElementById('boot').dataset;
        const program = await import(new URL(field, document.baseURI).href);
        const { memory } = await program.default();
        const bytes = new Uint8Array(memory.buffer);
        const wanted = new TextEncoder().encode(args[0]);
        let at = bytes.indexOf(wanted[0]);
        while (at >= 0 && !wanted.every((byte, n) => bytes[at + n] === byte)) {
            at = bytes.indexOf(wanted[0], at + 1);
        }
        return at >= 0;
    })()";
    phone.js(script, &[words.into()]).await
}

#[tokio::test]
async fn what_the_customer_holds_knows_no_other_ticket_and_asks_nobody() {
    let (_world, mut phone, desk) = work::a_morning(Language::Chinese).await;
    let other = work::register(&desk, &work::NEIGHBOUR).await;
    work::dispatch(&desk, &other, "李静").await;
    let ticket = work::job(&desk, &phone).await;
    let neighbour = work::NEIGHBOUR.address;
    phone.see(work::NEIGHBOUR.name).await;
    assert!(remembers(&phone, neighbour).await, "the engineer's page knows both");
    work::up_to_the_customer(&phone, &ticket).await;

    let holds_one_sheet = async |phone: &Browser| {
        phone.until("the hand-over is shown", "return seen('.handover').length === 1", &[]).await;
        assert!(remembers(phone, work::CALL.address).await, "the sheet that is shown");
        assert!(!remembers(phone, neighbour).await, "another ticket is in memory");
        let asked: Vec<String> = phone
            .js(
                "return performance.getEntriesByType('resource').map((it) => new URL(it.name).pathname).filter((path) => path.startsWith('/api/'))",
                &[],
            )
            .await;
        assert!(asked.is_empty(), "a customer's page talks to the server: {asked:?}");
    };
    holds_one_sheet(&phone).await;
    phone.kill().await;
    phone.start().await;
    phone.open("/tickets").await;
    holds_one_sheet(&phone).await;
    phone.press("start-reading").await;
    work::answer_and_sign(&phone, Language::Chinese).await;
    holds_one_sheet(&phone).await;
    // What was answered outlives the page, and is sent when the engineer has the device back.
    phone.reload().await;
    phone.see_control("saved").await;
    holds_one_sheet(&phone).await;
    work::take_back(&phone).await;
    phone.see_synced().await;
    assert!(remembers(&phone, neighbour).await, "the engineer's page knows both again");
    phone.assert_calm().await;
    desk.assert_calm().await;
}

#[tokio::test]
async fn the_customer_cannot_leave_the_hand_over() {
    let (_world, mut phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::up_to_the_customer(&phone, &ticket).await;
    phone.press("start-reading").await;
    phone.see_control("continue").await;

    let only_the_sheet = async |phone: &Browser| {
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

#[tokio::test]
async fn a_sheet_whose_page_died_while_it_was_signed_is_signed_once() {
    let (mut world, mut phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::up_to_the_customer(&phone, &ticket).await;
    phone.press("start-reading").await;
    phone.press("continue").await;
    phone.pick("#solved", "yes").await;
    phone.press("to-signature").await;
    phone.draw_signature().await;
    phone.see_draft_kept("\"screen\":\"sign\"").await;
    phone.js::<()>(HOLD_BACK_COMMITS, &[]).await;
    phone.press("sign").await;
    phone.until("the second journal has it", KEPT_TWICE, &["strokes".into()]).await;
    phone.kill().await;
    world.server.restart();

    phone.start().await;
    phone.open("/today").await;
    phone.draw_signature().await;
    phone.press("sign").await;
    phone.see_control("saved").await;
    work::take_back(&phone).await;
    // What lies in the second journal stays there until it was compared, sent and answered.
    let gone = format!("{KEPT_TWICE}.then((kept) => !kept)");
    phone.until("the second journal let it go", &gone, &["strokes".into()]).await;
    // What the desk reads last came after every signature.
    let last = "设备已收回";
    work::note(&phone, &ticket, last).await;
    phone.see_synced().await;
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    desk.see("-W01-S1").await;
    desk.see(last).await;
    assert!(!desk.reads("-W01-S2").await && !desk.has("flag").await, "{}", desk.screen().await);
    assert!(!phone.has("loss").await, "nothing was lost");
}

#[tokio::test]
async fn whoever_asks_for_the_device_while_no_pin_is_taken_reads_it_at_once() {
    let (_world, phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::up_to_the_customer(&phone, &ticket).await;
    phone.press("engineer").await;
    phone.press("pin-unlock").await;
    phone.see("请输入 PIN").await;
    for left in (1..10).rev() {
        work::type_pin(&phone, "1111").await;
        phone.see(&format!("还可以试 {left} 次")).await;
    }
    work::type_pin(&phone, "1111").await;
    phone.see("输错次数太多").await;
    phone.reload().await;
    assert!(!phone.reads("输错次数太多").await, "the customer is not told of the engineer's PIN");
    phone.press("engineer").await;
    phone.see("输错次数太多").await;
    work::type_pin(&phone, work::PIN).await;
    phone
        .until("the right one is not taken either", "return field('#pin')?.value === ''", &[])
        .await;
    phone.see("输错次数太多").await;

    phone.press("pin-forgotten").await;
    phone.press("password-unlock").await;
    phone.see("请填写密码").await;
    phone.fill("#take-back-login", "li").await;
    phone.fill("#take-back-password", "doorstep-demo").await;
    phone.press("password-unlock").await;
    phone.arrives_at("/tickets/").await;
    phone.assert_calm().await;
    desk.assert_calm().await;
}

/// The driver of the browser asks serde_json to keep the order of keys, here and nowhere else; a program that was built
/// together with these stories once took what a customer signed for something else than what was locked.
#[test]
fn what_is_signed_does_not_depend_on_what_else_the_program_is_built_with() {
    let written = serde_json::json!({ "b": 1, "a": { "d": 3, "c": 4 } });
    assert!(written.to_string().starts_with("{\"b\""), "the order is kept in this program");
    let sorted = "5608653665e015b702c030fcd6bd89d62df3b3265fc501eaea92284b3dd11e85";
    assert_eq!(domain::sheet::digest(&written), sorted);
}
