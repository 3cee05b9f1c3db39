//! Who cannot see well, hold still or use a mouse: every page by the rules of WCAG 2.2 AA, and by our own sizes.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    driven::{Browser, Size},
    server::named,
    walk::{ADMINISTRATOR, DESK, ENGINEER, KEEPER, Walk},
    world::{Language, World, enter, speak},
};

/// Measuring what can be pressed and reached.
const MEASURE: &str = include_str!("measure.js");

/// The least a finger and a mouse hit, in pixels.
const FINGER: u32 = 48;
const MOUSE: u32 = 32;

/// More controls than any page has.
const TABS_MAX: usize = 150;

#[tokio::test]
async fn everybody_can_use_the_pages_of_the_engineer() {
    audit(&ENGINEER).await;
}

#[tokio::test]
async fn everybody_can_use_the_pages_of_the_desk() {
    audit(&DESK).await;
}

#[tokio::test]
async fn everybody_can_use_the_pages_of_the_office() {
    audit(&KEEPER).await;
    audit(&ADMINISTRATOR).await;
}

async fn audit(walk: &Walk) {
    let world = World::new(Language::Chinese);
    let mut browser = world.new_device(walk.sizes[0]).await;
    let mut audit = Audit::new();
    browser.open("/sign-in").await;
    audit.page(&mut browser, walk, "sign-in").await;
    speak(&browser, Language::Chinese).await;
    enter(&browser, walk.login).await;
    browser.see_synced().await;
    for page in walk.pages(&browser).await {
        browser.open(&page.path).await;
        audit.page(&mut browser, walk, &page.name).await;
    }
    browser.assert_calm().await;
    audit.assert_none();
}

struct Audit {
    rules: String,
    found: BTreeSet<String>,
}

impl Audit {
    fn new() -> Self {
        let rules = std::fs::read_to_string(named("DOORSTEP_AXE")).expect("axe-core is text");
        Self { rules, found: BTreeSet::new() }
    }

    fn add(&mut self, at: &str, found: impl IntoIterator<Item = String>) {
        self.found.extend(found.into_iter().map(|what| format!("{at}: {what}")));
    }

    /// The page that is open: its rules in both lights, its sizes on every device, its way by keyboard.
    async fn page(&mut self, browser: &mut Browser, walk: &Walk, name: &str) {
        browser.settled().await;
        for light in ["light", "dark"] {
            browser.light(light).await;
            browser.settled().await;
            let broken = self.broken_rules(browser).await;
            self.add(&format!("{name} {light}"), broken);
        }
        browser.light("").await;
        for size in walk.sizes {
            browser.resize(*size).await;
            browser.settled().await;
            let least = if size.touch() { FINGER } else { MOUSE };
            let script = format!("{MEASURE}\nreturn [...small(args[0]), ...sideways()]");
            let found: Vec<String> = browser.js(&script, &[json!(least)]).await;
            self.add(&format!("{name} {}", size.name()), found);
        }
        browser.resize(walk.sizes[0]).await;
        let found = by_keyboard(browser).await;
        self.add(&format!("{name} by keyboard"), found);
    }

    /// The dialog that is open: where the keyboard begins, its rules in both lights, what it says, its sizes, and
    /// that Escape closes it and leads back to the button that opened it.
    async fn dialog(&mut self, browser: &Browser, walk: &Walk, name: &str) {
        let touch = walk.sizes[0].touch();
        let wrong: Option<String> =
            browser.js(&format!("{MEASURE}\nreturn begins(args[0])"), &[json!(touch)]).await;
        self.add(name, wrong);
        for light in ["light", "dark"] {
            browser.light(light).await;
            browser.settled().await;
            let broken = self.broken_rules(browser).await;
            self.add(&format!("{name} {light}"), broken);
        }
        browser.light("").await;
        let least = if touch { FINGER } else { MOUSE };
        let script = format!("{MEASURE}\nreturn [...unsaid(), ...small(args[0])]");
        let found: Vec<String> = browser.js(&script, &[json!(least)]).await;
        self.add(name, found);
        browser.press_key("\u{e00c}").await;
        // The page has heard the key; what it does about it may take it a few frames.
        let closed: bool = browser.js(CLOSES, &[]).await;
        if !closed {
            self.add(name, ["Escape does not close it".to_owned()]);
            return;
        }
        let lost: Option<String> = browser.js(&format!("{MEASURE}\nreturn ledBack()"), &[]).await;
        self.add(name, lost);
    }

    /// What breaks a rule of WCAG 2.0 to 2.2, A or AA.
    async fn broken_rules(&self, browser: &Browser) -> Vec<String> {
        // Run by the driver, not by the page: the page's policy allows no such script.
        let there: bool = browser.js("return !!window.axe", &[]).await;
        if !there {
            browser.js::<Option<bool>>(&format!("{}\nreturn null", self.rules), &[]).await;
        }
        browser
            .js(
                // What lies under a bar can be scrolled out from under it; axe would call it covered.
                "const bars = [...document.querySelectorAll('body *')].filter((e) => !e.closest('dialog') \
                   && ['fixed', 'sticky'].includes(getComputedStyle(e).position)); \
                 for (const bar of bars) bar.style.position = 'static'; \
                 return axe.run(document, { \
                   runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], \
                   rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] \
                 }).then(({ violations }) => violations.flatMap((rule) => rule.nodes.slice(0, 4).map((node) => \
                   `${rule.id} (${rule.help}) ${node.target.join(' ')} ${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ''}`))) \
                 .finally(() => { for (const bar of bars) bar.style.position = ''; })",
                &[],
            )
            .await
    }

    fn assert_none(self) {
        let all: Vec<String> = self.found.into_iter().collect();
        assert!(all.is_empty(), "{} faults:\n{}", all.len(), all.join("\n"));
    }
}

/// Goes through the page with the Tab key until it comes round.
async fn by_keyboard(browser: &Browser) -> Vec<String> {
    #[derive(Debug, serde::Deserialize)]
    struct Stop {
        again: bool,
        wrong: Vec<String>,
    }
    let begin = "window.walkOfTheKeyboard = null; window.lastOfTheKeyboard = null; scrollTo(0, 0); \
                 document.activeElement?.blur?.()";
    browser.js::<Option<bool>>(begin, &[]).await;
    let mut found = Vec::new();
    let mut stops = 0;
    while stops < TABS_MAX {
        browser.press_key("\u{e004}").await;
        let stop: Option<Stop> = browser.js(&format!("{MEASURE}\nreturn focused()"), &[]).await;
        match stop {
            // Beyond the last control the browser's own bar has its turn.
            None if stops == 0 => {}
            None => break,
            Some(Stop { again: true, .. }) => break,
            Some(stop) => found.extend(stop.wrong),
        }
        stops += 1;
    }
    if stops < 2 {
        found.push("the keyboard reaches nothing".into());
    }
    found
}

/// Whether no dialog is open any more within a hundred frames.
const CLOSES: &str = "return new Promise((resolve) => {
    let frames = 0;
    const look = () => {
        if (seen('dialog[open]').length === 0) resolve(true);
        else if ((frames += 1) > 100) resolve(false);
        else requestAnimationFrame(look);
    };
    look();
})";

/// Buttons that lead out of the app or give the device away; they have stories of their own.
const LEFT_ALONE: [&str; 6] =
    ["hand-over", "install", "print", "sign-out-confirm", "reload", "update"];

#[tokio::test]
async fn everybody_can_use_the_dialogs_of_the_engineer() {
    dialogs(&ENGINEER).await;
}

#[tokio::test]
async fn everybody_can_use_the_dialogs_of_the_desk() {
    dialogs(&DESK).await;
}

#[tokio::test]
async fn everybody_can_use_the_dialogs_of_the_office() {
    dialogs(&ADMINISTRATOR).await;
}

/// Presses every button of every page once, whatever it does, and looks at each dialog that opens.
async fn dialogs(walk: &Walk) {
    let world = World::new(Language::Chinese);
    let browser = world.new_device(walk.sizes[0]).await;
    let mut audit = Audit::new();
    browser.open("/sign-in").await;
    enter(&browser, walk.login).await;
    browser.see_synced().await;
    let mut pressed: BTreeSet<String> = LEFT_ALONE.map(str::to_owned).into();
    let mut opened = 0;
    for page in walk.pages(&browser).await {
        browser.open(&page.path).await;
        browser.settled().await;
        while let Some(name) = next_button(&browser, &pressed).await {
            pressed.insert(name.clone());
            if dialog_opens(&browser, &name).await {
                opened += 1;
                audit.dialog(&browser, walk, &format!("{} {name}", page.name)).await;
            }
            let here = browser.path().await;
            let open: bool =
                browser.js("return !!document.querySelector('dialog[open]')", &[]).await;
            if open || here != page.path {
                browser.open(&page.path).await;
                browser.settled().await;
            }
        }
    }
    assert!(opened >= 2, "only {opened} dialogs opened");
    browser.assert_calm().await;
    audit.assert_none();
}

/// A button of the page that was not pressed yet, by its name.
async fn next_button(browser: &Browser, pressed: &BTreeSet<String>) -> Option<String> {
    let script = "return seen('button[data-name]').filter((e) => !e.disabled && e.getAttribute('aria-disabled') !== 'true') \
                  .map((e) => e.dataset.name).find((name) => !args[0].includes(name)) ?? null";
    browser.js(script, &[json!(pressed)]).await
}

/// Presses the button, and waits a moment for a dialog.
async fn dialog_opens(browser: &Browser, name: &str) -> bool {
    let script = "window.dialogOpener = named(args[0]); window.dialogOpener?.focus(); window.dialogOpener?.click(); \
                  const begun = performance.now(); \
                  return new Promise((resolve) => { \
                    const look = () => { \
                      if (document.querySelector('dialog[open]')) resolve(true); \
                      else if (performance.now() - begun > 250) resolve(false); \
                      else setTimeout(look, 20); \
                    }; \
                    look(); \
                  })";
    browser.js(script, &[json!(name)]).await
}

/// What is wider than the narrowest phone, or than a screen enlarged to 200 %.
#[tokio::test]
async fn nothing_is_cut_on_a_narrow_phone_with_large_letters() {
    let world = World::new(Language::Chinese);
    let browser = world.new_device(Size::Narrow).await;
    let mut audit = Audit::new();
    browser.open("/sign-in").await;
    enter(&browser, ENGINEER.login).await;
    browser.see_synced().await;
    let pages = ENGINEER.pages(&browser).await;
    for language in [Language::Chinese, Language::English] {
        browser.remember("doorstep.language", language.code()).await;
        for letters in ["", "large"] {
            browser.remember("doorstep.size", letters).await;
            for page in &pages {
                browser.open(&page.path).await;
                browser.settled().await;
                let found = browser.faults(language.is_english()).await;
                audit.add(&format!("{} {} {letters}", page.name, language.code()), found);
            }
        }
    }
    browser.assert_calm().await;
    audit.assert_none();
}

#[tokio::test]
async fn the_desk_can_be_enlarged_to_twice_its_size() {
    let world = World::new(Language::Chinese);
    let browser = world.new_device(Size::Enlarged).await;
    let mut audit = Audit::new();
    browser.open("/sign-in").await;
    enter(&browser, DESK.login).await;
    browser.see_synced().await;
    for page in DESK.pages(&browser).await {
        browser.open(&page.path).await;
        browser.settled().await;
        let found = browser.faults(false).await;
        audit.add(&page.name, found);
    }
    browser.assert_calm().await;
    audit.assert_none();
}
