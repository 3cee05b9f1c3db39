//! Several people who write at the same time, until something happens to the server.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::task::JoinHandle;

use super::{Done, device::Device, ground::Person, line::Trouble, lossy::Dice};

/// People at work.
pub struct Crowd {
    stop: Arc<AtomicBool>,
    work: Vec<JoinHandle<Done<(Device, usize)>>>,
}

impl Drop for Crowd {
    /// Nobody goes on writing after a run that ended early.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Crowd {
    /// A device for each of these people; each writes notes on a ticket of its own.
    ///
    /// # Errors
    /// Where the server does not register them.
    pub async fn start(people: &[Person], address: SocketAddr, seed: u64) -> Done<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut work = Vec::new();
        for (n, person) in people.iter().enumerate() {
            let device = Device::ready(person, address).await;
            let device = device.map_err(|trouble| format!("no device: {trouble}"))?;
            let dice = Dice::new(seed ^ (n as u64 + 1) << 32);
            work.push(tokio::spawn(write(device, dice, stop.clone())));
        }
        Ok(Self { stop, work })
    }

    /// Lets them finish; answers with their devices and how often the server said no.
    ///
    /// # Errors
    /// Where something happened that a crash does not explain.
    pub async fn stop(mut self) -> Done<(Vec<Device>, usize)> {
        self.stop.store(true, Ordering::Relaxed);
        let (mut devices, mut refused) = (Vec::new(), 0);
        for one in std::mem::take(&mut self.work) {
            let (device, noes) = one.await.map_err(|why| why.to_string())??;
            devices.push(device);
            refused += noes;
        }
        Ok((devices, refused))
    }
}

/// Writes until told to stop; a server that is away or says no is asked again, as a phone does.
async fn write(mut device: Device, mut dice: Dice, stop: Arc<AtomicBool>) -> Done<(Device, usize)> {
    let mut ticket = device.open_ticket()?.ticket;
    let mut refused = 0;
    while !stop.load(Ordering::Relaxed) {
        // A phone with so much to say waits; else a server that is away lets the journal grow for ever.
        if device.replica.waiting().unanswered < 100 {
            for _ in 0..dice.between(1, 4) {
                device.note(ticket)?;
            }
            if dice.percent(5) {
                ticket = device.open_ticket()?.ticket;
            }
        }
        if dice.percent(3) {
            device.ask_and_hang_up().await;
            continue;
        }
        match device.round().await {
            Ok(_) => {}
            Err(Trouble::Lost(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
            Err(Trouble::No { status: 500.., .. }) => {
                refused += 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Err(trouble) => return Err(format!("{}: {trouble}", device.person.user.name)),
        }
    }
    Ok((device, refused))
}
