//! A ride, who makes it and when.

use tunion_data::civil::DateTime;

use crate::{GroupId, LineId, Member, StationId, StopId};

macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $type {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $type {
            /// Every one, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name that files use.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl Member for $type {
            fn index(self) -> u32 {
                self as u32
            }
        }
    };
}

named! {
    /// The kind of card (卡种), which decides the concession.
    Product {
        /// 普通卡.
        Ordinary = "ordinary",
        /// 学生卡.
        Student = "student",
        /// 养老助残卡: 65 and over.
        Senior = "senior",
        /// 军人: serving military, disabled veterans, firefighters.
        Military = "military",
        /// 测试卡.
        Test = "test",
        /// A child that travels free with a paying adult (`docs/spec/fares.md` 1).
        Child = "child",
    }
}

/// Where the card was issued, as far as this tariff tells places apart.
///
/// A tariff knows cards of its own city, cards of the regions that it names, and the rest
/// (`docs/spec/fares.md` 4, Wuxi). [`Tariff::issuer`](crate::Tariff::issuer) finds a card's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Issuer(u8);

impl Issuer {
    /// A card of the city whose tariff this is.
    pub const LOCAL: Self = Self(0);
    /// A roaming card of another T-Union city, of no region that the tariff names.
    pub const OTHER: Self = Self(1);

    /// The `n`th region that the tariff names, counted from 0.
    #[must_use]
    pub const fn region(n: u8) -> Self {
        Self(n.saturating_add(2))
    }
}

impl Member for Issuer {
    fn index(self) -> u32 {
        self.0.into()
    }
}

named! {
    /// What the rider pays with.
    Medium {
        /// A stored-value card of plastic.
        Card = "card",
        /// A stored-value card in a phone's secure element.
        Phone = "phone",
        /// A QR code of an operator's app; its account keeps a ledger of its own (`docs/spec/fares.md` 1, S5).
        Code = "code",
        /// A bank card of 银联 (`docs/spec/fares.md` 2, S19).
        BankCard = "bank-card",
        /// A bank card from abroad, by EMV (`docs/spec/fares.md` 1, S27).
        ForeignBankCard = "foreign-bank-card",
        /// Cash or a single ticket: the list price.
        Cash = "cash",
    }
}

/// Who rides, as far as a price depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rider {
    /// The kind of card.
    pub product: Product,
    /// Where the card was issued.
    pub issuer: Issuer,
    /// What it is.
    pub medium: Medium,
}

impl Rider {
    /// A holder of a plastic card of this city.
    #[must_use]
    pub const fn local(product: Product) -> Self {
        Self { product, issuer: Issuer::LOCAL, medium: Medium::Card }
    }
}

/// A kind of ticket (票种) that a tariff sells, by its place in the tariff's table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TicketId(pub u8);

impl TicketId {
    /// The ordinary single ride, which every tariff has.
    pub const ORDINARY: Self = Self(0);
}

impl Member for TicketId {
    fn index(self) -> u32 {
        self.0.into()
    }
}

/// The ticket that a rider travels on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ticket {
    /// Its kind.
    pub kind: TicketId,
    /// When a pass was first used, UTC+8; other tickets have no such time.
    pub activated: Option<DateTime>,
}

impl Ticket {
    /// The ordinary single ride.
    pub const ORDINARY: Self = Self { kind: TicketId::ORDINARY, activated: None };
}

named! {
    /// Which taps a ride has.
    Taps {
        /// In and out.
        Both = "both",
        /// The rider never tapped off; the ride is settled at the next use.
        NoExit = "no-exit",
        /// The rider leaves and never entered.
        NoEntry = "no-entry",
    }
}

/// From where to where.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ride {
    /// Between two stations, whatever way was ridden.
    Rail {
        /// Where the rider entered.
        from: StationId,
        /// Where the rider leaves.
        to: StationId,
        /// The group of lines whose gates were used; `None` takes the first that the tariff prices and
        /// that holds both stations.
        group: Option<GroupId>,
    },
    /// A rider who leaves a station and shows no entry.
    NoEntry {
        /// Where the rider leaves.
        to: StationId,
        /// The group of lines of the gate, as above.
        group: Option<GroupId>,
    },
    /// On one direction of a bus line.
    Bus {
        /// The line.
        line: LineId,
        /// The stop of the tap-on.
        on: StopId,
        /// The stop of the tap-off; `None` when there was none and the ride is settled at the next
        /// use.
        off: Option<StopId>,
    },
    /// A bare distance, as published cases state it.
    Distance {
        /// The group of lines, or the line class.
        group: GroupId,
        /// Metres on rail, difference of stop numbers on a bus.
        distance: u32,
        /// Without both taps the distance is that which the tariff's rule for it measures.
        taps: Taps,
    },
}

/// Where a rider is about to enter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// A station's gate.
    Station(StationId),
    /// A bus.
    Line(LineId),
}

/// One ride to be priced (乘次).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Journey {
    /// From where to where.
    pub ride: Ride,
    /// Who.
    pub rider: Rider,
    /// On what ticket.
    pub ticket: Ticket,
    /// When the rider entered, UTC+8. Its day decides which tariff and which dated rule hold: our
    /// reading, no source speaks of a ride over midnight.
    pub entered: DateTime,
    /// When the rider left, UTC+8.
    pub exited: DateTime,
}

impl Journey {
    /// An ordinary single ride.
    #[must_use]
    pub const fn single(ride: Ride, rider: Rider, entered: DateTime, exited: DateTime) -> Self {
        Self { ride, rider, ticket: Ticket::ORDINARY, entered, exited }
    }
}
