//! Promises to people, kept through the real router by several devices at once.

mod door;
mod repair;
mod sight;
mod sync;
