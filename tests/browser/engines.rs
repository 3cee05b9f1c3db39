//! The main job in the other engines: what an iPhone runs, and Firefox.
//!
//! `cargo xtask test engines` installs them; the other stories run in Chromium.

use super::{driven::Size, engine::Engine, repair::one_repair, world::Language};

#[tokio::test]
async fn one_repair_in_firefox() {
    one_repair(Engine::Firefox, Language::Chinese, Size::Phone).await;
}

#[tokio::test]
async fn one_repair_in_webkit() {
    one_repair(Engine::WebKit, Language::Chinese, Size::Phone).await;
}
