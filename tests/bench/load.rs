//! A closed loop: so many phones, each asking again as soon as it is answered.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    phone::{Phone, Work},
    report::Times,
};

/// Answers that come in this long after the start are not counted yet.
const WARM_UP: Duration = Duration::from_secs(1);
const COUNTED: Duration = Duration::from_secs(5);

/// How much was done, and how long each took.
pub struct Rate {
    pub per_second: f64,
    pub times: Times,
}

/// So many phones of as many engineers, each on its own connection.
pub async fn phones(address: SocketAddr, count: usize) -> Vec<Phone> {
    let mut phones = Vec::with_capacity(count);
    for n in 0..count {
        phones.push(Phone::of(address, n).await);
    }
    phones
}

/// Lets all of them do `work` for a while.
pub async fn rate(phones: &mut Vec<Phone>, work: Work) -> Rate {
    for phone in phones.iter_mut() {
        phone.prepare(work).await;
    }
    let from = Instant::now() + WARM_UP;
    let until = from + COUNTED;
    let hands = std::mem::take(phones).into_iter().map(|mut phone| {
        tokio::spawn(async move {
            let mut took = Vec::new();
            loop {
                let start = Instant::now();
                if start >= until {
                    return (phone, took);
                }
                phone.work(work).await;
                let end = Instant::now();
                if start >= from && end < until {
                    took.push((end - start).as_secs_f64() * 1000.0);
                }
            }
        })
    });
    let hands: Vec<_> = hands.collect();
    let mut times = Vec::new();
    for hand in hands {
        let (phone, took) = hand.await.expect("a phone that finishes");
        phones.push(phone);
        times.extend(took);
    }
    let per_second = times.len() as f64 / COUNTED.as_secs_f64();
    Rate { per_second, times: Times::new(times) }
}
