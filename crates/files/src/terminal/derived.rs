//! A terminal profile that changes another one.

use serde::Deserialize;
use toml::Spanned;
use tunion_data::Fen;

use super::TerminalFile;
use super::guards::RepeatTable;
use super::schema::{Name, Names, RecoveryTable};
use super::select::SelectTable;
use super::switches::Switches;
use super::white_list::WhiteList;
use crate::diag::{Diagnostics, Source, Text};
use crate::kind::Kind;
use crate::library::Library;

/// Whether a file names a base; whatever else it has.
#[derive(Deserialize)]
struct Probe {
    base: Option<toml::Value>,
}

/// The profile as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    version: Spanned<u32>,
    name: Name,
    provenance: Name,
    base: Name,
    mac1: Option<Name>,
    mac2: Option<Name>,
    mac2_failure: Option<Name>,
    accepted: Option<Names>,
    expired_student: Option<Name>,
    known: Option<Names>,
    white_list: Option<Spanned<WhiteList>>,
    select: Option<Spanned<SelectTable>>,
    trip_balance: Option<Name>,
    top_up_below: Option<Text<Fen>>,
    grey_slots: Option<Spanned<u16>>,
    retap_seconds: Option<Spanned<u16>>,
    recovery: Option<Spanned<RecoveryTable>>,
    defects: Option<Names>,
    lock_black_listed: Option<Spanned<bool>>,
    open_elsewhere: Option<Name>,
    free_reentry_minutes: Option<Spanned<u16>>,
    passback_seconds: Option<Spanned<u16>>,
    ask_back: Option<Spanned<bool>>,
    max_minutes: Option<Spanned<u16>>,
    overtime_minutes: Option<Spanned<u16>>,
    remaining: Option<Spanned<Text<Fen>>>,
    exit_minutes: Option<Spanned<u16>>,
    max_balance: Option<Spanned<Text<Fen>>>,
    max_fare: Option<Spanned<Text<Fen>>>,
    newest_trip: Option<Spanned<bool>>,
    repeat: Option<Spanned<RepeatTable>>,
}

/// Whether the text names a base. One that is no TOML does not.
pub(super) fn has_base(source: &Source) -> bool {
    toml::from_str::<Probe>(source.text()).is_ok_and(|probe| probe.base.is_some())
}

/// The base with what the file changes.
pub(super) fn terminal(source: &Source, library: &mut Library) -> Result<TerminalFile, Diagnostics> {
    let file: File = Kind::Terminal.read(source)?;
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 1));
    errors.keep(source.said(&file.name, "name"));
    errors.keep(source.said(&file.provenance, "provenance"));
    let path = source.file(&file.base)?;
    if has_base(&Source::read(&path)?) {
        let error = source.error(&file.base, "this base has a base itself");
        return Err(error.help("name the profile that it is based on").into());
    }
    let base = library.terminal(path).map_err(|errors| errors.named_at(source, &file.base))?;
    let mut profile = base.profile.clone();
    profile.name.clone_from(file.name.get_ref());
    let switches = Switches {
        mac1: file.mac1,
        mac2: file.mac2,
        mac2_failure: file.mac2_failure,
        accepted: file.accepted,
        expired_student: file.expired_student,
        known: file.known,
        white_list: file.white_list,
        select: file.select,
        trip_balance: file.trip_balance,
        top_up_below: file.top_up_below,
        grey_slots: file.grey_slots,
        retap_seconds: file.retap_seconds,
        recovery: file.recovery,
        defects: file.defects,
        lock_black_listed: file.lock_black_listed,
        open_elsewhere: file.open_elsewhere,
        free_reentry_minutes: file.free_reentry_minutes,
        passback_seconds: file.passback_seconds,
        ask_back: file.ask_back,
        max_minutes: file.max_minutes,
        overtime_minutes: file.overtime_minutes,
        remaining: file.remaining,
        exit_minutes: file.exit_minutes,
        max_balance: file.max_balance,
        max_fare: file.max_fare,
        newest_trip: file.newest_trip,
        repeat: file.repeat,
    };
    errors.keep(switches.set(source, base.kind, &mut profile));
    errors.or(TerminalFile { name: profile.name.clone(), profile, ..TerminalFile::clone(&base) })
}
