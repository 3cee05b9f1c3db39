//! Reads a bar code or a QR code in a picture: a WebAssembly module of its own, for browsers that cannot
//! (`BarcodeDetector`), fetched the first time somebody scans.
//!
//! It imports nothing, so it needs no glue: the page puts RGBA bytes at [`room`], calls [`read`], and finds the
//! text as UTF-8 at [`text`]. Pictures in, text out; nothing is kept but the last of each.

use std::cell::RefCell;

use rxing::{
    BarcodeFormat, Binarizer, BinaryBitmap, DecodeHintValue, DecodeHints, Luma8LuminanceSource,
    MultiFormatReader, Reader,
    common::{GlobalHistogramBinarizer, HybridBinarizer},
};

thread_local! {
    static PICTURE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// No camera gives more; a page that asks for more is broken.
const BYTES_MAX: usize = 64 << 20;

/// Where the page may write so many bytes; nowhere if that is too much.
#[expect(unsafe_code, reason = "the page finds the function by its name")]
#[unsafe(no_mangle)]
pub extern "C" fn room(bytes: usize) -> *mut u8 {
    if bytes > BYTES_MAX {
        return std::ptr::null_mut();
    }
    PICTURE.with_borrow_mut(|picture| {
        picture.resize(bytes, 0);
        picture.as_mut_ptr()
    })
}

/// Reads the RGBA picture in the room, and answers with the length of the text; 0 where there is none.
#[expect(unsafe_code, reason = "the page finds the function by its name")]
#[unsafe(no_mangle)]
pub extern "C" fn read(width: u32, height: u32) -> usize {
    let found = PICTURE.with_borrow(|picture| code_in(picture, width, height));
    TEXT.with_borrow_mut(|text| {
        *text = found.unwrap_or_default();
        text.len()
    })
}

/// Where the text is, until the next call.
#[expect(unsafe_code, reason = "the page finds the function by its name")]
#[unsafe(no_mangle)]
pub extern "C" fn text() -> *const u8 {
    TEXT.with_borrow(|text| text.as_ptr())
}

/// What labels of machines and parts bear. Fewer kinds mean fewer things read that are none.
const FORMATS: [BarcodeFormat; 7] = [
    BarcodeFormat::QR_CODE,
    BarcodeFormat::DATA_MATRIX,
    BarcodeFormat::CODE_128,
    BarcodeFormat::CODE_39,
    BarcodeFormat::CODE_93,
    BarcodeFormat::EAN_13,
    BarcodeFormat::EAN_8,
];

/// The code in an RGBA picture.
pub fn code_in(rgba: &[u8], width: u32, height: u32) -> Option<String> {
    let pixels = usize::try_from(width).ok()?.checked_mul(usize::try_from(height).ok()?)?;
    if pixels == 0 || rgba.len() < pixels.checked_mul(4)? {
        return None;
    }
    let luma: Vec<u8> = rgba.chunks_exact(4).take(pixels).map(brightness).collect();
    // In shadows and on curved labels brightness is judged place by place; on a small picture as a whole.
    let source = || Luma8LuminanceSource::new(luma.clone(), width, height).ok();
    decoded(HybridBinarizer::new(source()?))
        .or_else(|| decoded(GlobalHistogramBinarizer::new(source()?)))
}

fn decoded<B: Binarizer>(binarizer: B) -> Option<String> {
    let hints = DecodeHints::default()
        .with(DecodeHintValue::TryHarder(true))
        .with(DecodeHintValue::PossibleFormats(FORMATS.into_iter().collect()));
    let mut reader = MultiFormatReader::default();
    let found = reader.decode_with_hints(&mut BinaryBitmap::new(binarizer), &hints).ok()?;
    Some(found.getText().to_owned()).filter(|text| !text.is_empty())
}

fn brightness(pixel: &[u8]) -> u8 {
    let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
    u8::try_from((red * 77 + green * 151 + blue * 28) >> 8).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use rxing::{MultiFormatWriter, Writer};

    use super::*;

    /// A photograph of a label: dark modules on light paper, with a margin, each module some pixels wide.
    fn photographed(
        text: &str,
        format: BarcodeFormat,
        width: i32,
        height: i32,
    ) -> (Vec<u8>, u32, u32) {
        let code =
            MultiFormatWriter.encode(text, &format, width, height).expect("it can be written");
        const MARGIN: u32 = 40;
        let (wide, high) = (code.getWidth() + 2 * MARGIN, code.getHeight() + 2 * MARGIN);
        let mut rgba = Vec::new();
        for y in 0..high {
            for x in 0..wide {
                let inside = x >= MARGIN && y >= MARGIN && x < wide - MARGIN && y < high - MARGIN;
                let dark = inside && code.get(x - MARGIN, y - MARGIN);
                // Uneven light: the right side lies in the shade.
                let light = 235 - (x * 60 / wide) as u8;
                let shade = if dark { light / 5 } else { light };
                rgba.extend([shade, shade, shade, 255]);
            }
        }
        (rgba, wide, high)
    }

    #[test]
    fn the_labels_of_machines_and_parts_are_read() {
        let labels = [
            ("R80-2402-07715", BarcodeFormat::CODE_128, 420, 90),
            ("PCB-35-01", BarcodeFormat::CODE_39, 420, 90),
            ("6901234567892", BarcodeFormat::EAN_13, 300, 90),
            ("https://example.com/m/R80-2402-07715", BarcodeFormat::QR_CODE, 220, 220),
            ("型号 RO-800G 序列号 R80-2402-07715", BarcodeFormat::QR_CODE, 260, 260),
            ("FK7Q00018", BarcodeFormat::DATA_MATRIX, 160, 160),
        ];
        for (text, format, width, height) in labels {
            let (rgba, wide, high) = photographed(text, format, width, height);
            assert_eq!(code_in(&rgba, wide, high).as_deref(), Some(text), "{format:?}");
        }
    }

    #[test]
    fn a_label_held_on_its_side_is_read() {
        let (rgba, wide, high) = photographed("SN-88-1042", BarcodeFormat::CODE_128, 420, 90);
        let mut turned = Vec::new();
        for x in 0..wide {
            for y in (0..high).rev() {
                let at = ((y * wide + x) * 4) as usize;
                turned.extend(&rgba[at..at + 4]);
            }
        }
        assert_eq!(code_in(&turned, high, wide).as_deref(), Some("SN-88-1042"));
    }

    #[test]
    fn a_picture_without_a_code_says_nothing() {
        let wall = vec![200; 640 * 480 * 4];
        assert_eq!(code_in(&wall, 640, 480), None);
        let noise: Vec<u8> =
            (0u32..640 * 480 * 4).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert_eq!(code_in(&noise, 640, 480), None);
    }

    #[test]
    fn sizes_that_cannot_be_are_no_picture() {
        assert_eq!(code_in(&[], 0, 0), None);
        assert_eq!(code_in(&[1, 2, 3], 640, 480), None);
        assert_eq!(code_in(&[0; 64], u32::MAX, u32::MAX), None);
        assert!(room(usize::MAX).is_null());
    }

    #[test]
    fn the_page_finds_the_text_where_it_is_told() {
        let (rgba, wide, high) = photographed("QR 1", BarcodeFormat::QR_CODE, 120, 120);
        assert!(!room(rgba.len()).is_null());
        PICTURE.with_borrow_mut(|picture| picture.copy_from_slice(&rgba));
        let length = read(wide, high);
        assert_eq!(length, 4);
        assert!(!text().is_null());
        assert_eq!(TEXT.with_borrow(Clone::clone), "QR 1");
    }
}
