//! The demo's work: tickets in every stage, told as the commands people gave.

use super::{Demo, files, part_id, user_id};
use crate::error::Error;
use domain::{
    Command, Id, Timestamp, number,
    part_request::{self, Line, PartRequest},
    sheet::{self, Answer, CustomerCopy, Point, Ratings, Relation, Signature, Stroke},
    ticket::{
        self, Category, Channel, HoldReason, Intake, Method, Priority, Request, Ticket, Triage,
        Urgency,
    },
    user::User,
    values::{Language, Money},
    visit::{self, Appointment, Cause, Charges, NextStep, Outcome, PartUse, Visit},
};

/// What a customer said when they called.
struct Call {
    machine: usize,
    request: Request,
    channel: Channel,
    urgency: Urgency,
    title: &'static str,
    description: &'static str,
}

const fn repair(
    machine: usize,
    channel: Channel,
    urgency: Urgency,
    title: &'static str,
    description: &'static str,
) -> Call {
    Call { machine, request: Request::Repair, channel, urgency, title, description }
}

/// One ticket being told; `at` moves forward with each thing that happens.
struct Story<'d, 's> {
    demo: &'d mut Demo<'s>,
    id: Id<Ticket>,
    visits: u32,
    labels: u32,
    at: Timestamp,
    engineer: Id<User>,
}

impl<'s> Demo<'s> {
    /// Somebody at the desk writes down a call, so many minutes after it came in.
    async fn call<'d>(
        &'d mut self,
        number: u32,
        call: Call,
        at: Timestamp,
    ) -> Result<Story<'d, 's>, Error> {
        let id = Id::derived(&format!("demo:ticket:{number}"));
        let (contact, machine) = files::snapshot(call.machine);
        let intake = Intake {
            provisional: None,
            title: call.title.into(),
            description: call.description.into(),
            request: call.request,
            channel: call.channel,
            urgency: call.urgency,
            received_at: at,
            submitter: String::new(),
            transferred_by: String::new(),
            expected_by: None,
            contact,
            machine,
        };
        let mut story =
            Story { demo: self, id, visits: 0, labels: number * 10, at, engineer: user_id("li") };
        story.ticket("kefu", 3, ticket::Command::Register { intake: Box::new(intake) }).await?;
        Ok(story)
    }

    fn minutes_ago(&self, minutes: i64) -> Timestamp {
        self.now.plus_minutes(-minutes)
    }

    /// A window of two hours that begins at a full hour, so many hours from now.
    fn window_in(&self, hours: i64) -> Appointment {
        const HOUR: i64 = 3_600_000;
        let from = Timestamp((self.now.0 / HOUR + hours) * HOUR);
        Appointment { from, to: from.plus_minutes(120), agreed_with: String::new() }
    }

    /// A window in the morning or afternoon of a later day.
    fn window_on(&self, days: i64, hour: i64) -> Appointment {
        let from = self.days_ago(-days, hour, 0);
        Appointment { from, to: from.plus_minutes(120), agreed_with: String::new() }
    }

    /// That day in China, so many days from now, as `YYYY-MM-DD`.
    fn day_in(&self, days: i64) -> String {
        let digits = self.days_ago(-days, 12, 0).date_digits();
        let (year, rest) = digits.split_at(4);
        let (month, day) = rest.split_at(2);
        format!("{year}-{month}-{day}")
    }

    async fn request(
        &mut self,
        number: u32,
        by: &str,
        at: Timestamp,
        ticket: Id<Ticket>,
        parts: &[(&str, i64, &str)],
        urgent: bool,
    ) -> Result<Id<PartRequest>, Error> {
        let id = Id::derived(&format!("demo:request:{number}"));
        let known = self.store.find(ticket).await?;
        let ticket_number =
            known.map(|ticket| ticket.spoken_number().to_owned()).unwrap_or_default();
        let line = |&(code, quantity, reason): &(&str, i64, &str)| Line {
            part: Some(part_id(code)),
            code: code.into(),
            name: files::part_of(code).map(|part| part.name).unwrap_or_default(),
            quantity,
            reason: reason.into(),
        };
        let command = part_request::Command::Submit {
            ticket,
            ticket_number,
            lines: parts.iter().map(line).collect(),
            needed_by: urgent.then(|| at.plus_minutes(24 * 60)),
            urgent,
            note: String::new(),
        };
        self.act(user_id(by), at, vec![Command::PartRequest(id, command)]).await?;
        Ok(id)
    }

    async fn answer(
        &mut self,
        id: Id<PartRequest>,
        by: &str,
        at: Timestamp,
        command: part_request::Command,
    ) -> Result<(), Error> {
        self.act(user_id(by), at, vec![Command::PartRequest(id, command)]).await
    }
}

impl Story<'_, '_> {
    /// Somebody does something with the ticket, so many minutes after what was before.
    async fn ticket(
        &mut self,
        who: &str,
        minutes: i64,
        command: ticket::Command,
    ) -> Result<(), Error> {
        self.at = self.at.plus_minutes(minutes);
        self.demo.act(user_id(who), self.at, vec![Command::Ticket(self.id, command)]).await
    }

    fn visit_id(&self) -> Id<Visit> {
        Id::derived(&format!("demo:visit:{}:{}", self.id, self.visits))
    }

    /// The engineer does something on the visit, so many minutes after what was before.
    async fn visit(&mut self, minutes: i64, command: visit::Command) -> Result<(), Error> {
        self.at = self.at.plus_minutes(minutes);
        let command = Command::Visit(self.id, self.visit_id(), command);
        self.demo.act(self.engineer, self.at, vec![command]).await
    }

    async fn triage(
        &mut self,
        priority: Priority,
        method: Method,
        suggestion: &str,
    ) -> Result<(), Error> {
        let triage = Triage {
            category: Category::Hardware,
            priority,
            method,
            impact: String::new(),
            team: Some(super::team_id(0)),
            judgement: String::new(),
            suggestion: suggestion.into(),
            by: user_id("kefu"),
            at: self.at,
        };
        self.ticket("kefu", 4, ticket::Command::Triage { triage: Box::new(triage) }).await
    }

    async fn dispatch(
        &mut self,
        engineer: &str,
        minutes: i64,
        appointment: Option<Appointment>,
    ) -> Result<(), Error> {
        self.visits += 1;
        self.engineer = user_id(engineer);
        let command = ticket::Command::Dispatch {
            visit: self.visit_id(),
            engineer: self.engineer,
            appointment,
            reason: String::new(),
        };
        self.ticket("diaodu", minutes, command).await
    }

    /// Accepted, called and agreed with the customer.
    async fn accept(&mut self, window: Appointment, agreed_with: &str) -> Result<(), Error> {
        self.visit(6, visit::Command::Accept).await?;
        self.visit(
            5,
            visit::Command::LogCall {
                summary: "已电话联系客户，确认故障现象和上门时间".into()
            },
        )
        .await?;
        let known = self.demo.store.find(self.id).await?;
        let seen = known.and_then(|ticket| ticket.active_visit()?.appointment.clone());
        let appointment = Appointment { agreed_with: agreed_with.into(), ..window };
        self.visit(1, visit::Command::Appoint { appointment, seen }).await
    }

    /// From the door to the start of the repair.
    async fn at_work(&mut self, findings: &str, talk: &str) -> Result<(), Error> {
        self.visit(30, visit::Command::Depart).await?;
        self.visit(35, visit::Command::Arrive { consent: true }).await?;
        let inspect = visit::Command::Inspect {
            findings: findings.into(),
            reproduced: Some(true),
            configuration: String::new(),
        };
        self.visit(12, inspect).await?;
        self.visit(4, visit::Command::Talk { summary: talk.into(), price_told: true }).await?;
        self.visit(2, visit::Command::StartRepair).await
    }

    async fn progress(&mut self, minutes: i64, text: &str) -> Result<(), Error> {
        self.visit(minutes, visit::Command::Progress { text: text.into() }).await
    }

    async fn use_part(&mut self, code: &str, quantity: i64) -> Result<(), Error> {
        let Some(part) = files::part_of(code) else {
            return Err(Error::internal(format!("demo: no part {code}")));
        };
        self.labels += 1;
        let id: Id<PartUse> = Id::derived(&format!("demo:use:{}", self.labels));
        let label =
            if part.returnable { number::fault_label("DEM", self.labels) } else { String::new() };
        let part_use = PartUse {
            id: id.uuid(),
            part: Some(part.id),
            code: part.code,
            name: part.name,
            quantity,
            price: part.price,
            replaced: part.returnable,
            returnable: part.returnable,
            old_serial: String::new(),
            new_serial: String::new(),
            label,
            lost_reason: String::new(),
        };
        self.visit(3, visit::Command::UsePart { part_use: Box::new(part_use) }).await
    }

    async fn charge(&mut self, labour: i64, waived: i64) -> Result<(), Error> {
        let charges =
            Charges { labour: Money(labour), travel: Money(3_000), waived: Money(waived) };
        self.visit(1, visit::Command::Charge { charges }).await
    }

    async fn finish(
        &mut self,
        cause: Cause,
        cause_text: &str,
        solution: &str,
    ) -> Result<(), Error> {
        let outcome =
            Outcome::Repaired { cause, cause_text: cause_text.into(), solution: solution.into() };
        self.visit(15, visit::Command::Finish { outcome, checked: true, restored: true }).await
    }

    /// Locks the sheet and takes the customer's answer.
    async fn sheet(
        &mut self,
        answer: Answer,
        signer: &str,
        solved: Option<bool>,
        comment: &str,
    ) -> Result<(), Error> {
        let lock_at = self.at.plus_minutes(2).min(self.demo.now);
        let engineer = self.demo.store.find(self.engineer).await?;
        let ticket = self.demo.store.find(self.id).await?;
        let content = ticket.as_ref().zip(engineer.as_ref()).and_then(|(ticket, engineer)| {
            let visit = ticket.visit(self.visit_id())?;
            sheet::draft(ticket, visit, engineer, Language::Chinese, lock_at)
        });
        let Some(content) = content else {
            return Err(Error::internal("demo: a sheet without work"));
        };
        let content = Box::new(content);
        self.visit(2, visit::Command::LockSheet { content: content.clone() }).await?;
        let at = self.at.plus_minutes(3).min(self.demo.now);
        let signed = matches!(answer, Answer::Signed { .. });
        let signature = Signature {
            answer,
            signer: signer.into(),
            relation: Relation::Customer,
            solved,
            comment: comment.into(),
            ratings: None,
            customer_copy: CustomerCopy::ToSend,
            photos: Vec::new(),
            language: Language::Chinese,
            at,
        };
        let sign = visit::Command::Sign {
            sheet: Id::derived(&format!("demo:sheet:{}", self.visit_id())),
            digest: sheet::digest(&content),
            content,
            signature: Box::new(signature),
            ratings: solved.filter(|solved| signed && *solved).map(|_| Ratings {
                speed: 5,
                solving: 5,
                attitude: 5,
            }),
        };
        self.visit(3, sign).await
    }

    async fn signed(&mut self, signer: &str, solved: bool, comment: &str) -> Result<(), Error> {
        let strokes = handwriting(self.labels);
        let stroke_digest = sheet::digest(&strokes);
        let answer = Answer::Signed { strokes, stroke_digest, typed: false };
        self.sheet(answer, signer, Some(solved), comment).await
    }
}

/// Three strokes that look like a name written in a hurry; every customer writes a little differently.
fn handwriting(hand: u32) -> Vec<Stroke> {
    /// A hundred sines of a circle in thousandths; no floats near anything that is signed.
    const WAVE: [i32; 16] =
        [0, 383, 707, 924, 1000, 924, 707, 383, 0, -383, -707, -924, -1000, -924, -707, -383];
    let hand = i32::try_from(hand % 97).unwrap_or_default();
    let mut t = 0;
    (0..3)
        .map(|stroke| {
            let points = (0..48)
                .map(|step| {
                    let turn = usize::try_from(step * (2 + stroke) + hand).unwrap_or_default() % 16;
                    let rise = 900 + 120 * stroke + 9 * hand;
                    t += 14;
                    Point {
                        x: 1400 + 2300 * stroke + step * 52 + WAVE[(turn + 4) % 16] * 340 / 1000,
                        y: 5200 - 260 * stroke + WAVE[turn] * rise / 1000 - step * 8,
                        t,
                        p: 420 + WAVE[(turn + 2) % 16] * 160 / 1000,
                    }
                })
                .collect();
            t += 180;
            Stroke { points }
        })
        .collect()
}

/// A week of work, the oldest first, so that numbers grow with the days.
pub(super) async fn tell(demo: &mut Demo<'_>) -> Result<(), Error> {
    earlier(demo).await?;
    on_hold(demo).await?;
    under_way(demo).await?;
    waiting(demo).await
}

/// What is over, or waits for the customer or for a decision.
async fn earlier(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::{App, Phone400, Wechat};
    use Urgency::{Normal, Urgent};

    // Closed after a good follow-up.
    let call = repair(1, Phone400, Urgent, "打不着火", "热水器打不着火，显示 E1，换过电池");
    let at = demo.days_ago(6, 9, 12);
    let mut story = demo.call(1, call, at).await?;
    story.triage(Priority::P2, Method::Onsite, "先查燃气阀门和点火针间隙").await?;
    let window = story.demo.days_ago(6, 14, 0);
    let window =
        Appointment { from: window, to: window.plus_minutes(120), agreed_with: String::new() };
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
        .await?;

    // A consultation, solved on the telephone.
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
        .await?;

    // Done, handed in and verified; the follow-up is due.
    let call = repair(7, Phone400, Normal, "遥控器没有反应", "次卧空调遥控器没有反应，换过电池");
    let at = demo.days_ago(4, 9, 30);
    let mut story = demo.call(3, call, at).await?;
    story.triage(Priority::P3, Method::Onsite, "带一个遥控器，先试接收窗").await?;
    let from = story.demo.days_ago(3, 9, 0);
    let window = Appointment { from, to: from.plus_minutes(120), agreed_with: String::new() };
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
    demo.act(user_id("diaodu"), at.plus_minutes(15), vec![open]).await?;

    // Done yesterday, old board with a fault label still to be brought back.
    let call =
        repair(0, Phone400, Urgent, "开机十分钟后停机", "主卧空调开机十分钟后停机，面板显示 E6");
    let at = demo.days_ago(2, 19, 5);
    let mut story = demo.call(4, call, at).await?;
    story.triage(Priority::P2, Method::Onsite, "E6 为内外机通讯故障，带主控板").await?;
    let from = story.demo.days_ago(1, 10, 0);
    let window = Appointment { from, to: from.plus_minutes(120), agreed_with: String::new() };
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
    demo.answer(request, "beijian", at.plus_minutes(40), part_request::Command::Issue).await?;

    // Signed as not solved: a flag for the coordinator; and a part that the books do not have.
    let call = repair(13, Wechat, Normal, "热水器漏电报警", "电热水器插头的漏电保护一开机就跳");
    let at = demo.days_ago(2, 10, 15);
    let mut story = demo.call(5, call, at).await?;
    story.triage(Priority::P2, Method::Onsite, "").await?;
    let from = story.demo.days_ago(1, 15, 0);
    let window = Appointment { from, to: from.plus_minutes(120), agreed_with: String::new() };
    story.dispatch("wang", 30, None).await?;
    story.accept(window, "徐女士").await?;
    story.at = story.demo.days_ago(1, 14, 10);
    story.at_work("加热管绝缘电阻偏低", "保修期内，更换加热管免费").await?;
    story.use_part("HEAT-F60", 2).await?;
    story.charge(8_000, 44_600).await?;
    story.finish(Cause::PartFailure, "加热管绝缘下降", "更换加热管，通电观察 15 分钟").await?;
    story.signed("徐雯", false, "师傅走之前又跳了一次，要再看看").await?;

    // Nobody was at home to sign: the office asks the customer.
    let call = repair(11, Phone400, Normal, "加热很慢", "卫生间热水器加热比以前慢很多");
    let at = demo.days_ago(2, 8, 50);
    let mut story = demo.call(6, call, at).await?;
    story.triage(Priority::P3, Method::Onsite, "查镁棒和加热管结垢").await?;
    let from = story.demo.days_ago(1, 16, 0);
    let window = Appointment { from, to: from.plus_minutes(120), agreed_with: String::new() };
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
    story.sheet(answer, "", None, "").await?;

    // Cancelled by the customer.
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

/// Held tickets, and the parts they wait for.
async fn on_hold(demo: &mut Demo<'_>) -> Result<(), Error> {
    // Waiting for a part that was asked for this morning.
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
    let from = story.demo.days_ago(1, 13, 0);
    let window = Appointment { from, to: from.plus_minutes(120), agreed_with: String::new() };
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

    // The hotel: not repaired, second visit with a part.
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
    let from = story.demo.days_ago(1, 9, 0);
    let window = Appointment { from, to: from.plus_minutes(120), agreed_with: String::new() };
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
    .await?;

    // The customer is not at home before the weekend.
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
        .await?;

    // Brought to the counter: it stays with Li until the pump comes.
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

/// Jobs on the engineers' phones.
async fn under_way(demo: &mut Demo<'_>) -> Result<(), Error> {
    // Wang is at a machine right now.
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
    story.progress(10, "高压水枪清洗翅片 A 侧").await?;

    // Li: one this afternoon, agreed; one tomorrow.
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
    story.accept(window, "设备科何老师").await?;

    // Dispatched and not accepted yet.
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

/// What the desk still has to do.
async fn waiting(demo: &mut Demo<'_>) -> Result<(), Error> {
    use Channel::{App, MiniProgram, OfficialAccount, OnlineChat, Phone400, Shop};
    use Urgency::{Critical, Normal, Urgent};

    // Triaged and handed to the coordinators.
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
    // Triaged, still at the hotline.
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
    // Only written down.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_drawn_inside_the_pad_and_differ() {
        let [first, second] = [handwriting(11), handwriting(42)];
        assert_ne!(first, second);
        for Point { x, y, p, .. } in
            first.iter().chain(&second).flat_map(|stroke| stroke.points.clone())
        {
            assert!(
                (0..10_000).contains(&x) && (0..10_000).contains(&y) && (0..=1000).contains(&p),
                "{x} {y} {p}"
            );
        }
    }
}
