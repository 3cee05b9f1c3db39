//! Tickets of the days before: over, or waiting for the customer or for a decision.

use domain::{
    Command, part_request,
    sheet::Answer,
    ticket::{self, Channel, Method, Priority, Request, Urgency},
    visit::{self, Cause},
};

use super::{Call, repair};
use crate::{
    demo::{Demo, user_id},
    error::Error,
};

/// What is over, or waits for the customer or for a decision.
pub(super) async fn earlier(demo: &mut Demo<'_>) -> Result<(), Error> {
    closed(demo).await?;
    solved_by_phone(demo).await?;
    follow_up_due(demo).await?;
    board_to_bring_back(demo).await?;
    not_solved(demo).await?;
    nobody_at_home(demo).await?;
    cancelled(demo).await
}

/// Closed after a good follow-up.
async fn closed(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::Phone400;
    use Urgency::Urgent;

    let call = repair(1, Phone400, Urgent, "打不着火", "热水器打不着火，显示 E1，换过电池");
    let at = demo.days_ago(6, 9, 12);
    let mut story = demo.call(1, call, at).await?;
    story.triage(Priority::P2, Method::Onsite, "先查燃气阀门和点火针间隙").await?;
    let window = story.demo.window_on(-6, 14);
    story.dispatch("li", 10, Some(window.clone())).await?;
    story.accept(window, "陈先生").await?;
    story.at = story.demo.days_ago(6, 13, 20);
    story
        .at_work("点火针积碳，点火器输出弱，重现 E1", "更换点火器 86 元，人工 80 元，客户同意")
        .await?;
    story.progress(10, "拆下面板，清理点火针").await?;
    story.use_part("IGN-W16", 1).await?;
    story.charge(8_000, 0).await?;
    story.finish(Cause::Wear, "点火器老化，放电弱", "更换点火器，清理点火针，试机五次正常").await?;
    story.signed("陈志强", true, "").await?;
    story.visit(140, visit::Command::HandIn).await?;
    story.ticket("diaodu", 30, ticket::Command::OpenFollowUp).await?;
    story.at = story.demo.days_ago(4, 10, 5);
    story
        .ticket(
            "kefu",
            0,
            ticket::Command::FollowUp {
                satisfied: true,
                note: "客户表示使用正常，对工程师满意".into(),
            },
        )
        .await
}

/// A consultation, solved on the telephone.
async fn solved_by_phone(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::App;
    use Urgency::Normal;

    let call = Call {
        request: Request::Consult,
        ..repair(2, App, Normal, "咨询除湿模式", "梅雨天想除湿，不知道怎么设定，遥控器上没有除湿键")
    };
    let at = demo.days_ago(5, 15, 40);
    let mut story = demo.call(2, call, at).await?;
    story.triage(Priority::P3, Method::Phone, "").await?;
    story
        .ticket(
            "kefu",
            6,
            ticket::Command::SolveByPhone {
                solution: "指导客户连续按模式键三次进入除湿，客户已会用".into(),
            },
        )
        .await
}

/// Done, handed in and verified; the follow-up is due.
async fn follow_up_due(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::Phone400;
    use Urgency::Normal;

    let call = repair(7, Phone400, Normal, "遥控器没有反应", "次卧空调遥控器没有反应，换过电池");
    let at = demo.days_ago(4, 9, 30);
    let mut story = demo.call(3, call, at).await?;
    story.triage(Priority::P3, Method::Onsite, "带一个遥控器，先试接收窗").await?;
    let window = story.demo.window_on(-3, 9);
    story.dispatch("li", 25, None).await?;
    story.accept(window, "赵先生").await?;
    story.at = story.demo.days_ago(3, 8, 20);
    story.at_work("遥控器红外管损坏，主机接收正常", "遥控器 48 元，客户同意").await?;
    story.use_part("RC-KFR", 1).await?;
    story.charge(0, 3_000).await?;
    story
        .finish(Cause::PartFailure, "遥控器红外发射管损坏", "更换遥控器并对码，各功能正常")
        .await?;
    story.signed("赵国栋", true, "").await?;
    story.visit(200, visit::Command::HandIn).await?;
    let verify = Command::Visit(story.id, story.visit_id(), visit::Command::Verify);
    let (at, id) = (story.at.plus_minutes(20), story.id);
    demo.act(user_id("beijian"), at, vec![verify]).await?;
    let open = Command::Ticket(id, ticket::Command::OpenFollowUp);
    demo.act(user_id("diaodu"), at.plus_minutes(15), vec![open]).await
}

/// Done yesterday, old board with a fault label still to be brought back.
async fn board_to_bring_back(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::Phone400;
    use Urgency::Urgent;

    let call =
        repair(0, Phone400, Urgent, "开机十分钟后停机", "主卧空调开机十分钟后停机，面板显示 E6");
    let at = demo.days_ago(2, 19, 5);
    let mut story = demo.call(4, call, at).await?;
    story.triage(Priority::P2, Method::Onsite, "E6 为内外机通讯故障，带主控板").await?;
    let window = story.demo.window_on(-1, 10);
    story.dispatch("li", 20, None).await?;
    story.accept(window, "陈先生").await?;
    story.at = story.demo.days_ago(1, 9, 25);
    story.at_work("内机主控板通讯口虚焊，拍打面板可重现", "保修期内，更换主控板免费").await?;
    story.progress(8, "断电，拆面板和电控盒").await?;
    story.use_part("PCB-35-01", 1).await?;
    story.progress(12, "通电试机 30 分钟，未再停机").await?;
    story.charge(8_000, 37_800).await?;
    story.finish(Cause::PartFailure, "主控板通讯口虚焊", "更换室内机主控板，试机正常").await?;
    story.signed("陈志强", true, "师傅很仔细").await?;
    let done = story.id;
    let at = demo.days_ago(1, 14, 10);
    let request = demo.request(1, "li", at, done, &[("PCB-35-01", 1, "补个人库")], false).await?;
    demo.answer(request, "beijian", at.plus_minutes(25), part_request::Command::Approve).await?;
    demo.answer(request, "beijian", at.plus_minutes(40), part_request::Command::Issue).await
}

/// Signed as not solved: a flag for the coordinator; and a part that the books do not have.
async fn not_solved(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::Wechat;
    use Urgency::Normal;

    let call = repair(13, Wechat, Normal, "热水器漏电报警", "电热水器插头的漏电保护一开机就跳");
    let at = demo.days_ago(2, 10, 15);
    let mut story = demo.call(5, call, at).await?;
    story.triage(Priority::P2, Method::Onsite, "").await?;
    let window = story.demo.window_on(-1, 15);
    story.dispatch("wang", 30, None).await?;
    story.accept(window, "徐女士").await?;
    story.at = story.demo.days_ago(1, 14, 10);
    story.at_work("加热管绝缘电阻偏低", "保修期内，更换加热管免费").await?;
    story.use_part("HEAT-F60", 2).await?;
    story.charge(8_000, 44_600).await?;
    story.finish(Cause::PartFailure, "加热管绝缘下降", "更换加热管，通电观察 15 分钟").await?;
    story.signed("徐雯", false, "师傅走之前又跳了一次，要再看看").await
}

/// Nobody was at home to sign: the office asks the customer.
async fn nobody_at_home(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::Phone400;
    use Urgency::Normal;

    let call = repair(11, Phone400, Normal, "加热很慢", "卫生间热水器加热比以前慢很多");
    let at = demo.days_ago(2, 8, 50);
    let mut story = demo.call(6, call, at).await?;
    story.triage(Priority::P3, Method::Onsite, "查镁棒和加热管结垢").await?;
    let window = story.demo.window_on(-1, 16);
    story.dispatch("li", 15, None).await?;
    story.accept(window, "林女士").await?;
    story.at = story.demo.days_ago(1, 15, 20);
    story.at_work("内胆结垢，镁棒耗尽", "镁棒 45 元，人工 80 元，客户同意").await?;
    story.use_part("MG-F60", 1).await?;
    story.charge(8_000, 0).await?;
    story.finish(Cause::Wear, "镁棒耗尽、内胆结垢", "更换镁棒，清洗内胆，温升正常").await?;
    let answer = Answer::Absent {
        reason: "老人已休息，儿子说晚些电话确认".into(),
        witness: String::new(),
    };
    story.sheet(answer, "", None, "").await
}

/// Cancelled by the customer.
async fn cancelled(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::App;
    use Urgency::Normal;

    let call = repair(14, App, Normal, "外机噪声", "外机启动时有异响，过一会儿就好");
    let at = demo.days_ago(1, 9, 40);
    let mut story = demo.call(7, call, at).await?;
    story.triage(Priority::P3, Method::Onsite, "").await?;
    story
        .ticket(
            "kefu",
            90,
            ticket::Command::Cancel {
                reason: "客户来电：固定支架螺丝松了，已自行拧紧".into()
            },
        )
        .await
}
