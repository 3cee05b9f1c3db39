//! Ports for the servers and drivers of tests: each is given once in a process, and none of those the system gives to others.

use std::{
    net::TcpListener,
    ops::Range,
    sync::atomic::{AtomicU16, Ordering},
};

/// Below what systems pick for whoever does not say which port. So a server that was ended finds its port free when it is
/// started again, however long that takes, and no driver finds its own taken in the moment before it listens.
const PORTS: Range<u16> = 20_000..30_000;

static GIVEN: AtomicU16 = AtomicU16::new(0);

/// A port nobody listens on.
pub fn free_port() -> u16 {
    let count = PORTS.end - PORTS.start;
    // Two runs at the same time begin in different places.
    let begin = (std::process::id() % 100) as u16 * 100;
    let mut ports =
        (0..count).map(|_| PORTS.start + (begin + GIVEN.fetch_add(1, Ordering::Relaxed)) % count);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port")
}
