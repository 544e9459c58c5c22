//! Who rides and on what, in words.

use std::fmt::Write as _;

use tunion_fare::{Issuer, Medium, Product, Ticket};

use super::Answer;
use super::text::Clock;

impl Answer<'_> {
    /// Who issued the card, as the tariff names it.
    pub(super) fn issuer(&self) -> &str {
        let mine = self.journey.rider.issuer;
        self.tariff.issuers().find(|(issuer, _)| *issuer == mine).map_or("?", |(_, name)| name)
    }

    /// The ticket, as the tariff names it.
    pub(super) fn ticket(&self) -> &str {
        let mine = self.journey.ticket.kind;
        self.tariff.tickets().find(|(ticket, _)| *ticket == mine).map_or("?", |(_, name)| name)
    }

    /// The rider for a list: "student card, issued elsewhere, ticket pass-24h".
    pub(super) fn rider(&self) -> String {
        let rider = self.journey.rider;
        let product = rider.product.name();
        let mut words = match (rider.product, rider.medium) {
            (Product::Ordinary, Medium::Cash) => "cash".to_owned(),
            (Product::Ordinary, Medium::BankCard) => "bank card".to_owned(),
            (Product::Ordinary, Medium::ForeignBankCard) => "bank card from abroad".to_owned(),
            (_, Medium::Card) => format!("{product} card"),
            (_, Medium::Phone) => format!("{product} card in a phone"),
            (_, Medium::Code) => format!("QR code, {product}"),
            (_, Medium::Cash) => format!("cash, {product}"),
            (_, Medium::BankCard) => format!("bank card, {product}"),
            (_, Medium::ForeignBankCard) => format!("bank card from abroad, {product}"),
        };
        match rider.issuer {
            Issuer::LOCAL => {}
            Issuer::OTHER => words += ", issued in another city",
            _ => {
                words += ", issued in ";
                words += self.issuer();
            }
        }
        let Ticket { kind, activated } = self.journey.ticket;
        if kind != Ticket::ORDINARY.kind {
            words += ", ticket ";
            words += self.ticket();
            if let Some(activated) = activated {
                let _ = write!(words, " first used on {} at {}", activated.date(), Clock(activated.time()));
            }
        }
        words
    }
}
