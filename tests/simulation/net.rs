//! The network: it drops, doubles, delays, tears and answers in other people's names.

use domain::talk::Fault;

use crate::{
    server::{Letter, Parcel, Reply},
    tabs,
    world::{Event, World},
};

const HOUR_MS: u64 = 3_600_000;

impl World {
    /// How long a message takes; `None` where it is lost.
    fn journey(&mut self) -> Option<u64> {
        let net = self.weather.net.clone();
        if self.dice.chance(net.drop) {
            return None;
        }
        let usual = self.dice.pause(net.usual_ms);
        Some(if self.dice.chance(net.slow) {
            usual + self.dice.between(1_000, 2 * HOUR_MS)
        } else if self.dice.chance(net.days) {
            usual + self.dice.between(HOUR_MS, 100 * HOUR_MS)
        } else {
            usual
        })
    }

    /// Sends a letter on its way.
    pub fn post(&mut self, letter: Letter) {
        let net = self.weather.net.clone();
        let problem = |status, code: &str, retry_after_seconds| Fault::Problem {
            status,
            code: code.into(),
            retry_after_seconds,
        };
        if self.dice.chance(net.portal) {
            return self.fail(&letter, Fault::Portal);
        }
        if self.dice.chance(net.wrong_401) {
            return self.fail(&letter, problem(401, "", None));
        }
        if self.dice.chance(net.overload) {
            let seconds = self.dice.chance(500).then_some(self.dice.below(20) as u32);
            return self.fail(&letter, problem(503, "overloaded", seconds));
        }
        let large = matches!(&letter.parcel, Parcel::Sync(request) if request.envelopes.len() > 1);
        if large && self.dice.chance(net.too_large) {
            return self.fail(&letter, problem(413, "too_large", None));
        }
        let copies = 1 + u32::from(self.dice.chance(net.twice));
        for _ in 0..copies {
            if let Some(pause) = self.journey() {
                self.after(pause, Event::Reach { letter: letter.clone() });
            }
        }
    }

    /// Sends an answer on its way back.
    pub fn reply(&mut self, letter: &Letter, reply: Result<Reply, Fault>) {
        let Letter { phone, life, number, .. } = *letter;
        if number % 64 == 0
            && let (Ok(Reply::Answer(response)), Parcel::Sync(request)) = (&reply, &letter.parcel)
            && let Err(why) = tabs::through_json(request, response)
        {
            return self.broke(why);
        }
        let reply = if self.dice.chance(self.weather.net.torn) {
            Err(if self.dice.chance(500) { Fault::Unreadable } else { Fault::Unreachable })
        } else {
            reply
        };
        if let Some(pause) = self.journey() {
            self.after(pause, Event::Hear { phone, life, number, reply });
        }
    }

    /// Answers with a fault.
    pub fn fail(&mut self, letter: &Letter, fault: Fault) {
        self.reply(letter, Err(fault));
    }

    /// Tells every phone on the live line that the head is `v`; some do not hear it.
    pub fn poke(&mut self, v: u64) {
        for phone in 0..self.phones.len() {
            let it = &self.phones[phone];
            let listens = it.session.is_some() && !it.tabs.is_empty();
            if listens && !self.dice.chance(self.weather.net.poke_lost) {
                let pause = self.dice.pause(self.weather.net.usual_ms);
                self.after(pause, Event::Poke { phone, v });
            }
        }
    }
}
