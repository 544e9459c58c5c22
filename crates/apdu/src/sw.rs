//! Status words (`docs/spec/card.md` 3, `docs/spec/terminal.md` 2.5).

use core::fmt;

/// The two bytes that end every answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sw(pub u16);

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $text:literal;)+) => {
        impl Sw {
            $(#[doc = $text] $(#[$doc])* pub const $name: Self = Self($word);)+

            /// What the word says, in a few English words.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self.0 {
                    $($word => $text,)+
                    0x6100..=0x61FF => "more data waits for GET RESPONSE, its length in the low byte",
                    0x6C00..=0x6CFF => "wrong Le, the true length is in the low byte",
                    0x63C0..=0x63CF => "verification failed, tries left in the low nibble",
                    _ => "unknown status word",
                }
            }
        }
    };
}

words! {
    OK = 0x9000, "done";
    MEMORY_FAILURE = 0x6581, "memory failure, nothing was changed";
    WRONG_LENGTH = 0x6700, "wrong length";
    INVALID_STATE = 0x6901, "command out of order";
    INCOMPATIBLE_FILE = 0x6981, "command does not fit the file's structure";
    SECURITY_STATUS = 0x6982, "security status not satisfied";
    AUTHENTICATION_BLOCKED = 0x6983, "no tries left";
    NO_CHALLENGE = 0x6984, "no challenge was asked for";
    CONDITIONS = 0x6985, "conditions of use not satisfied";
    NO_CURRENT_FILE = 0x6986, "no application selected";
    MAC_MISSING = 0x6987, "secure-messaging MAC missing";
    WRONG_MESSAGE_MAC = 0x6988, "secure-messaging MAC not valid";
    WRONG_DATA = 0x6A80, "wrong data";
    NOT_SUPPORTED = 0x6A81, "function not supported";
    FILE_NOT_FOUND = 0x6A82, "file not found";
    RECORD_NOT_FOUND = 0x6A83, "record not found";
    NO_SPACE = 0x6A84, "no room for the record";
    WRONG_P1_P2 = 0x6A86, "wrong P1 or P2";
    REFERENCE_NOT_FOUND = 0x6A88, "no such key or PIN";
    WRONG_OFFSET = 0x6B00, "offset beyond the end of the file";
    UNKNOWN_INSTRUCTION = 0x6D00, "instruction not supported";
    UNKNOWN_CLASS = 0x6E00, "class not supported";
    INTERNAL = 0x6F00, "no precise diagnosis";
    WRONG_MAC = 0x9302, "MAC not valid";
    PERMANENTLY_BLOCKED = 0x9303, "application permanently blocked";
    INSUFFICIENT = 0x9401, "balance not sufficient";
    COUNTER_AT_MAXIMUM = 0x9402, "transaction counter at its maximum";
    NO_SUCH_KEY = 0x9403, "key index not supported";
    NO_PROOF = 0x9406, "proof not available";
    APPLICATION_BARRED = 0x9407, "application barred";
    SELECTED_INVALIDATED = 0x6283, "selected file invalidated";
}

impl Sw {
    /// `6Cxx`: the Le given is wrong, `length` is right (256 shows as 00).
    #[must_use]
    pub const fn wrong_le(length: usize) -> Self {
        let [.., low] = length.to_be_bytes();
        Self(u16::from_be_bytes([0x6C, low]))
    }

    /// `63Cx`: a PIN or a cryptogram was wrong, `tries` are left (more than 15 show as 15).
    #[must_use]
    pub const fn tries_left(tries: u8) -> Self {
        let shown = if tries > 0x0F { 0x0F } else { tries };
        Self(u16::from_be_bytes([0x63, 0xC0 | shown]))
    }

    /// `61xx`: `length` bytes wait for GET RESPONSE (256 shows as 00).
    #[must_use]
    pub const fn data_waiting(length: usize) -> Self {
        let [.., low] = length.to_be_bytes();
        Self(u16::from_be_bytes([0x61, low]))
    }

    /// The word without what it counts: `6C1E` is `6C00`, `63C2` is `63C0`, `611E` is `6100`.
    ///
    /// ```
    /// use tunion_apdu::Sw;
    /// assert_eq!(Sw::wrong_le(0x1E).family(), Sw(0x6C00));
    /// assert_eq!(Sw::OK.family(), Sw::OK);
    /// ```
    #[must_use]
    pub const fn family(self) -> Self {
        match self.0 {
            0x6100..=0x61FF => Self(0x6100),
            0x63C0..=0x63CF => Self(0x63C0),
            0x6C00..=0x6CFF => Self(0x6C00),
            _ => self,
        }
    }

    /// Whether the command was done.
    #[must_use]
    pub const fn is_ok(self) -> bool {
        self.0 == Self::OK.0
    }
}

impl fmt::Display for Sw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X} {}", self.0, self.text())
    }
}

impl fmt::Debug for Sw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}
