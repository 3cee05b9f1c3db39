//! The program itself breaks: a trap, as every panic and every lack of memory ends in.

use serde_json::json;

use super::{
    driven::Size,
    work,
    world::{LI, Language, World},
};

/// A program of one function that traps. A timer calls it, or a promise, twice.
const TRAP: &str = "
const program = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11,
]);
const { f } = new WebAssembly.Instance(new WebAssembly.Module(program)).exports;
const call = { timer: (f) => setTimeout(f), promise: (f) => Promise.resolve().then(f) }[args[0]];
call(f);
call(f);
";

#[tokio::test]
async fn a_program_that_broke_says_so_and_opens_again_with_what_was_saved() {
    let world = World::new(Language::Chinese);
    let phone = world.device_of(LI, Size::Phone).await;
    let ticket = work::some_ticket(&phone).await;
    phone.go_offline().await;
    work::note(&phone, &ticket, "出错之前写的").await;
    work::see_waiting(&phone, 1).await;
    for caller in ["timer", "promise"] {
        phone.js::<()>(TRAP, &[json!(caller)]).await;
        phone.see("程序出错了。您保存的工作都在本机，请重新打开。").await;
        phone.see("Everything you saved is on this device").await;
        phone.picture("story-broken").await;
        phone.press("reload").await;
        work::see_waiting(&phone, 1).await;
    }
    phone.go(&format!("/tickets/{ticket}")).await;
    phone.see("出错之前写的").await;
}
