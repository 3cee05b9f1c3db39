//! Ends a process with all it has started, and knows when the last of them is gone.

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long the last of them may take to be gone: a killed process needs the processor once more to end.
const END_MAX: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Kills the group that this process leads. Returns when nobody of it is left to hold a lock or write a file.
pub fn end_group(leader: &mut Child) {
    let group = leader.id();
    // All may have ended by themselves.
    let all = format!("-{group}");
    let _ = Command::new("kill").args(["-KILL", "--", &all]).stderr(Stdio::null()).status();
    let _ = leader.wait();
    let begun = Instant::now();
    while lives(group) && begun.elapsed() < END_MAX {
        thread::sleep(LOOK_AGAIN);
    }
}

/// Whether a process of this group still runs; what has ended and was not waited for does not.
fn lives(group: u32) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else { return false };
    processes.flatten().any(|process| {
        let stat = fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        // After the name in brackets: state, parent, group.
        let mut rest = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let state = rest.next();
        state != Some("Z") && state != Some("X") && rest.nth(1) == Some(&group.to_string())
    })
}
