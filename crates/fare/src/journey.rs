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

named! {
    /// Whether the card was issued in the tariff's city.
    Issuer {
        /// A card of the city whose tariff this is.
        Local = "local",
        /// A roaming card of another T-Union city.
        Other = "other",
    }
}

named! {
    /// What the rider pays with.
    Medium {
        /// A stored-value card of plastic.
        Card = "card",
        /// A stored-value card in a phone's secure element.
        Phone = "phone",
        /// A bank card (`docs/spec/fares.md` 2, S19).
        BankCard = "bank-card",
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
        Self { product, issuer: Issuer::Local, medium: Medium::Card }
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
        /// Whether the rider tapped off. Without, the distance is that to the farther end.
        tapped_off: bool,
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
    /// When the rider entered, UTC+8.
    pub entered: DateTime,
    /// When the rider left, UTC+8. It decides the month of the ride: our reading, `docs/spec/fares.md`
    /// 1 leaves the month of a ride over midnight open.
    pub exited: DateTime,
}
