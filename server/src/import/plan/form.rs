//! One line of a form, cell by cell, and what is wrong with it.

use domain::customer::Salutation;

use crate::import::{
    BadRow, Code, cells,
    columns::{Column, Header},
    table::{Cell, Line, Table},
};

/// One line being read, with what is wrong with it.
pub(super) struct Form<'a> {
    pub(super) table: &'a Table,
    pub(super) header: &'a Header,
    pub(super) line: &'a Line,
    pub(super) bad: Vec<BadRow>,
}

impl Form<'_> {
    /// Whether the line says nothing; a number in front of an empty line says nothing either.
    pub(super) fn is_blank(&self) -> bool {
        self.header
            .columns
            .iter()
            .zip(&self.line.cells)
            .all(|(column, cell)| cell.is_blank() || matches!(column, None | Some(Column::Ordinal)))
    }

    pub(super) fn cell(&self, column: Column) -> Cell {
        let place = self.header.columns.iter().position(|found| *found == Some(column));
        place.and_then(|place| self.line.cells.get(place)).cloned().unwrap_or_default()
    }

    pub(super) fn text(&self, column: Column) -> String {
        self.cell(column).text()
    }

    pub(super) fn complain(&mut self, column: Column, code: Code) {
        let value: String = self.text(column).chars().take(80).collect();
        let column = Some(self.header.name_of(self.table, column));
        self.bad.push(BadRow { line: self.line.number, column, code, value });
    }

    /// The cell's text; complains where there is none.
    pub(super) fn needed(&mut self, column: Column) -> String {
        let text = self.text(column);
        if text.is_empty() {
            self.complain(column, Code::Empty);
        }
        text
    }

    /// The cell as a value; `None` where it is empty, or complained about.
    pub(super) fn value<T>(
        &mut self,
        column: Column,
        read: impl FnOnce(&Cell) -> Result<T, Code>,
    ) -> Option<T> {
        let cell = self.cell(column);
        if cell.is_blank() {
            return None;
        }
        read(&cell).map_err(|code| self.complain(column, code)).ok()
    }

    /// The telephone number, which the form cannot do without.
    pub(super) fn needed_phone(&mut self) -> String {
        if self.cell(Column::Phone).is_blank() {
            self.complain(Column::Phone, Code::Empty);
        }
        self.value(Column::Phone, cells::phone).unwrap_or_default()
    }

    pub(super) fn name_and_salutation(&mut self) -> (String, Salutation) {
        let (name, said) = cells::name(&self.cell(Column::Name));
        let salutation = self.value(Column::Salutation, cells::salutation).unwrap_or(said);
        (name, salutation)
    }
}
