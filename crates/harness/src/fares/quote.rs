//! One ride, asked for in words and priced, with its reasons.
//!
//! An [`Ask`] is a ride as a person or a file states it: names, times and amounts as text. [`find`] makes of it a
//! journey and a ledger of a city, or a [`Refusal`] that says what would be right; [`price`] prices that.
//!
//! | module | idea |
//! |---|---|
//! | `ask` | the ride as it is stated |
//! | `time` | times as people write them |
//! | `find` | names looked up, defaults filled in |
//! | `refusal` | what is wrong with it |
//! | `answer` | the priced ride, leg by leg |
//! | `steps` | the chain of reasons over all legs |
//! | `rider` | who rides and on what, in words |
//! | `text`, `prose`, `json` | the answer for a person, for a passenger who asks why, for a program |
//! | [`batch`] | rides as JSON lines, answered line by line |

mod answer;
mod ask;
pub mod batch;
mod find;
mod json;
mod prose;
mod refusal;
mod rider;
mod steps;
mod text;
mod time;

pub use answer::{Answer, Leg, price};
pub use ask::{Ask, Form};
pub use find::{Question, find};
pub use json::json;
pub use prose::prose;
pub use refusal::Refusal;
pub use text::text;
pub use time::day;
pub(crate) use time::parse as moment;
