//! A telephone network between the browser and the server: so many bytes a second, so many milliseconds away.

use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
};

/// What a network lets through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    name: &'static str,
    down_bytes_per_second: f64,
    up_bytes_per_second: f64,
    /// There and back.
    round_trip: Duration,
}

/// As Lighthouse and WebPageTest call it: 1.6 Mbit/s down, 0.75 Mbit/s up, 150 ms.
pub const SLOW_4G: Shape = Shape {
    name: "Slow 4G",
    down_bytes_per_second: 200_000.0,
    up_bytes_per_second: 93_750.0,
    round_trip: Duration::from_millis(150),
};

/// As browsers' own tools call it: 1.44 Mbit/s down, 0.675 Mbit/s up, 562.5 ms.
pub const FAST_3G: Shape = Shape {
    name: "Fast 3G",
    down_bytes_per_second: 180_000.0,
    up_bytes_per_second: 84_375.0,
    round_trip: Duration::from_micros(562_500),
};

impl Shape {
    /// How long so many bytes take to come down, and nothing else.
    pub fn milliseconds_down(self, bytes: f64) -> f64 {
        bytes / self.down_bytes_per_second * 1000.0
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Pieces are small, so that what is sent at the same time shares the network fairly.
const PIECE: usize = 2 * 1024;
/// So many pieces lie in the network's own queue.
const QUEUE: usize = 32;

/// One direction: when it is free again, and what it carried.
#[derive(Default)]
struct Way {
    free_at: Mutex<Option<Instant>>,
    bytes: AtomicU64,
}

/// A port that leads to the server through a network.
pub struct Link {
    pub port: u16,
    shape: Arc<Mutex<Option<Shape>>>,
    up: Arc<Way>,
    down: Arc<Way>,
}

impl Link {
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        let shape = Arc::new(Mutex::new(None));
        let (up, down) = (Arc::new(Way::default()), Arc::new(Way::default()));
        let link = Self { port, shape: shape.clone(), up: up.clone(), down: down.clone() };
        tokio::spawn(async move {
            while let Ok((device, _)) = listener.accept().await {
                let (shape, up, down) = (shape.clone(), up.clone(), down.clone());
                tokio::spawn(async move {
                    // A connection is made in one round trip.
                    let now = *shape.lock().expect("nobody panics here");
                    tokio::time::sleep(now.map_or(Duration::ZERO, |now| now.round_trip)).await;
                    let Ok(server) = TcpStream::connect(server).await else { return };
                    let (Ok(()), Ok(())) = (device.set_nodelay(true), server.set_nodelay(true))
                    else {
                        return;
                    };
                    let (from_device, to_device) = device.into_split();
                    let (from_server, to_server) = server.into_split();
                    let rate_up = |shape: Shape| shape.up_bytes_per_second;
                    let rate_down = |shape: Shape| shape.down_bytes_per_second;
                    tokio::spawn(carry(from_device, to_server, up, shape.clone(), rate_up));
                    tokio::spawn(carry(from_server, to_device, down, shape, rate_down));
                });
            }
        });
        link
    }

    /// From now on everything goes through such a network, or through none.
    pub fn shape(&self, shape: Option<Shape>) {
        *self.shape.lock().expect("nobody panics here") = shape;
    }

    /// Bytes up and down so far.
    pub fn bytes(&self) -> (u64, u64) {
        (self.up.bytes.load(Relaxed), self.down.bytes.load(Relaxed))
    }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    way: Arc<Way>,
    shape: Arc<Mutex<Option<Shape>>>,
    rate: fn(Shape) -> f64,
) {
    let (queue, mut queued) = mpsc::channel::<(Instant, Vec<u8>)>(QUEUE);
    tokio::spawn(async move {
        while let Some((due, piece)) = queued.recv().await {
            tokio::time::sleep_until(due.into()).await;
            if to.write_all(&piece).await.is_err() {
                break;
            }
        }
        // Whoever still listens there learns that nothing more comes.
        let _ = to.shutdown().await;
    });
    let mut buffer = [0; PIECE];
    while let Ok(count) = from.read(&mut buffer).await {
        if count == 0 {
            break;
        }
        way.bytes.fetch_add(count as u64, Relaxed);
        let now = *shape.lock().expect("nobody panics here");
        let due = now.map_or_else(Instant::now, |now| {
            let mut free_at = way.free_at.lock().expect("nobody panics here");
            let begins = free_at.unwrap_or_else(Instant::now).max(Instant::now());
            let ends = begins + Duration::from_secs_f64(count as f64 / rate(now));
            *free_at = Some(ends);
            ends + now.round_trip / 2
        });
        if queue.send((due, buffer[..count].to_vec())).await.is_err() {
            break;
        }
    }
}
