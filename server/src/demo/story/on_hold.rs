//! Tickets that are held, and the parts they wait for.

use domain::{
    part_request,
    ticket::{self, Channel, HoldReason, Method, Priority, Urgency},
    visit::{self, NextStep},
};

use super::repair;
use crate::{demo::Demo, error::Error};

/// Held tickets, and the parts they wait for.
pub(super) async fn on_hold(demo: &mut Demo<'_>) -> Result<(), Error> {
    waiting_for_a_part(demo).await?;
    second_visit(demo).await?;
    customer_away(demo).await?;
    machine_kept(demo).await
}

/// Waiting for a part that was asked for this morning.
async fn waiting_for_a_part(demo: &mut Demo<'_>) -> Result<(), Error> {
    let call = repair(
        10,
        Channel::Phone400,
        Urgency::Urgent,
        "不制热",
        "卧室空调不制热，外机不转，老人怕冷",
    );
    let at = demo.days_ago(1, 11, 0);
    let mut story = demo.call(8, call, at).await?;
    story.triage(Priority::P1, Method::Onsite, "外机不转，查电容和变频板").await?;
    let window = story.demo.window_on(-1, 13);
    story.dispatch("li", 8, None).await?;
    story.accept(window, "林女士").await?;
    story.at = story.demo.days_ago(1, 12, 10);
    story.at_work("室外机变频板炸件", "变频板 520 元，人工 80 元，客户同意，等配件").await?;
    story.progress(10, "拆下变频板，拍照留存").await?;
    story
        .ticket(
            "diaodu",
            15,
            ticket::Command::Hold {
                reason: HoldReason::WaitingParts,
                note: "等室外机变频板，已告知客户".into(),
            },
        )
        .await?;
    let waiting = story.id;
    let at = demo.minutes_ago(70);
    demo.request(
        2,
        "li",
        at,
        waiting,
        &[("PCB-OUT-35", 1, "更换炸件的变频板"), ("CAP-35UF", 1, "一并更换")],
        true,
    )
    .await?;
    Ok(())
}

/// The hotel: not repaired, second visit with a part.
async fn second_visit(demo: &mut Demo<'_>) -> Result<(), Error> {
    let call = repair(
        3,
        Channel::Phone400,
        Urgency::Critical,
        "三层整层不制热",
        "多联机三层整层不制热，客房已有投诉",
    );
    let at = demo.days_ago(1, 8, 5);
    let mut story = demo.call(9, call, at).await?;
    story.triage(Priority::P1, Method::Onsite, "先看故障代码，带压力表").await?;
    let window = story.demo.window_on(-1, 9);
    story.dispatch("wang", 5, Some(window.clone())).await?;
    story.accept(window, "工程部吴经理").await?;
    story.at = story.demo.days_ago(1, 8, 35);
    story
        .at_work(
            "高压压力传感器数值漂移，电子膨胀阀卡滞",
            "合同内，今天先恢复部分房间，膨胀阀到货后二次上门",
        )
        .await?;
    story.progress(25, "更换高压压力传感器").await?;
    story.use_part("SENSOR-HP", 1).await?;
    let leave = visit::Command::LeaveUnfinished {
        reason: "电子膨胀阀卡滞，车上无备件".into(),
        explained: true,
        next_step: NextStep::SecondVisit,
    };
    story.visit(20, leave).await?;
    story.signed("吴建平", false, "请尽快安排").await?;
    let hotel = story.id;
    let at = demo.days_ago(1, 11, 30);
    let request =
        demo.request(3, "wang", at, hotel, &[("EEV-MDV", 1, "三层膨胀阀卡滞")], true).await?;
    demo.answer(request, "beijian", at.plus_minutes(30), part_request::Command::Approve).await?;
    let at = demo.minutes_ago(45);
    let request = demo
        .request(
            4,
            "wang",
            at,
            hotel,
            &[("R410A-10KG", 1, "二次上门补加制冷剂"), ("SENSOR-HP", 1, "补个人库")],
            false,
        )
        .await?;
    demo.answer(
        request,
        "beijian",
        at.plus_minutes(12),
        part_request::Command::Reject {
            reason: "R410A 个人库还有一瓶，请先用；传感器请另提".into(),
        },
    )
    .await
}

/// The customer is not at home before the weekend.
async fn customer_away(demo: &mut Demo<'_>) -> Result<(), Error> {
    let call = repair(
        8,
        Channel::MiniProgram,
        Urgency::Normal,
        "出水变小",
        "净水器出水越来越小，滤芯灯常亮",
    );
    let at = demo.days_ago(2, 13, 30);
    let mut story = demo.call(10, call, at).await?;
    story.triage(Priority::P3, Method::Onsite, "带反渗透膜和 PP 棉").await?;
    story.dispatch("wang", 12, None).await?;
    story.visit(20, visit::Command::Accept).await?;
    story.visit(10, visit::Command::LogCall { summary: "客户出差，周末后才能安排".into() }).await?;
    story
        .ticket(
            "diaodu",
            5,
            ticket::Command::Hold {
                reason: HoldReason::WaitingCustomer,
                note: "客户出差，回来后来电".into(),
            },
        )
        .await
}

/// Brought to the counter: it stays with Li until the pump comes.
async fn machine_kept(demo: &mut Demo<'_>) -> Result<(), Error> {
    let call = repair(
        8,
        Channel::Shop,
        Urgency::Normal,
        "净水器不出水",
        "客户把净水器送到门店：通电有响声，不出水",
    );
    let at = demo.days_ago(1, 14, 20);
    let mut story = demo.call(26, call, at).await?;
    story.triage(Priority::P2, Method::DropOff, "查增压泵和进水电磁阀").await?;
    story.dispatch("li", 5, None).await?;
    story.visit(3, visit::Command::Accept).await?;
    story.visit(5, visit::Command::Arrive { consent: true }).await?;
    let inspect = visit::Command::Inspect {
        findings: "与客户一同验机，增压泵不建压，外壳无损伤".into(),
        reproduced: Some(true),
        configuration: "主机、电源适配器、进水管".into(),
    };
    story.visit(10, inspect).await?;
    let talk = "保修期内免费，增压泵需调货，机器留在门店";
    story.visit(3, visit::Command::Talk { summary: talk.into(), price_told: true }).await?;
    story.visit(1, visit::Command::StartRepair).await?;
    let keep = ticket::Command::KeepMachine {
        reason: "增压泵需调货，约三天到".into(),
        accessories: "电源适配器、进水管 1 根".into(),
        ready_on: story.demo.day_in(3),
        explained: true,
    };
    story.ticket("li", 4, keep).await?;
    story
        .ticket(
            "li",
            2,
            ticket::Command::Hold {
                reason: HoldReason::WaitingParts,
                note: "增压泵已申请调货".into(),
            },
        )
        .await
}
