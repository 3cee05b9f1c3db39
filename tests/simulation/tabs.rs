//! What a tab does, step by step: look, ask, hear, plan, write, publish. Between any two steps it may die.

use std::{mem, rc::Rc};

use domain::{
    canary::Canary,
    replica::{Found, Head, Replica},
    talk::{Fault, Heard, Standing, Turn, Wake},
    wire::{Mode, Push, Request, Response},
};

use crate::{
    disk::{Fate, Wrote},
    phone::{Asked, Question, Tab, Wish, Writing},
    server::{Letter, Parcel, Reply},
    world::{Event, World},
};

const DEADLINE_MS: u64 = 60_000;
const WRITE_TRIES: u32 = 4;
const PLANS_MAX: u32 = 20;

impl World {
    /// A page is opened: it reads what is kept.
    pub fn open(&mut self, phone: usize) {
        let now = self.now;
        let it = &mut self.phones[phone];
        if it.disk.blocked_until > now {
            let pause = it.disk.blocked_until - now + 1;
            return self.after(pause, Event::Open { phone });
        }
        if it.tabs.len() >= 3 || (it.session.is_none() && it.disk.kept.head.is_none()) {
            return;
        }
        let life = self.next_life();
        let replica = self.phones[phone].disk.load();
        if let Some(replica) = &replica {
            self.still_there(phone, replica);
            let resumed = replica.head().walk.as_ref().is_some_and(|walk| walk.after.is_some());
            self.counts.walk_resumed += u64::from(resumed);
        }
        let share = self.dice.between(0, 3);
        let it = &mut self.phones[phone];
        let mut tab = Tab::new(life, it.disk.load_first(share));
        tab.stopped = it.session.is_none();
        self.counts.two_tabs += u64::from(!it.tabs.is_empty());
        it.tabs.push(tab);
        let pause = self.dice.between(1, 50);
        self.after(pause, Event::Turn { phone, life });
        let pause = self.dice.between(1, 100);
        self.after(pause, Event::Rest { phone, life });
    }

    /// The tab reads what its first screen did not need.
    pub fn read_rest(&mut self, phone: usize, life: u64) {
        let it = &mut self.phones[phone];
        let Some(tab) = it.tabs.iter_mut().find(|tab| tab.life == life) else { return };
        if mem::take(&mut tab.reading) {
            let of_then = tab.replica.as_ref().map(|replica| replica.head().clone());
            self.counts.rest_overtaken += u64::from(of_then != it.disk.kept.head);
            it.disk.load_rest(&mut tab.replica);
            self.of_one_moment(phone, life);
            self.still_shown(phone, life);
        }
        self.adopt(phone, life);
        self.pump(phone, life);
    }

    /// Takes back what only the second journal has.
    fn adopt(&mut self, phone: usize, life: u64) {
        let it = &mut self.phones[phone];
        let Some(tab) = it.tabs.iter_mut().find(|tab| tab.life == life) else { return };
        let Some(replica) = &tab.replica else { return };
        let lost = it.disk.only_second(replica);
        if !lost.is_empty() {
            tab.wishes.push_back(Wish::Adopt(lost));
            self.pump(phone, life);
        }
    }

    /// The talk looks whether there is something to say.
    pub fn turn(&mut self, phone: usize, life: u64) {
        let now = self.clock(phone);
        let empty = Replica::default();
        let Some(tab) = self.phones[phone].tab(life) else { return };
        if tab.asked.is_some() || tab.is_hearing() || tab.stopped {
            return;
        }
        tab.asleep = false;
        tab.alarm += 1;
        if let Some(wake) = tab.wake.take() {
            tab.talk.wake(wake);
        }
        let known = tab.replica.is_some();
        let replica = tab.replica.as_ref().unwrap_or(&empty);
        match tab.talk.turn(replica, "sim", now) {
            Turn::Ask(request) if known => self.ask(phone, life, Question::Sync(Rc::from(request))),
            Turn::Ask(_) | Turn::Register => self.ask(phone, life, Question::Register),
            Turn::Rest => {
                let (owed, failed) = (replica.is_owed(), tab.failed);
                if owed && failed {
                    self.broke(format!("I10: tab {life} rests although work waits"));
                }
                let idle = self.dice.one([30_000, 5 * 60_000, 5 * 60_000]);
                self.sleep(phone, life, idle);
            }
            Turn::Wait(milliseconds) => self.sleep(phone, life, u64::from(milliseconds)),
            Turn::Stop => {
                if let Some(tab) = self.phones[phone].tab(life) {
                    tab.stopped = true;
                }
            }
        }
    }

    fn sleep(&mut self, phone: usize, life: u64, pause: u64) {
        let Some(tab) = self.phones[phone].tab(life) else { return };
        tab.asleep = true;
        let alarm = tab.alarm;
        self.after(pause, Event::Alarm { phone, life, alarm });
    }

    /// The time that was named has come.
    pub fn alarm(&mut self, phone: usize, life: u64, alarm: u64) {
        let Some(tab) = self.phones[phone].tab(life) else { return };
        if tab.asleep && tab.alarm == alarm {
            tab.talk.rested();
            self.turn(phone, life);
        }
    }

    /// Something happened that a sleeping talk should know.
    pub fn wake(&mut self, phone: usize, life: u64, wake: Wake) {
        let Some(tab) = self.phones[phone].tab(life) else { return };
        if tab.wake.is_none_or(|known| known == Wake::Journal) {
            tab.wake = Some(wake);
        }
        if tab.asleep {
            let pause = self.dice.between(1, 150);
            self.after(pause, Event::Turn { phone, life });
        }
    }

    fn ask(&mut self, phone: usize, life: u64, question: Question) {
        let number = self.next_life();
        let (now, stretch_bytes) = (self.now, self.weather.server.stretch_bytes);
        let it = &mut self.phones[phone];
        let (user, session, offline) = (it.user, it.session, it.offline_until > now);
        let Some(tab) = it.tabs.iter_mut().find(|tab| tab.life == life) else { return };
        let head = tab.replica.as_ref().map(|replica| replica.head().clone()).unwrap_or_default();
        let parcel = match &question {
            Question::Register => Parcel::Register,
            Question::Sync(request) => {
                let mut sent = (**request).clone();
                for sent in sent.envelopes.iter_mut() {
                    if self.strange.contains(&sent.mid) {
                        // As a newer app would write it.
                        sent.command = serde_json::json!({"strange": sent.mid});
                    }
                }
                if let Some(stretch) = &mut sent.stretch {
                    stretch.budget = stretch.budget.min(stretch_bytes).max(1);
                    self.counts.walk += u64::from(stretch.after.is_none());
                    self.counts.stretch_full += u64::from(
                        stretch.since == 0 && head.walk.as_ref().is_some_and(|walk| walk.since > 0),
                    );
                }
                let forgotten = sent.envelopes.iter().filter(|sent| {
                    let entry = tab
                        .replica
                        .as_ref()
                        .and_then(|replica| replica.journal().get(&(sent.seq + head.base)));
                    entry.is_some_and(|entry| entry.outcome.is_some())
                });
                self.counts.asked_again_after_restore += forgotten.count() as u64;
                Parcel::Sync(Rc::new(sent))
            }
        };
        tab.asked = Some(Asked { number, question, head });
        self.after(DEADLINE_MS, Event::Deadline { phone, life, number });
        let letter = Letter { phone, life, number, session, user, parcel, alone: false };
        if offline {
            let pause = self.dice.between(1, 200);
            let reply = Err(Fault::Unreachable);
            return self.after(pause, Event::Hear { phone, life, number, reply });
        }
        self.post(letter);
    }

    /// An answer, or that there is none.
    pub fn hear(&mut self, phone: usize, life: u64, number: u64, reply: Result<Reply, Fault>) {
        let dice = self.dice.next() as u32;
        let Some(tab) = self.phones[phone].tab(life) else { return };
        let Some(asked) = tab.asked.take_if(|asked| asked.number == number) else { return };
        match (reply, asked.question) {
            (Err(fault), question) => {
                let carried = match &question {
                    Question::Sync(request) => request.envelopes.len(),
                    Question::Register => 0,
                };
                let standing = tab.talk.failed(&fault, carried, dice);
                tab.failed = standing != Standing::Fine;
                self.counts.too_large += u64::from(standing == Standing::Fine);
                if matches!(standing, Standing::Expired | Standing::Revoked) {
                    self.signed_out_by_server(phone);
                }
            }
            (Ok(Reply::Registered(registered)), _) => {
                tab.failed = false;
                if tab.replica.is_some() {
                    self.counts.fork += 1;
                    tab.wishes.push_back(Wish::Rechain(registered));
                } else {
                    tab.talk.registered();
                    let user = self.phones[phone].user;
                    let replica = Replica::new(user, registered);
                    let disk = &mut self.phones[phone].disk;
                    let replica = match disk.create(replica.head()) {
                        Wrote::Done => Some(replica),
                        _ => disk.load(),
                    };
                    if let Some(tab) = self.phones[phone].tab(life) {
                        tab.replica = replica;
                    }
                    self.adopt(phone, life);
                }
            }
            (Ok(Reply::Answer(response)), Question::Sync(request)) => {
                self.counts.deliveries += 1;
                tab.failed = false;
                // What was thrown away while the question was under way is registered anew.
                if let Some(replica) = &tab.replica {
                    let heard = Heard::of(&response, replica);
                    self.counts.need_from += u64::from(matches!(response.push, Push::NeedFrom(_)));
                    let head = Box::new(asked.head);
                    tab.wishes.push_back(Wish::Hear { request, response, heard, head });
                }
            }
            (Ok(Reply::Answer(_)), Question::Register) => {}
        }
        self.pump(phone, life);
        self.after(0, Event::Turn { phone, life });
    }

    /// Plans the next thing that waits to be written.
    pub fn pump(&mut self, phone: usize, life: u64) {
        let now = self.clock(phone);
        loop {
            let it = &mut self.phones[phone];
            let Some(tab) = it.tabs.iter_mut().find(|tab| tab.life == life) else { return };
            if tab.writing.is_some() || tab.reading {
                return;
            }
            let Some(wish) = tab.wishes.pop_front() else { return };
            if matches!(wish, Wish::Reload) || tab.replica.is_none() {
                tab.replica = it.disk.load();
            }
            let Some(replica) = &tab.replica else {
                // Nobody's data is open any more.
                self.finish(phone, life, wish, false);
                continue;
            };
            let plan = match &wish {
                Wish::Reload => {
                    // Another tab may have brought news, or work that it does not live to send.
                    self.after(0, Event::Turn { phone, life });
                    continue;
                }
                Wish::Send { envelope, .. } if replica.has_written(envelope.mid) => None,
                Wish::Send { envelope, numbers } => {
                    match replica.send((**envelope).clone(), *numbers) {
                        Ok(plan) => Some(plan),
                        Err(_) => {
                            // It was planned once; meanwhile another tab changed the view.
                            self.counts.refused_here += 1;
                            continue;
                        }
                    }
                }
                Wish::Hear { request, response, .. } => {
                    let plan = replica.merge(request, (**response).clone(), now);
                    self.counts.late_answer += u64::from(plan.is_none());
                    plan
                }
                Wish::Rechain(registered) => Some(replica.rechain(registered.clone())),
                Wish::Adopt(envelopes) => {
                    let plan = replica.adopt(envelopes.iter().cloned());
                    self.counts.adopted +=
                        plan.as_ref().map_or(0, |plan| plan.entries.len() as u64);
                    plan
                }
                Wish::Read(seq) => Some(replica.read(*seq)),
                Wish::Poked(v) => Some(poked(replica, *v)),
            };
            let Some(plan) = plan else {
                self.finish(phone, life, wish, true);
                continue;
            };
            tab.writing = Some(Writing { wish, plan, tries: 0 });
            let pause = self.dice.pause(3);
            return self.after(pause, Event::Write { phone, life });
        }
    }

    /// The browser runs the transaction.
    pub fn write(&mut self, phone: usize, life: u64) {
        let now = self.now;
        let mut fate = Fate::of(&mut self.dice, &self.weather.disk);
        let (relaxed, second) = (self.weather.disk.relaxed, self.weather.disk.second_journal);
        let it = &mut self.phones[phone];
        let Some(tab) = it.tabs.iter().find(|tab| tab.life == life) else { return };
        let Some(Writing { wish, plan, .. }) = &tab.writing else { return };
        if fate == Fate::Full {
            it.disk.full_until = now + self.dice.pause(3_000);
        } else if it.disk.full_until > now {
            fate = Fate::Full;
        }
        // A stretch may be written without waiting for the disk, as long as the walk goes on.
        let stretch = matches!(wish, Wish::Hear { response, .. } if matches!(response.mode, Mode::Stretch(_)));
        let relaxed = relaxed && stretch && plan.entries.is_empty() && plan.head.walk.is_some();
        if second && let Wish::Send { envelope, .. } = wish {
            it.disk.second.insert(envelope.mid, (**envelope).clone());
        }
        let wrote = it.disk.write(plan, fate, relaxed, &mut self.counts);
        let told: Vec<_> = plan.entries.iter().map(|(_, entry)| entry.clone()).collect();
        // At the end of a walk some rows may be newer than its goal; the next news brings the others.
        let news = matches!(wish, Wish::Hear { response, .. } if response.mode == Mode::News);
        let moved = news && (plan.head.cursor != plan.expected.cursor || !plan.puts.is_empty());
        self.counts.era += u64::from(plan.head.era > plan.expected.era);
        self.counts.diverged += u64::from(plan.head.diverged > plan.expected.diverged);
        let done = plan.head.walk.is_none() && plan.expected.walk.is_some();
        let wrote = match wrote {
            Ok(wrote) => wrote,
            Err(why) => return self.broke(format!("phone {phone}: {why}")),
        };
        if wrote == Wrote::Stale {
            self.counts.stale_plan += 1;
        } else if wrote == Wrote::Done || fate == (Fate::Unknown { written: true }) {
            self.not_lied_to(phone, &told);
            // A walk mends what was lost before it began.
            if done
                && self.phones[phone].damaged
                && !mem::take(&mut self.phones[phone].lost_on_the_way)
            {
                self.phones[phone].damaged = false;
                self.counts.repaired += 1;
            }
            if moved {
                self.holds_its_view(phone);
            }
        }
        if self.dice.chance(self.weather.client.kill / 16) {
            // It dies before it hears.
            self.phones[phone].tabs.retain(|tab| tab.life != life);
            self.counts.killed += 1;
            return self.after(1_000, Event::Open { phone });
        }
        let pause = self.dice.pause(3);
        self.after(pause, Event::Wrote { phone, life, wrote });
    }

    /// The tab hears what became of its write.
    pub fn wrote(&mut self, phone: usize, life: u64, wrote: Wrote) {
        let it = &mut self.phones[phone];
        let Some(tab) = it.tabs.iter_mut().find(|tab| tab.life == life) else { return };
        let Some(writing) = &mut tab.writing else { return };
        writing.tries += 1;
        let tries = writing.tries;
        match wrote {
            Wrote::Done => self.written(phone, life),
            Wrote::Stale => self.again(phone, life),
            Wrote::Failed | Wrote::Full | Wrote::Unknown if tries < WRITE_TRIES => {
                self.after(100 << tries, Event::Look { phone, life });
            }
            Wrote::Failed | Wrote::Full | Wrote::Unknown => {
                if let Some(Writing { wish, .. }) = tab.writing.take() {
                    self.finish(phone, life, wish, false);
                    self.pump(phone, life);
                }
            }
        }
    }

    /// The tab reads again what became of its write.
    pub fn look(&mut self, phone: usize, life: u64) {
        let it = &mut self.phones[phone];
        let Some(tab) = it.tabs.iter_mut().find(|tab| tab.life == life) else { return };
        let Some(writing) = &tab.writing else { return };
        match it.disk.found(&writing.plan) {
            Found::Written => {
                self.counts.unknown_written += 1;
                self.written(phone, life);
            }
            Found::Nothing => {
                self.counts.unknown_nothing += 1;
                let pause = self.dice.pause(3);
                self.after(pause, Event::Write { phone, life });
            }
            Found::Other => {
                self.counts.unknown_other += 1;
                self.again(phone, life);
            }
        }
    }

    /// Reads everything again and plans again: another tab was faster.
    fn again(&mut self, phone: usize, life: u64) {
        let it = &mut self.phones[phone];
        let Some(tab) = it.tabs.iter_mut().find(|tab| tab.life == life) else { return };
        let Some(Writing { wish, tries, .. }) = tab.writing.take() else { return };
        tab.replica = it.disk.load();
        if tries > PLANS_MAX {
            self.finish(phone, life, wish, false);
        } else {
            tab.wishes.push_front(wish);
        }
        self.pump(phone, life);
    }

    /// It is on the disk: only now it is shown.
    fn written(&mut self, phone: usize, life: u64) {
        let it = &mut self.phones[phone];
        let Some(tab) = it.tabs.iter_mut().find(|tab| tab.life == life) else { return };
        let Some(Writing { wish, plan, .. }) = tab.writing.take() else { return };
        match &mut tab.replica {
            Some(replica) => replica.commit(plan),
            None => tab.replica = it.disk.load(),
        }
        let others: Vec<u64> =
            it.tabs.iter().map(|tab| tab.life).filter(|&it| it != life).collect();
        for other in others {
            if !self.dice.chance(self.weather.client.tell_lost) {
                let pause = self.dice.pause(2);
                self.after(pause, Event::Tell { phone, life: other });
            }
        }
        self.finish(phone, life, wish, true);
        self.still_shown(phone, life);
        self.pump(phone, life);
    }

    /// Another tab wrote: everything is read again when it is this tab's turn.
    pub fn told(&mut self, phone: usize, life: u64) {
        let Some(tab) = self.phones[phone].tab(life) else { return };
        tab.wishes.push_back(Wish::Reload);
        self.pump(phone, life);
    }

    /// A wish came true, or it cannot.
    fn finish(&mut self, phone: usize, life: u64, wish: Wish, good: bool) {
        let dice = self.dice.next() as u32;
        let empty = Replica::default();
        let Some(tab) = self.phones[phone].tab(life) else { return };
        let replica = tab.replica.as_ref().unwrap_or(&empty);
        match wish {
            Wish::Send { envelope, .. } => {
                if let Some(deed) = self.deeds.get_mut(&envelope.mid) {
                    deed.saved |= good;
                }
                if good {
                    self.counts.deeds += 1;
                    self.wake(phone, life, Wake::Journal);
                } else {
                    self.counts.not_saved += 1;
                }
            }
            Wish::Hear { heard, head, .. } => {
                if good {
                    tab.talk.heard(&head, &heard, replica, dice);
                } else {
                    tab.talk.unsaved(dice);
                }
                self.after(0, Event::Turn { phone, life });
            }
            Wish::Rechain(_) => {
                if good {
                    tab.talk.registered();
                } else {
                    tab.talk.unsaved(dice);
                }
                self.after(0, Event::Turn { phone, life });
            }
            Wish::Adopt(_) => self.wake(phone, life, Wake::Journal),
            Wish::Read(_) | Wish::Reload | Wish::Poked(_) => {}
        }
    }

    /// The live line says that there is news.
    pub fn poked(&mut self, phone: usize, v: u64) {
        if self.phones[phone].offline_until > self.now {
            return;
        }
        let lives: Vec<u64> = self.phones[phone].tabs.iter().map(|tab| tab.life).collect();
        for life in lives {
            if Canary::PokeCarriesData.planted()
                && let Some(tab) = self.phones[phone].tab(life)
                && let Some(replica) = &tab.replica
                && replica.head().cursor.v < v
                && replica.head().cursor.epoch.is_some()
                && replica.head().walk.is_none()
            {
                tab.wishes.push_back(Wish::Poked(v));
                self.pump(phone, life);
            }
            self.wake(phone, life, Wake::Poke);
        }
    }
}

/// What the canary would write: the poke's number as if everything up to it had been heard.
fn poked(replica: &Replica, v: u64) -> domain::replica::Plan {
    let mut plan = replica.read(0);
    let cursor = &replica.head().cursor;
    let v = cursor.v.max(v);
    plan.head = Head { cursor: domain::wire::Cursor { v, ..cursor.clone() }, ..plan.head };
    plan
}

/// Sends both through their JSON, to see that nothing is lost on the way.
pub fn through_json(request: &Request, response: &Response) -> Result<(), String> {
    let twice = |text: &str, again: serde_json::Result<String>| match again {
        Ok(again) if again == text => Ok(()),
        Ok(again) => Err(format!("{text} came back as {again}")),
        Err(why) => Err(format!("{text} could not be read: {why}")),
    };
    let text = serde_json::to_string(request).map_err(|why| why.to_string())?;
    let read: serde_json::Result<Request> = serde_json::from_str(&text);
    twice(&text, read.and_then(|read| serde_json::to_string(&read)))?;
    let text = serde_json::to_string(response).map_err(|why| why.to_string())?;
    let read: serde_json::Result<Response> = serde_json::from_str(&text);
    twice(&text, read.and_then(|read| serde_json::to_string(&read)))
}
