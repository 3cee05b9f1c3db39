//! The program of a device that nobody has used yet.

fn main() {
    app::door::run();
}
