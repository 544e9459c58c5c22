//! Card profiles.

use tunion_card::PurseContents;
use tunion_data::file::{AppInfo, Holder, Management};

/// A card before it is personalised.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardFile {
    /// Its name.
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
