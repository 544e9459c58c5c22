//! The words that stand for a profile's switches.

use tunion_psam::{Rate, SequenceMoves, Transport};
use tunion_terminal::Light;
use tunion_terminal::profile::{
    ByteOrder, Check, ExpiredStudent, LoadBy, Mac1Policy, Mac2Failure, Mac2Policy, OpenElsewhere, RailTail,
    TripBalance,
};

use super::TerminalKind;
use super::schema::Name;
use crate::diag::{Diagnostic, Source};

/// A switch of a profile.
pub(super) trait Switch: Copy + 'static {
    /// What it is called.
    const WHAT: &'static str;
    /// Its positions by their names.
    const WORDS: &'static [(&'static str, Self)];

    /// The position that a name stands for.
    fn read(source: &Source, name: &Name) -> Result<Self, Diagnostic> {
        source.choose(name, Self::WHAT, Self::WORDS.iter().copied())
    }
}

/// When grey records are given up to clearing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    PowerOn,
    OtherCard,
}

macro_rules! switches {
    ($($type:ty, $what:literal: $($word:literal = $value:expr),+;)*) => {
        $(impl Switch for $type {
            const WHAT: &'static str = $what;
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, $value)),+];
        })*
    };
}

switches! {
    TerminalKind, "kind of terminal":
        "rail-gate" = Self::RailGate, "bus-reader" = Self::BusReader,
        "top-up" = Self::TopUp, "enquiry" = Self::Enquiry,
        "ticket-office" = Self::TicketOffice, "pos" = Self::Pos;
    ByteOrder, "byte order": "little" = Self::Little, "big" = Self::Big;
    Mac1Policy, "MAC1 policy":
        "before-records" = Self::BeforeRecords, "beside-records" = Self::BesideRecords;
    Mac2Policy, "MAC2 policy":
        "before-decision" = Self::BeforeDecision, "after-decision" = Self::AfterDecision;
    ExpiredStudent, "expired-student policy":
        "refuse" = Self::Refuse, "as-ordinary" = Self::AsOrdinary;
    RailTail, "form of rail records":
        "beijing" = Self::Beijing, "shanghai" = Self::Shanghai, "xian" = Self::Xian;
    LoadBy, "maker of loads": "host" = Self::Host, "sam" = Self::Sam;
    OpenElsewhere, "open-elsewhere policy":
        "refuse" = Self::Refuse, "start-anew" = Self::StartAnew;
    SequenceMoves, "sequence-moves policy":
        "at-init" = Self::AtInit, "at-credit" = Self::AtCredit;
    Transport, "transport": "direct" = Self::Direct, "get-response" = Self::GetResponse;
    Rate, "rate": "production" = Self::Production, "test" = Self::Test;
    Check, "check":
        "enabled" = Self::Enabled, "started" = Self::Started, "not-expired" = Self::NotExpired,
        "white-list" = Self::WhiteList, "interoperable" = Self::Interoperable,
        "card-type" = Self::CardType, "black-list" = Self::BlackList,
        "open-elsewhere" = Self::OpenElsewhere, "entry-balance" = Self::EntryBalance,
        "journey" = Self::Journey, "passback" = Self::Passback;
    Mac2Failure, "MAC2-failure policy": "distrust" = Self::Distrust, "record" = Self::Record;
    TripBalance, "balance of a trip": "after" = Self::After, "before" = Self::Before;
    Moment, "moment of promotion": "power-on" = Self::PowerOn, "other-card" = Self::OtherCard;
    Light, "light":
        "off" = Self::Off, "green" = Self::Green, "yellow" = Self::Yellow, "red" = Self::Red;
}
