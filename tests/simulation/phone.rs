//! A browser profile of one person: its disk, its tabs, its clock, and what a tab is busy with.

use std::{collections::VecDeque, rc::Rc};

use domain::{
    Envelope, Id,
    replica::{Head, Plan, Replica},
    talk::{Heard, Talk, Wake},
    user::User,
    wire::{Registered, Request, Response},
};

use crate::disk::Disk;

/// One person's browser profile.
pub struct Phone {
    pub user: Id<User>,
    pub disk: Disk,
    pub tabs: Vec<Tab>,
    /// The cookie it holds, if the person is signed in as far as this device knows.
    pub session: Option<u64>,
    /// How far the device's clock is ahead, in milliseconds.
    pub clock_ahead: i64,
    pub offline_until: u64,
    /// Whether stored rows were lost behind our back and nothing has repaired them yet.
    pub damaged: bool,
    /// Whether that was while a walk was under way, which may have passed the row already.
    pub lost_on_the_way: bool,
}

/// One open page.
pub struct Tab {
    pub life: u64,
    /// Nothing, as long as this profile has not been registered.
    pub replica: Option<Replica>,
    /// Whether the rows behind the first screen are still to be read; until then nothing is written.
    pub reading: bool,
    pub talk: Talk,
    pub asked: Option<Asked>,
    /// What waits for its turn to be written.
    pub wishes: VecDeque<Wish>,
    pub writing: Option<Writing>,
    pub wake: Option<Wake>,
    /// The alarm that counts; earlier ones were called off.
    pub alarm: u64,
    pub asleep: bool,
    pub stopped: bool,
    pub frozen_until: u64,
    /// Whether the last thing heard was a fault.
    pub failed: bool,
}

/// A question under way.
pub struct Asked {
    pub number: u64,
    pub question: Question,
    /// The head it was asked from.
    pub head: Head,
}

/// What is asked.
#[derive(Clone)]
pub enum Question {
    Sync(Rc<Request>),
    Register,
}

/// Something a tab wants to write.
#[derive(Clone)]
pub enum Wish {
    Send {
        envelope: Box<Envelope>,
        numbers: u32,
    },
    Hear {
        request: Rc<Request>,
        response: Box<Response>,
        heard: Heard,
        head: Box<Head>,
    },
    Rechain(Registered),
    Adopt(Vec<Envelope>),
    Read(u64),
    Reload,
    /// The canary that takes what a poke says for heard.
    Poked(u64),
}

/// A write under way.
pub struct Writing {
    pub wish: Wish,
    pub plan: Plan,
    pub tries: u32,
}

impl Tab {
    /// A page that was just opened.
    pub fn new(life: u64, replica: Option<Replica>) -> Self {
        Self {
            life,
            reading: replica.is_some(),
            replica,
            talk: Talk::default(),
            asked: None,
            wishes: VecDeque::new(),
            writing: None,
            wake: None,
            alarm: 0,
            asleep: false,
            stopped: false,
            frozen_until: 0,
            failed: false,
        }
    }

    /// Whether an answer is being taken over: no new question before that is done.
    pub fn is_hearing(&self) -> bool {
        let hears = |wish: &Wish| matches!(wish, Wish::Hear { .. } | Wish::Rechain(_));
        self.wishes.iter().any(hears) || self.writing.as_ref().is_some_and(|now| hears(&now.wish))
    }

    /// Whether nothing is under way and nothing waits to be sent.
    pub fn is_quiet(&self) -> bool {
        let owed = self.replica.as_ref().is_none_or(Replica::is_owed);
        !owed
            && !self.reading
            && self.asked.is_none()
            && self.wishes.is_empty()
            && self.writing.is_none()
    }
}

impl Phone {
    /// A new browser profile.
    pub fn new(user: Id<User>) -> Self {
        Self {
            user,
            disk: Disk::default(),
            tabs: Vec::new(),
            session: None,
            clock_ahead: 0,
            offline_until: 0,
            damaged: false,
            lost_on_the_way: false,
        }
    }

    /// The open page with this life.
    pub fn tab(&mut self, life: u64) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.life == life)
    }
}
