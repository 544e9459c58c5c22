//! Structured commands with right MACs and wrong ones, and losses of power: the card does what the model
//! of docs/spec/card.md section 8 does.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    tunion_card_model::beside::run(bytes);
});
