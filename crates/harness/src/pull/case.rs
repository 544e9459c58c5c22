//! A case: where a tap is disturbed, and what comes after it. It is written as a few words, which repeat it:
//!
//! ```text
//! 12:cut-317/same@3:after/other        at moment 12 the card loses its power after 317 bytes; it is tapped
//!                                      again on the same terminal and pulled after moment 3; then on another
//! ```

use super::fault::At;
use std::fmt;
use std::str::FromStr;

/// A case.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Case {
    /// What disturbs the tap; `None` for a tap that nothing disturbs.
    pub first: Option<At>,
    /// What comes after it.
    pub next: Vec<Next>,
}

/// What comes after a tap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Next {
    /// What is done.
    pub deed: Deed,
    /// What disturbs it.
    pub fault: Option<At>,
}

/// What can come after a tap. All but the last two are the same card, for the same thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Tapped again on the same terminal, twenty seconds later.
    Same,
    /// On another terminal of the same kind in the same place.
    Other,
    /// On the same terminal, ten minutes later.
    Late,
    /// Another card, which has come the same way, is tapped on the same terminal.
    Another,
    /// The same terminal is switched off and on.
    Restart,
}

impl Deed {
    const ALL: [Self; 5] = [Self::Same, Self::Other, Self::Late, Self::Another, Self::Restart];

    const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Other => "other",
            Self::Late => "late",
            Self::Another => "another",
            Self::Restart => "restart",
        }
    }
}

impl From<Deed> for Next {
    fn from(deed: Deed) -> Self {
        Self { deed, fault: None }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first {
            Some(first) => first.fmt(f)?,
            None => f.write_str("-")?,
        }
        for Next { deed, fault } in &self.next {
            write!(f, "/{}", deed.word())?;
            if let Some(fault) = fault {
                write!(f, "@{fault}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('/');
        let first = match parts.next() {
            None | Some("-" | "") => None,
            Some(first) => Some(first.parse()?),
        };
        let next = |part: &str| {
            let (word, fault) =
                part.split_once('@').map_or((part, None), |(word, fault)| (word, Some(fault)));
            let deed = Deed::ALL.into_iter().find(|deed| deed.word() == word).ok_or_else(|| {
                let words = Deed::ALL.map(Deed::word).join(", ");
                format!("`{word}` comes after no tap: write one of {words}")
            })?;
            Ok(Next { deed, fault: fault.map(str::parse).transpose()? })
        };
        Ok(Self { first, next: parts.map(next).collect::<Result<_, String>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_read_as_it_is_written() {
        for text in [
            "-",
            "12:cut-317/same@3:after/other",
            "7:answer-0/another/late",
            "1:power/restart/same@9:psam-lost",
            "14:noise-640/same@10:power-after/same",
        ] {
            assert_eq!(text.parse::<Case>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_case_is_told() {
        for (text, said) in [
            ("after", "write a moment"),
            ("3:after-2", "12:cut-317"),
            ("3:answer-99999", "is no fault"),
            ("-/again", "write one of same, other, late, another, restart"),
            ("-/same@3", "is no fault"),
        ] {
            let error = text.parse::<Case>().unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
