//! Cards as files: profiles, which people write, and images, which programs write.
//!
//! A profile says what a card is. Only `[info]` and `[management]` have to be there:
//!
//! ```toml
//! version = 1
//! name = "student"
//! provenance = "synthetic"
//!
//! # How the card behaves (docs/spec/card.md 8.1); default: as shown.
//! aid = "A000000632010105"            # 8 to 16 bytes
//! link = "contactless"                # or "contact", T=0
//! le = "strict"                       # or "correcting", "lenient"
//! algorithms = "des"                  # or "sm4", "both"
//! out-of-order = "6901"               # or "6985": the answer to a command out of order
//! capp-wants-update = false           # whether DEBIT FOR CAPP PURCHASE does
//! load-wants-pin = false
//!
//! [fci]
//! version = "02"                      # 9F08, one byte or two
//! label = false                       # 50, MOT_T_EP
//! priority = 1                        # 87; default: none
//! preferred-name = ""                 # 9F12, at most 16 ASCII characters; default: none
//! padding = 0                         # zero bytes behind, at most 8
//!
//! [directory]
//! priority = 1                        # or 2
//! e-cash = false                      # an entry of e-cash before it
//! pse = false                         # 1PAY.SYS.DDF01 too
//!
//! [select-by-id]
//! purse = "3F01"                      # default: none
//! files = false
//!
//! [accept]                            # what is not accepted is 6A86
//! debit-p1-02 = true
//! credit-p2-02 = true
//! capp-p1-00 = true
//!
//! [blocked]
//! select = "6A81"                     # or "6283"
//! directory = "9000"                  # or "6283"
//!
//! [prove]
//! depth = 1                           # 0 to 10
//! while-open = true
//!
//! [tries]
//! pin = 3
//! messages = 3                        # 0: no limit
//! transactions = 0
//! external = 3
//!
//! [info]                              # EF 15
//! issuer = "01011000FFFFFFFF"
//! pan = "3105170010000000002"
//! valid-from = 2026-10-01
//! valid-to = 2027-09-30               # the last day is still a day of validity
//! app-type = 2                        # default 2, the e-purse
//! enabled = 1                         # default 1; 0 is not enabled, 2 disabled
//! issuer-data = "0000"                # default 0000
//!
//! [holder]                            # EF 16; default nobody
//! name = "林小禾"                      # at most 20 bytes in GBK
//! id-number = "S0000001"              # at most 32 ASCII characters
//! id-type = "other"                   # default "identity-card"
//! card-flag = 0                       # default 0
//! staff = false                       # default false
//!
//! [management]                        # EF 17
//! city = "1000"
//! province = "1000"                   # default: the city
//! country = "00000156"                # default: China
//! interoperable = true
//! type = "student"                    # ordinary, student, senior, test or military
//!
//! [purse]                             # default: as shown
//! balance = "0.00"
//! ceiling = "5000.00"
//! overdraft-limit = "0.00"
//! overdraft-used = "0.00"
//! offline-seq = 0
//! online-seq = 0
//!
//! [pin]                               # default: none
//! digits = "123456"                   # 2 to 6
//!
//! [security]                          # default: as shown
//! blocked = "none"                    # or "temporary", "permanent"
//! card-blocked = false
//! sm4-in-use = false                  # of a card with both
//! des-blocked = false
//! sm4-blocked = false
//! left.pin = 3                        # default, as of all below: all of [tries]
//! left.messages = 3
//! left.transactions = 0
//! left.external-auth = 3              # key id 00
//! left.app-control = 3                # key id 01
//!
//! [proofs]                            # what GET TRANSACTION PROVE answers from; default: nothing
//! last = "capp"                       # the card's last: load, unload, purchase, limit-update, capp
//! capp = { seq = 1, mac2 = "BDF825DD", tac = "61DF3A4F" }
//!
//! [keys]                              # whom they are derived for; default: EF 15's
//! issuer = "01011000FFFFFFFF"
//! number = "03105170010000000002"
//!
//! [rail]                              # record 2701 of EF 1A; default: no journey
//! status = "entered"
//! entry-city = "1000"
//! entry-at = 2026-11-23T07:40:00      # its CRC is made to fit, unless `crc` is given
//!
//! [bus]                               # record 2702 of EF 1A; default: no journey
//! state = "off"
//!
//! [[log]]                             # EF 18, the newest first, at most 10
//! seq = 1
//! transaction = "capp"
//! terminal = "100000000001"
//! date = 2026-11-23
//! time = 07:40:00
//! mac2 = "BDF825DD"                   # with `tac` its proof, for a PROVE that reaches so far
//! tac = "61DF3A4F"
//!
//! [[trip]]                            # EF 1E, the newest first, at most 30
//! trip-type = "entry"
//! industry = "rail"
//! balance = "50.00"
//! at = 2026-11-23T07:40:00
//! ```
//!
//! `[rail]`, `[bus]`, `[[log]]`, `[[trip]]` and the proofs have the fields of their layouts
//! ([`crate::layout`]), with `-` for `_`: the names that `tunion card show` prints. How each kind of field is
//! written stands in `docs/cards.md`; any may be its bare bytes, as `"hex:FFFFFFFF"`. A file that no words
//! stand for is written byte by byte: `[ef-15]`, `[ef-16]`, `[ef-17]` in place of the tables above, and
//! `[ef-1a.2703]` for a record of EF 1A, with every field as hexadecimal digits.
//!
//! The layouts are `docs/spec/card.md` 2, the rules of the purse `docs/spec/card.md` 6. Text
//! is padded with spaces: our reading of `docs/spec/card.md` 2.2, which has spaces or zeros.
//!
//! An image holds a card's whole memory ([`CardFile::to_image`]). It can stand wherever a profile can.

mod changes;
mod fields;
mod fill;
mod image;
pub mod limits;
mod page;
mod read;
mod records;
mod schema;
mod security;
mod settings;
mod value;
mod write;

use std::path::Path;

use heapless::Vec as Bounded;
use tunion_card::profile::Algorithms;
use tunion_card::{Contents, Image, LogEntry, Profile, TriesLeft};
use tunion_data::fci::MAX_AID;
use tunion_data::file::{AppInfo, LOG_RECORDS, TRIP_RECORDS, TripRecord};
use tunion_data::{IssuerId, Pan};
use tunion_issuer::Roots;

use crate::diag::{Diagnostics, Source};

pub use changes::{Changes, Unsuitable};
pub(crate) use fields::{card_type, in_order, purse};
pub use image::is_image;
pub use read::parse;
pub(crate) use schema::PurseTable;

/// A card before it is personalised.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardFile {
    /// The profile's name.
    pub name: String,
    /// Where the card comes from.
    pub provenance: String,
    /// What its file says of it in the comment at its beginning; empty when there is none.
    pub about: String,
    /// The application's full name, 8 to 16 bytes (`docs/spec/card.md` 1.1).
    pub aid: Bounded<u8, MAX_AID>,
    /// How it behaves.
    pub profile: Profile,
    /// What is in its memory.
    pub image: Image,
    /// Whom its keys are derived for, where that is not what EF 15 says: issuer and card number.
    pub keys: Option<(IssuerId, Pan)>,
}

impl CardFile {
    /// What the issuer puts on the card under these roots.
    ///
    /// ```
    /// let file = tunion_files::card::load("../../fixtures/cards/student.toml")?;
    /// let contents = file.contents(&tunion_files::keys::lab()?.roots);
    /// assert_eq!(contents.image.info.pan.to_string(), "3105170010000000002");
    /// # Ok::<(), tunion_files::diag::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn contents(&self, roots: &Roots) -> Contents {
        let (issuer, pan) = self.derived_for();
        Contents {
            aid: self.aid.clone(),
            profile: self.profile.clone(),
            image: self.image.clone(),
            keys: roots.card_keys(issuer, pan),
        }
    }

    /// Whom the keys are derived for: issuer and card number, those of EF 15 unless the file says otherwise.
    #[must_use]
    pub fn derived_for(&self) -> (IssuerId, Pan) {
        let AppInfo { issuer, pan, .. } = self.image.info;
        self.keys.unwrap_or((issuer, pan))
    }

    /// Has the keys derived for an issuer and a card number, whatever EF 15 says or will say.
    pub fn derive_for(&mut self, issuer: IssuerId, pan: Pan) {
        let AppInfo { issuer: here, pan: number, .. } = self.image.info;
        self.keys = ((issuer, pan) != (here, number)).then_some((issuer, pan));
    }

    /// The settings that are not the default, by their keys in a card profile, such as `fci.padding`.
    #[must_use]
    pub fn settings(&self) -> Vec<(String, String)> {
        settings::changed(&self.aid, &self.profile)
    }

    /// The memory of a card that is made of this, as [`Card::image`](tunion_card::Card::image) gives it:
    /// records that were never written are zeros, and everything left to a default is there.
    #[must_use]
    pub fn memory(&self) -> Image {
        let mut image = self.image.clone();
        while image.log.len() < usize::from(LOG_RECORDS) && image.log.push(LogEntry::default()).is_ok() {}
        while image.trips.len() < usize::from(TRIP_RECORDS) && image.trips.push([0; TripRecord::LEN]).is_ok()
        {
        }
        image.security.left.get_or_insert(TriesLeft::from(self.profile.tries));
        image.security.sm4_in_use = match self.profile.algorithms {
            Algorithms::Des => false,
            Algorithms::Sm4 => true,
            Algorithms::Both => image.security.sm4_in_use,
        };
        image
    }

    /// The card of this file with another memory: what became of it.
    #[must_use]
    pub fn with_memory(&self, image: Image) -> Self {
        let (issuer, pan) = self.derived_for();
        let mut file = Self { image, ..self.clone() };
        file.derive_for(issuer, pan);
        file
    }
}

/// Loads a card: a profile, or an image.
///
/// # Errors
/// Every mistake found, with its line.
pub fn load(path: impl AsRef<Path>) -> Result<CardFile, Diagnostics> {
    parse(&Source::read(path)?)
}

#[cfg(test)]
mod tests;
