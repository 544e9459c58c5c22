//! What a terminal decides and shows (`docs/spec/terminal.md` 3.1, 3.2).

use core::fmt;

/// Whether the passenger may go on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Gate {
    /// The barrier opens, the reader says yes.
    Open,
    /// It does not.
    Closed,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal;)+) => {
        /// Why. The numbers are those of Xi'an's readers, the only complete public list
        /// (`docs/spec/terminal.md` 3.1), some of them for more than the public list says (13, 90: our
        /// reading); where Xi'an has none the number is our own, above F0.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Code {
            $($(#[$doc])* $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The number on the display.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self { $(Self::$name => $number,)+ }
            }

            /// A few English words.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

codes! {
    /// The tap was done.
    Ok = 0x00, "ok";
    /// The card is on the black list.
    BlackListed = 0x01, "black-listed";
    /// The last day of validity is over, or is no date.
    Expired = 0x02, "expired";
    /// The first day of validity is to come, or is no date.
    NotYetValid = 0x02, "not yet valid";
    /// The enable flag is not 01.
    NotEnabled = 0x03, "not enabled";
    /// The balance is below the least with which one may enter.
    Balance = 0x04, "balance below the minimum";
    /// The card did not answer a command that reads, or answered it with an error.
    ReadFailed = 0x05, "read failed";
    /// The card answered a command that writes with an error, or went before the debit was sent.
    WriteFailed = 0x06, "write failed";
    /// The application is blocked.
    Locked = 0x08, "application blocked";
    /// The card did not take MAC1. Row 18 of the table gives Xi'an's general 06; the full list has a
    /// code of its own.
    Mac1 = 0x13, "MAC1 refused by the card";
    /// No T-Union purse on the card, or files of another shape.
    Invalid = 0x15, "not a valid card";
    /// The PSAM did not answer, or with an error of its own. At the check of MAC2 the money has left
    /// the card.
    SamFault = 0x30, "PSAM fault";
    /// This kind of card is not accepted here.
    TypeRefused = 0x33, "card type not accepted";
    /// The exit finds no entry.
    NoEntry = 0x51, "no entry";
    /// The entry finds an entry of a few minutes ago.
    ReentryFree = 0x52, "entered already, free correction";
    /// The entry finds an older entry.
    ReentryPaid = 0x53, "entered already, paid correction";
    /// The fare is not covered by the balance.
    FareNotCovered = 0x56, "fare not covered";
    /// The issuer's host did not approve the load.
    LoadRefused = 0x61, "load not authorised";
    /// The card went while it was being credited; the outcome is learned at the next tap.
    LoadMoved = 0x62, "card moved during the load";
    /// The card did not take the host's MAC2.
    LoadMac2 = 0x63, "the host's MAC2 refused by the card";
    /// The card went while it was being debited; the outcome is learned at the next tap.
    Moved = 0x64, "card moved during the debit";
    /// A journey is open in another city.
    OpenElsewhere = 0x66, "journey open in another city";
    /// A card of another city that is not interoperable, or whose issuer is not on the white list.
    NotWhiteListed = 0x67, "not on the white list";
    /// The tariff does not price this ride.
    NoFare = 0x11, "no fare for this ride";
    /// The terminal's memory refused the grey record; nothing was debited.
    StoreFailed = 0x90, "terminal memory fault";
    /// The PSAM did not take MAC2. The money has left the card.
    Mac2 = 0xF2, "MAC2 refused by the PSAM";
    /// MAC2 of this card failed at its last tap here.
    Distrusted = 0xF3, "MAC2 failed at the last tap";
    /// The bus record is not of the shape a reader accepts. Our own number; a bus reader's own are
    /// 7.1 to 7.5.
    BadRecord = 0xF1, "bus record malformed";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X} {}", self.number(), self.text())
    }
}

macro_rules! prompts {
    ($($(#[$doc:meta])* $name:ident = $chinese:literal, $english:literal;)+) => {
        /// What the passenger hears or reads (`docs/spec/terminal.md` 3.2).
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Prompt {
            $($(#[$doc])* $name,)+
        }

        impl Prompt {
            /// Every prompt.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As spoken or shown.
            #[must_use]
            pub const fn chinese(self) -> &'static str {
                match self { $(Self::$name => $chinese,)+ }
            }

            /// In English.
            #[must_use]
            pub const fn english(self) -> &'static str {
                match self { $(Self::$name => $english,)+ }
            }
        }
    };
}

prompts! {
    /// An ordinary card was accepted.
    Accepted = "滴", "beep";
    /// A student card was accepted.
    Student = "学生卡", "student card";
    /// A senior card was accepted.
    Senior = "敬老卡", "senior card";
    /// A card of another concession was accepted.
    Concession = "优惠卡", "concession card";
    /// Accepted, but little is left.
    TopUpSoon = "请充值", "please top up";
    /// Pay in cash.
    InsertCoins = "请投币", "please insert coins";
    /// Not a card that can be used.
    Invalid = "无效卡", "invalid card";
    /// Tap once more.
    TapAgain = "请重刷", "please tap again";
    /// Not enough money.
    Insufficient = "余额不足", "balance not sufficient";
    /// The validity has not begun or is over.
    Expired = "卡过期或没启用", "card expired or not enabled";
    /// On the black list.
    BlackListed = "警告：黑名单卡", "warning: black-listed card";
    /// The application is blocked.
    Locked = "警告：应用锁定", "warning: application locked";
    /// The issuer is not on the white list, or the card not interoperable.
    NotWhiteListed = "城市未在白名单", "city not on the white list";
    /// This kind of card may not be used here.
    Forbidden = "此卡禁止刷卡", "card not accepted here";
    /// To be settled at the booking office. Our words: gate displays are the controller's.
    SeeStaff = "请到票务处处理", "please see the booking office";
    /// The terminal itself has a fault. Our words.
    OutOfOrder = "设备故障", "terminal out of order";
}

impl Prompt {
    /// What goes with a refusal: at a bus most of them end in "please insert coins"; a gate sends
    /// passengers whose journey does not fit to the booking office (our reading).
    #[must_use]
    pub const fn refusing(code: Code, on_bus: bool) -> Self {
        match code {
            Code::BlackListed => Self::BlackListed,
            Code::Locked => Self::Locked,
            Code::ReadFailed | Code::Moved | Code::LoadMoved | Code::WriteFailed => Self::TapAgain,
            Code::Balance | Code::FareNotCovered => Self::Insufficient,
            Code::NotWhiteListed => Self::NotWhiteListed,
            Code::TypeRefused => Self::Forbidden,
            Code::Invalid | Code::Distrusted | Code::BadRecord => Self::Invalid,
            Code::SamFault | Code::StoreFailed if !on_bus => Self::OutOfOrder,
            Code::Expired | Code::NotYetValid | Code::NotEnabled if !on_bus => Self::Expired,
            _ if on_bus => Self::InsertCoins,
            _ => Self::SeeStaff,
        }
    }
}

impl fmt::Display for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.chinese(), self.english())
    }
}
