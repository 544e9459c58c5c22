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
//! use tunion_data::{CityCode, Fen, civil, civil::date};
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
//!     valid_until: None,
//!     entry: Entry { balance: Fen::from_yuan(3), overdraft: true },
//!     rounding: Rounding::Exact,
//! };
//! let rule = |line, clause| Rule { name: "rule".into(), source: "example".into(), line, clause };
//! let mut tariff = TariffBuilder::new(head, Places::Rail(network));
//! let bands = Clause::bands(100, [(6_000, Fen::from_yuan(3)), (12_000, Fen::from_yuan(4))]);
//! tariff.price(When::ALWAYS, bands.zip(1..).map(|(clause, line)| rule(line, clause)));
//! let count = rule(3, Clause::Count { basis: Basis::Paid });
//! let counter = tariff.counter(When::ALWAYS, count, Reset::Month, civil::Time::MIN, Tap::Exit);
//! tariff.step("month", Choose::First);
//! let read = Read::BeforeRide;
//! let tiers = [(0, 100), (100, 80)]
//!     .map(|(yuan, percent)| Clause::Tier { counter, from: Level::Amount(Fen::from_yuan(yuan)), percent, read });
//! tariff.tiers(When::ALWAYS, counter, read, tiers.map(|clause| rule(4, clause)));
//! let tariff = tariff.build();
//!
//! let november = Period::month(date(2026, 11, 1));
//! let ledger = Counter { period: Some(november), amount: "104.50".parse()?, rides: 21 }.into();
//! let ride = Ride::Rail { from: StationId(0), to: StationId(1), group: None };
//! let day = date(2026, 11, 23);
//! let journey = Journey::single(ride, Rider::local(Product::Student), day.at(8, 0, 0, 0), day.at(8, 40, 0, 0));
//! let quote = tariff.quote(&journey, &ledger)?;
//! assert_eq!((quote.list, quote.charged), ("4.00".parse()?, "3.20".parse()?));
//! assert_eq!(quote.ledger.first().amount, "107.70".parse()?);
//! let told: Vec<_> = quote.reasons.iter().map(|reason| tariff.explain(reason).to_string()).collect();
//! assert_eq!(told[1], "80 % because 104.50 yuan were paid in 2026-11 before this ride");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]

extern crate alloc;

#[cfg(test)]
extern crate std;

mod apply;
mod builder;
mod bus;
mod calendar;
mod clause;
mod edge;
mod enquiry;
mod error;
mod journey;
mod ledger;
mod leg;
mod moment;
mod network;
pub mod pair;
mod quote;
mod reason;
mod rounding;
mod set;
mod tariff;
mod tiers;
mod when;
mod words;

pub use builder::TariffBuilder;
pub use bus::{BusLine, BusLines, LineId, Stop, StopId};
pub use calendar::{Calendar, DayClass};
pub use clause::{Basis, Clause, Instead, Join, Level, Measure, Read, Surcharge};
pub use edge::{Aspect, Edge, Point, Trait};
pub use enquiry::{Enquiry, EnquiryLeg};
pub use error::FareError;
pub use journey::{Issuer, Journey, Medium, Place, Product, Ride, Rider, Taps, Ticket, TicketId};
pub use ledger::{COUNTERS, Counter, CounterId, Ledger, Period, Reset};
pub use network::{Group, GroupId, Network, Station, StationId};
pub use quote::{Priced, Quote};
pub use reason::{Fact, MAX_STEPS, Reason, Reasons};
pub use rounding::{How, Rounding};
pub use set::{Member, Set};
pub use tariff::{Choose, Entry, Head, Places, Rule, RuleId, Tap, Tariff};
pub use when::{Hours, MAX_CONDITIONS, StationSetId, When};
