//! The card's issuer (发卡机构): it personalises cards under its roots and approves online loads.
//!
//! | module | idea |
//! |---|---|
//! | [`purpose`] | what the keys of a purse are for |
//! | [`roots`] | the issuer's roots, and the keys of one card under them |
//! | [`account`] | what the issuer knows of a card, behind a trait that a store can implement |
//! | [`rules`] | how much may be loaded |
//! | `sam` | the keys that go into PSAMs |
//! | [`load`] | the host of online loads, 圈存 |
//! | [`sign_on`] | the host at which load SAMs get their quota, 签到 |
//!
//! Terminals talk to the host in the values of [`tunion_data::host`]. How terminals decide is not
//! known here, nor how bytes travel. Time comes with the requests.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

pub mod account;
pub mod load;
mod macs;
pub mod purpose;
pub mod roots;
pub mod rules;
mod sam;
pub mod sign_on;

pub use account::{Account, Booked, CardRegistry, Evidence, Open, Standing};
pub use load::LoadHost;
pub use purpose::Purpose;
pub use roots::{CheckValues, Roots, personalise};
pub use rules::LoadRules;
pub use sign_on::{QuotaRules, SignOnHost};
