//! The customer copy: countersigned as soon as the server has the sheet, and checked by anybody.

use axum::http::{StatusCode, header};
use domain::{
    Command, Id,
    copy::{Finding, Judgement, PublicKey, Statement},
    sheet::Sheet,
    ticket::{self, Intake},
    visit,
};
use uuid::Uuid;

use crate::world::{World, get, intake, now, triage};

/// A number begins with its day.
const DATE_DIGITS: usize = "20260131".len();

async fn check(world: &World, code: &str) -> Judgement {
    let code: String = code.bytes().map(|byte| format!("%{byte:02x}")).collect();
    world.send(get(&format!("/api/v1/verify?c={code}"), "")).await.json(StatusCode::OK)
}

/// A sheet from the call to the signature, arrived at the server.
async fn signed(world: &World) -> Sheet {
    let (_desk, mut li, _, sheet) = world.signed().await;
    li.sync().await;
    li.find(sheet).unwrap()
}

#[tokio::test]
async fn a_copy_drawn_in_a_basement_becomes_authentic_when_the_sheet_arrives() {
    let world = World::new().await;
    let (mut desk, mut li, _, sheet) = world.signed().await;
    let paper = li.find(sheet).unwrap().statement();
    assert_eq!(paper.seal, None, "there was no network");
    assert_eq!(check(&world, &paper.code()).await.finding, Finding::NotYet);

    li.sync().await;
    desk.sync().await;
    assert_eq!(check(&world, &paper.code()).await.finding, Finding::Authentic);
    let keys: Vec<PublicKey> = world.send(get("/api/v1/seal", "")).await.json(StatusCode::OK);
    for device in [&li, &desk] {
        let sealed = device.find(sheet).unwrap().statement();
        let seal = sealed.seal.clone().expect("the countersignature came down with the row");
        assert_eq!(seal.key, keys[0].id);
        assert_eq!(Statement { seal: None, ..sealed.clone() }, paper);
        let judgement = check(&world, &sealed.code()).await;
        assert_eq!((judgement.finding, judgement.statement), (Finding::Authentic, Some(sealed)));
    }

    // Anything else is not what was signed.
    let cheaper = paper.code().replace(&format!(".{}.", paper.total.0), ".1.");
    assert_ne!(cheaper, paper.code());
    assert_eq!(check(&world, &cheaper).await.finding, Finding::Changed);
    let typed = format!("{} {}", paper.number, paper.check_code());
    assert_eq!(check(&world, &typed).await.finding, Finding::Authentic);
    let guessed = format!("{} 0000 0000", paper.number);
    assert_eq!(check(&world, &guessed).await.finding, Finding::Changed);
    let nonsense = world.send(get("/api/v1/verify?c=hello", "")).await;
    assert_eq!(nonsense.problem(StatusCode::UNPROCESSABLE_ENTITY), "malformed");
}

#[tokio::test]
async fn a_countersignature_of_somebody_else_proves_nothing_here() {
    let (here, elsewhere) = (World::new().await, World::new().await);
    let mut codes = Vec::new();
    for world in [&here, &elsewhere] {
        codes.push(signed(world).await.statement());
    }
    let [own, foreign] = &codes[..] else { panic!() };
    assert_eq!(check(&here, &own.code()).await.finding, Finding::Authentic);
    // Both organisations count from the same number each day: ours does not say what theirs does. Where midnight came
    // between the two, ours has no such number.
    let same = own.number == foreign.number;
    let day = |paper: &Statement| paper.number[..DATE_DIGITS].to_owned();
    assert!(same || day(own) != day(foreign), "{} and {}", own.number, foreign.number);
    let found = if same { Finding::Changed } else { Finding::Foreign };
    assert_eq!(check(&here, &foreign.code()).await.finding, found);
    // Their signature under our name is noticed as well.
    let mut forged = own.clone();
    forged.seal.as_mut().unwrap().signature = foreign.seal.clone().unwrap().signature;
    assert_eq!(check(&here, &forged.code()).await.finding, Finding::Changed);
}

#[tokio::test]
async fn a_sheet_with_a_provisional_number_is_found_by_it() {
    let world = World::new().await;
    let mut li = world.device("li").await;
    let number = domain::number::provisional("K7Q", 42);
    let intake = Intake { provisional: Some(number.clone()), received_at: now(), ..intake() };
    let id = Id::new(Uuid::now_v7());
    li.on_ticket(id, ticket::Command::Register { intake: intake.into() }).unwrap();
    li.on_ticket(id, triage()).unwrap();
    let take_on = ticket::Command::TakeOn { visit: Id::new(Uuid::now_v7()) };
    li.on_ticket(id, take_on).unwrap();
    li.work(id);
    let sheet = li.sign(id);
    let paper = li.find(sheet).unwrap().statement();
    assert!(paper.number.starts_with(&number), "{}", paper.number);
    li.sync().await;
    assert!(li.ticket(id).number.is_some());
    assert_eq!(check(&world, &paper.code()).await.finding, Finding::Authentic);
}

#[tokio::test]
async fn guessing_check_codes_is_slowed_down() {
    let world = World::new().await;
    let paper = signed(&world).await.statement();
    let ask = async |check: &str| {
        let path = format!("/api/v1/verify?c={}%20{check}", paper.number);
        world.send(get(&path, "")).await
    };
    for n in 0..20 {
        assert_eq!(ask(&format!("{n:08}")).await.status, StatusCode::OK);
    }
    let answer = ask("12345678").await;
    assert_eq!(answer.problem(StatusCode::TOO_MANY_REQUESTS), "too_many_attempts");
    // Who holds the paper scans it.
    assert_eq!(check(&world, &paper.code()).await.finding, Finding::Authentic);
}

#[tokio::test]
async fn a_stranger_reads_the_answer_without_an_account_and_without_a_script() {
    let world = World::new().await;
    let sheet = signed(&world).await;
    let paper = sheet.statement();
    let path = format!("/verify?c={}", paper.code());
    let page = world.send(get(&path, "")).await;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("form-action 'self'") && !policy.contains("script-src"), "{policy}");
    assert!(page.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
    let html = page.text();
    for said in ["真实", &paper.number, &paper.check_code(), &paper.total.decimal()] {
        assert!(html.contains(said), "{said} in {html}");
    }
    for secret in [&sheet.content.customer_name, &sheet.content.customer_phone] {
        assert!(!html.contains(secret.as_str()) && !html.contains("<script"), "{html}");
    }
    let english = world.send(get(&format!("{path}&lang=en"), "")).await.text();
    assert!(english.contains("Authentic") && english.contains("lang=\"en\""));
    let empty = world.send(get("/verify", "")).await.text();
    assert!(empty.contains("核对客户联") && !empty.contains("data-tone"));
    let rubbish = world.send(get("/verify?c=%3Cscript%3E", "")).await.text();
    assert!(rubbish.contains("看不懂") && !rubbish.contains("<script"));
}

#[tokio::test]
async fn nobody_but_the_server_countersigns() {
    let world = World::new().await;
    let (mut desk, mut li, id, sheet) = world.signed().await;
    li.sync().await;
    let seal = li.find(sheet).unwrap().seal.unwrap();
    assert_eq!(li.my_visit(id).stage, visit::Stage::Signed);
    for device in [&mut li, &mut desk] {
        let countersign = domain::copy::Command::Countersign { seal: seal.clone().into() };
        let refused = device.act(Command::Sheet(sheet, countersign));
        assert_eq!(refused, Err(domain::Refusal::NotYourRole));
    }
}
