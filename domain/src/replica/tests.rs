//! Promises of a replica, against a server small enough to read.

use uuid::Uuid;

use super::*;
use crate::{
    scope,
    ticket::Ticket,
    user::User,
    visit,
    visit::Stage,
    wire::Put,
    world::{COORDINATOR, FIRST, LI, SECOND, TICKET, WANG, World, dispatch, inspect},
};

/// The server's side in memory: what it applied, what it said, who may see what.
struct Server {
    world: World,
    epoch: Uuid,
    v: u64,
    revisions: BTreeMap<Key, u64>,
    verdicts: BTreeMap<Id<Replica>, Vec<Verdict>>,
    rows_max: usize,
}

impl Server {
    fn new(world: World) -> Self {
        let revisions = world.rows.keys().map(|key| (*key, 1)).collect();
        let epoch = Uuid::from_u128(9);
        Self { world, epoch, v: 1, revisions, verdicts: BTreeMap::new(), rows_max: 300 }
    }

    fn act(&mut self, by: Id<User>, command: Command) -> Result<crate::Applied, Refusal> {
        let applied = self.world.act(by, command)?;
        if !applied.rows.is_empty() {
            self.v += 1;
        }
        for row in &applied.rows {
            self.revisions.insert(row.key(), self.v);
        }
        Ok(applied)
    }

    fn answer(&mut self, request: &Request) -> Response {
        let known = self.verdicts.entry(request.replica).or_default().clone();
        let last = known.len() as u64;
        let mut push = Push::Done;
        if request.prev_seq > last {
            push = Push::NeedFrom(last + 1);
        } else {
            for sent in &request.envelopes {
                if let Some(verdict) = known.get(sent.seq as usize - 1) {
                    if verdict.mid != sent.mid {
                        push = Push::Fork;
                    }
                    continue;
                }
                let command = serde_json::from_value(sent.command.clone()).unwrap();
                let told = self.verdicts.values().flatten().find(|v| v.mid == sent.mid).cloned();
                let outcome = match told {
                    Some(verdict) => verdict.outcome,
                    None => match self.act(sent.by, command) {
                        Ok(applied) if applied.rows.is_empty() => Outcome::Noop,
                        Ok(applied) => match applied.amendment {
                            None => Outcome::Applied { v: self.v },
                            Some(amendment) => Outcome::Amended { v: self.v, amendment },
                        },
                        Err(refusal) => Outcome::Refused { refusal },
                    },
                };
                let verdict = Verdict { seq: sent.seq, mid: sent.mid, outcome };
                self.verdicts.entry(request.replica).or_default().push(verdict);
            }
        }
        let reset = request.cursor.v > 0 && request.cursor.epoch != Some(self.epoch);
        let from = if reset { 0 } else { request.cursor.v };
        let grants = scope::grants(&self.world.rows.find(LI).unwrap());
        let mut changed: Vec<(u64, Key)> =
            self.revisions.iter().map(|(key, v)| (*v, *key)).filter(|(v, _)| *v > from).collect();
        changed.sort();
        let more = changed.len() > self.rows_max;
        changed.truncate(self.rows_max);
        let heard = if more { changed.last().map_or(from, |(v, _)| *v) } else { self.v };
        let mut response = Response {
            proto: PROTO,
            now: self.world.now(),
            push,
            server_seq: self.verdicts[&request.replica].len() as u64,
            verdicts: self.verdicts[&request.replica][request.prev_seq.min(last) as usize..]
                .to_vec(),
            reset,
            puts: Vec::new(),
            gone: Vec::new(),
            cursor: Cursor { epoch: Some(self.epoch), v: heard, grants: String::new() },
            more,
        };
        for (v, key) in changed {
            let row = &self.world.rows[&key];
            if scope::visible(row, &grants) {
                let body = serde_json::from_str(&row.to_json().unwrap()).unwrap();
                let kind = key.kind.word().into();
                response.puts.push(Put { kind, id: key.id, v, body });
            } else {
                response.gone.push(key);
            }
        }
        response
    }
}

fn registered(n: u128) -> Registered {
    Registered { replica: Id::new(Uuid::from_u128(n)), device_code: "K7Q".into() }
}

struct Phone {
    replica: Replica,
    mids: u128,
}

impl Phone {
    fn of_li(server: &mut Server) -> Self {
        let mut phone = Self { replica: Replica::new(LI, registered(1)), mids: 0x9000 };
        phone.sync(server);
        phone
    }

    fn act(&mut self, visit: Id<visit::Visit>, command: visit::Command) -> Result<(), Refusal> {
        self.mids += 1;
        let envelope = Envelope {
            mid: Uuid::from_u128(self.mids),
            by: LI,
            at: Timestamp(1_777_700_000_000),
            doubtful: false,
            command: Command::Visit(TICKET, visit, command),
        };
        let plan = self.replica.send(envelope, 0)?;
        self.replica.commit(plan);
        Ok(())
    }

    fn ask(&self) -> Request {
        self.replica.request("test", Timestamp(0))
    }

    fn hear(&mut self, asked: &Cursor, response: Response) -> bool {
        let Some(plan) = self.replica.merge(asked, response, Timestamp(1)) else { return false };
        self.replica.commit(plan);
        true
    }

    fn sync(&mut self, server: &mut Server) {
        loop {
            let request = self.ask();
            let response = server.answer(&request);
            let again = response.more || response.push != Push::Done;
            assert!(self.hear(&request.cursor, response));
            if !again {
                break;
            }
        }
    }

    fn stage(&self) -> Option<Stage> {
        let ticket: Ticket = self.replica.find(TICKET)?;
        ticket.visit_of(LI).map(|visit| visit.stage)
    }

    /// As if the app had been killed and started again.
    fn restart(&mut self) {
        let replica = self.replica.clone();
        self.replica =
            Replica::restore(replica.head, replica.confirmed, replica.frozen, replica.journal);
    }
}

#[test]
fn what_i_did_i_still_see_before_and_after_the_server_heard_it() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, visit::Command::Depart).unwrap();
    assert_eq!(phone.stage(), Some(Stage::EnRoute));
    assert_eq!(phone.replica.waiting().unanswered, 1);
    phone.restart();
    assert_eq!(phone.stage(), Some(Stage::EnRoute));
    phone.sync(&mut server);
    assert_eq!(phone.stage(), Some(Stage::EnRoute));
    assert_eq!(phone.replica.waiting(), Waiting::default());
    assert!(phone.replica.is_confirmed(Key::of(TICKET)));
    assert_eq!(server.world.visit(FIRST).stage, Stage::EnRoute);
}

#[test]
fn a_lost_answer_does_nothing_twice() {
    let mut server = Server::new(World::at(Stage::Repairing));
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, visit::Command::Progress { text: "拆机".into() }).unwrap();
    let lost = phone.ask();
    server.answer(&lost);
    phone.act(FIRST, visit::Command::Progress { text: "换板".into() }).unwrap();
    phone.sync(&mut server);
    let steps: Vec<String> =
        server.world.visit(FIRST).steps.into_iter().map(|step| step.text).collect();
    assert_eq!(steps, ["拆机", "换板"]);
    assert_eq!(phone.replica.waiting().unanswered, 0);
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let mut phone = Phone::of_li(&mut server);
    let slow = phone.ask();
    let answer = server.answer(&slow);
    phone.act(FIRST, visit::Command::Depart).unwrap();
    phone.sync(&mut server);
    assert!(!phone.hear(&slow.cursor, answer));
    assert_eq!(phone.stage(), Some(Stage::EnRoute));
}

#[test]
fn a_refusal_is_told_until_it_is_read_and_the_entry_is_kept() {
    let mut server = Server::new(World::at(Stage::Assigned));
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, visit::Command::Accept).unwrap();
    let give_away = Command::Ticket(TICKET, dispatch(SECOND, WANG, "就近"));
    server.act(COORDINATOR, give_away).unwrap();
    phone.sync(&mut server);
    assert_eq!(phone.replica.waiting().attention, 1);
    let (seq, entry) = phone.replica.journal().iter().next().unwrap();
    assert_eq!(entry.outcome, Some(Outcome::Refused { refusal: Refusal::CalledOff }));
    let plan = phone.replica.read(*seq);
    phone.replica.commit(plan);
    assert_eq!(phone.replica.waiting().attention, 0);
    assert_eq!(phone.replica.journal().len(), 1);
}

#[test]
fn a_ticket_given_away_stays_until_the_work_on_it_is_answered() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, visit::Command::Depart).unwrap();
    let give_away = Command::Ticket(TICKET, dispatch(SECOND, WANG, "就近"));
    server.act(COORDINATOR, give_away).unwrap();
    // The rows arrive, but the answer to what was pushed is another round's.
    let mut request = phone.ask();
    let cursor = request.cursor.clone();
    request.envelopes.clear();
    let response = server.answer(&request);
    assert_eq!(response.gone, [Key::of(TICKET)]);
    phone.hear(&cursor, response);
    assert_eq!(phone.stage(), Some(Stage::EnRoute), "frozen, with the work on top");
    phone.restart();
    assert_eq!(phone.stage(), Some(Stage::EnRoute));
    phone.sync(&mut server);
    assert_eq!(phone.replica.waiting().attention, 1, "told that it had been given away");
    assert_eq!(phone.stage(), None, "and then it is gone");
    assert_eq!(server.world.visit(FIRST).stage, Stage::EnRoute, "the trip is kept");
}

#[test]
fn the_effect_does_not_flicker_while_pages_arrive() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let mut phone = Phone::of_li(&mut server);
    for n in 0..20u128 {
        let id = Id::new(Uuid::from_u128(0x7000 + n));
        let team = crate::team::Team { id, name: format!("网点{n}"), region: String::new() };
        let save = crate::team::Command::Save { team };
        server.act(crate::world::ADMINISTRATOR, Command::Team(id, save)).unwrap();
    }
    server.rows_max = 3;
    phone.act(FIRST, visit::Command::Depart).unwrap();
    loop {
        let request = phone.ask();
        let response = server.answer(&request);
        let more = response.more;
        phone.hear(&request.cursor, response);
        assert_eq!(phone.stage(), Some(Stage::EnRoute));
        if !more {
            break;
        }
    }
    assert!(phone.replica.is_confirmed(Key::of(TICKET)));
}

#[test]
fn a_restored_server_gets_again_what_it_forgot() {
    let mut server = Server::new(World::at(Stage::Arrived));
    let backup = (server.world.clone(), server.v, server.revisions.clone());
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, inspect()).unwrap();
    phone.sync(&mut server);
    (server.world, server.v, server.revisions) = backup;
    server.verdicts.clear();
    server.epoch = Uuid::from_u128(10);
    assert_eq!(server.world.visit(FIRST).stage, Stage::Arrived);
    phone.act(FIRST, crate::world::talk()).unwrap();
    phone.sync(&mut server);
    let visit = server.world.visit(FIRST);
    assert_eq!(visit.stage, Stage::Inspecting);
    assert!(visit.talk.is_some());
    assert_eq!(phone.stage(), Some(Stage::Inspecting));
}

#[test]
fn a_cloned_phone_goes_on_as_a_new_replica_and_nothing_happens_twice() {
    let mut server = Server::new(World::at(Stage::Repairing));
    let mut phone = Phone::of_li(&mut server);
    let mut clone = Phone { replica: phone.replica.clone(), mids: 0xA000 };
    phone.act(FIRST, visit::Command::Progress { text: "原机".into() }).unwrap();
    phone.sync(&mut server);
    clone.act(FIRST, visit::Command::Progress { text: "克隆".into() }).unwrap();
    let request = clone.ask();
    let response = server.answer(&request);
    assert_eq!(response.push, Push::Fork);
    clone.hear(&request.cursor, response);
    assert_eq!(clone.replica.waiting().unanswered, 1, "a fork decides nothing");
    let plan = clone.replica.rechain(registered(2));
    clone.replica.commit(plan);
    clone.sync(&mut server);
    assert_eq!(clone.replica.waiting().unanswered, 0);
    let steps: Vec<String> =
        server.world.visit(FIRST).steps.into_iter().map(|step| step.text).collect();
    assert_eq!(steps, ["原机", "克隆"]);
}

#[test]
fn a_cloned_phone_that_only_listened_still_sends_what_it_does_next() {
    let mut server = Server::new(World::at(Stage::Repairing));
    let mut phone = Phone::of_li(&mut server);
    let mut clone = Phone { replica: phone.replica.clone(), mids: 0xA000 };
    phone.act(FIRST, visit::Command::Progress { text: "原机".into() }).unwrap();
    phone.sync(&mut server);
    clone.sync(&mut server);
    clone.act(FIRST, visit::Command::Progress { text: "克隆".into() }).unwrap();
    let response = server.answer(&clone.ask());
    assert_eq!(response.push, Push::Fork);
}

#[test]
fn a_plan_of_another_tab_is_recognised() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let phone = Phone::of_li(&mut server);
    let mut first = Phone { replica: phone.replica.clone(), mids: 1 };
    let second = Phone { replica: phone.replica, mids: 2 };
    let stale = second.replica.read(0);
    first.act(FIRST, visit::Command::Depart).unwrap();
    assert_ne!(&stale.expected, first.replica.head());
}

#[test]
fn requests_stay_small_and_a_large_envelope_still_travels() {
    let mut server = Server::new(World::at(Stage::Repairing));
    let mut phone = Phone::of_li(&mut server);
    for _ in 0..60 {
        phone.act(FIRST, visit::Command::Progress { text: "长".repeat(2000) }).unwrap();
    }
    let request = phone.ask();
    assert!((2..ENVELOPES_MAX).contains(&request.envelopes.len()));
    while phone.replica.waiting().unanswered > 0 {
        phone.sync(&mut server);
    }
    assert_eq!(server.world.visit(FIRST).steps.len(), 60);
}

#[test]
fn a_row_of_a_kind_this_app_does_not_know_is_left_alone() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let mut phone = Phone::of_li(&mut server);
    let request = phone.ask();
    let mut response = server.answer(&request);
    let body = serde_json::json!({"strange": true});
    response.puts.push(Put { kind: "contract".into(), id: Uuid::nil(), v: 99, body: body.clone() });
    response.puts.push(Put { kind: "ticket".into(), id: Uuid::nil(), v: 99, body });
    assert!(phone.hear(&request.cursor, response));
    assert_eq!(phone.stage(), Some(Stage::Accepted));
}
