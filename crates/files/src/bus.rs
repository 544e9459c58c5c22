//! Bus lines: a directory of `bus.toml`, `lines.csv` and `stops.csv`.
//!
//! | file | what |
//! |---|---|
//! | `bus.toml` | `version` (1), `name`, `city`, `provenance`, `classes` (the line classes) |
//! | `lines.csv` | `code,direction,line,class`: one row for each direction of a line |
//! | `stops.csv` | `code,direction,seq,stop,number`: its stops in the order of travel, with the printed 站号 |
//!
//! Both tables begin with a `#` line that says where the figures come from. `code` and `direction`
//! (0 or 1) name a line in both tables, as they do in the card's records (`docs/spec/terminal.md`
//! 1.2).

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use tunion_data::CityCode;
use tunion_fare::{BusLine, BusLines, GroupId, Stop};

use crate::diag::{Diagnostic, Diagnostics, Source, Text};
use crate::network::twice;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: Spanned<u32>,
    name: String,
    city: Text<CityCode>,
    provenance: Spanned<String>,
    classes: Vec<Spanned<String>>,
}

/// Loads the bus lines in a directory.
///
/// # Errors
/// Every mistake found in the three files, with its line.
pub fn load(directory: impl AsRef<Path>) -> Result<BusLines, Diagnostics> {
    let read = |name| Source::read(directory.as_ref().join(name));
    compile(&read("bus.toml")?, &read("lines.csv")?, &read("stops.csv")?)
}

/// Compiles bus lines from the texts of their three files.
///
/// # Errors
/// As [`load`].
pub fn compile(head: &Source, lines: &Source, stops: &Source) -> Result<BusLines, Diagnostics> {
    let file: Head = head.toml()?;
    let mut errors = Diagnostics::default();
    errors.keep(head.version(&file.version, 1));
    errors.keep(head.said(&file.provenance, "provenance"));
    errors.keep(classes(head, &file.classes));
    let Some(rows) = errors.keep(line_table(lines, &file.classes)) else { return Err(errors) };
    let Some(mut stops_of) = errors.keep(stop_table(stops, &rows)) else { return Err(errors) };
    let lines = rows
        .into_iter()
        .map(|row| {
            let stops = stops_of.remove(&row.key).unwrap_or_default();
            if stops.is_empty() {
                let message = format!("line `{}` has no stops", row.line.get_ref());
                errors.push(lines.error(&row.line, message));
            }
            BusLine {
                code: row.key.0,
                direction: row.key.1,
                name: row.line.get_ref().as_str().into(),
                class: row.class,
                stops: stops.into(),
            }
        })
        .collect();
    let classes = file.classes.iter().map(|name| name.get_ref().as_str().into()).collect();
    errors.or(BusLines::new(&file.name, file.city.0, classes, lines))
}

fn classes(source: &Source, classes: &[Spanned<String>]) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut seen = HashMap::new();
    for name in classes {
        if let Some(first) = seen.insert(name.get_ref(), name) {
            errors.push(twice(source, "class", name, first));
        }
    }
    if let Some(name) = classes.get(32) {
        errors.push(source.error(name, "more than 32 line classes"));
    }
    errors.or(())
}

/// Code and direction.
type Key = (u16, u8);

struct LineRow {
    key: Key,
    line: Spanned<String>,
    class: GroupId,
}

fn key(source: &Source, code: &Spanned<String>, direction: &Spanned<String>) -> Result<Key, Diagnostic> {
    let number = source.parse(code)?;
    match source.parse(direction)? {
        side @ (0 | 1) => Ok((number, side)),
        _ => Err(source.error(direction, "a direction is 0 or 1")),
    }
}

fn line_table(source: &Source, classes: &[Spanned<String>]) -> Result<Vec<LineRow>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut rows = Vec::new();
    let mut seen = HashMap::new();
    let names = || classes.iter().map(|name| name.get_ref().as_str()).zip((0..=u8::MAX).map(GroupId));
    for [code, direction, line, class] in source.table(["code", "direction", "line", "class"])? {
        let key = errors.keep(key(source, &code, &direction));
        let class = errors.keep(source.choose(&class, "line class", names()));
        let (Some(key), Some(class)) = (key, class) else { continue };
        if let Some(first) = seen.insert(key, line.clone()) {
            errors.push(twice(source, "line", &line, &first).help("each code and direction is given once"));
        }
        rows.push(LineRow { key, line, class });
    }
    errors.or(rows)
}

fn stop_table(source: &Source, lines: &[LineRow]) -> Result<HashMap<Key, Vec<Stop>>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut stops_of: HashMap<Key, Vec<Stop>> = HashMap::new();
    for [code, direction, seq, stop, number] in
        &source.table(["code", "direction", "seq", "stop", "number"])?
    {
        let key = errors.keep(key(source, code, direction));
        let (seq_number, number) = (errors.keep(source.parse::<u8>(seq)), errors.keep(source.parse(number)));
        let (Some(key), Some(seq_number), Some(number)) = (key, seq_number, number) else { continue };
        if !lines.iter().any(|line| line.key == key) {
            let message = format!("there is no line with code {} and direction {}", key.0, key.1);
            errors.push(source.error(code, message).help("lines.csv names the lines"));
            continue;
        }
        let stops = stops_of.entry(key).or_default();
        let next = stops.len() + 1;
        if usize::from(seq_number) != next {
            errors.push(
                source
                    .error(seq, format!("stop {seq_number} of a line where stop {next} is due"))
                    .help("seq counts the stops of a line from 1 without a gap, to 255 at most"),
            );
        }
        stops.push(Stop { name: stop.get_ref().as_str().into(), number });
    }
    errors.or(stops_of)
}

#[cfg(test)]
mod tests;
