//! A small organisation to try Doorstep with: people, customers, machines, parts, and a week of work.
//!
//! Everything here goes through the same commands as everybody's work; only the times are told.

mod files;
mod story;

use domain::{
    Command, Id, Timestamp,
    part::{self, Part},
    stock::{self, Place},
    team::{self, Team},
    user::{self, Role, SYSTEM, User},
    wire::Outcome,
};

use crate::{
    accounts, clock,
    error::Error,
    store::{Order, Store},
};

/// The password of every demo account.
pub const PASSWORD: &str = "doorstep-demo";

/// A person of the demo organisation.
pub struct Person {
    pub login: &'static str,
    pub name: &'static str,
    pub role: Role,
    phone: &'static str,
    team: usize,
    skills: &'static [&'static str],
    regions: &'static [&'static str],
}

/// The demo accounts, in the order they are shown.
pub const PEOPLE: &[Person] = &[
    person("diaodu", "刘敏", Role::Coordinator, "13800001001", 0, &[], &[]),
    Person {
        skills: &["空调", "热水器"],
        regions: &["海淀", "西城"],
        ..person("li", "李静", Role::Engineer, "13800001002", 0, &[], &[])
    },
    Person {
        skills: &["空调", "多联机", "净水器"],
        regions: &["朝阳", "丰台"],
        ..person("wang", "王磊", Role::Engineer, "13800001003", 1, &[], &[])
    },
    person("kefu", "陈雪", Role::Agent, "13800001004", 0, &[], &[]),
    person("beijian", "赵刚", Role::Keeper, "13800001005", 0, &[], &[]),
    person("zhuguan", "孙立", Role::Supervisor, "13800001006", 0, &[], &[]),
    person("admin", "周婷", Role::Administrator, "13800001007", 0, &[], &[]),
];

const fn person(
    login: &'static str,
    name: &'static str,
    role: Role,
    phone: &'static str,
    team: usize,
    skills: &'static [&'static str],
    regions: &'static [&'static str],
) -> Person {
    Person { login, name, role, phone, team, skills, regions }
}

const TEAMS: &[(&str, &str)] = &[("售后技术部", "海淀 · 西城"), ("朝阳服务网点", "朝阳 · 丰台")];

impl Person {
    /// The id of the person with this login, the same in every demo.
    pub fn id(&self) -> Id<User> {
        user_id(self.login)
    }

    fn user(&self) -> User {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        User {
            id: self.id(),
            name: self.name.into(),
            roles: vec![self.role],
            team: Some(team_id(self.team)),
            phone: self.phone.into(),
            skills: words(self.skills),
            regions: words(self.regions),
            active: true,
        }
    }
}

fn user_id(login: &str) -> Id<User> {
    Id::derived(&format!("demo:user:{login}"))
}

fn team_id(index: usize) -> Id<Team> {
    Id::derived(&format!("demo:team:{index}"))
}

/// Fills an empty database with the demo organisation; one that has it already stays as it is.
/// Says whether anything was added.
///
/// # Errors
/// Where the database cannot be written, or the rules refuse what the demo does, which is a bug of ours.
pub async fn seed(store: &Store) -> Result<bool, Error> {
    // The last account is the last thing made, so that a start that was cut short goes on where it stopped.
    if let Some(last) = PEOPLE.last()
        && accounts::known(store, last.login).await?
    {
        return Ok(false);
    }
    let mut demo = Demo { store, now: clock::now(), said: 0 };
    demo.organisation().await?;
    demo.stock().await?;
    story::tell(&mut demo).await?;
    for person in PEOPLE {
        if !accounts::known(store, person.login).await? {
            accounts::add(store, SYSTEM, &person.user(), person.login, PASSWORD).await?;
        }
    }
    Ok(true)
}

/// The demo as it is being told.
struct Demo<'a> {
    store: &'a Store,
    now: Timestamp,
    /// How many commands were given; the number is in each command's id.
    said: u32,
}

impl Demo<'_> {
    /// Does this in somebody's name at some moment that has passed.
    async fn act(
        &mut self,
        by: Id<User>,
        at: Timestamp,
        commands: Vec<Command>,
    ) -> Result<(), Error> {
        let at = at.min(self.now);
        let mut orders: Vec<Order> = Vec::new();
        for command in commands {
            self.said += 1;
            let mid: Id<Command> = Id::derived(&format!("demo:said:{}", self.said));
            orders.push((mid.uuid(), at, command));
        }
        let told = orders.clone();
        for ((_, _, command), outcome) in told.iter().zip(self.store.carry_out(by, orders).await?) {
            if let Outcome::Refused { refusal } = outcome {
                return Err(Error::internal(format!("demo: {refusal:?} for {command:?}")));
            }
        }
        Ok(())
    }

    /// That time of day in China, so many days ago.
    fn days_ago(&self, days: i64, hour: i64, minute: i64) -> Timestamp {
        const DAY: i64 = 86_400_000;
        const ZONE: i64 = 8 * 3_600_000;
        let midnight = (self.now.0 + ZONE).div_euclid(DAY) * DAY - ZONE;
        Timestamp(midnight - days * DAY).plus_minutes(hour * 60 + minute)
    }

    async fn organisation(&mut self) -> Result<(), Error> {
        let at = self.days_ago(30, 9, 0);
        let teams = TEAMS.iter().enumerate().map(|(index, (name, region))| {
            let team = Team { id: team_id(index), name: (*name).into(), region: (*region).into() };
            Command::Team(team.id, team::Command::Save { team })
        });
        self.act(SYSTEM, at, teams.collect()).await?;
        let people = PEOPLE.iter().map(|person| {
            let user = Box::new(person.user());
            Command::User(user.id, user::Command::Save { user })
        });
        self.act(SYSTEM, at, people.collect()).await?;
        let coordinator = user_id("diaodu");
        self.act(coordinator, at.plus_minutes(20), files::models()).await?;
        self.act(coordinator, at.plus_minutes(40), files::customers()).await?;
        self.act(coordinator, at.plus_minutes(60), files::machines()).await
    }

    async fn stock(&mut self) -> Result<(), Error> {
        let keeper = user_id("beijian");
        let mut catalogue = Vec::new();
        let mut counts = Vec::new();
        for line in files::PARTS {
            let part = line.part();
            let id = part.id;
            catalogue.push(Command::Part(id, part::Command::Save { part: Box::new(part) }));
            let places = [
                (Place::Store, line.in_store),
                (Place::Person(user_id("li")), line.with_li),
                (Place::Person(user_id("wang")), line.with_wang),
            ];
            for (place, quantity) in places {
                if place == Place::Store || quantity > 0 {
                    counts.push(Command::Stock(place, id, stock::Command::Count { quantity }));
                }
            }
        }
        let at = self.days_ago(29, 9, 30);
        self.act(keeper, at, catalogue).await?;
        self.act(keeper, at.plus_minutes(90), counts).await
    }
}

fn part_id(code: &str) -> Id<Part> {
    Part::id_of(code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{Kind, Row};

    use super::*;

    #[tokio::test]
    async fn a_second_start_adds_nothing_and_every_stage_has_something_to_show() {
        let store = Store::temporary().unwrap();
        assert!(seed(&store).await.unwrap());
        let head = store.head().await.unwrap();
        assert!(!seed(&store).await.unwrap());
        assert_eq!(store.head().await.unwrap().v, head.v);

        let mut stages: BTreeMap<&str, u32> = BTreeMap::new();
        for row in store.rows_of(Kind::Ticket).await.unwrap().values() {
            let Row::Ticket(ticket) = &**row else { continue };
            assert!(ticket.number.is_some(), "{}", ticket.title);
            *stages.entry(ticket.stage.word()).or_default() += 1;
        }
        for stage in [
            "received",
            "triaged",
            "pending_dispatch",
            "dispatched",
            "in_progress",
            "on_hold",
            "pending_confirmation",
            "completed",
            "pending_follow_up",
            "closed",
            "cancelled",
        ] {
            assert!(stages.contains_key(stage), "no ticket is {stage}: {stages:?}");
        }
        assert_eq!(store.rows_of(Kind::Customer).await.unwrap().len(), 12);
        assert_eq!(store.rows_of(Kind::Part).await.unwrap().len(), 25);
        assert_eq!(store.rows_of(Kind::Sheet).await.unwrap().len(), 6);
        assert_eq!(store.rows_of(Kind::PartRequest).await.unwrap().len(), 4);
        let short = store.rows_of(Kind::Stock).await.unwrap();
        let short =
            short.values().filter(|row| matches!(&***row, Row::Stock(stock) if stock.query));
        assert_eq!(short.count(), 1, "one part was used that the books do not have");
        for person in PEOPLE {
            accounts::verify(&store, person.login, PASSWORD).await.unwrap();
        }
    }
}
