//! The program file `doorstep`.

fn main() {}
