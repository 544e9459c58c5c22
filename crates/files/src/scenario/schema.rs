//! The scenario as it is written.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use toml::Spanned;
use tunion_data::{Fen, IssuerId, Pan};

use super::air::AirTable;
use crate::card::PurseTable;
use crate::diag::{Day, Moment, Text};
use crate::terminal::{RecoveryTable, SelectTable, Switches, WhiteList};

pub(super) type Name = Spanned<String>;
pub(super) type Money = Option<Text<Fen>>;
/// Tables by their names, in no order.
pub(super) type Tables<T> = BTreeMap<Name, T>;

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub(super) version: Spanned<u32>,
    pub(super) title: Name,
    pub(super) seed: u64,
    pub(super) keys: Name,
    #[serde(default)]
    pub(super) black_list: Vec<Name>,
    pub(super) sign_on: Option<Spanned<SignOnTable>>,
    pub(super) cards: Tables<CardTable>,
    pub(super) terminals: Tables<TerminalTable>,
    pub(super) tap: Vec<Spanned<TapTable>>,
    #[serde(default)]
    pub(super) totals: Tables<TotalsTable>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CardTable {
    pub(super) file: Name,
    pub(super) pan: Option<Spanned<Text<Pan>>>,
    pub(super) issuer: Option<Text<IssuerId>>,
    #[serde(rename = "type")]
    pub(super) card_type: Option<Name>,
    pub(super) enabled: Option<u8>,
    pub(super) interoperable: Option<bool>,
    pub(super) valid_from: Option<Spanned<Day>>,
    pub(super) valid_to: Option<Spanned<Day>>,
    balance: Option<Spanned<Text<Fen>>>,
    ceiling: Option<Spanned<Text<Fen>>>,
    overdraft_limit: Option<Spanned<Text<Fen>>>,
    overdraft_used: Option<Spanned<Text<Fen>>>,
    offline_seq: Option<u16>,
    online_seq: Option<u16>,
}

impl CardTable {
    /// What differs in the purse.
    pub(super) fn purse(&self) -> PurseTable {
        PurseTable {
            balance: self.balance.clone(),
            ceiling: self.ceiling.clone(),
            overdraft_limit: self.overdraft_limit.clone(),
            overdraft_used: self.overdraft_used.clone(),
            offline_seq: self.offline_seq,
            online_seq: self.online_seq,
        }
    }
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TerminalTable {
    pub(super) file: Name,
    pub(super) line: Option<Name>,
    pub(super) direction: Option<Spanned<u8>>,
    pub(super) vehicle: Option<Name>,
    pub(super) station: Option<Spanned<Station>>,
    pub(super) door: Option<Name>,
    mac1: Option<Name>,
    mac2: Option<Name>,
    accepted: Option<Spanned<Vec<Name>>>,
    expired_student: Option<Name>,
    known: Option<Spanned<Vec<Name>>>,
    white_list: Option<Spanned<WhiteList>>,
    select: Option<Spanned<SelectTable>>,
    mac2_failure: Option<Name>,
    trip_balance: Option<Name>,
    top_up_below: Money,
    grey_slots: Option<Spanned<u16>>,
    retap_seconds: Option<Spanned<u16>>,
    recovery: Option<Spanned<RecoveryTable>>,
    lock_black_listed: Option<Spanned<bool>>,
    open_elsewhere: Option<Name>,
    free_reentry_minutes: Option<Spanned<u16>>,
    passback_seconds: Option<Spanned<u16>>,
    ask_back: Option<Spanned<bool>>,
    max_minutes: Option<Spanned<u16>>,
    overtime_minutes: Option<Spanned<u16>>,
    remaining: Option<Spanned<Text<Fen>>>,
    exit_minutes: Option<Spanned<u16>>,
    max_balance: Option<Spanned<Text<Fen>>>,
    max_fare: Option<Spanned<Text<Fen>>>,
    newest_trip: Option<Spanned<bool>>,
    repeat: Option<Spanned<crate::terminal::RepeatTable>>,
}

impl TerminalTable {
    /// What differs in the profile.
    pub(super) fn switches(&self) -> Switches {
        Switches {
            mac1: self.mac1.clone(),
            mac2: self.mac2.clone(),
            accepted: self.accepted.clone(),
            expired_student: self.expired_student.clone(),
            known: self.known.clone(),
            white_list: self.white_list.clone(),
            select: self.select.clone(),
            mac2_failure: self.mac2_failure.clone(),
            trip_balance: self.trip_balance.clone(),
            top_up_below: self.top_up_below,
            grey_slots: self.grey_slots.clone(),
            retap_seconds: self.retap_seconds.clone(),
            recovery: self.recovery.clone(),
            defects: None,
            lock_black_listed: self.lock_black_listed.clone(),
            open_elsewhere: self.open_elsewhere.clone(),
            free_reentry_minutes: self.free_reentry_minutes.clone(),
            passback_seconds: self.passback_seconds.clone(),
            ask_back: self.ask_back.clone(),
            max_minutes: self.max_minutes.clone(),
            overtime_minutes: self.overtime_minutes.clone(),
            remaining: self.remaining.clone(),
            exit_minutes: self.exit_minutes.clone(),
            max_balance: self.max_balance.clone(),
            max_fare: self.max_fare.clone(),
            newest_trip: self.newest_trip.clone(),
            repeat: self.repeat.clone(),
        }
    }
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct TapTable {
    pub(super) at: Spanned<Moment>,
    pub(super) card: Name,
    pub(super) terminal: Name,
    pub(super) enter: Option<Spanned<Station>>,
    pub(super) exit: Option<Spanned<Station>>,
    pub(super) stop: Option<Name>,
    pub(super) load: Option<Spanned<Text<Fen>>>,
    pub(super) enquire: Option<Spanned<bool>>,
    pub(super) settle: Option<Spanned<SettleTable>>,
    pub(super) buy: Option<Spanned<Text<Fen>>>,
    pub(super) refund: Option<Spanned<bool>>,
    pub(super) lock: Option<Spanned<bool>>,
    pub(super) station: Option<Spanned<Station>>,
    pub(super) host: Option<Name>,
    pub(super) line: Option<Spanned<u8>>,
    pub(super) fare: Option<Spanned<FareTable>>,
    pub(super) cards: Option<Spanned<u8>>,
    pub(super) fault: Option<FaultTable>,
    pub(super) air: Option<Spanned<AirTable>>,
    pub(super) repeat: Option<RepeatTable>,
    pub(super) expect: Option<Spanned<ExpectTable>>,
}

/// What the host gives a load SAM at its sign-on.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SignOnTable {
    pub(super) quota: Money,
    pub(super) per_day: Money,
    pub(super) hours: Option<u16>,
}

/// A station by its name, or by its number where only the controller knows its name.
#[derive(Clone)]
pub(super) enum Station {
    Named(String),
    Numbered(u16),
}

impl<'de> Deserialize<'de> for Station {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl Visitor<'_> for Reader {
            type Value = Station;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a station: its name in quotes, or its number")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Station, E> {
                Ok(Station::Named(name.to_owned()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Station, E> {
                let wrong = |_| {
                    E::custom(format!("{number} is no number of a station\nit has two bytes: 0 to 65535"))
                };
                u16::try_from(number).map(Station::Numbered).map_err(wrong)
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SettleTable {
    pub(super) area: Name,
    pub(super) payment: Option<Name>,
    pub(super) entered: Option<Spanned<Station>>,
    pub(super) entered_line: Option<Spanned<u8>>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct FareTable {
    pub(super) list: Text<Fen>,
    pub(super) charged: Text<Fen>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultTable {
    pub(super) command: Name,
    pub(super) when: Name,
    pub(super) bytes: Option<Spanned<u32>>,
    pub(super) noise: Option<Spanned<u64>>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RepeatTable {
    pub(super) times: Spanned<u16>,
    pub(super) every_days: Option<Spanned<u16>>,
}

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ExpectTable {
    pub(super) gate: Option<Name>,
    pub(super) code: Option<Name>,
    pub(super) prompt: Option<Name>,
    pub(super) list: Money,
    pub(super) charged: Money,
    pub(super) balance: Money,
    pub(super) overdraft_used: Money,
    pub(super) month: Money,
    pub(super) notes: Option<Vec<Name>>,
    pub(super) free_area: Option<Name>,
    pub(super) paid_area: Option<Name>,
    pub(super) due: Money,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TotalsTable {
    pub(super) charged: Money,
    pub(super) loaded: Money,
    pub(super) balance: Money,
    pub(super) overdraft_used: Money,
    pub(super) month: Money,
    pub(super) rides: Option<u16>,
    pub(super) records: Option<u32>,
}

/// The tables in the order of the file.
pub(super) fn in_order<T>(tables: &Tables<T>) -> Vec<(&Name, &T)> {
    let mut tables: Vec<_> = tables.iter().collect();
    tables.sort_by_key(|(name, _)| name.span().start);
    tables
}
