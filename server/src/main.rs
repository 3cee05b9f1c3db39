//! The program file `doorstep`: serves, and does the chores of whoever runs it.
#![expect(clippy::print_stdout, reason = "a command line program answers on its standard output")]

mod chores;

use std::{
    io::{BufRead, IsTerminal},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{
    Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, error::ErrorKind,
    parser::ValueSource,
};
use domain::{
    Command, Id, Kind, Lookup,
    user::{self, Role, SYSTEM, User},
    wire::Outcome,
};
use server::{
    Blobs, Config, Error, State, Store, accounts, clock, code,
    config::DemoAccount,
    demo, import,
    lock::{self, Lock},
    serve, setup,
    store::{self, Place},
};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

/// After-sales service that keeps working without a network.
#[derive(Parser)]
#[command(name = "doorstep", version)]
struct Line {
    /// The folder of the database and of the photos.
    #[arg(long, global = true, default_value = "data", env = "DOORSTEP_DATA", value_name = "DIR")]
    data: PathBuf,
    /// A Postgres database instead of the folder's, as postgres://user@host/name. Several servers may share it; they
    /// then share the folder too, where the photos lie.
    #[arg(
        long,
        global = true,
        env = "DOORSTEP_DATABASE",
        hide_env_values = true,
        value_name = "URL",
        value_parser = address
    )]
    database: Option<Place>,
    #[command(subcommand)]
    chore: Option<Chore>,
    #[command(flatten)]
    serving: Serving,
}

#[derive(Subcommand)]
enum Chore {
    /// Serves the app and its data (also without a word).
    Serve(Serving),
    /// Serves a small demo organisation, made at the first start.
    Demo(Serving),
    /// Who may sign in.
    #[command(subcommand)]
    User(Users),
    /// Imports CSV or Excel files; the same file twice changes nothing.
    Import {
        /// The form, or `auto` to tell by the header: customers, machines, parts, tickets, tracking.
        kind: String,
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Only say what would happen.
        #[arg(long)]
        dry: bool,
    },
    /// Brings the database to the schema of this program.
    Migrate,
    /// Copies the data into FILE while the server runs, and checks the copy.
    ///
    /// Data in Postgres is copied with that database's own tools, pg_dump or pg_basebackup.
    Backup { file: PathBuf },
    /// Puts a backup in the place of the data, which is kept. Phones then send again what the backup lacks.
    ///
    /// Data in Postgres is put back with that database's own tools; then `restore --new-epoch` tells the phones.
    Restore(chores::Restoring),
    /// Looks whether what is stored keeps every promise; prints each, changes nothing.
    Check,
}

#[derive(Args, Clone)]
struct Serving {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", env = "DOORSTEP_LISTEN", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Only the port, on the same address.
    #[arg(long)]
    port: Option<u16>,
    /// Serve the built app from this folder, not from inside the program.
    #[arg(long, value_name = "DIR")]
    dist: Option<PathBuf>,
    /// Believe X-Forwarded-For and X-Forwarded-Proto, because only a proxy can reach this server.
    #[arg(long, env = "DOORSTEP_BEHIND_PROXY")]
    behind_proxy: bool,
    /// Answer before the disk has what was sent. Only for the test that has to see the loss.
    #[arg(long, hide = true)]
    i_accept_losing_acknowledged_work: bool,
}

#[derive(Subcommand)]
enum Users {
    /// Adds a person with a login. The password is read from the standard input.
    Add {
        login: String,
        #[arg(long)]
        name: String,
        #[arg(long = "role", required = true)]
        roles: Vec<RoleWord>,
        #[arg(long, default_value = "")]
        phone: String,
    },
    /// Lists everybody who has a login.
    List,
    /// Sets a person's password, read from the standard input. Ends their sessions.
    Password { login: String },
    /// Lets a person in no more. What they did stays.
    Deactivate { login: String },
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleWord {
    Engineer,
    Agent,
    Coordinator,
    Supervisor,
    Keeper,
    Administrator,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Engineer => Self::Engineer,
            RoleWord::Agent => Self::Agent,
            RoleWord::Coordinator => Self::Coordinator,
            RoleWord::Supervisor => Self::Supervisor,
            RoleWord::Keeper => Self::Keeper,
            RoleWord::Administrator => Self::Administrator,
        }
    }
}

impl Line {
    /// Reads the words of the command line. What only serving needs stands behind the word `serve` or `demo`, where
    /// there is a word: before it, it would be passed over without a sound.
    fn read(words: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let found = command.try_get_matches_from_mut(words)?;
        let of_serving = Serving::augment_args(clap::Command::new("serving"));
        let given = |name: &&str| found.value_source(name) == Some(ValueSource::CommandLine);
        let mut names = of_serving.get_arguments().map(|option| option.get_id().as_str());
        if let Some(chore) = found.subcommand_name()
            && let Some(name) = names.find(given)
        {
            let option = format!("--{}", name.replace('_', "-"));
            let why = format!(
                "{option} stands before `{chore}`. Only `serve` and `demo` take it, behind them"
            );
            return Err(command.error(ErrorKind::ArgumentConflict, why));
        }
        Self::from_arg_matches(&found)
    }
}

fn main() -> ExitCode {
    let line = Line::read(std::env::args_os()).unwrap_or_else(|refusal| refusal.exit());
    let Line { data, database, chore, serving } = line;
    let chore = chore.unwrap_or(Chore::Serve(serving));
    // A demo is looked at, not operated: its terminal shows addresses, not requests.
    let usual = if matches!(chore, Chore::Demo(_)) { "warn" } else { "info" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let threads = server::store::serving_threads();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(&data, database, chore)),
        Err(error) => Err(Error::internal(error)),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            match error {
                Error::Internal(cause) | Error::Unavailable(cause) => {
                    eprintln!("doorstep: {cause}")
                }
                error => eprintln!("doorstep: {error}"),
            }
            ExitCode::FAILURE
        }
    }
}

/// The address of a database.
fn address(text: &str) -> Result<Place, String> {
    match Place::from(text) {
        place @ Place::Database(_) => Ok(place),
        Place::Folder(_) => Err("it begins with postgres://".into()),
    }
}

async fn run(data: &Path, database: Option<Place>, chore: Chore) -> Result<ExitCode, Error> {
    // Data in Postgres is looked after by that database; the folder is not touched then.
    let _lock = if database.is_none() {
        match &chore {
            Chore::Backup { file } => return chores::back_up(data, file).await,
            Chore::Restore(restoring) if !restoring.new_epoch => {
                return chores::restore(data, restoring).await;
            }
            _ => lock::sound(data)?,
        }
        // Held until this process ends.
        let alone = matches!(chore, Chore::Serve(_) | Chore::Demo(_) | Chore::Restore(_));
        alone.then(|| Lock::take(data)).transpose()?
    } else {
        let elsewhere = match &chore {
            Chore::Backup { .. } => true,
            Chore::Restore(restoring) => !restoring.new_epoch,
            _ => false,
        };
        if elsewhere {
            return Err(Error::internal(
                "data in Postgres is copied and put back with its own tools, such as pg_dump and pg_restore",
            ));
        }
        None
    };
    let care = match &chore {
        Chore::Serve(serving) if serving.i_accept_losing_acknowledged_work => {
            tracing::error!("a power cut will lose what this server has acknowledged");
            store::Care::AcceptLoss
        }
        _ => store::Care::Full,
    };
    let store = Store::open_with(database.unwrap_or_else(|| data.into()), care)?;
    match chore {
        Chore::Backup { .. } => Ok(ExitCode::SUCCESS),
        Chore::Restore(_) => chores::begin_epoch(&store).await,
        Chore::Check => chores::check(&store, &Blobs::at(data.join(server::blobs::FOLDER))).await,
        Chore::Serve(serving) => serve_it(store, data, &serving, false).await,
        Chore::Demo(serving) => {
            demo::seed(&store).await?;
            serve_it(store, data, &serving, true).await
        }
        Chore::User(users) => {
            self::users(&store, users).await?;
            Ok(ExitCode::SUCCESS)
        }
        Chore::Import { kind, files, dry } => import_all(&store, &kind, &files, dry).await,
        Chore::Migrate => {
            println!("{} has schema {}.", store.place(), Store::schema_version());
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn serve_it(
    store: Store,
    data: &Path,
    serving: &Serving,
    demo: bool,
) -> Result<ExitCode, Error> {
    let mut address = serving.listen;
    address.set_port(serving.port.unwrap_or(address.port()));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Error::internal(format!("cannot listen on {address}: {error}")))?;
    let address = listener.local_addr().map_err(Error::internal)?;
    if let Some(dist) = &serving.dist
        && !dist.join("index.html").is_file()
    {
        return Err(Error::internal(format!("there is no index.html in {}", dist.display())));
    }
    println!("Doorstep listens on http://{address}");
    let unclaimed = !demo && store.read(|reading| reading.is_unclaimed()).await?;
    let setup = unclaimed.then(|| code::random(setup::LETTERS)).transpose()?;
    if let Some(setup) = &setup {
        let setup = code::grouped(setup);
        println!("还没有人能登录。请打开上面的地址，用这个设置码建立单位和第一位管理员：");
        println!("Nobody can sign in yet. Open the address above, and set it up with this code:");
        println!("  {setup}");
        println!("(or: doorstep user add LOGIN --name NAME --role administrator)");
    }
    if demo {
        println!("Sign in with the password {} as", demo::PASSWORD);
        for person in demo::PEOPLE {
            println!("  {:<8} {:?}, {}", person.login, person.role, person.name);
        }
    }
    let open = |person: &demo::Person| DemoAccount {
        login: person.login.into(),
        role: person.role,
        password: demo::PASSWORD.into(),
    };
    let config = Config {
        dist: serving.dist.clone().or_else(built_here),
        blobs: Some(data.join(server::blobs::FOLDER)),
        behind_proxy: serving.behind_proxy,
        demo: if demo { demo::PEOPLE.iter().map(open).collect() } else { Vec::new() },
        setup,
    };
    serve::serve(State::new(store, config), listener, stopped()).await?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// The app as it was last built beside the source, for a program without one inside.
fn built_here() -> Option<PathBuf> {
    let dist = PathBuf::from("dist");
    (!cfg!(feature = "embed") && dist.join("index.html").is_file()).then_some(dist)
}

/// Until somebody wants the server to stop.
async fn stopped() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut told) => drop(told.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

async fn users(store: &Store, users: Users) -> Result<(), Error> {
    match users {
        Users::Add { login, name, roles, phone } => {
            let password = password()?;
            let user = User {
                id: Id::new(Uuid::now_v7()),
                name,
                roles: roles.into_iter().map(Role::from).collect(),
                team: None,
                phone,
                skills: Vec::new(),
                regions: Vec::new(),
                active: true,
            };
            accounts::add(store, SYSTEM, &user, &login, &password).await?;
            println!("{login} can sign in.");
        }
        Users::List => {
            let rows = store.rows_of(Kind::User).await?;
            for account in store.read(|reading| reading.accounts()).await? {
                let Some(user) = rows.find(account.user) else { continue };
                let roles: Vec<String> =
                    user.roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
                let left = if user.active { "" } else { "  (has left)" };
                println!("{:<16} {}  {}{left}", account.login, user.name, roles.join(", "));
            }
        }
        Users::Password { login } => {
            let user = holder(store, &login).await?;
            accounts::set_password(store, user.id, &password()?, None).await?;
            println!("{login} has a new password.");
        }
        Users::Deactivate { login } => {
            let mut user = holder(store, &login).await?;
            user.active = false;
            let save = Command::User(user.id, user::Command::Save { user: Box::new(user) });
            let orders = vec![(store::new_mid(), clock::now(), save)];
            match store.carry_out(SYSTEM, orders).await?.first() {
                Some(Outcome::Refused { refusal }) => return Err(Error::Refused(*refusal)),
                _ => println!("{login} cannot sign in any more."),
            }
        }
    }
    Ok(())
}

/// Who has this login.
async fn holder(store: &Store, login: &str) -> Result<User, Error> {
    let login = login.trim().to_lowercase();
    let account = store.read(move |reading| reading.account(&login)).await?;
    let account = account.ok_or_else(|| Error::internal("nobody has this login"))?;
    store.find(account.user).await?.ok_or(Error::NotFound)
}

/// The password on the standard input: a command line shows up in process lists.
fn password() -> Result<String, Error> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("Password (it will be seen as you type), at least 8 characters:");
    }
    let mut line = String::new();
    input.lock().read_line(&mut line).map_err(Error::internal)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Imports the files one after the other. Exit code 2 when something in them was not taken.
async fn import_all(
    store: &Store,
    kind: &str,
    files: &[PathBuf],
    dry: bool,
) -> Result<ExitCode, Error> {
    let kind: Option<import::Kind> = match kind {
        "auto" => None,
        word => Some(word.parse().map_err(|_| Error::BadRequest("there is no such form"))?),
    };
    let mut whole = true;
    for file in files {
        let why = |error| Error::internal(format!("{}: {error}", file.display()));
        let bytes = std::fs::read(file).map_err(why)?;
        let report = import::run(store, SYSTEM, kind, bytes, dry).await?;
        println!(
            "{}: {} read, {} added, {} changed, {} unchanged, {} refused",
            file.display(),
            report.read,
            report.added,
            report.changed,
            report.unchanged,
            report.refused,
        );
        for row in &report.rows {
            let code = serde_json::to_value(row.code).map_err(Error::internal)?;
            let column = row.column.as_deref().unwrap_or("-");
            println!(
                "  line {}, {column}: {}  {}",
                row.line,
                code.as_str().unwrap_or("?"),
                row.value
            );
        }
        whole &= report.rows.is_empty() && report.refused == 0;
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(words: &str) -> Option<String> {
        let words = words.split(' ').map(Into::into);
        Line::read(words).err().map(|refusal| refusal.to_string())
    }

    #[test]
    fn an_option_nobody_would_heed_is_refused() {
        let said = refusal("doorstep --port 9 demo").unwrap();
        assert!(said.contains("--port stands before `demo`"), "{said}");
        assert!(refusal("doorstep --behind-proxy serve").is_some());
        for well in
            ["doorstep", "doorstep --port 9", "doorstep demo --port 9", "doorstep --data x demo"]
        {
            assert_eq!(refusal(well), None, "{well}");
        }
    }
}
