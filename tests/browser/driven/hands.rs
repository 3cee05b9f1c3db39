//! What a person does with the hands: press, type, pick, draw.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};
use thirtyfour::{WebElement, error::WebDriverError};

use super::{Browser, LOOK_AGAIN};

impl Browser {
    /// Presses the control with this `data-name`.
    pub async fn press(&self, name: &str) {
        self.press_found(&format!("press {name}"), "return named(args[0])", name).await;
    }

    /// Presses the button, link or row with this text.
    pub async fn press_text(&self, text: &str) {
        self.press_found(&format!("press “{text}”"), "return pressable(args[0])", text).await;
    }

    async fn press_found(&self, what: &str, script: &str, word: &str) {
        self.attempt(what, async || {
            let found = self.run(script, &[json!(word)]).await?;
            let Ok(element) = found.element() else { return Ok(Some("it is not there".into())) };
            self.press_element(&element).await
        })
        .await;
    }

    async fn press_element(&self, element: &WebElement) -> Result<Option<String>, WebDriverError> {
        let handle = element.to_json()?;
        let refusal: Option<String> =
            self.run("return steady(args[0])", &[handle]).await?.convert()?;
        if refusal.is_some() {
            return Ok(refusal);
        }
        element.click().await.map(|()| None)
    }

    /// Presses a key of the keyboard, by its WebDriver code.
    pub async fn press_key(&self, key: &str) {
        let keys = self.web().action_chain().send_keys(key);
        keys.perform().await.expect("the key is pressed");
    }

    /// Holds Enter or the space bar down until it has repeated itself twice. Only Chromium can be told to.
    pub async fn hold_key(&self, key: &str) {
        let (code, text) = if key == "Enter" { (13, "\r") } else { (32, " ") };
        let cdp = self.web().cdp();
        for again in [false, true, true] {
            let event = json!({
                "type": "keyDown", "key": key, "windowsVirtualKeyCode": code, "text": text,
                "autoRepeat": again,
            });
            cdp.send_raw("Input.dispatchKeyEvent", event).await.expect("the key is down");
            // What the first press opens is there when the key repeats itself.
            self.settled().await;
        }
        let event = json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code });
        cdp.send_raw("Input.dispatchKeyEvent", event).await.expect("the key is up");
    }

    /// Unfolds a section, if what is in it cannot be seen yet.
    pub async fn unfold(&self, button: &str, inside: &str) {
        self.attempt(&format!("unfold with {button}"), async || {
            let seen = "return seen(args[0]).length > 0";
            if self.run(seen, &[json!(inside)]).await?.convert()? {
                return Ok(None);
            }
            let found = self.run("return named(args[0])", &[json!(button)]).await?;
            if let Ok(element) = found.element() {
                self.press_element(&element).await?;
                // Opening takes a moment; a second press would fold it again.
                tokio::time::sleep(LOOK_AGAIN * 5).await;
            }
            Ok(Some(format!("{inside} is not there")))
        })
        .await;
    }

    /// Presses the button inside the part with this `data-name`.
    pub async fn press_inside(&self, name: &str) {
        let script = "return named(args[0])?.querySelector('button, a') ?? null";
        self.press_found(&format!("press the button of {name}"), script, name).await;
    }

    /// Opens the row of a table that has this text.
    pub async fn press_row(&self, text: &str) {
        let script = "return seen('tr').find((row) => words(row).includes(args[0]))?.querySelector('a') ?? null";
        self.press_found(&format!("open the row of “{text}”"), script, text).await;
    }

    /// Presses every control with this `data-name`; each goes when it is pressed.
    pub async fn press_each(&self, name: &str) {
        let selector = format!("[data-name={name}]");
        for left in (0..self.count(&selector).await).rev() {
            self.press(name).await;
            let script = "return seen(args[0]).length <= args[1]";
            self.until("one less", script, &[json!(selector), json!(left)]).await;
        }
    }

    /// Presses the tab with this value.
    pub async fn press_tab(&self, value: &str) {
        let script = "return seen(`.tab[data-value=\"${args[0]}\"]`)[0] ?? null";
        self.press_found(&format!("press the tab {value}"), script, value).await;
    }

    /// Presses the control with this `data-name` in the row that has this text.
    pub async fn press_beside(&self, text: &str, name: &str) {
        let script = "const at = args[0].indexOf('|'); return beside(args[0].slice(0, at), args[0].slice(at + 1))";
        let what = format!("press {name} beside “{text}”");
        self.press_found(&what, script, &format!("{name}|{text}")).await;
    }

    /// Types into the field with this label (or `#id`), replacing what was there.
    pub async fn fill(&self, label: &str, text: &str) {
        self.attempt(&format!("fill “{label}”"), async || {
            let found = self.run("return field(args[0])", &[json!(label)]).await?;
            let Ok(element) = found.element() else { return Ok(Some("it is not there".into())) };
            let handle = element.to_json()?;
            let set: bool = self
                .run(
                    "return bring(args[0]), setTime(args[0], args[1])",
                    &[handle.clone(), json!(text)],
                )
                .await?
                .convert()?;
            if set {
                return Ok(None);
            }
            element.click().await?;
            self.run("args[0].select()", std::slice::from_ref(&handle)).await?;
            if text.is_empty() {
                element.send_keys("\u{e017}").await?;
            } else {
                element.send_keys(text).await?;
            }
            let now: String = self.run("return args[0].value", &[handle]).await?.convert()?;
            Ok((now != text).then(|| format!("it holds “{now}”")))
        })
        .await;
    }

    /// Gives a file to the input with this `data-name`, as the camera or the album would.
    pub async fn choose_file(&self, name: &str, file: &Path) {
        self.attempt(&format!("choose a file for {name}"), async || {
            let found = self.run("return named(args[0])", &[json!(name)]).await?;
            let Ok(input) = found.element() else { return Ok(Some("it is not there".into())) };
            input.send_keys(file.to_string_lossy()).await?;
            Ok(None)
        })
        .await;
    }

    /// What stands in the field with this label.
    pub async fn value(&self, label: &str) -> String {
        self.see_field(label).await;
        self.js("return field(args[0]).value", &[json!(label)]).await
    }

    pub async fn see_field(&self, label: &str) {
        self.until(&format!("the field “{label}”"), "return !!field(args[0])", &[json!(label)])
            .await;
    }

    /// Picks one of the choices of a field: from a list, or among buttons.
    pub async fn pick(&self, label: &str, choice: &str) {
        self.attempt(&format!("pick “{choice}” of “{label}”"), async || {
            let found =
                self.run("return choice(args[0], args[1])", &[json!(label), json!(choice)]).await?;
            match found.json() {
                Value::Bool(true) => Ok(None),
                Value::Null => Ok(Some("it is not there".into())),
                _ => self.press_element(&found.element()?).await,
            }
        })
        .await;
    }

    /// Ticks the row with this text, if it is not ticked yet.
    pub async fn tick(&self, text: &str) {
        self.attempt(&format!("tick “{text}”"), async || {
            let found = self.run("return check(args[0])", &[json!(text)]).await?;
            match found.json() {
                Value::Bool(true) => Ok(None),
                Value::Null => Ok(Some("it is not there".into())),
                _ => self.press_element(&found.element()?).await,
            }
        })
        .await;
    }

    /// Draws something like a name on the signature pad.
    pub async fn draw_signature(&self) {
        self.attempt("draw on the pad", async || {
            let found = self.run("return seen('canvas')[0]", &[]).await?;
            let Ok(pad) = found.element() else { return Ok(Some("there is no pad".into())) };
            self.run("bring(args[0])", &[pad.to_json()?]).await?;
            for (start, bend) in [(-90, 26), (-10, -24), (60, 18)] {
                let chain =
                    self.web().action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
                let mut chain = chain.move_to_element_with_offset(&pad, start, 0).click_and_hold();
                for step in 0..12 {
                    chain =
                        chain.move_by_offset(4, if step % 4 < 2 { bend / 2 } else { -bend / 2 });
                }
                chain.release().perform().await?;
            }
            Ok(None)
        })
        .await;
    }
}
