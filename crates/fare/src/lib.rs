//! What a ride costs, and why.
//!
//! A [`Tariff`] is compiled from a file by `tunion-files` together with the [`Network`] or the
//! [`BusLines`] that it prices. [`Tariff::quote`] is a pure function: a [`Journey`] and the card's
//! [`Ledger`] in, a [`Quote`] out. It allocates nothing, reads no clock and keeps no state; the
//! ledger after the ride is part of the answer.
//!
//! Every amount comes with its [`Reasons`]: a chain that starts at zero and ends at the amount
//! charged, each step naming the clause of the tariff that made it. [`Tariff::rule`] gives the
//! clause's name, source and line, [`Tariff::explain`] says the step in words.
//!
//! The crate knows networks, tariffs, ledgers. It never knows files, cards, APDUs or how a ledger
//! lies in a card's bytes.
//!
//! How prices are formed: `docs/spec/fares.md` 1 and 2.
//!
//! ```
//! use tunion_data::{CityCode, Fen, civil::date};
//! use tunion_fare::*;
//!
//! // What tunion-files makes of a network and a tariff file, here by hand.
//! let station = |code, name: &str| Station { code, name: name.into() };
//! let network = Group::new("network", [StationId(0), StationId(1)], |_, _| 9_000);
//! let stations = vec![station(1, "五道口"), station(2, "复兴门")];
//! let network = Network::new("small", CityCode::BEIJING, stations, vec![network]);
//! let head = Head {
//!     name: "rail".into(),
//!     file: "rail.toml".into(),
//!     valid_from: date(2014, 12, 28),
//!     entry_balance: Fen::from_yuan(3),
//! };
//! let rule = |line, clause| Rule { name: "rule".into(), source: "example".into(), line, clause };
//! let mut tariff = TariffBuilder::new(head, Places::Rail(network));
//! let bands = Clause::bands(100, [(6_000, Fen::from_yuan(3)), (12_000, Fen::from_yuan(4))]);
//! tariff.price(Set::ALL, bands.zip(1..).map(|(clause, line)| rule(line, clause)));
//! let tiers = [(0, 100), (100, 80)].map(|(yuan, percent)| Clause::Tier { from: Fen::from_yuan(yuan), percent });
//! tariff.accumulation(When::ALWAYS, false, tiers.map(|clause| rule(3, clause)));
//! let tariff = tariff.build();
//!
//! let ledger = Ledger { month: Some(date(2026, 11, 1).into()), paid: "104.50".parse()?, rides: 21 };
//! let journey = Journey {
//!     ride: Ride::Rail { from: StationId(0), to: StationId(1) },
//!     rider: Rider::local(Product::Student),
//!     entered: date(2026, 11, 23).at(8, 0, 0, 0),
//!     exited: date(2026, 11, 23).at(8, 40, 0, 0),
//! };
//! let quote = tariff.quote(&journey, &ledger)?;
//! assert_eq!((quote.list, quote.charged), ("4.00".parse()?, "3.20".parse()?));
//! assert_eq!(quote.ledger.paid, "107.70".parse()?);
//! let told: Vec<_> = quote.reasons.iter().map(|reason| tariff.explain(reason).to_string()).collect();
//! assert_eq!(told[1], "80 % because 104.50 yuan were paid in 2026-11 before this ride");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]

extern crate alloc;

#[cfg(test)]
extern crate std;

mod builder;
mod bus;
mod clause;
mod error;
mod journey;
mod ledger;
mod network;
mod quote;
mod reason;
mod set;
mod tariff;
mod words;

pub use builder::TariffBuilder;
pub use bus::{BusLine, BusLines, LineId, Stop, StopId};
pub use clause::{Clause, Measure};
pub use error::FareError;
pub use journey::{Issuer, Journey, Medium, Place, Product, Ride, Rider};
pub use ledger::{Ledger, YearMonth};
pub use network::{Group, GroupId, Network, Station, StationId};
pub use quote::Quote;
pub use reason::{Fact, Reason, Reasons, Step};
pub use set::{Member, Set};
pub use tariff::{Head, Places, Rule, RuleId, Tariff, When};
