//! What somebody types letter by letter: whoever types on is looked for only where the letters before stood.

use super::{Fit, Names, Rank, Wanted};

/// What was typed so far, and where it stood. Whoever takes a letter back has been there before.
#[derive(Clone, Debug, Default)]
pub struct Trail(Vec<(Wanted, Vec<(Fit, usize)>)>);

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
        if self.0.last().is_none_or(|(before, _)| before != wanted) {
            let look = |place: usize| {
                let fit = wanted.fit(names(place)?);
                (fit != Fit::Nowhere).then_some((fit, place))
            };
            let stands = match self.0.last() {
                Some((_, places)) => places.iter().filter_map(|(_, place)| look(*place)).collect(),
                None => (0..count).filter_map(look).collect(),
            };
            self.0.push((wanted.clone(), stands));
        }
        let fitting = |(fit, place): &(Fit, usize)| match fit {
            Fit::As(rank) => Some((*rank, *place)),
            Fit::ByAccident | Fit::Nowhere => None,
        };
        self.0
            .last()
            .into_iter()
            .flat_map(|(_, places)| places.iter().filter_map(fitting))
            .collect()
    }
}
