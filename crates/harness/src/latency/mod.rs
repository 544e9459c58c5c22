//! How long a tap takes, and what a change would buy.
//!
//! A tap is played as ever: card, PSAM and terminal do what they do, and the card stands behind the air
//! ([`crate::radio`]). Beside it a clock runs that nobody waits for: frames take what the formulae say, the work that
//! devices tell is priced by cost profiles ([`tunion_files::costs`]), and chance makes each tap of a population another.
//!
//! | module | idea |
//! |---|---|
//! | [`setting`] | what is measured: costs, rate, what-ifs |
//! | [`chance`] | what differs from tap to tap |
//! | [`timeline`] | one tap in spans of time, each with who took it |
//! | `play` | one tap on the clock |
//! | [`population`] | many taps, and their percentiles |
//! | [`target`] | what is asked of a tap, and by whom |
//! | [`report`], [`picture`] | tables, CSV; SVG |

pub mod chance;
pub mod picture;
mod play;
pub mod population;
pub mod report;
pub mod setting;
pub mod target;
pub mod timeline;

pub use population::{Measured, Population};
pub use setting::{Scene, Setting, WhatIf};
pub use timeline::{Part, Span, Timeline};
