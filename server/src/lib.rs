//! The server: what is shared by everyone.
