//! What the terminal does by itself, between the exchanges: checks, plan, decision.
//!
//! A terminal tells its decision and not its checks. They are made in the profile's order until one fails, so
//! the decision tells which were made: its code belongs to one check alone.

use super::meaning::Words;
use super::value::{Check, Field, Outcome, Plan, Reason};
use crate::words::note;
use tunion_card::Image;
use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_data::file::{RailRecord, RailStatus, Sfi};
use tunion_fare::Quote;
use tunion_files::layout::Layout;
use tunion_files::scenario::{Act, kebab};
use tunion_terminal::profile::{Check as Name, ExpiredStudent};
use tunion_terminal::{BlackList, Code, Decision, Direction, Gate, Place};

/// What the terminal judges by.
pub(super) struct Judged<'a> {
    pub(super) words: Words<'a>,
    pub(super) place: Place,
    pub(super) at: DateTime,
    pub(super) black_list: &'a BlackList,
    /// The card as it was before the tap.
    pub(super) card: &'a Image,
}

impl Judged<'_> {
    /// The checks in the profile's order; `refused` is why the card was refused, if it was before anything was
    /// begun.
    pub(super) fn checks(&self, refused: Option<Code>) -> Vec<Check> {
        let names = &self.words.profile.checks;
        let failed = refused.and_then(|code| self.failed(code));
        let last = names.iter().position(|name| Some(*name) == failed);
        // A code of no check and of no flow that is known here leaves open which were passed.
        let told = refused.is_none_or(|code| failed.is_some() || OF_FLOWS.contains(&code));
        names
            .iter()
            .enumerate()
            .map(|(number, name)| {
                let verdict = match last {
                    _ if !told => "not told",
                    Some(last) if number == last => "failed",
                    Some(last) if number > last => "not reached",
                    _ => "passed",
                };
                Check { name: kebab(name), verdict, saw: self.saw(*name) }
            })
            .collect()
    }

    /// The check that a code belongs to.
    fn failed(&self, code: Code) -> Option<Name> {
        let Place::Rail(gate) = self.place else { return of_card(code) };
        match code {
            Code::OpenElsewhere => Some(Name::OpenElsewhere),
            Code::Balance => Some(Name::EntryBalance),
            // An entry has no price: what has none is the station.
            Code::NoFare if gate.direction == Direction::Entry => Some(Name::EntryBalance),
            Code::ReentryFree | Code::ReentryPaid | Code::NoEntry => Some(Name::Journey),
            Code::Repeat => Some(Name::Passback),
            code => of_card(code),
        }
    }

    /// What a check looked at.
    fn saw(&self, check: Name) -> String {
        let Image { info, management, purse, .. } = self.card;
        let profile = self.words.profile;
        let local = profile.local_issuers.iter().any(|issuer| issuer.0[..4] == info.issuer.0[..4]);
        let gate = if let Place::Rail(gate) = self.place { Some(gate.direction) } else { None };
        let not_asked = || "not asked of a card of this city".to_owned();
        match check {
            Name::Enabled => format!("application type {}, enable flag {}", info.app_type, info.enabled),
            Name::Started => format!("valid from {}, today is {}", info.valid_from, self.at.date()),
            Name::NotExpired => {
                let student = if profile.expired_student == ExpiredStudent::AsOrdinary {
                    "; an expired student card rides as an ordinary one"
                } else {
                    ""
                };
                format!("valid to {}, today is {}{student}", info.valid_to, self.at.date())
            }
            Name::WhiteList if local => format!("issuer {} is of this city", info.issuer),
            Name::WhiteList if profile.white_list.is_empty() => {
                format!("issuer {} is of another city, and there is no white list", info.issuer)
            }
            Name::WhiteList => {
                let count = profile.white_list.len();
                format!("issuer {} is of another city, and {count} are on the white list", info.issuer)
            }
            Name::Interoperable if local => not_asked(),
            Name::Interoperable => format!("interoperability {:04X}", management.interoperable),
            Name::CardType => {
                let layout = Layout::of(Sfi::MANAGEMENT, 0);
                let field = layout.field("card-type");
                field.map_or_else(String::new, |field| layout.meaning(field, &[management.card_type]))
            }
            Name::BlackList => format!("card {}, {} on the list", info.pan, self.black_list.len()),
            Name::OpenElsewhere | Name::Journey => match gate {
                Some(_) => self.journey(),
                None => "not asked here".to_owned(),
            },
            Name::EntryBalance if gate == Some(Direction::Entry) => {
                let least = self.words.tariff.map(|tariff| tariff.head().entry.balance);
                let wanted = least.map_or_else(String::new, |least| {
                    format!(", and who does not travel free has to have {least}")
                });
                format!("balance {}{wanted}", purse.balance.fen())
            }
            Name::EntryBalance => "not asked here".to_owned(),
            Name::Passback => format!("{} seconds between two uses at gates", profile.rail.passback_seconds),
        }
    }

    /// The rail journey on the card.
    fn journey(&self) -> String {
        let Some(record) = self.card.industry.get(RailRecord::ID).map(RailRecord::decode) else {
            return String::new();
        };
        let status = RailStatus::from_byte(record.status);
        let (what, station, at, city) = if status.is_outside() {
            ("left", record.exit_station, record.exit_at, record.exit_city)
        } else if status.is_inside() {
            ("inside, entered", record.entry_station, record.entry_at, record.entry_city)
        } else {
            return "no journey yet".to_owned();
        };
        let [.., high, low] = station;
        let code = u16::from_be_bytes([high, low]);
        let number = || format!("station {code}");
        if city == self.words.profile.city {
            return format!("{what} at {} on {at}", self.words.station(code).unwrap_or_else(number));
        }
        format!("{what} at {} of city {city} on {at}", number())
    }
}

/// Why a flow refuses a card that passed all checks.
const OF_FLOWS: [Code; 17] = [
    Code::NoFare,
    Code::FareBroken,
    Code::BadRecord,
    Code::BoardInFront,
    Code::Balance,
    Code::BalanceBroken,
    Code::Repeat,
    Code::NoEntry,
    Code::Overtime,
    Code::FareNotCovered,
    Code::OvertimeNotCovered,
    Code::OpenElsewhere,
    Code::NothingToSettle,
    Code::PayOtherwise,
    Code::NotRefundable,
    Code::LoadLimit,
    Code::QuotaSpent,
];

/// The check of the card itself that a code belongs to.
const fn of_card(code: Code) -> Option<Name> {
    Some(match code {
        Code::NotActivated | Code::NotEnabled => Name::Enabled,
        Code::NotYetValid => Name::Started,
        Code::Expired => Name::NotExpired,
        Code::NotWhiteListed => Name::WhiteList,
        Code::NotInteroperable => Name::Interoperable,
        Code::TypeRefused | Code::TypeUnknown => Name::CardType,
        Code::BlackListed => Name::BlackList,
        _ => return None,
    })
}

impl Words<'_> {
    /// A decision with the numbers and words of its city.
    pub(super) fn outcome(&self, decision: &Decision, act: Act) -> Outcome {
        let displays = &self.profile.displays;
        let words = displays.words(decision.prompt);
        let done = decision.gate == Gate::Open;
        let is_load = matches!(act, Act::Load(_));
        let is_ride = matches!(act, Act::Enter { .. } | Act::Exit { .. } | Act::Bus { .. });
        let moved = Some(decision.charged.get());
        Outcome {
            done,
            result: match (is_ride, done) {
                (true, true) => "open",
                (true, false) => "closed",
                (false, true) => "done",
                (false, false) => "refused",
            },
            code: kebab(decision.code),
            says: decision.code.text().to_owned(),
            code_number: displays.shown(decision.code).number,
            prompt: kebab(decision.prompt),
            voice: words.voice.clone(),
            text: words.text.clone(),
            light: kebab(words.light),
            list_fen: decision.list.map(Fen::get),
            charged_fen: moved.filter(|moved| !is_load && (is_ride || *moved > 0)),
            loaded_fen: moved.filter(|_| is_load),
            balance_fen: decision.balance.map(Fen::get),
            notes: decision.notes.iter().copied().map(note).collect(),
        }
    }

    /// A plan; its fare's reasons, when they lead to its amount.
    pub(super) fn plan(&self, what: String, amount: Fen, quote: Option<&Quote>) -> Plan {
        let quote = quote.filter(|quote| quote.charged == amount).zip(self.tariff);
        let reasons = quote.map_or_else(Vec::new, |(quote, tariff)| {
            let file = &*tariff.head().file;
            let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
            let reason = |reason: &tunion_fare::Reason| {
                let rule = tariff.rule(reason.rule);
                Reason {
                    before_fen: reason.before.get(),
                    after_fen: reason.after.get(),
                    says: tariff.explain(reason).to_string(),
                    rule: rule.map_or_else(String::new, |rule| rule.name.to_string()),
                    at: rule.map_or_else(String::new, |rule| format!("{file}:{}", rule.line)),
                }
            };
            quote.reasons.iter().map(reason).collect()
        });
        Plan { what, amount_fen: amount.get(), list_fen: quote.map(|(quote, _)| quote.list.get()), reasons }
    }
}

impl Field {
    /// A value that is said and not sent as bytes of a known form.
    pub(super) fn said(name: &str, meaning: &dyn ToString) -> Self {
        Self {
            name: name.to_owned(),
            offset: 0,
            length: 0,
            bytes: String::new(),
            meaning: meaning.to_string(),
            was: None,
        }
    }
}
