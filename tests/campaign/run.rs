//! What all campaigns share: the words of the command line, the repetition, the sum at the end.

mod audit;
mod checker;
mod crowd;
mod device;
mod full;
mod ground;
mod history;
mod kill;
mod line;
mod lossy;
#[path = "../browser/ports.rs"]
mod ports;
mod power;
mod restore;
mod server;
mod soak;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use self::{
    audit::Tally,
    ground::Person,
    server::{Place, Program},
};

/// Done, or a sentence why not.
pub type Done<T = ()> = Result<T, String>;

/// How many people write in a crash run.
const CROWD: usize = 6;
/// A run that takes longer hangs, which is a failure like any other.
const RUN: Duration = Duration::from_secs(120);

/// What all runs of a campaign share.
pub struct Campaign {
    pub program: Program,
    /// A small database to copy.
    pub ground: tempfile::TempDir,
    pub people: Vec<Person>,
    /// Whether the server runs so that it must lose something.
    pub expects_loss: bool,
}

impl Campaign {
    /// A fresh folder that goes away by itself.
    ///
    /// # Errors
    /// Where there is no room for it.
    pub fn folder(&self) -> Done<tempfile::TempDir> {
        tempfile::tempdir().map_err(|why| format!("no folder: {why}"))
    }

    /// What `doorstep check` finds in a database that nobody uses at the moment.
    pub async fn sound(&self, place: &Place) -> Vec<String> {
        self.program.run_aside(place, &["check"]).await.err().into_iter().collect()
    }

    /// Somebody who sees every ticket.
    pub fn reader(&self) -> &Person {
        &self.people[0]
    }
}

/// What the command line asks for.
struct Wish {
    name: String,
    runs: u64,
    seed: u64,
    expect_loss: bool,
    seconds: u64,
    clients: usize,
    /// The address of a PostgreSQL database with nothing in it, for the soak.
    database: Option<String>,
}

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.map_err(|why| why.to_string());
    match done.and_then(|runtime| runtime.block_on(carry_out())) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn wish() -> Done<Wish> {
    let mut words = std::env::args().skip(1);
    let name = words.next().ok_or("which campaign?")?;
    let mut wish = Wish {
        name,
        runs: 20,
        seed: 1,
        expect_loss: false,
        seconds: 60,
        clients: 50,
        database: None,
    };
    while let Some(word) = words.next() {
        if word == "--database" {
            wish.database = Some(words.next().ok_or("--database needs an address")?);
            continue;
        }
        let mut number = || {
            let value = words.next().and_then(|word| word.parse().ok());
            value.ok_or_else(|| format!("{word} needs a number"))
        };
        match word.as_str() {
            "--runs" => wish.runs = number()?,
            "--seed" => wish.seed = number()?,
            "--seconds" => wish.seconds = number()?,
            "--clients" => wish.clients = number()? as usize,
            "--expect-loss" => wish.expect_loss = true,
            _ => return Err(format!("`{word}` is no option here")),
        }
    }
    Ok(wish)
}

/// Runs a campaign; whether every run passed.
async fn carry_out() -> Done<bool> {
    let wish = wish()?;
    let file = std::env::var_os("DOORSTEP_PROGRAM").ok_or("cargo xtask campaign starts this")?;
    let logs = tempfile::tempdir().map_err(|why| why.to_string())?;
    let mut program =
        Program { file: PathBuf::from(file), log: logs.path().join("log"), options: Vec::new() };
    let ground = tempfile::tempdir().map_err(|why| why.to_string())?;
    if wish.name == "soak" {
        return soak(&wish, &program, ground.path()).await;
    }
    let people = ground::in_folder(&program, ground.path(), CROWD).await?;
    if wish.expect_loss {
        program.options.push("--i-accept-losing-acknowledged-work".to_owned());
    }
    let campaign = Campaign { program, ground, people, expects_loss: wish.expect_loss };
    repeat(&campaign, &wish).await
}

/// One long run with its own database.
async fn soak(wish: &Wish, program: &Program, folder: &Path) -> Done<bool> {
    let place = match &wish.database {
        Some(address) => Place::Database(address.clone()),
        None => Place::Folder(folder.to_owned()),
    };
    let people = ground::people(program, &place, wish.clients).await?;
    let (seconds, seed) = (wish.seconds, wish.seed);
    let soak = soak::Soak { program, place, people: &people, seconds, seed };
    let faults = soak::run(&soak).await?;
    for fault in faults.iter().take(20) {
        println!("    {fault}");
    }
    let failed = usize::from(!faults.is_empty());
    if failed > 0 {
        println!("seed {seed} failed; what the servers said last:\n{}", program.last_words());
    }
    println!("soak: {} passed, {failed} failed", 1 - failed);
    Ok(failed == 0)
}

async fn repeat(campaign: &Campaign, wish: &Wish) -> Done<bool> {
    let (mut failed, mut passed, mut tally) = (0, 0, Tally::default());
    let start = Instant::now();
    for seed in wish.seed..wish.seed + wish.runs {
        let run = tokio::time::timeout(RUN, one(campaign, wish, seed, &mut tally)).await;
        let run = run.unwrap_or_else(|_| Err(format!("hangs for {} s", RUN.as_secs())));
        let faults = run.unwrap_or_else(|why| vec![why]);
        if faults.is_empty() {
            passed += 1;
            continue;
        }
        failed += 1;
        println!("seed {seed} failed:");
        for fault in faults.iter().take(10) {
            println!("    {fault}");
        }
        if faults.len() > 10 {
            println!("    and {} more", faults.len() - 10);
        }
    }
    let Tally { acknowledged, open, refused } = tally;
    println!(
        "{}: {acknowledged} acknowledged, {open} open at the crash, {refused} answered with no, {:.1} s",
        wish.name,
        start.elapsed().as_secs_f64()
    );
    println!("{}: {passed} passed, {failed} failed", wish.name);
    Ok(failed == 0)
}

/// One run; what is wrong.
async fn one(campaign: &Campaign, wish: &Wish, seed: u64, tally: &mut Tally) -> Done<Vec<String>> {
    let faults = match wish.name.as_str() {
        "kill-server" => kill::run(campaign, seed, tally).await?,
        "power-cut-server" => power::run(campaign, seed, tally).await?,
        "restore" => restore::run(campaign, seed, tally).await?,
        "disk-full-server" => full::run(campaign, seed, tally).await?,
        name => return Err(format!("there is no campaign `{name}`")),
    };
    if !wish.expect_loss {
        return Ok(faults);
    }
    let lost = faults.iter().filter(|fault| fault.starts_with("LOST")).count();
    println!("seed {seed}: {lost} acknowledged entries lost, as expected");
    Ok(if lost == 0 { vec!["NO LOSS was seen, which this campaign should".into()] } else { vec![] })
}
