//! Ticket offices: what is wrong with a journey, what is due for it, and how the card is put right
//! (`docs/spec/terminal.md` 1.9, 3.5).

use crate::action::{Advice, Area, Charge, FareQuestion, Note, Settle};
use crate::codes::Code;
use crate::defect::Defect;
use crate::leave::Settled;
use crate::plan::{Plan, Stop};
use crate::profile::{ExitMissing, OpenElsewhere};
use crate::rail::{Mark, RailTap, entry_of};
use alloc::vec::Vec;
use tunion_data::Fen;
use tunion_data::file::{Industry, RailRecord, RailStatus, TripType};
use tunion_data::upload::{Payment, Surcharge};
use tunion_fare::{Counter, Issuer, Journey, Ledger, Medium, Period, Product, Quote, Ride, Rider, Taps};

/// A card at the office's counter, seen as by an exit gate that stands where the office does.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) exit: RailTap<'a>,
}

/// What is to be settled, and what it costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) kind: Surcharge,
    pub(crate) amount: Fen,
    /// How the amount came about, when a tariff alone made it.
    quote: Option<Quote>,
}

impl Due {
    const fn of(kind: Surcharge, amount: Fen) -> Self {
        Self { kind, amount, quote: None }
    }
}

/// Who buys a single ticket (单程票).
const TICKET: Rider = Rider { product: Product::Ordinary, issuer: Issuer::LOCAL, medium: Medium::Cash };

/// What overtime costs where no tariff has a highest single fare (`docs/spec/terminal.md` 3.5, Xi'an).
const PENALTY: Fen = Fen::from_yuan(5);

impl Desk<'_> {
    /// What is due, if the passenger stands there; `None` when nothing is to be settled. `charge` is the
    /// controller's fare, where it makes it.
    pub(crate) fn due(&self, area: Area, charge: Option<Charge>) -> Result<Option<Due>, Code> {
        let journey = self.exit.journey();
        if self.exit.is_elsewhere(&journey) && self.exit.profile.rail.open_elsewhere == OpenElsewhere::Refuse
        {
            return Err(Code::OpenElsewhere);
        }
        match area {
            Area::Paid => self.due_inside(&journey, charge),
            Area::Free => self.due_outside(&journey, charge),
        }
    }

    /// Whether the card has an entry of this city that an exit can go by.
    fn has_entry(&self, journey: &RailRecord) -> bool {
        let (_, station) = entry_of(journey);
        self.exit.is_inside(journey)
            && journey.entry_city == self.exit.profile.city
            && journey.entry_at.datetime().is_some()
            && self.knows(station)
    }

    /// A controller knows its stations itself.
    fn knows(&self, station: u16) -> bool {
        self.exit.fares.tariff().is_none() || self.exit.fares.station(station).is_some()
    }

    fn due_inside(&self, journey: &RailRecord, charge: Option<Charge>) -> Result<Option<Due>, Code> {
        if !self.has_entry(journey) {
            return Ok(Some(Due::of(Surcharge::EntryMissing, Fen::ZERO)));
        }
        match self.exit.settled(journey) {
            Settled::Here => return Ok(None),
            // Who settled and did not leave in time has stayed too long (our reading).
            Settled::Late => return Ok(Some(Due::of(Surcharge::Overtime, self.penalty()))),
            Settled::No | Settled::Elsewhere => {}
        }
        let overtime = self.exit.is_overtime(journey.entry_at);
        let ticket = self.over_fare(&self.exit.priced(journey), charge)?;
        Ok(match (overtime, ticket) {
            (false, None) => None,
            (true, None) => Some(Due::of(Surcharge::Overtime, self.penalty())),
            (false, Some(ticket)) => Some(Due { kind: Surcharge::OverFare, ..ticket }),
            (true, Some(ticket)) => Some(Due::of(Surcharge::Both, self.penalty() + ticket.amount)),
        })
    }

    fn due_outside(&self, journey: &RailRecord, charge: Option<Charge>) -> Result<Option<Due>, Code> {
        if !self.is_left_open(journey) {
            return Ok(None);
        }
        let amount = |amount| Due::of(Surcharge::ExitMissing, amount);
        Ok(Some(match self.exit.profile.office.exit_missing {
            _ if self.is_free_correction(journey) => amount(Fen::ZERO),
            ExitMissing::Amount(fixed) => amount(fixed),
            ExitMissing::SingleTicket => {
                // How long ago the holder entered says nothing of how long the ride took.
                let ticket = self.ticket(&self.exit.restarted(journey), charge)?;
                Due { kind: Surcharge::ExitMissing, ..ticket }
            }
        }))
    }

    /// Whether the holder stands outside with a journey of this city that is still open.
    fn is_left_open(&self, journey: &RailRecord) -> bool {
        RailStatus::from_byte(journey.status).is_inside() && !self.exit.is_elsewhere(journey)
    }

    /// An entry of a moment ago, here (`docs/spec/terminal.md` 3.5: that the station has not changed is
    /// Xi'an's condition at enquiries).
    fn is_free_correction(&self, journey: &RailRecord) -> bool {
        let (_, station) = entry_of(journey);
        station == self.exit.gate.station && self.exit.is_young(journey)
    }

    /// The single ticket to here, if the card does not cover its own fare.
    fn over_fare(&self, journey: &RailRecord, charge: Option<Charge>) -> Result<Option<Due>, Code> {
        let fare = match charge {
            Some(charge) => charge.charged,
            None if self.exit.fares.tariff().is_none() => return Ok(None),
            None => self.exit.price(journey, self.exit.total().0)?.charged,
        };
        if self.exit.falls_short(fare) { self.ticket(journey, charge).map(Some) } else { Ok(None) }
    }

    /// A single ticket for this journey: what the tariff asks of cash, or the controller's list fare.
    fn ticket(&self, journey: &RailRecord, charge: Option<Charge>) -> Result<Due, Code> {
        if let Some(charge) = charge {
            return Ok(Due::of(Surcharge::OverFare, charge.list));
        }
        let quote = self.exit.price_for(TICKET, journey, Counter::default())?;
        Ok(Due { kind: Surcharge::OverFare, amount: quote.charged, quote: Some(quote) })
    }

    /// What overtime costs.
    fn penalty(&self) -> Fen {
        let fixed = self.exit.profile.office.overtime_penalty;
        fixed.or_else(|| self.highest_fare()).unwrap_or(PENALTY)
    }

    /// The highest single fare of the lines that this office belongs to.
    fn highest_fare(&self) -> Option<Fen> {
        let tariff = self.exit.fares.tariff()?;
        let network = tariff.network()?;
        let group = self.exit.profile.rail.group;
        let here = self.exit.fares.station(self.exit.gate.station)?;
        let mut groups = group.into_iter().chain(network.groups_at(here));
        groups.find_map(|group| {
            let ride = Ride::Distance { group, distance: tariff.places().longest(group)?, taps: Taps::Both };
            let journey = Journey::single(ride, TICKET, self.exit.at, self.exit.at);
            Some(tariff.quote(&journey, &Ledger::default()).ok()?.charged)
        })
    }

    /// What the controller has to be asked before anything can be settled.
    pub(crate) fn question(&self, area: Area) -> Option<FareQuestion> {
        let journey = self.exit.journey();
        let asks = match area {
            Area::Paid => {
                self.has_entry(&journey)
                    && matches!(self.exit.settled(&journey), Settled::No | Settled::Elsewhere)
            }
            Area::Free => {
                self.is_left_open(&journey)
                    && !self.is_free_correction(&journey)
                    && self.exit.profile.office.exit_missing == ExitMissing::SingleTicket
            }
        };
        asks.then(|| self.exit.ask(&journey))
    }

    /// The debit that puts the journey right: of what is paid from the card, or of nothing.
    pub(crate) fn plan(&self, settle: Settle, charge: Option<Charge>) -> Result<Plan, Code> {
        let due = self.due(settle.area, charge)?.ok_or(Code::NothingToSettle)?;
        let Due { kind, amount, quote } = due;
        let payment = if amount.is_zero() { Payment::None } else { settle.payment };
        let debited = if payment == Payment::Card { amount } else { Fen::ZERO };
        let old = self.exit.journey();
        let (journey, mark) = self.corrected(&old, &due, settle, debited)?;
        let (total, note) = self.exit.total();
        let mut notes: Vec<Note> = note.into_iter().collect();
        if self.exit.is_elsewhere(&old) {
            notes.push(Note::GivenUp { city: old.entry_city });
        }
        // What is paid here is no ride: the month's total stays as it is (our reading).
        let total = total.in_period(Period::month(self.exit.at.date()));
        let entered = if kind == Surcharge::EntryMissing { &journey } else { &old };
        let (line, station) = entry_of(entered);
        let wrong = self.exit.profile.defects.has(Defect::UpdateTripType);
        let trip_type = if wrong { TripType::Entry } else { TripType::Cover };
        Ok(Plan {
            amount: debited,
            trip_type: Some(trip_type),
            quote,
            entry: Some((Stop { line: u16::from(line), station }, entered.entry_at)),
            record: Some(self.exit.finish(journey, &total, mark)),
            surcharge: Some((kind, amount, payment)),
            notes,
            barred: (!self.may_be_paid(&due, settle.payment)).then_some(Code::PayOtherwise),
            ..Plan::free(TripType::Cover, Industry::Rail, self.exit.here())
        })
    }

    /// The record of the journey put right, and what the operator's area says of the holder.
    fn corrected(
        &self,
        old: &RailRecord,
        due: &Due,
        settle: Settle,
        debited: Fen,
    ) -> Result<(RailRecord, Mark), Code> {
        let out = |journey| self.exit.exited(journey, RailStatus::ExitAdded, debited);
        Ok(match due.kind {
            Surcharge::EntryMissing => {
                let (line, station) = settle.entered.unwrap_or((self.exit.gate.line, self.exit.gate.station));
                if !self.knows(station) {
                    return Err(Code::NoFare);
                }
                (self.exit.entered(*old, RailStatus::EntryAdded, (line, station)), Mark::Entered)
            }
            Surcharge::ExitMissing => (out(*old), Mark::Left),
            Surcharge::OverFare => (out(*old), Mark::Settled),
            Surcharge::Both => (out(self.exit.restarted(old)), Mark::Settled),
            Surcharge::Overtime if self.exit.settled(old) == Settled::Late => (out(*old), Mark::Settled),
            Surcharge::Overtime | Surcharge::None => (self.exit.restarted(old), Mark::Stays),
        })
    }

    /// Whether this can be paid so: an over-fare not from the card, unless the profile lets it, and from
    /// the card no more than its balance (`docs/spec/terminal.md` 1.9; that a surcharge does not draw on
    /// the overdraft is our reading). What costs something has to be paid somehow.
    fn may_be_paid(&self, due: &Due, payment: Payment) -> bool {
        let over_fare = matches!(due.kind, Surcharge::OverFare | Surcharge::Both);
        match payment {
            _ if due.amount.is_zero() => true,
            Payment::None => false,
            Payment::Card if over_fare && !self.exit.profile.office.over_fare_from_card => false,
            Payment::Card => due.amount <= self.exit.facts.actual,
            Payment::Cash | Payment::Alipay | Payment::WeChat | Payment::UnionPay => true,
        }
    }
}

/// What gates and the office would say of the card: `entry` and `exit` are gates where it is asked, `card`
/// makes the checks of the profile as such a gate.
pub(crate) fn advice<'a>(
    entry: RailTap<'a>,
    exit: RailTap<'a>,
    card: impl Fn(RailTap<'a>) -> Result<(), Code>,
) -> Advice {
    let desk = Desk { exit };
    let free_area = match card(entry).and_then(|()| entry.plan(None).map(drop)) {
        Ok(()) => Code::Ok,
        Err(Code::ReentryFree) if !desk.is_free_correction(&exit.journey()) => Code::ReentryPaid,
        Err(code) => code,
    };
    let (code, due) = match desk.due(Area::Paid, None) {
        Ok(None) => (Code::Ok, None),
        Ok(Some(due)) => (code_of(due.kind), Some(due)),
        Err(code) => (code, None),
    };
    let paid_area = card(exit).err().unwrap_or(code);
    // Of a card that is refused for itself nothing is due.
    let due = due.filter(|_| paid_area == code).unwrap_or(Due::of(Surcharge::None, Fen::ZERO));
    Advice { free_area, paid_area, due: due.amount, kind: due.kind }
}

/// What a gate says to what the office settles.
const fn code_of(kind: Surcharge) -> Code {
    match kind {
        Surcharge::None => Code::Ok,
        Surcharge::OverFare => Code::FareNotCovered,
        Surcharge::Overtime => Code::Overtime,
        Surcharge::Both => Code::OvertimeNotCovered,
        Surcharge::EntryMissing => Code::NoEntry,
        Surcharge::ExitMissing => Code::ReentryPaid,
    }
}
