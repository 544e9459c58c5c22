//! The crates that allocate and need no std all the same: terminals and the fare engine.
//!
//! This library names them beside a panic handler of its own. Were std anywhere below them, the
//! compiler would refuse the second handler (E0152), so that it builds is the proof. An allocator is
//! for the device to bring; none is needed before a program is linked.
#![no_std]

use tunion_fare as _;
use tunion_terminal as _;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
