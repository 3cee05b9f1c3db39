//! `cargo xtask campaign NAME`: real servers that are killed, cut off from power and out of disk, again and again.

#[cfg(target_os = "linux")]
#[cfg_attr(not(test), expect(dead_code, reason = "its campaigns come next"))]
mod lossy;

fn main() {}
