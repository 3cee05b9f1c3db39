//! The server's clock; nothing else here asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::Timestamp;

/// The moment it is, to the millisecond.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
