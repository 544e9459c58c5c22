//! The text of a cost profile: which keys it has, and what may stand in them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use tunion_crypto::Tally;

use super::{CardCosts, Costs, Figure, Losses, Of, Origin, Prices, SamCosts, TerminalCosts};
use crate::diag::{Diagnostics, Place, Source};
use crate::kind::Kind;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    version: Spanned<u32>,
    name: Spanned<String>,
    kind: Spanned<String>,
    provenance: Spanned<String>,
    jitter: Spanned<JitterTable>,
    air: Option<Spanned<AirTable>>,
    baud: Option<Spanned<u32>>,
    reader: Option<Spanned<ReaderTable>>,
    losses: Option<Spanned<LossesTable>>,
    prices: Spanned<BTreeMap<Spanned<String>, Spanned<PriceTable>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct JitterTable {
    percent: Spanned<u8>,
    source: Option<Spanned<String>>,
    assumption: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ReaderTable {
    fsd: Spanned<u16>,
    fastest: Spanned<u16>,
    source: Option<Spanned<String>>,
    assumption: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LossesTable {
    edge_permille: Spanned<u16>,
    near_ppm: Spanned<u32>,
    edge_ppm: Spanned<u32>,
    damaged_permille: Spanned<u16>,
    source: Option<Spanned<String>>,
    assumption: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AirTable {
    fsc: Spanned<u16>,
    fastest: Spanned<u16>,
    fwi: Spanned<u8>,
    sfgi: Spanned<u8>,
    source: Option<Spanned<String>>,
    assumption: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PriceTable {
    ns: Spanned<u64>,
    source: Option<Spanned<String>>,
    assumption: Option<Spanned<String>>,
}

/// What a chip's work is made of.
const WORK: [&str; 11] = [
    "command",
    "byte",
    "page-write",
    "des-block",
    "des-schedule",
    "tdes-block",
    "tdes-schedule",
    "sm4-block",
    "sm4-schedule",
    "aes-block",
    "aes-schedule",
];
const TERMINAL: [&str; 5] = ["poll", "step", "fare", "store", "host"];

/// No figure is longer than a minute.
const MOST: u64 = 60_000_000_000;

/// Frame sizes (`docs/spec/terminal.md` 5.2).
const FRAMES: [u16; 9] = [16, 24, 32, 40, 48, 64, 96, 128, 256];
/// Bit rates (`docs/spec/terminal.md` 5.2).
const RATES: [u16; 4] = [106, 212, 424, 848];

/// Reads the text of a profile.
pub(super) fn parse(source: &Source) -> Result<Costs, Diagnostics> {
    let file: File = Kind::Costs.read(source)?;
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 1));
    errors.keep(source.said(&file.name, "name"));
    errors.keep(source.said(&file.provenance, "provenance"));
    let JitterTable { percent, source: given, assumption } = file.jitter.get_ref();
    let jitter_percent = errors.keep(within(source, percent, 0..=90, "percent"));
    errors.keep(from(source, file.jitter.span(), (given.as_ref(), assumption.as_ref())));
    let kinds = [("card", "card"), ("sam", "sam"), ("terminal", "terminal")];
    let kind = errors.keep(source.choose(&file.kind, "kind of costs", kinds));
    let Some(kind) = kind else { return Err(errors) };
    let keys: Vec<&str> = match kind {
        "card" => WORK.into_iter().chain(["start-up"]).collect(),
        "sam" => WORK.to_vec(),
        _ => TERMINAL.to_vec(),
    };
    let figures = errors.keep(figures(source, &file.prices, &keys)).unwrap_or_default();
    let of = errors.keep(of(source, kind, &file, &figures));
    let (Some(of), Some(jitter_percent)) = (of, jitter_percent) else { return Err(errors) };
    errors.or(Costs { name: file.name.into_inner(), of, jitter_percent, figures })
}

fn within<T: PartialOrd + std::fmt::Display + Copy>(
    source: &Source,
    given: &Spanned<T>,
    range: std::ops::RangeInclusive<T>,
    key: &str,
) -> Result<T, Diagnostics> {
    let value = *given.get_ref();
    if range.contains(&value) {
        return Ok(value);
    }
    let message = format!("{key} is {value}");
    let help = format!("it is from {} to {}", range.start(), range.end());
    Err(source.error(given.span(), message).help(help).into())
}

fn one_of(source: &Source, given: &Spanned<u16>, all: &[u16], key: &str) -> Result<u16, Diagnostics> {
    let value = *given.get_ref();
    if all.contains(&value) {
        return Ok(value);
    }
    let known = all.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    Err(source.error(given.span(), format!("{key} is {value}")).help(format!("it is one of {known}")).into())
}

fn from(
    source: &Source,
    at: impl Into<Place>,
    (given, assumed): (Option<&Spanned<String>>, Option<&Spanned<String>>),
) -> Result<Origin, Diagnostics> {
    match (given, assumed) {
        (Some(text), None) => {
            Ok(source.said(text, "source").map(|()| Origin::Source(text.get_ref().clone()))?)
        }
        (None, Some(text)) => {
            Ok(source.said(text, "assumption").map(|()| Origin::Assumption(text.get_ref().clone()))?)
        }
        _ => Err(source
            .error(at, "a figure has a `source` or an `assumption`, and one of them")
            .help("write `source = \"docs/spec/terminal.md 5.4\"` or `assumption = \"why\"`")
            .into()),
    }
}

fn figures(
    source: &Source,
    table: &Spanned<BTreeMap<Spanned<String>, Spanned<PriceTable>>>,
    keys: &[&str],
) -> Result<Vec<Figure>, Diagnostics> {
    let mut errors = Diagnostics::default();
    for key in table.get_ref().keys() {
        if !keys.contains(&key.get_ref().as_str()) {
            let error = source.error(key.span(), format!("no price is called `{}`", key.get_ref()));
            errors.push(error.help(format!("allowed here: {}", keys.join(", "))));
        }
    }
    let mut figures = Vec::new();
    for key in keys {
        let Some((_, price)) = table.get_ref().iter().find(|(known, _)| known.get_ref() == key) else {
            let error = source.error(source.head(table), format!("no price for `{key}`"));
            errors.push(error.help(format!("add `{key} = {{ ns = 1_000, assumption = \"why\" }}`")));
            continue;
        };
        let PriceTable { ns, source: given, assumption } = price.get_ref();
        let ns = errors.keep(within(source, ns, 0..=MOST, "ns"));
        let from = errors.keep(from(source, price.span(), (given.as_ref(), assumption.as_ref())));
        if let (Some(ns), Some(from)) = (ns, from) {
            figures.push(Figure { key: (*key).to_owned(), ns, from });
        }
    }
    errors.or(figures)
}

fn of(source: &Source, kind: &str, file: &File, figures: &[Figure]) -> Result<Of, Diagnostics> {
    let mut errors = Diagnostics::default();
    let ns = |key: &str| figures.iter().find(|figure| figure.key == key).map_or(0, |figure| figure.ns);
    let prices = Prices {
        command: ns("command"),
        byte: ns("byte"),
        page_write: ns("page-write"),
        cipher: Tally {
            des_blocks: ns("des-block"),
            des_schedules: ns("des-schedule"),
            tdes_blocks: ns("tdes-block"),
            tdes_schedules: ns("tdes-schedule"),
            sm4_blocks: ns("sm4-block"),
            sm4_schedules: ns("sm4-schedule"),
            aes_blocks: ns("aes-block"),
            aes_schedules: ns("aes-schedule"),
        },
    };
    // What another kind has is of no use here.
    let has = [
        ("air", file.air.as_ref().map(Spanned::span), "card"),
        ("baud", file.baud.as_ref().map(Spanned::span), "sam"),
        ("reader", file.reader.as_ref().map(Spanned::span), "terminal"),
        ("losses", file.losses.as_ref().map(Spanned::span), "terminal"),
    ];
    for (key, span, whose) in has {
        match span {
            Some(span) if whose != kind => {
                errors.push(
                    source
                        .error(span, format!("`{key}` is of no use to a {kind}"))
                        .help(format!("a {whose} has it")),
                );
            }
            None if whose == kind => {
                errors.push(
                    source.whole(format!("a {kind} needs `{key}`")).help("the schema is in docs/latency.md"),
                );
            }
            _ => {}
        }
    }
    let of = match kind {
        "card" => file.air.as_ref().and_then(|air| {
            let AirTable { fsc, fastest, fwi, sfgi, source: given, assumption } = air.get_ref();
            errors.keep(from(source, source.head(air), (given.as_ref(), assumption.as_ref())));
            Some(Of::Card(CardCosts {
                fsc: errors.keep(one_of(source, fsc, &FRAMES, "fsc"))?,
                fastest: errors.keep(one_of(source, fastest, &RATES, "fastest"))?,
                fwi: errors.keep(within(source, fwi, 0..=14, "fwi"))?,
                sfgi: errors.keep(within(source, sfgi, 0..=14, "sfgi"))?,
                start_up: ns("start-up"),
                prices,
            }))
        }),
        "sam" => file.baud.as_ref().and_then(|baud| {
            let baud = errors.keep(within(source, baud, 1_200..=1_000_000, "baud"))?;
            Some(Of::Sam(SamCosts { baud, prices }))
        }),
        _ => terminal(source, file, &mut errors, ns),
    };
    match of {
        Some(of) => errors.or(of),
        None => Err(errors),
    }
}

fn terminal(source: &Source, file: &File, errors: &mut Diagnostics, ns: impl Fn(&str) -> u64) -> Option<Of> {
    let ReaderTable { fsd, fastest, source: given, assumption } = file.reader.as_ref()?.get_ref();
    let place = source.head(file.reader.as_ref()?);
    errors.keep(from(source, place, (given.as_ref(), assumption.as_ref())));
    let fsd = errors.keep(one_of(source, fsd, &FRAMES, "fsd"));
    let fastest = errors.keep(one_of(source, fastest, &RATES, "fastest"));
    let losses = losses(source, file.losses.as_ref()?, errors);
    Some(Of::Terminal(TerminalCosts {
        fsd: fsd?,
        fastest: fastest?,
        losses: losses?,
        poll: ns("poll"),
        step: ns("step"),
        fare: ns("fare"),
        store: ns("store"),
        host: ns("host"),
    }))
}

fn losses(source: &Source, table: &Spanned<LossesTable>, errors: &mut Diagnostics) -> Option<Losses> {
    let LossesTable { edge_permille, near_ppm, edge_ppm, damaged_permille, source: given, assumption } =
        table.get_ref();
    errors.keep(from(source, source.head(table), (given.as_ref(), assumption.as_ref())));
    let edge_permille = errors.keep(within(source, edge_permille, 0..=1_000, "edge-permille"));
    let near_ppm = errors.keep(within(source, near_ppm, 0..=500_000, "near-ppm"));
    let edge_ppm = errors.keep(within(source, edge_ppm, 0..=500_000, "edge-ppm"));
    let damaged_permille = errors.keep(within(source, damaged_permille, 0..=1_000, "damaged-permille"));
    Some(Losses {
        edge_permille: edge_permille?,
        near_ppm: near_ppm?,
        edge_ppm: edge_ppm?,
        damaged_permille: damaged_permille?,
    })
}
