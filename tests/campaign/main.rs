//! `cargo xtask campaign NAME`: real servers that are killed, cut off from power and out of disk, again and again.

#![expect(clippy::print_stdout, reason = "a campaign prints what came of it")]

#[cfg(target_os = "linux")]
#[path = "run.rs"]
mod run;

/// The disk that forgets is a file system of Linux.
#[cfg(not(target_os = "linux"))]
mod run {
    pub fn main() -> std::process::ExitCode {
        println!("Campaigns need Linux.");
        std::process::ExitCode::FAILURE
    }
}

fn main() -> std::process::ExitCode {
    run::main()
}
