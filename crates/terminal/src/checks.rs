//! The checks of the card and its journey, in the profile's order (`docs/spec/terminal.md` 3.1).

use crate::codes::Code;
use crate::facts::Facts;
use crate::profile::{Check, ExpiredStudent, Profile};
use crate::rail::RailTap;
use crate::white_list;
use alloc::collections::BTreeSet;
use tunion_data::civil::Date;
use tunion_data::file::{AppInfo, CardType};
use tunion_data::{IssuerId, Pan};
use tunion_fare::{Issuer, Medium, Product, Rider};

/// Card numbers that may not be used (黑名单).
pub type BlackList = BTreeSet<Pan>;

/// The application type of a personalised e-purse (`docs/spec/card.md` 2.1).
const EP_TYPE: u8 = 0x02;
/// The enable flag of a card in use, and of one that is not yet (`docs/spec/terminal.md` 1.0).
const ENABLED: u8 = 0x01;
const NOT_ACTIVATED: u8 = 0x00;

/// What is checked.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) black_list: &'a BlackList,
    pub(crate) facts: &'a Facts,
    pub(crate) today: Date,
    /// The tap, if it is one at a rail gate.
    pub(crate) rail: Option<RailTap<'a>>,
}

impl Subject<'_> {
    /// Makes the profile's checks in their order; the first that fails refuses.
    pub(crate) fn check(&self) -> Result<(), Code> {
        self.check_those(|_| true)
    }

    /// Makes those of them that are wanted.
    pub(crate) fn check_those(&self, wanted: impl Fn(Check) -> bool) -> Result<(), Code> {
        self.profile.checks.iter().filter(|check| wanted(**check)).try_for_each(|check| self.one(*check))
    }

    fn one(&self, check: Check) -> Result<(), Code> {
        let Self { profile, black_list, facts, today, rail } = *self;
        let Facts { info, management, .. } = facts;
        let foreign = !is_local(profile, info);
        let (refused, code) = match check {
            Check::Enabled if info.enabled == NOT_ACTIVATED => (true, Code::NotActivated),
            Check::Enabled => (info.app_type != EP_TYPE || info.enabled != ENABLED, Code::NotEnabled),
            // Valid on both boundary days; 00000000 and FFFFFFFF are no dates (terminal.md 1.0).
            Check::Started => (info.valid_from.date().is_none_or(|first| first > today), Code::NotYetValid),
            Check::NotExpired => {
                (expired(info, today) && !rides_as_ordinary(profile, facts, today), Code::Expired)
            }
            Check::WhiteList => {
                (foreign && !white_list::admits(&profile.white_list, info), Code::NotWhiteListed)
            }
            Check::Interoperable => (foreign && management.interoperable != 1, Code::NotInteroperable),
            Check::CardType if !profile.known.is_empty() && !profile.known.contains(&facts.card_type()) => {
                (true, Code::TypeUnknown)
            }
            Check::CardType => (!profile.accepted.contains(&facts.card_type()), Code::TypeRefused),
            Check::BlackList => (black_list.contains(&info.pan), Code::BlackListed),
            Check::OpenElsewhere => return rail.map_or(Ok(()), |tap| tap.is_not_open_elsewhere()),
            Check::EntryBalance => return rail.map_or(Ok(()), |tap| tap.has_enough_to_enter()),
            Check::Journey => return rail.map_or(Ok(()), |tap| tap.journey_fits()),
            Check::Passback => return rail.map_or(Ok(()), |tap| tap.is_not_passed_back()),
        };
        if refused { Err(code) } else { Ok(()) }
    }
}

fn expired(info: &AppInfo, today: Date) -> bool {
    info.valid_to.date().is_none_or(|last| last < today)
}

/// Whether it is an expired student card that this profile lets ride as an ordinary one.
fn rides_as_ordinary(profile: &Profile, facts: &Facts, today: Date) -> bool {
    profile.expired_student == ExpiredStudent::AsOrdinary
        && facts.card_type() == CardType::Student
        && facts.info.valid_to.date().is_some_and(|last| last < today)
}

/// Whether the card is of this city: the first four bytes of its issuer are compared
/// (`docs/spec/terminal.md` 1.0).
pub(crate) fn is_local(profile: &Profile, info: &AppInfo) -> bool {
    listed(&profile.local_issuers, info.issuer)
}

fn listed(list: &[IssuerId], issuer: IssuerId) -> bool {
    list.iter().any(|one| one.0[..4] == issuer.0[..4])
}

/// Who rides, as far as the fare depends on it. A card of another city pays as an ordinary one
/// (`docs/spec/terminal.md` 1.1, Tianjin).
pub(crate) fn rider(profile: &Profile, facts: &Facts, today: Date) -> Rider {
    if !is_local(profile, &facts.info) {
        return Rider { product: Product::Ordinary, issuer: Issuer::OTHER, medium: Medium::Card };
    }
    let product = match facts.card_type() {
        CardType::Student if rides_as_ordinary(profile, facts, today) => Product::Ordinary,
        CardType::Student => Product::Student,
        CardType::Senior => Product::Senior,
        CardType::Military => Product::Military,
        CardType::Test => Product::Test,
        CardType::Ordinary | CardType::Other(_) => Product::Ordinary,
    };
    Rider { product, issuer: Issuer::LOCAL, medium: Medium::Card }
}
