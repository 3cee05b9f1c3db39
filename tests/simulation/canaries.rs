//! Bugs planted on purpose: each must be found, or the simulation has no teeth.

use domain::canary::Canary;

/// Plants the bug of this name; `false` where there is none, or this build has no canaries.
pub fn plant_by_name(name: &str) -> bool {
    let found = Canary::ALL.iter().find(|canary| canary.word() == name);
    found.is_some_and(|canary| plant(Some(*canary)))
}

#[cfg(feature = "canaries")]
fn plant(canary: Option<Canary>) -> bool {
    domain::canary::plant(canary);
    true
}

#[cfg(not(feature = "canaries"))]
fn plant(_canary: Option<Canary>) -> bool {
    false
}

/// Plants each bug in turn and prints how soon it was found, and by which promise. Says whether all were.
pub fn table(seeds: u64, threads: u64) -> bool {
    // A planted bug may also end in a panic, which counts as found and need not fill the screen.
    std::panic::set_hook(Box::new(|_| {}));
    println!("{:<28}{:>8}{:>12}  found by", "canary", "seed", "deliveries");
    let mut lost = 0;
    for canary in Canary::ALL {
        if !plant(Some(*canary)) {
            println!("This build has no canaries.");
            return false;
        }
        let sum = crate::run(1..=seeds, threads, None, true, survive);
        match sum.failed.first() {
            Some(report) => {
                let why = report.broken.as_deref().unwrap_or_default();
                let (seed, deliveries) = (report.seed, sum.counts.deliveries);
                let why: String = why.chars().take(90).collect();
                println!("{:<28}{seed:>8}{deliveries:>12}  {why}", canary.word());
            }
            None => {
                lost += 1;
                println!("{:<28}{:>8}{:>12}  NOT FOUND", canary.word(), "-", sum.counts.deliveries);
            }
        }
    }
    plant(None);
    println!("{} found, {lost} not found, within {seeds} seeds each", Canary::ALL.len() - lost);
    lost == 0
}

/// One run that may end in a panic.
fn survive(seed: u64) -> crate::world::Report {
    let run = std::panic::catch_unwind(|| crate::world::World::new(seed, false).run(seed));
    run.unwrap_or_else(|_| crate::world::Report {
        seed,
        counts: crate::counts::Counts::default(),
        trace: 0,
        broken: Some("a panic".into()),
    })
}
