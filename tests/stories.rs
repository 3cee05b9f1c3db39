//! Promises to people, kept through the real router by several devices at once.

mod bad_days;
mod copy;
mod custody;
mod door;
mod first_run;
mod photos;
mod repair;
mod sight;
mod sync;
mod unsent;
mod watch;
