//! The cast and the stage: a server with the demo organisation, and devices whose people are signed in.

use super::{
    driven::{Browser, Size},
    engine::Engine,
    server::Server,
};

/// The demo's engineers and coordinator.
pub const LI: &str = "li";
pub const WANG: &str = "wang";
pub const COORDINATOR: &str = "diaodu";

const PASSWORD: &str = "doorstep-demo";

/// The language people read on their screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Chinese,
    English,
}

impl Language {
    /// What it is called in this language.
    pub fn say(self, chinese: &'static str, english: &'static str) -> &'static str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }

    pub fn is_english(self) -> bool {
        self == Self::English
    }

    pub fn code(self) -> &'static str {
        self.say("zh-CN", "en")
    }
}

/// One server and the people around it.
pub struct World {
    pub server: Server,
    pub language: Language,
    /// What browser everybody uses.
    engine: Engine,
}

impl World {
    pub fn new(language: Language) -> Self {
        Self::with(Engine::Chromium, language)
    }

    /// The same, with another engine in everybody's browser.
    pub fn with(engine: Engine, language: Language) -> Self {
        Self { server: Server::start(), language, engine }
    }

    /// A device nobody has used yet.
    pub async fn new_device(&self, size: Size) -> Browser {
        Browser::new(self.engine, size, self.server.port()).await
    }

    /// A device on which somebody signed in this morning: the browser has been closed since.
    pub async fn device_of(&self, login: &str, size: Size) -> Browser {
        let mut browser = self.new_device(size).await;
        sign_in(&browser, login, self.language).await;
        if size != Size::Desk {
            browser.see_installed().await;
            browser.close_and_start().await;
            browser.open("/").await;
        }
        browser.see_synced().await;
        browser
    }

    /// A phone and a desk.
    pub async fn phone_and_desk(&self) -> (Browser, Browser) {
        tokio::join!(self.device_of(LI, Size::Phone), self.device_of(COORDINATOR, Size::Desk))
    }
}

/// Signs in with the demo's password.
pub async fn sign_in(browser: &Browser, login: &str, language: Language) {
    browser.open("/sign-in").await;
    speak(browser, language).await;
    enter(browser, login).await;
}

/// Fills in the sign-in page that is on the screen.
pub async fn enter(browser: &Browser, login: &str) {
    browser.fill("#login", login).await;
    browser.fill("#password", PASSWORD).await;
    browser.press("sign-in").await;
    browser
        .until("somebody is signed in", "return !location.pathname.startsWith('/sign-in')", &[])
        .await;
}

/// Presses the language button of the page if it speaks another language.
pub async fn speak(browser: &Browser, language: Language) {
    let now: String = browser.js("return document.documentElement.lang", &[]).await;
    if now != language.code() {
        browser.press("language").await;
        browser
            .until(
                "the language changes",
                "return document.documentElement.lang === args[0]",
                &[language.code().into()],
            )
            .await;
    }
}
