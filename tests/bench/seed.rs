//! Organisations to measure on: people with sessions and their tickets, made through the same rule as everything.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use chrono::Utc;
use domain::{
    Command, Id, Timestamp,
    ticket::{self, Ticket},
    user::{self, Role, SYSTEM, User},
    wire::Outcome,
};
use futures::{StreamExt, stream};
use serde_json::json;
use server::{Store, accounts};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::line::{Line, request};

/// Raised when the data made here changes; older folders are made again.
const FORMAT: u32 = 2;
/// How many tickets one engineer has registered.
pub const TICKETS_EACH: usize = 1000;
/// There are at least so many engineers, with or without tickets.
pub const ENGINEERS_MIN: usize = 64;
/// How many people at desks there are.
pub const DESKS: usize = 500;
/// How many an engineer writes at a time.
const TOGETHER: usize = 20;
/// Written at the same time, so that the commits are shared.
const HANDS: usize = 48;
/// Between two tickets: a few thousand come in every day.
const APART_MS: i64 = 40_000;
/// A folder in which the benches have written this much more is made again.
const WRITTEN_MAX: u64 = 1_000_000;
/// Of all who sign in through the sign-in page.
pub const PASSWORD: &str = "doorstep-bench";

/// The bench's own folder for data that is worth keeping between runs.
pub fn kept() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join("target"));
    target.join("bench")
}

/// The `n`th engineer.
pub fn engineer(n: usize) -> Id<User> {
    Id::derived(&format!("bench engineer {n}"))
}

/// The session of the `n`th engineer, as a cookie.
pub fn engineer_cookie(n: usize) -> String {
    cookie(&format!("bench-engineer-{n}"))
}

/// The session of the `n`th person at a desk, as a cookie.
pub fn desk_cookie(n: usize) -> String {
    cookie(&format!("bench-desk-{n}"))
}

/// The session of the administrator, as a cookie.
pub fn administrator_cookie() -> String {
    cookie("bench-administrator")
}

fn cookie(token: &str) -> String {
    format!("{}={token}", server::session::COOKIE)
}

/// A folder with so many tickets, made now or by an earlier run.
pub async fn town(tickets: usize) -> PathBuf {
    let name = format!("tickets-{tickets}-format-{FORMAT}-schema-{}", Store::schema_version());
    let folder = kept().join(name);
    let stamp = folder.join("seeded");
    let seeded = fs::read_to_string(&stamp).ok().and_then(|v| v.trim().parse::<u64>().ok());
    if let Some(v) = seeded {
        let store = Store::open(&folder).expect("the data opens");
        let head = store.head().await.expect("a head");
        if head.v < v + WRITTEN_MAX {
            keep_sessions(&store, tickets).await;
            return folder;
        }
    }
    let _ = fs::remove_dir_all(&folder);
    println!("Making {tickets} tickets in {} …", folder.display());
    let begun = Instant::now();
    let store = Store::open(&folder).expect("an empty folder");
    fill(&store, tickets).await;
    let head = store.head().await.expect("a head");
    drop(store);
    fs::write(&stamp, head.v.to_string()).expect("the folder can be written");
    println!("    done in {:.0} s.", begun.elapsed().as_secs_f64());
    folder
}

/// The same in a database elsewhere, which is filled where it is empty.
pub async fn town_in(address: &str, tickets: usize) {
    let store = Store::open(Path::new(address)).expect("the database opens");
    let head = store.head().await.expect("a head");
    if head.v > 0 {
        keep_sessions(&store, tickets).await;
        return;
    }
    println!("Making {tickets} tickets in the database …");
    let begun = Instant::now();
    fill(&store, tickets).await;
    println!("    done in {:.0} s.", begun.elapsed().as_secs_f64());
}

/// People, their sessions and so many tickets.
async fn fill(store: &Store, tickets: usize) {
    let mut people = vec![person(ADMINISTRATOR, Role::Administrator)];
    people.extend((0..DESKS).map(|n| (desk(n), Role::Coordinator)).map(|(id, r)| person(id, r)));
    people.extend((0..engineers(tickets)).map(|n| person(engineer(n), Role::Engineer)));
    let orders: Vec<_> = people
        .into_iter()
        .map(|user| {
            let save = user::Command::Save { user: Box::new(user.clone()) };
            (Uuid::now_v7(), now(), Command::User(user.id, save))
        })
        .collect();
    store.carry_out(SYSTEM, orders).await.expect("people are kept");
    keep_sessions(store, tickets).await;

    // Everybody writes a few at a time, so that each one's tickets lie scattered among those of all others.
    let people = tickets.div_ceil(TICKETS_EACH);
    let begun = now().0 - 86_400_000 - tickets as i64 * APART_MS;
    let calls = (0..TICKETS_EACH / TOGETHER).flat_map(|round| (0..people).map(move |n| (round, n)));
    stream::iter(calls)
        .for_each_concurrent(HANDS, |(round, n)| async move {
            let first = (round * people + n) * TOGETHER;
            let mut dice = Dice::new(first as u64);
            let orders: Vec<_> = (first..first + TOGETHER)
                .filter(|place| *place < tickets)
                .map(|place| registered(&mut dice, Timestamp(begun + place as i64 * APART_MS)))
                .collect();
            let outcomes = store.carry_out(engineer(n), orders).await.expect("tickets are kept");
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Applied { .. })));
        })
        .await;
}

/// Who keeps models and people.
pub const ADMINISTRATOR: Id<User> = Id::new(Uuid::from_u128(0xad));

/// Signs somebody in as a person does; the session as a cookie.
pub async fn sign_in(line: &mut Line, login: &str) -> String {
    let body = json!({"login": login, "password": PASSWORD}).to_string();
    let heard = line.ask(&request("POST", "/api/v1/session", "", &body)).await;
    let cookie = heard.head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    cookie.and_then(|cookie| cookie.split(';').next()).expect("a session").to_owned()
}

fn engineers(tickets: usize) -> usize {
    tickets.div_ceil(TICKETS_EACH).max(ENGINEERS_MIN)
}

fn desk(n: usize) -> Id<User> {
    Id::derived(&format!("bench desk {n}"))
}

fn person(id: Id<User>, role: Role) -> User {
    let name = id.to_string()[..8].to_owned();
    User { id, name, roles: vec![role], ..User::system() }
}

/// Everybody is signed in, also where the sessions of an earlier run have expired.
async fn keep_sessions(store: &Store, tickets: usize) {
    let mut sessions = vec![("bench-administrator".to_owned(), ADMINISTRATOR)];
    sessions.extend((0..DESKS).map(|n| (format!("bench-desk-{n}"), desk(n))));
    let engineers = engineers(tickets).min(ENGINEERS_MIN);
    sessions.extend((0..engineers).map(|n| (format!("bench-engineer-{n}"), engineer(n))));
    let kept = store.write(move |writing| {
        let now = now();
        for (token, user) in &sessions {
            let digest = Sha256::digest(token.as_bytes());
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            writing.close_session(&digest)?;
            writing.open_session(&digest, *user, now, now.plus_minutes(30 * 24 * 60))?;
        }
        Ok(())
    });
    kept.await.expect("sessions are kept");
}

/// A folder as one engineer's phone sees it: `tickets` of his own, one in a hundred of them under way.
pub async fn phone(folder: &Path, login: &str, tickets: usize) {
    let store = Store::open(folder).expect("an empty folder");
    let desk = person(desk(0), Role::Coordinator);
    let me = User { name: "李静".into(), ..person(engineer(0), Role::Engineer) };
    accounts::add(&store, SYSTEM, &desk, "desk", PASSWORD).await.expect("a coordinator");
    accounts::add(&store, SYSTEM, &me, login, PASSWORD).await.expect("an engineer");
    let mut dice = Dice::new(7);
    let (mut mine, mut sent) = (Vec::new(), Vec::new());
    for n in 0..tickets {
        let at = Timestamp(now().0 - (tickets - n) as i64 * 1_800_000);
        if n % 100 == 99 {
            let import = json!({
                "number": format!("W{n:05}"), "intake": intake(&mut dice, at),
                "stage": "in_progress", "engineer": me.id,
            });
            let import = serde_json::from_value(import).expect("an import");
            let id = Id::<Ticket>::new(uuid_at(&mut dice, at));
            sent.push((
                uuid_at(&mut dice, at),
                at,
                Command::Ticket(id, ticket::Command::Import { import }),
            ));
        } else {
            mine.push(registered(&mut dice, at));
        }
    }
    for (by, orders) in [(me.id, mine), (desk.id, sent)] {
        let outcomes = store.carry_out(by, orders).await.expect("tickets are kept");
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Applied { .. })));
    }
}

/// The order by which a new ticket is written down.
fn registered(dice: &mut Dice, at: Timestamp) -> server::store::Order {
    let intake = Box::new(intake(dice, at));
    let id = Id::<Ticket>::new(uuid_at(dice, at));
    (uuid_at(dice, at), at, Command::Ticket(id, ticket::Command::Register { intake }))
}

/// What a customer says on the telephone. About a kilobyte as a stored ticket.
pub fn intake(dice: &mut Dice, at: Timestamp) -> ticket::Intake {
    let (symptom, story) = *dice.pick(&SYMPTOMS);
    let name = format!("{}{}", dice.pick(&FAMILIES), dice.pick(&GIVEN));
    let address = format!(
        "{}{} {} 号 {} 单元 {}",
        dice.pick(&DISTRICTS),
        dice.pick(&STREETS),
        dice.below(300) + 1,
        dice.below(8) + 1,
        dice.below(2400) + 101
    );
    let phone = format!("1{}{:09}", dice.pick(&["3", "5", "8"]), dice.below(1_000_000_000));
    let model = dice.pick(&MODELS);
    let serial = format!("SN{:010}", dice.below(10_000_000_000));
    serde_json::from_value(json!({
        "title": format!("{model} {symptom}"), "description": story, "request": "repair",
        "channel": dice.pick(&["phone_400", "wechat", "web_form"]),
        "urgency": dice.pick(&["normal", "normal", "urgent"]), "received_at": at,
        "contact": {"name": name, "phone": phone, "address": address},
        "machine": {"model": model, "serial": serial},
    }))
    .expect("an intake")
}

/// A version 7 UUID as it was made at that moment.
fn uuid_at(dice: &mut Dice, at: Timestamp) -> Uuid {
    let bits = u128::from(dice.next()) << 64 | u128::from(dice.next());
    let mut random = [0u8; 10];
    random.copy_from_slice(&bits.to_be_bytes()[..10]);
    let millis = u64::try_from(at.0).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

pub fn now() -> Timestamp {
    Timestamp(Utc::now().timestamp_millis())
}

/// The same throws for the same seed (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let n = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        n ^ (n >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }
}

const MODELS: [&str; 10] = [
    "KFR-35GW",
    "KFR-72LW",
    "XQG100-B14",
    "BCD-520W",
    "JSQ30-16",
    "ES80H",
    "CXW-200",
    "WQP8",
    "HP-M479",
    "TL-9000",
];
const FAMILIES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗",
];
const GIVEN: [&str; 20] = [
    "国华", "秀英", "建国", "桂兰", "志强", "丽娟", "海燕", "晓东", "文静", "立新", "春梅", "永强",
    "玉兰", "小龙", "佳怡", "雨桐", "子轩", "浩然", "欣妍", "明",
];
const DISTRICTS: [&str; 10] = [
    "海淀区",
    "朝阳区",
    "西城区",
    "东城区",
    "丰台区",
    "通州区",
    "昌平区",
    "大兴区",
    "顺义区",
    "石景山区",
];
const STREETS: [&str; 16] = [
    "学院路",
    "中关村大街",
    "建国路",
    "望京西路",
    "广渠门内大街",
    "西直门外大街",
    "花园北路",
    "知春路",
    "北苑路",
    "亦庄荣华中路",
    "清河小营东路",
    "回龙观西大街",
    "方庄路",
    "马家堡东路",
    "石榴庄路",
    "梨园北街",
];
const SYMPTOMS: [(&str, &str); 12] = [
    (
        "不制冷",
        "开机半小时出风口还是常温，外机在转，前天刚加过氟，昨天夜里又不行了。客户说家里有老人，希望尽快上门。",
    ),
    (
        "漏水",
        "内机左下角一直滴水，地板已经泡起来一块，客户用盆接着。关机以后还会滴十几分钟，怀疑排水管堵了。",
    ),
    (
        "异响",
        "脱水的时候声音特别大，整个机身往前走，楼下邻居已经来找过两次，换过一次减震垫，没有用。",
    ),
    (
        "无法开机",
        "按电源键没有任何反应，换过插座也一样，前一天晚上打雷跳过一次闸，之后就开不了机了。",
    ),
    (
        "显示 E6",
        "运行十分钟左右显示 E6 然后停机，断电重启以后能再用十分钟，已经反复出现三天，说明书上查不到。",
    ),
    (
        "不出热水",
        "点火正常，水一直是温的，冬天之前还好好的，客户自己清洗过进水滤网，没有改善，希望带上水量传感器。",
    ),
    (
        "门关不严",
        "下面的门封条有一截脱出来了，里面结了很厚的霜，客户用胶带粘着，冷冻室的东西已经开始化了。",
    ),
    (
        "卡纸",
        "进纸盒第二层每次打印到第三四张就卡，清过搓纸轮，办公室一天要打几百张，影响很大，希望当天能处理。",
    ),
    (
        "跳闸",
        "一通电就跳漏电保护，单独一路线也一样，电工来看过说线路没问题，应该是机器里面受潮了。",
    ),
    (
        "风力变小",
        "烟机最大档也吸不上去，油网刚洗过，装了六年没有拆洗过，客户问能不能连叶轮一起清洗。",
    ),
    ("连不上网", "手机上一直显示离线，路由器换过以后就这样，重置过两次，配网到百分之九十就失败。"),
    (
        "安装预约",
        "新机到货，客户在家时间是工作日下午和周末，需要打孔，外墙是保温层，楼层在十六层，请带安全绳。",
    ),
];
