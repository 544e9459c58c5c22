//! Terminals and cards in the morning.

use super::Order;
use super::holder::{self, Made, SORTS};
use super::kind::{Fleet, KINDS};
use std::path::PathBuf;
use tunion_files::diag::Diagnostics;
use tunion_files::keys::KeySet;
use tunion_files::library::Library;
use tunion_files::scenario::Scenario;
use tunion_files::terminal::{self, TerminalFile};
use tunion_issuer::QuotaRules;
use tunion_terminal::Place;

/// What stays the same all day.
pub(super) struct Town {
    pub(super) order: Order,
    /// By the rows of [`KINDS`].
    kinds: Vec<(TerminalFile, Vec<Place>)>,
    pub(super) cards: Vec<Made>,
    /// For its keys, its seed and its black list.
    pub(super) scenario: Scenario,
}

impl Town {
    pub(super) fn build(order: Order, keys: &KeySet) -> Result<Self, Diagnostics> {
        let mut library = Library::default();
        let kind = |kind: &super::kind::Kind| {
            let file = terminal::built_in(kind.profile, &mut library)?;
            let places = (kind.places)(&file);
            Ok((file, places))
        };
        let kinds = KINDS.iter().map(kind).collect::<Result<_, Diagnostics>>()?;
        let cards = holder::cards(order.cards, order.seed)?;
        let listed = |made: &&Made| SORTS.get(made.sort).is_some_and(|sort| sort.black_listed);
        let scenario = Scenario {
            path: PathBuf::new(),
            name: "day".to_owned(),
            title: String::new(),
            seed: order.seed,
            keys: keys.clone(),
            sign_on: QuotaRules::default(),
            cards: Vec::new(),
            terminals: Vec::new(),
            black_list: cards.iter().filter(listed).map(|made| made.pan).collect(),
            steps: Vec::new(),
            totals: Vec::new(),
        };
        Ok(Self { order, kinds, cards, scenario })
    }

    /// All terminals of a kind.
    pub(super) fn fleet(&self, kind: usize) -> Option<Fleet<'_>> {
        self.kinds.get(kind).map(|(file, places)| Fleet { file, places })
    }

    /// The place of a kind's first terminal among all.
    pub(super) fn first(&self, kind: usize) -> usize {
        self.kinds.iter().take(kind).map(|(_, places)| places.len()).sum()
    }

    /// Every terminal: its kind, its profile, where it stands, and its number among those of its kind.
    pub(super) fn terminals(&self) -> impl Iterator<Item = (usize, &TerminalFile, Place, u32)> {
        self.kinds.iter().enumerate().flat_map(|(kind, (file, places))| {
            (0..u32::MAX).zip(places).map(move |(number, place)| (kind, file, *place, number))
        })
    }
}
