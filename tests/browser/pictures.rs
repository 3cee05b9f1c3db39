//! The pictures of the README: the main screens as people see them, in the demo organisation.
//!
//! `cargo xtask pictures` runs this alone and keeps them in `docs/pictures`.

use std::path::PathBuf;

use super::{
    driven::{Browser, Size},
    server::named,
    work,
    world::{COORDINATOR, LI, Language, World},
};

/// All of them together: a README is read on phones too.
const BYTES_MAX: u64 = 1_200_000;

#[tokio::test]
async fn the_main_screens() {
    let world = World::new(Language::Chinese);
    let (tablet, desk) =
        tokio::join!(world.device_of(LI, Size::Tablet), world.device_of(COORDINATOR, Size::Desk));
    let phone = world.device_of(LI, Size::Phone).await;
    let job = work::ticket_under_way(&phone).await;
    keep(&phone, "/today", "engineer-today").await;
    keep(&phone, &format!("/tickets/{job}"), "engineer-ticket").await;
    phone.light("dark").await;
    keep(&phone, &format!("/tickets/{job}/work"), "engineer-work-dark").await;

    keep(&desk, "/desk", "desk-board").await;
    let tickets = work::desk_tickets(&desk).await;
    let ticket = tickets.last().expect("the board has tickets");
    keep(&desk, &format!("/desk/tickets/{ticket}"), "desk-ticket").await;
    desk.remember("doorstep.language", Language::English.code()).await;
    desk.light("dark").await;
    keep(&desk, "/desk/tickets", "desk-tickets-dark-en").await;
    desk.light("").await;
    desk.remember("doorstep.language", Language::Chinese.code()).await;
    desk.open("/desk").await;

    let ticket = work::job(&desk, &tablet).await;
    work::up_to_the_customer(&tablet, &ticket).await;
    tablet.press("start-reading").await;
    tablet.see_control("continue").await;
    save(&tablet, "customer-sheet").await;

    let sizes = std::fs::read_dir(folder()).expect("the folder is there").flatten();
    let total: u64 = sizes.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum();
    assert!(total < BYTES_MAX, "the pictures weigh {total} bytes");
}

async fn keep(browser: &Browser, path: &str, name: &str) {
    browser.open(path).await;
    save(browser, name).await;
}

async fn save(browser: &Browser, name: &str) {
    browser.settled().await;
    let taken = browser.picture(&format!("readme-{name}")).await;
    std::fs::copy(taken, folder().join(format!("{name}.png"))).expect("room for a picture");
}

fn folder() -> PathBuf {
    named("DOORSTEP_PICTURES")
}
