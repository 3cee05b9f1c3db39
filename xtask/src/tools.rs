//! What the build needs beside cargo: found where it is, or installed into the target folder.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::shell::{self, Done};

/// A program of a known version that cargo can build from source.
struct Tool {
    program: &'static str,
    package: &'static str,
    version: String,
    options: &'static [&'static str],
    minutes: u32,
}

/// Makes everything ready for building the app, and answers with the PATH to build it with.
pub(crate) fn ready() -> Done<OsString> {
    wasm_target()?;
    let lock = shell::read(&shell::root().join("Cargo.lock"))?;
    let bindgen = version_in(&lock, "wasm-bindgen").ok_or("Cargo.lock names no wasm-bindgen.")?;
    let tools = [
        Tool {
            program: "trunk",
            package: "trunk",
            version: "0.21.14".to_owned(),
            // Without its update check and its own TLS: it never needs the network here.
            options: &["--no-default-features"],
            minutes: 5,
        },
        Tool {
            program: "wasm-bindgen",
            package: "wasm-bindgen-cli",
            version: bindgen.to_owned(),
            options: &[],
            minutes: 5,
        },
    ];
    let path = path_with(&folder().join("bin"))?;
    for tool in tools.iter().filter(|tool| !tool.is_on(&path)) {
        tool.install()?;
        if !tool.is_on(&path) {
            return Err(format!("{} was installed, but does not run.", tool.package));
        }
    }
    Ok(path)
}

/// The driver of Firefox, which no Debian package has.
pub(crate) fn geckodriver() -> Done<PathBuf> {
    let tool = Tool {
        program: "geckodriver",
        package: "geckodriver",
        version: "0.37.1".to_owned(),
        options: &[],
        minutes: 2,
    };
    let path = path_with(&folder().join("bin"))?;
    if !tool.is_on(&path) {
        tool.install()?;
    }
    tool.file_on(&path).ok_or_else(|| "geckodriver was installed, but is not there.".to_owned())
}

impl Tool {
    /// The first program of this name on `path`.
    fn file_on(&self, path: &OsString) -> Option<PathBuf> {
        let name = format!("{}{}", self.program, env::consts::EXE_SUFFIX);
        env::split_paths(path).map(|folder| folder.join(&name)).find(|file| file.is_file())
    }

    /// Whether the first program of this name on `path` has the right version.
    fn is_on(&self, path: &OsString) -> bool {
        self.file_on(path).is_some_and(|file| {
            shell::answer(shell::command(&file.to_string_lossy(), ["--version"]).env("PATH", path))
                .is_some_and(|said| said.split_whitespace().any(|word| word == self.version))
        })
    }

    fn install(&self) -> Done {
        let headline = format!(
            "Installing {} {} into {} (once; about {} minutes on two cores)",
            self.package,
            self.version,
            folder().display(),
            self.minutes
        );
        let mut install = shell::cargo("install --locked --force");
        install
            .args(["--version", &self.version, "--root"])
            .arg(folder())
            .args(self.options)
            .arg(self.package)
            // An interrupted installation goes on where it stopped.
            .env("CARGO_TARGET_DIR", folder().join("build"))
            // The tools run for seconds: building them fast matters more than fast tools.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        shell::timed(&headline, || shell::run(&mut install))
    }
}

/// The tools' own folder: nothing of the person's system is changed.
fn folder() -> PathBuf {
    shell::target().join("tools")
}

/// The PATH with `folder` in front.
fn path_with(folder: &Path) -> Done<OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(env::split_paths(&rest));
    env::join_paths(folders).map_err(|why| format!("The PATH cannot be extended: {why}."))
}

/// Adds the WebAssembly target to the toolchain, if it is not there.
pub(crate) fn wasm_target() -> Done {
    const TARGET: &str = "wasm32-unknown-unknown";
    let words = ["--print", "target-libdir", "--target", TARGET];
    let library = shell::answer(&mut shell::command("rustc", words));
    if library.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    shell::timed(&format!("Adding the target {TARGET} to the toolchain"), || {
        shell::run(&mut shell::command("rustup", ["target", "add", TARGET]))
    })
}

/// The version of `package` in the text of a Cargo.lock.
fn version_in<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    after.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_names_the_version() {
        let lock = "[[package]]\nname = \"wasm-bindgen-cli\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen"), Some("0.2.129"));
        assert_eq!(version_in(lock, "trunk"), None);
    }

    #[test]
    fn an_absent_tool_is_not_taken_for_a_present_one() {
        let tool = Tool {
            program: "cargo",
            package: "cargo",
            version: "0.0.0".to_owned(),
            options: &[],
            minutes: 0,
        };
        let path = env::var_os("PATH").unwrap_or_default();
        assert!(!tool.is_on(&path), "the version is wrong");
        assert!(!Tool { program: "no-such-program", ..tool }.is_on(&path), "there is none");
    }
}
