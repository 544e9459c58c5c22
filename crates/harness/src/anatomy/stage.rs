//! From what is asked for to a scenario of one card and one terminal.

use super::ask::{Ask, Keys};
use super::places::wrong;
use crate::fares::quote::Refusal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tunion_files::card::CardFile;
use tunion_files::scenario::{CardEntry, Expect, Scenario, Step, TerminalEntry};
use tunion_files::terminal::TerminalFile;
use tunion_issuer::QuotaRules;

/// A scenario of one card and one terminal.
pub(super) struct Stage {
    pub(super) scenario: Scenario,
    /// The same with the PSAM's keys.
    pub(super) sams: Scenario,
    pub(super) earlier: Vec<Step>,
    pub(super) steps: Vec<Step>,
    pub(super) at_is_default: bool,
}

impl Stage {
    pub(super) fn new(
        card: &CardFile,
        terminal: &Arc<TerminalFile>,
        keys: &Keys,
        ask: &Ask,
    ) -> Result<Self, Refusal> {
        let (act, bus) = ask.act(terminal)?;
        let (earlier, charge) = (ask.earlier(terminal)?, ask.charge(terminal)?);
        let times = ask.times(&card.image)?;
        let fault = ask.fault()?;
        let mut card = card.clone();
        if let Some(balance) = ask.balance {
            let purse = &mut card.image.purse;
            let most = format!("its ceiling is {}", purse.ceiling.fen());
            let too_much = || wrong("--balance", format!("the card cannot hold {balance}"), &*most);
            purse.balance = balance.try_into().map_err(|_| too_much())?;
            if purse.broken().next().is_some() {
                return Err(too_much());
            }
        }
        let black_list = ask.black_listed.then_some(card.image.info.pan).into_iter().collect();
        let step = |at, act, charge, fault| Step {
            at,
            card: 0,
            cards: 1,
            terminal: 0,
            act,
            charge,
            fault,
            air: None,
            host_is_down: false,
            expect: Expect::default(),
            line: 0,
        };
        let tap = step(times.at, act, charge, fault);
        let again = ask.again.map(|seconds| {
            let at = times.at.saturating_add(Duration::from_secs(seconds.into()));
            step(at, act, charge, None)
        });
        let scenario = Scenario {
            path: PathBuf::new(),
            name: "tap".to_owned(),
            title: String::new(),
            seed: ask.seed,
            keys: keys.issuer.clone(),
            sign_on: QuotaRules::default(),
            cards: vec![CardEntry { name: card.name.clone(), file: card }],
            terminals: vec![TerminalEntry {
                name: terminal.name.clone(),
                file: Arc::clone(terminal),
                bus,
                station: None,
            }],
            black_list,
            steps: Vec::new(),
            totals: Vec::new(),
        };
        Ok(Self {
            sams: Scenario { keys: keys.psam.clone(), ..scenario.clone() },
            scenario,
            earlier: earlier.map(|act| step(times.entered, act, None, None)).into_iter().collect(),
            steps: [tap].into_iter().chain(again).collect(),
            at_is_default: times.is_default,
        })
    }

    pub(super) fn file(&self) -> &CardFile {
        &self.scenario.cards[0].file
    }

    pub(super) fn entry(&self) -> &TerminalEntry {
        &self.scenario.terminals[0]
    }
}
