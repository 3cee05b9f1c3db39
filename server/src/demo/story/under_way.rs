//! Tickets on the engineers' phones.

use domain::ticket::{Channel, Method, Priority, Urgency};

use super::repair;
use crate::{demo::Demo, error::Error};

/// Jobs on the engineers' phones.
pub(super) async fn under_way(demo: &mut Demo<'_>) -> Result<(), Error> {
    at_a_machine(demo).await?;
    agreed(demo).await?;
    not_accepted(demo).await
}

/// Wang is at a machine right now.
async fn at_a_machine(demo: &mut Demo<'_>) -> Result<(), Error> {
    let call = repair(
        12,
        Channel::Staff,
        Urgency::Urgent,
        "B 座外机频繁停机",
        "B 座屋面外机白天频繁停机，物业反映有高压报警",
    );
    let at = demo.minutes_ago(330);
    let mut story = demo.call(11, call, at).await?;
    story.triage(Priority::P1, Method::Onsite, "查冷凝器散热和高压传感器").await?;
    let window = story.demo.window_in(-2);
    story.dispatch("wang", 10, Some(window.clone())).await?;
    story.accept(window, "物业马经理").await?;
    story.at = story.demo.minutes_ago(105);
    story.at_work("冷凝器翅片被柳絮堵死，高压 4.1 MPa 报警", "合同内清洗，约一个半小时").await?;
    story.progress(8, "断电挂牌，拆风机罩").await?;
    story.progress(10, "高压水枪清洗翅片 A 侧").await
}

/// Li: one this afternoon, agreed; one tomorrow.
async fn agreed(demo: &mut Demo<'_>) -> Result<(), Error> {
    let call = repair(
        5,
        Channel::Email,
        Urgency::Normal,
        "滤芯灯常亮",
        "教师办公室净水器滤芯灯常亮，出水慢",
    );
    let at = demo.days_ago(1, 16, 45);
    let mut story = demo.call(12, call, at).await?;
    story.triage(Priority::P2, Method::Onsite, "带反渗透膜 1 支、PP 棉 2 支").await?;
    let window = story.demo.window_in(1);
    story.dispatch("li", 20, Some(window.clone())).await?;
    story.accept(window, "郑老师").await?;

    let call =
        repair(9, Channel::Phone400, Urgency::Normal, "诊室温度不均", "一层两间诊室偏冷，其余正常");
    let at = demo.days_ago(1, 17, 20);
    let mut story = demo.call(13, call, at).await?;
    story.triage(Priority::P2, Method::Onsite, "查两间室内机的膨胀阀和滤网").await?;
    let window = story.demo.window_on(1, 14);
    story.dispatch("li", 15, Some(window.clone())).await?;
    story.accept(window, "设备科何老师").await
}

/// Dispatched and not accepted yet.
async fn not_accepted(demo: &mut Demo<'_>) -> Result<(), Error> {
    let call =
        repair(14, Channel::Wechat, Urgency::Urgent, "空调漏水", "主卧空调往床上滴水，昨晚开始的");
    let at = demo.minutes_ago(150);
    let mut story = demo.call(14, call, at).await?;
    story.triage(Priority::P2, Method::Onsite, "查排水管和接水盘，带排水软管").await?;
    let window = story.demo.window_on(1, 9);
    story.dispatch("li", 40, Some(window)).await?;

    let call =
        repair(6, Channel::Phone400, Urgency::Urgent, "热水忽冷忽热", "洗澡时水忽冷忽热，显示 E3");
    let at = demo.minutes_ago(55);
    let mut story = demo.call(15, call, at).await?;
    story.triage(Priority::P2, Method::Onsite, "查水流量传感器").await?;
    let window = story.demo.window_in(3);
    story.dispatch("li", 15, Some(window)).await?;

    let call = repair(
        4,
        Channel::Phone400,
        Urgency::Urgent,
        "会议室柜机不启动",
        "三层会议室柜机按了没有反应，下午有会",
    );
    let at = demo.minutes_ago(80);
    let mut story = demo.call(16, call, at).await?;
    story.triage(Priority::P1, Method::Onsite, "先查空开和插座").await?;
    let window = story.demo.window_in(2);
    story.dispatch("wang", 9, Some(window)).await
}
