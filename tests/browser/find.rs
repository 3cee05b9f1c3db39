//! Finding a ticket: by the first letters of a name, and by a code on a label.

use super::{work, world::Language};

#[tokio::test]
async fn an_engineer_finds_a_ticket_by_initials_and_by_the_code_on_the_machine() {
    let (_world, phone, _desk) = work::a_morning(Language::Chinese).await;
    phone.go("/tickets?find=zl").await;
    phone.see("郑丽").await;
    phone.until("only she is found", "return seen('[data-name=ticket]').length === 1", &[]).await;

    // Where no camera is allowed, the code is typed.
    phone.go("/today").await;
    phone.press("scan").await;
    phone.fill("#scan-text", "m282106 00107").await;
    phone.press("scan-typed").await;
    phone.see("诊室温度不均").await;
    phone.see("扫码核对机器").await;
    phone.assert_calm().await;
}
