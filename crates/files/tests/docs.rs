//! What the documentation of tariffs shows is what the program reads.
//!
//! A block that begins with the name of a file, such as `# rail.toml`, is that file; it is loaded with those
//! before it. Any other TOML block is a part of a tariff: the reference adds each to a small one, the walk
//! adds them to the one before. A block that is `refused` stands before the message it gets and goes nowhere, and
//! one that is `designed` is not read yet.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use tunion_data::civil::date;
use tunion_fare::{FareError, GroupId, StationId, Taps, TicketId};
use tunion_files::diag::Diagnostics;
use tunion_files::{bus, calendar, city, fare_cases, network, tariff};

/// A fenced block of a page.
struct Block<'a> {
    /// What stands behind the fence, such as `toml refused`.
    kind: &'a str,
    text: String,
    line: usize,
}

impl Block<'_> {
    /// The file that it is, when its first line names one.
    fn file(&self) -> Option<&str> {
        let name = self.text.lines().next()?.strip_prefix("# ")?;
        let name = name.split_once(':').map_or(name, |(name, _)| name);
        (name.contains('.') && !name.contains(' ')).then_some(name)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap()
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (line, text) in (1..).zip(page.lines()) {
        match (text.strip_prefix("```"), open.take()) {
            (Some(kind), None) => open = Some(Block { kind, text: String::new(), line }),
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(mut block)) => {
                block.text.push_str(text);
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// A folder for the files of one page, with the fixtures in it.
struct Folder(PathBuf);

impl Folder {
    fn new(page: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("docs-{page}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        std::os::unix::fs::symlink(root().join("fixtures").canonicalize().unwrap(), path.join("fixtures"))
            .unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Writes a file and loads it, if it is one that is loaded by itself.
    fn load(&self, name: &str, text: &str) -> Result<(), String> {
        let path = self.write(name, text);
        let shown = |errors: Diagnostics| self.shown(&errors);
        match Path::new(name).file_name().unwrap().to_str().unwrap() {
            "network.toml" | "bus.toml" | "stations.csv" | "edges.csv" | "lines.csv" | "stops.csv" => Ok(()),
            "city.toml" => city::load(path).map(drop).map_err(shown),
            "cases.toml" => {
                let city = city::load(self.0.join("city.toml")).map_err(shown)?;
                let check = |case: fare_cases::FareCase| case.check(&city).map(drop);
                let cases = fare_cases::load(path).map_err(shown)?;
                cases.into_iter().try_for_each(check).map_err(|error| self.shown(&error.into()))
            }
            "days.csv" => calendar::load(path).map(drop).map_err(shown),
            _ => tariff::load(path).map(drop).map_err(shown),
        }
    }

    /// The message as someone sees it who stands in the folder.
    fn shown(&self, errors: &Diagnostics) -> String {
        format!("{errors}\n").replace(&format!("{}/", self.0.display()), "")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Loads the files that a page shows, in its order.
fn read(page: &str, name: &str) -> Folder {
    let folder = Folder::new(name);
    for block in blocks(page).iter().filter(|block| ["toml", "csv"].contains(&block.kind)) {
        if let Some(file) = block.file() {
            let loaded = folder.load(file, &block.text);
            loaded.unwrap_or_else(|said| panic!("docs/{name}:{}\n{said}", block.line));
        }
    }
    folder
}

/// Follows a page on which a tariff grows, part by part; how many parts were refused on the way.
fn walk(name: &str) -> usize {
    const TARIFF: &str = "rail.toml";
    let text = page(name);
    let folder = Folder::new(name);
    let (mut tariff, mut refused) = (String::new(), 0);
    let mut blocks = blocks(&text).into_iter();
    while let Some(block) = blocks.next() {
        let place = format!("docs/{name}:{}", block.line);
        if !["toml", "csv", "toml refused"].contains(&block.kind) {
            continue;
        }
        let file = block.file().unwrap_or(TARIFF);
        let text =
            if block.file().is_some() { block.text.clone() } else { format!("{tariff}\n{}", block.text) };
        match (block.kind, folder.load(file, &text)) {
            ("toml refused", Ok(())) => panic!("{place} is not refused"),
            ("toml refused", Err(said)) => {
                let message = blocks.next().filter(|next| next.kind == "text");
                let message = message.unwrap_or_else(|| panic!("{place} has no message; it is\n{said}"));
                assert!(message.text == said, "{place}: the message is\n{said}");
                folder.write(TARIFF, &tariff);
                refused += 1;
            }
            (_, loaded) => loaded.unwrap_or_else(|said| panic!("{place}\n{said}")),
        }
        if block.kind == "toml" && file == TARIFF {
            tariff = text;
        }
    }
    refused
}

const HEAD: &str = r#"version = 2
name = "small"
city = "1000"
valid-from = 2026-01-01
provenance = "made up"
calendar = "days.csv"
rounding = "exact"
"#;

const ENTRY: &str = r#"
[entry]
source = "made up"
balance = "3.00"
overdraft = true
"#;

const RAIL_PRICE: &str = r#"
[[price]]
name = "rail"
source = "made up"
when = { groups = ["network"] }
bands = [{ to-metres = 40000, price = "5.00" }]
"#;

const BUS_PRICE: &str = r#"
[[price]]
name = "bus"
source = "made up"
when = { classes = ["ordinary", "express"] }
flat = "20.00"
"#;

/// A part of the language in a small tariff of rail or bus.
fn with_part(part: &str) -> String {
    let bus = part.contains("classes") || part.contains("stop-numbers");
    let places = if bus { "bus-lines = \"small-bus\"\n" } else { "network = \"small-rail\"\n" };
    let price = match (part.contains("[[price]]"), bus) {
        (true, _) => "",
        (false, true) => BUS_PRICE,
        (false, false) => RAIL_PRICE,
    };
    format!("{HEAD}{places}{ENTRY}{price}\n{part}")
}

#[test]
fn the_reference_of_tariffs() {
    let text = page("tariffs.md");
    let folder = read(&text, "tariffs.md");
    network::load(folder.0.join("small-rail")).unwrap();
    bus::load(folder.0.join("small-bus")).unwrap();
    let (mut parts, mut designed) = (0, 0);
    for block in blocks(&text) {
        let loaded = folder.load("part.toml", &with_part(&block.text));
        match (block.kind, block.file()) {
            ("toml", None) => {
                parts += 1;
                loaded.unwrap_or_else(|said| panic!("docs/tariffs.md:{}\n{said}", block.line));
            }
            ("toml designed", _) => {
                designed += 1;
                let said = loaded.expect_err("a sketch of what is designed is read by now");
                let unread = ["unknown field", "is not a surcharge"].iter().any(|what| said.contains(what));
                assert!(unread, "docs/tariffs.md:{}\n{said}", block.line);
            }
            _ => {}
        }
    }
    assert!(parts >= 8 && designed >= 8, "{parts} parts, {designed} sketches");
}

#[test]
fn the_walk_from_a_notice() {
    assert!(walk("walk.md") >= 4);
}

/// The messages in the first column of the tables are those that the program has.
#[test]
fn messages_and_their_cure() {
    let text = page("tariffs.md");
    let section = text.split("## Messages and their cure").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let rows: Vec<&str> = rows.filter(|row| *row != "message").collect();
    assert!(rows.len() > 20);
    let mut known = String::new();
    for module in ["tariff", "network", "bus", "city", "calendar"] {
        let snapshots = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(module).join("snapshots");
        for entry in fs::read_dir(snapshots).into_iter().flatten() {
            known.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
        }
    }
    let (station, group) = (StationId(0), GroupId(0));
    for error in [
        FareError::OutOfDate { from: date(2014, 12, 28), until: None },
        FareError::NotCovered(group),
        FareError::NoCommonGroup(station, station),
        FareError::NoCalendar { year: 2020 },
        FareError::Incomplete(Taps::NoExit),
        FareError::NotActivated(TicketId(1)),
    ] {
        writeln!(known, "\nerror: {error}").unwrap();
    }
    for row in rows {
        assert!(known.contains(&format!("error: {row}\n")), "no such message: {row}");
    }
}
