//! A Cortex-M under a debugger or an emulator that answers semihosting calls.
//!
//! The vector table is in the linker's script (`cortex-m.ld`), with the stack's first address and
//! [`reset`]. There is no data to copy to RAM and none to clear: the script refuses a program that has
//! any. All RAM is stack, filled with a pattern before the program runs: so [`deepest_stack`] can tell how
//! much was in use, and [`exit`] whether it was too little. (QEMU's board drops what is written below
//! RAM without a fault.)

use core::arch::{asm, naked_asm};
use core::ptr::{addr_of, read_volatile};

/// What RAM holds before the program runs.
const UNUSED: u32 = 0xA5A5_A5A5;

unsafe extern "C" {
    /// First and last address of RAM, from the linker's script.
    static ram_start: u32;
    static ram_end: u32;
}

/// Where the processor begins, with its stack pointer at the end of RAM.
///
/// `unsafe(no_mangle)`: the vector table names it. `unsafe(naked)`: it fills the stack's memory, so it may
/// not use the stack before `run`, which does not come back.
#[unsafe(no_mangle)]
#[unsafe(naked)]
extern "C" fn reset() -> ! {
    naked_asm!(
        "ldr r0, =ram_start",
        "mov r1, sp",
        "ldr r2, ={unused}",
        "2:",
        "str r2, [r0], #4",
        "cmp r0, r1",
        "blo 2b",
        "bl {run}",
        "udf #0",
        unused = const UNUSED,
        run = sym crate::run,
    )
}

/// Every exception: nothing here asks for one.
///
/// `unsafe(no_mangle)`: the vector table names it.
#[unsafe(no_mangle)]
extern "C" fn fault() -> ! {
    exit(0xFE)
}

/// Bytes of stack that were in use when it was deepest.
pub(crate) fn deepest_stack() -> usize {
    let (start, end) = (addr_of!(ram_start), addr_of!(ram_end));
    let mut lowest = start;
    // SAFETY: from `start` to `end` lies RAM, aligned and initialised by `reset`; it is read as volatile
    // because the values on the stack are somebody else's.
    while lowest < end && unsafe { read_volatile(lowest) } == UNUSED {
        lowest = lowest.wrapping_add(1);
    }
    (end as usize).saturating_sub(lowest as usize)
}

/// One call of the debugger: a number and one word, which is an address as a rule.
fn host(call: u32, word: usize) -> usize {
    let answer;
    // SAFETY: the callers pass the address of what the call reads or writes, alive while it runs.
    unsafe { asm!("bkpt #0xab", inout("r0") call => answer, in("r1") word, options(nostack)) }
    answer
}

/// The debugger's console, by its name, opened for `mode` (Arm's semihosting, SYS\_OPEN).
fn console(mode: usize) -> usize {
    let name = b":tt\0";
    let block = [name.as_ptr() as usize, mode, name.len() - 1];
    host(0x01, block.as_ptr() as usize)
}

/// Writes to standard output (SYS\_WRITE). What does not go out is lost.
pub(crate) fn write(bytes: &[u8]) {
    let block = [console(4), bytes.as_ptr() as usize, bytes.len()];
    host(0x05, block.as_ptr() as usize);
}

/// Ends the program with `code` (SYS\_EXIT\_EXTENDED, the application's own end), or with FD if the stack
/// took all of RAM, and perhaps more.
pub(crate) fn exit(code: u8) -> ! {
    let (start, end) = (addr_of!(ram_start), addr_of!(ram_end));
    let code = if deepest_stack() < end as usize - start as usize { code } else { 0xFD };
    let block = [0x2_0026, usize::from(code)];
    host(0x20, block.as_ptr() as usize);
    loop {
        core::hint::spin_loop();
    }
}
