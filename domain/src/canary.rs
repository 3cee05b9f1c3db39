//! Seeded bugs: the proof that the simulation can fail.
//!
//! Each canary stands where the real code could be wrong in one line. Without the feature `canaries` every
//! question here is answered "no" when the program is compiled, and nothing of it is left.

macro_rules! canaries {
    ($($(#[doc = $doc:literal])* $name:ident $word:literal),* $(,)?) => {
        /// A bug that can be planted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Canary { $($(#[doc = $doc])* $name),* }

        impl Canary {
            /// Every bug there is.
            pub const ALL: &[Canary] = &[$(Canary::$name),*];

            /// The name it is called by on the command line.
            pub const fn word(self) -> &'static str {
                match self { $(Canary::$name => $word),* }
            }
        }
    };
}

canaries! {
    /// `v` is taken from a counter outside the lock of the head.
    SequenceCursor "sequence-cursor",
    /// A plan is written without comparing the head it was made for.
    CasRemoved "cas-removed",
    /// The server answers before it has committed.
    OutcomeBeforeCommit "outcome-before-commit",
    /// An answered envelope leaves the journal at once.
    AckDropsEntry "ack-drops-entry",
    /// A row that leaves the view is deleted although work on it waits.
    PurgeIgnoresPending "purge-ignores-pending",
    /// After a failure no time is set to try again.
    TimerNotRearmed "timer-not-rearmed",
    /// A command that had its effect in another chain has it again.
    MidCheckRemoved "mid-check-removed",
    /// Envelopes are decided although some before them are missing.
    BatchContinuesAfterGap "batch-continues-after-gap",
    /// A walk ends with the head of its last stretch instead of its first.
    WalkWithoutGoal "walk-without-goal",
    /// The device takes the server's sums for its own.
    SumsAdopted "sums-adopted",
    /// A cursor of another history is taken for one of this.
    EpochIgnored "epoch-ignored",
    /// What the poke says counts as heard.
    PokeCarriesData "poke-carries-data",
    /// An older row replaces a newer one.
    OlderRowsTaken "older-rows-taken",
    /// A refused envelope does not count as decided.
    RefusalDoesNotAdvance "refusal-does-not-advance",
    /// A write that met a full disk counts as saved.
    QuotaIsSuccess "quota-is-success",
    /// An answer to an older question is taken over.
    LateAnswerTaken "late-answer-taken",
    /// Another envelope under a known number is taken for a repeat.
    ForkUnnoticed "fork-unnoticed",
    /// What a restored server forgot stays answered on the device.
    RestoreForgotten "restore-forgotten",
    /// Changed grants do not start a walk.
    GrantsIgnored "grants-ignored",
    /// A stretch is believed without comparing the sums.
    SumsNotCompared "sums-not-compared",
    /// Rows are added to a view of an earlier moment.
    RestOfAnotherMoment "rest-of-another-moment",
}

impl Canary {
    /// Whether this bug is planted.
    #[cfg(not(feature = "canaries"))]
    #[inline(always)]
    pub const fn planted(self) -> bool {
        false
    }

    /// Whether this bug is planted.
    #[cfg(feature = "canaries")]
    pub fn planted(self) -> bool {
        PLANTED.load(std::sync::atomic::Ordering::Relaxed) == self as usize + 1
    }
}

#[cfg(feature = "canaries")]
static PLANTED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

/// Plants one bug in this whole process, or none.
#[cfg(feature = "canaries")]
pub fn plant(canary: Option<Canary>) {
    let number = canary.map_or(0, |canary| canary as usize + 1);
    PLANTED.store(number, std::sync::atomic::Ordering::Relaxed);
}
