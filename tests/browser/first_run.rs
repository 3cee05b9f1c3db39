//! The first day: from an empty folder to the first ticket on the phone of an engineer who scanned a card. Every press
//! is counted.

use std::cell::Cell;

use super::{
    driven::{Browser, Size},
    engine::Engine,
    server::Server,
    work::{CALL, PIN},
    world::{Language, speak},
};

/// More than that is no ten minutes any more.
const PRESSES_MAX: u32 = 40;

/// A person at a device, whose presses are counted. Typing is not pressing.
struct Hands<'a> {
    at: &'a Browser,
    pressed: &'a Cell<u32>,
}

impl Hands<'_> {
    fn count(&self) {
        self.pressed.set(self.pressed.get() + 1);
    }

    async fn press(&self, name: &str) {
        self.count();
        self.at.press(name).await;
    }

    async fn press_text(&self, text: &str) {
        self.count();
        self.at.press_text(text).await;
    }

    async fn pick(&self, field: &str, choice: &str) {
        self.count();
        self.at.pick(field, choice).await;
    }

    async fn tick(&self, field: &str) {
        self.count();
        self.at.tick(field).await;
    }
}

#[tokio::test]
async fn from_an_empty_folder_to_the_first_ticket_on_an_engineers_phone() {
    first_day(Language::Chinese).await;
}

#[tokio::test]
async fn the_first_day_in_english() {
    first_day(Language::English).await;
}

async fn first_day(language: Language) {
    let server = Server::empty();
    let (desk, phone) = tokio::join!(
        Browser::new(Engine::Chromium, Size::Desk, server.port()),
        Browser::new(Engine::Chromium, Size::Phone, server.port())
    );
    let pressed = Cell::new(0);
    let at_desk = Hands { at: &desk, pressed: &pressed };
    let on_phone = Hands { at: &phone, pressed: &pressed };
    let look = async |browser: &Browser, what: &str| {
        let name = format!("first-day-{}-{what}", language.code());
        browser.look(&name, language.is_english()).await;
    };

    // A stranger on the network sees the same page, but not the server's terminal.
    let stranger = Browser::new(Engine::Chromium, Size::Phone, server.port()).await;
    stranger.open("/").await;
    fill_in(&stranger, "ACDEF-GHJKM").await;
    stranger.press("set-up").await;
    stranger.see_control("set-up-trouble").await;

    // Whoever runs the server sets it up.
    desk.open("/").await;
    speak(&desk, language).await;
    fill_in(&desk, &server.setup_code().to_lowercase()).await;
    look(&desk, "setup").await;
    at_desk.press("set-up").await;
    desk.arrives_at("/desk/start").await;
    look(&desk, "start").await;

    // An engineer, a team.
    at_desk.press("start-people").await;
    desk.fill("#person-name", "李静").await;
    assert_eq!(desk.value("#person-login").await, "lj");
    look(&desk, "person").await;
    at_desk.press("save-person").await;
    desk.see_closed().await;
    desk.see("李静").await;
    at_desk.press_text(language.say("回到步骤", "Back to the steps")).await;
    see_done(&desk, 1).await;
    at_desk.press("start-team").await;
    desk.fill("#team-name", "售后技术部").await;
    at_desk.press("save-team").await;
    desk.see_closed().await;
    at_desk.press_text(language.say("回到步骤", "Back to the steps")).await;
    see_done(&desk, 2).await;
    at_desk.press("skip-lists").await;
    see_done(&desk, 3).await;

    // Her card, printed; she scans it.
    at_desk.press("start-cards").await;
    at_desk.press("make-cards").await;
    let code = desk.text("[data-name=card-code]").await;
    desk.see_control("print-cards").await;
    look(&desk, "cards").await;
    phone.open(&format!("/enrol#{}", code.replace('-', ""))).await;
    speak(&phone, language).await;
    phone.see("李静").await;
    let left: String = phone.js("return location.hash", &[]).await;
    assert_eq!(left, "", "the code does not stay in the address");
    phone.fill("#enrol-password", "li-jing-2026").await;
    phone.fill("#enrol-pin", PIN).await;
    look(&phone, "enrol").await;
    on_phone.press("enrol").await;
    phone.arrives_at("/today").await;
    phone.see_synced().await;

    // The card is used up, for whoever finds it.
    stranger.open("/enrol").await;
    stranger.fill("#enrol-code", &code).await;
    stranger.press("look").await;
    stranger.see_control("enrol-trouble").await;

    // The first call, and off it goes.
    at_desk.press_text(language.say("回到步骤", "Back to the steps")).await;
    see_done(&desk, 4).await;
    at_desk.press("start-ticket").await;
    desk.fill("#contact-phone", CALL.phone).await;
    desk.fill("#contact-name", CALL.name).await;
    desk.fill("#contact-address", CALL.address).await;
    desk.fill("#machine-model", CALL.model).await;
    desk.fill("#machine-serial", CALL.serial).await;
    desk.fill("#description", CALL.problem).await;
    at_desk.tick("#triage-now").await;
    at_desk.pick("#category", "hardware").await;
    at_desk.pick("#priority", "p2").await;
    at_desk.pick("#method", "onsite").await;
    at_desk.press("save-register").await;
    desk.arrives_at("/desk/tickets/").await;
    if desk.has("hand-over-ticket").await && !desk.may("dispatch").await {
        at_desk.press("hand-over-ticket").await;
    }
    at_desk.press("dispatch").await;
    at_desk.press_text("李静").await;
    at_desk.press("save-dispatch").await;
    desk.see_closed().await;
    desk.go("/desk/start").await;
    see_done(&desk, 5).await;
    look(&desk, "done").await;

    phone.press_tab("new").await;
    phone.see(CALL.name).await;
    look(&phone, "ticket").await;

    // The steps are over: the address opens the board, and the steps are found under one's own page.
    desk.open("/").await;
    desk.until("the board opens", "return location.pathname === '/desk'", &[]).await;
    desk.go("/me").await;
    desk.press("reopen-start").await;
    desk.arrives_at("/desk/start").await;

    println!("From an empty folder to the first ticket on a phone: {} presses.", pressed.get());
    assert!(pressed.get() <= PRESSES_MAX, "{} presses", pressed.get());
    desk.assert_calm().await;
    phone.assert_calm().await;
}

async fn fill_in(browser: &Browser, code: &str) {
    browser.fill("#setup-code", code).await;
    browser.fill("#setup-organisation", "海淀空调售后").await;
    browser.fill("#setup-name", "周婷").await;
    browser.fill("#setup-login", "zhouting").await;
    browser.fill("#setup-password", "doorstep-first").await;
}

async fn see_done(desk: &Browser, steps: u32) {
    desk.until(
        &format!("{steps} steps are done"),
        "return Number(seen('.start__steps')[0]?.dataset.done) === args[0]",
        &[steps.into()],
    )
    .await;
}
