//! Promises of a replica.
