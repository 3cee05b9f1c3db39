//! House rules a machine can check: who may know whom, and where things are said.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Every file under `folder` whose name ends like this, with its path from the root and its text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    let root = root();
    let mut found = Vec::new();
    walk(&root.join(folder), ending, &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The lines that are code, with their numbers: comments are free to name anything.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter_map(|(number, line)| {
        let line = line.split(" // ").next().unwrap_or(line);
        (!line.trim_start().starts_with("//")).then_some((number + 1, line))
    })
}

/// Places where `files` say one of `words`.
fn mentions(files: Vec<(String, String)>, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in files {
        for (number, line) in code(&text) {
            if let Some(word) = words.iter().find(|word| line.contains(*word)) {
                found.push(format!("{name}:{number} says {word}"));
            }
        }
    }
    found
}

fn without(files: Vec<(String, String)>, starts: &[&str]) -> Vec<(String, String)> {
    files
        .into_iter()
        .filter(|(name, _)| !starts.iter().any(|start| name.starts_with(start)))
        .collect()
}

fn none(found: Vec<String>, why: &str) {
    assert!(found.is_empty(), "{why}\n{}", found.join("\n"));
}

#[test]
fn the_domain_knows_no_clock_no_dice_and_no_world() {
    let words = [
        "leptos",
        "axum",
        "tokio",
        "web_sys",
        "js_sys",
        "rusqlite",
        "std::fs",
        "std::net",
        "SystemTime",
        "Instant",
        "Utc::now",
        "Local::now",
        "now_v7",
        "new_v4",
        "rand::",
        "async fn",
        ".await",
        "HashMap",
        "HashSet",
        " f64",
        " f32",
    ];
    none(
        mentions(files("domain/src", ".rs"), &words),
        "the rule must give the same answer everywhere",
    );
    let manifest = fs::read_to_string(root().join("domain/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap();
    let names: Vec<&str> = dependencies
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(names, ["chrono", "serde", "serde_json", "sha2", "uuid"]);
}

#[test]
fn pages_look_at_the_view_and_send_commands_and_touch_nothing_else() {
    let words = ["crate::store", "crate::sync", "indexed_db", "idb_factory", "gloo_net"];
    none(mentions(files("app/src/pages", ".rs"), &words), "pages -> store or sync never exists");
}

#[test]
fn parts_know_no_tickets() {
    let words = ["domain::", "crate::device", "crate::pages", "crate::locale", "crate::store"];
    let mut parts = files("app/src/ui", ".rs");
    parts.extend(files("app/src", "/ui.rs"));
    none(mentions(parts, &words), "ui takes text and callbacks");
}

#[test]
fn every_test_of_the_app_is_run() {
    // The app is no program for this machine: `tests/main.rs` takes in the files that have tests of their own.
    let taken = fs::read_to_string(root().join("tests/main.rs")).unwrap();
    let left = |at: &String| !taken.contains(at.split(':').next().unwrap_or_default());
    let found = mentions(files("app/src", ".rs"), &["#[test]"]);
    none(found.into_iter().filter(left).collect(), "nobody runs these");
}

#[test]
fn the_engine_runs_without_a_screen() {
    let mut engine = Vec::new();
    for part in ["device", "sync", "store", "api", "session"] {
        engine.extend(files("app/src", &format!("src/{part}.rs")));
        engine.extend(files(&format!("app/src/{part}"), ".rs"));
    }
    none(mentions(engine, &["crate::pages", "view!"]), "the engine -> pages never exists");
}

#[test]
fn app_and_server_speak_only_through_the_wire() {
    none(
        mentions(files("app/src", ".rs"), &[" server::", "(server::"]),
        "app -> server never exists",
    );
    none(
        mentions(files("server/src", ".rs"), &["leptos", "web_sys"]),
        "server -> app never exists",
    );
}

#[test]
fn sql_lives_in_the_store() {
    let outside = without(files("server/src", ".rs"), &["server/src/store"]);
    let words = [
        "rusqlite",
        "SELECT ",
        "select * ",
        "INSERT INTO",
        "insert into",
        "delete from",
        "DELETE FROM",
    ];
    none(mentions(outside, &words), "storage is read, and replaced, in one sitting");
}

#[test]
fn texts_people_see_live_in_the_locale() {
    let outside = without(files("app/src", ".rs"), &["app/src/locale"]);
    let mut found = Vec::new();
    for (name, text) in outside {
        // Tests may quote what people see.
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (number, line) in code(text) {
            let chinese = line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            // The name of the product is the same in every language.
            if chinese && !line.contains("Doorstep 上门") && !line.contains("\"中文\"") {
                found.push(format!("{name}:{number} {}", line.trim()));
            }
        }
    }
    none(found, "one place to change each text");
}

#[test]
fn colours_live_in_the_tokens() {
    let mut found = Vec::new();
    for (name, text) in without(files("style", ".css"), &["style/tokens.css"]) {
        for (number, line) in text.lines().enumerate() {
            let value = line.split_once(':').map_or("", |(_, value)| value);
            let hex = value.split_whitespace().any(|word| {
                let word = word.trim_end_matches([';', ',', ')']);
                word.strip_prefix('#').is_some_and(|digits| {
                    matches!(digits.len(), 3 | 4 | 6 | 8)
                        && digits.chars().all(|c| c.is_ascii_hexdigit())
                })
            });
            if hex || ["rgb(", "rgba(", "oklch(", "hsl("].iter().any(|f| value.contains(f)) {
                found.push(format!("{name}:{} {}", number + 1, line.trim()));
            }
        }
    }
    none(found, "literal colours stand in style/tokens.css only");
}

#[test]
fn every_stylesheet_is_linked() {
    let page = fs::read_to_string(root().join("app/index.html")).unwrap();
    for (name, text) in files("style", ".css") {
        assert!(page.contains(&name), "app/index.html does not link {name}");
        assert!(!text.contains("!important") || name.ends_with("print.css"), "{name}");
    }
}

#[test]
fn paths_are_said_once() {
    let app = without(files("app/src", ".rs"), &["app/src/route.rs", "app/src/api.rs"]);
    let words = ["href=\"/", "\"/api/", "\"/ticket", "\"/desk", "\"/outbox"];
    none(mentions(app, &words), "paths stand in route.rs, calls in api.rs");
}

#[test]
fn every_file_opens_with_a_sentence_for_the_newcomer() {
    for folder in ["domain/src", "app/src", "server/src", "tests", "xtask/src"] {
        for (name, text) in files(folder, ".rs") {
            let first = text.lines().next().unwrap_or_default();
            assert!(first.starts_with("//! ") && first.len() > 15, "{name} opens with: {first}");
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Written in two pieces, so that this file does not find itself.
    let words = [
        concat!("#[ign", "ore"),
        concat!("#[should", "_panic"),
        concat!("tod", "o!("),
        concat!("unimpl", "emented!("),
        concat!("db", "g!("),
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
    ];
    for folder in ["domain", "app/src", "server/src", "tests", "xtask/src"] {
        none(mentions(files(folder, ".rs"), &words), "unfinished code");
    }
}

#[test]
fn the_map_names_files_that_exist() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut named = 0;
    for word in map.split('`').skip(1).step_by(2) {
        let folders = ["domain/", "app/", "server/", "tests/", "xtask/", "style/", "public/"];
        let is_path = folders.iter().any(|folder| word.starts_with(folder));
        if is_path && !word.contains(['*', '{', ' ', '<']) {
            named += 1;
            assert!(root().join(word).exists(), "ARCHITECTURE.md names {word}, which is not there");
        }
    }
    assert!(named > 20, "the map names only {named} places");
}

#[test]
fn both_readmes_give_the_same_commands() {
    let commands = |name: &str| -> Vec<String> {
        let text = fs::read_to_string(root().join(name)).unwrap();
        let lines = text.lines().filter(|line| line.starts_with("cargo xtask"));
        lines.map(|line| line.split(" #").next().unwrap_or(line).trim().to_owned()).collect()
    };
    let english = commands("README.md");
    assert!(english.iter().any(|line| line.starts_with("cargo xtask run")));
    assert!(english.iter().any(|line| line.starts_with("cargo xtask test")));
    assert_eq!(english, commands("README.zh-CN.md"));
}

#[test]
fn the_app_depends_on_few_things_each_weighed() {
    let manifest = fs::read_to_string(root().join("app/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap();
    let names: Vec<&str> = dependencies
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .collect();
    // A new one says in its commit what it replaces and how many bytes it adds to the phone's download.
    let weighed = [
        "chrono",
        "console_error_panic_hook",
        "domain",
        "futures",
        "gloo-net",
        "gloo-timers",
        "indexed_db_futures",
        "js-sys",
        "leptos",
        "leptos_router",
        "qrcodegen",
        "serde",
        "serde_json",
        "sha2",
        "uuid",
        "wasm-bindgen",
        "wasm-bindgen-futures",
        "web-sys",
    ];
    for name in names {
        assert!(weighed.contains(&name), "app/Cargo.toml depends on {name}");
    }
}
