//! The reckoning after a crash: is everything there that was acknowledged, once, and does the rest settle?

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use domain::{
    Id,
    ticket::Ticket,
    wire::{PROTO, Verdict},
};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    Done,
    device::{Device, entries, now},
    ground::Person,
    line::Line,
};

/// What a run has to show.
#[derive(Default)]
pub struct Tally {
    /// Entries the server had said yes to when it died.
    pub acknowledged: usize,
    /// Entries nobody knew the fate of.
    pub open: usize,
    /// Answers that said no with this status.
    pub refused: usize,
}

/// Checks a restarted server against what the devices know. Answers with what is wrong.
///
/// # Errors
/// Where the server cannot be asked.
pub async fn audit(
    address: SocketAddr,
    devices: &mut [Device],
    reader: &Person,
    tally: &mut Tally,
) -> Done<Vec<String>> {
    let mut faults = Vec::new();
    let seen = read(address, reader).await?;
    for device in &*devices {
        tally.acknowledged += device.acknowledged().count();
        tally.open += device.replica.waiting().unanswered;
    }
    faults.extend(compare(&seen, devices));
    for device in &*devices {
        faults.extend(asked_again(address, device).await?);
    }
    faults.extend(settle(address, devices).await?);
    faults.extend(compare(&read(address, reader).await?, devices));
    Ok(faults)
}

/// The same where older data was put back: first everybody sends again, then all must be there.
///
/// # Errors
/// Where the server cannot be asked.
pub async fn audit_restored(
    address: SocketAddr,
    devices: &mut [Device],
    reader: &Person,
    tally: &mut Tally,
) -> Done<Vec<String>> {
    for device in &*devices {
        tally.acknowledged += device.acknowledged().count();
        tally.open += device.replica.waiting().unanswered;
    }
    let mut faults = settle(address, devices).await?;
    faults.extend(compare(&read(address, reader).await?, devices));
    Ok(faults)
}

/// Lets everybody send what is unanswered. Everything must end with a yes.
async fn settle(address: SocketAddr, devices: &mut [Device]) -> Done<Vec<String>> {
    let mut faults = Vec::new();
    for device in devices.iter_mut() {
        // What is kept of a connection leads to a server that is dead.
        device.turn_to(address);
        let settled = device.settle().await;
        settled.map_err(|trouble| format!("{} cannot settle: {trouble}", name(device)))?;
        for written in &device.written {
            let outcome = device.outcome(written);
            if !device.acknowledged().any(|known| known == written) {
                faults.push(format!("{} of {} ended as {outcome:?}", written.mid, name(device)));
            }
        }
    }
    Ok(faults)
}

fn name(device: &Device) -> &str {
    &device.person.user.name
}

/// The history of every ticket, as somebody new hears it.
type Seen = BTreeMap<Id<Ticket>, Vec<Uuid>>;

async fn read(address: SocketAddr, reader: &Person) -> Done<Seen> {
    let unheard = |trouble| format!("a new device hears nothing: {trouble}");
    let device = Device::ready(reader, address).await.map_err(unheard)?;
    let tickets = device.replica.all::<Ticket>();
    Ok(tickets.into_iter().map(|ticket| (ticket.id, entries(&ticket).collect())).collect())
}

/// Once what was acknowledged, at most once the rest, nothing else, and each device's work in its order.
fn compare(seen: &Seen, devices: &[Device]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut places: BTreeMap<Uuid, Vec<Id<Ticket>>> = BTreeMap::new();
    for (ticket, mids) in seen {
        for mid in mids {
            places.entry(*mid).or_default().push(*ticket);
        }
    }
    let mut known = BTreeSet::new();
    for device in devices {
        let acknowledged: BTreeSet<Uuid> = device.acknowledged().map(|one| one.mid).collect();
        for written in &device.written {
            known.insert(written.mid);
            let times = places.get(&written.mid).map_or(0, Vec::len);
            let owed = acknowledged.contains(&written.mid);
            match times {
                0 if owed => faults.push(format!("LOST: {} of {}", written.mid, name(device))),
                0 | 1 => {}
                _ => faults.push(format!("{times} TIMES: {} of {}", written.mid, name(device))),
            }
        }
        for (ticket, mids) in seen {
            let mine = |mid: &&Uuid| device.written.iter().any(|written| written.mid == **mid);
            let there: Vec<&Uuid> = mids.iter().filter(mine).collect();
            let meant = device.written.iter().filter(|written| written.ticket == *ticket);
            let meant: Vec<&Uuid> = meant.map(|written| &written.mid).take(there.len()).collect();
            if there != meant {
                faults.push(format!("OUT OF ORDER: {} on {ticket}", name(device)));
            }
        }
    }
    for mid in places.keys().filter(|mid| !known.contains(*mid)) {
        faults.push(format!("FROM NOWHERE: {mid}"));
    }
    faults
}

/// The part of an answer that holds the verdicts.
#[derive(Deserialize)]
struct Again {
    #[serde(default)]
    verdicts: Vec<Verdict>,
}

/// Whether the server still says what it said about every acknowledged entry.
async fn asked_again(address: SocketAddr, device: &Device) -> Done<Vec<String>> {
    let head = device.replica.head();
    let request = json!({
        "proto": PROTO, "build": "campaign", "replica": head.replica, "now": now(),
        "prev_seq": 0, "envelopes": [], "cursor": head.cursor,
    });
    let mut line = Line::to(address);
    let path = "/api/v1/sync";
    let answer = line.call("POST", path, &device.person.cookie, &request.to_string()).await;
    let answer = answer.map_err(|trouble| format!("asking again: {trouble}"))?;
    let again: Again = serde_json::from_slice(&answer.body).map_err(|why| why.to_string())?;
    let verdicts: BTreeMap<Uuid, Verdict> =
        again.verdicts.into_iter().map(|verdict| (verdict.mid, verdict)).collect();
    let mut faults = Vec::new();
    for written in device.acknowledged().filter(|written| written.seq > head.base) {
        let now = verdicts.get(&written.mid).map(|verdict| &verdict.outcome);
        if now != device.outcome(written) {
            let was = device.outcome(written);
            faults.push(format!("CHANGED ITS MIND: {} was {was:?}, is {now:?}", written.mid));
        }
    }
    Ok(faults)
}
