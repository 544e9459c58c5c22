//! The lines of a trace as serde sees them: one type for each kind of line, whose keys are all that it may have.

use super::file::{Dir, FORMAT, File, Header, Line, Scene, State, Tap, VERSION, Went, Wire};
use super::raw::Raw;
use super::say::Sayer;
use serde::{Deserialize, Serialize};
use tunion_apdu::Device;

/// The keys by which a line is told from others; one of them stands in each line.
pub(super) const KINDS: [&str; 5] = ["format", "up", "tap", "reset", "link"];

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeaderRow {
    pub(super) format: String,
    pub(super) version: u32,
    made: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    arguments: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cards: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    terminals: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keys: Option<String>,
    masked: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpRow {
    up: String,
    place: String,
    pub(super) at: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TapRow {
    pub(super) tap: u32,
    card: String,
    pub(super) nth: u64,
    terminal: String,
    place: String,
    pub(super) at: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetRow {
    pub(super) reset: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WentRow {
    pub(super) t: u64,
    pub(super) link: String,
    pub(super) dir: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<String>,
    /// For readers; nothing depends on it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    says: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<String>,
}

impl From<HeaderRow> for Header {
    fn from(row: HeaderRow) -> Self {
        let HeaderRow { made, arguments, seed, cards, terminals, keys, masked, .. } = row;
        Self { made, arguments, seed, cards, terminals, keys, masked }
    }
}

impl UpRow {
    pub(super) fn scene(self, at: tunion_data::civil::DateTime) -> Scene {
        Scene { terminal: self.up, place: self.place, at }
    }
}

impl TapRow {
    pub(super) fn tap(self, at: tunion_data::civil::DateTime) -> Tap {
        let scene = Scene { terminal: self.terminal, place: self.place, at };
        Tap { number: self.tap, card: self.card, nth: self.nth, scene }
    }
}

/// The device's name in a `reset` line.
pub(super) const fn device_name(device: Device) -> &'static str {
    match device {
        Device::Card => Wire::Card.name(),
        Device::Sam => Wire::Sam.name(),
    }
}

impl File {
    /// The text of the file, as [`File::parse`] takes it.
    ///
    /// ```
    /// use tunion_files::diag::Source;
    /// use tunion_harness::trace::{File, Header};
    ///
    /// let file = File { header: Header { made: "import".to_owned(), ..Header::default() }, lines: vec![] };
    /// assert_eq!(file.text(), "{\"format\":\"tunion-trace\",\"version\":1,\"made\":\"import\",\"masked\":false}\n");
    /// assert_eq!(File::parse(&Source::new("empty.trace", file.text()))?, file);
    /// # Ok::<(), tunion_files::diag::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn text(&self) -> String {
        let Header { made, arguments, seed, cards, terminals, keys, masked } = self.header.clone();
        let format = FORMAT.to_owned();
        let header =
            HeaderRow { format, version: VERSION, made, arguments, seed, cards, terminals, keys, masked };
        let mut text = json(&header);
        let mut sayer = Sayer::default();
        for line in &self.lines {
            text.push('\n');
            text.push_str(&match line {
                Line::Up(Scene { terminal, place, at }) => {
                    json(&UpRow { up: terminal.clone(), place: place.clone(), at: at.to_string() })
                }
                Line::Tap(tap) => json(&TapRow {
                    tap: tap.number,
                    card: tap.card.clone(),
                    nth: tap.nth,
                    terminal: tap.scene.terminal.clone(),
                    place: tap.scene.place.clone(),
                    at: tap.scene.at.to_string(),
                }),
                Line::Reset(device) => json(&ResetRow { reset: device_name(*device).to_owned() }),
                Line::Went(went) => json(&WentRow {
                    t: went.t,
                    link: went.link.name().to_owned(),
                    dir: went.dir.sign().to_owned(),
                    bytes: (!went.bytes.is_empty() || went.dir != Dir::Lost).then(|| went.bytes.to_string()),
                    says: sayer.says(went),
                    state: went.state.as_ref().map(State::to_string),
                }),
            });
        }
        text.push('\n');
        text
    }

    /// Whether a digit of it is hidden.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        self.header.masked || self.lines.iter().filter_map(Line::went).any(|went| went.bytes.is_masked())
    }
}

/// A row as a line of JSON; none of them can fail to be one.
fn json(row: &impl Serialize) -> String {
    serde_json::to_string(row).unwrap_or_default()
}

/// The state that a text of 16 digits is.
pub(super) fn state(text: &str) -> Option<State> {
    let raw = Raw::parse(text).ok().filter(|raw| !raw.is_masked())?;
    Some(State(raw.bytes().try_into().ok()?))
}

/// What went over a link, put together.
pub(super) fn went(row: &WentRow, link: Wire, dir: Dir, bytes: Raw, state: Option<State>) -> Went {
    Went { t: row.t, link, dir, bytes, state }
}
