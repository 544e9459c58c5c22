//! `x86_64` Linux: the kernel's first instruction, two system calls, and the five functions on memory
//! that compiled code may call.
//!
//! The functions on memory are assembly because a loop in Rust that copies bytes may be compiled
//! into a call of the very function it stands in. System V passes arguments in `rdi`, `rsi`, `rdx`.

use core::arch::{asm, naked_asm};

#[cfg(not(target_arch = "x86_64"))]
compile_error!("this program starts and ends by Linux's x86_64 rules; build it for x86_64-unknown-linux-gnu");

/// Where the kernel begins.
///
/// `unsafe(no_mangle)`: the linker looks for this name, and nothing else here has it.
/// `unsafe(naked)`: at entry the stack is aligned for no caller, so no prologue may run. It is
/// aligned, `run` is called as System V has it, and never comes back.
#[unsafe(no_mangle)]
#[unsafe(naked)]
extern "C" fn _start() -> ! {
    naked_asm!("xor ebp, ebp", "and rsp, -16", "call {run}", "ud2", run = sym crate::run)
}

/// Ends the program with `code`.
pub(crate) fn exit(code: u8) -> ! {
    // SAFETY: system call 231, exit_group, takes a number, touches no memory and does not return.
    unsafe { asm!("syscall", in("eax") 231, in("edi") i32::from(code), options(noreturn, nostack)) }
}

/// Writes to standard output. What does not go out is lost.
pub(crate) fn write(bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let written: usize;
        // SAFETY: system call 1, write, reads `rest`, which is there while it runs, and overwrites
        // `rcx` and `r11`.
        unsafe {
            asm!("syscall", inlateout("rax") 1_usize => written, in("rdi") 1_usize, in("rsi") rest.as_ptr(),
                in("rdx") rest.len(), out("rcx") _, out("r11") _, options(nostack));
        }
        // A fault is a number beyond every length.
        rest = rest.get(written..).unwrap_or_default();
    }
}

/// Named by the unwinding tables of the prebuilt core, which an unoptimised program keeps.
///
/// `unsafe(no_mangle)`: the linker looks for this name, which is std's otherwise. Nobody calls it,
/// because nothing unwinds where a panic aborts.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() -> ! {
    exit(0xFF)
}

/// `memcpy` of C.
///
/// `unsafe(no_mangle)`, here and below: compiled code calls it by this name, and no C library is
/// linked that would have it too. `unsafe(naked)`: the body keeps to System V and to C's contract.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    naked_asm!("mov rax, rdi", "mov rcx, rdx", "rep movsb", "ret")
}

/// `memmove` of C: backwards where the target begins inside the source.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    naked_asm!(
        "mov rax, rdi",
        "mov rcx, rdx",
        "mov r8, rdi",
        "sub r8, rsi",
        "cmp r8, rdx",
        "jb 2f",
        "rep movsb",
        "ret",
        "2:",
        "lea rdi, [rdi + rdx - 1]",
        "lea rsi, [rsi + rdx - 1]",
        "std",
        "rep movsb",
        "cld",
        "ret",
    )
}

/// `memset` of C.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn memset(to: *mut u8, value: i32, count: usize) -> *mut u8 {
    naked_asm!("mov r8, rdi", "mov eax, esi", "mov rcx, rdx", "rep stosb", "mov rax, r8", "ret")
}

/// `memcmp` of C: below zero, zero or above zero.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, count: usize) -> i32 {
    naked_asm!(
        "mov rcx, rdx",
        "xchg rsi, rdi",
        // Equal and not below, for a count of zero, which compares nothing.
        "xor eax, eax",
        "repe cmpsb",
        "seta al",
        "sbb eax, 0",
        "ret",
    )
}

/// `bcmp` of C: zero or not.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, count: usize) -> i32 {
    naked_asm!("jmp {memcmp}", memcmp = sym memcmp)
}
