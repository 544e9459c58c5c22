//! The tariff file as it is written.

use serde::Deserialize;
use toml::Spanned;
use tunion_data::{CityCode, Fen};

use crate::diag::{Day, Text};

type Money = Spanned<Text<Fen>>;
type Names = Spanned<Vec<Spanned<String>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TariffFile {
    pub(super) version: Spanned<u32>,
    pub(super) name: String,
    pub(super) city: Spanned<Text<CityCode>>,
    pub(super) valid_from: Day,
    pub(super) provenance: Spanned<String>,
    pub(super) network: Option<Spanned<String>>,
    pub(super) bus_lines: Option<Spanned<String>>,
    pub(super) entry: EntryTable,
    pub(super) price: Vec<PriceTable>,
    #[serde(default)]
    pub(super) concession: Vec<ConcessionTable>,
    pub(super) accumulation: Option<AccumulationTable>,
    pub(super) no_tap_off: Option<NoTapOffTable>,
    pub(super) overtime: Option<OvertimeTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EntryTable {
    pub(super) source: Spanned<String>,
    pub(super) balance: Money,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PriceTable {
    pub(super) name: Spanned<String>,
    pub(super) source: Spanned<String>,
    pub(super) groups: Option<Names>,
    pub(super) classes: Option<Names>,
    pub(super) grace_metres: Option<Spanned<u32>>,
    pub(super) bands: Option<Spanned<Vec<BandRow>>>,
    pub(super) beyond: Option<BeyondTable>,
    pub(super) flat: Option<Money>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct BandRow {
    pub(super) to_metres: Option<Spanned<u32>>,
    pub(super) to_stop_numbers: Option<Spanned<u32>>,
    pub(super) price: Money,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct BeyondTable {
    pub(super) every_metres: Option<Spanned<u32>>,
    pub(super) every_stop_numbers: Option<Spanned<u32>>,
    pub(super) add: Money,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WhenTable {
    pub(super) groups: Option<Names>,
    pub(super) classes: Option<Names>,
    pub(super) products: Option<Names>,
    pub(super) issuers: Option<Names>,
    pub(super) media: Option<Names>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ConcessionTable {
    pub(super) name: Spanned<String>,
    pub(super) source: Spanned<String>,
    #[serde(default)]
    pub(super) when: WhenTable,
    pub(super) pay_percent: Option<Spanned<u32>>,
    pub(super) pay: Option<Money>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AccumulationTable {
    pub(super) name: Spanned<String>,
    pub(super) source: Spanned<String>,
    #[serde(default)]
    pub(super) when: WhenTable,
    pub(super) basis: Basis,
    pub(super) read: Read,
    pub(super) reset: Reset,
    pub(super) month_of: MonthOf,
    pub(super) count_surcharge: bool,
    pub(super) tiers: Spanned<Vec<TierRow>>,
}

/// What the counter adds up.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Basis {
    /// What was paid, not the list price.
    Paid,
}

/// When the counter is read.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Read {
    /// Before the ride, which is priced whole at the tier found.
    BeforeRide,
}

/// When the counter begins anew.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Reset {
    CalendarMonth,
}

/// Which end of a ride decides its month.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum MonthOf {
    Exit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TierRow {
    pub(super) from: Money,
    pub(super) pay_percent: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct NoTapOffTable {
    pub(super) name: Spanned<String>,
    pub(super) source: Spanned<String>,
    #[serde(default)]
    pub(super) when: WhenTable,
    pub(super) charge: Charge,
}

/// What a ride without tap-off is charged.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Charge {
    ListToFartherEnd,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct OvertimeTable {
    pub(super) name: Spanned<String>,
    pub(super) source: Spanned<String>,
    #[serde(default)]
    pub(super) when: WhenTable,
    pub(super) limit_minutes: u32,
    pub(super) surcharge: Money,
}
