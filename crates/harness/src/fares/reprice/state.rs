//! The run over a file: what each card has open and has spent, and what is found on the way.

use std::collections::BTreeMap;
use std::io;

use tunion_data::civil::Date;
use tunion_data::{Fen, FenSum};
use tunion_fare::Ledger;
use tunion_fare::pair::{Alone, Now, Open, Tap, Trip};
use tunion_files::taps::{BadRow, CardId, Cards, Names, Row, Who};

use super::finding::{Finding, Kind, Said, alone, fen, place};
use super::hold::{Day, Held, Newest};
use super::prices::{Book, NoPrice, Paid};
use super::report::{Kept, Report};
use super::totals::{Counts, Total};

/// What of an opening row is needed when its partner comes.
#[derive(Clone, Copy, Debug)]
struct Mark {
    line: u64,
    who: Who,
}

/// One card.
#[derive(Clone, Copy, Debug, Default)]
struct Card {
    open: Open<Mark>,
    ledger: Ledger,
}

/// The run.
pub(super) struct Run<'r> {
    pub(super) counts: Counts,
    book: Book<'r>,
    cards: Vec<Card>,
    by_day: BTreeMap<Date, Total>,
    findings: Findings<'r>,
}

/// Where findings go: out, and the first of each kind into the report.
struct Findings<'r> {
    tell: &'r mut dyn FnMut(&Finding) -> io::Result<()>,
    sample: usize,
    kept: BTreeMap<Kind, Kept>,
}

impl Findings<'_> {
    fn push(&mut self, finding: Finding) -> io::Result<()> {
        (self.tell)(&finding)?;
        let kept = self.kept.entry(finding.kind()).or_default();
        kept.all += 1;
        if kept.first.len() < self.sample {
            kept.first.push(finding);
        }
        Ok(())
    }
}

/// The rows of a day that a card has in the same second, doing the same.
#[derive(Default)]
struct Same<'d> {
    key: Option<u128>,
    rows: Vec<&'d Held>,
}

impl<'d> Same<'d> {
    /// The first row that says the same as this one.
    #[inline]
    fn first(&mut self, key: u128, row: &'d Held) -> Option<&'d Held> {
        if self.key != Some(key) {
            self.key = Some(key);
            self.rows.clear();
        }
        let first = self.rows.iter().find(|known| known.act() == row.act()).copied();
        if first.is_none() {
            self.rows.push(row);
        }
        first
    }
}

impl<'r> Run<'r> {
    pub(super) fn new(
        names: &'r Names<'r>,
        sample: usize,
        tell: &'r mut dyn FnMut(&Finding) -> io::Result<()>,
    ) -> Self {
        Self {
            counts: Counts::default(),
            book: Book::new(names),
            cards: Vec::new(),
            by_day: BTreeMap::new(),
            findings: Findings { tell, sample, kept: BTreeMap::new() },
        }
    }

    pub(super) fn bad(&mut self, bad: &BadRow) -> io::Result<()> {
        self.counts.bad_rows += 1;
        let BadRow { line: row, message, help } = bad.clone();
        self.findings.push(Finding::BadRow { row, message, help })
    }

    pub(super) fn too_late(&mut self, row: &Row, newest: Newest, cards: &Cards) -> io::Result<()> {
        self.counts.too_late += 1;
        let said = self.said(row.line, row.card, &tap(row), cards);
        let newest_row = newest.line;
        self.findings.push(Finding::TooLate { said, newest: newest.date.to_string(), newest_row })
    }

    /// Prices the rows of a day.
    pub(super) fn day(&mut self, day: &Day, cards: &Cards, has_charges: bool) -> io::Result<()> {
        self.cards.resize(cards.len(), Card::default());
        let mut same = Same::default();
        let mut total = Total::default();
        for (key, held) in day.in_order() {
            if let Some(first) = same.first(key, held) {
                self.duplicate(&day.row(held), &day.row(first), cards)?;
                continue;
            }
            let at = Place { day, held, row: day.row(held), cards, has_charges };
            self.take(&at, &mut total)?;
        }
        if total.rides > 0 {
            *self.by_day.entry(day.date).or_default() += total;
        }
        Ok(())
    }

    fn duplicate(&mut self, row: &Row, first: &Row, cards: &Cards) -> io::Result<()> {
        let contradicts = row.charged.zip(first.charged).is_some_and(|(one, other)| one != other);
        self.counts.duplicates += 1;
        self.counts.contradicting += u64::from(contradicts);
        self.findings.push(Finding::Duplicate {
            said: self.said(row.line, row.card, &tap(row), cards),
            first_row: first.line,
            charged_fen: fen(row.charged),
            first_charged_fen: fen(first.charged),
            contradicts,
        })
    }

    #[inline]
    fn take(&mut self, at: &Place<'_>, total: &mut Total) -> io::Result<()> {
        let row = &at.row;
        let Some(card) = self.cards.get_mut(row.card.index()) else { return Ok(()) };
        let taken = card.open.take(&tap(row));
        if let Some((tap, why)) = taken.alone {
            self.alone(&tap, row.card, why, at.cards)?;
        }
        if let Some(trip) = taken.uncollected {
            *total += self.uncollected(at, &trip)?;
        }
        match taken.now {
            Now::Opened => self.undue(at, "the ride is paid where it ends"),
            Now::Alone(why) => {
                self.alone(&tap(row), row.card, why, at.cards)?;
                self.undue(at, alone(why))
            }
            Now::Ended(trip) => {
                *total += self.ride(at, &trip)?;
                Ok(())
            }
        }
    }

    /// A charge on a row where nothing is due.
    #[inline]
    fn undue(&mut self, at: &Place<'_>, why: &'static str) -> io::Result<()> {
        let row = &at.row;
        let Some(charged) = row.charged.filter(|charged| !charged.is_zero()) else { return Ok(()) };
        self.counts.undue += 1;
        let said = self.said(row.line, row.card, &tap(row), at.cards);
        let id = at.day.id(at.held);
        self.findings.push(Finding::Undue { said, id, charged_fen: charged.get(), why })
    }

    fn alone(&mut self, tap: &Tap<Mark>, card: CardId, why: Alone, cards: &Cards) -> io::Result<()> {
        self.counts.unpaired += 1;
        let said = self.said(tap.mark.line, card, tap, cards);
        self.findings.push(Finding::Unpaired { said, why: alone(why) })
    }

    /// A ride that this row ends.
    #[inline]
    fn ride(&mut self, at: &Place<'_>, trip: &Trip<Mark>) -> io::Result<Total> {
        let row = &at.row;
        self.counts.rides += 1;
        match trip.ride {
            tunion_fare::Ride::NoEntry { .. } => self.counts.without_entry += 1,
            tunion_fare::Ride::Bus { off: None, .. } => self.counts.covered += 1,
            _ if trip.began.is_none() => self.counts.single += 1,
            _ => {}
        }
        let Some(card) = self.cards.get_mut(row.card.index()) else { return Ok(Total::default()) };
        let before = card.ledger;
        let paid = match self.book.price(trip, &row.who, row.at, &before) {
            Ok(paid) => paid,
            Err(no_price) => return self.unpriced(at, trip, &row.who, &no_price),
        };
        card.ledger = paid.priced.ledger;
        let expected = paid.priced.charged;
        let differs = row.charged.is_some_and(|charged| charged != expected);
        let total = Total {
            rides: 1,
            list: paid.priced.list.into(),
            // What is not compared would look like money that is missing.
            expected: if at.has_charges && row.charged.is_none() {
                FenSum::default()
            } else {
                expected.into()
            },
            charged: row.charged.unwrap_or_default().into(),
            differing: differs.into(),
        };
        self.counts.without_charge += u64::from(at.has_charges && row.charged.is_none());
        self.book.add(&paid, total);
        if differs {
            self.differs(at, &paid, &before, row.charged)?;
        }
        Ok(total)
    }

    /// A ride without tap-off whose fare this row should have collected.
    fn uncollected(&mut self, at: &Place<'_>, trip: &Trip<Mark>) -> io::Result<Total> {
        let Some(began) = trip.began else { return Ok(Total::default()) };
        let row = &at.row;
        self.counts.rides += 1;
        self.counts.uncollected += 1;
        let Some(card) = self.cards.get(row.card.index()) else { return Ok(Total::default()) };
        let ledger = card.ledger;
        let paid = match self.book.price(trip, &began.mark.who, row.at, &ledger) {
            Ok(paid) => paid,
            Err(no_price) => return self.unpriced(at, trip, &began.mark.who, &no_price),
        };
        let expected = paid.priced.charged;
        let differs = at.has_charges && !expected.is_zero();
        let (list, expected) = (paid.priced.list.into(), expected.into());
        let total = Total { rides: 1, list, expected, differing: differs.into(), ..Total::default() };
        self.book.add(&paid, total);
        if differs {
            self.differs(at, &paid, &ledger, None)?;
        } else {
            let said = self.said(began.mark.line, row.card, &began, at.cards);
            let why = "no tap-off, and the next use did not collect its fare";
            self.findings.push(Finding::Unpaired { said, why })?;
        }
        Ok(total)
    }

    fn unpriced(
        &mut self,
        at: &Place<'_>,
        trip: &Trip<Mark>,
        who: &Who,
        no_price: &NoPrice,
    ) -> io::Result<Total> {
        let row = &at.row;
        self.counts.unpriced += 1;
        self.findings.push(Finding::Unpriced {
            said: self.said(row.line, row.card, &tap(row), at.cards),
            ride: self.book.ride(trip.ride),
            charged_fen: fen(row.charged),
            why: self.book.why(no_price, trip.ride, trip.entered.date(), who),
        })?;
        Ok(Total::default())
    }

    fn differs(
        &mut self,
        at: &Place<'_>,
        paid: &Paid,
        before: &Ledger,
        charged: Option<Fen>,
    ) -> io::Result<()> {
        let row = &at.row;
        self.counts.differing += 1;
        let Some(prices) = self.book.prices.get(paid.tariff) else { return Ok(()) };
        let tariff = &prices.tariff;
        let (rule, rule_at) = place(tariff, paid.priced.rule);
        let quote = tariff.quote(&paid.journey, before);
        let explain = |reason| {
            let (name, at) = place(tariff, reason_rule(reason));
            format!("{} ({name}, {at})", tariff.explain(reason))
        };
        let reasons = quote.iter().flat_map(|quote| quote.reasons.iter()).map(explain).collect();
        self.findings.push(Finding::Difference {
            said: self.said(row.line, row.card, &tap(row), at.cards),
            id: at.day.id(at.held),
            ride: self.book.ride(paid.journey.ride),
            rule,
            rule_at,
            list_fen: paid.priced.list.get(),
            expected_fen: paid.priced.charged.get(),
            charged_fen: fen(charged),
            reasons,
        })
    }

    fn said(&self, row: u64, card: CardId, tap: &Tap<Mark>, cards: &Cards) -> Said {
        let card = cards.text(card).to_owned();
        Said { row, card, time: tap.at.to_string(), tap: self.book.tap(tap.act) }
    }

    /// Tells what is still open, and gives the report.
    pub(super) fn end(mut self, cards: &Cards) -> io::Result<Report> {
        self.counts.cards = u64::try_from(cards.len()).unwrap_or(u64::MAX);
        for (id, card) in (0..u32::MAX).map(CardId).zip(std::mem::take(&mut self.cards)) {
            for tap in card.open.rest() {
                self.counts.open_at_end += 1;
                let said = self.said(tap.mark.line, id, &tap, cards);
                self.findings
                    .push(Finding::Unpaired { said, why: "the file ends before its partner comes" })?;
            }
        }
        Ok(Report::new(self.counts, &self.book, &self.by_day, self.findings.kept))
    }
}

/// A row in its day.
struct Place<'d> {
    day: &'d Day,
    held: &'d Held,
    row: Row,
    cards: &'d Cards,
    has_charges: bool,
}

#[inline]
fn tap(row: &Row) -> Tap<Mark> {
    Tap { at: row.at, act: row.act, mark: Mark { line: row.line, who: row.who } }
}

fn reason_rule(reason: &tunion_fare::Reason) -> tunion_fare::RuleId {
    reason.rule
}
