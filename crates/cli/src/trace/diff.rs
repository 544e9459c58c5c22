//! `tunion trace diff`: two traces compared.

use super::in_colour;
use crate::card::print;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use tunion_files::diag::Diagnostics;
use tunion_harness::trace::{Compared, Difference, File, Sides, What, differences};

#[derive(Args)]
pub(crate) struct Diff {
    /// The one trace; its lines are counted.
    #[arg(value_name = "A")]
    left: PathBuf,

    /// The other.
    #[arg(value_name = "B")]
    right: PathBuf,

    /// Show card numbers and secrets, if the traces have them.
    #[arg(long)]
    unmasked: bool,
}

impl Diff {
    pub(super) fn run(&self) -> Result<bool> {
        let mut errors = Diagnostics::default();
        let both = (errors.keep(File::load(&self.left)), errors.keep(File::load(&self.right)));
        let (Some(mut left), Some(mut right)) = both else { return Err(errors.into()) };
        if left.is_masked() != right.is_masked() {
            // Hidden digits are no difference.
            (left, right) = (left.masked(), right.masked());
        }
        let found = differences(&left, &right, Compared::ALL);
        let Some(first) = found.first() else {
            print(&format!("the same: {} lines\n", left.lines.len()))?;
            return Ok(true);
        };
        // Other contents of a card are told by its digest at once, and better by the first byte that shows them.
        let byte = found.iter().find(|difference| difference.what != What::State && difference != &first);
        let found: Vec<_> = [Some(first), byte.filter(|_| first.what == What::State)]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        print(&told(&left, &right, ("a", "b"), &found, self.unmasked, true))?;
        Ok(false)
    }
}

/// Differences in words, with card numbers hidden unless they are to be shown.
pub(super) fn told(
    left: &File,
    right: &File,
    names: (&str, &str),
    found: &[Difference],
    unmasked: bool,
    heads: bool,
) -> String {
    let masked = (!unmasked).then(|| (left.masked(), right.masked()));
    let (left, right) = masked.as_ref().map_or((left, right), |(left, right)| (left, right));
    let sides = Sides { left, right, names, colour: in_colour() };
    let heads = if heads { sides.heads() } else { String::new() };
    found.iter().fold(heads, |text, difference| text + &sides.tell(difference))
}
