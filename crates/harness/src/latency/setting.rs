//! What is measured.

use crate::device::Device;
use crate::pull::{Flow, Ready, ready};
use crate::radio;
use std::fmt;
use tunion_files::costs::{CardCosts, Costs, Of, SamCosts, TerminalCosts};
use tunion_files::keys::KeySet;
use tunion_files::terminal::TerminalFile;
use tunion_link::activation::frame_size_index;
use tunion_link::{CardSettings, Rate, ReaderSettings};
use tunion_terminal::profile::Mac1Policy;

/// A flow at a terminal, with everything that costs.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The flow.
    pub flow: &'static Flow,
    /// The terminal profile's name.
    pub profile: String,
    /// The card's costs.
    pub card: (String, u8, CardCosts),
    /// The SAM's costs.
    pub sam: (String, u8, SamCosts),
    /// The terminal's costs.
    pub terminal: (String, u8, TerminalCosts),
    /// The fastest rate that the reader asks for.
    pub rate: Rate,
}

/// What is done otherwise than the profiles say.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct WhatIf {
    /// No PPSE: the application is selected at once.
    pub skip_ppse: bool,
    /// MAC1 is made while the card takes 1E.
    pub parallel_sam: bool,
    /// The reader takes frames of so many bytes.
    pub fsd: Option<u16>,
    /// The SAM's bus has so many bits a second.
    pub baud: Option<u32>,
}

impl WhatIf {
    /// Whether anything is.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self != Self::default()
    }

    /// The terminal's profile as it would be.
    #[must_use]
    pub fn profile(&self, file: &TerminalFile) -> TerminalFile {
        let mut file = file.clone();
        if self.skip_ppse {
            file.profile.select.directory = false;
        }
        if self.parallel_sam {
            file.profile.mac1 = Mac1Policy::BesideRecords;
        }
        file
    }

    /// The setting as it would be.
    #[must_use]
    pub fn setting(&self, setting: &Setting) -> Setting {
        let mut setting = setting.clone();
        if let Some(fsd) = self.fsd {
            setting.terminal.2.fsd = fsd;
        }
        if let Some(baud) = self.baud {
            setting.sam.2.baud = baud;
        }
        setting
    }
}

impl fmt::Display for WhatIf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        if self.skip_ppse {
            words.push("without PPSE".to_owned());
        }
        if self.parallel_sam {
            words.push("MAC1 beside 1E".to_owned());
        }
        words.extend(self.fsd.map(|fsd| format!("FSD {fsd}")));
        words.extend(self.baud.map(|baud| format!("SAM at {baud} bit/s")));
        f.write_str(&words.join(", "))
    }
}

impl Setting {
    /// Puts costs together; each has to be of its kind.
    ///
    /// # Errors
    /// Which is not, in words.
    pub fn new(
        flow: &'static Flow,
        profile: &str,
        [card, sam, terminal]: [&Costs; 3],
        rate: Rate,
    ) -> Result<Self, String> {
        let wrong =
            |costs: &Costs, kind: &str| format!("the costs `{}` are not those of a {kind}", costs.name);
        let named = |costs: &Costs| (costs.name.clone(), costs.jitter_percent);
        let Of::Card(of_card) = &card.of else { return Err(wrong(card, "card")) };
        let Of::Sam(of_sam) = &sam.of else { return Err(wrong(sam, "SAM")) };
        let Of::Terminal(of_terminal) = &terminal.of else { return Err(wrong(terminal, "terminal")) };
        let ((card, card_jitter), (sam, sam_jitter), (terminal, jitter)) =
            (named(card), named(sam), named(terminal));
        Ok(Self {
            flow,
            profile: profile.to_owned(),
            card: (card, card_jitter, of_card.clone()),
            sam: (sam, sam_jitter, of_sam.clone()),
            terminal: (terminal, jitter, of_terminal.clone()),
            rate,
        })
    }

    pub(super) fn reader(&self) -> ReaderSettings {
        let TerminalCosts { fsd, .. } = self.terminal.2;
        ReaderSettings {
            fsdi: frame_size_index(fsd).unwrap_or(8),
            fastest: self.rate,
            ..ReaderSettings::default()
        }
    }

    pub(super) fn card(&self) -> CardSettings {
        radio::card_of(&self.card.2)
    }

    /// The rate that reader and card agree on.
    #[must_use]
    pub fn agreed(&self) -> Rate {
        Rate::from_kbit(self.card.2.fastest).unwrap_or_default().min(self.rate)
    }
}

/// A card before a terminal, ready for the tap of a flow: forked for each tap.
pub struct Scene<'s>(pub(super) Ready<'s>);

impl fmt::Debug for Scene<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scene")
    }
}

/// Hands a scene of this flow at this profile to `then`; `None` when the profile does not serve it.
///
/// # Errors
/// A card that breaks a rule of cards.
pub fn with_scene<T>(
    file: &TerminalFile,
    flow: &'static Flow,
    keys: &KeySet,
    then: impl FnOnce(&Scene<'_>) -> T,
) -> Result<Option<T>, String> {
    ready(file, flow, keys, |ready| then(&Scene(ready)))
}

impl Scene<'_> {
    /// The terminal.
    #[must_use]
    pub fn terminal(&self) -> &Device<'_> {
        &self.0.device
    }
}
