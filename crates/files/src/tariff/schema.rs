//! The tariff file as it is written.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;
use tunion_data::{CityCode, Fen};

use crate::diag::{Day, Text};

pub(super) type Money = Spanned<Text<Fen>>;
pub(super) type Name = Spanned<String>;
pub(super) type Names = Spanned<Vec<Name>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TariffFile {
    pub(super) version: Spanned<u32>,
    pub(super) name: String,
    pub(super) city: Spanned<Text<CityCode>>,
    pub(super) valid_from: Spanned<Day>,
    pub(super) valid_until: Option<Spanned<Day>>,
    pub(super) provenance: Name,
    pub(super) network: Option<Name>,
    pub(super) bus_lines: Option<Name>,
    pub(super) calendar: Option<Name>,
    pub(super) rounding: Spanned<RoundingWord>,
    pub(super) rounded_to: Option<Money>,
    pub(super) entry: EntryTable,
    #[serde(default)]
    pub(super) region: Vec<RegionTable>,
    #[serde(default)]
    pub(super) station_set: Vec<StationSetTable>,
    #[serde(default)]
    pub(super) ticket: Vec<TicketTable>,
    pub(super) price: Vec<PriceTable>,
    #[serde(default)]
    pub(super) incomplete: Vec<IncompleteTable>,
    #[serde(default)]
    pub(super) counter: Vec<CounterTable>,
    #[serde(default)]
    pub(super) step: Vec<StepTable>,
    #[serde(default)]
    pub(super) join: Vec<JoinTable>,
}

/// What becomes of a part of a fen.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RoundingWord {
    Exact,
    Down,
    Up,
    HalfUp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryTable {
    pub(super) source: Name,
    pub(super) balance: Money,
    pub(super) overdraft: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegionTable {
    pub(super) name: Name,
    pub(super) source: Name,
    pub(super) cities: Spanned<Vec<Spanned<Text<CityCode>>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StationSetTable {
    pub(super) name: Name,
    pub(super) source: Name,
    pub(super) stations: Names,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketTable {
    pub(super) name: Name,
    pub(super) source: Name,
    pub(super) groups: Option<Names>,
    pub(super) classes: Option<Names>,
    pub(super) hours: Option<Spanned<u32>>,
    pub(super) price: Option<Money>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PriceTable {
    pub(super) name: Name,
    pub(super) source: Name,
    #[serde(default)]
    pub(super) when: WhenTable,
    pub(super) grace_metres: Option<Spanned<u32>>,
    pub(super) bands: Option<Spanned<Vec<BandRow>>>,
    pub(super) beyond: Option<BeyondTable>,
    pub(super) flat: Option<Money>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct BandRow {
    pub(super) over_metres: Option<Spanned<u32>>,
    pub(super) over_stop_numbers: Option<Spanned<u32>>,
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
    pub(super) tickets: Option<Names>,
    pub(super) taps: Option<Names>,
    pub(super) days: Option<Names>,
    pub(super) valid_from: Option<Spanned<Day>>,
    pub(super) valid_until: Option<Spanned<Day>>,
    pub(super) entered_from: Option<Spanned<Datetime>>,
    pub(super) entered_until: Option<Spanned<Datetime>>,
    pub(super) exited_from: Option<Spanned<Datetime>>,
    pub(super) exited_until: Option<Spanned<Datetime>>,
    pub(super) entered_at: Option<Name>,
    pub(super) exited_at: Option<Name>,
    pub(super) stay_over_minutes: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IncompleteTable {
    pub(super) name: Name,
    pub(super) source: Name,
    #[serde(default)]
    pub(super) when: WhenTable,
    pub(super) missing: Spanned<Missing>,
    pub(super) price: Spanned<InsteadWord>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Missing {
    Entry,
    Exit,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum InsteadWord {
    FartherEnd,
    HighestFare,
    LowestFare,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CounterTable {
    pub(super) name: Name,
    pub(super) source: Name,
    #[serde(default)]
    pub(super) when: WhenTable,
    pub(super) basis: BasisWord,
    pub(super) reset: ResetWord,
    pub(super) period_of: TapWord,
    pub(super) day_begins: Option<Spanned<Datetime>>,
}

/// What the counter adds up.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
pub(super) enum BasisWord {
    Paid,
    List,
    Rides,
}

/// When the counter begins anew.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ResetWord {
    CalendarMonth,
    Week,
    Day,
}

/// Which end of a ride decides its period.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TapWord {
    Entry,
    Exit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepTable {
    pub(super) name: Name,
    #[serde(default)]
    pub(super) choose: ChooseWord,
    #[serde(default)]
    pub(super) rule: Vec<RuleTable>,
}

/// Which of a step's rules holds.
#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ChooseWord {
    #[default]
    First,
    Lowest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RuleTable {
    pub(super) name: Name,
    pub(super) source: Name,
    #[serde(default)]
    pub(super) when: WhenTable,
    pub(super) pay_percent: Option<Spanned<u32>>,
    pub(super) pay: Option<Money>,
    pub(super) add: Option<Spanned<String>>,
    pub(super) counted: Option<Spanned<bool>>,
    pub(super) counter: Option<Name>,
    pub(super) read: Option<Spanned<ReadWord>>,
    pub(super) tiers: Option<Spanned<Vec<TierRow>>>,
}

/// When the counter is read.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ReadWord {
    BeforeRide,
    Split,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TierRow {
    pub(super) from: Option<Money>,
    pub(super) from_rides: Option<Spanned<u16>>,
    pub(super) pay_percent: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JoinTable {
    pub(super) name: Name,
    pub(super) source: Name,
    pub(super) groups: Names,
    pub(super) at: Names,
    pub(super) charge: Spanned<ChargeWord>,
    pub(super) by: Option<Name>,
}

/// What becomes of the two prices.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ChargeWord {
    Sum,
    Maximum,
    Replace,
}
