//! Storage that goes bad: a flipped bit, a cut file, a file that some cleaner deleted.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::lossy::Dice;

use super::{Done, pick};

/// Damages one file of the folder, or deletes the folder as an evicting browser does. Says what was done.
///
/// # Errors
/// That there is nothing to damage.
pub fn harm(folder: &Path, dice: &mut Dice) -> Done<String> {
    let mut files = Vec::new();
    gather(folder, &mut files).map_err(|why| format!("{}: {why}", folder.display()))?;
    // The lock is empty, and LevelDB's diary for people holds nothing that could be lost.
    files.retain(|file| fs::metadata(file).is_ok_and(|known| known.len() > 0) && !diary(file));
    files.sort();
    if files.is_empty() {
        return Err(format!("nothing is in {}", folder.display()));
    }
    // What was written last is in the log, so it is met more often than the rest.
    let logs: Vec<PathBuf> = files.iter().filter(|file| ends(file, ".log")).cloned().collect();
    let aim = if logs.is_empty() || dice.percent(50) { &files } else { &logs };
    let file = pick(dice, aim);
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let did = match dice.between(0, 9) {
        0 => fs::remove_dir_all(folder).map(|()| "the whole folder deleted".to_owned()),
        1 | 2 => fs::remove_file(file).map(|()| format!("{name} deleted")),
        3 | 4 => cut(file, dice).map(|left| format!("{name} cut to {left} bytes")),
        _ => flip(file, dice).map(|at| format!("a bit of {name} flipped at byte {at}")),
    };
    did.map_err(|why| format!("{name}: {why}"))
}

fn ends(file: &Path, ending: &str) -> bool {
    file.to_string_lossy().ends_with(ending)
}

fn diary(file: &Path) -> bool {
    ends(file, "/LOG") || ends(file, "/LOG.old")
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn cut(file: &Path, dice: &mut Dice) -> io::Result<u64> {
    let length = fs::metadata(file)?.len();
    let left = dice.between(0, length - 1);
    fs::OpenOptions::new().write(true).open(file)?.set_len(left)?;
    Ok(left)
}

fn flip(file: &Path, dice: &mut Dice) -> io::Result<usize> {
    let mut bytes = fs::read(file)?;
    let at = dice.between(0, bytes.len() as u64 - 1) as usize;
    bytes[at] ^= 1 << dice.between(0, 7);
    fs::write(file, bytes)?;
    Ok(at)
}
