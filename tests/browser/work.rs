//! What people do all day, step by step, with the words and buttons they see.

use serde_json::json;

use super::{
    driven::Browser,
    engine::Engine,
    world::{Language, World},
};

/// The engineer's PIN.
pub const PIN: &str = "2468";

/// A call at the hotline.
pub struct Call {
    pub phone: &'static str,
    pub name: &'static str,
    pub address: &'static str,
    pub model: &'static str,
    pub serial: &'static str,
    pub problem: &'static str,
}

/// The call the stories begin with.
pub const CALL: Call = Call {
    phone: "13910107788",
    name: "宋敏",
    address: "北京市海淀区知春路18号院5号楼602",
    model: "KFR-35GW/BP3",
    serial: "A35-2406-05521",
    problem: "主卧空调不制冷，外机有嗡嗡声",
};

/// The neighbour who comes out of the door when the van is there.
pub const NEIGHBOUR: Call = Call {
    phone: "13810105566",
    name: "邓洁",
    address: "北京市海淀区知春路18号院5号楼601",
    model: "KFR-26GW/BP3",
    serial: "A26-2302-00917",
    problem: "次卧空调漏水",
};

/// Takes the call down, triages it at once, and answers with the ticket's id.
pub async fn register(desk: &Browser, call: &Call) -> String {
    desk.go("/desk/register").await;
    take_down(desk, call).await;
    desk.press("save-register").await;
    let path = desk.arrives_at("/desk/tickets/").await;
    path.rsplit('/').next().expect("an id").to_owned()
}

/// Writes the call and its triage into the form.
pub async fn take_down(desk: &Browser, call: &Call) {
    desk.fill("#contact-phone", call.phone).await;
    desk.fill("#contact-name", call.name).await;
    desk.fill("#contact-address", call.address).await;
    desk.fill("#machine-model", call.model).await;
    desk.fill("#machine-serial", call.serial).await;
    desk.fill("#description", call.problem).await;
    desk.tick("#triage-now").await;
    desk.pick("#category", "hardware").await;
    desk.pick("#priority", "p2").await;
    desk.pick("#method", "onsite").await;
}

/// Sends the engineer with this name.
pub async fn dispatch(desk: &Browser, ticket: &str, engineer: &str) {
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    if desk.has("hand-over-ticket").await && !desk.may("dispatch").await {
        desk.press("hand-over-ticket").await;
    }
    desk.press("dispatch").await;
    desk.press_text(engineer).await;
    desk.press("save-dispatch").await;
    desk.see_closed().await;
}

/// A ticket that is dispatched to Li and shown on her phone.
pub async fn job(desk: &Browser, phone: &Browser) -> String {
    let ticket = register(desk, &CALL).await;
    dispatch(desk, &ticket, "李静").await;
    phone.go("/today").await;
    phone.press_tab("new").await;
    phone.see(CALL.name).await;
    ticket
}

/// Takes the job.
pub async fn accept(phone: &Browser, ticket: &str) {
    phone.go(&format!("/tickets/{ticket}")).await;
    phone.see_control("accept").await;
    let twice = phone.js::<bool>(DOUBLE_TAP, &[]).await;
    assert!(twice);
    phone.see_control("depart").await;
}

/// Taps once on what is there and once on what stands there as soon as it does: the second was meant for the first.
const DOUBLE_TAP: &str = "return new Promise((done) => {
    const watch = new MutationObserver(() => {
        const next = named('depart');
        if (!next) return;
        watch.disconnect();
        next.click();
        done(true);
    });
    watch.observe(document.body, { childList: true, subtree: true, attributes: true });
    named('accept').click();
});";

/// The call with the customer and the window agreed on.
pub async fn call_and_appoint(phone: &Browser) {
    phone.press("log-call").await;
    phone.fill("#call-summary", "客户在家，小区可以停车").await;
    phone.press("save-call").await;
    phone.see_closed().await;
    phone.press("appoint").await;
    phone.fill("#appoint-day", &tomorrow()).await;
    phone.fill("#appoint-from", "14:00").await;
    phone.fill("#appoint-to", "16:00").await;
    phone.press("save-appointment").await;
    phone.see_closed().await;
}

/// From the van to the open machine: departed, arrived with consent, inspected, talked, begun.
pub async fn begin_repair(phone: &Browser, ticket: &str) {
    phone.go(&format!("/tickets/{ticket}")).await;
    phone.press("depart").await;
    phone.press("next-step").await;
    phone.arrives_at("/work").await;
    // The big button leads to the section, also where that is in sight, and records nothing by itself: not at a second
    // tap either. A hand does not scroll to a bar that is always there.
    let pressed = "const next = named('next-step');
        if (!named('arrive') || !next) return false;
        next.click();
        next.click();
        return document.activeElement.id === 'arrival'";
    phone.until("the big button leads there", pressed, &[]).await;
    phone.press("arrive").await;
    phone.press("consent").await;
    phone.fill("#inspect-findings", "压缩机电容鼓包，外机不启动").await;
    phone.press("inspect").await;
    phone.fill("#talk-summary", "更换电容，保内免费，客户同意").await;
    phone.press("talk").await;
    phone.press("start-repair").await;
    phone.unfold("open-repair", "#progress-text").await;
    phone.fill("#progress-text", "断电放电后拆下旧电容").await;
    phone.press("progress").await;
    phone.see("断电放电后拆下旧电容").await;
}

/// A capacitor from her own bag.
pub async fn use_part(phone: &Browser) {
    phone.unfold("open-parts", "[data-name=pick-part]").await;
    phone.press_beside("CAP-35UF", "pick-part").await;
    phone.press("use-part").await;
    phone.see("压缩机电容 35µF × 1").await;
}

/// The machine works, and the customer has seen it.
pub async fn finish(phone: &Browser) {
    phone.unfold("open-outcome", "#finish-cause").await;
    phone.pick("#finish-cause", "part_failure").await;
    phone.fill("#finish-cause-text", "电容老化").await;
    phone.fill("#finish-solution", "更换压缩机电容，试机正常").await;
    phone.tick("#finish-checked").await;
    phone.tick("#finish-restored").await;
    phone.press("finish").await;
}

/// Writes pages about the job; the history shows their beginning, and the rest at a press.
pub async fn long_note(phone: &Browser, ticket: &str, language: Language) {
    note(phone, ticket, &"上门前客户来电，说机器又响了一夜。".repeat(20)).await;
    let state = "const button = named('more-text');
        return button?.ariaExpanded === args[0] && button.ariaLabel.includes(args[1])
            && document.getElementById(button.getAttribute('aria-controls')).matches(args[2])";
    let what = language.say("备注", "Note");
    phone
        .until("it is folded", state, &[json!("false"), json!(what), json!("[data-folded]")])
        .await;
    phone.press("more-text").await;
    phone
        .until("it is open", state, &[json!("true"), json!(what), json!(":not([data-folded])")])
        .await;
}

/// Locks the sheet and gives the device away; the first time a PIN is chosen.
pub async fn hand_over(phone: &Browser) {
    phone.press("lock-sheet").await;
    phone.press("hand-over").await;
    phone
        .until(
            "the PIN is asked or the device is given",
            "return !!(named('start-reading') || named('pin-save'))",
            &[],
        )
        .await;
    if phone.has("pin-save").await {
        phone.fill("#new-pin", PIN).await;
        phone.fill("#repeat-pin", PIN).await;
        phone.press("pin-save").await;
    }
    phone.see_control("start-reading").await;
}

/// The customer reads, answers and signs.
pub async fn sign(device: &Browser, language: Language) {
    device.press("start-reading").await;
    answer_and_sign(device, language).await;
}

/// The same from the page that says what was done.
pub async fn answer_and_sign(device: &Browser, language: Language) {
    let look = async |screen: &str| {
        let name = picture_name(device, language, &format!("customer-{screen}"));
        device.look(&name, language.is_english()).await;
    };
    device.see("更换压缩机电容，试机正常").await;
    device.see(language.say("叁拾贰元伍角整", "¥32.50")).await;
    look("reads").await;
    device.press("continue").await;
    device.pick("#solved", "yes").await;
    for rating in ["speed-5", "solving-5", "attitude-4"] {
        device.press(rating).await;
    }
    look("answers").await;
    device.press("to-signature").await;
    device.draw_signature().await;
    look("signs").await;
    device.press("sign").await;
    device.see_control("saved").await;
    look("done").await;
}

/// What a picture of a story is called.
pub fn picture_name(browser: &Browser, language: Language, what: &str) -> String {
    match browser.engine() {
        Engine::Chromium => format!("story-{}-{what}", language.code()),
        other => format!("story-{}-{}-{what}", other.name(), language.code()),
    }
}

/// The engineer takes the device back.
pub async fn take_back(device: &Browser) {
    device.press("take-back").await;
    type_pin(device, PIN).await;
    device.arrives_at("/tickets/").await;
}

pub async fn type_pin(device: &Browser, pin: &str) {
    for digit in pin.chars() {
        device.press(&format!("pin-{digit}")).await;
    }
    device.press("pin-unlock").await;
}

/// Everything of a visit, from the accepted job to the device in the customer's hands.
pub async fn up_to_the_customer(phone: &Browser, ticket: &str) {
    accept(phone, ticket).await;
    begin_repair(phone, ticket).await;
    use_part(phone).await;
    finish(phone).await;
    hand_over(phone).await;
}

/// Writes a note on a ticket, on the phone.
pub async fn note(phone: &Browser, ticket: &str, text: &str) {
    phone.go(&format!("/tickets/{ticket}")).await;
    phone.fill("#note", text).await;
    phone.press("save-note").await;
    phone.see(text).await;
}

/// Writes a note on a ticket, at the desk.
pub async fn note_at_desk(desk: &Browser, ticket: &str, text: &str) {
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    desk.fill("#note", text).await;
    desk.press("note").await;
    desk.see(text).await;
}

/// A ticket of the demo that Li has on her phone.
pub async fn some_ticket(phone: &Browser) -> String {
    phone.go("/tickets").await;
    phone
        .until(
            "a ticket is there",
            "return seen('[data-name=ticket] a.ticket__title').length > 0",
            &[],
        )
        .await;
    phone
        .js("return seen('[data-name=ticket] a.ticket__title')[0].pathname.split('/').at(-1)", &[])
        .await
}

/// The ticket of the demo whose machine is with Li.
pub async fn machine_kept(phone: &Browser) -> String {
    phone.go("/today").await;
    let due = "document.querySelector('a[data-name=give-back-due]')";
    phone.until("a machine is to be given back", &format!("return !!{due}"), &[]).await;
    phone.js(&format!("return {due}.pathname.split('/').at(-1)"), &[]).await
}

/// A ticket of Li's that is not this one.
pub async fn another_ticket(phone: &Browser, ticket: &str) -> String {
    phone.go("/today").await;
    phone.go("/tickets").await;
    let others = "seen('[data-name=ticket] a.ticket__title').map((a) => a.pathname.split('/').at(-1)).filter((id) => id !== args[0])";
    let ticket = [json!(ticket)];
    phone.until("another ticket is there", &format!("return {others}.length > 0"), &ticket).await;
    phone.js(&format!("return {others}[0]"), &ticket).await
}

/// Moves the appointment to tomorrow morning, at the desk.
pub async fn appoint_at_desk(desk: &Browser, ticket: &str) {
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    desk.press("appoint").await;
    let tomorrow = tomorrow();
    desk.fill("#window-from", &format!("{tomorrow}T09:00")).await;
    desk.fill("#window-to", &format!("{tomorrow}T11:00")).await;
    desk.press("save-appoint").await;
    desk.see_closed().await;
}

/// The date of tomorrow where the demo organisation works.
fn tomorrow() -> String {
    let here = chrono::Utc::now() + chrono::TimeDelta::hours(8);
    (here + chrono::Days::new(1)).format("%Y-%m-%d").to_string()
}

/// How many entries of this device have no answer yet, as the cloud in the corner says.
pub async fn waiting(phone: &Browser) -> u32 {
    phone.see_control("sync").await;
    phone.js("return Number(named('sync').innerText.trim())", &[]).await
}

/// Waits until that many entries wait.
pub async fn see_waiting(phone: &Browser, count: u32) {
    phone
        .until(
            &format!("{count} entries wait"),
            "return Number(named('sync')?.innerText.trim()) === args[0]",
            &[json!(count)],
        )
        .await;
}

/// A world, its phone and its desk.
pub async fn a_morning(language: Language) -> (World, Browser, Browser) {
    let world = World::new(language);
    let (phone, desk) = world.phone_and_desk().await;
    (world, phone, desk)
}

/// Asks for a part for a ticket, and answers with what was asked for.
pub async fn request_part(phone: &Browser, ticket: &str) -> &'static str {
    phone.go(&format!("/tickets/{ticket}")).await;
    phone.press("request-parts").await;
    phone.arrives_at("/parts").await;
    phone.press_beside("PCB-35-01", "add-part").await;
    phone.fill("#request-note", "主控板通讯口虚焊").await;
    phone.press("send-request").await;
    phone.see("主控板通讯口虚焊").await;
    "主控板通讯口虚焊"
}

/// Takes down the neighbour's call at the door, and answers with the provisional number.
pub async fn new_ticket(phone: &Browser, call: &Call) -> String {
    phone.go("/today").await;
    phone.go("/tickets/new").await;
    phone.fill("#new-phone", call.phone).await;
    phone.fill("#new-name", call.name).await;
    phone.fill("#new-address", call.address).await;
    phone.fill("#new-model", call.model).await;
    phone.fill("#new-serial", call.serial).await;
    phone.fill("#new-description", call.problem).await;
    phone.press("new-ticket").await;
    phone.see_control("open-new").await;
    phone.text("[data-name=provisional]").await
}

/// The ticket Li is at work on.
pub async fn ticket_under_way(phone: &Browser) -> String {
    phone.go("/today").await;
    phone
        .until(
            "a job is pinned",
            "return seen('.ticket[data-current] a.ticket__title').length > 0",
            &[],
        )
        .await;
    phone
        .js(
            "return seen('.ticket[data-current] a.ticket__title')[0].pathname.split('/').at(-1)",
            &[],
        )
        .await
}

/// The path of a signed sheet Li can open.
pub async fn some_sheet(phone: &Browser) -> Option<String> {
    phone.go("/today").await;
    phone.press_tab("done").await;
    phone
        .until(
            "a finished job is there",
            "return seen('[data-name=list] a.ticket__title').length > 0",
            &[],
        )
        .await;
    let done: String = phone
        .js("return seen('[data-name=list] a.ticket__title')[0].getAttribute('href')", &[])
        .await;
    phone.go(&done).await;
    phone.see_control("sheet").await;
    phone.js("return named('sheet')?.closest('a')?.getAttribute('href') ?? named('sheet')?.getAttribute('href') ?? null", &[]).await
}

/// One ticket of each column of the board.
pub async fn desk_tickets(desk: &Browser) -> Vec<String> {
    desk.go("/desk").await;
    desk.until("the board is there", "return seen('.board__card').length > 5", &[]).await;
    desk.js(
        "return seen('.board__column').map((c) => c.querySelector('[data-ticket]')?.dataset.ticket).filter(Boolean)",
        &[],
    )
    .await
}
