//! The answer for a passenger who asks why, or an operator who has to say it: sentences, with the rules as notes.

use comfy_table::{ContentArrangement, Table, presets};
use tunion_data::Fen;
use tunion_data::civil::Date;
use tunion_fare::{
    Clause, Counter, CounterId, DayClass, Fact, Instead, Level, Medium, Product, Reason, Ride, Rule,
    Surcharge, Taps, Ticket,
};
use tunion_files::city::Mode;

use super::answer::Counted;
use super::steps::Step;
use super::text::{Clock, Distance, Thousands, ends, number};
use super::{Answer, Leg};

/// The answer in sentences that end in the price. A number in brackets stands for a rule: its name, its line in the
/// tariff and where it comes from are told below.
#[must_use]
pub fn prose(answer: &Answer<'_>) -> String {
    let mut told = Told { answer, notes: Vec::new() };
    let mut paragraphs = vec![told.opening()];
    let several = answer.legs.len() > 1;
    if several {
        paragraphs.push(told.parts());
    }
    for (number, leg) in answer.legs.iter().enumerate() {
        let text = told.leg(number, leg, several);
        paragraphs.push(text);
    }
    paragraphs.extend(Some(told.card()).filter(|text| !text.is_empty()));
    let mut text: String = paragraphs.iter().map(|paragraph| wrapped(paragraph) + "\n").collect();
    text += &told.notes();
    text.push('\n');
    text += &told.price();
    text
}

struct Told<'a, 'c> {
    answer: &'a Answer<'c>,
    /// The rules that were named, in the order of their numbers.
    notes: Vec<(&'a Rule, String)>,
}

impl<'a> Told<'a, '_> {
    /// The number of a step's rule.
    fn note(&mut self, step: &Step<'a>) -> String {
        let at = step.at().to_string();
        let known = self.notes.iter().position(|(_, place)| *place == at);
        let place = known.unwrap_or_else(|| {
            self.notes.push((step.rule, at));
            self.notes.len() - 1
        });
        format!("[{}]", place + 1)
    }

    fn opening(&self) -> String {
        let Answer { city, mode, journey, line, .. } = self.answer;
        let (from, to) = ends(self.answer);
        let on = match (mode, line) {
            (Mode::Rail, _) => format!("by rail in {}", capital(city.name())),
            (Mode::Bus, Some(line)) => format!("on bus {} in {}", line.name, capital(city.name())),
            (Mode::Bus, None) => format!("by bus in {}", capital(city.name())),
        };
        let what = match journey.ride {
            Ride::Distance { .. } => format!("This is a ride {on}"),
            Ride::NoEntry { .. } => format!("This rider leaves {to} {on} without having entered"),
            Ride::Bus { off: None, .. } => {
                format!("This ride begins at {from} {on}, and there was no tap-off")
            }
            _ => format!("This ride goes from {from} to {to} {on}"),
        };
        let now = if self.answer.is_now { "No time was given, so that it begins now. " } else { "" };
        format!("{what}. {now}{}, and {}.", self.when(), self.paid_with())
    }

    fn when(&self) -> String {
        let said = |at: tunion_data::civil::DateTime| format!("{} at {}", day(at.date()), Clock(at.time()));
        match (self.answer.entered(), self.answer.left()) {
            (Some(entered), Some(left)) if entered.date() == left.date() => {
                format!("It begins on {} and ends at {}", said(entered), Clock(left.time()))
            }
            (Some(entered), Some(left)) => {
                format!("It begins on {} and ends on {}", said(entered), said(left))
            }
            (Some(entered), None) => format!("It begins on {}", said(entered)),
            (None, Some(left)) => format!("It ends on {}", said(left)),
            (None, None) => String::new(),
        }
    }

    fn paid_with(&self) -> String {
        let rider = self.answer.journey.rider;
        let article = |text: &str| if text.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        let described = self.answer.rider();
        match (rider.product, rider.medium) {
            (Product::Ordinary, Medium::Cash) => "the rider pays cash".to_owned(),
            _ => format!("the rider taps {} {described}", article(&described)),
        }
    }

    /// The parts of a ride over several groups of lines.
    fn parts(&self) -> String {
        let legs = &self.answer.legs;
        let changes: Vec<&str> = legs.iter().skip(1).filter_map(|leg| leg.from).collect();
        let groups: Vec<&str> = legs.iter().map(|leg| leg.group).collect();
        let rides = number(legs.len());
        let gates = if self.answer.rides() == legs.len() {
            format!(
                "At the gates these are {rides} rides: the rider taps out and in again at {}.",
                listed(&changes)
            )
        } else {
            format!("The rider changes at {}, and not every part is charged.", listed(&changes))
        };
        format!(
            "The way goes over {rides} groups of lines with prices of their own: {}. {gates}",
            listed(&groups)
        )
    }

    /// How one leg's price comes about.
    fn leg(&mut self, number: usize, leg: &'a Leg<'_>, several: bool) -> String {
        let steps: Vec<Step<'a>> = self.answer.steps().filter(|step| step.leg == number).collect();
        let mut sentences = Vec::new();
        if several {
            let (from, to) = (leg.from.unwrap_or("?"), leg.to.unwrap_or("?"));
            sentences.push(format!("Part {}, {from} to {to} in the group {}.", number + 1, leg.group));
        }
        let instead = steps.iter().find_map(|step| match step.rule.clause {
            Clause::Incomplete { instead, .. } => Some((instead, *step)),
            _ => None,
        });
        for step in &steps {
            match (step.reason, step.rule.clause) {
                (_, Clause::Incomplete { .. }) => continue,
                (_, Clause::Band { .. } | Clause::Beyond { .. } | Clause::Flat { .. }) => {
                    let instead = instead.map(|(instead, step)| (instead, self.note(&step)));
                    sentences.extend(self.measured(step, leg, instead).map(|text| text + "."));
                    sentences.push(self.list(step, leg));
                }
                (Some(reason), _) => sentences.push(self.step(step, reason)),
                (None, _) => {
                    let words = capital(&step.words().to_string());
                    sentences.push(format!("{words}: {} yuan together", step.after));
                }
            }
            let note = self.note(step);
            if let Some(last) = sentences.last_mut() {
                last.extend([" ", &note, "."]);
            }
        }
        sentences.join(" ")
    }

    /// The distance that is priced; nothing where the price does not ask for it.
    fn measured(&self, step: &Step<'_>, leg: &Leg<'_>, instead: Option<(Instead, String)>) -> Option<String> {
        let distance = Distance(self.answer.mode, leg.distance);
        let is_between = matches!(self.answer.journey.ride, Ride::Rail { .. } | Ride::Bus { .. });
        match (instead, self.answer.mode) {
            (Some((Instead::FartherEnd, note)), _) => Some(format!(
                "Without a tap-off the ride is priced to the farther end of the line, {distance} away, and \
                 collected at the next use of the card {note}"
            )),
            (Some((Instead::Highest, note)), _) => Some(format!(
                "Without an entry the ride is priced as the dearest one to here, which is {distance} long {note}"
            )),
            (Some((Instead::Lowest, note)), _) => {
                Some(format!("As a tap is missing, the ride is priced as the shortest one {note}"))
            }
            _ if matches!(step.rule.clause, Clause::Flat { .. }) => None,
            (None, Mode::Rail) if is_between => {
                Some(format!("The shortest way is {distance} long, whatever way is ridden"))
            }
            (None, Mode::Rail) => Some(format!("The distance is {distance}")),
            (None, Mode::Bus) if is_between => {
                Some(format!("The numbers printed at the two stops differ by {}", leg.distance))
            }
            (None, Mode::Bus) => Some(format!("The stop numbers differ by {}", leg.distance)),
        }
    }

    /// The list price.
    fn list(&self, step: &Step<'_>, leg: &Leg<'_>) -> String {
        let (mode, price) = (self.answer.mode, step.after);
        match step.rule.clause {
            Clause::Band { over, to, grace, .. } => {
                let band = match (over, to) {
                    (_, u32::MAX) => format!("over {}", span(mode, over)),
                    (0, _) => format!("up to {}", span(mode, to)),
                    _ => format!("over {} and up to {}", span(mode, over), span(mode, to)),
                };
                let passed = if leg.distance > to {
                    format!(", and {} beyond the end are let pass", span(mode, grace))
                } else {
                    String::new()
                };
                format!("By the price list a ride of {band} costs {price} yuan{passed}")
            }
            Clause::Beyond { over, base, every, add, grace } => {
                let passed = if grace == 0 {
                    String::new()
                } else {
                    format!(", after {} that are let pass", span(mode, grace))
                };
                format!(
                    "By the price list a ride beyond {} costs {base} yuan and {add} yuan more for each {} \
                     begun{passed}: {price} yuan",
                    span(mode, over),
                    span(mode, every.get())
                )
            }
            _ => format!("By the price list any ride here costs {price} yuan, however far"),
        }
    }

    /// A change of the amount.
    fn step(&self, step: &Step<'_>, reason: &Reason) -> String {
        let rule = &step.rule.name;
        let why = match reason.fact {
            Fact::Entered(at) => {
                let class = self.answer.tariff.calendar().class(at.date()).map_or("", |class| match class {
                    DayClass::Working => ", a working day",
                    DayClass::Weekend => ", a day of the weekend",
                    DayClass::Holiday => ", a holiday",
                });
                format!(
                    "As the rider entered at {} on {}{class}, the rule {rule} holds: ",
                    Clock(at.time()),
                    at.date()
                )
            }
            Fact::Counted { period, amount, stale: None } => {
                format!("With this card {amount} yuan were paid in {period} before this ride. ")
            }
            Fact::Counted { period, stale: Some(stale), .. } => {
                format!("The card's total is of {stale}, so that nothing was paid in {period} yet. ")
            }
            Fact::Ridden { period, rides } => {
                format!("With this card {rides} rides were made in {period} before this one. ")
            }
            Fact::Minutes(minutes) => format!("As the rider stayed for {} minutes, ", Thousands(minutes)),
            Fact::Amount | Fact::Distance(_) => format!("By the rule {rule}, "),
        };
        let (before, after) = (step.before, step.after);
        let what = match step.rule.clause {
            Clause::Share { percent: 0 } => "the ride is free".to_owned(),
            Clause::Share { percent } => format!("{percent} % are paid, {after} yuan instead of {before}"),
            Clause::Fixed { .. } => format!("{after} yuan are paid instead of {before}"),
            Clause::Tier { from, percent, .. } => {
                let from = match from {
                    Level::Amount(from) if from.is_zero() => "So far".to_owned(),
                    Level::Rides(0) => "So far".to_owned(),
                    Level::Amount(from) => format!("From {from} yuan on"),
                    Level::Rides(from) => format!("From {from} rides on"),
                };
                match percent {
                    100 => format!("{from} a ride costs the full price, {after} yuan"),
                    _ => format!("{from} a ride costs {percent} %, {after} yuan instead of {before}"),
                }
            }
            Clause::Add { surcharge: Surcharge::LowestFare, .. } => {
                format!("the lowest fare is added, which makes {after} yuan")
            }
            Clause::Add { surcharge: Surcharge::Amount(amount), .. } => {
                format!("{amount} yuan are added, which makes {after} yuan")
            }
            _ => format!("{before} yuan become {after} yuan"),
        };
        why + &what
    }

    /// What the card has paid then, and what it needs.
    fn card(&self) -> String {
        let mut sentences: Vec<String> =
            self.answer.counters().filter_map(|counted| self.counted(&counted)).collect();
        if let Some(balance) = self.answer.entry_balance().filter(|balance| !balance.is_zero()) {
            let entry = self.answer.tariff.head().entry;
            let overdraft = if entry.overdraft {
                "; the ride itself may overdraw it, as far as the card allows"
            } else {
                ""
            };
            sentences.push(format!("To enter, the card has to hold at least {balance} yuan{overdraft}."));
        }
        sentences.join(" ")
    }

    fn counted(&self, counted: &Counted<'_>) -> Option<String> {
        let Counter { period, amount, .. } = counted.after;
        let period = period?;
        if !counted.counts() {
            let paid = !amount.is_zero();
            return paid
                .then(|| format!("This ride does not count: it leaves {amount} yuan paid in {period}."));
        }
        let next = self.next(counted.id, amount).map_or_else(String::new, |(from, percent)| match percent {
            100 => format!("; from {from} yuan on a ride costs the full price again"),
            _ => format!("; from {from} yuan on a ride costs {percent} %"),
        });
        Some(format!("After this ride {amount} yuan are paid in {period}{next}."))
    }

    /// The next tier of a counter.
    fn next(&self, id: CounterId, amount: Fen) -> Option<(Fen, u8)> {
        self.answer.tariff.tiers(id).find_map(|(_, level, percent)| match level {
            Level::Amount(from) if from > amount => Some((from, percent)),
            _ => None,
        })
    }

    /// The rules that were named.
    fn notes(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        for (number, (rule, at)) in (1..).zip(&self.notes) {
            table.add_row([
                format!("[{number}]"),
                rule.name.to_string(),
                at.clone(),
                rule.source.to_string(),
            ]);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    fn price(&self) -> String {
        let Answer { charged, journey, .. } = self.answer;
        let is_pass = journey.ticket.kind != Ticket::ORDINARY.kind && charged.is_zero();
        let by_pass = if is_pass { ", as the ticket was paid when it was bought" } else { "" };
        match journey.ride {
            Ride::Bus { off: None, .. } | Ride::Distance { taps: Taps::NoExit, .. } => {
                format!("The price, collected at the next use of the card, is {charged} yuan.\n")
            }
            _ => format!("The price is {charged} yuan{by_pass}.\n"),
        }
    }
}

/// A distance in a rule: whole kilometres as such.
fn span(mode: Mode, units: u32) -> String {
    match mode {
        Mode::Rail if units.is_multiple_of(1000) => format!("{} km", units / 1000),
        _ => Distance(mode, units).to_string(),
    }
}

fn day(date: Date) -> String {
    format!("{:?} {date}", date.weekday())
}

/// "a, b and c".
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// With a capital at the beginning.
fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A paragraph in lines of at most 78 columns.
fn wrapped(paragraph: &str) -> String {
    const WIDTH: u16 = 78;
    const UNITS: [&str; 5] = ["km", "m", "yuan", "%", "minutes"];
    let mut bound = String::new();
    for word in paragraph.split(' ') {
        // A number and its unit stay on one line.
        let unit = UNITS.contains(&word.trim_end_matches([',', '.', ':', ';']));
        let number = bound.ends_with(|last: char| last.is_ascii_digit());
        bound.push_str(match (bound.is_empty(), unit && number) {
            (true, _) => "",
            (false, true) => "\u{a0}",
            (false, false) => " ",
        });
        bound.push_str(word);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.add_row([bound]);
    for column in table.column_iter_mut() {
        column.set_padding((0, 0));
    }
    table.lines().map(|line| line.trim_end().replace('\u{a0}', " ") + "\n").collect()
}
