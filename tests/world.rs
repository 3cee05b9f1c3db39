//! The cast and their devices: a real server in memory of one process, spoken to through its real router.

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Method, Request, StatusCode, header},
};
use domain::{
    Command, Envelope, Id, Key, Lookup, Refusal, Timestamp,
    customer::Salutation,
    machine::Warranty,
    photo::{Photo, Slot, Thumbnail},
    replica::{Entry, Replica},
    rows::Noun,
    sheet::{self, Answer, CustomerCopy, Point, Ratings, Relation, Sheet, Signature, Stroke},
    team::Team,
    ticket::{
        self, Category, Channel, Contact, Intake, Nameplate, Priority, Ticket, Triage, Urgency,
    },
    user::{Role, SYSTEM, User},
    values::Language,
    visit::{self, Cause, Outcome, Visit},
    wire::{NOW_HEADER, Push, Registered, Response, Session},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::State;
use tower::ServiceExt;
use uuid::Uuid;

/// The same password for everybody in the cast.
pub const PASSWORD: &str = "doorstep-test";

/// Who plays: login, name, role.
pub const CAST: &[(&str, &str, Role)] = &[
    ("diaodu", "周敏", Role::Coordinator),
    ("li", "李静", Role::Engineer),
    ("wang", "王强", Role::Engineer),
    ("kefu", "赵丽", Role::Agent),
    ("beijian", "孙伟", Role::Keeper),
    ("zhuguan", "吴刚", Role::Supervisor),
    ("admin", "郑洁", Role::Administrator),
];

/// The id of a member of the cast.
pub fn id_of(login: &str) -> Id<User> {
    Id::derived(&format!("user:{login}"))
}

/// One organisation on one server.
pub struct World {
    pub state: State,
    pub router: Router,
}

impl World {
    /// A server with the cast and one team, and nothing else.
    pub async fn new() -> Self {
        Self::of(State::temporary().unwrap()).await
    }

    /// The same on this data.
    pub async fn of(state: State) -> Self {
        for (login, name, role) in CAST {
            let user = User {
                id: id_of(login),
                name: (*name).into(),
                roles: vec![*role],
                ..User::system()
            };
            server::accounts::add(&state.store, SYSTEM, &user, login, PASSWORD).await.unwrap();
        }
        let id = Id::derived("team:1");
        let team = Team { id, name: "售后技术部".into(), region: "北京".into() };
        let save = Command::Team(id, domain::team::Command::Save { team });
        let order = (Uuid::now_v7(), now(), save);
        state.store.carry_out(SYSTEM, vec![order]).await.unwrap();
        Self::again(state)
    }

    /// The server as it is started on data that is there already.
    pub fn again(state: State) -> Self {
        let router = server::app(state.clone());
        Self { state, router }
    }

    /// Sends one request.
    pub async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answered { status: parts.status, headers: parts.headers, body }
    }

    /// Signs somebody in on a new device, and fetches what they may see.
    pub async fn device(&self, login: &str) -> Device<'_> {
        let cookie = self.sign_in(login).await;
        let request = post("/api/v1/replicas", &cookie, &Value::Null);
        let registered: Registered = self.send(request).await.json(StatusCode::CREATED);
        let request = get("/api/v1/session", &cookie);
        let session: Session = self.send(request).await.json(StatusCode::OK);
        let replica = Replica::new(session.user.id, registered);
        let mut device = Device { world: self, cookie, replica, clock_ahead: 0 };
        device.sync().await;
        device
    }

    /// A desk, an engineer, and a ticket of theirs that is signed, but not sent.
    pub async fn signed(&self) -> (Device<'_>, Device<'_>, Id<Ticket>, Id<Sheet>) {
        let mut desk = self.device("diaodu").await;
        let mut li = self.device("li").await;
        let id = desk.dispatch_new("li");
        desk.sync().await;
        li.sync().await;
        li.repair(id);
        let sheet = li.sign(id);
        (desk, li, id, sheet)
    }

    /// The cookie of a new session.
    pub async fn sign_in(&self, login: &str) -> String {
        let body = json!({"login": login, "password": PASSWORD});
        let answer = self.send(post("/api/v1/session", "", &body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

/// What came back.
pub struct Answered {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: Bytes,
}

impl Answered {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body, if the status is the expected one.
    pub fn json<T: serde::de::DeserializeOwned>(&self, status: StatusCode) -> T {
        assert_eq!(self.status, status, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of a problem, if it is one with this status.
    pub fn problem(&self, status: StatusCode) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        let kind = self.headers[header::CONTENT_TYPE].to_str().unwrap();
        assert!(kind.starts_with("application/problem+json"), "{kind}: {}", self.text());
        let problem: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["status"], status.as_u16());
        assert!(problem["title"].is_string());
        problem["code"].as_str().unwrap().to_owned()
    }
}

pub fn request(method: Method, path: &str, cookie: &str, body: Body) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !cookie.is_empty() {
        request = request.header(header::COOKIE, cookie);
    }
    request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap()
}

pub fn get(path: &str, cookie: &str) -> Request<Body> {
    request(Method::GET, path, cookie, Body::empty())
}

pub fn post(path: &str, cookie: &str, body: &Value) -> Request<Body> {
    request(Method::POST, path, cookie, Body::from(body.to_string()))
}

/// The server's clock; the only clock in these tests.
pub fn now() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp_millis())
}

/// Somebody's phone, tablet or desk: the app's replica without its disk and its screen.
pub struct Device<'w> {
    pub world: &'w World,
    pub cookie: String,
    pub replica: Replica,
    /// By how many minutes this device's clock is wrong.
    pub clock_ahead: i64,
}

impl Device<'_> {
    pub fn me(&self) -> Id<User> {
        self.replica.head().user
    }

    fn now(&self) -> Timestamp {
        now().plus_minutes(self.clock_ahead)
    }

    /// Does something, with or without a network.
    pub fn act(&mut self, command: Command) -> Result<(), Refusal> {
        let (mid, by, at) = (Uuid::now_v7(), self.me(), self.now());
        let envelope = Envelope { mid, by, at, doubtful: false, command };
        let plan = self.replica.send(envelope, 0)?;
        self.replica.commit(plan);
        Ok(())
    }

    pub fn on_ticket(&mut self, id: Id<Ticket>, command: ticket::Command) -> Result<(), Refusal> {
        self.act(Command::Ticket(id, command))
    }

    pub fn on_visit(&mut self, id: Id<Ticket>, command: visit::Command) -> Result<(), Refusal> {
        let visit = self.my_visit(id).id;
        self.act(Command::Visit(id, visit, command))
    }

    /// What the app posts now.
    pub fn question(&self) -> Value {
        serde_json::to_value(self.replica.request("test", self.now())).unwrap()
    }

    /// Posts it, without taking over the answer: as if the answer had been lost.
    pub async fn ask(&self) -> Response {
        let asked = self.replica.request("test", self.now());
        let question = serde_json::to_value(&asked).unwrap();
        let answered = self.world.send(post("/api/v1/sync", &self.cookie, &question)).await;
        match answered.headers.get(NOW_HEADER) {
            Some(now) if answered.status == StatusCode::NO_CONTENT => {
                let now = now.to_str().unwrap().parse().unwrap();
                Response::nothing_new(&asked, Timestamp(now))
            }
            _ => answered.json(StatusCode::OK),
        }
    }

    /// Takes over an answer.
    pub fn hear(&mut self, response: Response) {
        let asked = self.replica.request("test", self.now());
        let plan = self.replica.merge(&asked, response, self.now());
        self.replica.commit(plan.expect("one round at a time"));
    }

    /// Rounds until there is nothing more to say.
    pub async fn sync(&mut self) {
        loop {
            let response = self.ask().await;
            let again = response.more || response.push != Push::Done;
            if response.push == Push::Fork {
                self.hear(response);
                let request = post("/api/v1/replicas", &self.cookie, &Value::Null);
                let registered = self.world.send(request).await.json(StatusCode::CREATED);
                let plan = self.replica.rechain(registered);
                self.replica.commit(plan);
                continue;
            }
            self.hear(response);
            if !again && !self.replica.is_owed() {
                break;
            }
        }
    }

    pub fn find<T: Noun>(&self, id: Id<T>) -> Option<T> {
        self.replica.find(id)
    }

    pub fn ticket(&self, id: Id<Ticket>) -> Ticket {
        self.find(id).expect("the ticket is on this device")
    }

    pub fn my_visit(&self, id: Id<Ticket>) -> Visit {
        let visit = self.ticket(id).visit_of(self.me()).cloned();
        visit.expect("the ticket has a visit of this engineer")
    }

    /// The answer to the newest envelope.
    pub fn last_entry(&self) -> Entry {
        self.replica.journal().values().next_back().expect("something was done").clone()
    }

    pub fn holds(&self, key: Key) -> bool {
        self.replica.row(key).is_some()
    }

    /// Walks an ordinary repair up to the finished work.
    pub fn repair(&mut self, id: Id<Ticket>) {
        self.on_visit(id, visit::Command::Accept).unwrap();
        self.work(id);
    }

    /// The same for a job that is accepted already.
    pub fn work(&mut self, id: Id<Ticket>) {
        for command in [
            visit::Command::Depart,
            visit::Command::Arrive { consent: true },
            visit::Command::Inspect {
                findings: "主控板无输出".into(),
                reproduced: Some(true),
                configuration: String::new(),
            },
            visit::Command::Talk {
                summary: "更换主控板，保内免费".into(), price_told: true
            },
            visit::Command::StartRepair,
            visit::Command::Progress { text: "更换主控板".into() },
            visit::Command::Finish {
                outcome: Outcome::Repaired {
                    cause: Cause::PartFailure,
                    cause_text: "主控板电容击穿".into(),
                    solution: "更换主控板，试机正常".into(),
                },
                checked: true,
                restored: true,
            },
        ] {
            self.on_visit(id, command).unwrap();
        }
    }

    /// Locks the sheet and lets the customer sign it.
    pub fn sign(&mut self, id: Id<Ticket>) -> Id<Sheet> {
        let engineer = self.find(self.me()).unwrap();
        let (ticket, visit) = (self.ticket(id), self.my_visit(id));
        let content = sheet::draft(&ticket, &visit, &engineer, Language::Chinese, self.now());
        let lock = visit::Command::LockSheet { content: content.unwrap().into() };
        self.on_visit(id, lock).unwrap();
        let lock = self.my_visit(id).lock.unwrap();
        let points = (0..40).map(|n| Point { x: n * 50, y: 400 + n, t: n * 16, p: 600 }).collect();
        let strokes = vec![Stroke { points }];
        let stroke_digest = sheet::digest(&strokes);
        let sheet = Id::new(Uuid::now_v7());
        let signature = Signature {
            answer: Answer::Signed { strokes, stroke_digest, typed: false },
            signer: "陈国华".into(),
            relation: Relation::Customer,
            solved: Some(true),
            comment: String::new(),
            ratings: None,
            customer_copy: CustomerCopy::ToSend,
            photos: Vec::new(),
            language: Language::Chinese,
            at: self.now(),
        };
        let (content, digest) = (lock.content.into(), lock.digest);
        let sign = visit::Command::Sign {
            sheet,
            content,
            digest,
            signature: signature.into(),
            // A row only the desk may hold, in every story with a signature.
            ratings: Some(Ratings { speed: 5, solving: 4, attitude: 2 }),
        };
        self.on_visit(id, sign).unwrap();
        sheet
    }

    /// Takes a picture on this person's visit, and says under which name its bytes belong on the server.
    pub fn photograph(&mut self, id: Id<Ticket>, slot: Slot, picture: &Picture) {
        let (sha256, bytes) = (picture.name(), picture.size());
        let thumbnail = Thumbnail { sha256: sheet::digest(&sha256), bytes: 9_000 };
        let photo = Photo {
            id: Uuid::now_v7(),
            slot,
            sha256,
            bytes,
            width: 1600,
            height: 1200,
            taken_at: self.now(),
            thumbnail,
            withdrawn: false,
        };
        self.on_visit(id, visit::Command::AddPhoto { photo: photo.into() }).unwrap();
    }

    /// Registers a ticket for a customer nobody knew.
    pub fn register(&mut self) -> Id<Ticket> {
        let id = Id::new(Uuid::now_v7());
        let intake = Intake { received_at: self.now(), ..intake() };
        self.on_ticket(id, ticket::Command::Register { intake: intake.into() }).unwrap();
        id
    }

    /// Registers, triages and dispatches.
    pub fn dispatch_new(&mut self, engineer: &str) -> Id<Ticket> {
        let id = self.register();
        self.on_ticket(id, triage()).unwrap();
        self.on_ticket(id, dispatch(engineer, "")).unwrap();
        id
    }
}

/// Bytes that begin like a JPEG.
#[derive(Clone)]
pub struct Picture(pub Vec<u8>);

impl Picture {
    /// A picture of so many bytes, different for each `seed`.
    pub fn new(seed: u8, size: usize) -> Self {
        let mut bytes = vec![0xff, 0xd8, 0xff, seed];
        bytes.extend((4..size).map(|n| (n % 251) as u8 ^ seed));
        Self(bytes)
    }

    /// What the server keeps it under.
    pub fn name(&self) -> String {
        use sha2::Digest as _;
        sha2::Sha256::digest(&self.0).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub fn size(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap()
    }
}

pub fn intake() -> Intake {
    Intake {
        provisional: None,
        title: "空调不制冷".into(),
        description: "制冷效果差，出风口温度偏高".into(),
        request: ticket::Request::Repair,
        channel: Channel::Phone400,
        urgency: Urgency::Urgent,
        received_at: Timestamp(0),
        submitter: String::new(),
        transferred_by: String::new(),
        expected_by: None,
        contact: Contact {
            customer: Some(Id::new(Uuid::now_v7())),
            name: "陈国华".into(),
            company: String::new(),
            salutation: Salutation::Mr,
            phone: "13812345678".into(),
            address: "海淀区学院路 1 号".into(),
            access_note: String::new(),
        },
        machine: Nameplate {
            machine: Some(Id::new(Uuid::now_v7())),
            model: "KFR-35GW".into(),
            serial: "SN001".into(),
            purchased_on: "2023-08-15".into(),
            warranty: Warranty::In,
            place: String::new(),
        },
    }
}

pub fn triage() -> ticket::Command {
    let triage = Triage {
        category: Category::Hardware,
        priority: Priority::P2,
        method: ticket::Method::Onsite,
        impact: String::new(),
        team: None,
        judgement: String::new(),
        suggestion: String::new(),
        by: SYSTEM,
        at: Timestamp(0),
    };
    ticket::Command::Triage { triage: triage.into() }
}

pub fn dispatch(engineer: &str, reason: &str) -> ticket::Command {
    ticket::Command::Dispatch {
        visit: Id::new(Uuid::now_v7()),
        engineer: id_of(engineer),
        appointment: None,
        reason: reason.into(),
    }
}
