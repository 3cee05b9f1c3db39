//! What somebody types letter by letter: whoever types on is looked for only where the letters before stood.

use super::{Fit, Names, Rank, Wanted};

/// What was typed so far, and where it stood. Whoever takes a letter back has been there before.
#[derive(Clone, Debug, Default)]
pub struct Trail(Vec<(Wanted, Vec<usize>)>);

impl Trail {
    /// The places of what fits, and how well. There are `count` names, and they must be those of the last time.
    pub fn places<'a>(
        &mut self,
        wanted: &Wanted,
        count: usize,
        names: impl Fn(usize) -> Option<&'a Names>,
    ) -> Vec<(Rank, usize)> {
        while self.0.last().is_some_and(|(before, _)| !wanted.narrows(before)) {
            self.0.pop();
        }
        let (mut stands, mut fitting) = (Vec::new(), Vec::new());
        let mut look = |place: usize| {
            let fit = names(place).map_or(Fit::Nowhere, |names| wanted.fit(names));
            if fit != Fit::Nowhere {
                stands.push(place);
            }
            if let Fit::As(rank) = fit {
                fitting.push((rank, place));
            }
        };
        match self.0.last() {
            Some((_, places)) => places.iter().for_each(|place| look(*place)),
            None => (0..count).for_each(look),
        }
        if self.0.last().is_none_or(|(before, _)| before != wanted) {
            self.0.push((wanted.clone(), stands));
        }
        fitting
    }
}
