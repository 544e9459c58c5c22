//! Reading a trace: every mistake with its line.

use super::file::{Dir, FORMAT, File, Header, Line, VERSION, Went, Wire};
use super::raw::Raw;
use super::rows::{self, HeaderRow, KINDS, ResetRow, TapRow, UpRow, WentRow};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::path::Path;
use tunion_apdu::Device;
use tunion_data::civil::DateTime;
use tunion_files::diag::{Diagnostic, Diagnostics, Source};

/// Mistakes of one file that are collected; after so many the rest of it is not looked at.
pub(super) const MOST: usize = 100;

/// A line of the file with its place.
struct Row<'s> {
    source: &'s Source,
    text: &'s str,
    start: usize,
}

impl File {
    /// Reads the trace at `path`.
    ///
    /// # Errors
    /// As [`File::parse`], and what keeps the file from being read.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Diagnostics> {
        Self::parse(&Source::read(path)?)
    }

    /// Reads the text of a trace.
    ///
    /// # Errors
    /// Every mistake, with its line: no header or one of another version, a line that is blank, is no JSON object or is of
    /// no kind, a key that its kind does not have or that is missing, bytes that are no hexadecimal digits, digits
    /// hidden where the header says that none is, an answer to no command. After a hundred the rest is not looked at.
    pub fn parse(source: &Source) -> Result<Self, Diagnostics> {
        let mut rows = rows_of(source);
        let Some(first) = rows.next().filter(|_| !source.text().trim().is_empty()) else {
            let empty = source.whole("this file is empty; a trace is wanted");
            return Err(empty.help("its first line is a header: `tunion run SCENARIO --trace FILE`").into());
        };
        let header = first.header()?;
        let mut errors = Diagnostics::default();
        let mut lines = Vec::new();
        let mut open: Option<Wire> = None;
        let mut is_in_turn = true;
        for row in rows {
            if errors.iter().count() >= MOST {
                break;
            }
            let Some(line) = errors.keep(row.line(header.masked)) else {
                // What was meant is not known, so the next line is taken as it comes.
                (open, is_in_turn) = (None, false);
                continue;
            };
            let apdu = line.went().filter(|went| went.link != Wire::Air);
            if is_in_turn {
                errors.keep(row.in_turn(&line, &mut open));
            } else if apdu.is_some() || line.went().is_none() {
                is_in_turn = true;
                open = apdu.filter(|went| went.dir == Dir::To).map(|went| went.link);
            }
            lines.push(line);
        }
        // The file ends in the middle of an exchange: what was recorded ended there too.
        if let Some(link) = open {
            lines.push(Line::Went(Went::lost(link)));
        }
        errors.or(Self { header, lines })
    }
}

fn rows_of(source: &Source) -> impl Iterator<Item = Row<'_>> {
    let mut start = 0;
    source.text().split_inclusive('\n').map(move |text| {
        let row = Row { source, text: text.trim_end(), start };
        start += text.len();
        row
    })
}

impl Row<'_> {
    /// An error of the line as a whole.
    fn error(&self, message: impl Into<String>) -> Diagnostic {
        self.source.error(self.start..self.start + self.text.len(), message)
    }

    /// An error at the value of a key, or of the line where the key is not found.
    fn error_at(&self, value: &str, message: impl Into<String>) -> Diagnostic {
        let quoted = format!("\"{value}\"");
        let at = self.text.find(&quoted).map_or(0..self.text.len(), |at| at..at + quoted.len());
        self.source.error(self.start + at.start..self.start + at.end, message)
    }

    fn object<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Diagnostic> {
        if self.text.is_empty() {
            return Err(self
                .error("this line is blank")
                .help("take it out: a trace has a line for each thing that happens"));
        }
        serde_json::from_str(self.text).map_err(|error| {
            // serde counts bytes from 1, and says in its message where that was.
            let at = error.column().saturating_sub(1).min(self.text.len().saturating_sub(1));
            let at = (0..=at).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
            let end = self.text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message);
            self.source.error(self.start + at..self.start + end, message)
        })
    }

    fn header(&self) -> Result<Header, Diagnostic> {
        let keys: Map<String, Value> = self.object()?;
        let help = "the first line of a trace is its header, such as \
                    {\"format\":\"tunion-trace\",\"version\":1,\"made\":\"run\",\"masked\":true}";
        if !keys.contains_key("format") {
            return Err(self.error("this is no header of a trace").help(help));
        }
        let row: HeaderRow = self.object()?;
        if row.format != FORMAT {
            return Err(self
                .error_at(&row.format, format!("`{}` is another format", row.format))
                .help(format!("a trace begins with \"format\":\"{FORMAT}\"")));
        }
        if row.version != VERSION {
            let message = format!("version {} of a trace is not known", row.version);
            return Err(self.error(message).help(format!("this program reads version {VERSION}")));
        }
        Ok(row.into())
    }

    fn line(&self, masked: bool) -> Result<Line, Diagnostic> {
        let keys: Map<String, Value> = self.object()?;
        let kind = KINDS.into_iter().find(|kind| keys.contains_key(*kind));
        match kind {
            Some("up") => {
                let row: UpRow = self.object()?;
                let at = self.moment(&row.at)?;
                Ok(Line::Up(row.scene(at)))
            }
            Some("tap") => {
                let row: TapRow = self.object()?;
                if row.tap == 0 || row.nth == 0 {
                    return Err(self.error("`tap` and `nth` count from 1"));
                }
                let at = self.moment(&row.at)?;
                Ok(Line::Tap(row.tap(at)))
            }
            Some("reset") => {
                let row: ResetRow = self.object()?;
                let known = [Device::Card, Device::Sam];
                let device = known.into_iter().find(|device| rows::device_name(*device) == row.reset);
                device.map(Line::Reset).ok_or_else(|| {
                    self.error_at(&row.reset, format!("there is no device `{}`", row.reset))
                        .help("card or sam")
                })
            }
            Some("link") => self.went(masked).map(Line::Went),
            Some(_) => Err(self.error("a second header").help("one trace is one file")),
            None => Err(self
                .error("this line is of no kind")
                .help("a line after the header has one of the keys up, tap, reset and link")),
        }
    }

    fn went(&self, masked: bool) -> Result<Went, Diagnostic> {
        let row: WentRow = self.object()?;
        let link = Wire::ALL.into_iter().find(|link| link.name() == row.link).ok_or_else(|| {
            self.error_at(&row.link, format!("there is no link `{}`", row.link)).help("card, sam or air")
        })?;
        let dir = Dir::ALL.into_iter().find(|dir| dir.sign() == row.dir).ok_or_else(|| {
            let message = format!("`{}` is no direction", row.dir);
            self.error_at(&row.dir, message).help("> to the device, < from it, x lost")
        })?;
        let bytes = row.bytes.as_deref().unwrap_or_default();
        let raw = Raw::parse(bytes).map_err(|wrong| {
            self.error_at(bytes, format!("`bytes`: {wrong}"))
                .help("write two hexadecimal digits for each byte")
        })?;
        if raw.is_masked() && !masked {
            let message = "`bytes` has hidden digits, and the header says that none is hidden";
            return Err(self.error_at(bytes, message).help("say \"masked\":true in the header"));
        }
        match (link, dir) {
            (Wire::Card | Wire::Sam, Dir::Lost) if !raw.is_empty() => {
                return Err(self
                    .error_at(bytes, "an answer that was lost has no bytes")
                    .help("leave `bytes` out"));
            }
            (Wire::Card | Wire::Sam, Dir::From) if raw.len() < 2 => {
                return Err(self.error_at(bytes, "an answer has at least its status word, 2 bytes"));
            }
            (_, Dir::To | Dir::From) if row.bytes.is_none() => {
                return Err(self.error("`bytes` is missing"));
            }
            _ => {}
        }
        let state = row.state.as_deref().map(|text| {
            rows::state(text).ok_or_else(|| {
                self.error_at(text, "`state` is no digest")
                    .help("write 16 hexadecimal digits, or leave it out")
            })
        });
        let state = state.transpose()?;
        if state.is_some() && (link == Wire::Air || dir == Dir::To) {
            return Err(self.error("`state` stands with what a card or a PSAM answered, and here is none"));
        }
        Ok(rows::went(&row, link, dir, raw, state))
    }

    fn moment(&self, text: &str) -> Result<DateTime, Diagnostic> {
        text.parse().map_err(|_| {
            self.error_at(text, format!("`at`: `{text}` is no time"))
                .help("write it as 2026-11-23T07:40:00, UTC+8")
        })
    }

    /// Whether an answer follows its command, and every command has one. A last command without an answer is one
    /// that was lost.
    fn in_turn(&self, line: &Line, open: &mut Option<Wire>) -> Result<(), Diagnostic> {
        let unanswered = |other: Wire| {
            self.error(format!("the command before this line, over `{}`, has no answer", other.name()))
                .help("an answer that never came is a line with \"dir\":\"x\"")
        };
        let Line::Went(went) = line else {
            return open.take().map_or(Ok(()), |other| Err(unanswered(other)));
        };
        match (went.link, went.dir) {
            (Wire::Air, _) => Ok(()),
            (link, Dir::To) => match open.replace(link) {
                None => Ok(()),
                Some(other) => Err(unanswered(other)),
            },
            (link, Dir::From | Dir::Lost) if open.take() == Some(link) => Ok(()),
            (link, _) => Err(self
                .error(format!("an answer over `{}`, and no command before it", link.name()))
                .help("a command is a line with \"dir\":\">\"")),
        }
    }
}
