//! Two tabs of one browser are one device.

use super::{work, world::Language};

#[tokio::test]
async fn two_tabs_do_not_lose_or_double_anything() {
    let (_world, phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::accept(&phone, &ticket).await;
    phone.see_synced().await;
    let path = format!("/tickets/{ticket}");
    phone.open(&path).await;
    let one = phone.tab().await;
    let other = phone.new_tab().await;
    phone.open(&path).await;
    phone.see(work::CALL.name).await;

    // Without a network each tab writes, and sees what the other wrote.
    phone.go_offline().await;
    phone.look_at(&one).await;
    phone.go_offline().await;
    for round in 1..=3 {
        phone.look_at(&one).await;
        work::note(&phone, &ticket, &format!("第一页第{round}句")).await;
        phone.look_at(&other).await;
        phone.see(&format!("第一页第{round}句")).await;
        work::note(&phone, &ticket, &format!("第二页第{round}句")).await;
    }
    phone.look_at(&one).await;
    phone.see("第二页第3句").await;
    work::see_waiting(&phone, 6).await;

    // Both tabs hear of the network at once and both want to send.
    phone.go_online().await;
    phone.look_at(&other).await;
    phone.go_online().await;
    phone.see_synced().await;
    desk.go(&format!("/desk/tickets/{ticket}")).await;
    for page in ["一", "二"] {
        for round in 1..=3 {
            let said = format!("第{page}页第{round}句");
            desk.see(&said).await;
            assert_eq!(desk.times(&said).await, 1, "{said}");
        }
    }
    phone.assert_calm().await;
    desk.assert_calm().await;
}
