//! When a tap is made, and how the card is pulled out of it.

use super::ask::{Ask, Errand};
use super::places::wrong;
use crate::fares::quote::{Refusal, moment};
use std::time::Duration;
use tunion_apdu::Device;
use tunion_apdu::table::{COMMANDS, Name};
use tunion_card::{Image, LONGEST_COMMAND};
use tunion_data::civil::{DateTime, date};
use tunion_files::diag::unknown;
use tunion_files::scenario::{Fault, When};

/// How long a ride takes of which only one end is given: our reading, as `fare quote` has it.
const STAY: Duration = Duration::from_secs(30 * 60);

/// When a tap and the one before it are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) at: DateTime,
    pub(super) entered: DateTime,
    /// Whether no time of the tap was given.
    pub(super) is_default: bool,
}

impl Ask {
    /// Both times. Without any a tap is made at 08:10 on 2026-11-23, a working day that the calendar of the fixtures knows; or,
    /// where that day is none of the card's validity, on its first day; and in any case after what the card's
    /// log shows.
    pub(super) fn times(&self, card: &Image) -> Result<Times, Refusal> {
        let at = time("--at", self.at.as_deref())?;
        let entered = time("--entered-at", self.entered_at.as_deref())?;
        if entered.is_some() && self.entered.is_none() {
            let place = if matches!(self.errand, Errand::Stop(_)) { "stop" } else { "station" };
            let help = format!("give --entered with the {place}, or leave it out");
            return Err(wrong("--entered-at", "nothing says where that was", help));
        }
        let (at, entered, is_default) = match (at, entered) {
            (Some(at), Some(entered)) => (at, entered, false),
            (Some(at), None) => (at, at.saturating_sub(STAY), false),
            (None, Some(entered)) => (entered.saturating_add(STAY), entered, true),
            (None, None) => {
                let at = default(card);
                let at = if self.entered.is_some() { at.saturating_add(STAY) } else { at };
                (at, at.saturating_sub(STAY), true)
            }
        };
        if self.entered.is_some() && entered >= at {
            let message = format!("{entered} is not before the tap, {at}");
            return Err(wrong("--entered-at", message, "give an earlier time"));
        }
        Ok(Times { at, entered, is_default })
    }

    /// How the card is pulled.
    pub(super) fn fault(&self) -> Result<Option<Fault>, Refusal> {
        const OPTION: &str = "--pull";
        let Some(text) = &self.pull else { return Ok(None) };
        let (command, when) = match text.split_once(':') {
            None => (text.as_str(), When::After),
            Some((command, "before")) => (command, When::Before),
            Some((command, "after")) => (command, When::After),
            Some((command, bytes)) => {
                let bytes: u32 = bytes.parse().map_err(|_| {
                    let message = format!("`{bytes}` is no moment");
                    let help = "write before, after, or the bytes that reach the card's memory, as in \
                                debit-for-purchase:200";
                    wrong(OPTION, message, help)
                })?;
                if usize::try_from(bytes).is_ok_and(|bytes| bytes > LONGEST_COMMAND) {
                    let message = format!("no command writes {bytes} bytes");
                    let help = format!("the longest writes {LONGEST_COMMAND}; when it is done, write after");
                    return Err(wrong(OPTION, message, help));
                }
                (command, When::During { bytes, noise: None })
            }
        };
        let command = named(command).ok_or_else(|| {
            let titles: Vec<String> = titles().map(|(title, _)| spelled(title)).collect();
            let refusal = Refusal::from(unknown("command", command, titles.iter().map(String::as_str)));
            let helped = refusal.remedy().is_some();
            let refusal = refusal.at(OPTION);
            let help = "write one that a card answers, such as debit-for-purchase or read-binary";
            if helped { refusal } else { refusal.help(help) }
        })?;
        Ok(Some(Fault { command, when }))
    }
}

/// When a tap is made that does not say when.
fn default(card: &Image) -> DateTime {
    let (first, last) = (card.info.valid_from.date(), card.info.valid_to.date());
    let day = date(2026, 11, 23);
    let outside = first.is_some_and(|first| day < first) || last.is_some_and(|last| day > last);
    let day = first.filter(|_| outside).unwrap_or(day);
    let at = day.at(8, 10, 0, 0);
    let done = card
        .log
        .iter()
        .filter_map(|entry| Some(entry.record.date.date()?.to_datetime(entry.record.time.time()?)));
    // A minute when the holder may well tap again.
    done.max().filter(|done| *done >= at).map_or(at, |done| done.saturating_add(STAY))
}

fn time(option: &str, text: Option<&str>) -> Result<Option<DateTime>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    moment(text).map(Some).map_err(|help| {
        let form = || "write 2026-11-23T07:40, in UTC+8 or with an offset such as +09:00".to_owned();
        wrong(option, format!("`{text}` is no time"), help.unwrap_or_else(form))
    })
}

/// The commands that a card answers, by their names.
fn titles() -> impl Iterator<Item = (&'static str, Name)> {
    COMMANDS.iter().filter(|spec| spec.devices.contains(&Device::Card)).map(|spec| (spec.title, spec.name))
}

/// A command by its name, in capitals with spaces or as `debit-for-purchase`.
fn named(text: &str) -> Option<Name> {
    titles().find(|(title, _)| spelled(title) == spelled(text)).map(|(_, name)| name)
}

fn spelled(title: &str) -> String {
    title.trim().to_lowercase().replace([' ', '_'], "-").replace(['(', ')'], "")
}
