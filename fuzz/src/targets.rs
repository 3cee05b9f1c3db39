//! Every decoder that meets bytes of strangers, or bytes a disk has kept: none may panic, whatever it is fed, and
//! what it understood must survive being written and read again.

use std::{cell::LazyCell, io::Write};

use axum::{
    Router,
    body::Body,
    http::{Request as Http, StatusCode},
};
use domain::{
    Command, Envelope, Id, Kind, Row, Rows, Timestamp, apply, check,
    copy::{Code, Ended, Given, Seal, Statement},
    replica::{Entry, Head},
    search::{Names, Wanted},
    ticket,
    user::SYSTEM,
    values::Money,
    wire::{Request, Response},
};
use flate2::{Compression, write::GzEncoder};
use serde::{Serialize, de::DeserializeOwned};
use tower::ServiceExt;
use uuid::Uuid;

use crate::line;

/// A decoder and its name on the command line.
#[derive(Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    pub feed: fn(&[u8]),
}

/// All of them.
pub const ALL: &[Target] = &[
    Target { name: "request", feed: request },
    Target { name: "response", feed: response },
    Target { name: "row", feed: row },
    Target { name: "command", feed: command },
    Target { name: "entry", feed: entry },
    Target { name: "head", feed: head },
    Target { name: "line", feed: second_journal },
    Target { name: "copy", feed: copy },
    Target { name: "search", feed: search },
    Target { name: "table", feed: table },
    Target { name: "http", feed: http },
];

/// What was understood means the same when it is written and read again.
fn again<T: Serialize + DeserializeOwned>(data: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(data).ok()?;
    let text = serde_json::to_string(&read).expect("what was read can be written");
    let same: T = serde_json::from_str(&text).expect("what was written can be read");
    assert_eq!(text, serde_json::to_string(&same).expect("and written again"));
    Some(same)
}

fn request(data: &[u8]) {
    again::<Request>(data);
}

fn response(data: &[u8]) {
    again::<Response>(data);
}

/// The first byte names the kind.
fn row(data: &[u8]) {
    let [kind, body @ ..] = data else { return };
    let kind = Kind::ALL[usize::from(*kind) % Kind::ALL.len()];
    let Ok(body) = std::str::from_utf8(body) else { return };
    let Ok(row) = Row::from_json(kind, body) else { return };
    let text = row.to_json().expect("what was read can be written");
    assert_eq!(Row::from_json(kind, &text).expect("and read again"), row);
    let _scopes = domain::scope::scopes(&row);
}

/// What a stranger scans or types to have a customer copy checked.
fn copy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(Code::Whole(statement)) = Code::read(text) else { return };
    let code = statement.code();
    assert_eq!(Code::read(&code), Ok(Code::Whole(statement)), "{code}");
}

/// What somebody types to find a thing, behind a line with its name. By its own name everything is found.
fn search(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (name, typed) = text.split_once('\n').unwrap_or((text, text));
    let names = Names::default().name(name).code(name);
    let _rank = Wanted::new(typed).rank(&names);
    assert!(Wanted::new(name).rank(&names).is_some(), "{name:?} is not found by its name");
}

/// A command of whatever shape is decided without a panic, on nothing at all.
fn command(data: &[u8]) {
    let Some(command) = again::<Command>(data) else { return };
    let (rows, at) = (Rows::new(), Timestamp(1_777_600_000_000));
    let _checked = check(&rows, SYSTEM, at, &command);
    let (mid, by, doubtful) = (Uuid::nil(), SYSTEM, false);
    let _applied = apply(&rows, &Envelope { mid, by, at, doubtful, command });
}

fn entry(data: &[u8]) {
    again::<Entry>(data);
}

fn head(data: &[u8]) {
    again::<Head>(data);
}

fn second_journal(data: &[u8]) {
    let read = line::read([data]);
    let write = |it: &line::Sealed| line::write(&it.envelope, it.form.as_deref());
    let text: String = read.sealed.iter().map(write).collect();
    let same = line::read([text.as_bytes()]);
    assert_eq!((same.sealed, same.broken), (read.sealed, 0));
}

fn table(data: &[u8]) {
    let Ok(table) = server::import::read(data) else { return };
    let _plan = server::import::plan(None, &table, &Rows::new(), Timestamp(1_777_600_000_000));
}

thread_local! {
    static SERVER: LazyCell<(tokio::runtime::Runtime, Router)> = LazyCell::new(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let router = runtime.block_on(async {
            server::app(server::State::temporary().expect("room for an empty database"))
        });
        (runtime, router)
    });
}

/// The first byte names the route, the second how the body is packed; up to a zero byte comes a cookie, then the
/// body. Whatever is asked, the answer is never "our mistake".
fn http(data: &[u8]) {
    let [route, packing, rest @ ..] = data else { return };
    let routes = server::routes();
    let (method, path) = &routes[usize::from(*route) % routes.len()];
    // A stream without an end is no decoder.
    if path.ends_with("/live") {
        return;
    }
    let end = rest.iter().position(|byte| *byte == 0).unwrap_or(0);
    let (cookie, body) = rest.split_at(end);
    let mut request = Http::builder().method(method.as_str()).uri(*path);
    request = request.header("content-type", "application/json").header("cookie", cookie);
    let body = match packing % 3 {
        0 => body.to_vec(),
        1 => {
            request = request.header("content-encoding", "gzip");
            body.to_vec()
        }
        _ => {
            request = request.header("content-encoding", "gzip");
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            packer.write_all(body).and_then(|()| packer.finish()).unwrap_or_default()
        }
    };
    let Ok(request) = request.body(Body::from(body)) else { return };
    SERVER.with(|server| {
        let (runtime, router) = &**server;
        let answer = runtime.block_on(router.clone().oneshot(request)).expect("an answer");
        assert_ne!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR, "{method} {path}");
    });
}

/// Something of each sort to begin with.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    let head = serde_json::to_vec(&Head::default()).unwrap_or_default();
    let replica = Id::<domain::replica::Replica>::new(Uuid::nil());
    let request = serde_json::json!({
        "proto": 2, "replica": replica, "now": 0, "prev_seq": 0, "cursor": {"v": 1, "grants": "a"},
        "stretch": {"since": 3, "budget": 9}, "sums": true, "waiting": {"count": 2, "oldest": 5},
        "envelopes": [{"seq": 1, "mid": Uuid::nil(), "by": Uuid::nil(), "at": 1, "command": {}}],
    });
    let response = serde_json::json!({
        "proto": 2, "now": 0, "push": {"need_from": 3}, "server_seq": 1, "more": true,
        "verdicts": [{"seq": 1, "mid": Uuid::nil(), "outcome": {"applied": {"v": 3}}}],
        "mode": {"stretch": {"sum": {"count": 1, "sum": 2}, "goal": {"v": 3}}},
        "puts": [{"kind": "team", "id": Uuid::nil(), "v": 1, "body": {"a": [1, null]}}],
        "gone": ["ticket:00000000000000000000000000000001"], "cursor": {},
    });
    seeds.push(head);
    seeds.extend([request, response].iter().map(|value| value.to_string().into_bytes()));
    let note = ticket::Command::Note { text: "泵已更换".into(), visible: false };
    let envelope = Envelope {
        mid: Uuid::nil(),
        by: SYSTEM,
        at: Timestamp(1_777_600_000_000),
        doubtful: false,
        command: Command::Ticket(Id::new(Uuid::nil()), note),
    };
    seeds.extend([None, Some("note")].map(|form| line::write(&envelope, form).into_bytes()));
    seeds.push("客户,电话\n张三,13800000000\n".as_bytes().to_vec());
    let copy = Statement {
        number: "20260501001-W01-S1".into(),
        digest: "0f".repeat(32),
        given: Given::Signed,
        ended: Ended::Repaired,
        solved: Some(true),
        total: Money(12_000),
        at: Timestamp(1_777_600_000_000),
        seal: Some(Seal {
            at: Timestamp(1_777_600_001_000),
            key: "0123abcd".into(),
            signature: "A".repeat(86),
        }),
    };
    assert!(matches!(Code::read(&copy.code()), Ok(Code::Whole(_))), "{}", copy.code());
    seeds.push(format!("https://service.example/verify?c={}", copy.code()).into_bytes());
    seeds.push("张三 李\nzs".as_bytes().to_vec());
    seeds.push(b"\x05\x02doorstep_session=abc\0{\"login\":\"a\",\"password\":\"b\"}".to_vec());
    seeds
}
