//! From a ride to the group and the distance that are priced.
#![allow(clippy::inline_always, reason = "measured: as calls they took a twelfth of a price more")]

use crate::moment::Moment;
use crate::tariff::Single;
use crate::when::{Leg, Trip};
use crate::{
    Clause, FareError, GroupId, Instead, Journey, Network, Places, Ride, RuleId, StationId, Taps, Tariff,
    Ticket,
};

impl Tariff {
    /// A ride, ready to be priced.
    #[inline(always)]
    pub(crate) fn trip<'a>(
        &self,
        journey: &'a Journey,
        entered: Moment,
        exited: Moment,
    ) -> Result<Trip<'a>, FareError> {
        let leg = self.leg(journey.ride)?;
        let trip =
            Trip { leg, journey, entered, exited, met: self.conditions.met(&leg, journey, entered.day) };
        if leg.taps == Taps::Both { Ok(trip) } else { self.instead(trip) }
    }

    /// The ride as it was tapped; one that lacks a tap has no distance to be priced by yet.
    pub(crate) fn tapped<'a>(&self, journey: &'a Journey) -> Result<Trip<'a>, FareError> {
        let leg = self.leg(journey.ride)?;
        let day = journey.entered.date().into();
        Ok(Trip::new(leg, journey, self.conditions.met(&leg, journey, day)))
    }

    #[inline(always)]
    fn leg(&self, ride: Ride) -> Result<Leg, FareError> {
        Ok(match (&self.places, ride) {
            (Places::Rail(network), Ride::Rail { from, to, group }) => {
                let (group, distance) = self.between(network, from, to, group)?;
                Leg { group, distance, taps: Taps::Both, from: Some(from), to: Some(to) }
            }
            (Places::Rail(_), Ride::NoEntry { to, group }) => {
                let group = self.group_at(to, group)?;
                Leg { group, distance: 0, taps: Taps::NoEntry, from: None, to: Some(to) }
            }
            (Places::Bus(lines), Ride::Bus { line: id, on, off }) => {
                let line = lines.line(id).ok_or(FareError::UnknownLine(id))?;
                let (distance, taps) = if let Some(off) = off {
                    (line.difference(on, off).ok_or(FareError::UnknownStop(id, off))?, Taps::Both)
                } else {
                    (line.farther_end(on).ok_or(FareError::UnknownStop(id, on))?, Taps::NoExit)
                };
                let distance = distance.into();
                Leg { group: line.class, distance, taps, from: None, to: None }
            }
            (_, Ride::Distance { group, distance, taps }) => {
                Leg { group, distance, taps, from: None, to: None }
            }
            _ => return Err(FareError::OtherMode),
        })
    }

    /// The group and the metres of a ride: of the gate's group, or of the first priced group that holds both
    /// stations.
    #[inline(always)]
    fn between(
        &self,
        network: &Network,
        from: StationId,
        to: StationId,
        group: Option<GroupId>,
    ) -> Result<(GroupId, u32), FareError> {
        if let Some(id) = group {
            if let Some(metres) = network.group(id).and_then(|group| group.metres(from, to)) {
                return Ok((id, metres));
            }
            self.group_at(from, group)?;
            self.group_at(to, group)?;
            return Err(FareError::NoCommonGroup(from, to));
        }
        for id in self.priced.members().filter_map(|id| u8::try_from(id).ok()).map(GroupId) {
            if let Some(metres) = network.group(id).and_then(|group| group.metres(from, to)) {
                return Ok((id, metres));
            }
        }
        self.group_at(from, None)?;
        self.group_at(to, None)?;
        Err(FareError::NoCommonGroup(from, to))
    }

    /// The gate's group if the station lies on it, or the first priced group that it lies on.
    pub(crate) fn group_at(&self, station: StationId, group: Option<GroupId>) -> Result<GroupId, FareError> {
        let network = self.network().ok_or(FareError::OtherMode)?;
        network.station(station).ok_or(FareError::UnknownStation(station))?;
        let mut groups = network.groups_at(station);
        match group {
            Some(group) if !self.is_priced(group) => Err(FareError::NotCovered(group)),
            Some(group) if groups.any(|id| id == group) => Ok(group),
            Some(group) => Err(FareError::NotOnGroup(station, group)),
            None => groups.find(|id| self.is_priced(*id)).ok_or(FareError::StationNotCovered(station)),
        }
    }

    pub(crate) fn is_priced(&self, group: GroupId) -> bool {
        self.priced.contains(group)
    }

    /// The trip with the distance that its missing tap is priced by.
    pub(crate) fn instead<'a>(&self, trip: Trip<'a>) -> Result<Trip<'a>, FareError> {
        let Leg { group, taps, to, .. } = trip.leg;
        let (_, instead) = self.incomplete(&trip)?.ok_or(FareError::Incomplete(taps))?;
        let distance = match (instead, to) {
            (Instead::Highest, Some(station)) => {
                let group = self.network().and_then(|network| network.group(group));
                group.and_then(|group| group.farthest(station)).ok_or(FareError::UnknownStation(station))?
            }
            (Instead::Lowest, _) => 0,
            (Instead::FartherEnd | Instead::Highest, _) => trip.leg.distance,
        };
        Ok(Trip { leg: Leg { distance, ..trip.leg }, ..trip })
    }

    /// The rule for the tap that is missing.
    pub(crate) fn incomplete(&self, trip: &Trip<'_>) -> Result<Option<(RuleId, Instead)>, FareError> {
        for Single { condition, rule } in &self.incomplete {
            if let Some(&Clause::Incomplete { taps, instead }) = self.clause(*rule)
                && taps == trip.leg.taps
                && condition.holds(trip, self.scene())?
            {
                return Ok(Some((*rule, instead)));
            }
        }
        Ok(None)
    }

    /// Whether the ticket is good here and now.
    pub(crate) fn ticket(&self, trip: &Trip<'_>) -> Result<(), FareError> {
        let Ticket { kind, activated } = trip.journey.ticket;
        if kind == Ticket::ORDINARY.kind {
            return Ok(());
        }
        let sold = self.tickets.get(usize::from(kind.0) - 1);
        let sold = sold.filter(|sold| sold.groups.contains(trip.leg.group));
        let sold = sold.ok_or(FareError::NotSold(kind, trip.leg.group))?;
        let Some(hours) = sold.hours else { return Ok(()) };
        let from = activated.ok_or(FareError::NotActivated(kind))?;
        let length = core::time::Duration::from_secs(u64::from(hours) * 60 * 60);
        let until = from.saturating_add(length);
        let entered = trip.journey.entered;
        if from <= entered && entered < until { Ok(()) } else { Err(FareError::PassOver { from, until }) }
    }
}
