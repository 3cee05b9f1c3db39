//! The words for everything the domain can say, in Chinese and English.
//!
//! Each method is one exhaustive match: a new stage or refusal without words does not compile.

use domain::{
    Amendment, Command, Id, Refusal,
    custody::Proof,
    customer::{Level, Salutation},
    flag::{Decision, Reason, Value},
    json,
    machine::Warranty,
    part_request, sheet, ticket,
    ticket::{
        Act, Category, Channel, Confirmation, HoldReason, Method, Priority, Request, Ticket,
        Urgency,
    },
    user::{self, Role, User},
    values::Language,
    visit,
    visit::{Cause, How, NextStep},
};
use serde::{Serialize, de::DeserializeOwned};

/// The words of one language.
pub struct Words(pub Language);

/// Chinese.
pub const ZH: Words = Words(Language::Chinese);
/// English.
pub const EN: Words = Words(Language::English);

pub const ALL_REQUESTS: &[Request] = &[
    Request::Repair,
    Request::Consult,
    Request::Policy,
    Request::ReturnExchange,
    Request::Complaint,
    Request::Suggestion,
    Request::Install,
    Request::Configure,
    Request::Debug,
    Request::Design,
    Request::Maintain,
    Request::Other,
];
pub const ALL_CATEGORIES: &[Category] = &[
    Category::Hardware,
    Category::Software,
    Category::System,
    Category::Application,
    Category::Usage,
    Category::None,
    Category::Other,
];
pub const ALL_CHANNELS: &[Channel] = &[
    Channel::Phone400,
    Channel::OnlineChat,
    Channel::App,
    Channel::MiniProgram,
    Channel::OfficialAccount,
    Channel::Wechat,
    Channel::Email,
    Channel::WebForm,
    Channel::Social,
    Channel::Shop,
    Channel::Mail,
    Channel::Fax,
    Channel::Ivr,
    Channel::Staff,
    Channel::Qr,
];
pub const ALL_URGENCIES: &[Urgency] = &[Urgency::Normal, Urgency::Urgent, Urgency::Critical];
pub const ALL_PRIORITIES: &[Priority] = &[Priority::P1, Priority::P2, Priority::P3];
pub const ALL_METHODS: &[Method] =
    &[Method::Onsite, Method::DropOff, Method::MailIn, Method::Paid, Method::Phone, Method::Remote];
pub const ALL_HOLDS: &[HoldReason] = &[
    HoldReason::WaitingCustomer,
    HoldReason::WaitingParts,
    HoldReason::WaitingEscalation,
    HoldReason::WaitingApproval,
    HoldReason::SecondVisit,
];
pub const ALL_CAUSES: &[Cause] = &[
    Cause::PartFailure,
    Cause::Wear,
    Cause::Installation,
    Cause::Operation,
    Cause::Software,
    Cause::Power,
    Cause::Environment,
    Cause::Transport,
    Cause::Unknown,
];
pub const ALL_NEXT_STEPS: &[NextStep] = &[
    NextStep::SecondVisit,
    NextStep::DropOff,
    NextStep::Escalate,
    NextStep::ReturnExchange,
    NextStep::Abandon,
];
pub const ALL_WARRANTIES: &[Warranty] =
    &[Warranty::In, Warranty::Out, Warranty::Contract, Warranty::Unknown];
pub const ALL_RELATIONS: &[sheet::Relation] = &[
    sheet::Relation::Customer,
    sheet::Relation::Family,
    sheet::Relation::Colleague,
    sheet::Relation::Property,
    sheet::Relation::Other,
];
pub const ALL_SALUTATIONS: &[Salutation] = &[Salutation::None, Salutation::Mr, Salutation::Ms];
pub const ALL_ROLES: &[Role] = &[
    Role::Engineer,
    Role::Agent,
    Role::Coordinator,
    Role::Supervisor,
    Role::Keeper,
    Role::Administrator,
];

/// The name a value has in JSON, for option values and attributes.
pub fn code(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    json.trim_matches('"').to_owned()
}

/// The value with this name in JSON.
pub fn from_code<T: DeserializeOwned>(word: &str) -> Option<T> {
    json::read(&format!("\"{word}\"")).ok()
}

impl Words {
    fn pick(&self, zh: &'static str, en: &'static str) -> &'static str {
        match self.0 {
            Language::Chinese => zh,
            Language::English => en,
        }
    }

    /// The ticket's stage as the desk says it.
    pub fn stage(&self, stage: &ticket::Stage) -> &'static str {
        use ticket::Stage;
        match stage {
            Stage::Received => self.pick("已受理", "Received"),
            Stage::Triaged => self.pick("已分诊", "Triaged"),
            Stage::PendingDispatch { .. } => self.pick("待派单", "To dispatch"),
            Stage::Dispatched { .. } => self.pick("待接单", "Assigned"),
            Stage::InProgress { .. } => self.pick("处理中", "In progress"),
            Stage::OnHold { .. } => self.pick("挂起", "On hold"),
            Stage::PendingConfirmation { .. } => self.pick("待客户确认", "To confirm"),
            Stage::Completed { .. } => self.pick("已完成", "Completed"),
            Stage::PendingFollowUp { .. } => self.pick("待回访", "To follow up"),
            Stage::Closed { .. } => self.pick("已关闭", "Closed"),
            Stage::Cancelled { .. } => self.pick("已取消", "Cancelled"),
        }
    }

    /// The one word for where a ticket stands, looking into its visit where the work is under way.
    pub fn status(&self, ticket: &Ticket) -> &'static str {
        match &ticket.stage {
            ticket::Stage::InProgress { .. } => match ticket.active_visit() {
                Some(visit) if visit.is_open() => self.visit_status(visit),
                _ => self.stage(&ticket.stage),
            },
            ticket::Stage::OnHold { reason, .. } => self.hold(*reason),
            stage => self.stage(stage),
        }
    }

    fn visit_status(&self, visit: &visit::Visit) -> &'static str {
        use visit::Stage;
        match visit.stage {
            Stage::Assigned => self.pick("待接单", "Assigned"),
            Stage::Accepted | Stage::Prepared if visit.appointment.is_some() => {
                self.pick("已预约", "Booked")
            }
            Stage::Accepted | Stage::Prepared => self.pick("已接单", "Accepted"),
            Stage::EnRoute => self.pick("前往中", "On the way"),
            Stage::Arrived | Stage::Inspecting | Stage::Repairing => self.pick("服务中", "On site"),
            Stage::Finished | Stage::Unfinished => self.pick("待签字", "To sign"),
            Stage::Signed | Stage::HandedIn | Stage::Verified => self.pick("处理中", "In progress"),
        }
    }

    /// How far a visit is.
    pub fn visit_stage(&self, stage: visit::Stage) -> &'static str {
        use visit::Stage;
        match stage {
            Stage::Assigned => self.pick("已派", "Assigned"),
            Stage::Accepted => self.pick("已接", "Accepted"),
            Stage::Prepared => self.pick("已备料", "Prepared"),
            Stage::EnRoute => self.pick("在途", "On the way"),
            Stage::Arrived => self.pick("已到达", "Arrived"),
            Stage::Inspecting => self.pick("检查中", "Inspecting"),
            Stage::Repairing => self.pick("维修中", "Repairing"),
            Stage::Finished => self.pick("维修完成", "Finished"),
            Stage::Unfinished => self.pick("未完成", "Unfinished"),
            Stage::Signed => self.pick("已签字", "Signed"),
            Stage::HandedIn => self.pick("已交单", "Handed in"),
            Stage::Verified => self.pick("已核销", "Verified"),
        }
    }

    /// How a visit was called off.
    pub fn how(&self, how: How) -> &'static str {
        match how {
            How::Declined => self.pick("已拒", "Declined"),
            How::Superseded => self.pick("已改派", "Reassigned"),
            How::Cancelled => self.pick("已取消", "Cancelled"),
        }
    }

    pub fn request(&self, request: Request) -> &'static str {
        match request {
            Request::Repair => self.pick("故障维修", "Repair"),
            Request::Consult => self.pick("使用咨询", "Question about use"),
            Request::Policy => self.pick("政策咨询", "Question about policy"),
            Request::ReturnExchange => self.pick("退换货申请", "Return or exchange"),
            Request::Complaint => self.pick("投诉", "Complaint"),
            Request::Suggestion => self.pick("产品建议", "Suggestion"),
            Request::Install => self.pick("安装", "Installation"),
            Request::Configure => self.pick("改扩配", "Modification or extension"),
            Request::Debug => self.pick("软件调试", "Software set-up"),
            Request::Design => self.pick("方案设计", "Solution design"),
            Request::Maintain => self.pick("保养检测", "Maintenance check"),
            Request::Other => self.pick("其他", "Other"),
        }
    }

    pub fn category(&self, category: Category) -> &'static str {
        match category {
            Category::Hardware => self.pick("硬件故障", "Hardware"),
            Category::Software => self.pick("软件调试", "Software"),
            Category::System => self.pick("系统级", "System"),
            Category::Application => self.pick("应用级", "Application"),
            Category::Usage => self.pick("使用问题", "Usage"),
            Category::None => self.pick("无故障", "No fault"),
            Category::Other => self.pick("其他", "Other"),
        }
    }

    pub fn channel(&self, channel: Channel) -> &'static str {
        match channel {
            Channel::Phone400 => self.pick("400电话", "Phone hotline"),
            Channel::OnlineChat => self.pick("在线客服", "Online chat"),
            Channel::App => self.pick("APP", "App"),
            Channel::MiniProgram => self.pick("小程序", "Mini program"),
            Channel::OfficialAccount => self.pick("公众号", "Official account"),
            Channel::Wechat => self.pick("微信", "WeChat"),
            Channel::Email => self.pick("邮件", "E-mail"),
            Channel::WebForm => self.pick("在线表单", "Web form"),
            Channel::Social => self.pick("社交媒体", "Social media"),
            Channel::Shop => self.pick("线下门店", "Shop"),
            Channel::Mail => self.pick("邮寄", "Post"),
            Channel::Fax => self.pick("传真", "Fax"),
            Channel::Ivr => self.pick("语音", "Voice menu"),
            Channel::Staff => self.pick("内部转交", "Colleague"),
            Channel::Qr => self.pick("扫码报修", "QR code"),
        }
    }

    pub fn urgency(&self, urgency: Urgency) -> &'static str {
        match urgency {
            Urgency::Normal => self.pick("一般", "Normal"),
            Urgency::Urgent => self.pick("紧急", "Urgent"),
            Urgency::Critical => self.pick("特急", "Critical"),
        }
    }

    pub fn priority(&self, priority: Priority) -> &'static str {
        match priority {
            Priority::P1 => self.pick("紧急", "High"),
            Priority::P2 => self.pick("一般", "Medium"),
            Priority::P3 => self.pick("低频", "Low"),
        }
    }

    pub fn method(&self, method: Method) -> &'static str {
        match method {
            Method::Onsite => self.pick("上门", "On site"),
            Method::DropOff => self.pick("送修", "Drop-off"),
            Method::MailIn => self.pick("寄修", "Mail-in"),
            Method::Paid => self.pick("有偿", "Paid service"),
            Method::Phone => self.pick("电话应答", "By phone"),
            Method::Remote => self.pick("远程指导", "Remote"),
        }
    }

    pub fn hold(&self, reason: HoldReason) -> &'static str {
        match reason {
            HoldReason::WaitingCustomer => self.pick("等待客户", "Waiting for customer"),
            HoldReason::WaitingParts => self.pick("待备件", "Waiting for parts"),
            HoldReason::WaitingEscalation => self.pick("疑难升级", "Escalated"),
            HoldReason::WaitingApproval => self.pick("待审批", "Waiting for approval"),
            HoldReason::SecondVisit => self.pick("待二次上门", "Second visit"),
        }
    }

    pub fn cause(&self, cause: Cause) -> &'static str {
        match cause {
            Cause::PartFailure => self.pick("部件损坏", "Part failure"),
            Cause::Wear => self.pick("磨损老化", "Wear"),
            Cause::Installation => self.pick("安装问题", "Installation"),
            Cause::Operation => self.pick("操作不当", "Operation"),
            Cause::Software => self.pick("软件问题", "Software"),
            Cause::Power => self.pick("电源问题", "Power supply"),
            Cause::Environment => self.pick("环境因素", "Environment"),
            Cause::Transport => self.pick("运输损坏", "Transport damage"),
            Cause::Unknown => self.pick("原因不明", "Not clear yet"),
        }
    }

    pub fn next_step(&self, next: NextStep) -> &'static str {
        match next {
            NextStep::SecondVisit => self.pick("再次上门", "Second visit"),
            NextStep::DropOff => self.pick("转送修", "Bring to the workshop"),
            NextStep::Escalate => self.pick("疑难升级", "Escalate"),
            NextStep::ReturnExchange => self.pick("退换申请", "Apply for return or exchange"),
            NextStep::Abandon => self.pick("放弃维修", "Give up the repair"),
        }
    }

    pub fn warranty(&self, warranty: Warranty) -> &'static str {
        match warranty {
            Warranty::Unknown => self.pick("保修未知", "Warranty unknown"),
            Warranty::In => self.pick("保内", "In warranty"),
            Warranty::Out => self.pick("保外", "Out of warranty"),
            Warranty::Contract => self.pick("合同", "Contract"),
        }
    }

    pub fn role(&self, role: Role) -> &'static str {
        match role {
            Role::Engineer => self.pick("现场工程师", "Field engineer"),
            Role::Agent => self.pick("话务代表", "Hotline agent"),
            Role::Coordinator => self.pick("协调员", "Coordinator"),
            Role::Supervisor => self.pick("主管", "Supervisor"),
            Role::Keeper => self.pick("备件管理员", "Parts keeper"),
            Role::Administrator => self.pick("管理员", "Administrator"),
            Role::System => self.pick("系统", "System"),
        }
    }

    pub fn relation(&self, relation: sheet::Relation) -> &'static str {
        match relation {
            sheet::Relation::Customer => self.pick("本人", "The customer"),
            sheet::Relation::Family => self.pick("家人", "Family"),
            sheet::Relation::Colleague => self.pick("同事", "Colleague"),
            sheet::Relation::Property => self.pick("物业", "Building management"),
            sheet::Relation::Other => self.pick("其他", "Other"),
        }
    }

    pub fn salutation(&self, salutation: Salutation) -> &'static str {
        match salutation {
            Salutation::None => self.pick("不称呼", "None"),
            Salutation::Mr => self.pick("先生", "Mr"),
            Salutation::Ms => self.pick("女士", "Ms"),
        }
    }

    /// How a promise stands whose clock waits for the customer.
    pub fn paused(&self, stands: &str) -> String {
        format!("{} · {stands}", self.pick("暂停", "Paused"))
    }

    /// A name as one speaks to whoever bears it.
    pub fn addressed(&self, name: &str, salutation: Salutation) -> String {
        let title = self.salutation(salutation);
        match (salutation, self.0) {
            (Salutation::None, _) => name.to_owned(),
            (_, Language::Chinese) => format!("{name} {title}"),
            (_, Language::English) => format!("{title} {name}"),
        }
    }

    pub fn level(&self, level: Level) -> &'static str {
        match level {
            Level::Normal => self.pick("普通客户", "Normal"),
            Level::Vip => self.pick("VIP 客户", "VIP"),
            Level::Key => self.pick("重点客户", "Key account"),
        }
    }

    pub fn confirmation(&self, method: Confirmation) -> &'static str {
        match method {
            Confirmation::Signature => self.pick("客户签字", "Customer's signature"),
            Confirmation::Phone => self.pick("电话确认", "By phone"),
            Confirmation::Video => self.pick("视频确认", "By video"),
            Confirmation::Onsite => self.pick("现场确认", "On site"),
            Confirmation::Automatic => self.pick("超时自动确认", "Automatically, no answer"),
        }
    }

    pub fn part_stage(&self, stage: &part_request::Stage) -> &'static str {
        use part_request::Stage;
        match stage {
            Stage::Submitted => self.pick("已申请", "Requested"),
            Stage::Approved { .. } => self.pick("已批准", "Approved"),
            Stage::Rejected { .. } => self.pick("未批准", "Rejected"),
            Stage::Issued { .. } => self.pick("已出库", "Issued"),
            Stage::Received { .. } => self.pick("已领取", "Received"),
            Stage::Cancelled { .. } => self.pick("已撤回", "Withdrawn"),
        }
    }

    /// By what it was known who collects a machine.
    pub fn proof(&self, proof: Proof) -> &'static str {
        match proof {
            Proof::Slip => self.pick("取机凭证", "Pick-up slip"),
            Proof::Copy => self.pick("服务单客户联", "Customer copy of the sheet"),
            Proof::Identity => self.pick("核对身份", "Identity checked"),
            Proof::Delivered => self.pick("送回客户处", "Brought to the customer"),
        }
    }

    pub fn decision(&self, decision: Decision) -> &'static str {
        match decision {
            Decision::Bill => self.pick("照常结算", "Bill as usual"),
            Decision::Goodwill => self.pick("免费，作为客户关怀", "Free, as goodwill"),
            Decision::Void => self.pick("服务单作废", "Void the sheet"),
            Decision::Keep => self.pick("保留现值", "Keep what stands"),
            Decision::TakeProposal => self.pick("采用新值", "Take the proposal"),
            Decision::Acknowledge => self.pick("知道了", "Understood"),
        }
    }

    /// What a history line says was done.
    pub fn act(&self, act: Act) -> &'static str {
        match act {
            Act::Registered => self.pick("登记工单", "Registered"),
            Act::Imported => self.pick("从文件导入", "Imported from a file"),
            Act::Numbered => self.pick("分配工单号", "Numbered"),
            Act::Triaged => self.pick("完成分诊", "Triaged"),
            Act::HandedOver => self.pick("转交协调员", "Passed to the coordinators"),
            Act::SolvedByPhone => self.pick("电话解决", "Solved by phone"),
            Act::Dispatched => self.pick("派单", "Dispatched"),
            Act::Recalled => self.pick("撤回派单", "Dispatch taken back"),
            Act::Reassigned => self.pick("改派", "Reassigned"),
            Act::TookOn => self.pick("自行接手", "Took the job"),
            Act::Accepted => self.pick("接单", "Accepted"),
            Act::Declined => self.pick("拒单", "Declined"),
            Act::Appointed => self.pick("预约时间", "Appointment"),
            Act::Called => self.pick("联系客户", "Called the customer"),
            Act::Prepared => self.pick("备料完成", "Prepared"),
            Act::Departed => self.pick("出发", "Departed"),
            Act::Arrived => self.pick("到达现场", "Arrived"),
            Act::Consented => self.pick("到达，客户同意检查", "Customer agreed to the inspection"),
            Act::Inspected => self.pick("检查", "Inspected"),
            Act::Talked => self.pick("维修前沟通", "Talked to the customer"),
            Act::StartedRepair => self.pick("开始维修", "Started the repair"),
            Act::Progressed => self.pick("处理进展", "Progress"),
            Act::UsedPart => self.pick("使用备件", "Used a part"),
            Act::RemovedPart => self.pick("删除用件", "Took a part back"),
            Act::Charged => self.pick("填写费用", "Charges"),
            Act::Photographed => self.pick("拍摄照片", "Took photos"),
            Act::WithdrewPhoto => self.pick("撤下照片", "Took a photo out"),
            Act::Finished => self.pick("维修完成", "Finished the repair"),
            Act::LeftUnfinished => self.pick("未修复", "Not repaired"),
            Act::LockedSheet => self.pick("锁定服务单", "Locked the sheet"),
            Act::UnlockedSheet => self.pick("解锁服务单", "Unlocked the sheet"),
            Act::Signed => self.pick("客户签字", "Customer signed"),
            Act::SignatureRefused => self.pick("客户未签字", "Customer did not sign"),
            Act::CustomerAbsent => self.pick("客户不在场", "Customer was absent"),
            Act::HandedIn => self.pick("交单", "Handed in"),
            Act::Verified => self.pick("核销", "Verified"),
            Act::KeptMachine => self.pick("收下机器（留修）", "Kept the machine"),
            Act::HandedBack => self.pick("归还机器", "Handed the machine back"),
            Act::Noted => self.pick("备注", "Note"),
            Act::ContactEdited => self.pick("修改联系信息", "Changed the contact"),
            Act::MachineEdited => self.pick("修改机器信息", "Changed the machine"),
            Act::Held => self.pick("挂起", "Put on hold"),
            Act::Resumed => self.pick("恢复处理", "Resumed"),
            Act::Confirmed => self.pick("客户确认", "Customer confirmed"),
            Act::Objected => self.pick("客户异议", "Customer objected"),
            Act::FollowUpOpened => self.pick("转回访", "Moved to follow-up"),
            Act::FollowedUp => self.pick("回访", "Followed up"),
            Act::Closed => self.pick("关闭工单", "Closed"),
            Act::Reopened => self.pick("重新打开", "Reopened"),
            Act::Cancelled => self.pick("取消工单", "Cancelled"),
            Act::Settled => self.pick("作出决定", "Decided"),
        }
    }

    /// What a journal entry did.
    pub fn command(&self, command: &Command) -> &'static str {
        use part_request::Command as Request;
        use ticket::Command as OfTicket;
        use visit::Command as OfVisit;
        match command {
            Command::Ticket(_, command) => match command {
                OfTicket::Register { .. } => self.act(Act::Registered),
                OfTicket::Import { .. } => self.act(Act::Imported),
                OfTicket::Number { .. } => self.act(Act::Numbered),
                OfTicket::Triage { .. } => self.act(Act::Triaged),
                OfTicket::HandOver => self.act(Act::HandedOver),
                OfTicket::SolveByPhone { .. } => self.act(Act::SolvedByPhone),
                OfTicket::Dispatch { .. } => self.act(Act::Dispatched),
                OfTicket::Recall { .. } => self.act(Act::Recalled),
                OfTicket::TakeOn { .. } => self.act(Act::TookOn),
                OfTicket::Note { .. } => self.act(Act::Noted),
                OfTicket::KeepMachine { .. } => self.act(Act::KeptMachine),
                OfTicket::HandBack { .. } => self.act(Act::HandedBack),
                OfTicket::EditContact { .. } => self.act(Act::ContactEdited),
                OfTicket::EditMachine { .. } => self.act(Act::MachineEdited),
                OfTicket::Hold { .. } => self.act(Act::Held),
                OfTicket::Resume => self.act(Act::Resumed),
                OfTicket::Confirm { .. } => self.act(Act::Confirmed),
                OfTicket::Object { .. } => self.act(Act::Objected),
                OfTicket::OpenFollowUp => self.act(Act::FollowUpOpened),
                OfTicket::FollowUp { .. } => self.act(Act::FollowedUp),
                OfTicket::Close => self.act(Act::Closed),
                OfTicket::Reopen { .. } => self.act(Act::Reopened),
                OfTicket::Cancel { .. } => self.act(Act::Cancelled),
                OfTicket::Settle { .. } => self.act(Act::Settled),
                OfTicket::AgeOut => self.pick("从手机移出", "Left the phones"),
            },
            Command::Visit(_, _, command) => match command {
                OfVisit::Accept => self.act(Act::Accepted),
                OfVisit::Decline { .. } => self.act(Act::Declined),
                OfVisit::Appoint { .. } => self.act(Act::Appointed),
                OfVisit::LogCall { .. } => self.act(Act::Called),
                OfVisit::Prepare { .. } => self.act(Act::Prepared),
                OfVisit::Depart => self.act(Act::Departed),
                OfVisit::Arrive { consent: false } => self.act(Act::Arrived),
                OfVisit::Arrive { consent: true } | OfVisit::Consent => self.act(Act::Consented),
                OfVisit::Inspect { .. } => self.act(Act::Inspected),
                OfVisit::Talk { .. } => self.act(Act::Talked),
                OfVisit::StartRepair => self.act(Act::StartedRepair),
                OfVisit::Progress { .. } => self.act(Act::Progressed),
                OfVisit::UsePart { .. } => self.act(Act::UsedPart),
                OfVisit::RemovePart { .. } => self.act(Act::RemovedPart),
                OfVisit::Charge { .. } => self.act(Act::Charged),
                OfVisit::AddPhoto { .. } => self.pick("添加照片", "Added a photo"),
                OfVisit::WithdrawPhoto { .. } => self.act(Act::WithdrewPhoto),
                OfVisit::Finish { .. } => self.act(Act::Finished),
                OfVisit::LeaveUnfinished { .. } => self.act(Act::LeftUnfinished),
                OfVisit::LockSheet { .. } => self.act(Act::LockedSheet),
                OfVisit::UnlockSheet => self.act(Act::UnlockedSheet),
                OfVisit::Sign { signature, .. } => match signature.answer {
                    sheet::Answer::Signed { .. } => self.act(Act::Signed),
                    sheet::Answer::Refused { .. } => self.act(Act::SignatureRefused),
                    sheet::Answer::Absent { .. } => self.act(Act::CustomerAbsent),
                },
                OfVisit::HandIn => self.act(Act::HandedIn),
                OfVisit::Verify => self.act(Act::Verified),
            },
            Command::PartRequest(_, command) => match command {
                Request::Submit { .. } => self.pick("申请备件", "Requested parts"),
                Request::Approve => self.pick("批准备件申请", "Approved a part request"),
                Request::Reject { .. } => self.pick("拒绝备件申请", "Rejected a part request"),
                Request::Issue => self.pick("备件出库", "Issued parts"),
                Request::Receive => self.pick("领取备件", "Received parts"),
                Request::Cancel { .. } => self.pick("撤回备件申请", "Withdrew a part request"),
                Request::Number { .. } => self.pick("分配申请号", "Numbered a part request"),
                Request::AgeOut => self.pick("从手机移出", "Left the phones"),
            },
            Command::Part(..) => self.pick("保存备件", "Saved a part"),
            Command::Stock(..) => self.pick("盘点库存", "Counted stock"),
            Command::Customer(..) => self.pick("保存客户", "Saved a customer"),
            Command::Machine(..) => self.pick("保存机器", "Saved a machine"),
            Command::Model(..) => self.pick("保存型号", "Saved a model"),
            Command::User(_, user::Command::Save { .. }) => self.pick("保存人员", "Saved a person"),
            Command::Team(..) => self.pick("保存团队", "Saved a team"),
            Command::Sheet(..) => self.pick("登记服务单", "Registered a sheet"),
        }
    }

    /// Why something cannot happen, as a sentence.
    pub fn refusal(&self, refusal: Refusal) -> &'static str {
        match refusal {
            Refusal::NotYourRole => {
                self.pick("您的角色不能做这一步。", "Your role cannot do this.")
            }
            Refusal::NotYours => self.pick("这不是派给您的。", "This belongs to somebody else."),
            Refusal::NotActive => self.pick("账号已停用。", "The account is no longer active."),
            Refusal::OwnAccount => self.pick(
                "不能停用自己的管理员账号。",
                "You cannot take the administrator's role from yourself.",
            ),
            Refusal::NotFound => self.pick("没有找到。", "Not found."),
            Refusal::AlreadyExists => self.pick("已经存在。", "It already exists."),
            Refusal::Malformed => {
                self.pick("内容自相矛盾，请检查。", "It contradicts itself; please check.")
            }
            Refusal::Unreadable => self.pick(
                "服务器不认识这个操作，请更新应用。",
                "The server cannot read this; please update the app.",
            ),
            Refusal::NameMissing => self.pick("请填写姓名。", "Please give the name."),
            Refusal::PhoneMissing => self
                .pick("请填写可以拨打的电话。", "Please give a phone number that can be called."),
            Refusal::ModelMissing => self.pick("请填写产品型号。", "Please give the model."),
            Refusal::DescriptionMissing => {
                self.pick("请描述问题。", "Please describe the problem.")
            }
            Refusal::TitleMissing => self.pick("请填写标题。", "Please give a title."),
            Refusal::RoleMissing => {
                self.pick("请至少选择一个角色。", "Please choose at least one role.")
            }
            Refusal::PartMissing => {
                self.pick("请选择或填写备件。", "Please choose or name the part.")
            }
            Refusal::LinesMissing => {
                self.pick("请至少添加一种备件。", "Please add at least one part.")
            }
            Refusal::TextMissing => self.pick("请填写内容。", "Please write something."),
            Refusal::TextTooLong => self.pick("内容太长。", "The text is too long."),
            Refusal::DateMalformed => self.pick("日期不正确。", "The date is not right."),
            Refusal::AmountImplausible => self.pick("金额不正确。", "The amount is not right."),
            Refusal::QuantityImplausible => self.pick("数量不正确。", "The quantity is not right."),
            Refusal::ReasonMissing => self.pick("请填写原因。", "Please give the reason."),
            Refusal::NotTriaged => self.pick(
                "请先分诊：分类、优先级和服务方式。",
                "Triage it first: category, priority and method.",
            ),
            Refusal::AlreadyDispatched => {
                self.pick("已经派单，不能再这样做。", "It is already dispatched.")
            }
            Refusal::NotDispatchable => {
                self.pick("当前状态不能派单。", "It cannot be dispatched at this stage.")
            }
            Refusal::NotAbleEngineer => {
                self.pick("此人不是在职工程师。", "This person is not an active engineer.")
            }
            Refusal::SameEngineer => {
                self.pick("已经派给这位工程师。", "This engineer already has the job.")
            }
            Refusal::NotInProgress => {
                self.pick("工单不在处理中。", "The ticket is not in progress.")
            }
            Refusal::NotOnHold => self.pick("工单没有挂起。", "The ticket is not on hold."),
            Refusal::NotWaitingForConfirmation => {
                self.pick("工单不在待确认状态。", "The ticket is not waiting for a confirmation.")
            }
            Refusal::NotCompleted => self.pick("工单尚未完成。", "The ticket is not completed."),
            Refusal::NotClosed => self.pick("工单没有关闭。", "The ticket is not closed."),
            Refusal::AlreadyOver => self.pick("工单已经结束。", "The ticket is over."),
            Refusal::AlreadySigned => self.pick(
                "客户已经签字，不能取消。",
                "The customer has signed; it cannot be cancelled.",
            ),
            Refusal::StillOpen => self.pick(
                "还有未决定的事项、未签字的服务单或未交回的旧件。",
                "A decision, a signature or an old part is still open.",
            ),
            Refusal::ConfirmationMissing => {
                self.pick("请选择客户如何确认。", "Please say how the customer confirmed.")
            }
            Refusal::MachineWithUs => self.pick(
                "客户机器还在我方，请先归还。",
                "The customer's machine is with us; hand it back first.",
            ),
            Refusal::MachineNotWithUs => {
                self.pick("客户机器不在我方。", "The customer's machine is not with us.")
            }
            Refusal::IdentityMissing => {
                self.pick("请写明核对了什么。", "Please say what was checked.")
            }
            Refusal::TooLateToReopen => self.pick(
                "关闭已超过七天，请新建工单。",
                "It was closed over seven days ago; register a new ticket.",
            ),
            Refusal::CalledOff => {
                self.pick("办公室已取消或改派此任务。", "The office called this visit off.")
            }
            Refusal::NotAccepted => self.pick("请先接单。", "Accept the job first."),
            Refusal::AlreadyDone => self.pick("这一步已经完成。", "This is already done."),
            Refusal::NotArrived => self.pick("请先记录到达。", "Record the arrival first."),
            Refusal::ConsentMissing => self.pick(
                "请先征得客户同意检查。",
                "Ask the customer to agree to the inspection first.",
            ),
            Refusal::NotInspected => self.pick("请先检查机器。", "Inspect the machine first."),
            Refusal::TalkMissing => {
                self.pick("请先与客户沟通，再开始维修。", "Talk to the customer before the repair.")
            }
            Refusal::NotRepairing => self.pick("请先开始维修。", "Start the repair first."),
            Refusal::CheckMissing => self.pick(
                "请客户验机，并恢复现场。",
                "The customer must check the machine and the site must be restored.",
            ),
            Refusal::ExplanationMissing => {
                self.pick("请先向客户讲明原因。", "Explain the reason to the customer first.")
            }
            Refusal::CauseMissing => self.pick(
                "请写清故障原因，不能是「不明」。",
                "State the cause; “not clear” is not enough.",
            ),
            Refusal::SolutionMissing => {
                self.pick("请填写处理措施与结果。", "Please say what was done.")
            }
            Refusal::LabelMissing => self.pick(
                "换下的旧件要贴故障标签，或写明没有旧件的原因。",
                "Label the old part, or say why there is none.",
            ),
            Refusal::NotFinished => {
                self.pick("请先填写维修结果。", "Enter the result of the work first.")
            }
            Refusal::TooManyPhotos => self
                .pick("本次上门的照片已达上限。", "This visit has as many photos as it can keep."),
            Refusal::SheetLocked => self.pick(
                "服务单已锁定，解锁后才能修改。",
                "The sheet is locked; unlock it to change the work.",
            ),
            Refusal::SheetNotLocked => self.pick("请先锁定服务单。", "Lock the sheet first."),
            Refusal::SheetDiffers => {
                self.pick("服务单内容已变，请重新锁定。", "The sheet has changed; lock it again.")
            }
            Refusal::SignatureMissing => {
                self.pick("请在签名区签名。", "Please draw the signature.")
            }
            Refusal::SignerMissing => {
                self.pick("请填写签名人姓名。", "Please give the signer's name.")
            }
            Refusal::AlreadySignedVisit => {
                self.pick("本次服务已签字。", "This visit is already signed.")
            }
            Refusal::NotSigned => self.pick("服务单尚未签字。", "The sheet is not signed yet."),
            Refusal::NotHandedIn => {
                self.pick("服务单尚未交回。", "The sheet is not handed in yet.")
            }
            Refusal::AppointmentMalformed => {
                self.pick("结束时间要晚于开始时间。", "The end must be after the start.")
            }
            Refusal::NotSubmitted => self.pick("申请已经处理。", "The request is already decided."),
            Refusal::NotApproved => self.pick("申请尚未批准。", "The request is not approved."),
            Refusal::NotIssued => self.pick("备件尚未出库。", "The parts are not issued yet."),
            Refusal::NoSuchFlag => self.pick("没有这个待决定事项。", "There is no such question."),
            Refusal::AlreadySettled => {
                self.pick("已经有人作出决定。", "Somebody has already decided.")
            }
            Refusal::NoSuchDecision => {
                self.pick("此处不能这样决定。", "This answer does not fit the question.")
            }
        }
    }

    /// How an accepted entry met something its sender could not know.
    pub fn amendment(&self, amendment: &Amendment, name: impl Fn(Id<User>) -> String) -> String {
        use crate::locale::moment;
        match (self.0, amendment) {
            (Language::Chinese, Amendment::HadBeenCancelled { by, at }) => format!(
                "已收到。{}已在{}取消此工单，您的记录全部保留，费用由办公室决定。",
                name(*by),
                moment(*at)
            ),
            (Language::English, Amendment::HadBeenCancelled { by, at }) => format!(
                "Accepted. {} had cancelled the ticket ({}). Your work is kept; the office decides about billing.",
                name(*by),
                moment(*at)
            ),
            (Language::Chinese, Amendment::HadBeenGivenAway { by, at }) => format!(
                "已收到。{}已在{}改派此任务，您的记录全部保留。",
                name(*by),
                moment(*at)
            ),
            (Language::English, Amendment::HadBeenGivenAway { by, at }) => format!(
                "Accepted. {} had given the job to somebody else ({}). Your work is kept.",
                name(*by),
                moment(*at)
            ),
            (_, Amendment::StaysYours) => self
                .pick(
                    "办公室曾改派此任务，但您已在现场：任务仍归您。",
                    "The office had given the job away, but you were at the machine: it stays yours.",
                )
                .into(),
            (_, Amendment::KeptAsProposal) => self
                .pick(
                    "别人先改了同一项，您的内容作为建议保留，由办公室决定。",
                    "Somebody changed the same thing first; yours is kept as a proposal for the office.",
                )
                .into(),
            (_, Amendment::OutOfOrder) => self
                .pick("已收到，但顺序与已知情况不符，已请办公室查看。", "Accepted, but out of order; the office will look at it.")
                .into(),
            (_, Amendment::Moot) => self
                .pick("工程师已在现场，此安排仅作记录。", "The engineer was on site already; this is only noted.")
                .into(),
        }
    }

    /// The question a flag asks.
    pub fn flag(&self, reason: &Reason, name: impl Fn(Id<User>) -> String) -> String {
        use crate::locale::moment;
        match (self.0, reason) {
            (Language::Chinese, Reason::CancelVsSigned { cancelled_by, cancelled_at, .. }) => format!(
                "{}在{}取消了工单，但客户已为完成的维修签字。签字有效，请决定费用。",
                name(*cancelled_by),
                moment(*cancelled_at)
            ),
            (Language::English, Reason::CancelVsSigned { cancelled_by, cancelled_at, .. }) => format!(
                "{} cancelled this ticket ({}), but the customer had signed for the finished repair. The signature stands: decide about billing.",
                name(*cancelled_by),
                moment(*cancelled_at)
            ),
            (_, Reason::LateWork { .. }) => self
                .pick(
                    "任务取消或改派后，仍收到工程师的现场记录。记录已保留，请决定如何结算。",
                    "Work arrived for a visit that had been called off. It is kept: decide how to settle it.",
                )
                .into(),
            (_, Reason::DoubleDispatch { .. }) => self
                .pick(
                    "改派时第一位工程师已在现场，任务仍归他。请通知另一位工程师。",
                    "The first engineer was at the machine when the job was given away; it stays with him. Tell the other one.",
                )
                .into(),
            (_, Reason::FieldConflict { kept, proposed, .. }) => {
                let (kept, proposed) = (self.value(kept), self.value(proposed));
                match self.0 {
                    Language::Chinese => {
                        format!("两人修改了同一项。当时的值：{kept}。另一建议：{proposed}。")
                    }
                    Language::English => {
                        format!("Two people changed the same thing. It stood: {kept}. The other proposal: {proposed}.")
                    }
                }
            }
            (Language::Chinese, Reason::Objection { text }) if text.is_empty() => {
                "客户表示问题没有解决。".into()
            }
            (Language::English, Reason::Objection { text }) if text.is_empty() => {
                "The customer says it is not solved.".into()
            }
            (Language::Chinese, Reason::Objection { text }) => {
                format!("客户表示问题没有解决：{text}")
            }
            (Language::English, Reason::Objection { text }) => {
                format!("The customer says it is not solved: {text}")
            }
            (Language::Chinese, Reason::StockShort { name, .. }) => {
                format!("“{name}”的用量超过账面库存，请备件管理员盘点。")
            }
            (Language::English, Reason::StockShort { name, .. }) => {
                format!("More of “{name}” was used than the books had; the keeper should count.")
            }
            (_, Reason::SheetDiffers { .. }) => self
                .pick("客户签字的内容与锁定的服务单不一致，以签字内容为准，请核对。", "What the customer signed differs from the locked sheet. The signed content counts; please compare.")
                .into(),
            (_, Reason::OutOfOrder { .. }) => self
                .pick("一条现场记录的顺序与已知情况不符，已原样保留。", "An entry from the field came out of order; it is kept as told.")
                .into(),
        }
    }

    /// A value two people changed, in one line.
    pub fn value(&self, value: &Value) -> String {
        match value {
            Value::Appointment(_, appointment) => {
                crate::locale::window(appointment.from, appointment.to)
            }
            Value::Contact(contact) => {
                let parts =
                    [&contact.label(), &contact.phone, &contact.address, &contact.access_note];
                let parts: Vec<&str> =
                    parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
                parts.join(self.pick("，", ", "))
            }
            Value::Machine(machine) => {
                format!("{} {}", machine.model, machine.serial).trim().to_owned()
            }
        }
    }
}
