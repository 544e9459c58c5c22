//! One wrong name in one place, met at many others.

use super::{Diagnostic, Diagnostics};

/// Errors by the name that is wrong, each told where it was met first.
pub(crate) struct Repeats<'a> {
    /// What meets the names: "row".
    what: &'static str,
    met: Vec<(&'a str, Diagnostic, usize)>,
}

impl<'a> Repeats<'a> {
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, met: Vec::new() }
    }

    /// Takes the value out of what `look` finds for `name`, or keeps its error.
    pub(crate) fn keep<T>(
        &mut self,
        name: &'a str,
        look: impl FnOnce() -> Result<T, Diagnostic>,
    ) -> Option<T> {
        if let Some((_, _, times)) = self.met.iter_mut().find(|(met, ..)| *met == name) {
            *times += 1;
            return None;
        }
        look().map_err(|error| self.met.push((name, error, 1))).ok()
    }

    /// Tells each, with how often it was met again.
    pub(crate) fn tell(self, errors: &mut Diagnostics) {
        for (_, error, times) in self.met {
            errors.push(match times {
                1 => error,
                2 => error.note(format!("1 more {} names it", self.what)),
                _ => error.note(format!("{} more {}s name it", times - 1, self.what)),
            });
        }
    }
}
