//! A photo on the screen: from this device if it is here, else from the server, and then kept for the next look.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use domain::Key;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, BlobPropertyBag, Url};

use super::{photos, sha256};
use crate::{api, clock, device::Device};

/// What there is to show of a photo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// It is being looked for.
    #[default]
    Looking,
    /// Here, under this address.
    Here(String),
    /// The server does not have it yet: the phone that took it still has to send it.
    OnItsWay,
    /// It is not on this device, and there is no way to the server.
    Away,
}

const AGAIN_MS: u32 = 3_000;
const AGAIN_MS_MAX: u32 = 60_000;
/// How much of what others took is kept for the next look.
const SEEN_BYTES_MAX: u64 = 60 * 1024 * 1024;

/// Looks for the picture as long as somebody looks at it.
pub(super) fn shown(device: Device, of: Key, name: String) -> ReadSignal<Shown> {
    let (shown, set) = signal(Shown::Looking);
    let over = Arc::new(AtomicBool::new(false));
    let gone = over.clone();
    on_cleanup(move || {
        gone.store(true, Ordering::Relaxed);
        if let Some(Shown::Here(address)) = shown.try_get_untracked() {
            drop(Url::revoke_object_url(&address));
        }
    });
    spawn_local(async move {
        let mut pause = AGAIN_MS;
        while !over.load(Ordering::Relaxed) {
            let found = look(device, of, &name).await;
            if over.load(Ordering::Relaxed) {
                // Nobody is there any more to give the address back.
                if let Shown::Here(address) = found {
                    drop(Url::revoke_object_url(&address));
                }
                return;
            }
            let here = matches!(found, Shown::Here(_));
            set.set(found);
            if here {
                return;
            }
            TimeoutFuture::new(pause).await;
            pause = (pause * 2).min(AGAIN_MS_MAX);
        }
    });
    shown
}

async fn look(device: Device, of: Key, name: &str) -> Shown {
    let keep = match photos() {
        Some(photos) => photos.opened(device).await,
        None => None,
    };
    if let Some(keep) = &keep
        && let Ok(Some(bytes)) = keep.bytes(name).await
        && sha256(&bytes) == name
    {
        return address(&bytes).map_or(Shown::Away, Shown::Here);
    }
    match api::blob(name, of).await {
        Ok(None) => Shown::OnItsWay,
        Ok(Some(bytes)) if sha256(&bytes) == name => {
            if let Some(keep) = keep {
                // Without room for it, it is fetched again the next time.
                drop(keep.remember(name, &bytes, clock::device().0, SEEN_BYTES_MAX).await);
            }
            address(&bytes).map_or(Shown::Away, Shown::Here)
        }
        _ => Shown::Away,
    }
}

fn address(bytes: &[u8]) -> Option<String> {
    let options = BlobPropertyBag::new();
    options.set_type("image/jpeg");
    let parts = Array::of1(&Uint8Array::from(bytes).into());
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}
