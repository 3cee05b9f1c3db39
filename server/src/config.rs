//! What the program was told when it started.

use std::path::PathBuf;

use domain::user::Role;
use serde::Serialize;

/// The settings of a running server.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where the built app lies, if it is not inside the program.
    pub dist: Option<PathBuf>,
    /// Where photos lie, if not in the folder of the database.
    pub blobs: Option<PathBuf>,
    /// Whether a proxy in front tells the true address of a client and whether it came by https.
    pub behind_proxy: bool,
    /// The accounts of a demonstration, which anybody may read; empty everywhere else.
    pub demo: Vec<DemoAccount>,
    /// The code that whoever runs the server reads on its terminal, while nobody can sign in.
    pub setup: Option<String>,
}

/// An account whose password is no secret.
#[derive(Clone, Debug, Serialize)]
pub struct DemoAccount {
    pub login: String,
    pub role: Role,
    pub password: String,
}
