//! Colour, where it is wanted.

use anstyle::{AnsiColor, Effects, Style};

/// What a stretch of text is, so that it can have a colour of its own.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    /// A heading.
    Head,
    /// A command.
    To,
    /// An answer that is as it should be.
    Good,
    /// An answer that refuses, a loss, a difference.
    Bad,
    /// What is beside the point.
    Faint,
}

impl Ink {
    const fn style(self) -> Style {
        let plain = Style::new();
        match self {
            Self::Head => plain.effects(Effects::BOLD),
            Self::To => AnsiColor::Cyan.on_default(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Faint => plain.effects(Effects::DIMMED),
        }
    }
}

/// Puts text in colour, or leaves it as it is.
#[derive(Clone, Copy)]
pub(super) struct Paint(pub(super) bool);

impl Paint {
    pub(super) fn ink(self, ink: Ink, text: &str) -> String {
        if !self.0 || text.is_empty() {
            return text.to_owned();
        }
        let style = ink.style();
        format!("{style}{text}{style:#}")
    }
}
