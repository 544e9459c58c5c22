//! `tunion card new`.

use super::Output;
use anyhow::{Context, Result};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;
use tunion_card::PurseContents;
use tunion_data::civil::Date;
use tunion_data::file::CardType;
use tunion_data::{CityCode, Fen, IssuerId, Pan};
use tunion_files::card::limits::{self, Limits};
use tunion_files::card::{self, Changes};
use tunion_files::layout::CARD_TYPES;

#[derive(Args)]
pub(super) struct New {
    /// The card that the new one is made of: a card file or an image.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,

    /// Its name; without it that of the file it is written to, or, of a calibration card, k1- and its number.
    #[arg(long)]
    name: Option<String>,

    /// Card number, 19 digits.
    #[arg(long, value_name = "NUMBER")]
    pan: Option<Pan>,

    /// Issuer, 16 hexadecimal digits.
    #[arg(long, value_name = "HEX")]
    issuer: Option<IssuerId>,

    /// City, 4 digits.
    #[arg(long, value_name = "CODE")]
    city: Option<CityCode>,

    /// The kind of card.
    #[arg(long = "type", value_name = "TYPE", value_parser = card_type())]
    card_type: Option<CardType>,

    /// First day of validity, such as 2026-10-01.
    #[arg(long, value_name = "DAY", value_parser = day)]
    valid_from: Option<Date>,

    /// Last day of validity.
    #[arg(long, value_name = "DAY", value_parser = day)]
    valid_to: Option<Date>,

    /// The holder's name.
    #[arg(long, value_name = "NAME")]
    holder: Option<String>,

    /// Actual balance, yuan with two decimals.
    #[arg(long, value_name = "YUAN", allow_negative_numbers = true, value_parser = amount)]
    balance: Option<Fen>,

    /// The purse of a calibration card for K1, 101 to 154 (fixtures/cards/k1-limits.csv).
    #[arg(long, value_name = "PROFILE", allow_negative_numbers = true, value_parser = profile)]
    k1: Option<u16>,

    #[command(flatten)]
    output: Output,
}

impl New {
    pub(super) fn run(&self) -> Result<()> {
        let mut file = card::load(&self.from)?;
        let made = format!("made of {} by tunion card new; {}", file.name, file.provenance);
        let stem = self.output.output.as_ref().and_then(|path| path.file_stem());
        let stem = stem.map(|stem| stem.to_string_lossy().into_owned());
        let changes = Changes {
            name: self.name.clone().or(stem).or_else(|| Some(format!("k1-{}", self.k1?))),
            about: self.k1.map(|number| {
                format!("Calibration card {number} for K1, by its purse (docs/spec/terminal.md 8.5).")
            }),
            provenance: Some(made),
            pan: self.pan,
            issuer: self.issuer,
            city: self.city,
            card_type: self.card_type,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            holder: self.holder.clone(),
            limits: self.limits()?,
            balance: self.balance,
        };
        changes.apply(&mut file)?;
        self.output.put(&file.to_toml())
    }

    fn limits(&self) -> Result<Option<PurseContents>> {
        let Some(number) = self.k1 else { return Ok(None) };
        let all = limits::k1()?;
        let found = all.get(&number).copied();
        found.with_context(|| no_profile(&number.to_string(), &all)).map(Some)
    }
}

/// A number of a calibration card; which there are stands in the table.
fn profile(text: &str) -> Result<u16, String> {
    text.parse()
        .map_err(|_| limits::k1().map_or_else(|error| error.to_string(), |all| no_profile(text, &all)))
}

fn no_profile(number: &str, all: &Limits) -> String {
    let ends = all.first_key_value().zip(all.last_key_value());
    let ends = ends.map(|((first, _), (last, _))| format!("{first} to {last}")).unwrap_or_default();
    format!("there is no calibration card {number}: write a number from {ends}")
}

fn amount(text: &str) -> Result<Fen, String> {
    text.parse().map_err(|_| format!("`{text}` is no amount: write yuan with two decimals, as in 12.50"))
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("`{text}` is no day: write it as in 2026-10-01"))
}

/// A kind of card by its name.
fn card_type() -> impl TypedValueParser<Value = CardType> {
    let names = CARD_TYPES.iter().map(|(name, _)| *name);
    PossibleValuesParser::new(names).map(|name| {
        let byte = CARD_TYPES.iter().find(|(known, _)| *known == name).map_or(0, |(_, byte)| *byte);
        CardType::from_byte(byte)
    })
}
