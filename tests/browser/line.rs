//! The network between one device and the server: it can be cut, and it can lose answers.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, Ordering},
    },
    thread,
};

const WELL: u8 = 0;
const CUT: u8 = 1;
const DEAF: u8 = 2;

/// A port that leads to the server, as long as the network is there.
pub struct Line {
    port: u16,
    state: Arc<AtomicU8>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Line {
    pub fn to(server_port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        let state = Arc::new(AtomicU8::new(WELL));
        let open = Arc::new(Mutex::new(Vec::new()));
        let line = Self { port, state: state.clone(), open: open.clone() };
        thread::spawn(move || {
            for device in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server_port)) {
                    join(device, server, &state, &open);
                }
            }
        });
        line
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// No network: what is open breaks, what is tried fails.
    pub fn cut(&self) {
        self.set(CUT);
    }

    /// What is sent arrives, and no answer comes back.
    pub fn lose_answers(&self) {
        self.set(DEAF);
    }

    pub fn mend(&self) {
        self.set(WELL);
    }

    fn set(&self, state: u8) {
        let mut open = self.open.lock().expect("nobody panics here");
        self.state.store(state, Ordering::SeqCst);
        if state != WELL {
            for stream in open.drain(..) {
                // It may have been closed from the other side.
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

fn join(
    device: TcpStream,
    server: TcpStream,
    state: &Arc<AtomicU8>,
    open: &Arc<Mutex<Vec<TcpStream>>>,
) {
    let (Ok(to_server), Ok(to_device)) = (server.try_clone(), device.try_clone()) else { return };
    let (Ok(one), Ok(other)) = (server.try_clone(), device.try_clone()) else { return };
    {
        // Whoever cuts the line meanwhile waits until these are among those to be shut, or is not waited for.
        let mut open = open.lock().expect("nobody panics here");
        if state.load(Ordering::SeqCst) == CUT {
            return;
        }
        open.extend([one, other]);
    }
    let state = state.clone();
    thread::spawn(move || carry(device, to_server, || true));
    thread::spawn(move || carry(server, to_device, || state.load(Ordering::SeqCst) != DEAF));
}

/// Carries bytes until one side ends, or until nothing may come through any more.
fn carry(mut from: TcpStream, mut to: TcpStream, through: impl Fn() -> bool) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut bytes) {
        if count == 0 || !through() || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    // Whoever still listens there learns that nothing more comes.
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
