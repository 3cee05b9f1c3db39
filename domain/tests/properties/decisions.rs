//! A hundred thousand decisions as one number for each seed: what phone and server must agree on.

use std::sync::Arc;

use domain::{
    Command, Envelope, Id, Lookup, Timestamp, apply,
    replica::{Arrived, Replica},
    user::{SYSTEM, User},
    wire::Registered,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    cast,
    deeds::{Known, Mind},
    dice::Dice,
    weather,
};

/// Cases for each seed.
pub const CASES: usize = 10_000;
/// What is decided for the seeds 0, 1, 2, …: changes when a rule changes, on all targets alike.
pub const EXPECTED: [u64; 10] = [
    0xf1e9_9fa0_d970_7793,
    0x2f6c_86da_30ea_e20f,
    0x9909_9e29_d193_7adb,
    0x7b5a_3cf6_01dd_cfd0,
    0xdaf7_3a8f_f04c_9ce9,
    0x11f8_0a96_911b_a819,
    0xd11a_4dc2_306b_9f18,
    0xd025_4cac_835a_9130,
    0x55b2_583d_2818_d6a0,
    0xbaf3_de41_8b77_faea,
];
/// A life ends after so many cases, so that its tickets stay as long as real ones.
const LIFE: usize = 250;

/// The first bytes of a SHA-256 over every decision.
pub fn hash(seed: u64, cases: usize) -> u64 {
    let mut hasher = Sha256::new();
    for life in 0..cases.div_ceil(LIFE) {
        live(seed * 1_000 + life as u64, LIFE.min(cases - life * LIFE), &mut hasher);
    }
    let digest = hasher.finalize();
    u64::from_be_bytes(std::array::from_fn(|n| digest[n]))
}

/// One life: everybody sees everything, and whatever comes to mind is decided, allowed or not.
fn live(seed: u64, cases: usize, hasher: &mut Sha256) {
    let mut dice = Dice::new(seed, 5);
    let users = cast::people(&mut dice);
    let office = weather::Weather::of(&mut dice).office;
    let registered = Registered { replica: Id::new(Uuid::from_u128(1)), device_code: "D1".into() };
    let mut view = Replica::new(SYSTEM, registered);
    for (n, command) in (0u128..).zip(cast::opening(&users)) {
        decide(
            &mut view,
            SYSTEM,
            Uuid::from_u128(0x10_0000 + n),
            Timestamp(cast::START),
            command,
            hasher,
        );
    }
    let mut known =
        Known { people: users.iter().map(|user| user.id).collect(), ..Known::default() };
    let mut earlier: Vec<Command> = Vec::new();
    for n in 0..cases {
        let now = Timestamp(cast::START).plus_minutes(n as i64);
        let who = users[dice.place(users.len())].id;
        let Some(me) = view.find::<User>(who) else { continue };
        let thought =
            Mind { dice: &mut dice, known: &mut known, view: &view, me: &me, now, office: &office };
        let thought = thought.think().map(|(command, _)| command);
        // Now and then somebody does what somebody else did long ago: most of it no longer fits.
        let again = dice.chance(200).then(|| dice.pick(&earlier).cloned()).flatten();
        let Some(command) = again.or(thought) else { continue };
        match &command {
            Command::Ticket(id, domain::ticket::Command::Register { .. }) => {
                known.tickets.push(*id)
            }
            Command::PartRequest(id, domain::part_request::Command::Submit { .. }) => {
                known.requests.push(*id);
            }
            _ => {}
        }
        earlier.push(command.clone());
        let mid = dice.id(now.0);
        decide(&mut view, who, mid, now, command, hasher);
    }
}

fn decide(
    view: &mut Replica,
    by: Id<User>,
    mid: Uuid,
    at: Timestamp,
    command: Command,
    hasher: &mut Sha256,
) {
    let envelope = Envelope { mid, by, at, doubtful: false, command };
    match apply(view, &envelope) {
        Err(refusal) => hasher.update(serde_json::to_vec(&refusal).unwrap_or_default()),
        Ok(applied) => {
            hasher.update(serde_json::to_vec(&applied.amendment).unwrap_or_default());
            let mut plan = view.read(0);
            for row in applied.rows {
                let (key, body) = (row.key(), row.to_json().unwrap_or_default());
                hasher.update(key.to_string().as_bytes());
                hasher.update(body.as_bytes());
                plan.puts.push(Arrived { key, v: 1, row: Arc::new(row), body });
            }
            view.commit(plan);
        }
    }
}
