//! What a terminal does one way or another: given by its profile, changed by a scenario.

use toml::Spanned;
use tunion_data::Fen;
use tunion_terminal::profile::{
    ExpiredStudent, Mac1Policy, Mac2Failure, Mac2Policy, OpenElsewhere, RecoveryProfile, TripBalance,
};
use tunion_terminal::{Defect, Profile};

use super::TerminalKind::{self, BusReader, RailGate};
use super::compile::{accepted, each};
use super::fit::{self, ADVISES, CHECKS, DEBITS, Field, LOCKS, RAIL, RIDES};
use super::guards::{self, RepeatTable};
use super::schema::{Name, Names, RecoveryTable};
use super::select::{self, SelectTable};
use super::white_list::{self, WhiteList};
use super::words::{Moment, Switch};
use crate::diag::{Diagnostics, Source, Text};

/// What is given; the rest stays as it is.
#[derive(Default)]
pub(crate) struct Switches {
    pub(crate) mac1: Option<Name>,
    pub(crate) mac2: Option<Name>,
    pub(crate) accepted: Option<Names>,
    pub(crate) expired_student: Option<Name>,
    pub(crate) known: Option<Names>,
    pub(crate) white_list: Option<Spanned<WhiteList>>,
    pub(crate) select: Option<Spanned<SelectTable>>,
    pub(crate) mac2_failure: Option<Name>,
    pub(crate) trip_balance: Option<Name>,
    pub(crate) top_up_below: Option<Text<Fen>>,
    pub(crate) grey_slots: Option<Spanned<u16>>,
    pub(crate) retap_seconds: Option<Spanned<u16>>,
    pub(crate) recovery: Option<Spanned<RecoveryTable>>,
    pub(crate) defects: Option<Names>,
    pub(crate) lock_black_listed: Option<Spanned<bool>>,
    pub(crate) open_elsewhere: Option<Name>,
    pub(crate) free_reentry_minutes: Option<Spanned<u16>>,
    pub(crate) passback_seconds: Option<Spanned<u16>>,
    pub(crate) ask_back: Option<Spanned<bool>>,
    pub(crate) max_minutes: Option<Spanned<u16>>,
    pub(crate) overtime_minutes: Option<Spanned<u16>>,
    pub(crate) remaining: Option<Spanned<Text<Fen>>>,
    pub(crate) exit_minutes: Option<Spanned<u16>>,
    pub(crate) max_balance: Option<Spanned<Text<Fen>>>,
    pub(crate) max_fare: Option<Spanned<Text<Fen>>>,
    pub(crate) newest_trip: Option<Spanned<bool>>,
    pub(crate) repeat: Option<Spanned<RepeatTable>>,
}

impl Switches {
    /// Sets what is given in a profile of this kind.
    pub(crate) fn set(
        &self,
        source: &Source,
        kind: TerminalKind,
        profile: &mut Profile,
    ) -> Result<(), Diagnostics> {
        let fields = [
            Field::new("mac1", self.mac1.as_ref(), DEBITS),
            Field::new("mac2", self.mac2.as_ref(), DEBITS),
            Field::new("accepted", self.accepted.as_ref(), ADVISES),
            Field::new("expired-student", self.expired_student.as_ref(), ADVISES),
            Field::new("white-list", self.white_list.as_ref(), ADVISES),
            Field::new("grey-slots", self.grey_slots.as_ref(), CHECKS),
            Field::new("retap-seconds", self.retap_seconds.as_ref(), CHECKS),
            Field::new("recovery", self.recovery.as_ref(), CHECKS),
            Field::new("defects", self.defects.as_ref(), CHECKS),
            Field::new("lock-black-listed", self.lock_black_listed.as_ref(), LOCKS),
            Field::new("open-elsewhere", self.open_elsewhere.as_ref(), RAIL),
            Field::new("free-reentry-minutes", self.free_reentry_minutes.as_ref(), RAIL),
            Field::new("max-minutes", self.max_minutes.as_ref(), &[BusReader]),
            Field::new("overtime-minutes", self.overtime_minutes.as_ref(), RAIL),
            Field::new("remaining", self.remaining.as_ref(), RAIL),
            Field::new("exit-minutes", self.exit_minutes.as_ref(), RAIL),
            Field::new("known", self.known.as_ref(), CHECKS),
            Field::new("mac2-failure", self.mac2_failure.as_ref(), DEBITS),
            Field::new("trip-balance", self.trip_balance.as_ref(), RIDES),
            Field::new("passback-seconds", self.passback_seconds.as_ref(), &[RailGate]),
            Field::new("ask-back", self.ask_back.as_ref(), &[RailGate]),
            Field::new("max-balance", self.max_balance.as_ref(), &[BusReader]),
            Field::new("max-fare", self.max_fare.as_ref(), &[BusReader]),
            Field::new("newest-trip", self.newest_trip.as_ref(), &[BusReader]),
            Field::new("repeat", self.repeat.as_ref(), &[BusReader]),
        ];
        let mut errors = Diagnostics::default();
        errors.keep(fit::unused(source, kind, &fields, None));
        if let Some(name) = &self.mac1 {
            put(&mut profile.mac1, errors.keep(Mac1Policy::read(source, name)));
        }
        if let Some(name) = &self.mac2 {
            put(&mut profile.mac2, errors.keep(Mac2Policy::read(source, name)));
        }
        if let Some(names) = &self.accepted {
            put(&mut profile.accepted, errors.keep(accepted(source, names)));
        }
        if let Some(name) = &self.expired_student {
            put(&mut profile.expired_student, errors.keep(ExpiredStudent::read(source, name)));
        }
        if let Some(name) = &self.open_elsewhere {
            put(&mut profile.rail.open_elsewhere, errors.keep(OpenElsewhere::read(source, name)));
        }
        if let Some(table) = &self.recovery {
            put(&mut profile.recovery, errors.keep(recovery(source, table.get_ref())));
        }
        if let Some(names) = &self.defects {
            let defects = each(source, names, "defect", |source, name| {
                source.choose(name, "defect", Defect::ALL.iter().map(|defect| (defect.name(), *defect)))
            });
            put(&mut profile.defects, errors.keep(defects).map(|defects| defects.into_iter().collect()));
        }
        if let Some(names) = &self.known {
            put(&mut profile.known, errors.keep(accepted(source, names)));
        }
        if let Some(list) = &self.white_list {
            put(&mut profile.white_list, errors.keep(white_list::rows(source, list)));
        }
        if let Some(table) = &self.select {
            let select = errors.keep(select::selection(source, table.get_ref(), &profile.select));
            put(&mut profile.select, select);
        }
        if let Some(name) = &self.mac2_failure {
            put(&mut profile.mac2_failure, errors.keep(Mac2Failure::read(source, name)));
        }
        if let Some(name) = &self.trip_balance {
            put(&mut profile.trip_balance, errors.keep(TripBalance::read(source, name)));
        }
        if let Some(table) = &self.repeat {
            put(&mut profile.bus.repeat, errors.keep(guards::repeat(source, table.get_ref())).map(Some));
        }
        put(&mut profile.rail.passback_seconds, number(self.passback_seconds.as_ref()));
        put(&mut profile.rail.ask_back, self.ask_back.as_ref().map(|given| *given.get_ref()));
        put(&mut profile.bus.max_balance, amount(self.max_balance.as_ref()).map(Some));
        put(&mut profile.bus.max_fare, amount(self.max_fare.as_ref()).map(Some));
        put(&mut profile.bus.newest_trip, self.newest_trip.as_ref().map(|given| *given.get_ref()));
        put(&mut profile.top_up_below, self.top_up_below.map(|amount| amount.0));
        put(&mut profile.grey_slots, number(self.grey_slots.as_ref()).map(usize::from));
        put(&mut profile.retap_seconds, number(self.retap_seconds.as_ref()));
        put(&mut profile.lock_black_listed, self.lock_black_listed.as_ref().map(|lock| *lock.get_ref()));
        put(&mut profile.rail.free_reentry_minutes, number(self.free_reentry_minutes.as_ref()));
        put(&mut profile.bus.max_minutes, number(self.max_minutes.as_ref()));
        put(&mut profile.rail.overtime_minutes, number(self.overtime_minutes.as_ref()).map(Some));
        put(&mut profile.rail.remaining, self.remaining.as_ref().map(|least| Some(least.get_ref().0)));
        put(&mut profile.rail.exit_minutes, number(self.exit_minutes.as_ref()));
        errors.or(())
    }
}

/// What becomes of grey records.
fn recovery(source: &Source, table: &RecoveryTable) -> Result<RecoveryProfile, Diagnostics> {
    let RecoveryTable { promote, proof_seconds } = table;
    let mut profile = RecoveryProfile { proof_seconds: *proof_seconds, ..RecoveryProfile::default() };
    if let Some(names) = promote {
        let moments = each(source, names, "moment", Moment::read)?;
        profile.promote.power_on = moments.contains(&Moment::PowerOn);
        profile.promote.other_card = moments.contains(&Moment::OtherCard);
    }
    Ok(profile)
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn amount(given: Option<&Spanned<Text<Fen>>>) -> Option<Fen> {
    given.map(|given| given.get_ref().0)
}

fn number(given: Option<&Spanned<u16>>) -> Option<u16> {
    given.map(|given| *given.get_ref())
}
