//! The ticket that every run begins with.

use domain::{
    Command, Id,
    ticket::{self, Priority},
    user::{Role, User},
};

use crate::{
    cast::{moment, person},
    deeds,
    world::World,
};

impl World {
    /// A customer has called before the first day, and somebody was sent.
    pub fn open_a_ticket(&mut self, people: &[User]) {
        let at = moment(0);
        let id = Id::new(self.dice.id(at.0));
        self.known.tickets.push(id);
        let visit = Id::new(self.dice.id(at.0));
        let engineers: Vec<Id<User>> = people
            .iter()
            .filter(|user| user.is_any(&[Role::Engineer]))
            .map(|user| user.id)
            .collect();
        let Some(&engineer) = self.dice.pick(&engineers) else { return };
        let triage = deeds::triage(person(1), at, Priority::P2);
        let reason = String::new();
        let dispatch = ticket::Command::Dispatch { visit, engineer, appointment: None, reason };
        let commands = [deeds::intake("first", at, None), triage, dispatch];
        let commands = commands.into_iter().map(|command| Command::Ticket(id, command)).collect();
        self.order_now(person(1), commands);
    }
}
