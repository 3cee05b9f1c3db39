//! Files become tables here: rows of cells with the lines they stand on, whatever the program that wrote them.

use std::{
    collections::BTreeMap,
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{Data, DataRef, Reader as _, Xls, Xlsx};
use chrono::{NaiveDate, NaiveDateTime};
use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::Code;

/// The most lines one file may have.
pub const ROWS_MAX: usize = 20_000;
/// The most columns that are read; what stands further right is no form of ours.
const COLUMNS_MAX: usize = 200;
/// The largest size a workbook may have when it is unpacked, in bytes.
const UNPACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The most characters of a cell that are read. Free texts are bounded far below by the domain.
const CELL_CHARS_MAX: usize = 20_000;

/// A file as lines of cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub lines: Vec<Line>,
    /// Lines on which a quotation mark was opened and never closed (text files only).
    pub torn: Vec<u32>,
}

/// One line that says something.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The number a person sees beside the line in the program that made the file, from 1.
    pub number: u32,
    pub cells: Vec<Cell>,
}

/// What stands in one place of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    /// Only workbooks know numbers; text files have their digits in `Text`.
    Number(f64),
    Moment(NaiveDateTime),
}

impl Cell {
    /// What the cell says, as a person would read it.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.trim().to_owned(),
            // Telephone numbers and codes arrive as numbers: 13800138000, not 1.38e10.
            Self::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                format!("{number:.0}")
            }
            Self::Number(number) => number.to_string(),
            Self::Moment(moment) if moment.time() == chrono::NaiveTime::MIN => {
                moment.format("%Y-%m-%d").to_string()
            }
            Self::Moment(moment) => moment.format("%Y-%m-%d %H:%M").to_string(),
        }
    }

    /// Whether there is nothing to read.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) | Self::Moment(_) => false,
        }
    }
}

/// Reads a file of any supported kind; its content, not its name, says which.
///
/// # Errors
/// [`Code::NotATable`], [`Code::BadEncoding`] or [`Code::TooManyRows`].
pub fn read(bytes: &[u8]) -> Result<Table, Code> {
    if bytes.starts_with(b"PK\x03\x04") {
        workbook(|| xlsx(bytes))
    } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        workbook(|| xls(bytes))
    } else {
        text(&decode(bytes)?)
    }
}

/// Broken workbooks have made their reader panic before; that must not take the server's task with it.
fn workbook(read: impl FnOnce() -> Result<Table, Code>) -> Result<Table, Code> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(Code::NotATable))
}

fn xlsx(bytes: &[u8]) -> Result<Table, Code> {
    if unpacked_bytes(bytes) > UNPACKED_BYTES_MAX {
        return Err(Code::TooManyRows);
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| Code::NotATable)?;
    for sheet in book.sheet_names() {
        let mut grid = Grid::default();
        // Cell by cell, because one stray cell in the last corner makes a dense range of billions.
        let Ok(mut cells) = book.worksheet_cells_reader(&sheet) else { continue };
        while let Some(cell) = cells.next_cell().map_err(|_| Code::NotATable)? {
            let (row, column) = cell.get_position();
            grid.put(row, column, from_ref(cell.get_value()))?;
        }
        if !grid.0.is_empty() {
            return Ok(grid.into_table());
        }
    }
    Ok(Table::default())
}

fn xls(bytes: &[u8]) -> Result<Table, Code> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|_| Code::NotATable)?;
    for sheet in book.sheet_names() {
        let mut grid = Grid::default();
        let Ok(range) = book.worksheet_range(&sheet) else { continue };
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let row = top.saturating_add(u32::try_from(row).unwrap_or(u32::MAX));
            let column = left.saturating_add(u32::try_from(column).unwrap_or(u32::MAX));
            grid.put(row, column, from_data(value))?;
        }
        if !grid.0.is_empty() {
            return Ok(grid.into_table());
        }
    }
    Ok(Table::default())
}

/// The cells of a sheet by row and column.
#[derive(Default)]
struct Grid(BTreeMap<u32, BTreeMap<usize, Cell>>);

impl Grid {
    fn put(&mut self, row: u32, column: u32, cell: Cell) -> Result<(), Code> {
        let column = column as usize;
        if cell.is_blank() || column >= COLUMNS_MAX {
            return Ok(());
        }
        self.0.entry(row).or_default().insert(column, cell);
        // A title and a header may stand above the rows.
        if self.0.len() > ROWS_MAX + 10 { Err(Code::TooManyRows) } else { Ok(()) }
    }

    fn into_table(self) -> Table {
        let line = |(row, cells): (u32, BTreeMap<usize, Cell>)| {
            let width = cells.keys().next_back().map_or(0, |last| last + 1);
            let mut line = Line { number: row.saturating_add(1), cells: vec![Cell::Empty; width] };
            for (column, cell) in cells {
                line.cells[column] = cell;
            }
            line
        };
        Table { lines: self.0.into_iter().map(line).collect(), torn: Vec::new() }
    }
}

fn from_ref(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Int(number) => Cell::Text(number.to_string()),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => bounded(text),
        DataRef::SharedString(text) => bounded(text),
        DataRef::Bool(yes) => Cell::Text(if *yes { "是" } else { "否" }.into()),
        DataRef::DateTime(moment) => from_excel(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => bounded(text),
        DataRef::Error(_) | DataRef::Empty => Cell::Empty,
    }
}

fn from_data(value: &Data) -> Cell {
    match value {
        Data::Int(number) => Cell::Text(number.to_string()),
        Data::Float(number) => Cell::Number(*number),
        Data::String(text) => bounded(text),
        Data::Bool(yes) => Cell::Text(if *yes { "是" } else { "否" }.into()),
        Data::DateTime(moment) => from_excel(moment),
        Data::DateTimeIso(text) | Data::DurationIso(text) => bounded(text),
        _ => Cell::Empty,
    }
}

fn from_excel(moment: &calamine::ExcelDateTime) -> Cell {
    if moment.is_duration() {
        return Cell::Number(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))
        .and_then(|date| date.and_hms_opt(u32::from(hour), u32::from(minute), u32::from(second)))
        .map_or(Cell::Number(moment.as_f64()), Cell::Moment)
}

fn bounded(text: &str) -> Cell {
    Cell::Text(text.chars().take(CELL_CHARS_MAX).collect())
}

/// How large a zip archive says it is when unpacked, from its central directory.
fn unpacked_bytes(bytes: &[u8]) -> u64 {
    let mut sum = 0u64;
    let mut from = 0;
    while let Some(found) = bytes[from..].windows(4).position(|four| four == b"PK\x01\x02") {
        let entry = from + found;
        if let Some(size) = bytes.get(entry + 24..entry + 28) {
            sum += u64::from(u32::from_le_bytes([size[0], size[1], size[2], size[3]]));
        }
        from = entry + 4;
    }
    sum
}

/// UTF-8 with or without its mark, UTF-16 with a mark, else GB18030, which Chinese Excel writes.
fn decode(bytes: &[u8]) -> Result<String, Code> {
    let (text, broken) = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (std::str::from_utf8(rest).map(str::to_owned), false),
        [0xFF, 0xFE, rest @ ..] => {
            let (text, broken) = UTF_16LE.decode_without_bom_handling(rest);
            (Ok(text.into_owned()), broken)
        }
        [0xFE, 0xFF, rest @ ..] => {
            let (text, broken) = UTF_16BE.decode_without_bom_handling(rest);
            (Ok(text.into_owned()), broken)
        }
        // No text has this; the file is a picture, a program or an archive.
        _ if bytes.contains(&0) => return Err(Code::NotATable),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => (Ok(text.to_owned()), false),
            Err(_) => {
                let (text, broken) = GB18030
                    .decode_without_bom_handling_and_without_replacement(bytes)
                    .map_or((String::new(), true), |text| (text.into_owned(), false));
                (Ok(text), broken)
            }
        },
    };
    let text = text.map_err(|_| Code::BadEncoding)?;
    if broken {
        return Err(Code::BadEncoding);
    }
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\u{1a}' | '\u{b}');
    if text.contains(control) { Err(Code::NotATable) } else { Ok(text) }
}

/// Reads separated values. The separator is the one the first lines use most.
fn text(text: &str) -> Result<Table, Code> {
    let separator = separator(text);
    let mut table = Table::default();
    let mut rest = text;
    let mut number = 1u32;
    while !rest.is_empty() {
        let (cells, used) = match record(rest, separator) {
            Some(record) => record,
            None => {
                // A mark that is never closed would swallow the rest of the file: give up this line only.
                table.torn.push(number);
                (Vec::new(), line_end(rest))
            }
        };
        if cells.iter().any(|cell| !cell.is_blank()) {
            table.lines.push(Line { number, cells });
            if table.lines.len() > ROWS_MAX + 10 {
                return Err(Code::TooManyRows);
            }
        }
        number = number.saturating_add(line_breaks(&rest[..used]));
        rest = &rest[used..];
    }
    Ok(table)
}

fn separator(text: &str) -> char {
    let head: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(5).collect();
    let count = |separator: char| -> usize {
        head.iter().map(|line| line.matches(separator).count()).max().unwrap_or(0)
    };
    // On a tie the comma wins, being the first.
    [',', '\t', ';', '，']
        .into_iter()
        .rev()
        .max_by_key(|&separator| count(separator))
        .unwrap_or(',')
}

/// The first record of `text` and how many bytes it takes with its line end; `None` if a quote stays open.
fn record(text: &str, separator: char) -> Option<(Vec<Cell>, usize)> {
    let mut cells = Vec::new();
    let mut content = String::new();
    let mut quoted = false;
    let mut chars = text.char_indices().peekable();
    let mut push = |content: &mut String| {
        if cells.len() < COLUMNS_MAX {
            cells.push(bounded(content));
        }
        content.clear();
    };
    while let Some((at, c)) = chars.next() {
        match c {
            '"' if quoted => {
                if chars.peek().is_some_and(|&(_, next)| next == '"') {
                    chars.next();
                    content.push('"');
                } else {
                    quoted = false;
                }
            }
            _ if quoted => content.push(c),
            // Only a mark at the very start of a cell opens a quotation; 14" stays 14".
            '"' if content.trim().is_empty() => {
                content.clear();
                quoted = true;
            }
            '\r' | '\n' => {
                let pair = c == '\r' && chars.peek().is_some_and(|&(_, next)| next == '\n');
                push(&mut content);
                return Some((cells, at + if pair { 2 } else { 1 }));
            }
            _ if c == separator => push(&mut content),
            // The mark DOS programs put at the end of a file.
            '\u{1a}' => {}
            _ => content.push(c),
        }
    }
    if quoted {
        return None;
    }
    push(&mut content);
    Some((cells, text.len()))
}

/// Where the next line begins.
fn line_end(text: &str) -> usize {
    match text.find(['\r', '\n']) {
        Some(at) if text[at..].starts_with("\r\n") => at + 2,
        Some(at) => at + 1,
        None => text.len(),
    }
}

/// How many lines end in `text`, whichever way they end.
fn line_breaks(text: &str) -> u32 {
    let mut breaks = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        breaks += 1;
        rest = &rest[at + if rest[at..].starts_with("\r\n") { 2 } else { 1 }..];
    }
    breaks
}
