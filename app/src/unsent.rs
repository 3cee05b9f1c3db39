//! Unsent work as a file: the last way out of a device that cannot reach the server.

use domain::{Command, Id, Timestamp, replica::Replica, user::User};
use leptos::prelude::*;
use serde::Serialize;
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::{clock, device::Device};

/// What stands in the file. The ids of the envelopes make bringing it in twice harmless.
#[derive(Serialize)]
struct Unsent {
    doorstep: &'static str,
    version: u32,
    replica: Id<Replica>,
    device_code: String,
    user: Id<User>,
    saved_at: Timestamp,
    envelopes: Vec<Sealed>,
}

#[derive(Serialize)]
struct Sealed {
    mid: Uuid,
    by: Id<User>,
    at: Timestamp,
    command: Command,
}

const VERSION: u32 = 1;

impl Device {
    /// Gives the person a file with everything that has no verdict yet. `false` where the browser does not let us.
    pub fn save_unsent(self) -> bool {
        let unsent = self.view.with_untracked(|view| view.as_ref().map(unsent));
        let Some(unsent) = unsent else { return false };
        let code = &unsent.device_code;
        let name = format!("doorstep-unsent-{code}-{}.json", unsent.saved_at.0 / 1000);
        let text = serde_json::to_string(&unsent).unwrap_or_default();
        download(&name, &text).is_ok()
    }
}

fn unsent(view: &Replica) -> Unsent {
    let head = view.head();
    let waits = view.unanswered().map(|(_, entry)| entry.envelope.clone());
    let sealed = waits.map(|envelope| Sealed {
        mid: envelope.mid,
        by: envelope.by,
        at: envelope.at,
        command: envelope.command,
    });
    Unsent {
        doorstep: "unsent",
        version: VERSION,
        replica: head.replica,
        device_code: head.device_code.clone(),
        user: head.user,
        saved_at: clock::device(),
        envelopes: sealed.collect(),
    }
}

fn download(name: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("application/json");
    let parts = js_sys::Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // The browser has taken hold of the content with the click; it may look at the address a little later.
    let release = move || drop(Url::revoke_object_url(&address));
    set_timeout(release, std::time::Duration::from_secs(60));
    Ok(())
}
