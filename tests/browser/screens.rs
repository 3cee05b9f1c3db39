//! Every screen, at the sizes and in the languages people use it: nothing clipped, unnamed or untranslated.

use std::collections::BTreeSet;

use super::{
    driven::Browser,
    walk::{ADMINISTRATOR, DESK, ENGINEER, KEEPER, Walk},
    world::{Language, World},
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

    let pages = walk.pages(&browser).await;
    for language in [Language::Chinese, Language::English] {
        browser.remember("doorstep.language", language.code()).await;
        for page in &pages {
            browser.open(&page.path).await;
            browser.settled().await;
            complaints.look(&mut browser, walk, language, &page.name).await;
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
