//! A ride that is not priced, in words.

use std::fmt;

use tunion_files::diag::Unknown;

/// Why a ride is not priced: where it is wrong, what is wrong, and what would be right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    at: Option<String>,
    message: String,
    help: Option<String>,
}

impl Refusal {
    /// The ride as a whole is wrong.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { at: None, message: message.into(), help: None }
    }

    /// The argument or key that is wrong.
    #[must_use]
    pub(crate) fn at(self, at: impl Into<String>) -> Self {
        Self { at: Some(at.into()), ..self }
    }

    /// What would be right.
    #[must_use]
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// What would be right, if that is known.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Where and what, without the remedy.
    #[must_use]
    pub fn fault(&self) -> impl fmt::Display + '_ {
        Fault(self)
    }
}

impl From<Unknown> for Refusal {
    fn from(Unknown { message, help }: Unknown) -> Self {
        Self { at: None, message, help }
    }
}

struct Fault<'a>(&'a Refusal);

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.0.at {
            write!(f, "{at}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

/// In one line.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Fault(self).fmt(f)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

impl std::error::Error for Refusal {}
