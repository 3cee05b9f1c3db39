//! Which faults a run meets, and how often: each is switched on or off by the seed, so that rare
//! combinations are met, too.

use crate::dice::Dice;

/// The faults of one run. Numbers are permille of the occasions, 0 where the fault is off.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    pub net: Net,
    pub disk: Disk,
    pub client: Client,
    pub server: Server,
    pub office: Office,
}

/// What the network does to one message.
#[derive(Clone, Debug, Default)]
pub struct Net {
    pub drop: u32,
    pub twice: u32,
    /// Minutes to hours instead of milliseconds.
    pub slow: u32,
    /// Days.
    pub days: u32,
    pub torn: u32,
    pub portal: u32,
    pub wrong_401: u32,
    pub too_large: u32,
    pub overload: u32,
    pub poke_lost: u32,
    /// How long one message usually takes, in milliseconds.
    pub usual_ms: u64,
}

/// What a browser's storage does to one write.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    pub fails: u32,
    /// The write is there, but nobody was told.
    pub unknown: u32,
    pub quota: u32,
    /// No event ever comes.
    pub silent: u32,
    /// Stretches are written without waiting for the disk.
    pub relaxed: bool,
    /// Whether the browser has a place for the second journal.
    pub second_journal: bool,
}

/// What happens to devices, per disaster.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub kill: u32,
    pub power_cut: u32,
    pub freeze: u32,
    pub offline: u32,
    pub new_tab: u32,
    pub evict: u32,
    pub lose_rows: u32,
    pub clone: u32,
    pub blocked: u32,
    pub session_ends: u32,
    pub sign_out: u32,
    pub clock_jump: u32,
    pub tell_lost: u32,
}

/// What happens to the server, per disaster.
#[derive(Clone, Debug, Default)]
pub struct Server {
    pub kill: u32,
    pub retry: u32,
    pub lag: u32,
    pub poison: u32,
    pub restore: u32,
    pub prune: u32,
    pub processes: u64,
    /// How many bytes of rows one stretch may carry; small ones make long walks.
    pub stretch_bytes: u32,
}

/// What the office does to plans.
#[derive(Clone, Debug, Default)]
pub struct Office {
    pub reassign: u32,
    pub roles: u32,
    pub retire: u32,
    pub cancel: u32,
    pub age: u32,
}

impl Weather {
    /// The weather of one run.
    pub fn of(dice: &mut Dice) -> Self {
        let mut maybe = |often: u32, most: u64| {
            if dice.chance(often) { dice.between(1, most) as u32 } else { 0 }
        };
        let net = Net {
            drop: maybe(500, 250),
            twice: maybe(400, 250),
            slow: maybe(350, 150),
            days: maybe(200, 60),
            torn: maybe(250, 80),
            portal: maybe(200, 80),
            wrong_401: maybe(200, 80),
            too_large: maybe(250, 150),
            overload: maybe(250, 120),
            poke_lost: maybe(500, 900),
            usual_ms: 0,
        };
        let disk = Disk {
            fails: maybe(300, 100),
            unknown: maybe(350, 150),
            quota: maybe(250, 120),
            silent: maybe(200, 60),
            relaxed: maybe(500, 1) > 0,
            second_journal: maybe(600, 1) > 0,
        };
        let client = Client {
            kill: maybe(600, 400),
            power_cut: maybe(400, 150),
            freeze: maybe(400, 250),
            offline: maybe(500, 300),
            new_tab: maybe(500, 300),
            evict: maybe(150, 60),
            lose_rows: maybe(200, 80),
            clone: maybe(200, 60),
            blocked: maybe(200, 80),
            session_ends: maybe(300, 120),
            sign_out: maybe(200, 80),
            clock_jump: maybe(300, 120),
            tell_lost: maybe(300, 500),
        };
        let server = Server {
            kill: maybe(400, 200),
            retry: maybe(300, 200),
            lag: maybe(300, 300),
            poison: maybe(250, 30),
            restore: maybe(250, 60),
            prune: maybe(300, 120),
            processes: 0,
            stretch_bytes: 0,
        };
        let office = Office {
            reassign: maybe(500, 200),
            roles: maybe(350, 150),
            retire: maybe(250, 80),
            cancel: maybe(350, 150),
            age: maybe(400, 300),
        };
        let mut weather = Self { net, disk, client, server, office };
        weather.net.usual_ms = dice.one([2, 20, 20, 80, 400, 3_000]);
        weather.server.processes = dice.one([1, 1, 2, 3]);
        weather.server.stretch_bytes = dice.one([1, 400, 1_500, 6_000, u32::MAX]);
        weather
    }

    /// The weather when everything has been mended.
    pub fn fine(&self) -> Self {
        let mut fine = Self::default();
        fine.net.usual_ms = self.net.usual_ms.min(80);
        fine.server.processes = self.server.processes;
        fine.server.stretch_bytes = self.server.stretch_bytes;
        fine.disk.relaxed = self.disk.relaxed;
        fine.disk.second_journal = self.disk.second_journal;
        fine
    }
}
