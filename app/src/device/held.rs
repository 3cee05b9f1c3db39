//! A noun in a list, shared with the view: lists of thousands are made at every change, and compared.

use std::{marker::PhantomData, ops::Deref, sync::Arc};

use domain::{Row, rows::Noun};

/// A noun as the view holds it. Copying it costs nothing.
#[derive(Debug)]
pub struct Held<T> {
    row: Arc<Row>,
    kind: PhantomData<fn() -> T>,
}

impl<T: Noun> Held<T> {
    /// The noun in this row, if it is of this kind.
    pub(super) fn of(row: Arc<Row>) -> Option<Self> {
        T::of(&row).is_some().then_some(())?;
        Some(Self { row, kind: PhantomData })
    }
}

impl<T: Noun> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        T::of(&self.row).expect("a row is only taken for what it is")
    }
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self { row: self.row.clone(), kind: PhantomData }
    }
}

impl<T: PartialEq> PartialEq for Held<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.row, &other.row) || self.row == other.row
    }
}
