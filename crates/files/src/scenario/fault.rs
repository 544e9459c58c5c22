//! Faults: at which command and when the card leaves the field, the PSAM falls silent, or a MAC arrives
//! garbled.

use tunion_apdu::table::Name::{
    self, ApplicationBlock, CreditForLoad, CreditSamForPurchase, DebitForPurchase, DesCrypt, GetBalance,
    GetChallenge, GetTransactionProve, InitForCappPurchase, InitForDescrypt, InitForLoad, InitForPurchase,
    InitSamForPurchase, ReadBinary, ReadRecord, SecureUpdateBinary, SelectName, UpdateCappDataCache,
};
use tunion_card::LONGEST_COMMAND;

use super::schema::FaultTable;
use super::{Fault, When};
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::terminal::TerminalKind;

/// What a card gets from a terminal of this kind (`docs/spec/terminal.md` 1).
fn commands(kind: TerminalKind) -> &'static [Name] {
    match kind {
        TerminalKind::RailGate | TerminalKind::BusReader | TerminalKind::TicketOffice => &[
            SelectName,
            ReadBinary,
            ReadRecord,
            GetBalance,
            GetTransactionProve,
            InitForCappPurchase,
            UpdateCappDataCache,
            DebitForPurchase,
            GetChallenge,
            ApplicationBlock,
        ],
        TerminalKind::TopUp => &[
            SelectName,
            ReadBinary,
            ReadRecord,
            GetBalance,
            GetTransactionProve,
            InitForLoad,
            CreditForLoad,
            GetChallenge,
            SecureUpdateBinary,
        ],
        TerminalKind::Pos => &[
            SelectName,
            ReadBinary,
            ReadRecord,
            GetBalance,
            GetTransactionProve,
            InitForPurchase,
            DebitForPurchase,
        ],
        TerminalKind::Enquiry => &[SelectName, ReadBinary, ReadRecord, GetBalance],
    }
}

/// What the PSAM of such a terminal gets during a tap (`docs/spec/terminal.md` 2).
fn to_the_sam(kind: TerminalKind) -> &'static [Name] {
    match kind {
        TerminalKind::RailGate | TerminalKind::BusReader | TerminalKind::TicketOffice => {
            &[InitSamForPurchase, CreditSamForPurchase, InitForDescrypt, DesCrypt]
        }
        TerminalKind::Pos => &[InitSamForPurchase, CreditSamForPurchase],
        TerminalKind::TopUp => &[InitForDescrypt, DesCrypt],
        TerminalKind::Enquiry => &[],
    }
}

/// The commands at which a card writes to its memory (`docs/spec/card.md` 6).
const WRITES: [Name; 4] = [DebitForPurchase, CreditForLoad, ApplicationBlock, SecureUpdateBinary];

/// The commands that end with a MAC of the other side.
const BRING_A_MAC: [Name; 3] = [DebitForPurchase, CreditForLoad, CreditSamForPurchase];

pub(super) fn fault(source: &Source, table: &FaultTable, kind: TerminalKind) -> Result<Fault, Diagnostics> {
    let mut errors = Diagnostics::default();
    let commands = commands(kind).iter().chain(to_the_sam(kind)).map(|name| (name.spec().title, *name));
    let what = format!("command of a tap at {kind}:");
    let command = errors.keep(source.choose(&table.command, &what, commands));
    let when = errors.keep(when(source, table));
    let (Some(command), Some(when)) = (command, when) else { return Err(errors) };
    if matches!(when, When::During { .. }) && !WRITES.contains(&command) {
        let message = format!("the card writes nothing during {}", command.spec().title);
        let writes = WRITES.map(|name| name.spec().title).join(", ");
        errors.push(source.error(&table.when, message).help(format!("it writes during {writes}")));
    }
    if when == When::Garbled && !BRING_A_MAC.contains(&command) {
        let message = format!("{} brings no MAC that could be garbled", command.spec().title);
        let bring = BRING_A_MAC.map(|name| name.spec().title).join(", ");
        errors.push(source.error(&table.when, message).help(format!("these do: {bring}")));
    }
    errors.or(Fault { command, when })
}

fn when(source: &Source, table: &FaultTable) -> Result<When, Diagnostic> {
    let during = When::During { bytes: 0, noise: None };
    let moments =
        [("before", When::Before), ("after", When::After), ("during", during), ("garbled", When::Garbled)];
    let when = source.choose(&table.when, "moment for a fault:", moments)?;
    match (when, &table.bytes, &table.noise) {
        (When::During { .. }, Some(bytes), noise) => {
            if usize::try_from(*bytes.get_ref()).is_ok_and(|bytes| bytes > LONGEST_COMMAND) {
                let error = source.error(bytes, format!("no command writes {} bytes", bytes.get_ref()));
                return Err(error.help(format!(
                    "the longest command writes {LONGEST_COMMAND} bytes; when it is done, use when = \"after\""
                )));
            }
            let noise = noise.as_ref().map(|seed| *seed.get_ref());
            Ok(When::During { bytes: *bytes.get_ref(), noise })
        }
        (When::During { .. }, None, _) => Err(source
            .error(&table.when, "after how many bytes of its writing?")
            .help("add bytes: memory is written in pages of 128, so bytes = 200 cuts the second page")),
        (_, Some(bytes), _) => Err(source.error(bytes, "`bytes` belongs to when = \"during\"")),
        (_, None, Some(noise)) => Err(source.error(noise, "`noise` belongs to when = \"during\"")),
        (when, None, None) => Ok(when),
    }
}
