//! A terminal profile that changes another one.

use serde::Deserialize;
use toml::Spanned;
use tunion_data::{Fen, IssuerId};

use super::TerminalFile;
use super::schema::{Name, Names, RecoveryTable};
use super::switches::Switches;
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
    mac2: Option<Name>,
    accepted: Option<Names>,
    expired_student: Option<Name>,
    white_list: Option<Spanned<Vec<Text<IssuerId>>>>,
    select_directory: Option<bool>,
    top_up_below: Option<Text<Fen>>,
    grey_slots: Option<Spanned<u16>>,
    retap_seconds: Option<Spanned<u16>>,
    open_elsewhere: Option<Name>,
    free_reentry_minutes: Option<Spanned<u16>>,
    max_minutes: Option<Spanned<u16>>,
    recovery: Option<Spanned<RecoveryTable>>,
    defects: Option<Names>,
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
        mac2: file.mac2,
        accepted: file.accepted,
        expired_student: file.expired_student,
        white_list: file.white_list,
        select_directory: file.select_directory,
        top_up_below: file.top_up_below,
        grey_slots: file.grey_slots,
        retap_seconds: file.retap_seconds,
        open_elsewhere: file.open_elsewhere,
        free_reentry_minutes: file.free_reentry_minutes,
        max_minutes: file.max_minutes,
        recovery: file.recovery,
        defects: file.defects,
    };
    errors.keep(switches.set(source, base.kind, &mut profile));
    errors.or(TerminalFile { name: profile.name.clone(), profile, ..TerminalFile::clone(&base) })
}
