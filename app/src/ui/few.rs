//! A long list in two moments: what one sees first, the rest behind it.

use std::time::Duration;

use leptos::prelude::*;

/// So long after another question the rest follows. Whoever types is faster than that.
const REST_MS: u64 = 700;

/// How much of a list to draw: after each question so `few`, and a moment later so `many`.
pub fn few_first<Q>(question: Memo<Q>, few: usize, many: usize) -> Memo<usize>
where
    Q: Clone + PartialEq + Send + Sync + 'static,
{
    let whole = RwSignal::new(None::<Q>);
    Effect::new(move |_| {
        let asked = question.get();
        // Whoever asks the same again later, as by emptying a field, is shown the few first again.
        whole.set(None);
        let rest = move || {
            // A question asked since has its own moment; a list that is gone has nothing below.
            if question.try_with_untracked(|now| *now == asked) == Some(true) {
                let _gone = whole.try_set(Some(asked));
            }
        };
        set_timeout(rest, Duration::from_millis(REST_MS));
    });
    Memo::new(move |_| {
        let is_whole = question.with(|now| whole.with(|whole| whole.as_ref() == Some(now)));
        if is_whole { many } else { few }
    })
}
