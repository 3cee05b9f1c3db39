//! Who plays, and what there is before anybody does anything.

use domain::{
    Command, Id, Timestamp,
    part::{self, Part},
    stock::{self, Place},
    team::{self, Team},
    user::{self, Role, User},
    values::Money,
};
use uuid::Uuid;

use crate::dice::Dice;

/// When every run begins.
pub const START: i64 = 1_777_600_000_000;
/// The catalogue.
pub const PARTS: [Id<Part>; 3] = [part_id(1), part_id(2), part_id(3)];
/// The only team.
pub const TEAM: Id<Team> = Id::new(Uuid::from_u128(0x7EA0_0001));

const fn part_id(n: u128) -> Id<Part> {
    Id::new(Uuid::from_u128(0xBA47_0000 + n))
}

/// The id of the `n`th person.
pub const fn person(n: usize) -> Id<User> {
    Id::new(Uuid::from_u128(0xA000_0000 + n as u128))
}

/// The people of one run, always with somebody who dispatches, somebody who works and somebody who administers.
pub fn people(dice: &mut Dice) -> Vec<User> {
    let engineers = dice.between(1, 5) as usize;
    let mut roles = vec![vec![Role::Coordinator], vec![Role::Administrator, Role::Supervisor]];
    roles.extend(vec![vec![Role::Engineer]; engineers]);
    let more = [
        vec![Role::Keeper],
        vec![Role::Agent],
        vec![Role::Coordinator, Role::Engineer],
        vec![Role::Supervisor],
    ];
    roles.extend(more.into_iter().filter(|_| dice.chance(600)));
    let named = roles.into_iter().enumerate();
    named
        .map(|(n, roles)| User {
            id: person(n + 1),
            name: format!("P{n}"),
            roles,
            team: Some(TEAM),
            ..User::system()
        })
        .collect()
}

/// What the server does by itself before the first day.
pub fn opening(people: &[User]) -> Vec<Command> {
    let team = Team { id: TEAM, name: "T".into(), region: String::new() };
    let mut commands = vec![Command::Team(TEAM, team::Command::Save { team })];
    for user in people {
        let user = Box::new(user.clone());
        commands.push(Command::User(user.id, user::Command::Save { user }));
    }
    for (n, id) in PARTS.into_iter().enumerate() {
        let part = Part {
            id,
            code: format!("PCB-{n}"),
            name: format!("board {n}"),
            model: String::new(),
            unit: "x".into(),
            price: Money(1_000),
            returnable: n == 0,
        };
        commands.push(Command::Part(id, part::Command::Save { part: Box::new(part) }));
        let count = stock::Command::Count { quantity: 5 };
        commands.push(Command::Stock(Place::Store, id, count));
    }
    commands
}

/// A moment of a run on the true clock.
pub fn moment(now: u64) -> Timestamp {
    Timestamp(START + now as i64)
}
