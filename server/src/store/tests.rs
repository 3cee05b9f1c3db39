//! The store keeps its word: what fails leaves nothing, what is remembered is true, no number is given twice.

use std::thread;

use domain::{
    Command, Kind, Refusal, Timestamp, ledger,
    replica::Replica,
    team::{self, Team},
    wire::{Push, Registered},
};
use futures::future::join_all;

use super::{postgres::Session, *};
use crate::clock;

fn team(name: &str) -> Team {
    Team { id: Id::derived(name), name: name.into(), region: String::new() }
}

fn registered(replica: Id<Replica>) -> Registered {
    Registered { replica, device_code: "K7Q".into() }
}

fn order(name: &str) -> Order {
    let team = team(name);
    let id = team.id;
    (new_mid(), clock::now(), Command::Team(id, team::Command::Save { team }))
}

impl Store {
    /// From now on the database takes no row that says "poison".
    pub(crate) async fn poison(&self) -> Result<(), Error> {
        let text = match self.place() {
            Place::Folder(_) => {
                "create trigger poison before insert on rows when new.body like '%poison%'
                 begin select raise(abort, 'poison'); end"
            }
            Place::Database(_) => {
                "alter table rows add constraint poison check (body not like '%poison%')"
            }
        };
        self.write(move |writing| writing.run(text, &[]).map(drop)).await
    }
}

#[tokio::test]
async fn a_job_that_fails_spoils_none_of_those_it_was_written_with() {
    let store = Store::temporary().unwrap();
    let jobs = (0..40).map(|n| {
        let (store, one) = (store.clone(), [order(&format!("team {n}"))]);
        async move {
            let written = store.write(move |writing| {
                writing.orders(SYSTEM, &one)?;
                assert_ne!(n % 10, 7, "a bug of ours");
                if n % 10 == 3 { Err(Error::NotFound) } else { Ok(()) }
            });
            written.await.is_ok()
        }
    });
    let done = join_all(jobs).await;
    let teams = store.rows_of(Kind::Team).await.unwrap();
    for (n, done) in done.into_iter().enumerate() {
        let key = Key::of(team(&format!("team {n}")).id);
        assert_eq!(done, n % 10 != 3 && n % 10 != 7, "team {n}");
        assert_eq!(teams.contains_key(&key), done, "team {n}");
    }
    assert_eq!(store.head().await.unwrap().v, 32);
}

#[test]
fn a_thousand_envelopes_are_enough_for_one_commit() {
    let store = Store::temporary().unwrap();
    let lines = match store.place() {
        Place::Folder(folder) => Store::lines_to_file(folder, Care::Full),
        Place::Database(address) => Store::lines_to_database(address),
    };
    // All of them wait before there is a writer, and it ends when none is left.
    let (queue, jobs) = mpsc::channel(QUEUE);
    for (name, envelopes) in (0..10).map(|n| (n.to_string(), if n == 0 { 1000 } else { 300 })) {
        let wants = Wants { mids: (0..envelopes).map(|_| new_mid()).collect(), ..Wants::default() };
        let (work, tell) = ([order(&name)], oneshot::channel().0);
        let job = writer::Job::new(wants, move |writing| writing.orders(SYSTEM, &work), tell);
        assert!(queue.try_send(job).is_ok(), "job {name} has no room");
    }
    drop(queue);
    let sizes = RefCell::new(Vec::new());
    writer::run(lines.unwrap().writer, store.key(), jobs, |poke| {
        sizes.borrow_mut().push(poke.v - poke.after);
    });
    assert_eq!(sizes.take(), [1, 4, 4, 1], "jobs in each commit");
}

#[tokio::test]
async fn what_another_process_wrote_is_seen() {
    let store = Store::temporary().unwrap();
    store.carry_out(SYSTEM, vec![order("one")]).await.unwrap();
    let beside = Store::open(store.place().clone()).unwrap();
    let mut renamed = team("one");
    renamed.name = "two".into();
    let rename = Command::Team(renamed.id, team::Command::Save { team: renamed });
    beside.carry_out(SYSTEM, vec![(new_mid(), clock::now(), rename)]).await.unwrap();

    // Saving the old name again is a change now, not what was so already.
    let outcomes = store.carry_out(SYSTEM, vec![order("one")]).await.unwrap();
    assert!(matches!(outcomes[..], [Outcome::Applied { v: 3 }]), "{outcomes:?}");
}

#[tokio::test]
async fn an_order_with_a_known_id_answers_what_it_answered_then() {
    let store = Store::temporary().unwrap();
    let once = order("one");
    let first = store.carry_out(SYSTEM, vec![once.clone()]).await.unwrap();
    let again = store.carry_out(SYSTEM, vec![once, order("one"), order("  ")]).await.unwrap();
    assert_eq!(first[0], again[0]);
    assert_eq!(again[1], Outcome::Noop);
    assert_eq!(again[2], Outcome::Refused { refusal: Refusal::NameMissing });
}

#[tokio::test]
async fn a_number_that_somebody_has_is_not_given_again() {
    let store = Store::temporary().unwrap();
    let given = store.write(|writing| {
        writing.run("insert into number (number, kind, id) values ('T-2', 'ticket', 'x')", &[])?;
        let mut next = || writing.next_number(Kind::Ticket, "T", |day, n| format!("{day}-{n}"));
        Ok([next()?, next()?])
    });
    assert_eq!(given.await.unwrap(), ["T-1", "T-3"]);
}

#[tokio::test]
async fn a_short_look_is_had_at_once_and_leaves_a_thread_to_everybody_else() {
    let store = Store::temporary().unwrap();
    let (here, near) = (thread::current().id(), matches!(store.place(), Place::Folder(_)));
    let at_once = async |short| {
        let seen = store.look(short, |_| Ok(thread::current().id())).await;
        seen.unwrap() == here
    };
    assert_eq!(at_once(true).await, near, "a database elsewhere is waited for aside");
    assert!(!at_once(false).await);
    let places = &store.0.at_once;
    assert_eq!(places.available_permits(), serving_threads() - 1);
    let others = places.try_acquire_many(u32::try_from(serving_threads() - 1).unwrap()).unwrap();
    assert!(!at_once(true).await, "the last thread is left to everybody else");
    drop(others);
    assert_eq!(at_once(true).await, near);
}

#[tokio::test]
async fn a_look_that_panics_leaves_its_place_and_its_connection_to_the_next() {
    let store = Store::temporary().unwrap();
    let free = || (store.0.at_once.available_permits(), store.0.permits.available_permits());
    let all = free();
    for n in 0..2 * READERS {
        let bug = |_: &Reading<'_>| -> Result<(), Error> { panic!("a bug of ours") };
        assert!(store.look(n % 2 == 0, bug).await.is_err());
        assert_eq!(free(), all);
    }
    for _ in 0..2 * READERS {
        let seen = store.look(true, |reading| reading.head()).await;
        assert_eq!(seen.unwrap().v, 0);
    }
}

#[tokio::test]
async fn readers_who_page_while_others_write_end_with_everything() {
    let store = Store::temporary().unwrap();
    let writers = (0..4).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 0..60 {
                let orders = (0..5).map(|k| order(&format!("team {writer} {n} {k}"))).collect();
                store.carry_out(SYSTEM, orders).await.unwrap();
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let grants: BTreeSet<Scope> = [Scope::All].into();
    let device = Id::new(Uuid::now_v7());
    let (mut replica, mut heard) = (Replica::new(SYSTEM, registered(device)), 0);
    loop {
        let over = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let (request, held) = (replica.request("", clock::now()), grants.clone());
        let asked = request.clone();
        let answer = store.read(move |reading| {
            ledger::answer(reading, &request, Push::Done, Some(&held), clock::now())
        });
        let answer = answer.await.unwrap();
        assert!(answer.gone.is_empty());
        heard += answer.puts.len();
        let plan = replica.merge(&asked, answer, clock::now()).unwrap();
        replica.commit(plan);
        if over && !replica.is_owed() && replica.head().cursor.v == store.head().await.unwrap().v {
            break;
        }
    }
    assert!(heard >= 1200);
    assert_eq!(replica.head().diverged, 0);
    let heard = replica.all::<Team>();
    assert_eq!(heard.len(), 1200);
}

#[tokio::test]
async fn a_restart_knows_everything_and_a_newer_database_is_left_alone() {
    let folder = std::env::temp_dir().join(format!("doorstep-{}", Uuid::now_v7()));
    let store = Store::open(&folder).unwrap();
    store.carry_out(SYSTEM, vec![order("one")]).await.unwrap();
    let before = store.head().await.unwrap();
    drop(store);

    let store = Store::open(&folder).unwrap();
    let after = store.head().await.unwrap();
    assert_eq!((before.server, before.epoch, before.v), (after.server, after.epoch, after.v));
    assert_eq!(store.find(team("one").id).await.unwrap(), Some(team("one")));
    drop(store);

    let newer = rusqlite::Connection::open(folder.join("doorstep.sqlite")).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    assert!(Store::open(&folder).is_err());
    fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn data_of_the_first_release_grows_to_this_one_and_keeps_what_it_holds() {
    let store = Store::temporary().unwrap();
    let place = store.place().clone();
    store.carry_out(SYSTEM, vec![order("one")]).await.unwrap();
    let back = match &place {
        Place::Folder(_) => "pragma user_version = 2",
        Place::Database(_) => "update schema_version set n = 2 where one = 1",
    };
    // What every step since has made.
    let undone = [
        "drop table enrolment",
        "drop table organisation",
        "drop table secret",
        "alter table replica drop column full_percent",
        "alter table replica drop column lasting",
        back,
    ];
    for text in undone {
        store.write(move |writing| writing.run(text, &[]).map(drop)).await.unwrap();
    }

    // Where several processes share a database, all of them are started anew.
    let open = |_| Store::open_at(&place, None, Care::Full).unwrap();
    let opened = std::thread::scope(|scope| {
        let both = [0, 1].map(|n| scope.spawn(move || open(n)));
        both.map(|one| one.join().unwrap())
    });
    let [one, other] = &opened;
    assert_eq!(one.find(team("one").id).await.unwrap(), Some(team("one")));
    assert_eq!(one.key().public().point, other.key().public().point, "one key for all");
    one.write(|writing| writing.run("select code from enrolment", &[]).map(drop)).await.unwrap();
}

/// Ends every connection of a store, as a database does that is restarted; says how many there were.
fn cut_off(place: &Place) -> usize {
    let Place::Database(address) = place else { return 0 };
    let config = postgres::config(address).unwrap();
    let name = config.get_application_name().unwrap().to_owned();
    let mut other = config.clone();
    other.application_name("scissors");
    let session = Session::open(&other, false).unwrap();
    let mut ended = 0;
    let text =
        "select pid, pg_terminate_backend(pid) from pg_stat_activity where application_name = ?1";
    session
        .each_in_turn(text, &[values![&name].to_vec()], &mut |_| {
            ended += 1;
            Ok(())
        })
        .unwrap();
    ended
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_cut_while_it_writes_loses_nothing_and_doubles_nothing() {
    let store = Store::temporary().unwrap();
    let place = store.place().clone();
    if matches!(place, Place::Folder(_)) {
        return;
    }
    let writers = (0..4).map(|writer| {
        let (store, place) = (store.clone(), place.clone());
        async move {
            let mut ended = 0;
            for n in 0..40 {
                let one = vec![order(&format!("team {writer} {n}"))];
                // Whoever hears nothing sends again, under the same id.
                let done = loop {
                    if let Ok(done) = store.carry_out(SYSTEM, one.clone()).await {
                        break done;
                    }
                };
                assert!(matches!(done[..], [Outcome::Applied { .. }]), "{done:?}");
                // While the others are in the middle of it. This one goes on when it is done, so whatever carries its
                // next order was connected since, and is cut in its turn, by itself or by one of the others.
                let place = place.clone();
                ended += tokio::task::spawn_blocking(move || cut_off(&place)).await.unwrap();
            }
            ended
        }
    });
    let ended: usize = join_all(writers).await.into_iter().sum();
    assert!(ended >= 40, "only {ended} connections were cut");
    let teams = loop {
        if let Ok(teams) = store.rows_of(Kind::Team).await {
            break teams;
        }
    };
    assert_eq!(teams.len(), 160);
    let heads = loop {
        if let Ok(head) = store.head().await {
            break head;
        }
    };
    assert_eq!(heads.v, 160, "each order has one revision");
    let count = "select count(*), max(n) from envelope";
    let counted = store
        .read(move |reading| reading.sql.one(count, &[], |row| Ok((row.int(0)?, row.int(1)?))));
    assert_eq!(counted.await.unwrap(), Some((160, 160)));
}

#[tokio::test]
async fn the_log_below_the_floor_goes_in_portions_and_nothing_above_it() {
    let store = Store::temporary().unwrap();
    let orders =
        |from: u64, to: u64| -> Vec<Order> { (from..to).map(|n| order(&n.to_string())).collect() };
    store.carry_out(SYSTEM, orders(0, 1200)).await.unwrap();
    let floor = store.head().await.unwrap().v;
    store.carry_out(SYSTEM, orders(1200, 1210)).await.unwrap();
    let head = store.head().await.unwrap();
    let count = || {
        store.read(|reading| {
            let text = "select count(*), min(v) from change";
            Ok(reading
                .sql
                .one(text, &[], |row| Ok((unsigned(row.int(0)?), unsigned(row.int(1)?))))?
                .unwrap())
        })
    };
    let (before, _) = count().await.unwrap();

    // What the floor does not allow is not cleared, whatever is asked for.
    let scope = store.read(|reading| reading.next_logged("")).await.unwrap().unwrap();
    let sought = scope.clone();
    let early = store.write(move |writing| writing.clear_log(&sought, floor)).await;
    assert_eq!(early.unwrap(), 0);
    assert_eq!(store.write(move |writing| Ok(writing.raise_floor(floor))).await.unwrap(), floor);
    assert_eq!(
        store.write(|writing| Ok(writing.raise_floor(1))).await.unwrap(),
        floor,
        "never back"
    );
    let sought = scope.clone();
    let first = store.write(move |writing| writing.clear_log(&sought, floor)).await.unwrap();
    assert_eq!(first, CLEARED_MAX, "no more at a time");

    let cleared = crate::clearing::run(&store, Timestamp(0)).await.unwrap();
    let (after, oldest) = count().await.unwrap();
    assert_eq!(first + cleared + after, before);
    assert_eq!(oldest, floor + 1);
    assert_eq!(store.head().await.unwrap(), Head { log_floor: floor, ..head });
}

#[tokio::test]
async fn the_revision_an_hour_reached_is_found_in_the_journal() {
    let store = Store::temporary().unwrap();
    let reached = |at: i64| store.read(move |reading| reading.reached_by(Timestamp(at)));
    assert_eq!(reached(i64::MAX).await.unwrap(), 0, "an empty journal");
    for n in 0..5 {
        store.carry_out(SYSTEM, vec![order(&format!("team {n}"))]).await.unwrap();
    }
    let v = store.head().await.unwrap().v;
    for n in 1i64..=5 {
        let text = "update envelope set received = ?1 where n = ?2";
        store
            .write(move |writing| writing.run(text, &values![n * 100, n]).map(drop))
            .await
            .unwrap();
    }
    let nth = |n: i64| {
        store.read(move |reading| {
            let text = "select v from envelope where n = ?1";
            Ok(reading.sql.one(text, &values![n], |row| row.int(0))?.map(unsigned))
        })
    };
    assert_eq!(reached(99).await.unwrap(), 0);
    assert_eq!(Some(reached(100).await.unwrap()), nth(1).await.unwrap());
    assert_eq!(Some(reached(350).await.unwrap()), nth(3).await.unwrap());
    assert_eq!(reached(10_000).await.unwrap(), v);
}
