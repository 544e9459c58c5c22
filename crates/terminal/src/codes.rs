//! What a terminal decides and shows (`docs/spec/terminal.md` 3.1, 3.2): causes and cues by their
//! names. Which number and which words a city has for them is data: [`Displays`](crate::Displays).

use core::fmt;

/// Whether the passenger may go on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Gate {
    /// The barrier opens, the reader says yes.
    Open,
    /// It does not.
    Closed,
}

macro_rules! named {
    ($(#[$doc:meta])* $type:ident: $($(#[$variant:meta])* $name:ident = $text:literal;)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $type {
            $($(#[$variant])* $name,)+
        }

        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// A few English words.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.text())
            }
        }
    };
}

named! {
    /// Why a terminal decides as it does.
    Code:
    /// The tap was done.
    Ok = "ok";
    /// Row 1: more than one card in the field.
    ManyCards = "more than one card";
    /// Row 2: no T-Union purse on the card, or files of another shape.
    Invalid = "not a valid card";
    /// Row 3: the application is blocked.
    Locked = "application blocked";
    /// Row 4: the enable flag is 00, the card was never taken into use.
    NotActivated = "not taken into use";
    /// Row 4: the enable flag is neither 00 nor 01, or the purse is not personalised.
    NotEnabled = "not enabled";
    /// Row 5: the first day of validity is to come, or is no date.
    NotYetValid = "not yet valid";
    /// Row 6: the last day of validity is over, or is no date.
    Expired = "expired";
    /// Row 7: a card of another city whose issuer is not on the white list.
    NotWhiteListed = "not on the white list";
    /// Row 7: a card of another city that is not interoperable.
    NotInteroperable = "not interoperable";
    /// Row 8: this kind of card is not accepted here.
    TypeRefused = "card type not accepted";
    /// Row 8: the terminal's map of types does not have this kind of card.
    TypeUnknown = "card type unknown";
    /// Row 9: the card is on the black list.
    BlackListed = "black-listed";
    /// Row 10: the balance is below the least with which one may enter.
    Balance = "balance below the minimum";
    /// Row 10, bus: the balance is more than any card can hold.
    BalanceBroken = "balance implausible";
    /// Row 11: a journey is open in another city.
    OpenElsewhere = "journey open in another city";
    /// Row 12: the entry finds an entry of a few minutes ago.
    ReentryFree = "entered already, free correction";
    /// Row 12: the entry finds an older entry.
    ReentryPaid = "entered already, paid correction";
    /// Row 13: the exit finds no entry.
    NoEntry = "no entry";
    /// Row 14: the journey took too long.
    Overtime = "overtime";
    /// Row 15: the fare is not covered by the balance.
    FareNotCovered = "fare not covered";
    /// Row 16: the journey took too long, and its fare is not covered.
    OvertimeNotCovered = "overtime, and fare not covered";
    /// Row 17: the PSAM did not answer, or with an error of its own. At the check of MAC2 the money has
    /// left the card.
    SamFault = "PSAM fault";
    /// Row 17: the PSAM is locked.
    SamLocked = "PSAM locked";
    /// Row 18: the card did not take MAC1.
    Mac1 = "MAC1 refused by the card";
    /// Row 19: the PSAM did not take MAC2. The money has left the card.
    Mac2 = "MAC2 refused by the PSAM";
    /// Row 19: MAC2 of this card failed at its last tap here.
    Distrusted = "MAC2 failed at the last tap";
    /// Row 20: the card did not answer a command that reads, or answered it with an error.
    ReadFailed = "read failed";
    /// Row 20: the card answered a command that writes with an error.
    WriteFailed = "write failed";
    /// Row 20: the card went after it was read and before debit or credit were sent: nothing was changed.
    MovedEarly = "card moved, nothing done";
    /// Row 20: the card went while it was being debited; the outcome is learned at the next tap.
    Moved = "card moved during the debit";
    /// Row 20: the card went while it was being credited; the outcome is learned at the next tap.
    LoadMoved = "card moved during the load";
    /// Row 21: as [`Moved`](Self::Moved), at a gate that waits for the card to come back.
    PutBack = "put the card back";
    /// Row 21: another card came while one is waited for.
    OtherCard = "another card is waited for";
    /// Row 22: the card was tapped here, or at another gate, a moment ago.
    Repeat = "tapped a moment ago";
    /// The tariff does not price this ride.
    NoFare = "no fare for this ride";
    /// The fare is more than any ride costs: the terminal's configuration is wrong. In a shop: the amount is
    /// zero or above the limit.
    FareBroken = "fare implausible";
    /// The bus record is not of the shape a reader accepts.
    BadRecord = "bus record malformed";
    /// The rear door's reader: board at the front.
    BoardInFront = "board at the front";
    /// The terminal's memory refused the grey record; nothing was debited.
    StoreFailed = "terminal memory fault";
    /// The issuer's host did not approve the load.
    LoadRefused = "load not authorised";
    /// The card's MAC1 of the load is not that of a genuine card.
    LoadMac1 = "the card's MAC1 is wrong";
    /// The card did not take the MAC2 of the load.
    LoadMac2 = "the load's MAC2 refused by the card";
    /// The amount or the balance afterwards is outside what may be loaded.
    LoadLimit = "outside the limits of loads";
    /// The load SAM's quota is spent or its time over.
    QuotaSpent = "quota spent";
    /// The ticket office finds nothing to settle.
    NothingToSettle = "nothing to settle";
    /// A surcharge that the card itself may not pay.
    PayOtherwise = "not to be paid from the card";
    /// This kind of card is not given back here.
    NotRefundable = "not refundable";
    /// The card was debited or loaded, but not locked.
    LockFailed = "lock failed";
    /// The card was loaded, but its validity was not extended.
    ExtensionFailed = "validity not extended";
}

named! {
    /// What the passenger hears and reads, by what it is for (`docs/spec/terminal.md` 3.2).
    Prompt:
    /// An ordinary card was accepted.
    Accepted = "beep";
    /// A student card was accepted.
    Student = "student card";
    /// A senior card was accepted.
    Senior = "senior card";
    /// A card of another concession was accepted.
    Concession = "concession card";
    /// Accepted, but little is left.
    TopUpSoon = "please top up";
    /// Pay in cash.
    InsertCoins = "please insert coins";
    /// Not a card that can be used.
    Invalid = "invalid card";
    /// Tap once more.
    TapAgain = "please tap again";
    /// Put the card back.
    PutBack = "please put the card back";
    /// One card at a time.
    OneCard = "one card at a time";
    /// Not enough money.
    Insufficient = "balance not sufficient";
    /// The validity has not begun or is over.
    Expired = "card expired or not enabled";
    /// On the black list.
    BlackListed = "warning: black-listed card";
    /// The application is blocked.
    Locked = "warning: application locked";
    /// The issuer is not on the white list.
    NotWhiteListed = "city not on the white list";
    /// The card is not interoperable.
    NotInteroperable = "not an interoperable card";
    /// This kind of card may not be used here.
    Forbidden = "card not accepted here";
    /// The fare cannot be right.
    WrongFare = "fare data wrong";
    /// Board at the front.
    BoardInFront = "please board at the front";
    /// To be settled at the booking office.
    SeeStaff = "please see the booking office";
    /// The terminal itself has a fault.
    OutOfOrder = "terminal out of order";
}
