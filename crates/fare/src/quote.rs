//! The price of a ride.

use tunion_data::Fen;

use crate::apply::Chain;
use crate::moment::Moment;
use crate::reason::{Last, Witness};
use crate::tariff::Effect;
use crate::{
    Choose, Clause, CounterId, FareError, GroupId, Journey, Ledger, Period, Place, Places, Reasons, Rider,
    RuleId, Tariff, Ticket, When,
};

/// What a ride costs, with the reasons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Quote {
    /// The list price of the distance.
    pub list: Fen,
    /// What the rider pays.
    pub charged: Fen,
    /// What of it is a surcharge.
    pub surcharge: Fen,
    /// The card's ledger after the ride; as it was when the ride does not count.
    pub ledger: Ledger,
    /// How the amount came about.
    pub reasons: Reasons,
}

/// What a ride costs, without the reasons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Priced {
    /// The list price of the distance.
    pub list: Fen,
    /// What the rider pays.
    pub charged: Fen,
    /// What of it is a surcharge.
    pub surcharge: Fen,
    /// The card's ledger after the ride; as it was when the ride does not count.
    pub ledger: Ledger,
    /// The last clause that changed the amount.
    pub rule: RuleId,
}

/// What both answers have.
struct Came {
    list: Fen,
    charged: Fen,
    surcharge: Fen,
    ledger: Ledger,
}

impl Tariff {
    /// Prices one ride of a card whose counters are in `ledger`.
    ///
    /// The list price of the distance comes first, then the tariff's steps in their order: each takes the
    /// amount that the one before left. It allocates nothing and gives the same answer for the same
    /// arguments.
    ///
    /// # Errors
    /// The ride is not covered by this tariff, or makes no sense; see [`FareError`].
    pub fn quote(&self, journey: &Journey, ledger: &Ledger) -> Result<Quote, FareError> {
        let mut reasons = Reasons::default();
        let Came { list, charged, surcharge, ledger } = self.go(journey, ledger, &mut reasons)?;
        Ok(Quote { list, charged, surcharge, ledger, reasons })
    }

    /// The same price without the reasons, for those who price millions of rides.
    ///
    /// # Errors
    /// As [`Tariff::quote`].
    pub fn price(&self, journey: &Journey, ledger: &Ledger) -> Result<Priced, FareError> {
        let mut last = Last::default();
        let Came { list, charged, surcharge, ledger } = self.go(journey, ledger, &mut last)?;
        Ok(Priced { list, charged, surcharge, ledger, rule: last.0 })
    }

    #[inline]
    fn go<W: Witness>(&self, journey: &Journey, ledger: &Ledger, witness: &mut W) -> Result<Came, FareError> {
        let (entered, exited) = (Moment::from(journey.entered), Moment::from(journey.exited));
        if exited < entered {
            return Err(FareError::EndsBeforeItBegins);
        }
        if entered.day < self.valid.0 || self.valid.1 < entered.day {
            return Err(FareError::OutOfDate { from: self.head.valid_from, until: self.head.valid_until });
        }
        let trip = &self.trip(journey, entered, exited)?;
        if journey.ticket.kind != Ticket::ORDINARY.kind {
            self.ticket(trip)?;
        }
        let mut chain = Chain::new(witness);
        let list = self.list(&mut chain, trip)?;
        for step in &self.steps {
            if trip.met & step.mask != 0 {
                self.take(&mut chain, step, trip, ledger)?;
            }
        }
        let (charged, surcharge) = (chain.amount, chain.surcharge);
        let ledger = self.count(trip, ledger, list, chain.counted())?;
        Ok(Came { list, charged, surcharge, ledger })
    }

    /// The least balance with which a rider may enter here: nothing for one who travels free (our
    /// reading; `docs/spec/fares.md` 1 and 2 state the amount for cards that pay).
    ///
    /// # Errors
    /// The place is not covered by this tariff.
    pub fn entry_balance(&self, place: Place, rider: Rider) -> Result<Fen, FareError> {
        let group = match (&self.places, place) {
            (Places::Rail(_), Place::Station(station)) => self.group_at(station, None)?,
            (Places::Bus(lines), Place::Line(line)) => {
                let group = lines.line(line).ok_or(FareError::UnknownLine(line))?.class;
                if !self.is_priced(group) {
                    return Err(FareError::NotCovered(group));
                }
                group
            }
            _ => return Err(FareError::OtherMode),
        };
        let free = self.travels_free(group, rider);
        Ok(if free { Fen::ZERO } else { self.head.entry.balance })
    }

    /// Whether a rule that does not ask for the time makes every ordinary ride here free.
    fn travels_free(&self, group: GroupId, rider: Rider) -> bool {
        let who = |when: &When| {
            when.groups.contains(group)
                && when.products.contains(rider.product)
                && when.issuers.contains(rider.issuer)
                && when.media.contains(rider.medium)
                && when.tickets.contains(Ticket::ORDINARY.kind)
        };
        self.steps.iter().any(|step| {
            let effects = self.effects.get(step.effects.clone()).unwrap_or_default();
            let mut holds =
                effects.iter().filter(|effect| !effect.condition.is_timed() && who(&effect.condition.when));
            let free = |effect: &Effect| {
                matches!(self.clauses.get(effect.clauses.start), Some(Clause::Share { percent: 0 }))
            };
            match step.choose {
                Choose::First => holds.next().is_some_and(free),
                Choose::Lowest => holds.any(free),
            }
        })
    }

    /// The month, week or day to which a counter takes a ride.
    #[must_use]
    pub fn period(&self, counter: CounterId, journey: &Journey) -> Option<Period> {
        self.counters.get(usize::from(counter.0)).map(|count| count.period_of(journey))
    }
}
