//! Running other programs, and saying in plain sentences what happens and how long it took.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// Done, or a sentence why not.
pub(crate) type Done<T = ()> = Result<T, String>;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A program to be run in the workspace.
pub(crate) fn command<'a>(program: &str, words: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).args(words);
    // NO_COLOR=1 is a valid wish, but Trunk 0.21 takes it for a wrong option and stops.
    command.env_remove("NO_COLOR");
    // Flags from outside would replace those of .cargo/config.toml, which the app needs.
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    command
}

/// Cargo, with its words in one line.
pub(crate) fn cargo(words: &str) -> Command {
    command("cargo", words.split_whitespace())
}

/// Runs `command` to its end with its output shown.
pub(crate) fn run(command: &mut Command) -> Done {
    let name = line(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` failed ({status}).")),
        Err(why) => Err(format!("`{name}` could not be started: {why}.")),
    }
}

/// What `command` says, if it can be run and succeeds.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Does `work` under a headline and says how long it took.
pub(crate) fn timed<T>(headline: &str, work: impl FnOnce() -> Done<T>) -> Done<T> {
    println!("{headline} …");
    let start = Instant::now();
    let result = work()?;
    println!("    done in {}.", spell(start.elapsed()));
    Ok(result)
}

/// A duration as people say it.
pub(crate) fn spell(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds @ 1..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// Reads a text file, or says which one could not be read.
pub(crate) fn read(path: &Path) -> Done<String> {
    std::fs::read_to_string(path).map_err(|why| format!("{}: {why}.", path.display()))
}

/// Writes a file and the folders above it, or says which one could not be written.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Done {
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| std::fs::write(path, bytes))
        .map_err(|why| format!("{}: {why}.", path.display()))
}

/// All files below `folder`, sorted, so that every machine lists them alike.
pub(crate) fn files(folder: &Path) -> Done<Vec<PathBuf>> {
    let failed = |why| format!("{}: {why}.", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
