//! What was measured, as SVG: one tap as a waterfall, many as a distribution, the shares of each bit rate as bars.
//!
//! Coordinates are whole pixels, so that nothing of ours is a fraction and the same taps give the same picture.

use super::population::Measured;
use super::report::{Line, ms};
use super::setting::Setting;
use super::target::TARGETS;
use super::timeline::{Part, Timeline};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

type Failed<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;
type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

const INK: RGBColor = RGBColor(45, 52, 64);
const QUIET: RGBColor = RGBColor(112, 122, 138);
const RULE: RGBColor = RGBColor(226, 230, 236);
const TARGET: RGBColor = RGBColor(176, 70, 60);

const WIDTH: i32 = 900;
const LEFT: i32 = 250;
const RIGHT: i32 = 30;
const TOP: i32 = 84;
const ROW: i32 = 20;

const fn colour(part: Part) -> RGBColor {
    match part {
        Part::Polling => RGBColor(200, 206, 214),
        Part::Air => RGBColor(38, 99, 148),
        Part::Card => RGBColor(214, 138, 62),
        Part::Sam => RGBColor(74, 140, 90),
        Part::Terminal => RGBColor(130, 100, 160),
        Part::Host => RGBColor(150, 150, 90),
    }
}

fn style(size: u32, colour: RGBColor, at: HPos) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&colour).pos(Pos::new(at, VPos::Center))
}

/// Draws into a string, which cannot fail; if it did, what was drawn so far is the answer.
fn drawn(height: i32, draw: impl for<'a> FnOnce(&Area<'a>) -> Result<(), Failed<'a>>) -> String {
    let mut text = String::new();
    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let _drawn = draw(&SVGBackend::with_string(&mut text, size).into_drawing_area());
    text
}

/// Where a time lies on an axis that ends at `most`.
fn x(micros: u64, most: u64) -> i32 {
    let room = (WIDTH - LEFT - RIGHT).unsigned_abs();
    let at = micros.saturating_mul(room.into()) / most.max(1);
    LEFT + i32::try_from(at.min(room.into())).unwrap_or(0)
}

fn head<'a>(root: &Area<'a>, title: &str, below: &str) -> Result<(), Failed<'a>> {
    root.fill(&WHITE)?;
    root.draw(&Text::new(title.to_owned(), (20, 24), style(18, INK, HPos::Left)))?;
    root.draw(&Text::new(below.to_owned(), (20, 46), style(12, QUIET, HPos::Left)))?;
    let mut at = LEFT;
    for part in Part::ALL {
        root.draw(&Rectangle::new([(at, 60), (at + 12, 72)], colour(part).filled()))?;
        root.draw(&Text::new(part.name(), (at + 17, 66), style(12, INK, HPos::Left)))?;
        at += 90;
    }
    Ok(())
}

/// A scale of milliseconds, and the targets that lie on it.
fn scale<'a>(root: &Area<'a>, most: u64, bottom: i32) -> Result<(), Failed<'a>> {
    let step = [5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000].into_iter();
    let step = step.into_iter().find(|step| most / step <= 12).unwrap_or(1_000_000);
    for tick in (0..=most / step).map(|tick| tick * step) {
        let at = x(tick, most);
        root.draw(&PathElement::new([(at, TOP), (at, bottom)], RULE.stroke_width(1)))?;
        root.draw(&Text::new((tick / 1_000).to_string(), (at, bottom + 12), style(11, QUIET, HPos::Center)))?;
    }
    root.draw(&Text::new("ms", (WIDTH - 8, bottom + 12), style(11, QUIET, HPos::Right)))?;
    for target in TARGETS.into_iter().filter(|target| target.ms * 1_000 <= most) {
        let at = x(target.ms * 1_000, most);
        root.draw(&PathElement::new([(at, TOP), (at, bottom)], TARGET.stroke_width(1)))?;
    }
    Ok(())
}

/// One tap: each command a row, each span a bar.
#[must_use]
pub fn waterfall(setting: &Setting, timeline: &Timeline) -> String {
    let decided = timeline.decided.unwrap_or_default();
    let end = timeline.spans.iter().map(|span| span.to).max().unwrap_or_default().micros().max(1);
    // A row for what belongs together: spans of the same name that follow each other.
    let mut rows: Vec<(&str, Vec<&super::Span>)> = Vec::new();
    for span in timeline.spans.iter().filter(|span| !(span.part == Part::Terminal && span.what == "program"))
    {
        match rows.last_mut().filter(|(what, _)| *what == span.what) {
            Some((_, spans)) => spans.push(span),
            None => rows.push((span.what, vec![span])),
        }
    }
    let bottom = TOP + ROW * i32::try_from(rows.len()).unwrap_or(0) + 6;
    drawn(bottom + 40, |root| {
        let title = format!("{}, {}", setting.flow.name, setting.profile);
        let below = format!(
            "card {}, {} kbit/s, SAM {}; one tap without chance; decided after {} ms",
            setting.card.0,
            setting.agreed().kbit(),
            setting.sam.0,
            ms(decided.micros())
        );
        head(root, &title, &below)?;
        scale(root, end, bottom)?;
        for ((what, spans), row) in rows.iter().zip(0..) {
            let y = TOP + ROW * row;
            root.draw(&Text::new((*what).to_owned(), (LEFT - 10, y + ROW / 2), style(12, INK, HPos::Right)))?;
            for span in spans {
                let (from, to) = (x(span.from.micros(), end), x(span.to.micros(), end));
                let bar = [(from, y + 3), (to.max(from + 1), y + ROW - 3)];
                root.draw(&Rectangle::new(bar, colour(span.part).filled()))?;
            }
        }
        let at = x(decided.micros(), end);
        root.draw(&PathElement::new([(at, TOP - 4), (at, bottom)], INK.stroke_width(2)))?;
        root.present()
    })
}

/// Columns of a distribution.
const COLUMNS: u64 = 120;
const PLOT: i32 = 120;

/// Many taps: a plot for each line, with its percentiles.
#[must_use]
pub fn distribution(lines: &[Line]) -> String {
    let most = lines.iter().map(|line| line.measured.percentile(99)).max().unwrap_or(0);
    let most = u64::from(most).max(500_000) * 11 / 10;
    let bottom = TOP + (PLOT + 24) * i32::try_from(lines.len()).unwrap_or(0);
    drawn(bottom + 40, |root| {
        let title = lines
            .first()
            .map_or(String::new(), |line| format!("{}, {}", line.setting.flow.name, line.setting.profile));
        root.fill(&WHITE)?;
        root.draw(&Text::new(title, (20, 24), style(18, INK, HPos::Left)))?;
        let targets = TARGETS.map(|target| format!("{} ms {}", target.ms, target.whose)).join("; ");
        root.draw(&Text::new(targets, (20, 46), style(11, TARGET, HPos::Left)))?;
        scale(root, most, bottom)?;
        for (line, row) in lines.iter().zip(0..) {
            let base = TOP + (PLOT + 24) * (row + 1) - 6;
            columns(root, &line.measured, most, base)?;
            let name = format!("{}, {} kbit/s", line.setting.card.0, line.setting.agreed().kbit());
            root.draw(&Text::new(name, (LEFT - 10, base - 60), style(12, INK, HPos::Right)))?;
            let [p50, p95, p99] = [50, 95, 99].map(|p| ms(line.measured.percentile(p).into()));
            let words = format!("p50 {p50}, p95 {p95}, p99 {p99}");
            root.draw(&Text::new(words, (LEFT - 10, base - 42), style(11, QUIET, HPos::Right)))?;
        }
        root.present()
    })
}

fn columns<'a>(root: &Area<'a>, measured: &Measured, most: u64, base: i32) -> Result<(), Failed<'a>> {
    let width = most / COLUMNS + 1;
    let mut counts = vec![0_u64; usize::try_from(COLUMNS).unwrap_or(0) + 1];
    for took in &measured.sorted {
        let column = usize::try_from(u64::from(*took) / width).unwrap_or(0);
        if let Some(count) = counts.get_mut(column) {
            *count += 1;
        }
    }
    let highest = counts.iter().copied().max().unwrap_or(0).max(1);
    for (count, column) in counts.iter().zip(0..).filter(|(count, _)| **count > 0) {
        let height = i32::try_from(count * u64::from(PLOT.unsigned_abs()) / highest).unwrap_or(0).max(1);
        let (from, to) = (x(column * width, most), x((column + 1) * width, most));
        root.draw(&Rectangle::new([(from, base - height), (to - 1, base)], colour(Part::Air).filled()))?;
    }
    root.draw(&PathElement::new([(LEFT, base), (WIDTH - RIGHT, base)], QUIET.stroke_width(1)))?;
    Ok(())
}

/// Where the time goes at each card and bit rate: mean shares as bars.
#[must_use]
pub fn budget(lines: &[Line]) -> String {
    let sum = |line: &Line| line.measured.means().iter().sum::<u64>();
    let most = lines.iter().map(sum).max().unwrap_or(0).max(310_000) * 21 / 20;
    let bottom = TOP + (ROW + 6) * i32::try_from(lines.len()).unwrap_or(0) + 6;
    drawn(bottom + 40, |root| {
        let title = lines
            .first()
            .map_or(String::new(), |line| format!("{}, {}", line.setting.flow.name, line.setting.profile));
        head(root, &title, "where the time goes, mean of many taps; red: what is asked of a tap")?;
        scale(root, most, bottom)?;
        for (line, row) in lines.iter().zip(0..) {
            let y = TOP + (ROW + 6) * row;
            let name = format!("{}, {} kbit/s", line.setting.card.0, line.setting.agreed().kbit());
            root.draw(&Text::new(name, (LEFT - 10, y + 13), style(12, INK, HPos::Right)))?;
            let mut from = 0;
            for (part, share) in Part::ALL.into_iter().zip(line.measured.means()) {
                let bar = [(x(from, most), y + 3), (x(from + share, most), y + ROW + 3)];
                root.draw(&Rectangle::new(bar, colour(part).filled()))?;
                from += share;
            }
            root.draw(&Text::new(ms(from), (x(from, most) + 6, y + 13), style(11, QUIET, HPos::Left)))?;
        }
        root.present()
    })
}
