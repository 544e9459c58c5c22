//! Whether an exit may be made: a journey that took too long, a fare that is not covered, an over-fare
//! that was settled at the ticket office (`docs/spec/terminal.md` 3.1, rows 14 to 16; 3.4, 3.5).

use crate::action::FareQuestion;
use crate::codes::Code;
use crate::forms::station_code;
use crate::place::Direction;
use crate::profile::RailTail;
use crate::rail::{INSIDE, RailTap, entry_of};
use tunion_data::file::{RailRecord, RailStatus};
use tunion_data::{BcdDateTime, Fen};

/// Byte 122 of 2701 at Xi'an: a surcharge was paid at this station (`docs/spec/terminal.md` 1.3). That
/// Beijing, whose use of the byte no source states, has it too is our reading.
pub(crate) const SETTLED: u8 = 0x04;

/// Whether an over-fare was settled for this journey, so that the holder may leave by it: status 04, the
/// station of the exit, and a marker that says that the holder is still inside. With it a card whose exit
/// was made good outside (status 04 too) does not pass for one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Settled {
    /// None was.
    No,
    /// For another station: this one asks for the fare anew, as Xi'an does.
    Elsewhere,
    /// For this station, a short while ago.
    Here,
    /// For this station, longer ago than one has to leave.
    Late,
}

impl RailTap<'_> {
    /// The marker of a settled over-fare.
    pub(crate) const fn settled_mark(&self) -> u8 {
        match self.profile.rail.tail {
            RailTail::Beijing | RailTail::Xian => SETTLED,
            RailTail::Shanghai => INSIDE,
        }
    }

    /// Whether an over-fare was settled for this journey.
    pub(crate) fn settled(&self, journey: &RailRecord) -> Settled {
        let marked = RailStatus::from_byte(journey.status) == RailStatus::ExitAdded
            && journey.exit_city == self.profile.city
            && journey.in_out == self.settled_mark();
        if !marked {
            return Settled::No;
        }
        if station_code(journey.exit_station) != self.gate.station {
            return Settled::Elsewhere;
        }
        match self.minutes_since(journey.exit_at, self.profile.rail.exit_minutes) {
            Some(true) => Settled::Here,
            _ => Settled::Late,
        }
    }

    /// Whether the holder is in the paid area, as an exit sees it.
    pub(crate) fn is_inside(&self, journey: &RailRecord) -> bool {
        RailStatus::from_byte(journey.status).is_inside() || self.settled(journey) != Settled::No
    }

    /// Row 14. The limit itself is inside it, as in the tariffs.
    pub(crate) fn is_overtime(&self, entered: BcdDateTime) -> bool {
        let limit = self.profile.rail.overtime_minutes;
        limit.is_some_and(|limit| self.minutes_since(entered, limit) == Some(false))
    }

    /// The journey as the gate prices it: one that took too long begins anew when that is settled, and until
    /// then nobody pays for it.
    pub(crate) fn priced(&self, journey: &RailRecord) -> RailRecord {
        if self.is_overtime(journey.entry_at) { self.restarted(journey) } else { *journey }
    }

    /// The journey as if it began now.
    pub(crate) fn restarted(&self, journey: &RailRecord) -> RailRecord {
        RailRecord { entry_at: self.at.into(), ..*journey }
    }

    /// Row 15: the fare, and what has to remain, is more than the card has. Where nothing has to remain it
    /// is the card that decides, at INIT; whoever has read what is available knows beforehand.
    pub(crate) fn falls_short(&self, fare: Fen) -> bool {
        match self.profile.rail.remaining {
            Some(least) => self.facts.actual < fare + least,
            None => self.facts.available.is_some_and(|available| available < fare),
        }
    }

    /// Why the holder may not leave at this fare (rows 14 to 16).
    pub(crate) fn barred(&self, journey: &RailRecord, fare: Fen) -> Option<Code> {
        match (self.is_overtime(journey.entry_at), self.falls_short(fare)) {
            (false, false) => None,
            (true, false) => Some(Code::Overtime),
            (false, true) => Some(Code::FareNotCovered),
            (true, true) => Some(Code::OvertimeNotCovered),
        }
    }

    /// What the controller of an exit has to be asked. One who settled the over-fare here has nothing to
    /// pay.
    pub(crate) fn question(&self) -> Result<Option<FareQuestion>, Code> {
        if self.gate.direction == Direction::Entry {
            return Ok(None);
        }
        let journey = self.open_journey()?;
        let settled = matches!(self.settled(&journey), Settled::Here | Settled::Late);
        Ok((!settled).then(|| self.ask(&journey)))
    }

    /// The fare of this journey to here, as a controller is asked for it.
    pub(crate) fn ask(&self, journey: &RailRecord) -> FareQuestion {
        let (entry_line, entry_station) = entry_of(journey);
        FareQuestion {
            entry_line,
            entry_station,
            entered: journey.entry_at,
            card_type: self.facts.management.card_type,
        }
    }

    /// Whether at most so many minutes have gone by since then; a time ahead of our clock is now.
    fn minutes_since(&self, then: BcdDateTime, limit: u16) -> Option<bool> {
        let then = then.datetime()?;
        Some(self.at.duration_since(then).as_secs() <= i64::from(limit) * 60)
    }
}
