//! What people do, and the disasters that meet their devices, the server and the plans.

use std::rc::Rc;

use domain::{
    Command, Envelope, Id, Key, Row,
    ledger::Journal,
    replica::Replica,
    ticket,
    user::{self, User},
    visit,
};

use crate::{
    cast::moment,
    deeds::Mind,
    disk::Disk,
    phone::{Phone, Tab, Wish},
    server::{Letter, Parcel},
    world::{Deed, Event, World},
};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;
const PHONES_MAX: usize = 12;

impl World {
    /// A person at a device does something, or opens the app to do it.
    pub fn act(&mut self, phone: usize) {
        if self.healing {
            return;
        }
        let pause = self.dice.pause(4_000);
        self.after(pause, Event::Act { phone });
        let at = self.clock(phone);
        let now = self.now;
        let it = &mut self.phones[phone];
        let place = self.dice.place(it.tabs.len());
        let tab = it.tabs.get_mut(place).filter(|tab: &&mut Tab| tab.frozen_until <= now);
        let Some(tab) = tab else {
            return self.after(1, Event::Open { phone });
        };
        let (Some(replica), life) = (&tab.replica, tab.life) else { return };
        if self.dice.chance(100)
            && let Some((seq, _)) = replica.journal().iter().find(|(_, entry)| !entry.read)
        {
            tab.wishes.push_back(Wish::Read(*seq));
            return self.pump(phone, life);
        }
        let Some(user) = domain::Lookup::find::<User>(replica, it.user) else { return };
        let mind = Mind {
            dice: &mut self.dice,
            known: &mut self.known,
            view: replica,
            me: &user,
            now: at,
            office: &self.weather.office,
        };
        let Some((command, numbers)) = mind.think() else { return };
        if replica.would(at, &command).is_err() {
            self.counts.refused_here += 1;
            return;
        }
        let note = match &command {
            Command::Ticket(id, ticket::Command::Note { .. }) => Some(Key::of(*id)),
            Command::Visit(id, _, visit::Command::Progress { .. }) => Some(Key::of(*id)),
            _ => None,
        };
        if matches!(command, Command::User(..)) {
            self.counts.revoked += 1;
        }
        let mid = self.dice.id(at.0);
        if self.dice.chance(self.weather.server.poison) {
            self.server.poison.insert(mid);
        } else if self.dice.chance(4) {
            self.strange.insert(mid);
        }
        self.deeds.insert(mid, Deed { phone, saved: false, lost: false, note });
        let envelope = Box::new(Envelope { mid, by: user.id, at, doubtful: false, command });
        if let Some(tab) = self.phones[phone].tab(life) {
            tab.wishes.push_back(Wish::Send { envelope, numbers });
        }
        self.pump(phone, life);
    }

    /// The person signs in with the password.
    pub fn sign_in(&mut self, phone: usize) {
        if self.healing {
            // An order that was still on its way may have sent somebody home again.
            self.bring_back();
        }
        let it = &self.phones[phone];
        let books = self.server.memory.now();
        let active = books.user(it.user).is_some_and(|user| user.active);
        if !active || it.offline_until > self.now {
            let usual = if self.healing { 500 } else { 10 * MINUTE_MS };
            let pause = self.dice.pause(usual);
            return self.after(pause, Event::SignIn { phone });
        }
        let session = self.next_life();
        let it = &mut self.phones[phone];
        self.server.sessions.insert(session, it.user);
        it.session = Some(session);
        let lives: Vec<u64> = it.tabs.iter().map(|tab| tab.life).collect();
        for life in &lives {
            if let Some(tab) = self.phones[phone].tab(*life) {
                tab.stopped = false;
                tab.wake = Some(domain::talk::Wake::Person);
            }
            self.after(1, Event::Turn { phone, life: *life });
        }
        if lives.is_empty() {
            self.after(1, Event::Open { phone });
        }
    }

    /// The server no longer knows the session: sending stops, working goes on.
    pub fn signed_out_by_server(&mut self, phone: usize) {
        let it = &mut self.phones[phone];
        it.session = None;
        it.tabs.iter_mut().for_each(|tab| tab.stopped = true);
        let usual = if self.healing { 1_000 } else { 20 * MINUTE_MS };
        let pause = self.dice.pause(usual);
        self.after(pause, Event::SignIn { phone });
    }

    /// Something goes wrong somewhere.
    pub fn trouble(&mut self) {
        if self.healing {
            return;
        }
        let pause = self.dice.pause(8_000);
        self.after(pause, Event::Trouble);
        let phone = self.dice.place(self.phones.len());
        self.trouble_at(phone);
        self.trouble_at_the_server();
        self.trouble_in_the_office();
        if self.dice.chance(12) {
            // A holiday: nobody touches anything.
            self.now += self.dice.between(1, 50) * DAY_MS;
        }
    }

    fn trouble_at(&mut self, phone: usize) {
        let client = self.weather.client.clone();
        let now = self.now;
        if self.dice.chance(client.kill) {
            let it = &mut self.phones[phone];
            if !it.tabs.is_empty() {
                let place = self.dice.place(it.tabs.len());
                it.tabs.remove(place);
                self.counts.killed += 1;
            }
        }
        if self.dice.chance(client.power_cut) {
            let it = &mut self.phones[phone];
            it.tabs.clear();
            self.counts.power_lost_rows += u64::from(it.disk.power_cut());
        }
        if self.dice.chance(client.freeze) {
            let hours = self.dice.pause(2 * HOUR_MS);
            if let Some(tab) = self.phones[phone].tabs.first_mut() {
                tab.frozen_until = now + hours;
                self.counts.thaw += 1;
            }
        }
        if self.dice.chance(client.offline) {
            let pause = self.dice.pause(10 * MINUTE_MS);
            self.phones[phone].offline_until = now + pause;
        }
        if self.dice.chance(client.new_tab) {
            self.after(1, Event::Open { phone });
        }
        if self.dice.chance(client.evict) {
            self.evict(phone);
        }
        if self.dice.chance(client.lose_rows) {
            self.lose_a_row(phone);
        }
        if self.dice.chance(client.clone) && self.phones.len() < PHONES_MAX {
            self.clone_profile(phone);
        }
        if self.dice.chance(client.blocked) {
            let pause = self.dice.pause(MINUTE_MS);
            self.phones[phone].disk.blocked_until = now + pause;
        }
        if self.dice.chance(client.session_ends)
            && let Some(session) = self.phones[phone].session
        {
            self.server.sessions.remove(&session);
            self.counts.session += 1;
        }
        if self.dice.chance(client.sign_out) {
            self.sign_out(phone);
        }
        if self.dice.chance(client.clock_jump) {
            let years = self.dice.below(20) as i64 - 10;
            self.phones[phone].clock_ahead = years * 365 * DAY_MS as i64;
            self.counts.clock += 1;
        }
    }

    /// The browser threw the database away; perhaps the second journal is still there.
    fn evict(&mut self, phone: usize) {
        let keeps = self.dice.chance(600);
        let it = &mut self.phones[phone];
        let Disk { kept, second, .. } = std::mem::take(&mut it.disk);
        it.tabs.clear();
        it.damaged = false;
        // The second journal may still hold what an earlier eviction took.
        let journal = kept.journal.values().map(|entry| entry.envelope.mid);
        let held: Vec<_> = journal.chain(second.keys().copied()).collect();
        if keeps {
            it.disk.second = second;
        }
        for mid in held {
            if let Some(deed) = self.deeds.get_mut(&mid)
                && deed.phone == phone
                && !it.disk.second.contains_key(&mid)
            {
                deed.lost = true;
            }
        }
        self.counts.evicted += 1;
        self.after(MINUTE_MS, Event::Open { phone });
    }

    /// A stored row is gone, and nobody was told.
    fn lose_a_row(&mut self, phone: usize) {
        let it = &mut self.phones[phone];
        let keys: Vec<Key> = it.disk.kept.rows.keys().copied().collect();
        if let Some(key) = self.dice.pick(&keys) {
            it.disk.kept.rows.remove(key);
            it.damaged = true;
            it.lost_on_the_way = it.disk.kept.head.as_ref().is_some_and(|head| head.walk.is_some());
            // What the tabs hold in memory would hide it.
            it.tabs.clear();
            self.counts.rows_lost += 1;
            self.after(1_000, Event::Open { phone });
        }
    }

    /// The profile is copied to a second device, which goes on by itself.
    fn clone_profile(&mut self, phone: usize) {
        let it = &self.phones[phone];
        if it.disk.kept.head.is_none() {
            return;
        }
        let twin = Phone {
            disk: it.disk.clone(),
            session: it.session,
            damaged: it.damaged,
            lost_on_the_way: it.lost_on_the_way,
            ..Phone::new(it.user)
        };
        self.phones.push(twin);
        let phone = self.phones.len() - 1;
        self.counts.cloned += 1;
        self.after(1_000, Event::Open { phone });
        self.after(20_000, Event::Act { phone });
    }

    /// The person signs out: the device is emptied, unless something waits on it.
    fn sign_out(&mut self, phone: usize) {
        let it = &mut self.phones[phone];
        let Some(session) = it.session.take() else { return };
        self.server.sessions.remove(&session);
        it.tabs.clear();
        let waits = it.disk.load().is_some_and(|replica: Replica| replica.waiting().unanswered > 0);
        if waits || it.disk.kept.head.is_none() {
            self.counts.sign_out_kept += u64::from(waits);
        } else {
            for entry in it.disk.kept.journal.values() {
                if let Some(deed) = self.deeds.get_mut(&entry.envelope.mid) {
                    deed.lost |= deed.phone == phone;
                }
            }
            it.disk = Disk::default();
            it.damaged = false;
            self.counts.signed_out += 1;
        }
        let pause = self.dice.pause(10 * MINUTE_MS);
        self.after(pause, Event::SignIn { phone });
    }

    fn trouble_at_the_server(&mut self) {
        let server = self.weather.server.clone();
        if self.dice.chance(server.kill) {
            let place = self.dice.place(self.server.processes.len());
            self.kill_process(place);
        }
        if self.dice.chance(server.prune) {
            let newest = self.server.memory.newest();
            let commit = newest.saturating_sub(self.dice.place(newest + 1) / 2);
            self.server.memory.prune(commit);
            let floor = self.server.memory.now().history().map_or(0, |history| history.floor);
            let epoch = self.server.memory.epoch;
            let behind = |phone: &&Phone| {
                let head = phone.disk.kept.head.as_ref();
                head.is_some_and(|head| head.cursor.epoch == Some(epoch) && head.cursor.v < floor)
            };
            self.counts.log_pruned += self.phones.iter().filter(behind).count() as u64;
        }
        if self.dice.chance(200) {
            self.server.backups.push((self.server.memory.newest(), self.now));
        }
        if self.dice.chance(server.restore) {
            self.restore();
        }
    }

    fn trouble_in_the_office(&mut self) {
        let office = self.weather.office.clone();
        if self.dice.chance(office.retire) {
            let people = self.known.people.clone();
            let books = self.server.memory.now();
            if let Some(id) = self.dice.pick(&people).copied()
                && let Some(user) = books.user(id).cloned()
            {
                let user = User { active: !user.active, ..user };
                self.counts.retired += u64::from(!user.active);
                self.order_soon(save(id, user));
            }
        }
        if self.dice.chance(office.age) {
            self.age();
        }
    }

    /// Everybody works again.
    pub fn bring_back(&mut self) {
        let people = self.known.people.clone();
        let mut commands = Vec::new();
        for id in people {
            if let Some(user) = self.server.memory.now().user(id)
                && !user.active
            {
                commands.push(save(id, User { active: true, ..user.clone() }));
            }
        }
        for command in commands {
            self.order_soon(command);
        }
    }

    /// The nightly order that takes finished tickets off the phones, when their time has come.
    fn age(&mut self) {
        let now = moment(self.now);
        let due: Vec<Id<ticket::Ticket>> = (self.server.memory.now().all())
            .filter_map(|(_, version)| match &*version.row {
                Row::Ticket(ticket) if ticket.ages_at().is_some_and(|due| due <= now) => {
                    Some(ticket.id)
                }
                _ => None,
            })
            .collect();
        for id in due {
            self.counts.aged += 1;
            self.order_soon(Command::Ticket(id, ticket::Command::AgeOut));
        }
    }

    fn order_soon(&mut self, command: Command) {
        let order = (self.dice.id(moment(self.now).0), moment(self.now), command);
        let parcel = Parcel::Orders(Rc::new(vec![order]));
        let letter = Letter {
            phone: 0,
            life: 0,
            number: 0,
            session: None,
            user: user::SYSTEM,
            parcel,
            alone: false,
        };
        self.after(1, Event::Reach { letter });
    }
}

fn save(id: Id<User>, user: User) -> Command {
    Command::User(id, user::Command::Save { user: Box::new(user) })
}
