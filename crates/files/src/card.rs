//! Card profiles: what a card is before it is personalised.
//!
//! ```toml
//! version = 1
//! name = "student"
//! provenance = "synthetic"
//!
//! [info]                              # EF 15
//! issuer = "01011000FFFFFFFF"
//! pan = "3105170010000000002"
//! valid-from = 2026-10-01
//! valid-to = 2027-09-30               # the last day is still a day of validity
//! app-type = 2                        # default 2, the e-purse
//! enabled = 1                         # default 1; 0 is not enabled
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
//! ```
//!
//! The layouts are `docs/spec/card.md` 2.1 to 2.3, the rules of the purse `docs/spec/card.md` 6. Text
//! is padded with spaces: our reading of `docs/spec/card.md` 2.2, which has spaces or zeros.

mod fields;
mod schema;

use std::path::Path;

use tunion_card::{Contents, PurseContents};
use tunion_data::file::{AppInfo, Holder, Management};
use tunion_issuer::Roots;

use crate::diag::{Diagnostics, Source};
use crate::kind::Kind;

pub(crate) use fields::{card_type, in_order, purse};
pub(crate) use schema::PurseTable;

/// A card before it is personalised.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardFile {
    /// The profile's name.
    pub name: String,
    /// EF 15.
    pub info: AppInfo,
    /// EF 16.
    pub holder: Holder,
    /// EF 17.
    pub management: Management,
    /// The purse.
    pub purse: PurseContents,
}

impl CardFile {
    /// What the issuer puts on the card under these roots.
    ///
    /// ```
    /// let file = tunion_files::card::load("../../fixtures/cards/student.toml")?;
    /// let contents = file.contents(&tunion_files::keys::lab()?.roots);
    /// assert_eq!(contents.info.pan.to_string(), "3105170010000000002");
    /// # Ok::<(), tunion_files::diag::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn contents(&self, roots: &Roots) -> Contents {
        tunion_issuer::personalise(roots, self.info, self.holder, self.management, self.purse)
    }
}

/// Loads a card profile.
///
/// # Errors
/// Every mistake found, with its line.
pub fn load(path: impl AsRef<Path>) -> Result<CardFile, Diagnostics> {
    parse(&Source::read(path)?)
}

/// Reads the text of a card profile.
///
/// # Errors
/// As [`load`].
pub fn parse(source: &Source) -> Result<CardFile, Diagnostics> {
    let file: schema::File = Kind::Card.read(source)?;
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 1));
    errors.keep(source.said(&file.name, "name"));
    errors.keep(source.said(&file.provenance, "provenance"));
    let info = errors.keep(fields::info(source, &file.info));
    let holder = errors.keep(fields::holder(source, &file.holder));
    let management = errors.keep(fields::management(source, &file.management));
    let purse = errors.keep(fields::purse(source, PurseContents::default(), &file.purse));
    let (Some(info), Some(holder), Some(management), Some(purse)) = (info, holder, management, purse) else {
        return Err(errors);
    };
    errors.or(CardFile { name: file.name.into_inner(), info, holder, management, purse })
}

#[cfg(test)]
mod tests;
