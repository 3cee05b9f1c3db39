//! The app in the browser: mounts the first screen.

fn main() {}
