//! What a PSAM keeps without power.

use crate::settings::Settings;

/// Tries at APPLICATION UNBLOCK and at EXTERNAL AUTHENTICATE.
pub const OTHER_TRIES: u8 = 3;

/// What a number of the terminal sequence belongs to when it moves at CREDIT.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Buyer {
    /// The card's issuer.
    pub issuer: [u8; 8],
    /// PAN8.
    pub card: [u8; 8],
    /// The card's offline sequence.
    pub sequence: [u8; 2],
}

/// A load that was taken from the quota.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Load {
    /// PAN8.
    pub card: [u8; 8],
    /// Session block.
    pub block: [u8; 8],
    /// Amount.
    pub amount: u32,
    /// Date and time.
    pub at: [u8; 7],
}

/// All of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Memory {
    /// The number of the next new purchase.
    pub number: u32,
    /// That number was answered, to this purchase.
    pub answered_to: Option<Buyer>,
    /// Tries left at MAC2.
    pub mac_tries: u8,
    /// Tries left at APPLICATION UNBLOCK.
    pub unblock_tries: u8,
    /// Tries left at EXTERNAL AUTHENTICATE.
    pub host_tries: u8,
    /// File 18: what is left of the quota.
    pub quota: u32,
    /// File 18: its expiry.
    pub expiry: [u8; 7],
    /// File 18: its batch number.
    pub batch: [u8; 4],
    /// The load that was taken last.
    pub last_load: Option<Load>,
}

impl Memory {
    /// At personalisation.
    #[must_use]
    pub fn fresh(settings: &Settings) -> Self {
        Self {
            number: settings.first_number,
            answered_to: None,
            mac_tries: settings.mac_tries,
            unblock_tries: OTHER_TRIES,
            host_tries: OTHER_TRIES,
            quota: 0,
            expiry: [0; 7],
            batch: [0; 4],
            last_load: None,
        }
    }

    /// File 18.
    #[must_use]
    pub fn quota_file(&self) -> Vec<u8> {
        [&self.quota.to_be_bytes()[..], &self.expiry, &self.batch].concat()
    }
}
