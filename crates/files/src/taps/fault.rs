//! What is wrong with a row, and what would be right.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;
use tunion_fare::{LineId, Medium, Product};

use super::cards;
use super::column::Column;
use super::names::Names;
use crate::diag::{day_of, nearest};
use crate::rows::{BadRow, Cells, short};

/// A fault as it is found, before it has words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) column: Column,
    pub(super) what: What,
}

/// What is wrong with a cell.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum What {
    /// It is empty, and this tap needs it.
    Missing,
    /// It is given, and this tap has none.
    Unwanted,
    /// It names nothing.
    Unknown,
    /// It is not written as it should be.
    Form,
    /// It names something that is not on this line.
    NotOnLine,
    /// It names no stop of this line.
    UnknownStop(LineId),
    /// It names several stops of this line.
    Several(LineId),
}

impl What {
    pub(super) const fn of(self, column: Column) -> Fault {
        Fault { column, what: self }
    }
}

/// Puts faults into words. Nearest names are looked for once, as a wrong name comes back in many rows.
#[derive(Default, Debug)]
pub(super) struct Words(HashMap<(Column, bool, What, String), Option<String>, FxBuildHasher>);

/// So many answers are kept.
const KEPT: usize = 4096;

impl Words {
    pub(super) fn say(
        &mut self,
        fault: Fault,
        cells: &impl Cells<Column>,
        names: &Names<'_>,
        line: u64,
    ) -> BadRow {
        let Fault { column, what } = fault;
        let text = String::from_utf8_lossy(cells.cell(column)).into_owned();
        let tap = String::from_utf8_lossy(cells.cell(Column::Tap)).into_owned();
        let name = column.name();
        let quoted = short(&text);
        let message = match what {
            Missing if column == Column::Tap => "no `tap` is given".to_owned(),
            Missing => format!("no `{name}` is given"),
            Unwanted => format!("`{name}` is given, and {} has none", with_article(&tap)),
            Unknown if column == Column::Line && is_bus(&tap) => format!("there is no bus line {quoted}"),
            Unknown if column == Column::Line => format!("there is no rail line {quoted}"),
            Unknown | UnknownStop(_) => format!("there is no {name} {quoted}"),
            Form => match column {
                Column::Charged => format!("{quoted} is no amount in fen"),
                Column::Card if text.len() > cards::LONGEST => {
                    format!("a card of {} bytes", text.len())
                }
                Column::Card => format!("{quoted} is no card"),
                Column::Direction => format!("{quoted} is no direction"),
                _ => format!("{quoted} is no time"),
            },
            NotOnLine => {
                let at = String::from_utf8_lossy(cells.cell(Column::Line)).into_owned();
                match column {
                    Column::Direction => format!("bus line {} has no direction {quoted}", short(&at)),
                    Column::Stop => format!("bus line {} has no stop {quoted}", short(&at)),
                    _ => {
                        let station = String::from_utf8_lossy(cells.cell(Column::Station)).into_owned();
                        format!(
                            "{} lies on none of the lines that are priced as {quoted} is",
                            short(&station)
                        )
                    }
                }
            }
            Several(_) => format!("several stops of the line are called {quoted}"),
        };
        let key = (column, is_bus(&tap), what, text);
        if let Some(known) = self.0.get(&key) {
            return BadRow { line, message, help: known.clone() };
        }
        let help = help(&key, names);
        if self.0.len() < KEPT {
            self.0.insert(key, help.clone());
        }
        BadRow { line, message, help }
    }
}

use What::{Form, Missing, NotOnLine, Several, Unknown, UnknownStop, Unwanted};

fn is_bus(tap: &str) -> bool {
    matches!(tap, "on" | "off" | "single")
}

fn with_article(tap: &str) -> String {
    let article = if tap.starts_with(['e', 'o']) { "an" } else { "a" };
    format!("{article} `{tap}`")
}

fn help((column, is_bus, what, text): &(Column, bool, What, String), names: &Names<'_>) -> Option<String> {
    let time = || "times are written as 2026-11-23T08:00:00, in UTC+8 or with an offset".to_owned();
    match (what, column) {
        (Missing, Column::Direction) => Some("the line has both: 0 and 1".to_owned()),
        (Unwanted, _) => Some("leave it empty".to_owned()),
        (Unknown, Column::Tap) => nearest(text, ["entry", "exit", "on", "off", "single", "cover"]),
        (Unknown, Column::Product) => nearest(text, Product::ALL.iter().map(|product| product.name())),
        (Unknown, Column::Medium) => nearest(text, Medium::ALL.iter().map(|medium| medium.name())),
        (Unknown, _) => names.nearest(*column, *is_bus, text),
        (Form, Column::Time | Column::Activated) => day_of(text).or_else(|| Some(time())),
        (Form, Column::Charged) => {
            Some("an amount is written in whole fen, digits only, such as 320".to_owned())
        }
        (Form, Column::Card) => Some(format!(
            "a card is a text of 1 to {} bytes of UTF-8 without control characters",
            cards::LONGEST
        )),
        (Form, _) => Some("a direction is 0 or 1".to_owned()),
        (NotOnLine, Column::Stop) => {
            Some("`#` is followed by the stop's place on the line, from 1".to_owned())
        }
        (NotOnLine, Column::Direction) => Some("the other one is the only one".to_owned()),
        (Missing | NotOnLine, _) => None,
        (UnknownStop(line), _) => {
            let line = names.line(*line)?;
            nearest(text, line.stops.iter().map(|stop| &*stop.name))
        }
        (Several(line), _) => {
            let stops = names.line(*line)?.stops.iter().zip(1u8..);
            let places: Vec<_> =
                stops.filter(|(stop, _)| *stop.name == **text).map(|(_, n)| format!("`#{n}`")).collect();
            Some(format!("write which: {}", places.join(" or ")))
        }
    }
}
