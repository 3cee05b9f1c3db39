//! The one program file: the server with the built app inside.

use std::path::PathBuf;

use crate::{
    shell::{self, Done},
    web,
};

/// Builds the app, then the server around it, and answers with the program file.
pub(crate) fn build() -> Done<PathBuf> {
    let id = web::build(web::Profile::Shipped)?;
    shell::timed("Building the server with the app inside", || {
        // The server's source reads this variable, so cargo builds it anew for a new app.
        shell::run(
            shell::cargo("build --release --locked --package server --features embed")
                .env("DOORSTEP_APP_BUILD", id),
        )
    })?;
    let program = file("release");
    println!("The program is {}.", program.display());
    Ok(program)
}

/// The program file of a cargo profile.
pub(crate) fn file(profile: &str) -> PathBuf {
    shell::target().join(profile).join(format!("doorstep{}", std::env::consts::EXE_SUFFIX))
}

/// Starts the demo and stays until it ends.
pub(crate) fn start(port: Option<&str>, data: Option<&str>) -> Done {
    let program = file("release");
    let mut demo = shell::command(&program.to_string_lossy(), ["demo"]);
    demo.args(port.map(|port| ["--port", port]).into_iter().flatten());
    demo.args(data.map(|data| ["--data", data]).into_iter().flatten());
    become_it(&mut demo)
}

/// On Unix this process turns into the server, so that a signal to it reaches the server.
#[cfg(unix)]
fn become_it(demo: &mut std::process::Command) -> Done {
    let why = std::os::unix::process::CommandExt::exec(demo);
    Err(format!("The server could not be started: {why}."))
}

#[cfg(not(unix))]
fn become_it(demo: &mut std::process::Command) -> Done {
    shell::run(demo)
}
