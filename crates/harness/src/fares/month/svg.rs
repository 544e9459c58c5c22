//! The picture of a month.
//!
//! Coordinates are whole fen, so that nothing of ours is a fraction. Text is written as text, in whatever
//! sans-serif font the reader has.

use plotters::coord::types::RangedCoordu32;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use tunion_data::Fen;
use tunion_fare::{Level, Period};

use super::{Month, Saved, Threshold, Tier};

type Failed<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;
type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Plot<'a> = DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordu32, RangedCoordu32>>;

const SIZE: (u32, u32) = (900, 620);
/// Room right of the plot for the words of the tiers.
const WORDS: u32 = 190;
/// The least distance between two lines of words.
const LINE: i32 = 18;

const INK: RGBColor = RGBColor(45, 52, 64);
const QUIET: RGBColor = RGBColor(112, 122, 138);
const RULE: RGBColor = RGBColor(226, 230, 236);
const CURVE: RGBColor = RGBColor(38, 99, 148);
const SAVED: RGBColor = RGBColor(226, 237, 246);
const TIER: RGBColor = RGBColor(176, 110, 60);

/// The picture as SVG. Drawing into a string cannot fail; if it did, what was drawn so far is the answer.
pub(super) fn draw(month: &Month) -> String {
    let mut text = String::new();
    let _drawn = picture(month, &SVGBackend::with_string(&mut text, SIZE).into_drawing_area());
    text
}

fn picture<'a>(month: &Month, root: &Area<'a>) -> Result<(), Failed<'a>> {
    root.fill(&WHITE)?;
    head(month, root)?;
    let points = corners(month.counted().map(|(list, paid)| (list.get(), paid.get())));
    let end = points.last().copied().unwrap_or_default();
    let most = reach(end);
    let mut chart = ChartBuilder::on(root)
        .margin_top(76)
        .margin_right(WORDS)
        .margin_bottom(14)
        .margin_left(14)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d(0..most, 0..most)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .bold_line_style(RULE)
        .axis_style(QUIET)
        .label_style(style(13, QUIET))
        .axis_desc_style(style(14, INK))
        .x_desc("list price of the month's rides, yuan")
        .y_desc("paid, yuan")
        .x_label_formatter(&|fen: &u32| yuan(*fen))
        .y_label_formatter(&|fen: &u32| yuan(*fen))
        .draw()?;
    let plot = chart.plotting_area();
    let saved = points.iter().copied().chain([(end.0, end.0)]).collect::<Vec<_>>();
    plot.draw(&Polygon::new(saved, SAVED.filled()))?;
    plot.draw(&PathElement::new([(0, 0), (end.0, end.0)], QUIET.stroke_width(1)))?;
    let mut words = tiers(month, root, plot, most)?;
    plot.draw(&PathElement::new(points, CURVE.stroke_width(3)))?;
    turns(month, plot)?;
    words.extend(ends(month, root, plot, end)?);
    beside(words, root, plot.map_coordinate(&(most, 0)).0)?;
    root.present()
}

/// Where the curve begins, turns and ends: what lies on a straight line between is left out.
fn corners(points: impl Iterator<Item = (u32, u32)>) -> Vec<(u32, u32)> {
    let mut corners = vec![(0, 0)];
    let rise = |(a, b): (u32, u32), (c, d): (u32, u32)| {
        (u128::from(c.saturating_sub(a)), u128::from(d.saturating_sub(b)))
    };
    for point in points {
        if let [.., before, last] = corners[..] {
            let ((x, y), (u, v)) = (rise(before, last), rise(last, point));
            if x * v == y * u {
                corners.pop();
            }
        }
        corners.push(point);
    }
    corners
}

/// The end of both axes: some room beyond the last ride, whole yuan.
fn reach((list, paid): (u32, u32)) -> u32 {
    let most = list.max(paid).max(100);
    most.saturating_add(most / 20).div_ceil(100).saturating_mul(100)
}

fn yuan(fen: u32) -> String {
    if fen.is_multiple_of(100) { (fen / 100).to_string() } else { Fen::new(fen).to_string() }
}

fn style(size: i32, colour: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&colour)
}

fn anchored(size: i32, colour: RGBColor, h: HPos, v: VPos) -> TextStyle<'static> {
    style(size, colour).pos(Pos::new(h, v))
}

/// What the month comes to, above the plot.
fn head<'a>(month: &Month, root: &Area<'a>) -> Result<(), Failed<'a>> {
    let (list, paid) = month.total();
    let title = format!("{}, {}: {} rides", month.title, Period::month(month.first), month.rides.len());
    root.draw(&Text::new(title, (20, 16), style(20, INK)))?;
    let sum = format!("{paid} paid of {list} yuan, {}", Saved(list, paid));
    root.draw(&Text::new(sum, (20, 44), style(15, QUIET)))?;
    let (others, (_, paid)) = month.uncounted();
    if others > 0 {
        let note = format!("{others} of them do not count and are not in the curve ({paid} paid)");
        root.draw(&Text::new(note, (20, 62), style(13, QUIET)))?;
    }
    Ok(())
}

/// A line across the plot for each tier, with its words beside it.
fn tiers<'a>(month: &Month, root: &Area<'a>, plot: &Plot<'a>, most: u32) -> Result<Vec<Word>, Failed<'a>> {
    let (mut words, mut beyond) = (Vec::new(), Vec::new());
    for tier in &month.tiers {
        match tier.at {
            Some(Threshold::Paid(from)) if from.get() <= most => {
                plot.draw(&PathElement::new([(0, from.get()), (most, from.get())], TIER.stroke_width(1)))?;
                let (_, y) = plot.map_coordinate(&(most, from.get()));
                words.push(Word { y, text: tier.words(), colour: TIER });
            }
            Some(Threshold::Listed(from)) if from.get() <= most => {
                plot.draw(&PathElement::new([(from.get(), 0), (from.get(), most)], TIER.stroke_width(1)))?;
                let (x, y) = plot.map_coordinate(&(from.get(), most));
                let style = anchored(13, TIER, HPos::Right, VPos::Bottom).transform(FontTransform::Rotate270);
                root.draw(&Text::new(tier.words(), (x - 3, y + 6), style))?;
            }
            _ => beyond.push(tier.words()),
        }
    }
    // Those that the month does not reach, or reaches again and again.
    let (_, top) = plot.map_coordinate(&(most, most));
    words.extend(beyond.into_iter().rev().map(|text| Word { y: top, text, colour: QUIET }));
    Ok(words)
}

/// Words beside the plot.
struct Word {
    y: i32,
    text: String,
    colour: RGBColor,
}

/// Writes the words, each at its height or where there is room above the one below it.
fn beside<'a>(mut words: Vec<Word>, root: &Area<'a>, x: i32) -> Result<(), Failed<'a>> {
    words.sort_by_key(|word| std::cmp::Reverse(word.y));
    let mut free = i32::MAX;
    for Word { y, text, colour } in words {
        let y = y.min(free);
        free = y - LINE;
        root.draw(&Text::new(text, (x + 8, y), anchored(13, colour, HPos::Left, VPos::Center)))?;
    }
    Ok(())
}

/// A dot where rides begin to be paid at another tier, with its percentage where no line says it.
fn turns<'a>(month: &Month, plot: &Plot<'a>) -> Result<(), Failed<'a>> {
    let unsaid = month.tiers.iter().any(|tier| tier.at.is_none());
    let rides = month.rides.iter().filter(|ride| ride.counts);
    let before = std::iter::once((Fen::ZERO, Fen::ZERO)).chain(month.counted());
    let mut held = Some(100);
    for (ride, (list, paid)) in rides.zip(before) {
        if ride.percent.is_some() && ride.percent != held {
            let at = (list.get(), paid.get());
            plot.draw(&Circle::new(at, 4, WHITE.filled()))?;
            plot.draw(&Circle::new(at, 4, CURVE.stroke_width(2)))?;
            if let (Some(percent), true) = (ride.percent, unsaid) {
                let words =
                    EmptyElement::at(at) + Text::new(format!("{percent} %"), (7, 4), style(12, CURVE));
                plot.draw(&words)?;
            }
        }
        held = ride.percent.or(held);
    }
    Ok(())
}

/// What it came to, where the curve ends; the words that stand beside the plot.
fn ends<'a>(
    month: &Month,
    root: &Area<'a>,
    plot: &Plot<'a>,
    (list, paid): (u32, u32),
) -> Result<Vec<Word>, Failed<'a>> {
    if month.counted().next().is_none() {
        return Ok(Vec::new());
    }
    let (x, low) = plot.map_coordinate(&(list, paid));
    let (_, high) = plot.map_coordinate(&(list, list));
    let full = format!("full price {}", Fen::new(list));
    root.draw(&Text::new(full, (x - 12, high - 4), anchored(13, QUIET, HPos::Right, VPos::Bottom)))?;
    plot.draw(&PathElement::new([(list, paid), (list, list)], CURVE.stroke_width(1)))?;
    plot.draw(&Circle::new((list, paid), 5, CURVE.filled()))?;
    let paid = Fen::new(paid);
    let saved = Fen::new(list).saturating_sub(paid);
    let mut words = vec![Word { y: low, text: format!("{paid} yuan paid"), colour: CURVE }];
    if !saved.is_zero() {
        words.push(Word { y: i32::midpoint(low, high), text: format!("{saved} yuan saved"), colour: INK });
    }
    Ok(words)
}

impl Tier {
    fn words(&self) -> String {
        let percent = self.percent;
        match self.from {
            _ if self.is_first() => format!("{percent} % from the first ride on"),
            Level::Amount(from) => format!("{percent} % from {from} yuan on"),
            Level::Rides(from) => format!("{percent} % after {from} rides"),
        }
    }
}
