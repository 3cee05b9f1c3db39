//! Tickets the desk still has to do something about.

use domain::ticket::{self, Channel, Method, Priority, Request, Urgency};

use super::{Call, repair};
use crate::{demo::Demo, error::Error};

/// What the desk still has to do.
pub(super) async fn waiting(demo: &mut Demo<'_>) -> Result<(), Error> {
    handed_over(demo).await?;
    at_the_hotline(demo).await?;
    written_down(demo).await
}

/// Triaged and handed to the coordinators.
async fn handed_over(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::{OnlineChat, Phone400};
    use Urgency::{Critical, Normal, Urgent};

    let pending = [
        (
            17,
            repair(13, OnlineChat, Normal, "显示屏不亮", "热水器能加热，显示屏不亮"),
            demo.days_ago(1, 10, 20),
            Priority::P3,
        ),
        (
            18,
            repair(2, Phone400, Urgent, "柜机异响", "客厅柜机风机有金属摩擦声，越来越响"),
            demo.minutes_ago(260),
            Priority::P2,
        ),
        (
            19,
            repair(9, Phone400, Critical, "疫苗室停机", "疫苗冷藏室的空调停机，室温已升到 24 度"),
            demo.minutes_ago(38),
            Priority::P1,
        ),
    ];
    for (number, call, at, priority) in pending {
        let mut story = demo.call(number, call, at).await?;
        story.triage(priority, Method::Onsite, "").await?;
        story.ticket("kefu", 2, ticket::Command::HandOver).await?;
    }
    Ok(())
}

/// Triaged, still at the hotline.
async fn at_the_hotline(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::{App, MiniProgram};
    use Urgency::Normal;

    let triaged = [
        (
            20,
            repair(8, MiniProgram, Normal, "净水器滤芯更换", "想换全套滤芯，问价格和时间"),
            demo.minutes_ago(125),
            Method::Paid,
        ),
        (
            21,
            repair(7, App, Normal, "空调清洗", "次卧空调两年没洗，想预约清洗"),
            demo.minutes_ago(64),
            Method::Paid,
        ),
    ];
    for (number, call, at, method) in triaged {
        let mut story = demo.call(number, call, at).await?;
        story.triage(Priority::P3, method, "").await?;
    }
    Ok(())
}

/// Only written down.
async fn written_down(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::{App, OfficialAccount, Phone400, Shop};
    use Urgency::{Critical, Normal, Urgent};

    let received = [
        (
            22,
            repair(1, Shop, Normal, "燃气热水器保养", "门店转来：客户想做一次保养，顺便看看排烟管"),
            95,
        ),
        (
            23,
            Call {
                request: Request::Complaint,
                ..repair(
                    13,
                    OfficialAccount,
                    Urgent,
                    "投诉：修了又跳闸",
                    "昨天刚修过，晚上又跳闸，要求今天解决",
                )
            },
            42,
        ),
        (24, repair(0, App, Normal, "手机连不上空调", "换了路由器以后手机控制不了空调"), 21),
        (25, repair(10, Phone400, Critical, "有焦糊味", "一开空调就有焦糊味，已经拔了插头"), 7),
    ];
    for (number, call, minutes) in received {
        let at = demo.minutes_ago(minutes);
        demo.call(number, call, at).await?;
    }
    Ok(())
}
