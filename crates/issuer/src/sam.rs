//! The keys that the issuer puts into PSAMs, and that its host needs to talk to a load SAM. Which they are
//! is our reading throughout: the sources name the commands, not the keys behind them.

use tunion_crypto::{Algorithm, Challenge, Key16, Tally};
use tunion_data::IssuerId;
use tunion_data::command::SamSerial;

use crate::roots::Roots;

impl Roots {
    /// What a load SAM derives the load keys of `issuer`'s cards from: the load root, by the first of the
    /// two levels. The command that asks for a card's key brings the second
    /// (`docs/spec/terminal.md` 1.6, 2.4).
    ///
    /// ```
    /// # use tunion_crypto::{Algorithm, Tally};
    /// # use tunion_data::{IssuerId, Pan};
    /// # let (roots, issuer) = (tunion_issuer::Roots::numbered(), IssuerId([1; 8]));
    /// # let pan: Pan = "3104895199900000003".parse()?;
    /// let card = roots.sam_load(issuer).diversify(Algorithm::Tdes, pan.last8(), &mut Tally::default());
    /// assert_eq!(card, roots.card_keys(issuer, pan).load[0]);
    /// # Ok::<(), tunion_data::ParseIdError>(())
    /// ```
    #[must_use]
    pub fn sam_load(&self, issuer: IssuerId) -> Key16 {
        derive(&self.load, issuer.0)
    }

    /// The key by which the host proves itself to one load SAM: the root of external authentication, by the
    /// SAM's serial number.
    #[must_use]
    pub fn sam_authenticate(&self, serial: &SamSerial) -> Key16 {
        derive(&self.external_auth, serial.number)
    }

    /// What the host answers to a load SAM's challenge at sign-on, for EXTERNAL AUTHENTICATE
    /// (`docs/spec/terminal.md` 1.6, `docs/spec/card.md` 4.7).
    #[must_use]
    pub fn sam_cryptogram(&self, serial: &SamSerial, challenge: [u8; 8]) -> [u8; 8] {
        let tally = &mut Tally::default();
        self.sam_authenticate(serial).tdes(tally).authenticate(Challenge::from(challenge), tally)
    }

    /// The key of one PSAM's APPLICATION UNBLOCK: the root of PSAM control, by its serial number.
    #[must_use]
    pub fn sam_control(&self, serial: &SamSerial) -> Key16 {
        derive(&self.psam_control, serial.number)
    }
}

/// The issuer's machines are not what is measured, so their work is not counted.
fn derive(root: &Key16, factor: [u8; 8]) -> Key16 {
    root.diversify(Algorithm::Tdes, factor, &mut Tally::default())
}
