//! Structured commands with right MACs and wrong ones, and losses of power: the PSAM does what the model of
//! docs/spec/terminal.md section 2.6 does.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    tunion_psam_model::beside::run(bytes);
});
