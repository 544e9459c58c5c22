//! What tariffs come to over many rides.

pub mod month;
