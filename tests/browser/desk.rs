//! The desk by keyboard, many tickets at once, and a board that keeps still under the pointer.

use serde_json::json;

use super::{
    driven::{Browser, Size},
    work,
    world::{COORDINATOR, Language, World},
};

/// A key as the page hears it.
#[derive(Clone, Copy, Default)]
struct Key {
    control: bool,
    /// Whether an input method is composing with it.
    composing: bool,
}

async fn key(desk: &Browser, name: &str, Key { control, composing }: Key) {
    let script = "(document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', \
        { key: args[0], ctrlKey: args[1], isComposing: args[2], bubbles: true, cancelable: true })); return true";
    let _heard: bool = desk.js(script, &[json!(name), json!(control), json!(composing)]).await;
}

async fn a_desk() -> (World, Browser) {
    let world = World::new(Language::Chinese);
    let desk = world.device_of(COORDINATOR, Size::Desk).await;
    (world, desk)
}

async fn asks(desk: &Browser) -> bool {
    desk.settled().await;
    desk.count("dialog[open]").await > 0
}

/// Whether the ticket hangs in this column.
async fn see_in_column(desk: &Browser, ticket: &str, column: &str) {
    desk.until(
        &format!("the ticket hangs in {column}"),
        "return !!document.querySelector(`.board__column[data-stage=\"${args[1]}\"] [data-ticket=\"${args[0]}\"]`)",
        &[json!(ticket), json!(column)],
    )
    .await;
}

async fn focus_card(desk: &Browser, ticket: &str) {
    desk.until(
        "the card takes the focus",
        "const link = document.querySelector(`.board__card[data-ticket=\"${args[0]}\"] a`); link?.focus(); \
         return !!link && document.activeElement === link",
        &[json!(ticket)],
    )
    .await;
}

#[tokio::test]
async fn the_palette_finds_by_initials_and_no_key_acts_while_somebody_composes() {
    let (_world, desk) = a_desk().await;
    let ticket = work::register(&desk, &work::CALL).await;
    desk.go("/desk").await;
    for name in ["n", "m", "p", "x", "?", "/"] {
        key(&desk, name, Key { composing: true, ..Key::default() }).await;
    }
    key(&desk, "k", Key { control: true, composing: true }).await;
    assert!(!asks(&desk).await, "nothing opens while somebody composes");
    assert_eq!(desk.path().await, "/desk");

    key(&desk, "k", Key { control: true, ..Key::default() }).await;
    // The first letters of the customer's name, and the page by the letters of its name.
    desk.fill("#palette-input", "sm").await;
    desk.see(work::CALL.name).await;
    desk.picture("story-desk-palette").await;
    key(&desk, "Enter", Key { composing: true, ..Key::default() }).await;
    assert!(asks(&desk).await, "the word is not chosen yet");
    desk.fill("#palette-input", work::CALL.name).await;
    desk.until(
        "the ticket is the one that is chosen",
        "return document.querySelector('#palette-list [aria-selected=true]')?.innerText.includes(args[0])",
        &[json!(work::CALL.name)],
    )
    .await;
    key(&desk, "Enter", Key::default()).await;
    desk.arrives_at(&ticket).await;

    key(&desk, "?", Key::default()).await;
    desk.see("键盘快捷键").await;
    desk.assert_calm().await;
}

#[tokio::test]
async fn a_held_enter_presses_once_and_writes_many_lines() {
    let (_world, desk) = a_desk().await;
    work::register(&desk, &work::CALL).await;
    let focus = "const it = document.querySelector(args[0]); it?.focus(); return !!it && document.activeElement === it";
    desk.until("the button takes the focus", focus, &[json!("[data-name=palette]")]).await;
    desk.hold_key("Enter").await;
    assert!(asks(&desk).await, "what Enter opened is not answered by it");
    desk.press_key("\u{e00c}").await;
    desk.see_closed().await;
    desk.until("the field takes the focus", focus, &[json!("#note")]).await;
    desk.hold_key("Enter").await;
    assert_eq!(desk.value("#note").await, "\n\n\n");
    desk.assert_calm().await;
}

#[tokio::test]
async fn a_card_moves_by_keyboard_to_where_the_rule_lets_it_and_its_visit_is_planned() {
    let (_world, desk) = a_desk().await;
    let ticket = work::register(&desk, &work::CALL).await;
    desk.go("/desk").await;
    see_in_column(&desk, &ticket, "intake").await;
    focus_card(&desk, &ticket).await;
    key(&desk, "m", Key::default()).await;
    desk.see_control("move-on-hold").await;
    desk.picture("story-desk-move").await;
    assert!(!desk.may("move-on-hold").await, "nobody works on it yet");
    assert!(!desk.may("move-to-confirm").await, "the engineer does this in the field");
    desk.press("move-to-dispatch").await;
    see_in_column(&desk, &ticket, "to-dispatch").await;

    // Who could go is one key away, and what is picked there moves the card on.
    focus_card(&desk, &ticket).await;
    key(&desk, "p", Key::default()).await;
    desk.press_text("李静").await;
    desk.press("save-dispatch").await;
    desk.until(
        "it is announced, once",
        "const said = [...document.querySelectorAll('[role=status], [role=alert], [aria-live]')]; \
         return said.filter((it) => it.textContent.includes('已派给李静')).length === 1",
        &[],
    )
    .await;
    see_in_column(&desk, &ticket, "assigned").await;
    desk.assert_calm().await;
}

#[tokio::test]
async fn a_press_that_would_be_refused_for_its_second_half_says_why_before() {
    let (_world, desk) = a_desk().await;
    desk.go("/desk/register").await;
    work::take_down(&desk, &work::CALL).await;
    desk.until("the call can be saved", "return bring(named('save-register')) === null", &[]).await;
    // As a draft may bring it that was typed before the limit.
    let long = "const impact = field('#impact'); if (!impact) return false; impact.value = '长'.repeat(201); \
        impact.dispatchEvent(new Event('input', { bubbles: true })); return true";
    desk.until("the triage is too long", long, &[]).await;
    desk.see("内容太长。").await;
    assert!(!desk.may("save-register").await, "the triage goes with the call");
    desk.assert_calm().await;
}

/// Types into the page's search field.
async fn search(desk: &Browser, typed: &str) {
    desk.until(
        "the search field takes it",
        "const bar = document.querySelector('input[type=search]'); if (!bar) return false; \
         bar.value = args[0]; bar.dispatchEvent(new Event('input', { bubbles: true })); return true",
        &[json!(typed)],
    )
    .await;
}

#[tokio::test]
async fn the_desk_finds_what_the_phone_finds_and_by_whom_it_is_done() {
    let (_world, desk) = a_desk().await;
    let ticket = work::register(&desk, &work::CALL).await;
    work::dispatch(&desk, &ticket, "李静").await;
    for page in ["/desk", "/desk/tickets"] {
        desk.go(page).await;
        for typed in ["sm", "宋敏", "240605521", "lj sm"] {
            search(&desk, "qqqq").await;
            desk.until(
                "nothing is found",
                "return !words(document.body).includes(args[0])",
                &[json!(work::CALL.name)],
            )
            .await;
            search(&desk, typed).await;
            desk.see(work::CALL.name).await;
        }
    }
    desk.assert_calm().await;
}

#[tokio::test]
async fn what_can_be_undone_is_within_reach_and_heard_above_a_dialog_too() {
    let (_world, desk) = a_desk().await;
    work::register(&desk, &work::CALL).await;
    desk.go("/desk").await;
    desk.press_text("紧急").await;
    desk.press("save-view").await;
    desk.fill("#view-name", "先看这些").await;
    desk.press("keep-view").await;
    desk.see_closed().await;
    desk.press_text("删除视图“先看这些”").await;
    key(&desk, "?", Key::default()).await;
    desk.see("键盘快捷键").await;
    desk.until(
        "what was said is in the dialog",
        "return words(front().querySelector('[role=status]')).includes(args[0])",
        &[json!("已删除视图")],
    )
    .await;
    desk.press_text("撤销").await;
    desk.press_text("关闭").await;
    desk.see_closed().await;
    desk.see("先看这些").await;
    desk.until(
        "what is said is the page's again",
        "return !!document.querySelector('body > .toasts-home')",
        &[],
    )
    .await;
    desk.assert_calm().await;
}

#[tokio::test]
async fn many_tickets_are_changed_at_once_and_who_is_left_out_is_named() {
    let (_world, desk) = a_desk().await;
    let fresh = work::register(&desk, &work::CALL).await;
    let sent = work::register(&desk, &work::NEIGHBOUR).await;
    work::dispatch(&desk, &sent, "李静").await;
    desk.go("/desk/tickets").await;
    for name in [work::CALL.name, work::NEIGHBOUR.name] {
        desk.until(
            "the ticket is chosen",
            "const box = [...document.querySelectorAll('tr')].find((row) => row.innerText.includes(args[0]))\
               ?.querySelector('[data-name=choose]'); if (box && !box.checked) box.click(); return !!box?.checked",
            &[json!(name)],
        )
        .await;
    }
    desk.see("已选 2 张工单").await;
    desk.press("prioritise-many").await;
    desk.pick("#many-priority", "p1").await;
    desk.see("对 1 张执行").await;
    desk.picture("story-desk-many").await;
    desk.press("carry-out").await;
    // What was left out stays chosen.
    desk.see("已选 1 张工单").await;
    desk.press("back").await;
    desk.see_closed().await;
    for (ticket, urgent) in [(&fresh, 1), (&sent, 0)] {
        desk.go(&format!("/desk/tickets/{ticket}")).await;
        desk.see_control("more-actions").await;
        assert_eq!(desk.count(".ticket-head .tag[data-solid]").await, urgent, "{ticket}");
    }
    desk.assert_calm().await;
}
