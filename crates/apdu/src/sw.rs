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
    MEMORY_FAILURE = 0x6581, "memory failure";
    WRONG_LENGTH = 0x6700, "wrong length";
    INVALID_STATE = 0x6901, "command out of order";
    INCOMPATIBLE_FILE = 0x6981, "command does not fit the file's structure";
    CONDITIONS = 0x6985, "conditions of use not satisfied";
    NO_CURRENT_FILE = 0x6986, "no application selected";
    WRONG_DATA = 0x6A80, "wrong data";
    NOT_SUPPORTED = 0x6A81, "function not supported";
    FILE_NOT_FOUND = 0x6A82, "file not found";
    RECORD_NOT_FOUND = 0x6A83, "record not found";
    WRONG_P1_P2 = 0x6A86, "wrong P1 or P2";
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
    SELECTED_INVALIDATED = 0x6283, "selected file invalidated";
}

impl Sw {
    /// `6Cxx`: the Le given is wrong, `length` is right (256 shows as 00).
    #[must_use]
    pub const fn wrong_le(length: usize) -> Self {
        let [.., low] = length.to_be_bytes();
        Self(u16::from_be_bytes([0x6C, low]))
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
