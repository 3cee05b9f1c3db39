//! One tab of the browser: opened, asked with scripts, frozen, crashed.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Done, pipe::Pipe};

/// What every page gets before its own scripts: it tells what is on the screen, and can press.
const HANDS: &str = include_str!("hands.js");
/// How long anything on the screen may take to appear on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(15);

/// A tab.
pub struct Page {
    pipe: Arc<Pipe>,
    target: String,
    session: String,
}

impl Page {
    pub(super) fn open_tab(pipe: Arc<Pipe>) -> Done<Self> {
        let text = |value: &Value, name: &str| {
            value[name].as_str().map(str::to_owned).ok_or_else(|| format!("no {name}"))
        };
        let made = pipe.call(None, "Target.createTarget", json!({ "url": "about:blank" }))?;
        let target = text(&made, "targetId")?;
        let joined = json!({ "targetId": target, "flatten": true });
        let session = text(&pipe.call(None, "Target.attachToTarget", joined)?, "sessionId")?;
        let page = Self { pipe, target, session };
        for domain in ["Inspector.enable", "Page.enable", "Runtime.enable", "Network.enable"] {
            page.call(domain, json!({}))?;
        }
        page.call("Runtime.addBinding", json!({ "name": "tellSaved" }))?;
        page.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": HANDS }))?;
        Ok(page)
    }

    /// Whether the tab died by itself: a browser's own fault that some script provoked.
    ///
    /// # Errors
    /// That it did.
    pub fn alive(&self) -> Done {
        if self.pipe.has_crashed(&self.session) { Err("the tab crashed".into()) } else { Ok(()) }
    }

    /// Asks Chromium about this tab.
    ///
    /// # Errors
    /// What it does not like.
    pub fn call(&self, method: &str, params: Value) -> Done<Value> {
        self.alive()?;
        self.pipe.call(Some(&self.session), method, params)
    }

    /// Goes to an address and waits until the app is there.
    ///
    /// # Errors
    /// What is there instead.
    pub fn open(&self, address: &str) -> Done {
        self.visit(address)?;
        self.until("the app is there", "document.documentElement.dataset.ready === '1'")
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// Why there is nothing.
    pub fn visit(&self, address: &str) -> Done {
        let answer = self.call("Page.navigate", json!({ "url": address }))?;
        match answer["errorText"].as_str() {
            Some(why) if !why.is_empty() => Err(format!("{address}: {why}")),
            _ => Ok(()),
        }
    }

    /// The value of an expression; a promise is waited for.
    ///
    /// # Errors
    /// What the script threw.
    pub fn js<T: DeserializeOwned>(&self, expression: &str) -> Done<T> {
        let asked =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.call("Runtime.evaluate", asked)?;
        if let Some(what) = answer["exceptionDetails"]["exception"]["description"].as_str() {
            return Err(format!("{expression}: {what}"));
        }
        serde_json::from_value(answer["result"]["value"].take())
            .map_err(|why| format!("{expression}: {why}"))
    }

    /// Starts something that goes on by itself.
    ///
    /// # Errors
    /// That the browser is gone.
    pub fn start(&self, expression: &str) -> Done {
        let asked = json!({ "expression": expression });
        self.pipe.ask(Some(&self.session), "Runtime.evaluate", asked).map(drop)
    }

    /// Waits until the expression is true.
    ///
    /// # Errors
    /// What can be read on the screen instead.
    pub fn until(&self, what: &str, expression: &str) -> Done {
        self.until_within(PATIENCE, what, expression)
    }

    /// The same with a limit of its own.
    ///
    /// # Errors
    /// What can be read on the screen instead.
    pub fn until_within(&self, patience: Duration, what: &str, expression: &str) -> Done {
        let begun = Instant::now();
        loop {
            // The page may be going somewhere just now.
            let well = self.js::<bool>(expression);
            if well == Ok(true) {
                return Ok(());
            }
            let over = self.pipe.is_over() || self.alive().is_err();
            if begun.elapsed() > patience || over {
                let screen: String = self
                    .js("location.pathname + ': ' + document.body.innerText.replace(/\\s+/g, ' ').slice(0, 700)")
                    .unwrap_or_default();
                let why = well.err().unwrap_or_default();
                return Err(format!(
                    "not so after {:.1} s: {what} {why}\n  on the screen: {screen}\n  errors: {:?}",
                    begun.elapsed().as_secs_f64(),
                    self.pipe.complaints(),
                ));
            }
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// Presses the control with this `data-name` as soon as it can be pressed.
    ///
    /// # Errors
    /// What can be read on the screen instead.
    pub fn press(&self, name: &str) -> Done {
        self.until(&format!("press {name}"), &format!("campaign.click({})", json!(name)))
    }

    /// Types into a field.
    ///
    /// # Errors
    /// What can be read on the screen instead.
    pub fn fill(&self, selector: &str, text: &str) -> Done {
        let fill = format!("campaign.fill({}, {})", json!(selector), json!(text));
        self.until(&format!("fill {selector}"), &fill)
    }

    /// The notes this tab showed as saved, in the order in which they appeared.
    pub fn saved(&self) -> Vec<String> {
        self.pipe.said(&self.session, "tellSaved")
    }

    /// Nothing goes to the server's interface, but the app's files come through.
    ///
    /// # Errors
    /// What Chromium does not like.
    pub fn hold_back_api(&self, held: bool) -> Done {
        let urls = if held { json!(["*://*/api/*"]) } else { json!([]) };
        self.call("Network.setBlockedURLs", json!({ "urls": urls })).map(drop)
    }

    /// The system takes the processor away from the tab, or gives it back.
    ///
    /// # Errors
    /// What Chromium does not like.
    pub fn freeze(&self, frozen: bool) -> Done {
        let state = if frozen { "frozen" } else { "active" };
        self.call("Page.setWebLifecycleState", json!({ "state": state })).map(drop)
    }

    /// The tab is gone without a word.
    ///
    /// # Errors
    /// That the browser is gone.
    pub fn crash(&self) -> Done {
        // A crashed page answers nothing.
        self.pipe.ask(Some(&self.session), "Page.crash", json!({})).map(drop)
    }

    /// Closes the tab, whatever is left of it.
    ///
    /// # Errors
    /// What Chromium does not like.
    pub fn close(&self) -> Done {
        self.pipe.call(None, "Target.closeTarget", json!({ "targetId": self.target })).map(drop)
    }
}
