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
    asked: Arc<Mutex<Vec<String>>>,
}

impl Line {
    pub fn to(server_port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        let state = Arc::new(AtomicU8::new(WELL));
        let open = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let line = Self { port, state: state.clone(), open: open.clone(), asked: asked.clone() };
        thread::spawn(move || {
            for device in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server_port)) {
                    join(device, server, &state, &open, &asked);
                }
            }
        });
        line
    }

    /// The paths of all that the device has fetched through it, in their order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panics here").clone()
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
    asked: &Arc<Mutex<Vec<String>>>,
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
    let (state, asked) = (state.clone(), asked.clone());
    thread::spawn(move || {
        carry(device, to_server, |bytes| {
            asked.lock().expect("nobody panics here").extend(fetched(bytes));
            true
        });
    });
    thread::spawn(move || carry(server, to_device, |_| state.load(Ordering::SeqCst) != DEAF));
}

/// The path these bytes begin to ask for. A browser sends a question without a body in one piece, and the next one
/// on the same connection only after the answer.
fn fetched(bytes: &[u8]) -> Option<String> {
    let path = bytes.strip_prefix(b"GET ")?.split(|byte| *byte == b' ').next()?;
    Some(String::from_utf8_lossy(path).into_owned())
}

/// Carries bytes until one side ends, or until nothing may come through any more.
fn carry(mut from: TcpStream, mut to: TcpStream, through: impl Fn(&[u8]) -> bool) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut bytes) {
        if count == 0 || !through(&bytes[..count]) || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    // Whoever still listens there learns that nothing more comes.
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
