//! Builds, runs and tests Doorstep. `cargo xtask` alone lists what it can do.

#![expect(clippy::print_stdout, reason = "a command line tool talks to the person who called it")]

mod axe;
mod bench;
mod browser;
mod campaign;
mod chores;
mod fuzz;
mod next;
mod postbuild;
mod postgres;
mod program;
mod shell;
mod sim;
mod size;
mod styles;
mod tools;
mod web;

use std::process::ExitCode;

use crate::shell::Done;

const HELP: &str = "\
cargo xtask run [--port N] [--data DIR]   build everything and start the demo on this machine
cargo xtask build [--quick]               build the program file with the app inside, print sizes
                                          (--quick: only the app, larger and sooner)
cargo xtask test [STEP ...]               all checks, or some:
                                          format lint rules simulation postgres campaigns app memory browser
                                          engines crashes program
cargo xtask bench [NAME ...] [--json FILE] [--database postgres|URL]
                                          what is shipped beside what this machine can do, all or some:
                                          size server growth fanout cold sync start save search
cargo xtask campaign NAME [--runs N] [--seed S] [--expect-loss]
                                          real crashes: kill-server power-cut-server disk-full-server restore
                                          kill-browser power-cut-browser corrupt-browser quota-browser
                                          two-tabs update
cargo xtask campaign soak [--seconds N] [--clients N] [--seed S] [--database postgres]
                                          the history check while servers are killed
cargo xtask sim [--seeds N] [--from S] [--store sqlite] [--canary NAME] [--tell SEED]
                                          the engine under every fault we could think of; one seed, one run
cargo xtask canaries                      bugs planted on purpose, and how soon the simulation finds them
cargo xtask fuzz DECODER [--seconds N]    feed a decoder until it breaks, or for so long (60)
cargo xtask pictures                      the README's pictures, taken anew from the demo
cargo xtask second-build                  a newer build of the app for the update tests
cargo xtask postbuild [--dist DIR] [--build-id ID]
                                          service worker and compressed files (Trunk calls this)";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match carry_out(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("\n{why}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(words: &[&str]) -> Done {
    match words {
        ["run", rest @ ..] => {
            let [port, data] = options(["--port", "--data"], rest)?;
            program::build()?;
            program::start(port, data)
        }
        ["build"] => {
            program::build()?;
            size::print(&web::dist())
        }
        ["build", "--quick"] => web::build(web::Profile::Quick).map(drop),
        ["test", steps @ ..] => chores::test(steps),
        ["bench", rest @ ..] => bench::run(rest),
        ["campaign", name, options @ ..] => campaign::start(name, options),
        ["fuzz", target, rest @ ..] => {
            let [seconds] = options(["--seconds"], rest)?;
            fuzz::fuzz(target, seconds.unwrap_or("60"))
        }
        ["sim", rest @ ..] => sim::simulate(rest),
        ["canaries"] => sim::canaries(),
        ["pictures"] => chores::pictures(),
        ["second-build"] => next::build().map(drop),
        ["postbuild", rest @ ..] => {
            let [dist, build] = options(["--dist", "--build-id"], rest)?;
            match dist {
                Some(dist) => postbuild::finish(dist.as_ref(), build).map(drop),
                None => postbuild::hook(build),
            }
        }
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(format!("cargo xtask does not know `{}`.\n\n{HELP}", words.join(" "))),
    }
}

/// The values of the options `names`, in that order; anything else is a mistake.
fn options<'a, const N: usize>(
    names: [&str; N],
    words: &[&'a str],
) -> Result<[Option<&'a str>; N], String> {
    let mut values = [None; N];
    for pair in words.chunks(2) {
        let place = names.iter().position(|name| *name == pair[0]);
        match (place, pair) {
            (Some(place), [_, value]) => values[place] = Some(*value),
            (Some(_), _) => return Err(format!("{} needs a value.", pair[0])),
            (None, _) => return Err(format!("`{}` is no option here.\n\n{HELP}", pair[0])),
        }
    }
    Ok(values)
}
