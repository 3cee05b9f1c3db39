//! Promises of a replica, against a server small enough to read.

use uuid::Uuid;

use super::*;
use crate::wire::ROWS_MAX;
use crate::{
    ledger::{self, Ledger, memory::Memory},
    part_request, scope,
    stock::{self, Place, Stock},
    ticket::Ticket,
    user::{Role, User},
    visit,
    visit::Stage,
    wire::Put,
    world::{
        BOARD, COORDINATOR, FIRST, KEEPER, LI, SECOND, SHEET, TICKET, WANG, World, dispatch,
        inspect, intake, register, use_board,
    },
};

/// A server with its books in memory, for Li.
struct Server {
    books: Memory,
    now: Timestamp,
    mids: u128,
}

impl Server {
    fn new(world: World) -> Self {
        let mut books = Memory::new(Uuid::from_u128(9));
        let mut draft = books.begin();
        let v = draft.next_v();
        for row in world.rows.values() {
            draft.put(row, v).unwrap();
        }
        let changes = draft.done();
        books.commit(changes);
        let mut server = Self { books, now: world.now(), mids: 0xF000 };
        server.register(1);
        server.register(2);
        server
    }

    fn register(&mut self, n: u128) {
        self.books.register(Id::new(Uuid::from_u128(n)), LI, "K7Q");
    }

    fn act(&mut self, by: Id<User>, command: Command) -> Outcome {
        self.mids += 1;
        self.now = self.now.plus_minutes(1);
        let mut draft = self.books.begin();
        let order = (Uuid::from_u128(self.mids), self.now, command);
        let outcome = ledger::order(&mut draft, by, &order, self.now).unwrap();
        let changes = draft.done();
        self.books.commit(changes);
        outcome
    }

    fn answer(&mut self, request: &Request) -> Response {
        self.now = self.now.plus_minutes(1);
        let mut draft = self.books.begin();
        let push = ledger::push(&mut draft, LI, request, self.now, &|_| false).unwrap();
        let changes = draft.done();
        self.books.commit(changes);
        self.look(request, push)
    }

    /// The answer of a request that changes nothing.
    fn look(&self, request: &Request, push: Push) -> Response {
        let grants = scope::grants(&self.books.find(LI).unwrap());
        ledger::answer(&self.books, request, push, Some(&grants), self.now).unwrap()
    }

    /// What Li should hold.
    fn view(&self) -> BTreeMap<Key, u64> {
        let grants = scope::grants(&self.books.find(LI).unwrap());
        self.books.view(&grants).into_iter().map(|(key, (v, _))| (key, v)).collect()
    }

    fn visit(&self, id: Id<visit::Visit>) -> visit::Visit {
        let ticket: Ticket = self.books.find(TICKET).unwrap();
        ticket.visit(id).cloned().unwrap()
    }

    fn steps(&self) -> Vec<String> {
        self.visit(FIRST).steps.into_iter().map(|step| step.text).collect()
    }

    /// As many more rows as it takes to have something to walk through.
    fn teams(&mut self, count: u128) {
        for n in 0..count {
            let id = Id::new(Uuid::from_u128(0x7000 + n));
            let team = crate::team::Team { id, name: format!("网点{n}"), region: String::new() };
            let save = crate::team::Command::Save { team };
            self.act(crate::world::ADMINISTRATOR, Command::Team(id, save));
        }
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
        self.send(Command::Visit(TICKET, visit, command))
    }

    fn send(&mut self, command: Command) -> Result<(), Refusal> {
        let envelope = self.seal(command);
        let plan = self.replica.send(envelope, 0)?;
        self.replica.commit(plan);
        Ok(())
    }

    fn seal(&mut self, command: Command) -> Envelope {
        self.mids += 1;
        let (mid, at) = (Uuid::from_u128(self.mids), Timestamp(1_777_700_000_000));
        Envelope { mid, by: LI, at, doubtful: false, command }
    }

    fn ask(&self) -> Request {
        self.replica.request("test", Timestamp(0))
    }

    fn hear(&mut self, asked: &Request, response: Response) -> bool {
        let Some(plan) = self.replica.merge(asked, response, Timestamp(1)) else { return false };
        self.replica.commit(plan);
        true
    }

    fn sync(&mut self, server: &mut Server) {
        loop {
            let request = self.ask();
            let response = server.answer(&request);
            let again = response.more || response.push != Push::Done;
            assert!(self.hear(&request, response));
            if !again && !self.replica.is_owed() {
                break;
            }
        }
    }

    /// Is led through its whole view again, a few rows at a time and dying after each, and looks each time. Answers how
    /// often `first` had come with what the server made of it, and `last` had not.
    fn walk_again(
        &mut self,
        server: &mut Server,
        (first, last): (Key, Key),
        look: impl Fn(&Self),
    ) -> u32 {
        let before = self.held();
        let mut half_way = 0;
        self.replica.head.cursor = Cursor::default();
        while self.replica.is_owed() {
            let mut request = self.ask();
            request.stretch.iter_mut().for_each(|ask| ask.budget = 200);
            let response = server.answer(&request);
            assert!(self.hear(&request, response));
            let came = |key| self.held().get(&key) > before.get(&key);
            half_way += u32::from(came(first) && !came(last));
            look(self);
            self.restart();
            look(self);
        }
        assert_eq!(self.held(), server.view());
        half_way
    }

    /// Which rows it holds, with their revisions.
    fn held(&self) -> BTreeMap<Key, u64> {
        self.replica
            .confirmed
            .iter()
            .map(|(key, row)| (*key, row.revision(self.replica.head.era)))
            .collect()
    }

    fn stage(&self) -> Option<Stage> {
        let ticket: Ticket = self.replica.find(TICKET)?;
        ticket.visit_of(LI).map(|visit| visit.stage)
    }

    fn steps(&self) -> Vec<String> {
        let ticket: Ticket = self.replica.find(TICKET).unwrap();
        let visit = ticket.visit_of(LI).unwrap();
        visit.steps.iter().map(|step| step.text.clone()).collect()
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
    assert_eq!(server.visit(FIRST).stage, Stage::EnRoute);
}

#[test]
fn what_one_press_does_is_done_whole_or_not_at_all() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let mut phone = Phone::of_li(&mut server);
    let on_the_way = || Command::Visit(TICKET, FIRST, visit::Command::Depart);
    let there = || Command::Visit(TICKET, FIRST, visit::Command::Arrive { consent: true });
    let twice = [phone.seal(on_the_way()), phone.seal(there()), phone.seal(on_the_way())];
    let refusal = phone.replica.send_all(&twice, 1).expect_err("nobody departs who has arrived");
    let would = |commands| phone.replica.would_all(twice[0].at, commands);
    assert_eq!(
        would(vec![on_the_way(), there(), on_the_way()]),
        Err(refusal),
        "and the button says so"
    );
    assert_eq!(would(vec![on_the_way(), there()]), Ok(()));

    // The second is only possible after the first.
    let plan = phone.replica.send_all(&twice[..2], 1).unwrap();
    assert_eq!((plan.head.seq, plan.head.numbers), (2, 1));
    phone.replica.commit(plan);
    phone.restart();
    assert_eq!(phone.stage(), Some(Stage::Arrived));
    assert!(twice[..2].iter().all(|envelope| phone.replica.has_written(envelope.mid)));
    phone.sync(&mut server);
    assert_eq!(server.visit(FIRST).stage, Stage::Arrived);
    assert_eq!(phone.replica.waiting(), Waiting::default());
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
    assert_eq!(server.steps(), ["拆机", "换板"]);
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
    assert!(!phone.hear(&slow, answer));
    assert_eq!(phone.stage(), Some(Stage::EnRoute));
}

#[test]
fn a_refusal_is_told_until_it_is_read_and_the_entry_is_kept() {
    let mut server = Server::new(World::at(Stage::Assigned));
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, visit::Command::Accept).unwrap();
    let give_away = Command::Ticket(TICKET, dispatch(SECOND, WANG, "就近"));
    server.act(COORDINATOR, give_away);
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
    server.act(COORDINATOR, give_away);
    // The rows arrive, but the answer to what was pushed is another round's.
    let mut request = phone.ask();
    request.envelopes.clear();
    let response = server.answer(&request);
    assert_eq!(response.gone, [Key::of(TICKET)]);
    phone.hear(&request, response);
    assert_eq!(phone.stage(), Some(Stage::EnRoute), "frozen, with the work on top");
    phone.restart();
    assert_eq!(phone.stage(), Some(Stage::EnRoute));
    phone.sync(&mut server);
    assert_eq!(phone.replica.waiting().attention, 1, "told that it had been given away");
    assert_eq!(phone.stage(), None, "and then it is gone");
    assert_eq!(server.visit(FIRST).stage, Stage::EnRoute, "the trip is kept");
}

#[test]
fn the_effect_does_not_flicker_while_stretches_arrive() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let mut phone = Phone::of_li(&mut server);
    server.teams(20);
    phone.act(FIRST, visit::Command::Depart).unwrap();
    // It is led through the view again, a few rows at a time.
    phone.replica.head.cursor = Cursor::default();
    let mut stretches = 0;
    loop {
        let mut request = phone.ask();
        request.stretch.iter_mut().for_each(|ask| ask.budget = 200);
        let response = server.answer(&request);
        stretches += u32::from(matches!(response.mode, Mode::Stretch(_)));
        phone.hear(&request, response);
        assert_eq!(phone.stage(), Some(Stage::EnRoute));
        if !phone.replica.is_owed() {
            break;
        }
        phone.restart();
    }
    assert!(stretches > 3);
    assert!(phone.replica.is_confirmed(Key::of(TICKET)));
    assert_eq!(phone.held(), server.view());
}

#[test]
fn a_signed_sheet_stays_as_it_was_while_a_walk_brings_its_ticket_first() {
    let mut world = World::at(Stage::Finished);
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    let sign = world.sign(Some(true));
    let mut server = Server::new(world);
    let mut phone = Phone::of_li(&mut server);
    server.teams(20);
    phone.act(FIRST, sign).unwrap();
    let half_way = phone.walk_again(&mut server, (Key::of(TICKET), Key::of(SHEET)), |phone| {
        let ticket: Ticket = phone.replica.find(TICKET).unwrap();
        assert_eq!(ticket.visit(FIRST).unwrap().stage, Stage::Signed);
        assert_eq!(phone.replica.find(SHEET).map(|sheet| sheet.revision), Some(1));
    });
    assert!(half_way > 0);
}

#[test]
fn a_bag_stays_as_it_was_left_while_a_walk_brings_the_ticket_first() {
    let bag = Stock::id_of(Place::Person(LI), BOARD);
    let mut world = World::at(Stage::Repairing);
    let count = stock::Command::Count { quantity: 3 };
    world.act(KEEPER, Command::Stock(Place::Person(LI), BOARD, count)).unwrap();
    let mut server = Server::new(world);
    let mut phone = Phone::of_li(&mut server);
    server.teams(20);
    phone.act(FIRST, use_board(1)).unwrap();
    phone.act(FIRST, use_board(2)).unwrap();
    phone.act(FIRST, visit::Command::RemovePart { part_use: Uuid::from_u128(1) }).unwrap();
    let half_way = phone.walk_again(&mut server, (Key::of(TICKET), Key::of(bag)), |phone| {
        assert_eq!(phone.replica.find(bag).map(|stock| stock.quantity), Some(2));
    });
    assert!(half_way > 0);
}

#[test]
fn parts_that_were_received_stay_in_the_bag_while_a_walk_brings_the_request_first() {
    let (bag, request) = (Stock::id_of(Place::Person(LI), BOARD), Id::new(Uuid::from_u128(700)));
    let mut world = World::at(Stage::Repairing);
    let count = stock::Command::Count { quantity: 3 };
    world.act(KEEPER, Command::Stock(Place::Person(LI), BOARD, count)).unwrap();
    let line = part_request::Line {
        part: Some(BOARD),
        code: String::new(),
        name: "主控板".into(),
        quantity: 2,
        reason: String::new(),
    };
    let submit = part_request::Command::Submit {
        ticket: TICKET,
        ticket_number: String::new(),
        lines: vec![line],
        needed_by: None,
        urgent: false,
        note: String::new(),
    };
    let way = [
        (LI, submit),
        (KEEPER, part_request::Command::Approve),
        (KEEPER, part_request::Command::Issue),
    ];
    for (by, command) in way {
        world.act(by, Command::PartRequest(request, command)).unwrap();
    }
    let mut server = Server::new(world);
    let mut phone = Phone::of_li(&mut server);
    server.teams(20);
    phone.send(Command::PartRequest(request, part_request::Command::Receive)).unwrap();
    let half_way = phone.walk_again(&mut server, (Key::of(request), Key::of(bag)), |phone| {
        assert_eq!(phone.replica.find(bag).map(|stock| stock.quantity), Some(5));
    });
    assert!(half_way > 0);
}

#[test]
fn a_new_customer_and_machine_stay_in_sight_while_a_walk_brings_their_ticket_first() {
    let ticket: Id<Ticket> = Id::new(Uuid::from_u128(800));
    let mut world = World::new();
    let li = User { roles: vec![Role::Agent], ..world.rows.find(LI).unwrap() };
    world.rows.insert(Key::of(LI), Row::from(li).into());
    let mut server = Server::new(world);
    let mut phone = Phone::of_li(&mut server);
    server.teams(20);
    let (intake, register) = (intake(), register());
    phone.send(Command::Ticket(ticket, register)).unwrap();
    let (customer, machine) = (intake.contact.customer.unwrap(), intake.machine.machine.unwrap());
    let half_way = phone.walk_again(&mut server, (Key::of(ticket), Key::of(machine)), |phone| {
        assert_eq!(phone.replica.find(customer).map(|it| it.name), Some("陈国华".into()));
        assert_eq!(phone.replica.find(machine).map(|it| it.serial), Some("SN001".into()));
    });
    assert!(half_way > 0);
}

#[test]
fn a_bag_nobody_told_of_is_not_made_up_where_the_answers_were_lost() {
    let bag = Stock::id_of(Place::Person(LI), BOARD);
    let mut world = World::at(Stage::Repairing);
    let count = stock::Command::Count { quantity: 3 };
    world.act(KEEPER, Command::Stock(Place::Person(LI), BOARD, count)).unwrap();
    let mut server = Server::new(world);
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, use_board(1)).unwrap();
    phone.sync(&mut server);
    let sealed = phone.replica.journal().values().map(|entry| entry.envelope.clone());
    let sealed: Vec<Envelope> = sealed.collect();
    phone.replica = Replica::new(LI, registered(2));
    phone.replica.commit(phone.replica.adopt(sealed).unwrap());
    let half_way = phone.walk_again(&mut server, (Key::of(TICKET), Key::of(bag)), |phone| {
        let shown = phone.replica.find(bag).map(|stock| stock.quantity);
        assert!(matches!(shown, None | Some(2)), "{shown:?}");
    });
    assert!(half_way > 0);
}

#[test]
fn a_view_that_lacks_rows_says_so_until_they_are_there() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let Replica { head, mut confirmed, frozen, journal, .. } = Phone::of_li(&mut server).replica;
    let rest = confirmed.split_off(&Key::of(TICKET));
    let mut replica = Replica::restore(head, confirmed, frozen, journal).lacking_rows();
    assert!(!replica.is_whole());
    replica.fill(rest);
    assert!(replica.is_whole());
    assert!(replica.find(TICKET).is_some());
}

#[test]
fn a_first_walk_ends_with_the_whole_view_although_it_changes_meanwhile() {
    let mut server = Server::new(World::at(Stage::Accepted));
    server.teams(20);
    let mut phone = Phone { replica: Replica::new(LI, registered(1)), mids: 0x9000 };
    let mut walking = true;
    while walking {
        let mut request = phone.ask();
        request.stretch.iter_mut().for_each(|ask| ask.budget = 300);
        let response = server.answer(&request);
        phone.hear(&request, response);
        walking = phone.replica.is_owed();
        let give_away = Command::Ticket(TICKET, dispatch(SECOND, WANG, "就近"));
        if walking && server.act(COORDINATOR, give_away).v().is_some() {
            server.teams(3);
        }
    }
    phone.sync(&mut server);
    assert_eq!(phone.held(), server.view());
    assert_eq!(phone.stage(), None, "given away during the walk");
}

#[test]
fn whoever_is_far_behind_walks_and_hears_only_what_changed() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let mut phone = Phone::of_li(&mut server);
    server.teams(ROWS_MAX as u128 + 1);
    let request = phone.ask();
    let response = server.answer(&request);
    assert!(matches!(&response.mode, Mode::Stretch(stretch) if stretch.since > 0));
    assert!(response.puts.iter().all(|put| put.kind == "team"));
    phone.hear(&request, response);
    phone.sync(&mut server);
    assert_eq!(phone.held(), server.view());
    assert_eq!(phone.replica.head().diverged, 0);
}

#[test]
fn sums_that_do_not_agree_are_noticed_and_mended() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let mut phone = Phone::of_li(&mut server);
    let ticket = Key::of(TICKET);
    phone.replica.confirmed.get_mut(&ticket).unwrap().v -= 1;
    let user = *phone.replica.confirmed.keys().next().unwrap();
    phone.replica.confirmed.remove(&user);
    phone.replica.head.summed_at = None;
    phone.sync(&mut server);
    assert_eq!(phone.replica.head().diverged, 1);
    assert_eq!(phone.held(), server.view());
}

#[test]
fn old_answers_leave_the_journal_and_unread_ones_do_not() {
    let mut server = Server::new(World::at(Stage::Repairing));
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, visit::Command::Progress { text: "拆机".into() }).unwrap();
    phone.sync(&mut server);
    server.now = server.now.plus_minutes(29 * 24 * 60);
    phone.sync(&mut server);
    assert_eq!(phone.replica.journal().len(), 1, "a restored server may still ask");
    server.now = server.now.plus_minutes(2 * 24 * 60);
    phone.act(FIRST, visit::Command::Progress { text: "换板".into() }).unwrap();
    phone.sync(&mut server);
    let left: Vec<u64> = phone.replica.journal().keys().copied().collect();
    assert_eq!(left, [2]);
    assert!(phone.replica.reaches());
}

#[test]
fn what_was_sealed_and_lost_is_taken_back_once() {
    let mut server = Server::new(World::at(Stage::Repairing));
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, visit::Command::Progress { text: "拆机".into() }).unwrap();
    phone.sync(&mut server);
    phone.act(FIRST, visit::Command::Progress { text: "换板".into() }).unwrap();
    let sealed: Vec<Envelope> =
        phone.replica.journal().values().map(|entry| entry.envelope.clone()).collect();
    // The database is gone; what the second journal kept goes up from a new replica.
    phone.replica = Replica::new(LI, registered(2));
    let plan = phone.replica.adopt(sealed.clone()).unwrap();
    phone.replica.commit(plan);
    assert_eq!(phone.replica.adopt(sealed), None);
    assert_eq!(phone.replica.waiting().unanswered, 2);
    phone.sync(&mut server);
    assert_eq!(server.steps(), ["拆机", "换板"]);
    assert_eq!(phone.replica.waiting().unanswered, 0);
}

#[test]
fn what_the_rows_hold_already_is_not_shown_twice_where_the_answer_was_lost() {
    let mut server = Server::new(World::at(Stage::Repairing));
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, visit::Command::Progress { text: "拆机".into() }).unwrap();
    phone.sync(&mut server);
    let sealed = phone.replica.journal().values().map(|entry| entry.envelope.clone());
    let sealed: Vec<Envelope> = sealed.collect();
    // The database was emptied, the rows came again, and only then the second journal was read.
    phone.replica = Replica::new(LI, registered(2));
    phone.sync(&mut server);
    let plan = phone.replica.adopt(sealed).unwrap();
    phone.replica.commit(plan);
    assert_eq!(phone.steps(), ["拆机"]);
    assert_eq!(phone.replica.doubt(1), None);
    phone.sync(&mut server);
    assert_eq!(phone.steps(), ["拆机"]);
    assert_eq!(server.steps(), ["拆机"]);
}

#[test]
fn a_restored_server_gets_again_what_it_forgot() {
    let mut server = Server::new(World::at(Stage::Arrived));
    let mut phone = Phone::of_li(&mut server);
    let backup = server.books.clone();
    phone.act(FIRST, inspect()).unwrap();
    phone.sync(&mut server);
    assert_eq!(phone.replica.waiting().unanswered, 0);
    server.books = backup;
    server.books.history.epoch = Uuid::from_u128(10);
    assert_eq!(server.visit(FIRST).stage, Stage::Arrived);
    let request = phone.ask();
    let response = server.answer(&request);
    assert_eq!(response.push, Push::NeedFrom(1));
    phone.hear(&request, response);
    assert_eq!(phone.replica.waiting().unanswered, 1, "what was forgotten waits again");
    let waits: Vec<u64> = phone.replica.unanswered().map(|(seq, _)| seq).collect();
    assert_eq!(waits, [1], "and is named");
    assert_eq!(phone.stage(), Some(Stage::Inspecting), "and is still seen");
    phone.act(FIRST, crate::world::talk()).unwrap();
    phone.sync(&mut server);
    let visit = server.visit(FIRST);
    assert_eq!(visit.stage, Stage::Inspecting);
    assert!(visit.talk.is_some());
    assert_eq!(phone.stage(), Some(Stage::Inspecting));
    assert_eq!(phone.held(), server.view());
    assert_eq!(phone.replica.head().era, 1);
}

#[test]
fn a_refusal_that_a_restored_server_forgot_waits_and_is_no_answer() {
    let mut server = Server::new(World::at(Stage::Assigned));
    let mut phone = Phone::of_li(&mut server);
    let backup = server.books.clone();
    phone.act(FIRST, visit::Command::Accept).unwrap();
    server.act(COORDINATOR, Command::Ticket(TICKET, dispatch(SECOND, WANG, "就近")));
    phone.sync(&mut server);
    assert_eq!(phone.replica.unread().count(), 1);
    server.books = backup;
    server.books.history.epoch = Uuid::from_u128(10);
    let request = phone.ask();
    let response = server.answer(&request);
    phone.hear(&request, response);
    let waiting = phone.replica.waiting();
    assert_eq!((waiting.unanswered, waiting.attention), (1, 0), "said in one place, not in two");
}

#[test]
fn what_a_restored_server_decides_anew_from_an_old_request_is_heard() {
    let mut server = Server::new(World::at(Stage::Assigned));
    let mut phone = Phone::of_li(&mut server);
    let backup = server.books.clone();
    phone.act(FIRST, visit::Command::Accept).unwrap();
    let old = phone.ask();
    phone.sync(&mut server);
    server.books = backup;
    server.books.history.epoch = Uuid::from_u128(10);
    server.act(COORDINATOR, Command::Ticket(TICKET, dispatch(SECOND, WANG, "就近")));
    // A copy of the request that a network had kept arrives before the phone itself.
    server.answer(&old);
    phone.sync(&mut server);
    let entry = phone.replica.journal().values().next().unwrap();
    assert_eq!(entry.outcome, Some(Outcome::Refused { refusal: Refusal::CalledOff }));
    assert_eq!(phone.replica.waiting().attention, 1, "and its author is told");
}

#[test]
fn a_server_restored_to_before_this_phone_was_registered_gets_everything_again() {
    let mut server = Server::new(World::at(Stage::Repairing));
    let mut backup = server.books.clone();
    backup.replicas.clear();
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, visit::Command::Progress { text: "拆机".into() }).unwrap();
    phone.sync(&mut server);
    server.books = backup;
    server.books.history.epoch = Uuid::from_u128(10);
    let request = phone.ask();
    assert_eq!(server.answer(&request).push, Push::Fork);
    server.register(2);
    let plan = phone.replica.rechain(registered(2));
    phone.replica.commit(plan);
    assert_eq!(phone.replica.waiting().unanswered, 1);
    phone.sync(&mut server);
    assert_eq!(server.steps(), ["拆机"]);
}

#[test]
fn older_data_put_back_without_a_word_begins_another_history() {
    let mut server = Server::new(World::at(Stage::Repairing));
    let backup = server.books.clone();
    let mut phone = Phone::of_li(&mut server);
    phone.act(FIRST, visit::Command::Progress { text: "拆机".into() }).unwrap();
    phone.sync(&mut server);
    server.books = backup;
    phone.sync(&mut server);
    assert_eq!(server.steps(), ["拆机"]);
    assert_eq!(phone.replica.head().era, 1);
    assert_eq!(phone.held(), server.view());
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
    clone.hear(&request, response);
    assert_eq!(clone.replica.waiting().unanswered, 1, "a fork decides nothing");
    let plan = clone.replica.rechain(registered(2));
    clone.replica.commit(plan);
    clone.sync(&mut server);
    assert_eq!(clone.replica.waiting().unanswered, 0);
    assert_eq!(server.steps(), ["原机", "克隆"]);
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
    assert!((2..60).contains(&request.envelopes.len()));
    while phone.replica.waiting().unanswered > 0 {
        phone.sync(&mut server);
    }
    assert_eq!(server.visit(FIRST).steps.len(), 60);
}

#[test]
fn a_row_of_a_kind_this_app_does_not_know_is_left_alone() {
    let mut server = Server::new(World::at(Stage::Accepted));
    let mut phone = Phone::of_li(&mut server);
    let request = phone.ask();
    let mut response = server.answer(&request);
    let strange = Put::new(Key::of(TICKET), 99, r#"{"strange": true}"#.into()).unwrap();
    response.puts.push(Put { kind: "contract".into(), ..strange.clone() });
    response.puts.push(strange);
    assert!(phone.hear(&request, response));
    assert_eq!(phone.stage(), Some(Stage::Accepted));
}
