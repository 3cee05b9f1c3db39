//! "Sometimes": what must happen now and then in many runs, or the dice are too tame.

macro_rules! sometimes {
    ($($name:ident $what:literal),* $(,)?) => {
        /// How often each thing happened.
        #[derive(Clone, Copy, Debug, Default)]
        pub struct Counts { $(pub $name: u64),* }

        impl Counts {
            /// Adds those of another run.
            pub fn add(&mut self, other: &Counts) {
                $(self.$name += other.$name;)*
            }

            /// Each with its name, as a person says it.
            pub fn list(&self) -> Vec<(&'static str, u64)> {
                vec![$(($what, self.$name)),*]
            }
        }
    };
}

sometimes! {
    deliveries "messages delivered",
    steps "steps",
    deeds "deeds saved",
    refused_here "deeds the phone refused at once",
    applied "envelopes applied",
    noop "envelopes that changed nothing",
    amended "envelopes amended",
    refused "envelopes refused",
    quarantined "envelopes quarantined",
    unreadable "envelopes nobody could read",
    fork "forks",
    need_from "need_from",
    repeated "envelopes sent again",
    moved_chain "envelopes known from another chain",
    late_answer "answers to an older question dropped",
    stale_plan "plans made stale by another tab",
    unknown_written "unknown commits that had been written",
    unknown_nothing "unknown commits that had not",
    unknown_other "unknown commits another tab had overtaken",
    quota "writes that met a full disk",
    not_saved "deeds the person was told are not saved",
    frozen "rows frozen because work waits",
    thawed "rows thawed",
    walk "walks begun",
    walk_resumed "walks gone on with after a restart",
    stretch_full "stretches asked for whole after a mismatch",
    era "new epochs heard",
    restored "restores of the server from a backup",
    asked_again_after_restore "answered envelopes sent again to a restored server",
    power_lost_rows "power cuts that took relaxed writes",
    evicted "databases lost",
    adopted "envelopes adopted from a second journal",
    cloned "profiles cloned",
    rows_lost "stored rows lost behind our back",
    diverged "sums that did not agree",
    repaired "walks begun to repair",
    pruned "journal entries pruned",
    log_pruned "change logs pruned under a cursor",
    too_large "requests halved",
    session "sessions that ended",
    signed_out "sign-outs that emptied the device",
    sign_out_kept "sign-outs that kept unsent work",
    clock "clocks that jumped",
    killed "tabs killed",
    thaw "tabs frozen for hours",
    two_tabs "tabs opened beside another",
    rest_overtaken "tabs overtaken by another while they were opened",
    server_killed "server processes killed",
    killed_in_transaction "server processes killed inside a transaction",
    waited_for_lock "transactions that waited for the head",
    serialization "serialization failures run again",
    lagging "answers from a lagging snapshot",
    poisoned "commands that made the server fail",
    revoked "grants changed",
    retired "people deactivated",
    aged "tickets aged out",
    healed "runs that came to rest",
}

impl Counts {
    /// What never happened although it should have.
    pub fn missing(&self) -> Vec<&'static str> {
        self.list().into_iter().filter(|(_, count)| *count == 0).map(|(what, _)| what).collect()
    }
}
