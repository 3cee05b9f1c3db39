//! The screens. A page looks at the device's view and sends commands; it knows no storage and no network.

pub mod cards;
pub mod custody;
pub mod desk;
pub mod engineer;
pub mod enrol;
pub mod gallery;
pub mod handover;
pub mod health;
pub mod import;
pub mod install;
pub mod labels;
pub mod me;
pub mod outbox;
pub mod paper;
pub mod parts;
pub mod people;
pub mod photo;
pub mod setup;
pub mod sheet;
pub mod shell;
pub mod sign_in;
pub mod slip;
pub mod start;
pub mod verify;
