//! Small sets of things that have a number below 32.

use core::fmt;
use core::marker::PhantomData;

use crate::when::bits;

/// Something that can be in a [`Set`].
pub trait Member: Copy {
    /// Its number, below 32; a larger one is in no set.
    fn index(self) -> u32;
}

/// A set of up to 32 members, one bit each.
pub struct Set<T> {
    bits: u32,
    of: PhantomData<fn(T)>,
}

impl<T: Member> Set<T> {
    /// Everything.
    pub const ALL: Self = Self { bits: u32::MAX, of: PhantomData };

    /// Nothing.
    pub const NONE: Self = Self { bits: 0, of: PhantomData };

    const fn of(bits: u32) -> Self {
        Self { bits, of: PhantomData }
    }

    /// Whether `member` is in the set.
    #[must_use]
    pub fn contains(self, member: T) -> bool {
        self.has(member.index())
    }

    /// Whether the member with this number is.
    pub(crate) fn has(self, index: u32) -> bool {
        self.bits.checked_shr(index).unwrap_or(0) & 1 == 1
    }

    /// Whether the two sets have a member in common.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.bits & other.bits != 0
    }

    /// The numbers of the members, from the lowest.
    pub(crate) fn members(self) -> impl Iterator<Item = usize> {
        bits(self.bits.into())
    }

    /// The members of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self::of(self.bits | other.bits)
    }

    /// The members of both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self::of(self.bits & other.bits)
    }
}

impl<T: Member> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let bit = |member: T| 1u32.checked_shl(member.index()).unwrap_or(0);
        Self::of(members.into_iter().map(bit).fold(0, core::ops::BitOr::bitor))
    }
}

impl<T> Clone for Set<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Set<T> {}

impl<T> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<T> Eq for Set<T> {}

impl<T> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Set({:#b})", self.bits)
    }
}
