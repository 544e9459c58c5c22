//! Logs of other programs as traces.
//!
//! | style | a command | an answer | other lines |
//! |---|---|---|---|
//! | plain | `>> 00A40000023F00` | `<< 9000` | blank, or begin with `#`; `reset` alone is a reset |
//! | GlobalPlatformPro (`gp -d`) | `A>> T=1 (4+0002) 00A40000 02 3F00` | `A<< (0000+2) (18ms) 9000` | skipped; `SCardConnect` is a reset |
//! | PC/SC daemon (`pcscd -f -d -a`) | `00000004 APDU: 00 A4 00 00 02 3F 00` | `00017178 SW: 90 00` | skipped; `IFDHPowerICC` with `PowerUp` or `Reset` is a reset |
//!
//! Times are those of the log: GlobalPlatformPro says how long an answer took, the daemon how many microseconds passed
//! since its last line. They begin with the log, or with the last reset.

use super::file::{Dir, File, Header, Line, Went, Wire};
use super::raw::Raw;
use super::read::MOST;
use tunion_apdu::Device;
use tunion_files::diag::{Diagnostic, Diagnostics, Source};

/// Who wrote a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// `>>` and `<<` with hexadecimal digits.
    Plain,
    /// GlobalPlatformPro with its debug switch.
    GlobalPlatformPro,
    /// The PC/SC daemon with its debug and APDU switches.
    Pcscd,
}

/// What a line of a log is.
enum Entry<'s> {
    Apdu(Dir, &'s str),
    Reset,
    Other,
}

impl Style {
    /// Every style, in the order in which a log is tried for them.
    pub const ALL: [Self; 3] = [Self::Plain, Self::GlobalPlatformPro, Self::Pcscd];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::GlobalPlatformPro => "gp",
            Self::Pcscd => "pcscd",
        }
    }

    /// The style of a log: the first of which it has a command.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let has =
            |style: &Self| text.lines().any(|line| matches!(style.entry(line), Ok(Entry::Apdu(Dir::To, _))));
        Self::ALL.into_iter().find(has)
    }

    fn entry(self, line: &str) -> Result<Entry<'_>, &'static str> {
        Ok(match self {
            Self::Plain => {
                let line = line.trim();
                match (line.strip_prefix(">>"), line.strip_prefix("<<")) {
                    (Some(rest), _) => apdu(Dir::To, rest),
                    (_, Some(rest)) => apdu(Dir::From, rest),
                    _ if line == "reset" => Entry::Reset,
                    _ if line.is_empty() || line.starts_with('#') => Entry::Other,
                    _ => return Err("this is no line of a plain log"),
                }
            }
            Self::GlobalPlatformPro => match (behind(line, "A>> "), behind(line, "A<< ")) {
                (Some(rest), _) => apdu(Dir::To, after_brackets(rest)),
                (_, Some(rest)) => apdu(Dir::From, after_brackets(rest)),
                _ if line.contains("SCardConnect(") => Entry::Reset,
                _ => Entry::Other,
            },
            Self::Pcscd => match (behind(line, " APDU: "), behind(line, " SW: ")) {
                (Some(rest), _) => apdu(Dir::To, rest),
                (_, Some(rest)) => apdu(Dir::From, rest),
                _ if line.contains("IFDHPowerICC()") && powers(line) => Entry::Reset,
                _ => Entry::Other,
            },
        })
    }

    /// How long it took, in ns, since the entry before (of the daemon: since the line before).
    fn took_ns(self, line: &str) -> u64 {
        let number = |digits: &str| digits.parse::<u64>().unwrap_or(0);
        let mut words = line.split_whitespace();
        match self {
            Self::Plain => 0,
            Self::GlobalPlatformPro => {
                let word = words.find_map(|word| word.strip_prefix('(')?.strip_suffix("ms)"));
                word.map_or(0, number).saturating_mul(1_000_000)
            }
            Self::Pcscd => {
                let is_stamp =
                    |word: &&str| word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit());
                words.find(is_stamp).map_or(0, number).saturating_mul(1_000)
            }
        }
    }
}

fn apdu(dir: Dir, digits: &str) -> Entry<'_> {
    Entry::Apdu(dir, digits.trim())
}

fn powers(line: &str) -> bool {
    line.contains("PowerUp") || line.contains("Reset")
}

fn behind<'s>(line: &'s str, mark: &str) -> Option<&'s str> {
    line.split_once(mark).map(|(_, rest)| rest)
}

/// Without `T=1` and what is in brackets at the beginning.
fn after_brackets(mut rest: &str) -> &str {
    let is_aside = |word: &str| word.is_empty() || word.starts_with("T=") || word.starts_with('(');
    while let Some((_, after)) = rest.split_once(' ').filter(|(word, _)| is_aside(word)) {
        rest = after;
    }
    rest
}

impl File {
    /// Makes a trace of a log. A command whose answer is missing was lost.
    ///
    /// ```
    /// use tunion_files::diag::Source;
    /// use tunion_harness::trace::File;
    ///
    /// let log = Source::new("card.log", ">> 0084000004\n<< 11 22 33 44 90 00\n>> 00A40000023F00\n");
    /// let file = File::import(&log, None)?;
    /// assert_eq!(file.lines.len(), 4);
    /// # Ok::<(), tunion_files::diag::Diagnostics>(())
    /// ```
    ///
    /// # Errors
    /// Every bad line, with its number: bytes that are no hexadecimal digits, a command of fewer than 4 bytes or an
    /// answer of fewer than 2, an answer to no command; and a log without any command. After a hundred the rest is not
    /// looked at.
    pub fn import(log: &Source, style: Option<Style>) -> Result<Self, Diagnostics> {
        let Some(style) = style.or_else(|| Style::of(log.text())) else {
            let none = log.whole("no command is found in this log");
            return Err(none
                .help("a command is `>> 00A4…`, `A>> T=1 (4+0000) 00A4…` or `APDU: 00 A4 …`")
                .into());
        };
        let mut errors = Diagnostics::default();
        let mut import = Import { style, log, lines: Vec::new(), open: false, t: 0 };
        let mut start = 0;
        for line in log.text().split_inclusive('\n') {
            errors.keep(import.line(line.trim_end(), start));
            start += line.len();
            if errors.iter().count() >= MOST {
                break;
            }
        }
        import.close();
        let header =
            Header { made: "import".to_owned(), arguments: vec![log.path().to_owned()], ..Header::default() };
        errors.or(Self { header, lines: import.lines })
    }
}

/// A log under way.
struct Import<'s> {
    style: Style,
    log: &'s Source,
    lines: Vec<Line>,
    /// Whether the last command waits for its answer.
    open: bool,
    t: u64,
}

impl Import<'_> {
    fn line(&mut self, line: &str, start: usize) -> Result<(), Diagnostic> {
        let whole = || start..start + line.len();
        self.t = self.t.saturating_add(self.style.took_ns(line));
        let entry = self.style.entry(line).map_err(|message| {
            let help = "write `>> HEX` for a command, `<< HEX` for an answer, `reset`, or `# …`";
            self.log.error(whole(), message).help(help)
        })?;
        let (dir, digits) = match entry {
            Entry::Other => return Ok(()),
            Entry::Reset => {
                self.close();
                self.t = 0;
                self.lines.push(Line::Reset(Device::Card));
                return Ok(());
            }
            Entry::Apdu(dir, digits) => (dir, digits),
        };
        // Also of a command that is none: its answer is not one mistake more.
        let was_open = std::mem::replace(&mut self.open, dir == Dir::To);
        let at = start + line.rfind(digits).unwrap_or(0);
        let place = || if digits.is_empty() { whole() } else { at..at + digits.len() };
        let joined: String = digits.split_whitespace().collect();
        let bytes = Raw::parse(&joined).map_err(|wrong| self.log.error(place(), wrong.to_string()))?;
        if bytes.is_masked() {
            let error = self.log.error(place(), "`*` is no hexadecimal digit");
            return Err(error.help("bytes that are hidden cannot be imported"));
        }
        let (least, what) = if dir == Dir::To { (4, "a command") } else { (2, "an answer") };
        if bytes.len() < least {
            let message = format!("{what} has at least {least} bytes, and here are {}", bytes.len());
            return Err(self.log.error(place(), message));
        }
        match (dir, was_open) {
            (Dir::To, true) => self.lost(),
            (Dir::To, false) | (_, true) => {}
            (_, false) => return Err(self.log.error(whole(), "an answer, and no command before it")),
        }
        self.lines.push(Line::Went(Went { t: self.t, link: Wire::Card, dir, bytes, state: None }));
        Ok(())
    }

    /// A command that waits is not answered any more.
    fn close(&mut self) {
        if std::mem::take(&mut self.open) {
            self.lost();
        }
    }

    fn lost(&mut self) {
        self.lines.push(Line::Went(Went { t: self.t, ..Went::lost(Wire::Card) }));
    }
}
