//! Exit codes: the scene in the high digit, the check in the low one, both hexadecimal. 0 is success,
//! 255 a panic.

/// A part of the program.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Scene {
    /// Before the first command to the card.
    Start = 0x10,
    /// A rail entry, free of charge, with the MACs of `docs/spec/card.md` 5.4.
    Entry = 0x20,
    /// A rail exit, 4.00 yuan, its DEBIT torn at each byte it writes, and recovered.
    Torn = 0x30,
    /// The same exit, left alone.
    Exit = 0x40,
    /// Load, unload, overdraft limit, secure messaging.
    Issuer = 0x50,
    /// Commands that are refused, and every command of the table in many forms.
    Anything = 0x60,
}

/// What did not come out as it should.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Check {
    /// Copies and comparisons of memory; contents that keep the card's rules.
    Memory = 0x00,
    /// SELECT of the card's or the PSAM's application.
    Select = 0x01,
    /// INITIALIZE FOR CAPP PURCHASE.
    Init = 0x02,
    /// INIT SAM FOR PURCHASE.
    SamInit = 0x03,
    /// UPDATE CAPP DATA CACHE of record 2701.
    UpdateRail = 0x04,
    /// UPDATE CAPP DATA CACHE of EF 1E.
    UpdateTrip = 0x05,
    /// DEBIT FOR CAPP PURCHASE or FOR UNLOAD.
    Debit = 0x06,
    /// CREDIT SAM FOR PURCHASE, or what the issuer approves: load, limit, secure messaging.
    Approved = 0x07,
    /// The balance.
    Balance = 0x08,
    /// Record 2701 or the newest record of EF 1E.
    Records = 0x09,
    /// GET TRANSACTION PROVE, or MAC2 and TAC in its answer.
    Prove = 0x0A,
    /// MAC1 is not that of `docs/spec/card.md` 5.4.
    Mac1 = 0x0B,
    /// TAC is not that of `docs/spec/card.md` 5.4.
    Tac = 0x0C,
    /// MAC2 is not that of `docs/spec/card.md` 5.4.
    Mac2 = 0x0D,
    /// The card does not come back to power.
    PowerOn = 0x0E,
    /// The cuts did not leave a purchase that was done and one that was not.
    Outcomes = 0x0F,
}

impl Check {
    /// This failure, unless the condition holds.
    pub(crate) fn unless(self, holds: bool) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(self) }
    }
}

/// The exit code of a panic.
pub(crate) const PANIC: u8 = 0xFF;

impl Scene {
    /// The exit code of a check that failed in this scene.
    pub(crate) const fn code(self, check: Check) -> u8 {
        self as u8 | check as u8
    }
}
