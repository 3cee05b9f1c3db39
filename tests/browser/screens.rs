//! Every screen, at the sizes and in the languages people use it: nothing clipped, unnamed or untranslated.

use std::collections::BTreeSet;

use super::{
    chromium::{Browser, Size},
    work,
    world::{Language, World},
};

/// A role's account, the sizes it works at, and its pages.
struct Walk {
    login: &'static str,
    sizes: &'static [Size],
    pages: &'static [&'static str],
}

const ENGINEER: Walk = Walk {
    login: "li",
    sizes: &[Size::Phone, Size::Tablet, Size::Wide],
    pages: &["/today", "/tickets", "/tickets/new", "/parts", "/outbox", "/me"],
};

const DESK: Walk = Walk {
    login: "diaodu",
    sizes: &[Size::Desk, Size::Tablet, Size::Phone],
    pages: &[
        "/desk",
        "/desk/tickets",
        "/desk/register",
        "/desk/part-requests",
        "/desk/stock",
        "/desk/catalogue",
        "/desk/import",
        "/outbox",
        "/me",
    ],
};

const KEEPER: Walk = Walk {
    login: "beijian",
    sizes: &[Size::Desk, Size::Tablet, Size::Phone],
    pages: &["/desk/part-requests", "/desk/stock", "/desk/catalogue", "/desk/import", "/me"],
};

const ADMINISTRATOR: Walk = Walk {
    login: "admin",
    sizes: &[Size::Desk, Size::Tablet, Size::Phone],
    pages: &["/desk/people", "/outbox", "/me"],
};

#[tokio::test]
async fn every_screen_of_the_engineer_shows_nothing_clipped_or_untranslated() {
    walk(&ENGINEER).await;
}

#[tokio::test]
async fn every_screen_of_the_desk_shows_nothing_clipped_or_untranslated() {
    walk(&DESK).await;
}

#[tokio::test]
async fn every_screen_of_the_office_shows_nothing_clipped_or_untranslated() {
    walk(&KEEPER).await;
    walk(&ADMINISTRATOR).await;
}

/// Walks all pages in both languages and both lights, and complains about everything at once.
async fn walk(walk: &Walk) {
    let world = World::new(Language::Chinese);
    let mut browser = world.new_device(walk.sizes[0]).await;
    browser.open("/sign-in").await;
    let mut complaints = Complaints::default();
    for language in [Language::Chinese, Language::English] {
        super::world::speak(&browser, language).await;
        complaints.look(&mut browser, walk, language, "sign-in").await;
    }
    super::world::speak(&browser, Language::Chinese).await;
    super::world::enter(&browser, walk.login).await;
    browser.see_synced().await;

    let mut pages: Vec<(String, String)> = walk
        .pages
        .iter()
        .map(|path| ((*path).to_owned(), path.trim_matches('/').replace('/', "-")))
        .collect();
    if walk.login == ENGINEER.login {
        let ticket = work::some_ticket(&browser).await;
        let job = work::ticket_under_way(&browser).await;
        pages.push((format!("/tickets/{ticket}"), "ticket".into()));
        pages.push((format!("/tickets/{ticket}/parts"), "request-parts".into()));
        pages.push((format!("/tickets/{job}"), "ticket-under-way".into()));
        pages.push((format!("/tickets/{job}/work"), "work".into()));
        if let Some(sheet) = work::some_sheet(&browser).await {
            pages.push((sheet, "sheet".into()));
        }
    }
    if walk.login == DESK.login {
        for (place, id) in work::desk_tickets(&browser).await.into_iter().enumerate() {
            pages.push((format!("/desk/tickets/{id}"), format!("desk-ticket-{place}")));
        }
    }
    for language in [Language::Chinese, Language::English] {
        browser.remember("doorstep.language", language.code()).await;
        for (path, name) in &pages {
            browser.open(path).await;
            browser.settled().await;
            complaints.look(&mut browser, walk, language, name).await;
        }
    }
    browser.assert_calm().await;
    complaints.assert_none();
}

#[derive(Default)]
struct Complaints(BTreeSet<String>);

impl Complaints {
    /// Looks at the page at every size, and takes its picture in both lights.
    async fn look(&mut self, browser: &mut Browser, walk: &Walk, language: Language, name: &str) {
        for size in walk.sizes {
            browser.resize(*size).await;
            for light in ["light", "dark"] {
                browser.light(light).await;
                browser.settled().await;
                let picture =
                    format!("{}-{}-{light}-{}-{name}", language.code(), size.name(), walk.login);
                browser.whole_picture(&picture).await;
            }
            let found = browser.faults(language.is_english()).await;
            let at = format!("{} {} {}", language.code(), size.name(), name);
            self.0.extend(found.into_iter().map(|what| format!("{at}: {what}")));
        }
        browser.light("").await;
        browser.resize(walk.sizes[0]).await;
    }

    fn assert_none(self) {
        let all: Vec<String> = self.0.into_iter().collect();
        assert!(all.is_empty(), "{} complaints:\n{}", all.len(), all.join("\n"));
    }
}
