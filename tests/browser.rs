//! The stories in a real browser, against a real server process. Each one is a promise to a person.
//!
//! `cargo xtask test browser` builds what they need and names it in the environment. Pictures of every
//! screen are left in `target/pictures`.

mod browser {
    mod audit;
    mod broken;
    mod calendar;
    mod cancel;
    mod customer;
    mod decisions;
    mod desk;
    mod driven;
    mod engine;
    mod engines;
    mod find;
    mod first_run;
    mod line;
    mod offline;
    mod photos;
    mod pictures;
    mod ports;
    mod processes;
    mod repair;
    mod screens;
    mod server;
    mod sign_out;
    mod storage;
    mod tabs;
    mod update;
    mod walk;
    mod work;
    mod world;
}
