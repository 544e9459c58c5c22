//! Telling the passenger.

use super::{Tap, Terminal};
use crate::action::{Action, Decision, Note};
use crate::checks;
use crate::codes::{Code, Gate, Prompt};
use crate::plan::Plan;
use alloc::boxed::Box;
use tunion_data::file::CardType;

impl Terminal<'_> {
    /// Says yes.
    pub(super) fn accept(&mut self, tap: &Tap) {
        self.decide(tap, Gate::Open, Code::Ok);
    }

    pub(super) fn decide(&mut self, tap: &Tap, gate: Gate, code: Code) {
        let prompt = match gate {
            Gate::Open => self.greeting(tap),
            Gate::Closed => self.setup.profile.displays.shown(code).prompt,
        };
        self.actions.push_back(Action::Decide(Box::new(Decision {
            gate,
            prompt,
            code,
            list: tap.list,
            charged: tap.charged,
            balance: tap.balance_known.then_some(tap.facts.actual),
            quote: tap.quote,
            notes: tap.notes.clone(),
        })));
    }

    /// What an accepted card hears; one of another city counts as ordinary
    /// (`docs/spec/terminal.md` 1.1, 3.2).
    pub(super) fn greeting(&self, tap: &Tap) -> Prompt {
        if tap.facts.actual < self.setup.profile.top_up_below {
            return Prompt::TopUpSoon;
        }
        if !checks::is_local(self.setup.profile, &tap.facts.info) {
            return Prompt::Accepted;
        }
        match tap.facts.card_type() {
            CardType::Student => Prompt::Student,
            CardType::Senior => Prompt::Senior,
            CardType::Military => Prompt::Concession,
            CardType::Ordinary | CardType::Test | CardType::Other(_) => Prompt::Accepted,
        }
    }

    /// Takes what a plan shows before it is done; what it does to an old journey is told with the debit.
    pub(super) fn show(tap: &mut Tap, plan: &Plan) {
        tap.notes.extend(plan.notes.iter().copied().filter(Note::is_about_total));
        tap.list = plan.told().or(tap.list);
        tap.quote = plan.quote.or(tap.quote);
    }
}
