//! The issuer's roots, and the keys of one card under them.

use tunion_card::{CardKeys, Contents, Image, PurseContents};
use tunion_crypto::{Algorithm, Kcv, Key16, Tally};
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
    /// Root of DULK, unload.
    pub unload: Key16,
    /// Root of DUK, change of the overdraft limit.
    pub overdraft: Key16,
    /// Root of application block (应用锁定).
    pub app_block: Key16,
    /// Root of application unblock (应用解锁).
    pub app_unblock: Key16,
    /// Root of DAMK, application maintenance (应用维护).
    pub app_maintenance: Key16,
    /// Root of DPUK, PIN unblock.
    pub pin_unblock: Key16,
    /// Root of DRPK, PIN reload.
    pub pin_reload: Key16,
    /// Root of card control (卡片主控): CARD BLOCK.
    pub card_control: Key16,
    /// Root of application control (应用主控): external authentication, key id 01.
    pub app_control: Key16,
    /// Root of external authentication, key id 00.
    pub external_auth: Key16,
    /// Root of internal authentication; most issuers' cards have no such key.
    pub internal_auth: Option<Key16>,
    /// The version of all of them, which cards answer to INITIALIZE.
    pub version: u8,
}

/// What a card's key is known by: its check value under either algorithm (`docs/spec/card.md` 4.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CheckValues {
    /// The key's name, as in key sets.
    pub key: &'static str,
    /// Of the card's 3DES key.
    pub tdes: Kcv,
    /// Of the card's SM4 key, which is derived in its own way (`docs/spec/card.md` 4.3).
    pub sm4: Kcv,
}

impl Roots {
    /// Roots that are easily told apart, for tests that publish no keys: the first 16 bytes of 01, the
    /// next of 02, and so on in the order of the fields; no internal authentication; version 1.
    ///
    /// ```
    /// # use tunion_crypto::Key16;
    /// let roots = tunion_issuer::Roots::numbered();
    /// assert_eq!((roots.purchase, roots.tac), (Key16::new([1; 16]), Key16::new([2; 16])));
    /// ```
    #[must_use]
    pub fn numbered() -> Self {
        let key = |number| Key16::new([number; 16]);
        Self {
            purchase: key(1),
            tac: key(2),
            load: key(3),
            load_second: key(4),
            unload: key(5),
            overdraft: key(6),
            app_block: key(7),
            app_unblock: key(8),
            app_maintenance: key(9),
            pin_unblock: key(10),
            pin_reload: key(11),
            card_control: key(12),
            app_control: key(13),
            external_auth: key(14),
            internal_auth: None,
            version: 1,
        }
    }

    /// The keys of one card, by T-Union's two levels: issuer, then the last 8 bytes of the card number
    /// (`docs/spec/card.md` 4.2).
    #[must_use]
    pub fn card_keys(&self, issuer: IssuerId, pan: Pan) -> CardKeys {
        let derive = |root: &Key16| derive(root, issuer, pan);
        CardKeys {
            purchase: derive(&self.purchase),
            load: [&self.load, &self.load_second].map(derive),
            unload: derive(&self.unload),
            overdraft: derive(&self.overdraft),
            tac: derive(&self.tac),
            app_block: derive(&self.app_block),
            app_unblock: derive(&self.app_unblock),
            app_maintenance: derive(&self.app_maintenance),
            card_control: derive(&self.card_control),
            pin_unblock: derive(&self.pin_unblock),
            pin_reload: derive(&self.pin_reload),
            external: [&self.external_auth, &self.app_control].map(derive),
            internal: self.internal_auth.as_ref().map(derive),
            version: self.version,
        }
    }

    /// The check values of all keys of one card, by the names that key sets give their roots, in the order of
    /// the fields: what tells which keys a card has, and gives none away (`docs/spec/card.md` 4.1 to 4.3).
    ///
    /// ```
    /// let roots = tunion_issuer::Roots::numbered();
    /// let values = roots.check_values("05212482FFFFFFFF".parse()?, "3104895199900000003".parse()?);
    /// assert_eq!((values.len(), values[0].key), (14, "purchase"));
    /// # Ok::<(), tunion_data::ParseIdError>(())
    /// ```
    #[must_use]
    pub fn check_values(&self, issuer: IssuerId, pan: Pan) -> Vec<CheckValues> {
        let roots = [
            ("purchase", Some(&self.purchase)),
            ("tac", Some(&self.tac)),
            ("load", Some(&self.load)),
            ("load-second", Some(&self.load_second)),
            ("unload", Some(&self.unload)),
            ("overdraft", Some(&self.overdraft)),
            ("app-block", Some(&self.app_block)),
            ("app-unblock", Some(&self.app_unblock)),
            ("app-maintenance", Some(&self.app_maintenance)),
            ("pin-unblock", Some(&self.pin_unblock)),
            ("pin-reload", Some(&self.pin_reload)),
            ("card-control", Some(&self.card_control)),
            ("app-control", Some(&self.app_control)),
            ("external-auth", Some(&self.external_auth)),
            ("internal-auth", self.internal_auth.as_ref()),
        ];
        let kcv = |root: &Key16, algorithm| {
            let mut unpriced = Tally::default();
            let key = root.card_key(algorithm, issuer.0, pan.last8(), &mut unpriced);
            key.kcv(algorithm, &mut unpriced)
        };
        let values = |(key, root): (&'static str, Option<&Key16>)| {
            let root = root?;
            Some(CheckValues { key, tdes: kcv(root, Algorithm::Tdes), sm4: kcv(root, Algorithm::Sm4) })
        };
        roots.into_iter().filter_map(values).collect()
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
    let image = Image { info, holder, management, purse, ..Image::default() };
    Contents { image, ..Contents::blank(keys) }
}
