//! The issuer's roots, and the keys of one card under them.

use tunion_card::{CardKeys, Contents, Image, PurseContents};
use tunion_crypto::{Algorithm, Kcv, Key16, Tally};
use tunion_data::file::{AppInfo, Holder, Management};
use tunion_data::{IssuerId, Pan};

use crate::purpose::Purpose;

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
    /// Root of application lock. In PERSO it has the value of application unlock.
    pub app_block: Key16,
    /// Root of application unlock.
    pub app_unblock: Key16,
    /// Root of DAMK, application maintenance: secure messaging that writes files (6a).
    pub app_maintenance: Key16,
    /// Root of DPUK, PIN UNBLOCK.
    pub pin_unblock: Key16,
    /// Root of DRPK, RELOAD PIN.
    pub pin_reload: Key16,
    /// Root of the card master key.
    pub card_control: Key16,
    /// Root of the application master key.
    pub app_control: Key16,
    /// Root of external authentication.
    pub external_auth: Key16,
    /// Root of internal authentication; cards of an issuer without it have no such key.
    pub internal_auth: Option<Key16>,
    /// Root of the PSAMs' own control keys, APPLICATION UNBLOCK of a PSAM: no card has a key of it
    /// (`docs/spec/card.md` 5.1).
    pub psam_control: Key16,
    /// The version of all of them, which cards answer to INITIALIZE.
    pub version: u8,
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
            psam_control: key(15),
            version: 1,
        }
    }

    /// The keys of one card, by T-Union's two levels: issuer, then the last 8 bytes of the card number
    /// (`docs/spec/card.md` 4.2).
    ///
    /// ```
    /// # use tunion_crypto::Key16;
    /// # let key = |bytes: u128| Key16::new(bytes.to_be_bytes());
    /// // The laboratory's test root and its card (docs/spec/card.md 5.1).
    /// let purchase = key(0x25EC312F61B9687CE3316101E60DB60B);
    /// let roots = tunion_issuer::Roots { purchase, ..tunion_issuer::Roots::numbered() };
    /// let keys = roots.card_keys("05212482FFFFFFFF".parse()?, "3104895199900000003".parse()?);
    /// assert_eq!(keys.purchase, key(0x26776F5B7AA2A6FDA378DEAC563180DC));
    /// # Ok::<(), tunion_data::ParseIdError>(())
    /// ```
    #[must_use]
    pub fn card_keys(&self, issuer: IssuerId, pan: Pan) -> CardKeys {
        let derive = |root: &Key16| derive(root, Algorithm::Tdes, issuer, pan);
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

    /// The root for `purpose`; none only for an optional one.
    #[must_use]
    pub fn root(&self, purpose: Purpose) -> Option<&Key16> {
        Some(match purpose {
            Purpose::Purchase => &self.purchase,
            Purpose::Tac => &self.tac,
            Purpose::Load => &self.load,
            Purpose::LoadSecond => &self.load_second,
            Purpose::Unload => &self.unload,
            Purpose::Overdraft => &self.overdraft,
            Purpose::AppBlock => &self.app_block,
            Purpose::AppUnblock => &self.app_unblock,
            Purpose::AppMaintenance => &self.app_maintenance,
            Purpose::PinUnblock => &self.pin_unblock,
            Purpose::PinReload => &self.pin_reload,
            Purpose::CardControl => &self.card_control,
            Purpose::AppControl => &self.app_control,
            Purpose::ExternalAuth => &self.external_auth,
            Purpose::InternalAuth => self.internal_auth.as_ref()?,
        })
    }

    /// The key of one card for `purpose`, by the two levels: under [`Algorithm::Tdes`] the one that
    /// cards work with, under [`Algorithm::Sm4`] its twin of the same root (`docs/spec/card.md` 4.2,
    /// 4.3). None where there is no root.
    #[must_use]
    pub fn card_key(
        &self,
        purpose: Purpose,
        algorithm: Algorithm,
        issuer: IssuerId,
        pan: Pan,
    ) -> Option<Key16> {
        self.root(purpose).map(|root| derive(root, algorithm, issuer, pan))
    }

    /// The check values of all keys of one card, in the order of [`Purpose::ALL`]: what a
    /// personalisation file prints beside its keys.
    pub fn check_values(&self, issuer: IssuerId, pan: Pan) -> impl Iterator<Item = CheckValues> {
        Purpose::ALL.into_iter().filter_map(move |purpose| {
            let kcv = |algorithm| {
                let key = self.card_key(purpose, algorithm, issuer, pan)?;
                Some(key.kcv(algorithm, &mut Tally::default()))
            };
            Some(CheckValues { purpose, tdes: kcv(Algorithm::Tdes)?, sm4: kcv(Algorithm::Sm4)? })
        })
    }

    /// The load key of one card with this index, 01 or 02.
    pub(crate) fn load_key(&self, index: u8, issuer: IssuerId, pan: Pan) -> Option<Key16> {
        let root = match index {
            0x01 => &self.load,
            0x02 => &self.load_second,
            _ => return None,
        };
        Some(derive(root, Algorithm::Tdes, issuer, pan))
    }

    /// The TAC key of one card.
    pub(crate) fn tac_key(&self, issuer: IssuerId, pan: Pan) -> Key16 {
        derive(&self.tac, Algorithm::Tdes, issuer, pan)
    }
}

/// The check values (密钥校验值) of one card key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CheckValues {
    /// What the key is for.
    pub purpose: Purpose,
    /// Of the 3DES key.
    pub tdes: Kcv,
    /// Of its SM4 twin, by SM4.
    pub sm4: Kcv,
}

/// The issuer's machines are not what is measured, so their work is not counted.
fn derive(root: &Key16, algorithm: Algorithm, issuer: IssuerId, pan: Pan) -> Key16 {
    root.card_key(algorithm, issuer.0, pan.last8(), &mut Tally::default())
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
