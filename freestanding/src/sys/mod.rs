//! What an operating system and a C library would give: a first instruction, a last one, bytes out.
//! On each target its first instruction calls `run` of the program, which never comes back.

#[cfg(target_os = "none")]
mod cortex_m;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "none")]
pub(crate) use cortex_m::{deepest_stack, exit, write};
#[cfg(target_os = "linux")]
pub(crate) use linux::{exit, write};
