//! What a flow needs of a profile: the places of its taps, its card, and whether the profile serves it.

use super::flow::{Flow, Rider, Visit};
use super::place::{Spot, spot};
use tunion_card::{Contents, PurseContents};
use tunion_data::civil::date;
use tunion_data::file::{AppInfo, CardType, Holder, Management};
use tunion_data::{BcdDate, Bin, Fen24, IssuerId, Pan};
use tunion_files::keys::KeySet;
use tunion_files::scenario::Scenario;
use tunion_files::terminal::TerminalFile;
use tunion_issuer::roots::personalise;
use tunion_issuer::{QuotaRules, Roots};
use tunion_terminal::{BlackList, Code, Trusted};

/// Where all randomness begins; a case is the same wherever it is played.
pub(super) const SEED: u64 = 1;

/// What stays the same through all days of a flow at a profile.
pub(super) struct Stage<'p> {
    pub(super) file: &'p TerminalFile,
    pub(super) flow: &'static Flow,
    /// Where the flow's taps are made, as far as the profile serves them.
    spots: Vec<(Visit, Spot)>,
    /// For its keys and its seed.
    pub(super) scenario: Scenario,
}

impl<'p> Stage<'p> {
    pub(super) fn new(file: &'p TerminalFile, flow: &'static Flow, keys: &KeySet) -> Self {
        let scenario = Scenario {
            path: std::path::PathBuf::new(),
            name: flow.name.to_owned(),
            title: String::new(),
            seed: SEED,
            keys: keys.clone(),
            cards: Vec::new(),
            terminals: Vec::new(),
            black_list: match flow.rider {
                Rider::BlackListed => [1, 2].map(|number| pan(number, None)).into(),
                _ => BlackList::new(),
            },
            sign_on: QuotaRules::default(),
            steps: Vec::new(),
            totals: Vec::new(),
        };
        let rides = [Visit::Enter, Visit::Exit];
        let rides = if flow.rides > 0 { &rides[..] } else { &[] };
        let visits = rides.iter().chain(flow.before).chain([&flow.tap]);
        let spots = visits.filter_map(|visit| Some((*visit, spot(*visit, file)?))).collect();
        Self { file, flow, spots, scenario }
    }

    pub(super) fn spot(&self, visit: Visit) -> Option<Spot> {
        self.spots.iter().find(|(known, _)| *known == visit).map(|(_, spot)| *spot)
    }

    /// What the terminal says when nothing disturbs the tap.
    pub(super) fn says(&self) -> Code {
        self.flow.says
    }

    pub(super) fn repeat_minutes(&self) -> Option<u16> {
        let rule = self.file.profile.bus.repeat.as_ref();
        rule.filter(|rule| rule.types.contains(&self.flow.rider.card_type())).map(|rule| rule.minutes)
    }

    /// The issuer's keys.
    pub(super) fn roots(&self) -> &Roots {
        &self.scenario.keys.roots
    }

    /// Whether the profile's terminals serve every tap of the flow, and take its card.
    pub(super) fn serves(&self) -> bool {
        let Flow { before, tap, rides, .. } = self.flow;
        let served = |visit: &Visit| self.spot(*visit).is_some();
        let rides = *rides == 0 || [Visit::Enter, Visit::Exit].iter().all(served);
        let places = rides && before.iter().chain([tap]).all(served);
        let profile = &self.file.profile;
        // Gates that refuse a longer journey leave it to the ticket office.
        let most = profile.rail.overtime_minutes.filter(|_| *tap == Visit::Exit);
        let soon = most.is_none_or(|most| self.flow.minutes <= most);
        let card = match self.flow.rider {
            _ if self.flow.tap == Visit::Enquire => true,
            Rider::BlackListed => profile.lock_black_listed && !profile.local_issuers.is_empty(),
            Rider::Roaming => profile.accepted.contains(&CardType::Ordinary),
            // A laboratory is no city and has no cards of its own.
            rider => profile.accepted.contains(&rider.card_type()) && !profile.local_issuers.is_empty(),
        };
        places && soon && card
    }

    pub(super) fn contents(&self, number: u8) -> Contents {
        let profile = &self.file.profile;
        let local = profile.local_issuers.first().copied().unwrap_or_default();
        let roams =
            |row: &&Trusted| profile.local_issuers.iter().all(|ours| ours.0[..4] != row.issuer.0[..4]);
        let (issuer, bin) = match self.flow.rider {
            Rider::Roaming => match profile.white_list.iter().find(roams) {
                Some(row) => (row.issuer, row.bin),
                None => (ELSEWHERE, None),
            },
            _ => (local, None),
        };
        let card_type = self.flow.rider.card_type();
        let info = AppInfo {
            issuer,
            app_type: 2,
            enabled: 1,
            pan: pan(number, bin),
            valid_from: BcdDate::from(date(2020, 1, 1)),
            valid_to: BcdDate::from(date(2026, 12, 31)),
            issuer_data: [0; 2],
        };
        let management =
            Management { card_type: card_type.to_byte(), interoperable: 1, ..Management::default() };
        let purse = PurseContents {
            balance: Fen24::new(self.flow.balance).unwrap_or_default(),
            ..PurseContents::default()
        };
        personalise(&self.scenario.keys.roots, info, Holder::default(), management, purse)
    }
}

/// A card's number; it begins as a white list asks for.
fn pan(number: u8, bin: Option<Bin>) -> Pan {
    let begins = bin.map_or_else(|| "310517001".to_owned(), |bin| bin.to_string());
    format!("{begins:0<17}{number:02}").parse().unwrap_or_default()
}

impl Rider {
    const fn card_type(self) -> CardType {
        match self {
            Self::Ordinary | Self::Roaming | Self::BlackListed => CardType::Ordinary,
            Self::Student => CardType::Student,
            Self::Senior => CardType::Senior,
        }
    }
}

/// The issuer of roaming cards where a profile lists none: a city that no profile is of.
const ELSEWHERE: IssuerId = IssuerId([0x09, 0x99, 0x99, 0x99, 0xFF, 0xFF, 0xFF, 0xFF]);
