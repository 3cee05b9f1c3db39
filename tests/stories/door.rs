//! The door: signing in, and what bad input gets: a clear no, never a crash, nothing lost.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use domain::wire::{NOW_HEADER, PROTO, Response};
use serde_json::{Value, json};

use crate::world::{PASSWORD, World, get, now, post, request};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_sound_the_same() {
    let world = World::new().await;
    for body in [
        json!({"login": "diaodu", "password": "falsch"}),
        json!({"login": "nobody", "password": PASSWORD}),
    ] {
        let answer = world.send(post("/api/v1/session", "", &body)).await;
        assert_eq!(answer.problem(StatusCode::UNAUTHORIZED), "wrong_password");
        assert!(answer.headers.get(header::SET_COOKIE).is_none());
    }
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let world = World::new().await;
    let body = json!({"login": "diaodu", "password": "falsch"});
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(world.send(post("/api/v1/session", "", &body)).await.status);
    }
    assert_eq!(statuses[0], StatusCode::UNAUTHORIZED);
    assert_eq!(statuses.last(), Some(&StatusCode::TOO_MANY_REQUESTS));
    let body = json!({"login": "diaodu", "password": PASSWORD});
    let answer = world.send(post("/api/v1/session", "", &body)).await;
    assert_eq!(answer.problem(StatusCode::TOO_MANY_REQUESTS), "too_many_attempts");
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
}

#[tokio::test]
async fn a_session_ends_when_its_person_says_so() {
    let world = World::new().await;
    let cookie = world.sign_in("li").await;
    assert_eq!(world.send(get("/api/v1/session", &cookie)).await.status, StatusCode::OK);
    let out = request(Method::DELETE, "/api/v1/session", &cookie, Body::empty());
    assert_eq!(world.send(out).await.status, StatusCode::NO_CONTENT);
    let answer = world.send(get("/api/v1/session", &cookie)).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn nothing_behind_the_door_opens_without_signing_in() {
    let world = World::new().await;
    for cookie in ["", "doorstep_session=", "doorstep_session=forged", "doorstep_session=../../x"] {
        for path in ["/api/v1/session", "/api/v1/live", "/api/v1/accounts"] {
            let answer = world.send(get(path, cookie)).await;
            answer.problem(StatusCode::UNAUTHORIZED);
        }
        for path in ["/api/v1/sync", "/api/v1/replicas", "/api/v1/accounts", "/api/v1/import/auto"]
        {
            let answer = world.send(post(path, cookie, &json!({}))).await;
            answer.problem(StatusCode::UNAUTHORIZED);
        }
    }
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let world = World::new().await;
    let body = json!({"login": "li", "password": PASSWORD});
    let answer = world.send(post("/api/v1/session", "", &body)).await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    for word in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    assert!(!answer.text().contains(PASSWORD));
}

#[tokio::test]
async fn another_site_cannot_post_in_somebodys_name() {
    let world = World::new().await;
    let cookie = world.sign_in("li").await;
    let mut foreign = post("/api/v1/replicas", &cookie, &Value::Null);
    let headers = foreign.headers_mut();
    headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
    headers.insert("origin", "https://evil.example".parse().unwrap());
    assert_eq!(world.send(foreign).await.problem(StatusCode::FORBIDDEN), "forbidden");
}

#[tokio::test]
async fn malformed_bodies_get_a_problem_and_do_no_harm() {
    let world = World::new().await;
    let desk = world.device("diaodu").await;
    let good = desk.question();
    let bodies = [
        String::new(),
        "{".into(),
        "[]".into(),
        "null".into(),
        "\u{0}".into(),
        "{\"proto\":\"one\"}".into(),
        good.to_string()[..good.to_string().len() / 2].to_owned(),
        good.to_string().replace(&format!("\"proto\":{PROTO}"), "\"proto\":-1"),
        format!("{}1{}", "[".repeat(5000), "]".repeat(5000)),
    ];
    for body in bodies {
        let sent = request(Method::POST, "/api/v1/sync", &desk.cookie, Body::from(body.clone()));
        let answer = world.send(sent).await;
        assert!(answer.status.is_client_error(), "{body} gave {}", answer.status);
        answer.problem(answer.status);
    }
    let mut raw = request(Method::POST, "/api/v1/sync", &desk.cookie, Body::from(vec![0xff; 64]));
    raw.headers_mut().insert(header::CONTENT_TYPE, "application/octet-stream".parse().unwrap());
    let answer = world.send(raw).await;
    assert!(answer.status.is_client_error());
    desk.ask().await;
}

#[tokio::test]
async fn envelopes_out_of_numbers_are_refused_whole() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let id = desk.register();
    for seq in [json!(0), json!(7), json!(-1), json!(u64::MAX)] {
        let mut question = desk.question();
        question["envelopes"][0]["seq"] = seq.clone();
        let answer = world.send(post("/api/v1/sync", &desk.cookie, &question)).await;
        assert!(answer.status.is_client_error(), "{seq}: {}", answer.text());
    }
    desk.sync().await;
    assert!(desk.ticket(id).number.is_some());
}

#[tokio::test]
async fn what_is_too_large_is_said_to_be_too_large() {
    let world = World::new().await;
    let desk = world.device("diaodu").await;
    let mut question = desk.question();
    question["build"] = json!("x".repeat(domain::wire::REQUEST_BYTES_MAX + 1));
    let answer = world.send(post("/api/v1/sync", &desk.cookie, &question)).await;
    assert_eq!(answer.problem(StatusCode::PAYLOAD_TOO_LARGE), "too_large");
    let body = json!({"login": "x".repeat(100_000), "password": "x"});
    let answer = world.send(post("/api/v1/session", "", &body)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let world = World::new().await;
    let answer = world.send(get("/api/v1/nothing", "")).await;
    assert_eq!(answer.problem(StatusCode::NOT_FOUND), "not_found");
    let answer = world.send(get("/api/v1/sync", "")).await;
    assert_eq!(answer.problem(StatusCode::METHOD_NOT_ALLOWED), "method_not_allowed");
    for path in ["/missing.js", "/..%2f..%2fetc%2fpasswd", "/%00"] {
        let answer = world.send(get(path, "")).await;
        assert!(answer.status.is_client_error(), "{path} gave {}", answer.status);
    }
}

#[tokio::test]
async fn only_the_administrator_handles_accounts() {
    let world = World::new().await;
    for login in ["diaodu", "li", "zhuguan", "beijian", "kefu"] {
        let cookie = world.sign_in(login).await;
        let answer = world.send(get("/api/v1/accounts", &cookie)).await;
        assert_eq!(answer.problem(StatusCode::FORBIDDEN), "forbidden");
    }
    let cookie = world.sign_in("admin").await;
    let answer = world.send(get("/api/v1/accounts", &cookie)).await;
    let accounts: Vec<Value> = answer.json(StatusCode::OK);
    assert_eq!(accounts.len(), 7);
    assert!(!answer.text().contains("argon2"), "no hash leaves the server");
}

#[tokio::test]
async fn every_page_carries_the_security_headers() {
    let world = World::new().await;
    for path in ["/", "/api/v1/hello", "/healthz", "/api/openapi.json", "/missing.js"] {
        let answer = world.send(get(path, "")).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'"), "{path}");
        assert!(!policy.contains("unsafe-inline"), "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
    }
}

#[tokio::test]
async fn nothing_new_is_said_in_a_few_bytes() {
    let world = World::new().await;
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    li.sync().await;
    let cookie = li.cookie.clone();
    let ask = async |question: &Value| world.send(post("/api/v1/sync", &cookie, question)).await;

    let answer = ask(&li.question()).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert!(answer.body.is_empty());
    let said: i64 = answer.headers[NOW_HEADER].to_str().unwrap().parse().unwrap();
    assert!(said.abs_diff(now().0) < 60_000, "it still tells the time");
    assert!(answer.headers.contains_key("doorstep-proto"), "no hotel says that");
    let lines = answer.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    let (up, down) = (li.question().to_string().len() + cookie.len(), lines.sum::<usize>());
    assert!(
        up <= 270 && down <= 70,
        "{up} B up, {down} B down, beside what HTTP and the browser add"
    );

    // An app that does not know of it hears the whole sentence.
    let mut older = li.question();
    older.as_object_mut().unwrap().remove("brief");
    let whole: Response = ask(&older).await.json(StatusCode::OK);
    assert_eq!(whole.cursor, li.replica.head().cursor);
    assert!(!whole.more && whole.puts.is_empty());

    // What is new, and the daily sums, need a body.
    desk.dispatch_new("li");
    desk.sync().await;
    let new: Response = ask(&li.question()).await.json(StatusCode::OK);
    assert!(!new.puts.is_empty());
    li.sync().await;
    let mut daily = li.question();
    daily["sums"] = true.into();
    let sums: Response = ask(&daily).await.json(StatusCode::OK);
    assert!(sums.sums.is_some());
}
