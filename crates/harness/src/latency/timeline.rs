//! One tap in spans of time.

use tunion_link::Ticks;

/// Who took a span.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Part {
    /// The terminal's polling loop, until the card is asked for the first time.
    Polling,
    /// Frames, and the silence between them.
    Air,
    /// The card's work.
    Card,
    /// The SAM: its bus and its work.
    Sam,
    /// The terminal's own work: program, fare, record.
    Terminal,
    /// The issuer's host.
    Host,
}

impl Part {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 6] = [Self::Polling, Self::Air, Self::Card, Self::Sam, Self::Terminal, Self::Host];

    /// Its name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Polling => "polling",
            Self::Air => "air",
            Self::Card => "card",
            Self::Sam => "SAM",
            Self::Terminal => "terminal",
            Self::Host => "host",
        }
    }
}

/// Something that took time. Spans of card and SAM may lie beside each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Who took it.
    pub part: Part,
    /// What it was for: a command's name, or what the terminal did.
    pub what: &'static str,
    /// When it began and when it ended, since the card came.
    pub from: Ticks,
    /// See [`from`](Self::from).
    pub to: Ticks,
}

/// A tap, from the card's coming to the decision.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Timeline {
    /// What took time, in the order of its beginning as good as.
    pub spans: Vec<Span>,
    /// When the decision was there; `None` when the tap came to none that lets through.
    pub decided: Option<Ticks>,
}

/// Time by [`Part`].
pub type Shares = [Ticks; 6];

impl Timeline {
    /// How much of the time until the decision each part took. Where two lie beside each other the time is the one's
    /// that began first, so that the shares add up to the whole.
    #[must_use]
    pub fn shares(&self) -> Shares {
        let mut shares = Shares::default();
        let end = self.decided.unwrap_or(Ticks(u64::MAX));
        let mut until = Ticks::ZERO;
        let mut spans: Vec<&Span> = self.spans.iter().collect();
        spans.sort_by_key(|span| (span.from, span.to));
        for span in spans {
            let (from, to) = (span.from.max(until), span.to.min(end));
            if to > from {
                if let Some(share) = shares.get_mut(span.part as usize) {
                    *share += to - from;
                }
                until = to;
            }
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beside_is_counted_once() {
        let span = |part, from, to| Span { part, what: "", from: Ticks(from), to: Ticks(to) };
        let spans = vec![
            span(Part::Air, 0, 10),
            span(Part::Sam, 10, 40),
            span(Part::Card, 12, 50),
            span(Part::Air, 50, 90),
        ];
        let shares = Timeline { spans, decided: Some(Ticks(60)) }.shares();
        assert_eq!(shares, [0, 20, 10, 30, 0, 0].map(Ticks));
        assert_eq!(shares.into_iter().sum::<Ticks>(), Ticks(60));
    }
}
