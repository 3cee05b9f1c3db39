//! After Trunk: names the build, writes the service worker with its list of files, and the
//! compressed copies the server sends.

use std::{
    env,
    io::Write as _,
    path::{Path, PathBuf},
    thread,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    shell::{self, Done},
    size, styles,
};

/// Files no installed app needs to keep.
const NOT_KEPT: [&str; 8] = [
    // Without a network nobody asks for them.
    "build.json",
    "robots.txt",
    "sw.js",
    "sw.retire.js",
    // Pictures that the system fetches and keeps by itself while it installs the app (public/manifest.webmanifest).
    "icon-192.png",
    "icon-512.png",
    "maskable-512.png",
    "monochrome-192.png",
];
/// The programs of the app, each kept where its face is shown; the door's nowhere, as nobody gets in without a
/// network. Only the first has its name from Trunk.
const PROGRAMS: [&str; 3] = ["field", "office", DOOR];
const DOOR: &str = "door";
/// The reader of codes, kept where the browser has none of its own.
const SCANNER: &str = "scanner";
/// Kinds of files that shrink when compressed.
const SHRINKING: [&str; 8] = ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// What Trunk calls in its staging folder.
pub(crate) fn hook(build: Option<&str>) -> Done {
    let staging = env::var_os("TRUNK_STAGING_DIR")
        .map(PathBuf::from)
        .ok_or("postbuild needs --dist, or to be called by Trunk.")?;
    if env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "debug") {
        // A build for `trunk serve` has no worker: it would only serve old files.
        return remove(&staging.join("sw.template.js"));
    }
    scanner(&staging)?;
    finish(&staging, build)?;
    size::print(&staging)
}

/// Puts the reader of codes beside the app: a module without imports, so it needs nothing but its name.
fn scanner(dist: &Path) -> Done {
    let words = "build --locked --quiet --package scanner --target wasm32-unknown-unknown --profile web-release";
    shell::run(&mut shell::cargo(words))?;
    let built = shell::target().join("wasm32-unknown-unknown/web-release/scanner.wasm");
    let code = std::fs::read(&built).map_err(|why| format!("{}: {why}.", built.display()))?;
    shell::write(&dist.join("scanner.wasm"), code)
}

/// Finishes the app in `dist`, and answers with its build id: the given one, or one that
/// follows from the content.
pub(crate) fn finish(dist: &Path, build: Option<&str>) -> Done<String> {
    remove(&dist.join("sw.template.js"))?;
    for copy in shell::files(dist)?.iter().filter(|file| is(file, &["br", "gz"])) {
        remove(copy)?;
    }
    styles::join(dist)?;
    name_programs(dist)?;
    name_in_page(dist, "dev")?;
    let id = match build {
        Some(id) => id.to_owned(),
        None => fingerprint(&kept(dist)?),
    };
    name_in_page(dist, &id)?;

    let kept = kept(dist)?;
    let list: Vec<_> = kept
        .iter()
        .map(|(path, hash)| match face(path) {
            Some(face) => json!([path, integrity(hash), face]),
            None => json!([path, integrity(hash)]),
        })
        .collect();
    let template = shell::read(&shell::root().join("public/sw.template.js"))?;
    let worker = fill(&template, "\"__BUILD__\"", &json!(id).to_string())?;
    let worker = fill(&worker, "\"__FILES__\"", &json!(list).to_string())?;
    shell::write(&dist.join("sw.js"), worker)?;
    let about =
        json!({ "build": id, "files": kept.iter().map(|(path, _)| path).collect::<Vec<_>>() });
    shell::write(&dist.join("build.json"), about.to_string())?;
    compress(dist)?;
    Ok(id)
}

/// The id of the finished build in `dist`.
pub(crate) fn build_id(dist: &Path) -> Done<String> {
    let about = shell::read(&dist.join("build.json"))?;
    let about: serde_json::Value =
        serde_json::from_str(&about).map_err(|why| format!("build.json: {why}."))?;
    about["build"].as_str().map(str::to_owned).ok_or("build.json names no build.".to_owned())
}

/// The paths an installed app keeps: everything a person may need without a network. A file with a face is kept
/// where that face is shown.
pub(crate) fn kept_paths(dist: &Path) -> Done<Vec<PathBuf>> {
    let files = shell::files(dist)?;
    let needed = |file: &PathBuf| {
        let name = file_name(file);
        !NOT_KEPT.contains(&&*name) && face(&name) != Some(DOOR) && !is(file, &["br", "gz"])
    };
    Ok(files.into_iter().filter(needed).collect())
}

/// The face that needs this file; `None` for what all need.
pub(crate) fn face(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let of = |program: &str| {
        name.strip_prefix(program).is_some_and(|rest| rest.starts_with(['-', '_', '.']))
    };
    PROGRAMS.into_iter().chain([SCANNER]).find(|program| of(program))
}

fn file_name(file: &Path) -> std::borrow::Cow<'_, str> {
    file.file_name().unwrap_or_default().to_string_lossy()
}

/// Gives every program a name that follows from its content, in its files and in the page.
fn name_programs(dist: &Path) -> Done {
    let page = dist.join("index.html");
    let mut text = shell::read(&page)?;
    for program in PROGRAMS {
        let (script, code) = (dist.join(format!("{program}.js")), format!("{program}_bg.wasm"));
        if !script.exists() {
            continue;
        }
        let mut hash = Sha256::new();
        for file in [&script, &dist.join(&code)] {
            hash.update(std::fs::read(file).map_err(|why| format!("{}: {why}.", file.display()))?);
        }
        let named = format!("{program}-{}", &hex(&hash.finalize())[..16]);
        rename(&script, &dist.join(format!("{named}.js")))?;
        rename(&dist.join(code), &dist.join(format!("{named}_bg.wasm")))?;
        text = text.replace(&format!("\"{program}.js\""), &format!("\"{named}.js\""));
    }
    shell::write(&page, text)
}

fn rename(from: &Path, to: &Path) -> Done {
    std::fs::rename(from, to).map_err(|why| format!("{}: {why}.", from.display()))
}

/// Those files as addresses with their SHA-256.
fn kept(dist: &Path) -> Done<Vec<(String, Vec<u8>)>> {
    let mut kept = Vec::new();
    for file in kept_paths(dist)? {
        let bytes = std::fs::read(&file).map_err(|why| format!("{}: {why}.", file.display()))?;
        let inside = file.strip_prefix(dist).unwrap_or(&file);
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        kept.push((format!("/{}", parts.join("/")), Sha256::digest(bytes).to_vec()));
    }
    Ok(kept)
}

fn fingerprint(kept: &[(String, Vec<u8>)]) -> String {
    let mut hash = Sha256::new();
    for (path, content) in kept {
        hash.update(path);
        hash.update(content);
    }
    hex(&hash.finalize())[..12].to_owned()
}

/// The attribute by which the page says which build it is.
fn name_in_page(dist: &Path, id: &str) -> Done {
    let page = dist.join("index.html");
    let text = shell::read(&page)?;
    let (before, after) =
        text.split_once("data-build=\"").ok_or("index.html has no data-build attribute.")?;
    let (_, after) = after.split_once('"').ok_or("index.html: data-build has no end.")?;
    shell::write(&page, format!("{before}data-build=\"{id}\"{after}"))
}

/// `template` with its one `mark` replaced.
fn fill(template: &str, mark: &str, value: &str) -> Done<String> {
    match template.matches(mark).count() {
        1 => Ok(template.replace(mark, value)),
        times => Err(format!("sw.template.js has {mark} {times} times instead of once.")),
    }
}

/// Writes the copies the server sends to browsers that take them: x.br and x.gz beside x.
fn compress(dist: &Path) -> Done {
    let files: Vec<_> =
        shell::files(dist)?.into_iter().filter(|file| is(file, &SHRINKING)).collect();
    thread::scope(|scope| {
        let work: Vec<_> = files.iter().map(|file| scope.spawn(|| compress_one(file))).collect();
        work.into_iter().try_for_each(|one| match one.join() {
            Ok(done) => done,
            Err(_) => Err("Compressing a file broke down.".to_owned()),
        })
    })
}

fn compress_one(file: &Path) -> Done {
    let failed = |why| format!("{}: {why}.", file.display());
    let bytes = std::fs::read(file).map_err(failed)?;

    let mut small = Vec::new();
    let settings =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut small, &settings).map_err(failed)?;
    shell::write(&beside(file, "br"), small)?;

    let mut small = GzEncoder::new(Vec::new(), Compression::best());
    small.write_all(&bytes).map_err(failed)?;
    shell::write(&beside(file, "gz"), small.finish().map_err(failed)?)
}

/// The compressed copy of `file`.
pub(crate) fn beside(file: &Path, kind: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(".");
    path.push(kind);
    path.into()
}

fn is(file: &Path, kinds: &[&str]) -> bool {
    file.extension().is_some_and(|kind| kinds.iter().any(|known| kind == *known))
}

/// Removes a file that may be there.
pub(crate) fn remove(file: &Path) -> Done {
    match std::fs::remove_file(file) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {why}.", file.display()))
        }
        _ => Ok(()),
    }
}

fn integrity(hash: &[u8]) -> String {
    format!("sha256-{}", STANDARD.encode(hash))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_written_as_browsers_read_it() {
        let empty = Sha256::digest([]);
        assert_eq!(integrity(&empty), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn a_program_is_kept_by_the_face_that_needs_it() {
        assert_eq!(face("/field-0123456789abcdef_bg.wasm"), Some("field"));
        assert_eq!(face("/scanner.wasm"), Some("scanner"), "only where it is needed");
        assert_eq!(face("/office.js"), Some("office"));
        assert_eq!(face("/officer.js"), None);
        assert_eq!(face("/index.html"), None);
    }

    #[test]
    fn the_worker_is_filled_in_exactly_once() {
        assert_eq!(fill("a \"x\" b", "\"x\"", "1").as_deref(), Ok("a 1 b"));
        assert!(fill("a b", "\"x\"", "1").is_err(), "a template without its mark is broken");
    }
}
