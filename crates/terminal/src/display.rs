//! The numbers and words that a city has for what its terminals decide (`docs/spec/terminal.md` 3.1,
//! 3.2): data, not code.

use crate::codes::{Code, Prompt};
use alloc::string::String;
use alloc::vec::Vec;

/// A lamp.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Light {
    /// No lamp.
    #[default]
    Off,
    /// Yes.
    Green,
    /// Yes, but.
    Yellow,
    /// No.
    Red,
}

/// The words and the lamp of a prompt.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Words {
    /// What is said.
    pub voice: String,
    /// What is written.
    pub text: String,
    /// The lamp.
    pub light: Light,
}

/// What stands for a cause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The number on the display and in the log.
    pub number: u8,
    /// The prompt of a refusal. What an accepted card hears depends on the card.
    pub prompt: Prompt,
}

/// A city's codes and prompts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Displays {
    /// By [`Code`], in its order.
    codes: Vec<Shown>,
    /// By [`Prompt`], in its order.
    prompts: Vec<Words>,
}

impl Displays {
    /// The number that a code without one has.
    pub const UNNAMED: u8 = 0xFF;

    /// Codes and prompts as `codes` and `prompts` give them.
    #[must_use]
    pub fn new(codes: impl Fn(Code) -> Shown, prompts: impl Fn(Prompt) -> Words) -> Self {
        Self {
            codes: Code::ALL.iter().map(|code| codes(*code)).collect(),
            prompts: Prompt::ALL.iter().map(|prompt| prompts(*prompt)).collect(),
        }
    }

    /// What stands for `code`.
    #[must_use]
    pub fn shown(&self, code: Code) -> Shown {
        let unnamed = Shown { number: Self::UNNAMED, prompt: Prompt::SeeStaff };
        self.codes.get(code as usize).copied().unwrap_or(unnamed)
    }

    /// The words of `prompt`.
    #[must_use]
    pub fn words(&self, prompt: Prompt) -> &Words {
        const NONE: &Words = &Words { voice: String::new(), text: String::new(), light: Light::Off };
        self.prompts.get(prompt as usize).unwrap_or(NONE)
    }
}

impl Default for Displays {
    /// No numbers and no words.
    fn default() -> Self {
        Self { codes: Vec::new(), prompts: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn each_code_and_prompt_has_its_own_row() {
        let displays = Displays::new(
            |code| Shown { number: u8::try_from(code as usize).unwrap(), prompt: Prompt::Invalid },
            |prompt| Words { text: prompt.to_string(), ..Words::default() },
        );
        for (index, code) in Code::ALL.iter().enumerate() {
            assert_eq!(usize::from(displays.shown(*code).number), index);
        }
        for prompt in Prompt::ALL {
            assert_eq!(displays.words(*prompt).text, prompt.text());
        }
        assert_eq!(Displays::default().shown(Code::Ok).number, Displays::UNNAMED);
    }
}
