//! The world in which cards tap.
//!
//! A [`World`](world::World) owns cards, terminals with their PSAMs, the issuer's host and a virtual
//! clock. It plays a scenario tap by tap: it carries out what a terminal wants done and tells it what
//! came of it. It has no rules of its own: what a card answers, what a terminal decides and what a
//! ride costs is decided below.
//!
//! | module | idea |
//! |---|---|
//! | [`link`] | whatever answers APDUs, and the wrappers that lose answers or write them down |
//! | [`radio`] | a card behind the air, on a virtual clock |
//! | [`disturbed`] | a scenario whose every tap meets something on the air, by chance |
//! | [`latency`] | how long taps take, and what a change would buy |
//! | [`trace`] | what went over the links: its words, its file, two of them compared, one played again |
//! | [`random`] | one random stream for each (seed, name, tap) |
//! | [`device`] | a terminal with its PSAM and its store |
//! | [`world`], `spot`, `journal` | playing a scenario; which device serves a step; what happened, for those who tell it |
//! | `check`, `words` | holding a tap against what is expected; saying it |
//! | [`audit`] | what must hold whatever the scenario: money is conserved, one record for each debit |
//! | [`clearing`] | upload files cleared: records with their places, the issuer's keys, the report |
//! | [`asides`] | the same of locks and extensions, which no purse counts |
//! | [`report`] | the outcome as a table, as JSON, as JUnit |
//! | [`counterpart`] | what PSAM, host and issuer send one card: right MACs and wrong ones |
//! | [`tear`] | every command that writes, torn at every byte |
//! | [`pull`] | no card is charged twice: taps disturbed at every moment |
//! | [`fares`] | rides asked for in words, tables, published cases, what of a tariff no case tries, a month of rides |
//! | [`anatomy`] | one tap laid open: every exchange, every MAC, every check |
//! | [`issue`], [`inspect`] | from a card's file to a card, and all there is to see of it |
//! | [`fares`] | taps priced again, and taps made up |
//! | [`day`] | a city's day by chance: thousands of cards, troubles, money counted three ways |
//! | [`serve`] | a card within reach of other programs, by PC/SC and TCP |
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

pub mod anatomy;
pub mod asides;
pub mod audit;
mod check;
pub mod clearing;
pub mod counterpart;
pub mod day;
pub mod device;
pub mod disturbed;
pub mod fares;
mod grid;
pub mod inspect;
pub mod issue;
mod journal;
pub mod latency;
pub mod link;
pub mod outcome;
pub mod pull;
pub mod radio;
pub mod random;
pub mod report;
pub mod serve;
mod spot;
pub mod tear;
pub mod trace;
mod words;
pub mod world;

pub use outcome::{CardEnd, Failure, Outcome, Row};
pub use world::play;
