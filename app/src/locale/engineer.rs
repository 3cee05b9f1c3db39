//! Texts of the engineer's pages. Each line says the same in Chinese and in English.

/// A struct of texts, and its two constants from one list.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident {
        $($field:ident: $zh:literal, $en:literal;)*
    } with {
        $(fn $call:ident($($arg:ty),*): $zh_call:expr, $en_call:expr;)*
    }) => {
        $(#[$doc])*
        pub struct $name {
            $(pub $field: &'static str,)*
            $(pub $call: fn($($arg),*) -> String,)*
        }
        impl $name {
            const ZH: $name = $name { $($field: $zh,)* $($call: $zh_call,)* };
            const EN: $name = $name { $($field: $en,)* $($call: $en_call,)* };
        }
    };
}

/// The texts of the engineer's phone.
pub struct EngineerText {
    pub say: SayText,
    pub step: StepText,
    pub short: StepText,
    pub promise: PromiseText,
    pub today: TodayText,
    pub tickets: TicketsText,
    pub ticket: TicketText,
    pub work: WorkText,
    pub parts: PartsText,
    pub fresh: FreshText,
}

/// Chinese.
pub const ZH: EngineerText = EngineerText {
    say: SayText::ZH,
    step: StepText::ZH,
    short: SHORT_ZH,
    promise: PromiseText::ZH,
    today: TodayText::ZH,
    tickets: TicketsText::ZH,
    ticket: TicketText::ZH,
    work: WorkText::ZH,
    parts: PartsText::ZH,
    fresh: FreshText::ZH,
};

/// English.
pub const EN: EngineerText = EngineerText {
    say: SayText::EN,
    step: StepText::EN,
    short: SHORT_EN,
    promise: PromiseText::EN,
    today: TodayText::EN,
    tickets: TicketsText::EN,
    ticket: TicketText::EN,
    work: WorkText::EN,
    parts: PartsText::EN,
    fresh: FreshText::EN,
};

texts! {
    /// What several pages and the small forms say.
    SayText {
        cancel: "取消", "Cancel";
        close: "关闭", "Close";
        save: "保存", "Save";
        saved: "已保存在本机", "Saved on this phone";
        choose: "请选择", "Please choose";
        reason: "原因", "Reason";
        no_number: "待编号", "No number yet";
        waits_here: "待上传", "Waiting to be sent";
        declined: "已拒单，原因会告诉协调员", "Declined; the coordinator will read why";
        decline_hint: "协调员会据此改派，请写明原因。", "The coordinator reads this before reassigning the job.";
        call_summary: "通话结果", "What was said";
        appoint_script: "请与客户约定两小时左右的时间段；不能准时到达时，提前电话告知。", "Agree on a window of about two hours. Call ahead if you will be late.";
        day: "日期", "Day";
        windows: "常用时段", "Usual windows";
        from: "从", "From";
        to: "到", "To";
        agreed_with: "与谁约定", "Agreed with";
        agreed_hint: "尚未与客户确认时请留空。", "Leave empty while the customer has not agreed.";
        hold_reason: "为什么挂起", "Why it is on hold";
        take_on_hint: "先确定分类、优先级和服务方式，再由您接手处理。", "Set category, priority and method, then the job is yours.";
        taken_on: "已接手，可以开始处理", "This job is yours now";
    } with {
        fn call_script(String):
            |me| format!("您好，我是售后服务工程师{me}。关于您报修的机器，想和您确认故障现象和上门时间，请问现在方便吗？"),
            |me| format!("Hello, this is {me} from customer service. I am calling about the machine you reported. Could you tell me what it is doing, and when I could come by?");
    }
}

texts! {
    /// The steps of a visit, as the big button says them.
    StepText {
        accept: "接单", "Accept";
        depart: "出发", "Depart";
        arrive: "到达", "Arrive";
        consent: "客户同意检查", "Customer agrees";
        inspect: "记录检查", "Inspect";
        talk: "维修前沟通", "Talk to the customer";
        start_repair: "开始维修", "Start the repair";
        finish: "填写结果", "Enter the result";
        lock: "锁定服务单", "Lock the sheet";
        customer: "请客户确认", "Hand to customer";
        hand_in: "交单", "Hand in";
    } with {}
}

/// The same steps in a row of narrow columns.
const SHORT_ZH: StepText = StepText {
    inspect: "检查",
    talk: "沟通",
    start_repair: "维修",
    finish: "结果",
    lock: "锁定",
    customer: "签字",
    consent: "同意",
    ..StepText::ZH
};

/// The same steps in a row of narrow columns.
const SHORT_EN: StepText = StepText {
    consent: "Consent",
    talk: "Talk",
    start_repair: "Repair",
    finish: "Result",
    lock: "Lock",
    customer: "Sign",
    ..StepText::EN
};

texts! {
    /// The promised time.
    PromiseText {} with {
        fn left(String): |span| format!("剩 {span}"), |span| format!("{span} left");
        fn over(String): |span| format!("已超 {span}"), |span| format!("{span} overdue");
    }
}

texts! {
    /// Today.
    TodayText {
        title: "今日", "Today";
        lists: "今日工单", "Lists of the day";
        new: "待接单", "New";
        today: "今天", "Today";
        later: "以后", "Later";
        done: "已完成", "Done";
        waiting_parts: "待备件", "Parts";
        nothing_parts: "没有等备件的工单", "No job is waiting for parts";
        nothing_else_today: "今天就这一单", "This is today's only job";
        nothing_new: "没有待接的工单", "No new jobs";
        nothing_today: "今天没有工单", "Nothing for today";
        nothing_later: "以后暂无安排", "Nothing planned for later";
        nothing_done: "还没有完成的工单", "Nothing finished yet";
        registered: "我登记的", "Registered by me";
        update_overdue: "超过 24 小时没有更新，请补记进展。", "No update for over 24 hours. Please add what happened.";
        hand_in_due: "服务单和旧件待交回", "Sheet and old parts to bring back";
        new_ticket: "新建工单", "New ticket";
        accept_overdue: "派单已超过 1 小时，请尽快接单或拒单。", "Assigned over an hour ago. Please accept or decline.";
        read_answers: "去看看", "Read them";
        kept: "您已记录的工作不会丢失。", "What you recorded is kept.";
        open: "打开工单", "Open the ticket";
        understood: "知道了", "Understood";
        hand_ins_note: "下班前请交回服务单和旧件。", "Bring sheets and old parts back before the day ends.";
    } with {
        fn to_accept(usize): |n| format!("{n} 单超 1 小时未接"), |n| format!("{n} to accept");
        fn to_update(usize): |n| format!("{n} 单 24 小时未更新"), |n| format!("{n} without an update");
        fn to_hand_in(usize): |n| format!("{n} 单待交回"), |n| format!("{n} to hand in");
        fn progress(usize, usize): |done, all| format!("已完成 {done}/{all}"), |done, all| format!("{done} of {all} done");
        fn attention(usize):
            |count| format!("有 {count} 条记录的回执需要您看一下。"),
            |count| match count {
                1 => "One of your entries has an answer you should read.".into(),
                count => format!("{count} of your entries have answers you should read."),
            };
        fn reason(String): |why| format!("原因：{why}"), |why| format!("Reason: {why}");
        fn was_cancelled(String, String, String):
            |what, who, when| format!("{what}：{who}已在{when}取消此工单，请不要前往。"),
            |what, who, when| format!("{what}: {who} cancelled this ticket ({when}). Please do not go there.");
        fn was_cancelled_late(String, String, String):
            |what, who, when| format!("{what}：{who}已在{when}取消此工单。您在现场的记录由办公室决定如何结算。"),
            |what, who, when| format!("{what}: {who} cancelled this ticket ({when}). The office decides how your work on site is settled.");
        fn was_given_away(String, String, String):
            |what, who, when| format!("{what}：{who}已在{when}改派此任务。"),
            |what, who, when| format!("{what}: {who} reassigned this job ({when}).");
        fn was_taken_away(String, String):
            |what, when| format!("{what}：此任务已不再派给您，请不要前往（{when}得知）。"),
            |what, when| format!("{what}: this job is no longer yours. Please do not go there (heard {when}).");
    }
}

texts! {
    /// All tickets.
    TicketsText {
        title: "工单", "Tickets";
        search: "搜索工单", "Search tickets";
        search_hint: "工单号、姓名、电话、序列号", "Number, name, phone, serial";
        clear: "清除", "Clear";
        filters: "筛选", "Filters";
        new: "待接单", "New";
        working: "进行中", "In progress";
        held: "挂起", "On hold";
        done: "已完成", "Done";
        cancelled: "已取消", "Cancelled";
        nothing: "没有找到工单", "No ticket found";
        none_yet: "还没有工单", "No tickets yet";
    } with {
        fn count(usize):
            |count| format!("{count} 个工单"),
            |count| match count { 1 => "1 ticket".into(), count => format!("{count} tickets") };
    }
}

texts! {
    /// One ticket.
    TicketText {
        title: "工单", "Ticket";
        unknown: "本机没有这个工单。可能已改派，或尚未同步。", "This phone does not have the ticket. It may have been reassigned, or has not arrived yet.";
        to_today: "回到今日", "Back to today";
        plate: "工单铭牌", "Ticket";
        number: "工单号", "Number";
        provisional: "本机号", "Provisional number";
        priority: "优先级", "Priority";
        contact_promise: "响应时限", "First response";
        solution_promise: "解决时限", "Resolution";
        copy: "复制号码", "Copy the number";
        copy_phone: "复制电话", "Copy the phone number";
        copy_address: "复制地址", "Copy the address";
        copied: "已复制", "Copied";
        copy_all: "复制客户与工单信息", "Copy customer and ticket";
        copy_short: "复制", "Copy";
        which_map: "用哪个地图导航？", "Which map?";
        another_map: "换一个地图", "Another map";
        amap: "高德地图", "Amap";
        baidu: "百度地图", "Baidu Maps";
        tencent: "腾讯地图", "Tencent Maps";
        system_map: "手机自带地图", "The phone's own map";
        verify_machine: "扫码核对机器", "Check the machine's label";
        same_machine: "与工单上的序列号一致", "This is the machine on the ticket";
        paid_first: "保外服务须先报价，客户同意后再维修。", "Out of warranty: quote first, and repair once the customer agrees.";
        customer: "客户", "Customer";
        contact: "联系客户", "Contact";
        call: "电话", "Call";
        message: "发短信", "Send a message";
        navigate: "导航", "Navigate";
        appointment: "预约", "Appointment";
        no_appointment: "尚未预约", "None yet";
        edit: "修改", "Edit";
        edit_contact: "修改联系信息", "Edit the contact";
        edit_machine: "修改机器信息", "Edit the machine";
        log_call: "记录通话", "Log a call";
        appoint: "预约时间", "Appointment";
        problem: "问题", "Problem";
        kind: "分类", "Category";
        impact: "影响范围", "Impact";
        judgement: "热线判断", "What the hotline found";
        suggestion: "处理建议", "Suggestion";
        request: "请求类型", "Request";
        expected: "期望时间", "Expected by";
        registered: "登记", "Registered";
        machine: "机器铭牌", "Machine";
        model: "型号", "Model";
        serial: "序列号", "Serial number";
        warranty: "保修", "Warranty";
        purchased: "购买日期", "Purchased";
        place: "安装位置", "Installed at";
        earlier: "以前的维修", "Earlier repairs";
        visits: "服务记录", "Visits";
        sheet: "服务单", "Service sheet";
        parts: "备件申请", "Part requests";
        no_parts: "此工单没有备件申请", "No parts requested for this ticket";
        request_parts: "申请备件", "Request parts";
        note: "备注", "Note";
        note_label: "写给同事的备注", "Note to colleagues";
        note_hint: "客户看不到。", "The customer does not see it.";
        add_note: "添加备注", "Add the note";
        history: "经过", "History";
        clock_doubt: "（手机时间可能不准）", "(the phone's clock may be wrong)";
        more: "更多", "More";
        decline: "拒单", "Decline";
        take_on: "接手处理", "Take this job";
        work: "服务过程", "Work";
        hold: "挂起", "Put on hold";
        resume: "恢复处理", "Resume";
        neighbour: "为邻居新建工单", "New ticket next door";
        whole: "展开全文", "Show all";
        shorter: "收起", "Show less";
    } with {
        fn proposed(String): |when| format!("{when}（待客户确认）"), |when| format!("{when} (not agreed yet)");
        fn agreed(String, String): |when, who| format!("{when}（{who}已同意）"), |when, who| format!("{when} (agreed with {who})");
        fn scanned(String): |code| format!("扫到 {code}；工单上还没有序列号，可在“修改”里填写。"), |code| format!("Read {code}. The ticket has no serial number yet; add it with “Edit”.");
        fn other_machine(String): |code| format!("不是同一台：扫到 {code}"), |code| format!("Another machine: {code}");
        fn next_of(String, usize, usize):
            |step, nth, all| format!("下一步：{step}（{nth}/{all}）"),
            |step, nth, all| format!("Next: {step} ({nth}/{all})");
        fn done_of(usize, usize): |done, all| format!("已完成 {done}/{all} 步"), |done, all| format!("{done} of {all} steps done");
        fn show_earlier(usize): |n| format!("显示更早的经过（还有 {n} 条）"), |n| format!("Show earlier entries ({n} left)");
        fn visit(u32): |nth| format!("第 {nth} 次服务"), |nth| format!("Visit {nth}");
        fn repaired(String): |how| format!("已修复：{how}"), |how| format!("Repaired: {how}");
        fn no_fault(String): |how| format!("无故障：{how}"), |how| format!("No fault: {how}");
        fn not_repaired(String, &'static str):
            |why, next| format!("未修复：{why}，{next}"),
            |why, next| format!("Not repaired: {why}. {next}");
        fn office_decides(String):
            |question| format!("等待办公室决定：{question}"),
            |question| format!("The office will decide: {question}");
        fn more_decisions(usize):
            |n| format!("另有 {n} 项等待办公室决定"),
            |n| match n {
                1 => "1 more question for the office to decide".into(),
                n => format!("{n} more questions for the office to decide"),
            };
    }
}

texts! {
    /// The work page.
    WorkText {
        title: "服务过程", "Work";
        no_visit: "您在这个工单上没有任务。", "You have no visit on this ticket.";
        to_ticket: "回到工单", "Back to the ticket";
        called_off: "办公室已取消或改派此任务。若已在检查或维修，请照常做完并请客户签字。", "The office called this visit off. If the work has begun, finish it and let the customer sign as usual.";
        sections: "服务步骤", "Sections";
        done: "已记录", "Recorded";
        yes: "是", "Yes";
        no: "否", "No";
        at: "时间", "Time";
        arrival: "到达", "Arrival";
        arrival_title: "出发与到达", "Travel and arrival";
        accepted_at: "接单", "Accepted";
        departed_at: "出发", "Departed";
        arrived_at: "到达", "Arrived";
        consent_at: "客户同意检查", "Customer agreed";
        prepare: "工具、备件已备好", "Tools and parts are packed";
        dressed: "工装整洁，佩戴工牌，备好鞋套", "Work clothes, badge, shoe covers";
        dressed_hint: "进门前自查", "Check before the door";
        introduced: "已自我介绍，说明来意", "Introduced myself";
        agreed: "客户同意检查机器", "The customer agrees to the inspection";
        consent: "客户同意检查", "Customer agrees";
        consent_script: "“我先检查一下机器，可能需要开机和拆开外壳，可以吗？”", "“May I inspect the machine? I may have to switch it on and open it.”";
        inspection: "检查", "Inspection";
        inspection_title: "检查", "Inspection";
        findings: "故障现象", "Findings";
        findings_hint: "看到、听到、测到什么", "What you saw, heard and measured";
        reproduced: "故障是否重现", "Could it be reproduced?";
        not_tried: "未试", "Not tried";
        configuration: "机器配置", "Configuration";
        configuration_hint: "安装方式、版本、附件", "Installation, versions, accessories";
        save_inspection: "保存检查", "Save the inspection";
        talk: "沟通", "Talk";
        talk_title: "维修前沟通", "Talk to the customer";
        talk_script: "用客户听得懂的话说明：故障是什么，要做什么，要多久，是否收费。退换货由技术中心判断，请勿承诺客户。", "Say in plain words what is wrong, what you will do, how long it takes and whether it costs anything. Returns are decided by the technical centre: promise nothing.";
        talk_summary: "沟通内容", "What was said and agreed";
        price_told: "已告知费用（或不收费）", "The customer knows the price, or that it is free";
        price_hint: "收费服务须先报价再维修。", "For paid work, quote before you start.";
        save_talk: "保存沟通", "Save the conversation";
        repair: "维修", "Repair";
        repair_title: "维修过程", "Repair";
        start_below: "动手前，请点下方的“开始维修”。", "Tap “Start the repair” below when you begin.";
        progress: "做了什么", "What was done";
        progress_hint: "一条写一件事，会列在服务单上。", "One thing per line; it is listed on the sheet.";
        add_progress: "添加", "Add";
        parts: "备件", "Parts";
        parts_title: "使用备件", "Parts used";
        charges: "费用", "Charges";
        charges_title: "费用", "Charges";
        labour: "工时费（元）", "Labour (¥)";
        travel: "上门费（元）", "Travel (¥)";
        waived: "减免（元）", "Waived (¥)";
        waived_hint: "保内、合同或优惠减免的金额", "Covered by warranty, contract or goodwill";
        waive_all: "全部减免", "Waive everything";
        parts_total: "备件", "Parts";
        total: "客户应付", "To pay";
        save_charges: "保存费用", "Save the charges";
        outcome: "结果", "Result";
        outcome_title: "维修结果", "Result";
        result: "结果", "Result";
        repaired: "已修复", "Repaired";
        no_fault: "无故障", "No fault";
        not_repaired: "未修复", "Not repaired";
        cause: "故障原因", "Cause";
        cause_text: "原因说明", "The cause in words";
        cause_hint: "写给下一位工程师看，例如：主板电容鼓包。", "For the next engineer, e.g. “swollen capacitor on the main board”.";
        solution: "处理措施", "What was done about it";
        explanation: "说明", "Explanation";
        explanation_hint: "检查了什么，为什么没有故障", "What was checked, and why there is no fault";
        checked: "已请客户一起验机", "The customer checked the machine with me";
        restored: "已清理并恢复现场", "The site is tidy, everything back in place";
        unfinished_reason: "未修复原因", "Why it is not repaired";
        unfinished_hint: "会印在服务单上。", "It is printed on the sheet.";
        next_step: "后续安排", "Next step";
        no_promise: "退换货由技术中心判断，请勿承诺客户。", "Returns are decided by the technical centre: promise nothing to the customer.";
        explained: "已向客户讲明原因和后续安排", "Reason and next step were explained to the customer";
        finish: "完成维修", "Finish the work";
        leave_unfinished: "保存未修复结果", "Leave it unfinished";
        sheet: "服务单", "Sheet";
        sheet_title: "服务单与签字", "Sheet and signature";
        sheet_language: "客户阅读的语言", "Customer's language";
        chinese: "中文", "中文";
        english: "English", "English";
        lock_hint: "以下是客户将看到的内容。锁定后不能修改，需要时可以解锁。", "This is what the customer will see. Locking freezes it; you can unlock it again.";
        unlock: "解锁修改", "Unlock to change";
        open_sheet: "查看已签服务单", "Open the signed sheet";
        hand_in_hint: "回到网点后，交回服务单和旧件。", "Back at base, hand in the sheet and the old parts.";
    } with {
        fn saved(String): |time| format!("已保存在本机 {time}"), |time| format!("Saved on this phone {time}");
        fn next(&'static str): |step| format!("下一步：{step}"), |step| format!("Next: {step}");
        fn introduction(String):
            |me| format!("“您好，我是售后服务工程师{me}，这是我的工牌。”"),
            |me| format!("“Hello, I am {me} from customer service; this is my badge.”");
        fn locked(String): |when| format!("已在{when}锁定，等待客户确认。"), |when| format!("Locked ({when}); waiting for the customer.");
        fn handed_in(String): |when| format!("已在{when}交单。"), |when| format!("Handed in ({when}).");
    }
}

texts! {
    /// Parts: used, asked for, in the bag.
    PartsText {
        title: "我的备件", "My parts";
        search: "搜索备件：名称、编号、型号", "Search parts: name, number, model";
        choose: "选用", "Use";
        choose_title: "选择备件", "Choose parts";
        add: "加入", "Add";
        free: "目录里没有", "Not in the catalogue";
        free_hint: "写明名称和规格，备件管理员会核对。", "Name and specification; the keeper will check.";
        none_found: "没有找到备件", "No part found";
        none_used: "没有使用备件", "No parts used";
        not_own: "我没有库存", "None in my bag";
        name: "备件名称", "Name of the part";
        quantity: "数量", "Quantity";
        less: "减少", "Less";
        more: "增加", "More";
        price: "单价（元）", "Price each (¥)";
        price_hint: "保内不收费时，在“费用”里减免。", "In warranty, waive it under “Charges”.";
        new_serial: "新件序列号", "Serial of the new part";
        old_serial: "旧件序列号", "Serial of the old part";
        replaced: "换下了旧件", "Replaced an old part";
        returnable: "旧件须返还", "The old part must be returned";
        old_part: "旧件", "Old part";
        labelled: "贴故障标签", "Labelled";
        lost: "没有旧件", "No old part";
        label: "故障标签号", "Fault label";
        label_hint: "写在标签上贴到旧件；有预印标签时改成预印号码。", "Write it on the label of the old part, or enter a printed label's number.";
        lost_reason: "没有旧件的原因", "Why there is no old part";
        another: "重新选择", "Choose another";
        use_part: "记录用件", "Record the part";
        request_title: "申请备件", "Request parts";
        for_ticket: "用于工单", "For the ticket";
        needed_by: "需要时间", "Needed by";
        urgent: "加急", "Urgent";
        urgent_hint: "客户正在等待，机器不能使用", "The customer is waiting and cannot use the machine";
        note: "说明", "Note";
        basket: "申请清单", "Asked for";
        empty_basket: "还没有备件，请在下面选择。", "Nothing yet. Choose below.";
        purpose: "用途", "What for";
        send: "提交申请", "Send the request";
        sent: "申请已保存，联网后自动上传", "Saved; it will be sent when there is a network";
        offline_note: "没有网络也可以提交，联网后自动上传。", "Works without a network; it is sent automatically later.";
        requests: "我的申请", "My requests";
        no_requests: "没有备件申请", "No part requests";
        unnumbered: "待编号的申请", "Request without a number yet";
        queued: "申请保存在本机，联网后才会到备件管理员。", "The request is on this phone; the keeper gets it when there is a network.";
        progress: "申请进度", "Progress of the request";
        requested_at: "申请时间", "Requested";
        step_asked: "已申请", "Asked";
        step_approved: "已批准", "Approved";
        step_issued: "已出库", "Issued";
        step_received: "已领取", "Received";
        withdraw: "撤回申请", "Withdraw";
        receive: "确认领取", "I have them";
        received: "已领取，库存已更新", "Received; your stock is up to date";
        own_stock: "我的库存", "In my bag";
        no_stock: "个人库里没有备件", "Nothing in your bag";
        to_tickets: "去工单里申请", "Request from a ticket";
        query: "账实不符，待盘点", "The books and the shelf differ; count needed";
    } with {
        fn own(i64): |count| format!("我的库存 {count}"), |count| format!("{count} in my bag");
        fn stock_as_of(String): |when| format!("库存截至 {when}"), |when| format!("Stock as of {when}");
        fn old_labelled(String): |label| format!("旧件标签 {label}"), |label| format!("Old part: label {label}");
        fn old_lost(String): |why| format!("没有旧件：{why}"), |why| format!("No old part: {why}");
        fn remove(String): |name| format!("删除 {name}"), |name| format!("Remove {name}");
        fn counted(String): |when| format!("盘点于 {when}"), |when| format!("Counted {when}");
        fn pieces(usize, i64):
            |kinds, pieces| format!("{kinds} 种，共 {pieces} 件"),
            |kinds, pieces| match kinds {
                1 => format!("1 part, {pieces} in all"),
                kinds => format!("{kinds} parts, {pieces} in all"),
            };
        fn refused_because(String, String): |who, why| format!("{who}：{why}"), |who, why| format!("{who}: {why}");
    }
}

texts! {
    /// A new ticket.
    FreshText {
        title: "新建工单", "New ticket";
        number_title: "本机号", "Provisional number";
        number_hint: "联网后由服务器分配正式工单号，本机号始终可以查到。", "The server assigns the final number later; this one can always be found.";
        who: "客户", "Customer";
        what: "机器与问题", "Machine and problem";
        name: "姓名", "Name";
        salutation: "称呼", "Form of address";
        phone: "电话", "Phone";
        company: "单位", "Company";
        address: "地址", "Address";
        access_note: "进场说明（门禁、停车、联系人）", "How to get in (gate, parking, contact)";
        model: "产品型号", "Model";
        model_hints: "相近的型号", "Similar models";
        serial: "序列号", "Serial number";
        description: "问题描述", "Problem";
        short_title: "标题", "Title";
        short_title_hint: "不填时取问题描述的开头。", "Leave empty to use the beginning of the problem.";
        urgency: "紧急程度", "Urgency";
        category: "问题分类", "Category";
        priority: "优先级", "Priority";
        method: "服务方式", "Method";
        take_on: "由我现在处理", "I will take this job now";
        take_on_hint: "不勾选时，由协调员派单。", "Otherwise a coordinator will dispatch it.";
        register: "登记工单", "Register";
        clear: "清空重填", "Start again";
        saved: "工单已保存在本机", "The ticket is saved on this phone";
        provisional_hint: "请把这个号码告诉客户或写在机器上。联网后会得到正式工单号。", "Tell the customer this number or write it on the machine. The final number follows once you are online.";
        another: "再建一个", "Another one";
        open: "打开工单", "Open the ticket";
        alike: "可能是同一问题", "Possibly the same problem";
        alike_note: "电话或序列号相同。若是同一问题，请打开原工单。", "Same phone or serial number. If it is the same problem, open that ticket.";
    } with {
        fn final_number(String): |number| format!("正式工单号：{number}"), |number| format!("Final number: {number}");
        fn neighbour_of(String): |who| format!("地址取自：{who}"), |who| format!("Address taken from: {who}");
    }
}
