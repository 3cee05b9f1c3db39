//! Speaks the DevTools protocol with one Chromium through two pipes, without a driver in between.
//!
//! What a page tells stays readable after the browser was killed: a test that kills needs to know what had
//! been on the screen.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    process::{ChildStdin, ChildStdout},
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use serde_json::{Value, json};

use super::Done;

/// How long an answer of the browser may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// The line to a browser.
pub struct Pipe {
    to: Mutex<ChildStdin>,
    number: AtomicU64,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    asked: HashMap<u64, Sender<Value>>,
    /// What pages said through a binding: session, name, words.
    said: Vec<(String, String, String)>,
    complaints: Vec<String>,
    /// The sessions of tabs whose process died.
    crashed: Vec<String>,
    /// The browser ended; nothing more will come.
    over: bool,
}

impl Pipe {
    pub fn new(to: ChildStdin) -> Self {
        Self { to: Mutex::new(to), number: AtomicU64::new(0), heard: Mutex::default() }
    }

    /// Takes in what the browser says until it ends. Runs on a thread of its own.
    pub fn listen(&self, from: ChildStdout) {
        let mut from = BufReader::new(from);
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            match from.read_until(0, &mut bytes) {
                Ok(count) if count > 0 => {}
                _ => break,
            }
            if bytes.last() == Some(&0) {
                bytes.pop();
            }
            if let Ok(message) = serde_json::from_slice(&bytes) {
                self.hear(message);
            }
        }
        let mut heard = self.heard();
        heard.over = true;
        // Whoever waits for an answer learns that none comes.
        heard.asked.clear();
    }

    fn hear(&self, mut message: Value) {
        let mut heard = self.heard();
        if let Some(number) = message["id"].as_u64() {
            if let Some(asked) = heard.asked.remove(&number) {
                // Whoever asked may have lost patience.
                let _gone = asked.send(message);
            }
            return;
        }
        let params = message["params"].take();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match message["method"].as_str() {
            Some("Runtime.bindingCalled") => heard.said.push((
                text(&message["sessionId"]),
                text(&params["name"]),
                text(&params["payload"]),
            )),
            Some("Inspector.targetCrashed") => heard.crashed.push(text(&message["sessionId"])),
            Some("Runtime.exceptionThrown") => {
                let details = &params["exceptionDetails"];
                let what = details["exception"]["description"].as_str();
                heard.complaints.push(what.map_or_else(|| details.to_string(), str::to_owned));
            }
            _ => {}
        }
    }

    /// Asks the browser, or the tab behind `session`, and waits for the answer.
    ///
    /// # Errors
    /// What the browser says is wrong, or that it ended or is silent.
    pub fn call(&self, session: Option<&str>, method: &str, params: Value) -> Done<Value> {
        let answer = self.ask(session, method, params)?;
        let mut answer = answer
            .recv_timeout(PATIENCE)
            .map_err(|why| format!("{method}: the browser gave no answer ({why})"))?;
        match answer["error"]["message"].as_str() {
            Some(error) => Err(format!("{method}: {error}")),
            None => Ok(answer["result"].take()),
        }
    }

    /// Asks and does not wait: the answer arrives at the receiver.
    ///
    /// # Errors
    /// That the browser ended.
    pub fn ask(&self, session: Option<&str>, method: &str, params: Value) -> Done<Receiver<Value>> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let mut message = json!({ "id": number, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let (tell, told) = channel();
        {
            let mut heard = self.heard();
            if heard.over {
                return Err(format!("{method}: the browser is gone"));
            }
            heard.asked.insert(number, tell);
        }
        let mut to = self.to.lock().expect("nobody panics here");
        let sent = write!(to, "{message}\0").and_then(|()| to.flush());
        sent.map_err(|why| format!("{method}: the browser is gone ({why})"))?;
        Ok(told)
    }

    /// Everything that tab said through the binding `name`, in order.
    pub fn said(&self, session: &str, name: &str) -> Vec<String> {
        let heard = self.heard();
        let said = heard.said.iter().filter(|said| said.0 == session && said.1 == name);
        said.map(|said| said.2.clone()).collect()
    }

    /// Errors no script caught.
    pub fn complaints(&self) -> Vec<String> {
        self.heard().complaints.clone()
    }

    /// Whether the process of that tab died while the browser lived on.
    pub fn has_crashed(&self, session: &str) -> bool {
        self.heard().crashed.iter().any(|crashed| crashed == session)
    }

    /// Whether the browser has ended and everything it said was taken in.
    pub fn is_over(&self) -> bool {
        self.heard().over
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().expect("nobody panics here")
    }
}
