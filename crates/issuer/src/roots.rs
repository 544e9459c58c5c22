//! The issuer's roots, and the keys of one card under them.

use tunion_card::{CardKeys, Contents, PurseContents};
use tunion_crypto::{Algorithm, Key16, Tally};
use tunion_data::file::{AppInfo, Holder, Management};
use tunion_data::{IssuerId, Pan};

/// The issuer's root keys (根密钥) of the e-purse (`docs/spec/card.md` 4.1). No card holds one; the
/// purchase root is in every PSAM too, the TAC root where records are cleared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Roots {
    /// Root of DPK, purchase.
    pub purchase: Key16,
    /// Root of DTK, TAC.
    pub tac: Key16,
    /// Root of DLK, load, index 01.
    pub load: Key16,
    /// Root of the second load key, index 02 (`docs/spec/card.md` 6a, our reading).
    pub load_second: Key16,
    /// The version of all four, which cards answer to INITIALIZE.
    pub version: u8,
}

impl Roots {
    /// The keys of one card, by T-Union's two levels: issuer, then the last 8 bytes of the card number
    /// (`docs/spec/card.md` 4.2).
    ///
    /// ```
    /// # use tunion_crypto::Key16;
    /// # let key = |bytes: u128| Key16::new(bytes.to_be_bytes());
    /// // The laboratory's test roots and its card (docs/spec/card.md 5.1); load roots of our own.
    /// let roots = tunion_issuer::Roots {
    ///     purchase: key(0x25EC312F61B9687CE3316101E60DB60B),
    ///     tac: key(0x75944675E96E549E52157A23E361BF98),
    ///     load: key(1),
    ///     load_second: key(2),
    ///     version: 1,
    /// };
    /// let keys = roots.card_keys("05212482FFFFFFFF".parse()?, "3104895199900000003".parse()?);
    /// assert_eq!(keys.purchase, key(0x26776F5B7AA2A6FDA378DEAC563180DC));
    /// # Ok::<(), tunion_data::ParseIdError>(())
    /// ```
    #[must_use]
    pub fn card_keys(&self, issuer: IssuerId, pan: Pan) -> CardKeys {
        let derive = |root: &Key16| derive(root, issuer, pan);
        CardKeys {
            purchase: derive(&self.purchase),
            load: [&self.load, &self.load_second].map(derive),
            tac: derive(&self.tac),
            version: self.version,
        }
    }

    /// The load key of one card with this index, 01 or 02.
    pub(crate) fn load_key(&self, index: u8, issuer: IssuerId, pan: Pan) -> Option<Key16> {
        let root = match index {
            0x01 => &self.load,
            0x02 => &self.load_second,
            _ => return None,
        };
        Some(derive(root, issuer, pan))
    }

    /// The TAC key of one card.
    pub(crate) fn tac_key(&self, issuer: IssuerId, pan: Pan) -> Key16 {
        derive(&self.tac, issuer, pan)
    }
}

/// The issuer's machines are not what is measured, so their work is not counted.
fn derive(root: &Key16, issuer: IssuerId, pan: Pan) -> Key16 {
    root.card_key(Algorithm::Tdes, issuer.0, pan.last8(), &mut Tally::default())
}

/// Puts together what goes on a card: its three files, its purse and its keys under `roots`. The
/// issuer and the card number that the keys are derived for are those of `info`. Name, version and
/// journeys are those of [`Contents::blank`] and may be changed in the result.
#[must_use]
pub fn personalise(
    roots: &Roots,
    info: AppInfo,
    holder: Holder,
    management: Management,
    purse: PurseContents,
) -> Contents {
    let keys = roots.card_keys(info.issuer, info.pan);
    Contents { info, holder, management, purse, ..Contents::blank(keys) }
}
