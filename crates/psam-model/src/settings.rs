//! One PSAM as it was personalised.

/// What can be chosen, and what its files hold.
#[derive(Clone, Debug)]
pub struct Settings {
    /// File 15.
    pub serial: [u8; 10],
    /// File 16.
    pub terminal: [u8; 6],
    /// File 17.
    pub application: [u8; 25],
    /// The one version of the purchase root.
    pub key_version: u8,
    /// The number that the first purchase gets.
    pub first_number: u32,
    /// The terminal sequence moves at CREDIT instead of at INIT.
    pub moves_at_credit: bool,
    /// Tries at MAC2.
    pub mac_tries: u8,
    /// Answers by way of GET RESPONSE.
    pub get_response: bool,
}

/// The keys of a PSAM.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Root of purchases.
    pub purchase: [u8; 16],
    /// Root of the application lock, `45 02`.
    pub lock: [u8; 16],
    /// Root of application maintenance, `45 01`.
    pub maintenance: [u8; 16],
    /// APPLICATION UNBLOCK.
    pub control: [u8; 16],
    /// What a load SAM has.
    pub load: Option<LoadKeys>,
}

/// The keys of a load SAM.
#[derive(Clone, Debug)]
pub struct LoadKeys {
    /// Root of loads, diversified by the issuer, `2B 01`.
    pub root: [u8; 16],
    /// EXTERNAL AUTHENTICATE.
    pub host: [u8; 16],
}
