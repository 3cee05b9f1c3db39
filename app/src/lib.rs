//! The app in the browser: one library, of which three programs show a part each (`programs`).

pub mod api;
pub mod clock;
pub mod device;
pub mod door;
pub mod locale;
pub mod look;
pub mod marker;
pub mod pages;
pub mod photos;
pub mod pin;
pub mod press;
pub mod program;
pub mod route;
pub mod scanner;
pub mod seal;
pub mod search;
pub mod second;
pub mod session;
pub mod storage;
pub mod store;
pub mod sync;
pub mod tabs;
pub mod ui;
pub mod unsent;
