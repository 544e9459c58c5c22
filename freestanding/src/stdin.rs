//! Bytes from standard input.

use core::arch::asm;

/// Fills `into`; `false` when the input ends before.
#[cfg(target_os = "linux")]
pub(crate) fn read(into: &mut [u8]) -> bool {
    let mut rest = into;
    while !rest.is_empty() {
        let count: usize;
        // SAFETY: system call 0, read, writes at most `rest.len()` bytes to `rest`, which is borrowed for
        // that, and overwrites `rcx` and `r11`.
        unsafe {
            asm!("syscall", inlateout("rax") 0_usize => count, in("rdi") 0_usize, in("rsi") rest.as_mut_ptr(),
                in("rdx") rest.len(), out("rcx") _, out("r11") _, options(nostack));
        }
        // A fault is a number beyond every length.
        match rest.get_mut(count..) {
            Some(behind) if count > 0 => rest = behind,
            _ => return false,
        }
    }
    true
}

/// Fills `into`; `false` when the input ends before (Arm's semihosting, SYS\_OPEN and SYS\_READ).
#[cfg(target_os = "none")]
pub(crate) fn read(into: &mut [u8]) -> bool {
    let name = b":tt\0";
    let mut rest = into;
    while !rest.is_empty() {
        let open = [name.as_ptr() as usize, 0, name.len() - 1];
        let read = [host(0x01, &open), rest.as_mut_ptr() as usize, rest.len()];
        let count = rest.len().wrapping_sub(host(0x06, &read));
        match rest.get_mut(count..) {
            Some(behind) if count > 0 => rest = behind,
            _ => return false,
        }
    }
    true
}

#[cfg(target_os = "none")]
fn host(call: u32, block: &[usize; 3]) -> usize {
    let answer;
    // SAFETY: the debugger reads `block` and, for SYS_READ, fills the bytes that `read` borrowed.
    unsafe { asm!("bkpt #0xab", inout("r0") call => answer, in("r1") block.as_ptr(), options(nostack)) }
    answer
}
