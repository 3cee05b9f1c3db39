//! Which card of a list shows which ticket.

use std::collections::BTreeMap;

use domain::{Id, ticket::Ticket};

/// The cards of a list by number, in their order, each with the ticket it shows.
#[derive(Clone, PartialEq)]
pub struct Dealt {
    asked: String,
    cards: Vec<(usize, Id<Ticket>)>,
}

impl Dealt {
    /// While the same list is asked for, a card goes where its ticket goes. In another list the cards keep their places
    /// and take in other tickets, so that only what differs is drawn: whoever types has another list at every key.
    pub fn again(before: Option<&Self>, asked: String, ids: &[Id<Ticket>]) -> Self {
        let same = before.is_some_and(|before| before.asked == asked);
        let before = before.map(|before| before.cards.as_slice()).unwrap_or_default();
        let of: BTreeMap<Id<Ticket>, usize> =
            before.iter().map(|(card, id)| (*id, *card)).collect();
        let mut next = before.iter().map(|(card, _)| card + 1).max().unwrap_or_default();
        let mut fresh = || {
            next += 1;
            next - 1
        };
        let deal = |(place, id): (usize, &Id<Ticket>)| {
            let kept =
                if same { of.get(id).copied() } else { before.get(place).map(|(card, _)| *card) };
            (kept.unwrap_or_else(&mut fresh), *id)
        };
        let cards = ids.iter().enumerate().map(deal).collect();
        Self { asked, cards }
    }

    /// The ticket on this card.
    pub fn shown_by(&self, card: usize) -> Option<Id<Ticket>> {
        self.cards.iter().find(|(it, _)| *it == card).map(|(_, id)| *id)
    }

    /// The numbers of the cards, in their order.
    pub fn cards(&self) -> Vec<usize> {
        self.cards.iter().map(|(card, _)| *card).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<Id<Ticket>> {
        names.iter().map(|name| Id::derived(name)).collect()
    }

    fn shown(dealt: &Dealt) -> Vec<Option<Id<Ticket>>> {
        dealt.cards().into_iter().map(|card| dealt.shown_by(card)).collect()
    }

    #[test]
    fn in_the_same_list_a_card_goes_where_its_ticket_goes() {
        let first = Dealt::again(None, "all".into(), &ids(&["a", "b", "c"]));
        let moved = ids(&["new", "c", "a"]);
        let then = Dealt::again(Some(&first), "all".into(), &moved);
        assert_eq!((first.cards(), then.cards()), (vec![0, 1, 2], vec![3, 2, 0]));
        assert_eq!(shown(&then), moved.into_iter().map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn in_another_list_the_cards_keep_their_places() {
        let first = Dealt::again(None, "all".into(), &ids(&["a", "b"]));
        let found = ids(&["x", "a", "y"]);
        let then = Dealt::again(Some(&first), "all x".into(), &found);
        assert_eq!(then.cards(), [0, 1, 2]);
        assert_eq!(shown(&then), found.into_iter().map(Some).collect::<Vec<_>>());
    }
}
