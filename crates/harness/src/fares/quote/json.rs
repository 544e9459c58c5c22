//! The answer for a program. Amounts are fen, distances metres or stop numbers, times ISO 8601 in UTC+8 without zone.

use std::fmt::Display;

use serde::{Serialize, Serializer};
use tunion_data::Fen;
use tunion_files::city::Mode;

use super::Answer;
use super::steps::Step;

/// Anything as the text it shows.
pub(super) struct Shown<T>(pub(super) T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

/// One reason; its leg where there are several.
pub(super) struct Told<'a> {
    pub(super) step: Step<'a>,
    pub(super) of_several: bool,
}

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a, A, W> {
            #[serde(skip_serializing_if = "Option::is_none")]
            leg: Option<usize>,
            rule: &'a str,
            at: A,
            before_fen: u32,
            after_fen: u32,
            words: W,
        }
        let Self { step, of_several } = self;
        let fields = Fields {
            leg: of_several.then_some(step.leg + 1),
            rule: &step.rule.name,
            at: Shown(step.at()),
            before_fen: step.before.get(),
            after_fen: step.after.get(),
            words: Shown(step.words()),
        };
        fields.serialize(to)
    }
}

/// The reasons of all legs.
pub(super) struct Reasons<'a>(pub(super) &'a Answer<'a>);

impl Serialize for Reasons<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let of_several = self.0.legs.len() > 1;
        to.collect_seq(self.0.steps().map(|step| Told { step, of_several }))
    }
}

#[derive(Serialize)]
struct Document<'a> {
    city: &'a str,
    mode: &'static str,
    from: Option<&'a str>,
    to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<u8>,
    product: &'static str,
    medium: &'static str,
    issuer: &'a str,
    ticket: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    activated: Option<String>,
    entered: Option<String>,
    exited: Option<String>,
    list_fen: u32,
    charged_fen: u32,
    surcharge_fen: u32,
    entry_balance_fen: Option<u32>,
    gate_rides: usize,
    counters: Vec<CounterOf<'a>>,
    legs: Vec<LegOf<'a>>,
    reasons: Reasons<'a>,
    rules: Vec<RuleOf<'a>>,
    tariff: TariffOf<'a>,
}

#[derive(Serialize)]
struct CounterOf<'a> {
    name: &'a str,
    period: Option<String>,
    before_fen: u32,
    after_fen: u32,
    counts: bool,
}

#[derive(Serialize)]
struct LegOf<'a> {
    from: Option<&'a str>,
    to: Option<&'a str>,
    group: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_m: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_stops: Option<u32>,
    list_fen: u32,
    charged_fen: u32,
    charged: bool,
    joined_by: Option<&'a str>,
}

#[derive(Serialize)]
struct RuleOf<'a> {
    rule: &'a str,
    at: String,
    source: &'a str,
    clause: String,
}

#[derive(Serialize)]
struct TariffOf<'a> {
    name: &'a str,
    file: &'a str,
    valid_from: String,
    valid_until: Option<String>,
    sha256: String,
}

/// The answer as one JSON object. `tariff.sha256` is of every text that the city's prices come from.
///
/// # Errors
/// None that these values can cause.
pub fn json(answer: &Answer<'_>) -> Result<String, serde_json::Error> {
    let head = answer.tariff.head();
    let fen = |amount: Option<Fen>| amount.map(Fen::get);
    let document = Document {
        city: answer.city.name(),
        mode: answer.mode.name(),
        from: answer.legs.first().and_then(|leg| leg.from),
        to: answer.legs.last().and_then(|leg| leg.to),
        line: answer.line.map(|line| &*line.name),
        direction: answer.line.map(|line| line.direction),
        product: answer.journey.rider.product.name(),
        medium: answer.journey.rider.medium.name(),
        issuer: answer.issuer(),
        ticket: answer.ticket(),
        activated: answer.journey.ticket.activated.map(|at| at.to_string()),
        entered: answer.entered().map(|at| at.to_string()),
        exited: answer.left().map(|at| at.to_string()),
        list_fen: answer.list.get(),
        charged_fen: answer.charged.get(),
        surcharge_fen: answer.surcharge().get(),
        entry_balance_fen: fen(answer.entry_balance()),
        gate_rides: answer.rides(),
        counters: counters(answer),
        legs: legs(answer),
        reasons: Reasons(answer),
        rules: rules(answer),
        tariff: TariffOf {
            name: &head.name,
            file: &head.file,
            valid_from: head.valid_from.to_string(),
            valid_until: head.valid_until.map(|day| day.to_string()),
            sha256: answer.city.hash().to_string(),
        },
    };
    serde_json::to_string_pretty(&document)
}

fn counters<'a>(answer: &'a Answer<'_>) -> Vec<CounterOf<'a>> {
    let counter = |counted: super::answer::Counted<'a>| CounterOf {
        name: counted.name,
        period: counted.after.period.map(|period| period.to_string()),
        before_fen: counted.before.amount.get(),
        after_fen: counted.after.amount.get(),
        counts: counted.counts(),
    };
    answer.counters().map(counter).collect()
}

fn legs<'a>(answer: &'a Answer<'_>) -> Vec<LegOf<'a>> {
    let rule = |id| answer.tariff.rule(id).map(|rule| &*rule.name);
    let leg = |leg: &'a super::Leg<'_>| LegOf {
        from: leg.from,
        to: leg.to,
        group: leg.group,
        distance_m: (answer.mode == Mode::Rail).then_some(leg.distance),
        distance_stops: (answer.mode == Mode::Bus).then_some(leg.distance),
        list_fen: leg.quote.list.get(),
        charged_fen: leg.quote.charged.get(),
        charged: leg.charged,
        joined_by: leg.joined.and_then(rule),
    };
    answer.legs.iter().map(leg).collect()
}

/// The rules that the price comes from, each once.
fn rules<'a>(answer: &'a Answer<'_>) -> Vec<RuleOf<'a>> {
    let mut rules: Vec<RuleOf<'a>> = Vec::new();
    for step in answer.steps() {
        let at = step.at().to_string();
        if rules.iter().all(|known| known.at != at) {
            let clause = answer.tariff.clause_in_words(&step.rule.clause).to_string();
            rules.push(RuleOf { rule: &step.rule.name, at, source: &step.rule.source, clause });
        }
    }
    rules
}
