//! Who reads the code in a picture: the browser where it can, else a reader of our own, a module that is fetched when
//! it is first needed and kept for the cellar (`scanner/`).

use std::cell::RefCell;

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array, WebAssembly};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, Response};

use crate::api;

thread_local! {
    static OWN: RefCell<Option<Own>> = const { RefCell::new(None) };
}

/// A reader of codes.
#[derive(Clone)]
pub enum Reader {
    Browser(JsValue),
    Own(Own),
}

impl Reader {
    /// The best reader there is; `None` where the browser has none and ours did not come.
    pub async fn ready() -> Option<Reader> {
        if let Some(detector) = browsers().await {
            return Some(Reader::Browser(detector));
        }
        if let Some(own) = OWN.with_borrow(Clone::clone) {
            return Some(Reader::Own(own));
        }
        let own = Own::fetched().await?;
        OWN.set(Some(own.clone()));
        Some(Reader::Own(own))
    }

    /// The code in what the camera sees now, if there is one.
    pub async fn read(&self, video: &HtmlVideoElement) -> Option<String> {
        match self {
            Reader::Browser(detector) => {
                let found = call(detector, "detect", &[video.clone().into()])?;
                let found = JsFuture::from(Promise::resolve(&found)).await.ok()?;
                let said =
                    |code: JsValue| Reflect::get(&code, &"rawValue".into()).ok()?.as_string();
                Array::from(&found).iter().filter_map(said).find(|code| !code.is_empty())
            }
            Reader::Own(own) => own.read(video),
        }
    }
}

/// The browser's own reader. Some systems have the class and nothing behind it.
async fn browsers() -> Option<JsValue> {
    let class: Function =
        Reflect::get(&window(), &"BarcodeDetector".into()).ok()?.dyn_into().ok()?;
    let formats = call(&class, "getSupportedFormats", &[])?;
    let formats = JsFuture::from(Promise::resolve(&formats)).await.ok()?;
    if Array::from(&formats).length() == 0 {
        return None;
    }
    Reflect::construct(&class, &Array::new()).ok()
}

/// Keeps our reader for a time without a network, where the browser has none. Called when nothing else is to be done.
pub fn keep_for_later() {
    spawn_local(async {
        if browsers().await.is_none() {
            // A browser that keeps nothing fetches it when it is needed.
            let _kept = ask_to_keep().await;
        }
    });
}

/// Asks the service worker to keep our reader too, as it keeps a program of the app.
async fn ask_to_keep() -> Result<(), JsValue> {
    let noted = JsFuture::from(window().caches()?.open("doorstep-faces")).await?;
    let noted: Cache = noted.unchecked_into();
    JsFuture::from(noted.put_with_str("/scanner", &Response::new()?)).await?;
    if let Some(worker) = window().navigator().service_worker().controller() {
        worker.post_message(&"KEEP_FACES".into())?;
    }
    Ok(())
}

/// Our own reader: a module with a picture in and a text out.
#[derive(Clone)]
pub struct Own {
    memory: WebAssembly::Memory,
    room: Function,
    read: Function,
    text: Function,
    canvas: HtmlCanvasElement,
}

/// The widest picture that is looked at: the bars of a label are two pixels then, and a look takes a tenth of a second.
const WIDTH_MAX: u32 = 960;
/// How much of the picture's height lies within the frame, in hundredths.
const HEIGHT_PERCENT: u32 = 70;

impl Own {
    async fn fetched() -> Option<Own> {
        let code = api::scanner().await.ok()?;
        let made = WebAssembly::instantiate_buffer(&code, &Object::new());
        let made = JsFuture::from(made).await.ok()?;
        let instance: WebAssembly::Instance =
            Reflect::get(&made, &"instance".into()).ok()?.dyn_into().ok()?;
        let named = |name: &str| Reflect::get(&instance.exports(), &name.into()).ok();
        let canvas = document().create_element("canvas").ok()?.dyn_into().ok()?;
        Some(Own {
            memory: named("memory")?.dyn_into().ok()?,
            room: named("room")?.dyn_into().ok()?,
            read: named("read")?.dyn_into().ok()?,
            text: named("text")?.dyn_into().ok()?,
            canvas,
        })
    }

    fn read(&self, video: &HtmlVideoElement) -> Option<String> {
        let (wide, high) = (video.video_width(), video.video_height());
        if wide == 0 || high == 0 {
            return None;
        }
        // The middle, where the frame is drawn, as large as it need be.
        let taken = high * HEIGHT_PERCENT / 100;
        let width = wide.min(WIDTH_MAX);
        let height = (taken * width / wide).max(1);
        self.canvas.set_width(width);
        self.canvas.set_height(height);
        let pen: CanvasRenderingContext2d = self.canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let above = f64::from((high - taken) / 2);
        let (from_wide, from_high) = (f64::from(wide), f64::from(taken));
        let (to_wide, to_high) = (f64::from(width), f64::from(height));
        pen.draw_image_with_html_video_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            video, 0.0, above, from_wide, from_high, 0.0, 0.0, to_wide, to_high,
        )
        .ok()?;
        let (w, h) = (i32::try_from(width).ok()?, i32::try_from(height).ok()?);
        let picture = pen.get_image_data(0, 0, w, h).ok()?.data();
        let bytes = u32::try_from(picture.0.len()).ok()?;
        let at = self.room.call1(&JsValue::NULL, &bytes.into()).ok()?.as_f64()? as u32;
        if at == 0 {
            return None;
        }
        // The memory may have grown: the view is made anew.
        Uint8Array::new_with_byte_offset_and_length(&self.memory.buffer(), at, bytes)
            .copy_from(&picture.0);
        let length = self.read.call2(&JsValue::NULL, &width.into(), &height.into()).ok()?;
        let length = length.as_f64()? as u32;
        if length == 0 {
            return None;
        }
        let at = self.text.call0(&JsValue::NULL).ok()?.as_f64()? as u32;
        let text = Uint8Array::new_with_byte_offset_and_length(&self.memory.buffer(), at, length);
        String::from_utf8(text.to_vec()).ok()
    }
}

/// Calls a method some browsers have and some have not.
pub fn call(of: &JsValue, name: &str, with: &[JsValue]) -> Option<JsValue> {
    let method: Function = Reflect::get(of, &name.into()).ok()?.dyn_into().ok()?;
    method.apply(of, &with.iter().collect::<Array>()).ok()
}
