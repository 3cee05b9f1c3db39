//! Carrying out one envelope: ask the rule, store what comes of it, do what follows, write it down.

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::{
    Applied, Command, Envelope, Id, Kind, Reaction, Refusal, Timestamp, apply, customer, number,
    part_request, react,
    replica::Replica,
    ticket,
    user::{SYSTEM, User},
    wire::Outcome,
};

use uuid::Uuid;

use crate::{
    error::Error,
    store::{Entry, Order, Writing, new_mid},
};

/// Where an envelope comes from.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) replica: Id<Replica>,
    pub(crate) seq: u64,
    /// What the device's clock said.
    pub(crate) claimed: Timestamp,
    pub(crate) received: Timestamp,
    /// The command as it arrived.
    pub(crate) command: &'a str,
}

/// An envelope without its command, which may be one that cannot be read.
#[derive(Clone, Copy)]
pub(crate) struct Seal {
    pub(crate) mid: Uuid,
    pub(crate) by: Id<User>,
    pub(crate) at: Timestamp,
    pub(crate) doubtful: bool,
}

/// Carries out an envelope that has no verdict yet, and writes both down.
pub(crate) fn carry_out(
    writing: &mut Writing<'_>,
    origin: Origin<'_>,
    envelope: &Envelope,
) -> Result<Outcome, Error> {
    // The rules are pure: a bug in them leaves nothing behind, spoils no other envelope and stops no device.
    let decided = catch_unwind(AssertUnwindSafe(|| {
        let applied = apply(&*writing, envelope)?;
        let reactions = react(&applied);
        Ok::<_, Refusal>((applied, reactions))
    }));
    writing.sound()?;
    let (outcome, reactions) = match decided {
        Err(_) => {
            tracing::error!(mid = %envelope.mid, "the rules failed; the envelope is quarantined");
            (Outcome::Quarantined, Vec::new())
        }
        Ok(Err(refusal)) => (Outcome::Refused { refusal }, Vec::new()),
        Ok(Ok((Applied { rows, amendment: None }, _))) if rows.is_empty() => {
            (Outcome::Noop, Vec::new())
        }
        Ok(Ok((Applied { rows, amendment }, reactions))) => {
            let v = writing.next_v();
            for row in &rows {
                writing.put(row, v)?;
            }
            let outcome = match amendment {
                None => Outcome::Applied { v },
                Some(amendment) => Outcome::Amended { v, amendment },
            };
            (outcome, reactions)
        }
    };
    let Envelope { mid, by, at, doubtful, .. } = *envelope;
    record(writing, origin, Seal { mid, by, at, doubtful }, &outcome, true)?;
    for reaction in reactions {
        number(writing, origin, envelope, reaction)?;
    }
    Ok(outcome)
}

/// Writes an envelope down with its verdict. `first` is where its command had its effect.
pub(crate) fn record(
    writing: &mut Writing<'_>,
    origin: Origin<'_>,
    seal: Seal,
    outcome: &Outcome,
    first: bool,
) -> Result<(), Error> {
    let Seal { mid, by, at, doubtful } = seal;
    let Origin { replica, seq, claimed, received, command } = origin;
    writing.record(&Entry {
        replica,
        seq,
        mid,
        by,
        claimed,
        at,
        doubtful,
        received,
        command,
        outcome,
        first,
        carrier: None,
    })
}

/// Gives a new thing its number, as the server's own actor.
fn number(
    writing: &mut Writing<'_>,
    cause: Origin<'_>,
    envelope: &Envelope,
    reaction: Reaction,
) -> Result<(), Error> {
    // An impossible clock must not put its date on paper.
    let day = if envelope.doubtful { cause.received } else { envelope.at }.date_digits();
    let command = match reaction {
        Reaction::NumberTicket(id) => {
            let number = writing.next_number(Kind::Ticket, &day, number::ticket)?;
            Command::Ticket(id, ticket::Command::Number { number })
        }
        Reaction::NumberCustomer(id) => {
            let number = writing.next_number(Kind::Customer, &day, number::customer)?;
            Command::Customer(id, customer::Command::Number { number })
        }
        Reaction::NumberPartRequest(id) => {
            let number = writing.next_number(Kind::PartRequest, &day, number::part_request)?;
            Command::PartRequest(id, part_request::Command::Number { number })
        }
    };
    order(writing, SYSTEM, &(new_mid(), envelope.at, command), cause.received).map(drop)
}

/// Carries out orders from inside the server as `by`.
pub(crate) fn orders(
    writing: &mut Writing<'_>,
    by: Id<User>,
    orders: &[Order],
) -> Result<Vec<Outcome>, Error> {
    let received = crate::clock::now();
    orders.iter().map(|one| order(writing, by, one, received)).collect()
}

fn order(
    writing: &mut Writing<'_>,
    by: Id<User>,
    (mid, at, command): &Order,
    received: Timestamp,
) -> Result<Outcome, Error> {
    if let Some(known) = writing.stored_by_mid(*mid)? {
        return Ok(known.outcome);
    }
    let mut replica = writing.internal(by)?;
    replica.last_seq += 1;
    (replica.last_at, replica.last_seen) = (*at, received);
    writing.advance(&replica, None)?;
    let text = serde_json::to_string(command).map_err(Error::internal)?;
    let origin = Origin {
        replica: replica.id,
        seq: replica.last_seq,
        claimed: *at,
        received,
        command: &text,
    };
    let envelope = Envelope { mid: *mid, by, at: *at, doubtful: false, command: command.clone() };
    carry_out(writing, origin, &envelope)
}
