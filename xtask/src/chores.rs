//! Everything that must hold before a change is shared, as one readable list of steps.

use std::{env, process::Command, time::Instant};

use crate::{
    axe, browser, campaign, next, postgres, program,
    shell::{self, Done, cargo, run},
    sim, tools, web,
};

/// A name to call it by, what it promises, and the work.
type Step = (&'static str, &'static str, fn() -> Done);

const STEPS: [Step; 12] = [
    ("format", "Every file is formatted", format),
    ("lint", "No warnings, on this machine and in the browser", lint),
    ("rules", "Rules, stories, contracts and house rules hold", rules),
    ("simulation", "Every promise of the engine survives every fault we could think of", sim::step),
    ("postgres", "Everything the data is promised holds on PostgreSQL too", postgres::contracts),
    ("campaigns", "A server that is killed, cut off or out of disk keeps its word", campaign::few),
    ("app", "The app builds, and a newer build beside it", app),
    ("memory", "The phone's memory keeps its word in a real browser", memory),
    ("browser", "The stories work in a real browser", stories_in_browser),
    ("engines", "The main job works in Firefox and WebKit too", engines),
    ("crashes", "A browser that is killed, cut off or corrupted loses nothing", crashes),
    ("program", "The program file builds with the app inside", whole_program),
];

/// Runs the named steps, or all of them, and stops at the first that fails.
pub(crate) fn test(names: &[&str]) -> Done {
    if let Some(unknown) = names.iter().find(|name| !STEPS.iter().any(|step| step.0 == **name)) {
        return Err(format!("There is no step `{unknown}`. {}", list()));
    }
    let start = Instant::now();
    let mut report = Vec::new();
    for (name, promise, work) in STEPS {
        if !names.is_empty() && !names.contains(&name) {
            continue;
        }
        println!("\n== {name}: {promise}");
        let begin = Instant::now();
        work()
            .map_err(|why| format!("{why}\n\nTo see only this again: cargo xtask test {name}"))?;
        report.push(format!("{name:<10}{:>12}", shell::spell(begin.elapsed())));
    }
    println!("\n{}\nAll well after {}.", report.join("\n"), shell::spell(start.elapsed()));
    Ok(())
}

fn list() -> String {
    format!("The steps are {}.", STEPS.map(|step| step.0).join(", "))
}

fn format() -> Done {
    run(&mut cargo("fmt --all --check")).map_err(|why| format!("{why} To mend it: cargo fmt --all"))
}

fn lint() -> Done {
    tools::wasm_target()?;
    run(&mut cargo(
        "clippy --locked --workspace --exclude app --all-targets --features tests/browser -- -D warnings",
    ))?;
    run(&mut cargo("clippy --locked --package app --target wasm32-unknown-unknown -- -D warnings"))
}

fn rules() -> Done {
    run(&mut cargo("test --locked --workspace --exclude app"))
}

fn app() -> Done {
    web::build(web::Profile::Shipped)?;
    next::build().map(drop)
}

/// The store's own tests, compiled to WebAssembly and run against a real IndexedDB.
fn memory() -> Done {
    let path = tools::ready()?;
    let browser = browser::ready()?;
    let mut tests = cargo(
        "test --locked --package app --target wasm32-unknown-unknown --test store --test decisions",
    );
    run(near(&mut tests)
        .env("PATH", path)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "180")
        // A busy machine takes longer than the runner's five seconds to start a driver.
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "120")
        .env("CHROMEDRIVER", browser.driver))
}

fn stories_in_browser() -> Done {
    let mut stories = cargo(
        "test --locked --package tests --features browser --test browser -- --skip engines:: --skip pictures::",
    );
    in_browser(stories.env("DOORSTEP_AXE", axe::ready()?))
}

fn engines() -> Done {
    let browser::Others { firefox, gecko_driver, webkit, webkit_driver } = browser::others()?;
    let mut stories =
        cargo("test --locked --package tests --features browser --test browser engines::");
    in_browser(
        stories
            .env("FIREFOX", firefox)
            .env("GECKODRIVER", gecko_driver)
            .env("WEBKIT", webkit)
            .env("WEBKITDRIVER", webkit_driver),
    )
}

/// Takes the pictures of the README anew.
pub(crate) fn pictures() -> Done {
    app()?;
    let mut story =
        cargo("test --locked --package tests --features browser --test browser pictures::");
    in_browser(story.env("DOORSTEP_PICTURES", shell::root().join("docs").join("pictures")))
}

fn crashes() -> Done {
    campaign_in_browser(&["all", "--seed", "20"])
}

/// Real crashes of a real browser: the words name the campaign and its options.
pub(crate) fn campaign_in_browser(words: &[&str]) -> Done {
    app()?;
    let mut campaign = cargo("run --locked --package tests --bin campaign-browser --");
    in_browser(campaign.args(words))
}

/// Runs `work` with a browser, the program and two builds of the app at hand.
fn in_browser(work: &mut Command) -> Done {
    let browser = browser::ready()?;
    run(&mut cargo("build --locked --package server"))?;
    run(near(work)
        .env("CHROMIUM", browser.chromium)
        .env("CHROMEDRIVER", browser.driver)
        .env("DOORSTEP_PROGRAM", program::file("debug"))
        .env("DOORSTEP_DIST", web::dist())
        .env("DOORSTEP_DIST_NEXT", shell::target().join("dist-next")))
}

/// Servers and drivers of the tests are on this machine, whatever proxy leads out of it.
fn near(tests: &mut Command) -> &mut Command {
    let known = ["NO_PROXY", "no_proxy"].map(env::var).into_iter().find_map(Result::ok);
    let list = format!("127.0.0.1,localhost,{}", known.unwrap_or_default());
    tests.env("NO_PROXY", &list).env("no_proxy", &list)
}

fn whole_program() -> Done {
    let program = program::build()?;
    run(&mut shell::command(&program.to_string_lossy(), ["--version"]))
}
