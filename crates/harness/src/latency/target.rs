//! What is asked of a tap, and by whom (`docs/spec/terminal.md` 5.1).

/// A time that a tap is to stay below.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// In milliseconds.
    pub ms: u64,
    /// Whose it is.
    pub whose: &'static str,
}

/// All that are known, the strictest first.
pub const TARGETS: [Target; 3] = [
    Target { ms: 300, whose: "Beijing rail, one transaction: DB11/T 1164.6-2023" },
    Target { ms: 400, whose: "Shanghai, one purchase with its record: DB31/T 239-2020 6.3.2" },
    Target { ms: 500, whose: "London's gates: TfL" },
];
