//! Where the monthly total lies on the card.

use std::ops::Range;

use tunion_terminal::profile::{Bytes, LedgerBinding, RailTail};

use super::schema::{LedgerTable, Stretch};
use crate::diag::{Diagnostics, Place, Source};

/// The operator's area of record 2701 without its CRC (`docs/spec/terminal.md` 1.3).
const AREA: Range<u8> = 99..124;
/// The time of the last transaction, which both known areas begin with.
const LAST_TIME: Range<u8> = 99..106;

/// What else a gate writes there.
fn written(tail: RailTail) -> &'static [(Range<u8>, &'static str)] {
    match tail {
        RailTail::Beijing => &[(122..123, "the code of a settled over-fare")],
        // Xi'an's has no ledger at all.
        RailTail::Xian => &[],
        RailTail::Shanghai => &[(106..110, "the last device"), (120..123, "flags and the in/out marker")],
    }
}

/// A stretch that the binding names.
struct Field {
    what: &'static str,
    place: Place,
    bytes: Range<u8>,
}

/// The binding, when its stretches lie in the operator's area, apart from each other and from what the
/// gate writes there itself.
pub(super) fn binding(
    source: &Source,
    table: &LedgerTable,
    tail: RailTail,
) -> Result<LedgerBinding, Diagnostics> {
    let mut errors = Diagnostics::default();
    errors.keep(source.choose(&table.record, "rail record with a total:", [("2701", ())]));
    let LedgerTable { paid, rides, stamp, .. } = table;
    for (field, most) in [(paid, 4), (rides, 2)] {
        if !(1..=most).contains(&field.get_ref().len) {
            let message = format!("a counter of {} bytes", field.get_ref().len);
            errors.push(source.error(field, message).help(format!("it has 1 to {most}")));
        }
    }
    let bytes = |Stretch { offset, len }: Stretch| offset..offset.saturating_add(len);
    let fields = [
        Field { what: "paid", place: paid.into(), bytes: bytes(*paid.get_ref()) },
        Field { what: "rides", place: rides.into(), bytes: bytes(*rides.get_ref()) },
        Field {
            what: "stamp",
            place: stamp.into(),
            bytes: bytes(Stretch { offset: *stamp.get_ref(), len: 7 }),
        },
    ];
    for (number, field) in fields.iter().enumerate() {
        errors.keep(free(source, field, tail));
        for other in fields[..number].iter().filter(|other| overlap(&field.bytes, &other.bytes)) {
            let message = format!("`{}` overlaps `{}`", field.what, other.what);
            errors.push(source.error(field.place.clone(), message).also(other.place.clone(), "the other"));
        }
    }
    let bytes = |Stretch { offset, len }: Stretch| Bytes { offset, len };
    errors.or(LedgerBinding {
        paid: bytes(*paid.get_ref()),
        rides: bytes(*rides.get_ref()),
        stamp: *stamp.get_ref(),
    })
}

fn free(source: &Source, field: &Field, tail: RailTail) -> Result<(), Diagnostics> {
    let Field { what, place, bytes } = field;
    if bytes.start < AREA.start || bytes.end > AREA.end {
        let message = format!("`{what}` lies outside the operator's area");
        let help = format!("of 2701 the bytes {} to {} are the operator's", AREA.start, AREA.end - 1);
        return Err(source.error(place.clone(), message).help(help).into());
    }
    let time = [(LAST_TIME, "the time of the last transaction")];
    let itself = *what == "stamp" && *bytes == LAST_TIME;
    let mut errors = Diagnostics::default();
    for (taken, by) in time.iter().filter(|_| !itself).chain(written(tail)) {
        if overlap(bytes, taken) {
            let message = format!("`{what}` overlaps {by}, bytes {} to {}", taken.start, taken.end - 1);
            errors.push(source.error(place.clone(), message));
        }
    }
    errors.or(())
}

fn overlap(a: &Range<u8>, b: &Range<u8>) -> bool {
    a.start < b.end && b.start < a.end
}
