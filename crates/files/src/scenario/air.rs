//! What goes wrong on the air of a tap: with a frame, or at a time.

use serde::Deserialize;
use toml::Spanned;

use super::schema::Name;
use super::{Air, AirFault, FrameFate};
use crate::diag::{Diagnostics, Source};

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AirTable {
    bitrate: Option<Spanned<u16>>,
    frame: Option<Spanned<u32>>,
    fate: Option<Name>,
    byte: Option<Spanned<u16>>,
    leaves_us: Option<Spanned<u64>>,
    late_us: Option<Spanned<u64>>,
}

/// No tap is longer than a minute.
const MOST: u64 = 60_000_000;

pub(super) fn air(source: &Source, table: &Spanned<AirTable>) -> Result<Air, Diagnostics> {
    let mut errors = Diagnostics::default();
    let AirTable { bitrate, frame, fate, byte, leaves_us, late_us } = table.get_ref();
    let kbit = bitrate.as_ref().map_or(106, |given| *given.get_ref());
    if let Some(given) = bitrate.as_ref().filter(|_| ![106, 212, 424, 848].contains(&kbit)) {
        errors.push(source.error(given, format!("bitrate is {kbit}")).help("it is 106, 212, 424 or 848"));
    }
    for given in [leaves_us, late_us].into_iter().flatten().filter(|given| *given.get_ref() > MOST) {
        errors.push(source.error(given, format!("{} µs are longer than any tap", given.get_ref())));
    }
    let fates = [
        ("lost", FrameFate::Lost),
        ("damaged", FrameFate::Damaged),
        ("wrong-number", FrameFate::WrongNumber),
        ("gone", FrameFate::Gone(0)),
        ("reset", FrameFate::Reset),
    ];
    let chosen = fate.as_ref().map(|name| source.choose(name, "fate of a frame", fates));
    let chosen = errors.keep(chosen.transpose()).flatten();
    let faults = [frame.is_some() || fate.is_some(), leaves_us.is_some(), late_us.is_some()];
    let head = source.head(table);
    if faults.iter().filter(|there| **there).count() > 1 {
        let error = source.error(head.clone(), "more than one thing goes wrong on the air of this tap");
        errors.push(error.help("`frame` with its `fate`, or `leaves-us`, or `late-us`"));
    }
    if frame.is_some() != fate.is_some() {
        let error = source.error(head, "`frame` and `fate` belong together");
        errors.push(error.help("frame = 12, fate = \"lost\": frames are counted from 0, both ways together"));
    }
    if let Some(byte) = byte.as_ref().filter(|_| !matches!(chosen, Some(FrameFate::Gone(_)))) {
        errors.push(source.error(byte, "`byte` belongs to fate = \"gone\""));
    }
    let fault = match (frame, chosen, leaves_us, late_us) {
        (Some(number), Some(fate), ..) => {
            let after = byte.as_ref().map_or(0, |byte| *byte.get_ref());
            let fate = if matches!(fate, FrameFate::Gone(_)) { FrameFate::Gone(after) } else { fate };
            Some(AirFault::Frame { number: *number.get_ref(), fate })
        }
        (.., Some(leaves), _) => Some(AirFault::Leaves { micros: *leaves.get_ref() }),
        (.., Some(late)) => Some(AirFault::Late { micros: *late.get_ref() }),
        _ => None,
    };
    errors.or(Air { kbit, fault, has_to_come: true })
}
