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

use crate::diag::{Diagnostic, Diagnostics, Repeats, Source, Text};
use crate::kind::Kind;

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
    let file: Head = Kind::BusLines.read(head)?;
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
            errors.push(source.twice("class", name, first));
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
            errors.push(source.twice("line", &line, &first).help("each code and direction is given once"));
        }
        rows.push(LineRow { key, line, class });
    }
    errors.or(rows)
}

fn stop_table(source: &Source, lines: &[LineRow]) -> Result<HashMap<Key, Vec<Stop>>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let rows = source.table(["code", "direction", "seq", "stop", "number"])?;
    let mut unknown = Repeats::new("row");
    let mut routes: HashMap<Key, Route<'_>> = HashMap::new();
    // A row whose line cannot be read may be due in any line.
    let mut astray = false;
    for [code, direction, seq, stop, number] in &rows {
        let (key, seq_number, number_read) = (
            errors.keep(key(source, code, direction)),
            errors.keep(source.parse::<u8>(seq)),
            errors.keep(source.parse(number)),
        );
        let Some(key) = key else {
            astray = true;
            continue;
        };
        let named = &source.text()[code.span().start..direction.span().end];
        let known = unknown.keep(named, || {
            let message = format!("there is no line with code {} and direction {}", key.0, key.1);
            let known = lines.iter().any(|line| line.key == key);
            known.then_some(()).ok_or_else(|| source.error(code, message).help("lines.csv names the lines"))
        });
        if known.is_none() {
            continue;
        }
        let route = routes.entry(key).or_insert_with(Route::new);
        let due = route.due.filter(|_| !astray);
        route.due = due.map(|due| due.saturating_add(1));
        if let (Some(seq_number), Some(due)) = (seq_number, due)
            && seq_number != due
        {
            errors.push(
                source
                    .error(seq, format!("stop {seq_number} of a line where stop {due} is due"))
                    .help("seq counts the stops of a line from 1 without a gap, to 255 at most"),
            );
            route.due = None;
        }
        if let Some(read) = number_read {
            route.stops.push(Stop { name: stop.get_ref().as_str().into(), number: read });
            route.numbers.push(number);
        }
    }
    unknown.tell(&mut errors);
    for line in lines {
        if let Some(route) = routes.get(&line.key) {
            errors.keep(route.one_way(source, line.line.get_ref()));
        }
    }
    errors.or(routes.into_iter().map(|(key, route)| (key, route.stops)).collect())
}

/// The stops of a line in one direction, as far as they are read.
struct Route<'a> {
    stops: Vec<Stop>,
    /// Where their numbers stand.
    numbers: Vec<&'a Spanned<String>>,
    /// The `seq` of its next row; `None` once the count is lost, which is told once.
    due: Option<u8>,
}

impl Route<'_> {
    fn new() -> Self {
        Self { stops: Vec::new(), numbers: Vec::new(), due: Some(1) }
    }

    /// The printed numbers rise along the line or fall along it; several stops may share one.
    fn one_way(&self, source: &Source, line: &str) -> Result<(), Diagnostic> {
        let mut way = None;
        for (pair, places) in self.stops.windows(2).zip(self.numbers.windows(2)) {
            let step = pair[0].number.cmp(&pair[1].number);
            if step.is_eq() {
                continue;
            }
            if *way.get_or_insert(step) != step {
                let (before, then) = if step.is_gt() { ("rise", "falls") } else { ("fall", "rises") };
                let message = format!("the stop numbers of line `{line}` {before} up to here");
                let error = source.error(places[1], message).label(format!("this one {then}"));
                return Err(error
                    .also(places[0], "the number before")
                    .help("the numbers of a line rise or fall all along it; several stops may share one"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
