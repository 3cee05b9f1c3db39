//! The first day: an empty server finds its administrator, and a printed card lets an engineer's phone in, once.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use domain::{
    Id,
    user::{Role, User},
    wire::Session,
};
use serde_json::{Value, json};
use server::{Config, State, Store};
use uuid::Uuid;

use crate::world::{Answered, PASSWORD, World, get, id_of, post, request};

const CODE: &str = "ACDEFGHJKM";
const PAGE: &str = "https://doorstep.example/enrol";

/// A server nobody can sign in to, which printed this code.
fn empty() -> World {
    let config = Config { setup: Some(CODE.into()), ..Config::default() };
    World::again(State::new(Store::temporary().unwrap(), config))
}

fn first(code: &str) -> Value {
    json!({"code": code, "organisation": "海淀空调售后", "name": "周婷", "login": "zhouting",
           "password": PASSWORD, "roles": ["coordinator"]})
}

fn cookie_of(answer: &Answered) -> String {
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_reads_the_servers_terminal_becomes_its_administrator() {
    let world = empty();
    let hello: Value = world.send(get("/api/v1/hello", "")).await.json(StatusCode::OK);
    assert_eq!((&hello["unclaimed"], &hello["organisation"]), (&json!(true), &Value::Null));

    let answer = world.send(post("/api/v1/setup", "", &first("acdef-ghjkm"))).await;
    let session: Session = answer.json(StatusCode::OK);
    assert_eq!(session.user.roles, [Role::Administrator, Role::Coordinator]);
    let cookie = cookie_of(&answer);
    assert_eq!(world.send(get("/api/v1/accounts", &cookie)).await.status, StatusCode::OK);

    let hello: Value = world.send(get("/api/v1/hello", "")).await.json(StatusCode::OK);
    assert_eq!(hello["unclaimed"], false);
    assert_eq!(hello["organisation"], "海淀空调售后");
    let body = json!({"login": "zhouting", "password": PASSWORD});
    assert_eq!(world.send(post("/api/v1/session", "", &body)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_stranger_on_the_network_does_not_become_the_administrator() {
    let world = empty();
    for code in ["", "ACDEFGHJKN", "ACDEFGHJKMM"] {
        let answer = world.send(post("/api/v1/setup", "", &first(code))).await;
        assert_eq!(answer.problem(StatusCode::FORBIDDEN), "code_unknown");
        assert!(answer.headers.get(header::SET_COOKIE).is_none());
    }
    let mut last = StatusCode::FORBIDDEN;
    for _ in 0..20 {
        last = world.send(post("/api/v1/setup", "", &first("ACDEFGHJKN"))).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let answer = world.send(post("/api/v1/setup", "", &first(CODE))).await;
    assert_eq!(answer.problem(StatusCode::TOO_MANY_REQUESTS), "too_many_attempts");
}

#[tokio::test]
async fn a_server_is_set_up_once() {
    let world = empty();
    for bad in [
        json!({"code": CODE, "organisation": " ", "name": "周婷", "login": "zt", "password": PASSWORD}),
        json!({"code": CODE, "organisation": "售后", "name": "周婷", "login": "zt", "password": "kurz"}),
        json!({"code": CODE, "organisation": "售后", "name": "周婷", "login": "z t", "password": PASSWORD}),
    ] {
        let answer = world.send(post("/api/v1/setup", "", &bad)).await;
        assert_eq!(answer.problem(StatusCode::BAD_REQUEST), "bad_request");
    }
    let nobody = json!({"code": CODE, "organisation": "售后", "name": "", "login": "zt", "password": PASSWORD});
    let answer = world.send(post("/api/v1/setup", "", &nobody)).await;
    assert_eq!(answer.problem(StatusCode::UNPROCESSABLE_ENTITY), "name_missing");
    let hello: Value = world.send(get("/api/v1/hello", "")).await.json(StatusCode::OK);
    assert_eq!((&hello["unclaimed"], &hello["organisation"]), (&json!(true), &Value::Null));

    assert_eq!(world.send(post("/api/v1/setup", "", &first(CODE))).await.status, StatusCode::OK);
    let mut second = first(CODE);
    second["login"] = json!("second");
    let answer = world.send(post("/api/v1/setup", "", &second)).await;
    assert_eq!(answer.problem(StatusCode::CONFLICT), "conflict");

    // A server that was started with people in it has no code at all.
    let world = World::new().await;
    let answer = world.send(post("/api/v1/setup", "", &first(""))).await;
    assert_eq!(answer.problem(StatusCode::CONFLICT), "conflict");
}

/// A card for somebody of the cast: the code, and what was said about it.
async fn card(world: &World, admin: &str, login: &str) -> (String, Value) {
    let body = json!({"users": [id_of(login)], "page": PAGE});
    let cards: Value =
        world.send(post("/api/v1/enrolments", admin, &body)).await.json(StatusCode::CREATED);
    let card = cards[0].clone();
    (card["code"].as_str().unwrap().to_owned(), card)
}

async fn enrol(world: &World, code: &str, password: &str) -> Answered {
    let body = json!({"code": code, "password": password});
    world.send(post("/api/v1/enrol", "", &body)).await
}

#[tokio::test]
async fn a_card_lets_an_engineer_in_once_with_a_password_of_their_own() {
    let world = World::new().await;
    let admin = world.sign_in("admin").await;
    let old = world.sign_in("li").await;
    let (code, card) = card(&world, &admin, "li").await;
    assert_eq!(card["name"], "李静");
    assert_eq!(card["login"], "li");
    let bare = code.replace('-', "");
    assert_eq!(card["link"], format!("{PAGE}#{bare}"));

    // Looking whom it is for does not use it up.
    for _ in 0..2 {
        let look = world.send(post("/api/v1/enrol/look", "", &json!({"code": code}))).await;
        let holder: Value = look.json(StatusCode::OK);
        assert_eq!((&holder["name"], &holder["login"]), (&json!("李静"), &json!("li")));
    }
    // A password that is too short does not either.
    assert_eq!(enrol(&world, &code, "kurz").await.problem(StatusCode::BAD_REQUEST), "bad_request");

    let answer = enrol(&world, &bare.to_lowercase(), "mein-neues-wort").await;
    let session: Session = answer.json(StatusCode::OK);
    assert_eq!(session.user.id, id_of("li"));
    let phone = cookie_of(&answer);
    let registered = world.send(post("/api/v1/replicas", &phone, &Value::Null)).await;
    assert_eq!(registered.status, StatusCode::CREATED);

    // The old phone is out, the old password too; the new one signs in.
    world.send(get("/api/v1/session", &old)).await.problem(StatusCode::UNAUTHORIZED);
    for (password, status) in
        [(PASSWORD, StatusCode::UNAUTHORIZED), ("mein-neues-wort", StatusCode::OK)]
    {
        let body = json!({"login": "li", "password": password});
        assert_eq!(world.send(post("/api/v1/session", "", &body)).await.status, status);
    }

    let again = enrol(&world, &code, "ein-anderes-wort").await;
    assert_eq!(again.problem(StatusCode::FORBIDDEN), "code_used");
    let look = world.send(post("/api/v1/enrol/look", "", &json!({"code": code}))).await;
    assert_eq!(look.problem(StatusCode::FORBIDDEN), "code_used");
}

#[tokio::test]
async fn two_phones_with_one_card_are_one_phone() {
    let world = World::new().await;
    let admin = world.sign_in("admin").await;
    let (code, _) = card(&world, &admin, "wang").await;
    let (one, other) =
        tokio::join!(enrol(&world, &code, "erstes-wort"), enrol(&world, &code, "zweites-wort"));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::FORBIDDEN]);
}

#[tokio::test]
async fn a_card_that_was_taken_back_replaced_or_lay_too_long_opens_nothing() {
    let world = World::new().await;
    let admin = world.sign_in("admin").await;

    let (lost, _) = card(&world, &admin, "li").await;
    let path = format!("/api/v1/enrolments/{}", id_of("li"));
    let take_back = || request(Method::DELETE, &path, &admin, Body::empty());
    assert_eq!(world.send(take_back()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(enrol(&world, &lost, PASSWORD).await.problem(StatusCode::FORBIDDEN), "code_revoked");
    assert_eq!(world.send(take_back()).await.problem(StatusCode::NOT_FOUND), "not_found");

    let (first, _) = card(&world, &admin, "li").await;
    let (second, _) = card(&world, &admin, "li").await;
    assert_eq!(
        enrol(&world, &first, PASSWORD).await.problem(StatusCode::FORBIDDEN),
        "code_revoked"
    );
    assert_eq!(enrol(&world, &second, PASSWORD).await.status, StatusCode::OK);

    // Time passes; putting a backup back does the same to every card, because one may have been used since.
    let (old, _) = card(&world, &admin, "wang").await;
    let epoch = world.state.store.write(|writing| writing.begin_epoch(crate::world::now()));
    epoch.await.unwrap();
    assert_eq!(enrol(&world, &old, PASSWORD).await.problem(StatusCode::FORBIDDEN), "code_expired");

    let (left, _) = card(&world, &admin, "beijian").await;
    let user =
        User { active: false, ..world.state.store.find(id_of("beijian")).await.unwrap().unwrap() };
    let save = domain::user::Command::Save { user: Box::new(user) };
    let order =
        (Uuid::now_v7(), crate::world::now(), domain::Command::User(id_of("beijian"), save));
    world.state.store.carry_out(domain::user::SYSTEM, vec![order]).await.unwrap();
    assert_eq!(enrol(&world, &left, PASSWORD).await.problem(StatusCode::FORBIDDEN), "code_revoked");
}

#[tokio::test]
async fn nobody_guesses_a_code() {
    let world = World::new().await;
    let admin = world.sign_in("admin").await;
    let (code, _) = card(&world, &admin, "li").await;
    let mut codes = Vec::new();
    for guess in 0..21 {
        let door = if guess % 2 == 0 { "/api/v1/enrol/look" } else { "/api/v1/enrol" };
        let body = json!({"code": "ACDEF-GHJKM", "password": PASSWORD});
        let answer = world.send(post(door, "", &body)).await;
        codes.push(answer.problem(answer.status));
    }
    assert!(codes[..20].iter().all(|code| code == "code_unknown"), "{codes:?}");
    assert_eq!(codes[20], "too_many_attempts");
    assert_eq!(enrol(&world, &code, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_database_cannot_tell_a_code() {
    let world = World::new().await;
    let admin = world.sign_in("admin").await;
    let (code, _) = card(&world, &admin, "li").await;
    let listed = world.send(get("/api/v1/accounts", &admin)).await.text();
    let bare = code.replace('-', "");
    assert!(!listed.contains(&bare) && !listed.contains(&code));
    let kept = bare.clone();
    let found = world.state.store.read(move |reading| reading.enrolment(&kept)).await.unwrap();
    assert!(found.is_none(), "a code is found as it is written");
}

#[tokio::test]
async fn only_administrators_make_cards_and_only_for_people_who_work_here() {
    let world = World::new().await;
    let body = json!({"users": [id_of("li")], "page": PAGE});
    for login in ["diaodu", "zhuguan", "li"] {
        let cookie = world.sign_in(login).await;
        let answer = world.send(post("/api/v1/enrolments", &cookie, &body)).await;
        assert_eq!(answer.problem(StatusCode::FORBIDDEN), "forbidden");
        let path = format!("/api/v1/enrolments/{}", id_of("li"));
        let answer = world.send(request(Method::DELETE, &path, &cookie, Body::empty())).await;
        assert_eq!(answer.problem(StatusCode::FORBIDDEN), "forbidden");
    }
    let admin = world.sign_in("admin").await;
    let nobody = json!({"users": [Id::<User>::new(Uuid::now_v7())], "page": PAGE});
    let answer = world.send(post("/api/v1/enrolments", &admin, &nobody)).await;
    assert_eq!(answer.problem(StatusCode::NOT_FOUND), "not_found");
    let elsewhere = json!({"users": [id_of("li")], "page": "javascript:alert(1)"});
    let answer = world.send(post("/api/v1/enrolments", &admin, &elsewhere)).await;
    assert_eq!(answer.problem(StatusCode::BAD_REQUEST), "bad_request");
}

#[tokio::test]
async fn somebody_added_without_a_password_gets_in_by_card_only() {
    let world = World::new().await;
    let admin = world.sign_in("admin").await;
    let id = Id::<User>::new(Uuid::now_v7());
    let user = User { id, name: "马超".into(), roles: vec![Role::Engineer], ..User::system() };
    let body = json!({"user": user, "login": "machao"});
    let answer = world.send(post("/api/v1/accounts", &admin, &body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    // Also not with what unknown logins are checked against.
    for password in ["", "nobody has this password"] {
        let body = json!({"login": "machao", "password": password});
        let answer = world.send(post("/api/v1/session", "", &body)).await;
        assert_eq!(answer.problem(StatusCode::UNAUTHORIZED), "wrong_password");
    }
    let body = json!({"users": [id], "page": PAGE});
    let cards: Value =
        world.send(post("/api/v1/enrolments", &admin, &body)).await.json(StatusCode::CREATED);
    let answer = enrol(&world, cards[0]["code"].as_str().unwrap(), "sein-eigenes-wort").await;
    let session: Session = answer.json(StatusCode::OK);
    assert_eq!(session.user.name, "马超");
}
