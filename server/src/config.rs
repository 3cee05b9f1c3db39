//! What the program was told when it started.

use std::path::PathBuf;

/// The settings of a running server.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where the built app lies, if it is not inside the program.
    pub dist: Option<PathBuf>,
    /// Whether a proxy in front tells the true address of a client and whether it came by https.
    pub behind_proxy: bool,
}
