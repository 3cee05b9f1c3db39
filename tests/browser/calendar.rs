//! The coordinator plans a visit on the calendar: with the mouse, with the keys, in the dialog, and takes it back.

use std::time::Duration;

use serde_json::json;
use thirtyfour::By;

use super::{
    driven::{Browser, Size},
    work,
    world::{Language, World},
};

const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const LEFT: &str = "\u{e012}";
const RIGHT: &str = "\u{e014}";

#[tokio::test]
async fn a_visit_is_planned_by_mouse_by_keys_and_in_the_dialog() {
    plan(Language::Chinese).await;
}

#[tokio::test]
async fn a_visit_is_planned_by_mouse_by_keys_and_in_the_dialog_in_english() {
    plan(Language::English).await;
}

async fn plan(language: Language) {
    let world = World::new(language);
    let (phone, mut desk) = world.phone_and_desk().await;
    let ticket = work::register(&desk, &work::CALL).await;
    desk.go("/desk/calendar").await;
    // Tomorrow has hours left, whenever this runs.
    desk.press("calendar-later").await;
    desk.see_control("waiting-ticket").await;
    let day = desk.value("#calendar-day").await;

    // The mouse carries the card to a place that the calendar proposes.
    drag_to_proposal(&desk, &ticket).await;
    see_planned(&desk, &ticket).await;
    // It was the wrong one: a moment later it waits again.
    desk.press_text(language.say("撤销", "Undo")).await;
    see_waiting(&desk, &ticket).await;

    // The keys take it up, and put it where the cursor is: where it fits best. Held for long, each does it once.
    let focus = "const card = seen(`[data-take=\"${args[0]}\"]`)[0]; card?.focus(); \
        return !!card && document.activeElement === card";
    desk.until("the card takes the focus", focus, &[json!(ticket)]).await;
    desk.hold_key("Enter").await;
    see_said(&desk, language.say("已拿起", "Picked up")).await;
    desk.press_key(RIGHT).await;
    desk.press_key(LEFT).await;
    desk.hold_key(" ").await;
    see_planned(&desk, &ticket).await;
    assert!(!desk.has("close-panel").await, "one press of the space bar does one thing");

    // Taken up once more and put back, it stays, and so does what is looked at beside it until the next Escape.
    desk.press_key(" ").await;
    desk.see_control("close-panel").await;
    desk.press_key(ENTER).await;
    see_said(&desk, language.say("已拿起", "Picked up")).await;
    desk.press_key(ESCAPE).await;
    see_said(&desk, language.say("已放回原处", "Put back")).await;
    see_planned(&desk, &ticket).await;
    assert!(desk.has("close-panel").await, "one Escape does one thing");
    desk.press_key(ESCAPE).await;
    desk.see_control_gone("close-panel").await;

    // The dialog says what speaks against eight in the evening, and asks why somebody else gets it.
    let row = "return words(seen(`[data-name=calendar-block][data-ticket=\"${args[0]}\"]`)[0].closest('.calendar__row'))";
    let has_it: String = desk.js(row, &[json!(ticket)]).await;
    let other = if has_it.contains("李静") { "王磊" } else { "李静" };
    desk.press_key("p").await;
    desk.press_text(other).await;
    desk.fill("#plan-day", &day).await;
    desk.fill("#plan-time", "20:00").await;
    desk.see_control("warnings").await;
    desk.see(language.say("不在工作时间", "outside working hours")).await;
    assert!(!desk.may("save-dispatch").await, "a plan against the advice needs a reason");
    desk.fill("#reassign-reason", "客户只有晚上在家").await;
    desk.picture(&format!("story-{}-plan", language.code())).await;
    desk.press("save-dispatch").await;
    desk.see_closed().await;
    see_planned(&desk, &ticket).await;
    desk.look(&format!("story-{}-calendar", language.code()), language.is_english()).await;
    see_now(&mut desk).await;
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    desk.see("客户只有晚上在家").await;
    if other == "李静" {
        see_job(&phone).await;
    }
    phone.assert_calm().await;
    desk.assert_calm().await;
}

/// Takes the ticket's card with the mouse and puts it where the calendar marks a free time.
async fn drag_to_proposal(desk: &Browser, ticket: &str) {
    let web = desk.web();
    let at_once = Some(Duration::ZERO);
    let card = web.find(By::Css(format!("[data-take=\"{ticket}\"]"))).await.expect("a card");
    card.scroll_into_view().await.expect("a card in sight");
    let chain = web.action_chain_with_delay(at_once, at_once);
    let taken = chain.move_to_element_center(&card).click_and_hold().move_by_offset(24, 8);
    taken.perform().await.expect("the mouse takes it");
    desk.until("a place is proposed", "return seen('.calendar__free').length > 0", &[]).await;
    let place = "const place = seen('.calendar__free')[0].getBoundingClientRect(); \
        return [Math.round(place.left + 4), Math.round(place.top + place.height / 2)]";
    let (x, y): (i64, i64) = desk.js(place, &[]).await;
    let chain = web.action_chain_with_delay(at_once, at_once);
    chain.move_to(x, y).release().perform().await.expect("the mouse lets go");
}

/// Where the hours do not fit, today opens at now, and another day at its beginning.
async fn see_now(desk: &mut Browser) {
    desk.resize(Size::Wide).await;
    let letters = "document.documentElement.dataset.size = args[0]; return true";
    desk.until("the letters are large", letters, &[json!("large")]).await;
    desk.press("calendar-later").await;
    let beginning = "const grid = named('calendar-grid');
        return grid.scrollWidth > grid.clientWidth && grid.scrollLeft === 0";
    desk.until("another day opens at its beginning", beginning, &[]).await;
    let evening = "const real = Date.now; const shift = new Date().setHours(18, 30, 0, 0) - real();
        Date.now = () => real() + shift; return true";
    desk.until("it is half past six", evening, &[]).await;
    desk.press("calendar-today").await;
    let now = "const grid = named('calendar-grid');
        const hour = [...grid.querySelectorAll('.calendar__hours > *')].find((it) => words(it) === '18:00');
        const [cell, frame] = [hour.getBoundingClientRect(), grid.getBoundingClientRect()];
        return grid.scrollLeft > 0 && cell.left > frame.left && cell.right < frame.right";
    desk.until("today opens at now", now, &[]).await;
    desk.until("the letters are as before", letters, &[json!("")]).await;
    desk.resize(Size::Desk).await;
}

/// What is said to those who do not see the calendar.
async fn see_said(desk: &Browser, text: &str) {
    let script =
        "return document.querySelector('[aria-live=assertive]').textContent.includes(args[0])";
    desk.until(&format!("“{text}” is said"), script, &[json!(text)]).await;
}

async fn see_planned(desk: &Browser, ticket: &str) {
    let script = "return seen(`[data-name=calendar-block][data-ticket=\"${args[0]}\"]`).length === 1 && seen(`[data-take=\"${args[0]}\"]`).length === 0";
    desk.until("the visit stands on the calendar", script, &[json!(ticket)]).await;
}

async fn see_waiting(desk: &Browser, ticket: &str) {
    let script = "return seen(`[data-take=\"${args[0]}\"]`).length === 1 && seen(`[data-name=calendar-block][data-ticket=\"${args[0]}\"]`).length === 0";
    desk.until("the ticket waits to be planned", script, &[json!(ticket)]).await;
}

async fn see_job(phone: &Browser) {
    phone.go("/today").await;
    phone.press_tab("new").await;
    phone.see(work::CALL.name).await;
}
