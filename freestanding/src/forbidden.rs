//! A symbol that nobody defines. Code that the linker keeps and that names it does not link; code that
//! the optimiser removed does not matter.

unsafe extern "C" {
    #[link_name = "a_panic_can_be_reached"]
    safe fn undefined() -> !;
}

/// Links only where nothing calls it.
pub(crate) fn panic_is_reachable() -> ! {
    undefined()
}
