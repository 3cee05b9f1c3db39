//! From the file of a camera to the picture that is kept: turned upright, made small, marked, and a JPEG in any case.

use js_sys::{Promise, Uint8Array};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, File, HtmlCanvasElement, HtmlImageElement, ImageBitmap, Url,
};

/// A picture as it is kept and sent.
pub(super) struct Made {
    pub(super) full: Vec<u8>,
    pub(super) thumbnail: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The longest edge, in pixels. Serial numbers on a nameplate are read at it.
const EDGE: f64 = 1600.0;
const THUMBNAIL_EDGE: f64 = 320.0;
const QUALITY: f64 = 0.8;
const THUMBNAIL_QUALITY: f64 = 0.7;
const JPEG: &str = "image/jpeg";

/// What the browser could make of a file.
enum Source {
    Bitmap(ImageBitmap),
    Image(HtmlImageElement),
}

/// Makes the picture, with `mark` in its corner. `None` for what this browser cannot read as a picture.
///
/// Drawing it anew leaves out what the camera wrote beside it, among it where the phone was.
pub(super) async fn made(file: &File, mark: &str) -> Option<Made> {
    let source = decoded(file).await?;
    let (width, height) = source.size();
    if width < 1.0 || height < 1.0 {
        return None;
    }
    let scale = (EDGE / width.max(height)).min(1.0);
    let canvas = source.drawn((width * scale).round().max(1.0), (height * scale).round().max(1.0));
    // A picture of 48 million pixels takes 200 MB: it is given back before the next one.
    source.close();
    let canvas = canvas?;
    let (wide, high) = (f64::from(canvas.width()), f64::from(canvas.height()));
    let small = (THUMBNAIL_EDGE / wide.max(high)).min(1.0);
    let (thumbnail, pen) = sheet((wide * small).round().max(1.0), (high * small).round().max(1.0))?;
    let (w, h) = (f64::from(thumbnail.width()), f64::from(thumbnail.height()));
    pen.draw_image_with_html_canvas_element_and_dw_and_dh(&canvas, 0.0, 0.0, w, h).ok()?;
    // Only the large one is marked: on the small one nobody could read it.
    sign(&canvas, mark);
    let made = Made {
        full: jpeg(&canvas, QUALITY).await?,
        thumbnail: jpeg(&thumbnail, THUMBNAIL_QUALITY).await?,
        width: canvas.width(),
        height: canvas.height(),
    };
    // Some browsers keep the pixels until somebody tidies up; twenty photos in a row are too many for that.
    for canvas in [canvas, thumbnail] {
        canvas.set_width(0);
        canvas.set_height(0);
    }
    Some(made)
}

/// Reads the file, upright. What one way does not know, HEIC for one, the other may.
async fn decoded(file: &File) -> Option<Source> {
    let asked = window().create_image_bitmap_with_blob(file);
    if let Ok(asked) = asked
        && let Ok(bitmap) = JsFuture::from(asked).await
    {
        return Some(Source::Bitmap(bitmap.unchecked_into()));
    }
    let address = Url::create_object_url_with_blob(file).ok()?;
    let image = HtmlImageElement::new().ok()?;
    image.set_src(&address);
    let read = JsFuture::from(image.decode()).await;
    drop(Url::revoke_object_url(&address));
    read.ok().map(|_| Source::Image(image))
}

impl Source {
    fn size(&self) -> (f64, f64) {
        match self {
            Self::Bitmap(bitmap) => (f64::from(bitmap.width()), f64::from(bitmap.height())),
            Self::Image(image) => {
                (f64::from(image.natural_width()), f64::from(image.natural_height()))
            }
        }
    }

    fn drawn(&self, width: f64, height: f64) -> Option<HtmlCanvasElement> {
        let (canvas, pen) = sheet(width, height)?;
        let drawn = match self {
            Self::Bitmap(bitmap) => {
                pen.draw_image_with_image_bitmap_and_dw_and_dh(bitmap, 0.0, 0.0, width, height)
            }
            Self::Image(image) => {
                pen.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height)
            }
        };
        drawn.ok().map(|()| canvas)
    }

    fn close(self) {
        if let Self::Bitmap(bitmap) = self {
            bitmap.close();
        }
    }
}

/// A white canvas: what is transparent in the file would become black in a JPEG.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole, and at most 1600"
)]
fn sheet(width: f64, height: f64) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.unchecked_into();
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let pen: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.unchecked_into();
    pen.set_fill_style_str("white");
    pen.fill_rect(0.0, 0.0, width, height);
    // A browser that does not know the word draws a little coarser.
    let _set = js_sys::Reflect::set(&pen, &"imageSmoothingQuality".into(), &"high".into());
    Some((canvas, pen))
}

/// Writes the mark into the lower left corner, light on dark, as wide as it must be.
fn sign(canvas: &HtmlCanvasElement, mark: &str) {
    let pen = canvas.get_context("2d").ok().flatten();
    let Some(pen) = pen.and_then(|pen| pen.dyn_into::<CanvasRenderingContext2d>().ok()) else {
        return;
    };
    let (wide, high) = (f64::from(canvas.width()), f64::from(canvas.height()));
    let mut letter = (wide.max(high) / 44.0).max(12.0);
    let width = |letter: f64| {
        pen.set_font(&format!("600 {letter}px system-ui, sans-serif"));
        pen.measure_text(mark).map_or(0.0, |measured| measured.width())
    };
    let room = wide - 2.0 * letter;
    let asked = width(letter);
    if asked > room {
        letter *= room / asked;
    }
    let written = width(letter);
    let (pad, bar) = (letter * 0.6, letter * 2.0);
    pen.set_fill_style_str("rgba(0, 0, 0, 0.55)");
    pen.fill_rect(0.0, high - bar, written + 2.0 * pad, bar);
    pen.set_fill_style_str("white");
    pen.set_text_baseline("middle");
    // A picture without its mark is still a picture.
    let _written = pen.fill_text(mark, pad, high - bar / 2.0);
}

async fn jpeg(canvas: &HtmlCanvasElement, quality: f64) -> Option<Vec<u8>> {
    let asked = Promise::new(&mut |resolve, reject| {
        let asked = canvas.to_blob_with_type_and_encoder_options(&resolve, JPEG, &quality.into());
        if let Err(why) = asked {
            drop(reject.call1(&JsValue::UNDEFINED, &why));
        }
    });
    let blob: Blob = JsFuture::from(asked).await.ok()?.dyn_into().ok()?;
    let bytes = JsFuture::from(blob.array_buffer()).await.ok()?;
    let bytes = Uint8Array::new(&bytes).to_vec();
    (!bytes.is_empty()).then_some(bytes)
}
