//! All of a tap for a person to read: one fact a line, and no line numbered, so that two taps can be compared.

use super::Anatomy;
use super::fields::{self, fields};
use super::lines::{Lines, padded};
use super::value::{
    Change, Check, Checked, Exchange, Made, Outcome, Plan, Record, Step, Sum, Tap, Totals, Value,
};
use tunion_data::Fen;

/// What a name in a list of details takes at least.
const NAME: usize = 14;

impl Anatomy {
    /// Everything; how the terminal was switched on only if `bring_up` says so.
    #[must_use]
    pub fn text(&self, bring_up: bool) -> String {
        let mut out = Lines::default();
        self.head(&mut out);
        for tap in &self.taps {
            tap.write(&mut out, bring_up);
        }
        for kept in &self.kept {
            out.gap();
            out.line(&format!("still kept by terminal {}, slot {}", kept.terminal, kept.slot));
            fields(&mut out, &kept.fields);
        }
        out.text()
    }

    /// Who and where.
    pub(super) fn head(&self, out: &mut Lines) {
        let Self { card, terminal, before, seed, .. } = self;
        let valid = format!("valid {} to {}", card.valid_from, card.valid_to);
        let (pan, name, issuer, kind) = (&card.pan, &card.name, &card.issuer, &card.card_type);
        out.wrapped("card      ", &format!("{pan} ({name}), {kind}, issuer {issuer}, {valid}"));
        if !card.keys_as_issued {
            out.line("          its keys are not those that the issuer's roots give its number");
        }
        let (name, kind, city) = (&terminal.name, &terminal.kind, &terminal.city);
        let bus = terminal.bus.as_ref().map_or_else(String::new, |bus| format!(", on {bus}"));
        out.wrapped("terminal  ", &format!("{name}, {kind} of city {city}, number {}{bus}", terminal.number));
        let (index, version) = (terminal.key_index, terminal.key_version);
        let psam = format!(
            "{}, acquirer {}, purchase key {index:02}, version {version:02}",
            terminal.psam, terminal.acquirer
        );
        out.wrapped("psam      ", &psam);
        if !terminal.keys_as_issued {
            out.line("          its root of purchases is not the issuer's");
        }
        out.line(&format!("seed      {seed}"));
        for tap in before {
            let outcome = tap.outcome.as_ref().map_or_else(|| "no decision".to_owned(), short);
            out.wrapped("before    ", &format!("{} {}: {outcome}", spaced(&tap.at), tap.place));
        }
    }
}

impl Tap {
    fn write(&self, out: &mut Lines, bring_up: bool) {
        out.gap();
        self.title(out);
        for exchange in self.bring_up.iter().filter(|_| bring_up) {
            out.gap();
            exchange.write(out, "terminal, switched on");
        }
        for step in &self.steps {
            out.gap();
            step.write(out);
        }
        out.gap();
        self.write_changes(out);
        out.gap();
        self.totals.write(out);
        out.gap();
        self.end(out);
    }

    /// When and where, and how the card is to be pulled.
    pub(super) fn title(&self, out: &mut Lines) {
        let default = if self.at_is_default { " (no --at was given)" } else { "" };
        out.line(&format!("==== {} {}{default}", spaced(&self.at), self.place));
        if let Some(pull) = &self.pull {
            out.wrapped("     ", pull);
        }
    }

    /// What came of it, in one line.
    pub(super) fn end(&self, out: &mut Lines) {
        match &self.outcome {
            Some(outcome) => out.wrapped("", &short(outcome)),
            None => out.line("the terminal never decided"),
        }
    }

    fn write_changes(&self, out: &mut Lines) {
        if self.changes.is_empty() {
            return out.line("card, before and after: nothing was changed");
        }
        out.line("card, before and after");
        self.changes.iter().for_each(|change| change.write(out));
    }
}

impl Change {
    fn write(&self, out: &mut Lines) {
        let Self { part, record, is_new, fields } = self;
        let record = if record.is_empty() { String::new() } else { format!(" record {record}") };
        let new = if *is_new { ", new" } else { "" };
        let mut left = padded(&format!("    {part}{record}{new}"), 26);
        let names = fields.iter().map(|field| field.name.len()).max().unwrap_or_default();
        for field in fields {
            let before = field.before.as_ref().map_or_else(String::new, |before| format!("{before} -> "));
            out.wrapped(&format!("{left}{:<names$}  ", field.name), &format!("{before}{}", field.after));
            left = " ".repeat(26);
        }
    }
}

impl Step {
    fn write(&self, out: &mut Lines) {
        match self {
            Self::Exchange(exchange) => exchange.write(out, "terminal"),
            Self::Checks { checks } => {
                out.line("terminal: checks");
                let names = checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
                for Check { name, verdict, saw } in checks {
                    let saw = if *verdict == "not reached" { "" } else { saw };
                    out.wrapped(&format!("    {verdict:<11}  {name:<names$}  "), saw);
                }
            }
            Self::Plan(plan) => plan.write(out),
            Self::Reset => out.line("terminal: resets its PSAM"),
            Self::Persist { slot, fields } => {
                out.line(&format!("terminal: keeps a grey record in slot {slot} before it goes on"));
                let told = ["kind", "amount", "card-seq", "terminal-seq"].into_iter().filter_map(|name| {
                    let field = fields.iter().find(|field| field.name == name)?;
                    Some(format!("{name} {}", field.meaning))
                });
                out.wrapped("    ", &told.collect::<Vec<_>>().join(", "));
            }
            Self::Forget { slot } => out.line(&format!("terminal: forgets the grey record in slot {slot}")),
            Self::Decision(outcome) => outcome.write(out),
            Self::Record(record) => record.write(out),
            Self::Show { balance_fen, log, trips } => {
                let balance = yuan(*balance_fen);
                out.line(&format!("terminal: shows balance {balance}, log {log}, trips {trips}"));
            }
        }
    }
}

impl Exchange {
    fn write(&self, out: &mut Lines, who: &str) {
        let Self { to, title, about, command, request, answer, sw, says, objects, reply, .. } = self;
        let about = if about.is_empty() { String::new() } else { format!(": {about}") };
        out.wrapped(&format!("{who} -> {to}  "), &format!("{title}{about}"));
        if let Some(command) = command {
            fields::command(out, command);
        }
        fields(out, request);
        self.checked.iter().for_each(|checked| checked.write(out));
        let sw = sw.as_ref().map_or_else(String::new, |sw| format!("{sw} "));
        let why = self.why.map_or_else(String::new, |why| format!(": {why}"));
        out.wrapped("    < ", &format!("{sw}{says}{why}"));
        if let Some(answer) = answer.as_ref().filter(|answer| !answer.is_empty()) {
            out.bytes("      ", answer);
        }
        for object in objects {
            out.object(object, 6);
        }
        fields(out, reply);
        self.made.iter().for_each(|made| made.write(out));
    }
}

impl Checked {
    fn write(&self, out: &mut Lines) {
        let Self { name, value, by, verdict } = self;
        out.line(&format!("    {name} {value} checked by {}: {verdict}", the(by)));
    }
}

impl Made {
    fn write(&self, out: &mut Lines) {
        let Self { name, value, by, checked_by, key, over, says, .. } = self;
        let checked_by = the(checked_by);
        out.wrapped("    ", &format!("{name} {value} made by {} for {checked_by}: {says}", the(by)));
        let Some(key) = key else { return };
        let index = key.index.map_or_else(String::new, |index| format!(", index {index:02}"));
        let folded = if key.session.is_empty() { ", its halves folded" } else { "" };
        let detail = |name: &str| format!("        {name:<NAME$}  ");
        let (root, version, value) = (key.root, key.version, &key.check_value);
        out.wrapped(
            &detail("key"),
            &format!("{root}, version {version:02}{index}, check value {value}{folded}"),
        );
        out.wrapped(&detail("of"), &format!("issuer {}, card {}", key.issuer, key.number));
        if !key.session.is_empty() {
            let session = key.session.iter().map(|Value { name, bytes, .. }| format!("{name} {bytes}"));
            out.wrapped(&detail("session"), &session.collect::<Vec<_>>().join(", "));
        }
        for Value { name, bytes, meaning } in over {
            let meaning = if meaning == bytes { "" } else { meaning };
            out.line(&format!("{}{bytes:<14}  {meaning}", detail(name)));
        }
    }
}

impl Plan {
    fn write(&self, out: &mut Lines) {
        let Self { what, amount_fen, list_fen, reasons } = self;
        let list = list_fen.map_or_else(String::new, |list| format!(", list {}", yuan(list)));
        out.line(&format!("terminal: plan: {what}, {}{list}", yuan(*amount_fen)));
        for reason in reasons {
            let (before, after) = (yuan(reason.before_fen), yuan(reason.after_fen));
            out.wrapped(&format!("    {before:>7} -> {after:>7}  "), &reason.says);
            out.line(&format!("                        {}, {}", reason.rule, reason.at));
        }
    }
}

impl Outcome {
    fn write(&self, out: &mut Lines) {
        let Self { result, code_number, says, .. } = self;
        out.line(&format!("terminal: decision: {result}, code {code_number:02X} {says}"));
        let detail = |name: &str| format!("    {name:<NAME$}  ");
        let said = |words: &str| if words.is_empty() { "nothing".to_owned() } else { words.to_owned() };
        out.line(&format!("{}{}", detail("prompt"), self.prompt));
        out.line(&format!("{}{}", detail("voice"), said(&self.voice)));
        out.line(&format!("{}{}", detail("text"), said(&self.text)));
        out.line(&format!("{}{}", detail("light"), self.light));
        let balance = self.balance_fen.map_or_else(|| "not known".to_owned(), yuan);
        let amounts = [("list", self.list_fen), ("charged", self.charged_fen), ("loaded", self.loaded_fen)];
        for (name, fen) in amounts {
            if let Some(fen) = fen {
                out.line(&format!("{}{}", detail(name), yuan(fen)));
            }
        }
        out.line(&format!("{}{balance}", detail("balance")));
        self.notes.iter().for_each(|note| out.wrapped(&detail("note"), note));
    }
}

impl Record {
    fn write(&self, out: &mut Lines) {
        let flags =
            if self.flags.is_empty() { String::new() } else { format!(" ({})", self.flags.join(", ")) };
        out.line(&format!("terminal: record to be uploaded{flags}"));
        fields(out, &self.fields);
        let said = match self.tac_right {
            Some(true) => "as expected",
            Some(false) => "WRONG: not what the issuer's roots give",
            None => return,
        };
        out.line(&format!("    TAC of the record: {said}"));
    }
}

impl Totals {
    fn write(&self, out: &mut Lines) {
        out.line("totals    commands  bytes in  bytes out  3DES blocks  DES blocks  pages written");
        for (name, sum) in [("card", self.card), ("psam", self.psam), ("both", self.card.and(self.psam))] {
            let Sum { apdus, bytes_in, bytes_out, tdes_blocks, des_blocks, page_writes } = sum;
            out.line(&format!(
                "{name:<8}  {apdus:>8}  {bytes_in:>8}  {bytes_out:>9}  {tdes_blocks:>11}  {des_blocks:>10}  \
                 {page_writes:>13}"
            ));
        }
    }
}

/// What came of a tap: whether, why, and the money.
pub(super) fn short(outcome: &Outcome) -> String {
    let Outcome { result, code_number, says, voice, text, .. } = outcome;
    let said = [text, voice].into_iter().find(|said| !said.is_empty());
    let said = said.map_or_else(String::new, |said| format!(", {said}"));
    let amounts =
        [("charged", outcome.charged_fen), ("loaded", outcome.loaded_fen), ("balance", outcome.balance_fen)];
    let amounts = amounts.into_iter().filter_map(|(name, fen)| Some(format!(", {name} {}", yuan(fen?))));
    format!("{result}, {code_number:02X} {says}{said}{}", amounts.collect::<String>())
}

/// A party with its article.
fn the(party: &str) -> String {
    match party {
        "clearing" => party.to_owned(),
        "psam" => "the PSAM".to_owned(),
        _ => format!("the {party}"),
    }
}

fn yuan(fen: u32) -> String {
    Fen::new(fen).to_string()
}

/// A time with a space in it.
fn spaced(at: &str) -> String {
    at.replace('T', " ")
}
