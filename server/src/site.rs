//! The built app: inside the program, or from a folder; compressed as it was built, with honest caching.

use std::{borrow::Cow, path::Path};

use axum::{
    extract::State as Shared,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use crate::{State, error::Error, store::hex};

/// The build of the app inside this program. Reading it here rebuilds this file for a new app.
pub(crate) const BUILD: Option<&str> = option_env!("DOORSTEP_APP_BUILD");

#[cfg(feature = "embed")]
#[derive(rust_embed::Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../dist"]
// Every browser takes the packed ones; whoever does not gets them unpacked.
#[exclude = "*.wasm"]
struct Inside;

/// Every path that is no route of the interface.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let path = uri.path();
    if path.starts_with("/api/") {
        return Err(Error::NotFound);
    }
    if method != Method::GET && method != Method::HEAD {
        return Err(Error::MethodNotAllowed);
    }
    let name = name(path).ok_or(Error::NotFound)?;
    let dist = state.config.dist.as_deref();
    for (ending, coding) in [(".br", Some("br")), (".gz", Some("gzip")), ("", None)] {
        if coding.is_some_and(|coding| !accepts(&headers, coding)) {
            continue;
        }
        if let Some(bytes) = read(dist, &format!("{name}{ending}")).await {
            return Ok(answer(name, coding, bytes, &headers));
        }
    }
    if name == "index.html" {
        return Ok(missing());
    }
    Err(Error::NotFound)
}

/// The addresses of the stylesheets that the app's page links.
pub(crate) async fn stylesheets(state: &State) -> Vec<String> {
    let page = read(state.config.dist.as_deref(), "index.html").await.unwrap_or_default();
    let page = String::from_utf8_lossy(&page);
    let links = page.split("<link ").skip(1).filter(|link| link.contains("rel=\"stylesheet\""));
    let address = |link: &str| Some(link.split_once("href=\"")?.1.split_once('"')?.0.to_owned());
    links.filter_map(address).collect()
}

/// The file behind a path. Addresses of pages have no extension and are all the one page.
fn name(path: &str) -> Option<&str> {
    let name = path.trim_start_matches('/');
    let plain = name
        .split('/')
        .all(|part| !part.starts_with('.') && !part.contains(['\\', ':', '%', '\0']));
    let last = name.rsplit('/').next().unwrap_or_default();
    match (plain, last.contains('.')) {
        (false, _) => None,
        (true, true) => Some(name),
        (true, false) => Some("index.html"),
    }
}

/// Whether the browser takes this coding.
pub(crate) fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok());
    taken(accepted.unwrap_or_default(), coding)
}

fn taken(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
        let refused = parameters
            .trim()
            .strip_prefix("q=")
            .is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

async fn read(dist: Option<&Path>, name: &str) -> Option<Cow<'static, [u8]>> {
    match dist {
        Some(dist) => tokio::fs::read(dist.join(name)).await.ok().map(Cow::Owned),
        None => inside(name),
    }
}

#[cfg(feature = "embed")]
fn inside(name: &str) -> Option<Cow<'static, [u8]>> {
    let held = |name: &str| <Inside as rust_embed::RustEmbed>::get(name).map(|file| file.data);
    held(name).or_else(|| Some(Cow::Owned(unpacked(&held(&format!("{name}.gz"))?)?)))
}

#[cfg(feature = "embed")]
fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed), &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(not(feature = "embed"))]
fn inside(_: &str) -> Option<Cow<'static, [u8]>> {
    None
}

fn answer(
    name: &str,
    coding: Option<&'static str>,
    bytes: Cow<'static, [u8]>,
    asked: &HeaderMap,
) -> Response {
    let mut headers = HeaderMap::new();
    let forever = is_hashed(name);
    let cache = match (forever, name.starts_with("icons/")) {
        (true, _) => "public, max-age=31536000, immutable",
        (false, true) => "public, max-age=86400",
        (false, false) => "no-cache",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if !forever {
        let tag = format!("\"{}\"", hex(&Sha256::digest(&bytes)[..16]));
        if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag.as_str()) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
    }
    (headers, bytes.into_owned()).into_response()
}

/// Whether the name carries a hash of the content, `app-0123456789abcdef_bg.wasm`, so that it never changes.
fn is_hashed(name: &str) -> bool {
    name.split('-').skip(1).any(|part| {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        digits == 16 && matches!(part.as_bytes().get(16), Some(b'.' | b'_'))
    })
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The program was built without the app; the interface works all the same.
fn missing() -> Response {
    let text = "The app is not inside this program. Build it with: cargo xtask build\n";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_one_file_and_files_are_themselves() {
        assert_eq!(name("/"), Some("index.html"));
        assert_eq!(name("/tickets/0192"), Some("index.html"));
        assert_eq!(name("/icons/icon.svg"), Some("icons/icon.svg"));
        for outside in ["/../secret.txt", "/.stage/app.js", "/a/..\\b.js", "/%2e%2e/x.js"] {
            assert_eq!(name(outside), None, "{outside}");
        }
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        assert!(is_hashed("app-15af1cd940f11992_bg.wasm"));
        assert!(is_hashed("style-1784c737844368bb.css"));
        for changing in ["index.html", "sw.js", "icons/maskable-512.png", "app-15af.js"] {
            assert!(!is_hashed(changing), "{changing}");
        }
    }

    #[test]
    fn a_coding_with_weight_zero_is_refused() {
        assert!(taken("gzip, deflate, br", "br"));
        assert!(taken("gzip;q=0.5", "gzip"));
        assert!(!taken("br;q=0, gzip", "br"));
        assert!(!taken("", "br"));
    }
}
