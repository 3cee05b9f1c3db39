//! The tests that cross crates, in reading order.
