//! The whole of it.

use crate::bus::{self, BusLine, BusRide};
use crate::calendar::Holiday;
use crate::month::Month;
use crate::network::{Group, Network};
use crate::price::{Price, Refused};
use crate::rail::{self, RailRide};

/// Beijing's fares over given networks and holidays.
#[derive(Clone, Debug)]
pub struct Model {
    network: Network,
    buses: Vec<BusLine>,
    holidays: Vec<Holiday>,
}

impl Model {
    /// From the texts of the rail network's `edges.csv`, and of the bus network's `lines.csv` and `stops.csv`
    /// (`docs/spec/fares.md` section 5), with the days that the State Council's notices name.
    ///
    /// # Panics
    ///
    /// When a row of the tables cannot be read.
    #[must_use]
    pub fn new(edges_csv: &str, bus_lines_csv: &str, bus_stops_csv: &str, holidays: &[Holiday]) -> Model {
        Model {
            network: Network::new(edges_csv),
            buses: bus::read(bus_lines_csv, bus_stops_csv),
            holidays: holidays.to_vec(),
        }
    }

    /// Prices a rail ride in fen, and counts it if it counts (`docs/spec/fares.md` section 1).
    ///
    /// # Errors
    ///
    /// [`Refused`] when the ride has no price; `month` then stays as it was.
    pub fn rail(&self, ride: &RailRide<'_>, month: &mut Month) -> Result<Price, Refused> {
        rail::price(&self.network, &self.holidays, ride, month)
    }

    /// Prices a bus ride in fen (`docs/spec/fares.md` section 2).
    ///
    /// # Errors
    ///
    /// [`Refused`] when the ride has no price.
    pub fn bus(&self, ride: &BusRide<'_>) -> Result<Price, Refused> {
        bus::price(&self.buses, ride)
    }

    /// All rail stations, sorted.
    #[must_use]
    pub fn stations(&self) -> Vec<&str> {
        self.network.stations().iter().map(String::as_str).collect()
    }

    /// The rail stations of one group, sorted.
    #[must_use]
    pub fn stations_of(&self, group: Group) -> Vec<&str> {
        self.network.stations_of(group)
    }

    /// All rail lines, sorted.
    #[must_use]
    pub fn lines(&self) -> Vec<&str> {
        self.network.lines().iter().map(String::as_str).collect()
    }

    /// Length of the shortest path between two stations inside a group, in metres (`docs/spec/fares.md`
    /// section 1, "distance"). None: there is no path.
    #[must_use]
    pub fn metres(&self, group: Group, from: &str, to: &str) -> Option<u32> {
        self.network.metres(group, from, to)
    }

    /// All bus lines, one for each direction, in the order of the table.
    #[must_use]
    pub fn bus_lines(&self) -> &[BusLine] {
        &self.buses
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Model;
    use crate::calendar::Holiday;

    /// The project's rail network.
    pub(crate) const EDGES: &str = include_str!("../../../fixtures/networks/beijing-rail-2026/edges.csv");
    const LINES: &str = include_str!("../../../fixtures/networks/beijing-bus/lines.csv");
    const STOPS: &str = include_str!("../../../fixtures/networks/beijing-bus/stops.csv");

    /// Some real days: 2015 to 2017 and 2019.
    const HOLIDAYS: [Holiday; 5] = [
        Holiday { year: 2015, month: 10, day: 1, working: false },
        Holiday { year: 2016, month: 10, day: 3, working: false },
        Holiday { year: 2017, month: 1, day: 2, working: false },
        Holiday { year: 2019, month: 5, day: 1, working: false },
        Holiday { year: 2019, month: 5, day: 5, working: true },
    ];

    /// A model over the project's networks.
    pub(crate) fn model() -> Model {
        Model::new(EDGES, LINES, STOPS, &HOLIDAYS)
    }

    #[test]
    fn a_test_can_draw_from_it() {
        use crate::network::Group;
        let model = model();
        assert_eq!((model.stations().len(), model.lines().len()), (423, 28));
        assert_eq!(model.stations_of(Group::DaxingAirport).len(), 3);
        assert_eq!(model.metres(Group::DaxingAirport, "草桥", "大兴机场"), Some(38_331));
        let buses = model.bus_lines();
        assert_eq!(buses.len(), 9);
        assert_eq!(buses.iter().map(|line| line.numbers.len()).sum::<usize>(), 252);
    }
}
