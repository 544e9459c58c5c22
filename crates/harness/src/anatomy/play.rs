//! Playing a tap and writing down what happens: the world plays, this listens.

use super::ask::{Ask, Keys};
use super::book::Book;
use super::decode::Journeys;
use super::meaning::{Shape, Words};
use super::own::Judged;
use super::parties::Parties;
use super::stage::Stage;
use super::tell::Teller;
use super::value::{Anatomy, CardHead, Earlier, Exchange, Kept, Sum, Tap, TerminalHead, Totals};
use crate::fares::quote::Refusal;
use crate::spot::spot;
use crate::trace;
use crate::words::{fault, place_name};
use crate::world::World;
use std::sync::Arc;
use tunion_apdu::Device;
use tunion_card::Image;
use tunion_data::command::SamSerial;
use tunion_data::file::Sfi;
use tunion_files::card::CardFile;
use tunion_files::layout::{Layout, hex};
use tunion_files::scenario::{Fault, Step};
use tunion_files::terminal::{TerminalFile, TerminalKind};

/// Plays a tap of a card at a terminal and lays it open. The image is the card's memory afterwards.
///
/// # Errors
/// What of the ask is missing, contradicts itself or stands for nothing, and what would be right.
pub fn dissect(
    card: &CardFile,
    terminal: &Arc<TerminalFile>,
    keys: &Keys,
    ask: &Ask,
) -> Result<(Anatomy, Image), Refusal> {
    let stage = Stage::new(card, terminal, keys, ask)?;
    let mut world = World::new(&stage.scenario);
    let contents = stage.file().contents(&keys.card.roots);
    world.give(&contents, &stage.sams).map_err(|broken| Refusal::new(broken.to_string()))?;
    world.listen();
    let mut listener = Listener::new(&stage, keys);
    let mut before = Vec::new();
    for step in &stage.earlier {
        before.push(listener.skip(&mut world, step));
    }
    let head = world.image();
    let taps = stage.steps.iter().map(|step| listener.tap(&mut world, step)).collect();
    let anatomy = Anatomy {
        version: 1,
        seed: ask.seed,
        card: listener.card_head(&head),
        terminal: listener.terminal_head(&world),
        before,
        taps,
        kept: listener.kept(&world),
    };
    Ok((anatomy, world.image()))
}

/// What is known of the taps so far.
struct Listener<'a> {
    stage: &'a Stage,
    parties: Parties<'a>,
    words: Words<'a>,
    book: Book,
    journeys: Journeys,
    /// Exchanges of the trace that were looked at.
    heard: usize,
}

impl<'a> Listener<'a> {
    fn new(stage: &'a Stage, keys: &'a Keys) -> Self {
        let (file, entry) = (stage.file(), stage.entry());
        let (issuer, pan) = file.derived_for();
        let info = &file.image.info;
        let writes_trips = matches!(entry.file.kind, TerminalKind::RailGate | TerminalKind::BusReader);
        Self {
            stage,
            parties: Parties {
                issuer: &keys.issuer.roots,
                psam: &keys.psam.roots,
                card: keys.card.roots.card_keys(issuer, pan),
                of: (info.issuer, info.pan),
            },
            words: Words {
                profile: &entry.file.profile,
                tariff: entry.file.tariff.as_deref(),
                order: writes_trips.then_some(entry.file.profile.byte_order),
            },
            book: Book::default(),
            journeys: Journeys::new(file.image.industry.iter().map(|(id, record)| (id, *record))),
            heard: 0,
        }
    }

    /// Plays a tap that is not shown.
    fn skip(&mut self, world: &mut World<'a>, step: &'a Step) -> Earlier {
        let tap = self.tap(world, step);
        Earlier { at: tap.at, place: tap.place, outcome: tap.outcome }
    }

    /// Plays a tap and lays it open.
    fn tap(&mut self, world: &mut World<'a>, step: &'a Step) -> Tap {
        let before = world.image();
        world.tap(step);
        let happened = world.heard();
        let row = world.rows().last();
        let (decision, part) = row.map_or((None, 0..0), |row| (row.decision.as_ref(), row.exchanges.clone()));
        let trace = world.trace();
        let bring_up = self.exchanges(trace.part(self.heard..part.start));
        let exchanges = self.exchanges(trace.part(part.clone()));
        let shown = trace.part(part.clone());
        let pulled =
            shown.iter().any(|exchange| exchange.device == Device::Card && exchange.answer.is_none());
        self.heard = part.end;
        let totals = Totals::of(&exchanges);
        let (words, entry) = (self.words, self.stage.entry());
        let (_, place) = spot(step, entry);
        let black_list = &self.stage.scenario.black_list;
        let judged = Judged { words, place, at: step.at, black_list, card: &before };
        let act = step.act;
        let teller = Teller { parties: &self.parties, judged, act, decision, shown };
        Tap {
            at: step.at.to_string(),
            at_is_default: self.stage.at_is_default && self.stage.steps.first() == Some(step),
            place: place_name(step, entry),
            pull: step.fault.as_ref().map(|pull| if pulled { fault(pull) } else { never(pull) }),
            pulled,
            bring_up,
            steps: teller.steps(&happened, exchanges),
            outcome: decision.map(|decision| words.outcome(decision, act)),
            changes: words.changes(&before, &world.image()),
            totals,
        }
    }

    /// A stretch of the trace, taken apart in order.
    fn exchanges(&mut self, part: &[trace::Exchange]) -> Vec<Exchange> {
        let mut exchanges = Vec::new();
        for exchange in part {
            let macs = self.book.of(&self.parties, exchange);
            exchanges.push(self.words.exchange(exchange, &self.journeys, macs));
            self.journeys.follow(exchange);
        }
        exchanges
    }

    fn card_head(&self, card: &Image) -> CardHead {
        let Image { info, management, purse, .. } = card;
        let layout = Layout::of(Sfi::MANAGEMENT, 0);
        let card_type = layout.field("card-type").map(|field| layout.meaning(field, &[management.card_type]));
        CardHead {
            name: self.stage.file().name.clone(),
            pan: info.pan.to_string(),
            issuer: info.issuer.to_string(),
            card_type: card_type.unwrap_or_default(),
            valid_from: info.valid_from.to_string(),
            valid_to: info.valid_to.to_string(),
            balance_fen: purse.balance.fen().get(),
            keys_as_issued: self.parties.card_as_issued(),
        }
    }

    fn terminal_head(&self, world: &World<'_>) -> TerminalHead {
        let TerminalFile { name, kind, profile, psam, .. } = &*self.stage.entry().file;
        let number = self.stage.steps.first().and_then(|step| world.number(step));
        // The last PSAM that was brought up is this terminal's.
        let serial = world.trace().part(0..world.trace().len()).iter().rev().find_map(|exchange| {
            let is_serial =
                exchange.device == Device::Sam && exchange.command.starts_with(&[0x00, 0xB0, 0x95]);
            let (data, _) = exchange.answer.as_deref()?.split_last_chunk::<2>()?;
            SamSerial::try_from(data).ok().filter(|_| is_serial)
        });
        TerminalHead {
            name: name.clone(),
            kind: kind.to_string(),
            city: profile.city.to_string(),
            number: number.map_or_else(String::new, |number| number.to_string()),
            bus: self.bus(),
            psam: serial.map_or_else(String::new, |serial| hex(&serial.number)),
            acquirer: psam.acquirer.to_string(),
            key_index: psam.key_index,
            key_version: self.parties.psam.version,
            keys_as_issued: self.parties.psam_as_issued(),
        }
    }

    /// The bus that the reader is on: line, where it goes, vehicle.
    fn bus(&self) -> Option<String> {
        let entry = self.stage.entry();
        let bus = entry.bus?;
        let line = entry.file.tariff.as_deref()?.bus_lines()?.line(bus.line)?;
        let (vehicle, last) = (String::from_utf8_lossy(&bus.vehicle), line.stops.last()?);
        let (name, direction) = (&line.name, line.direction);
        Some(format!("bus {}, line {name}, direction {direction} to {}", vehicle.trim_end(), last.name))
    }

    fn kept(&self, world: &World<'_>) -> Vec<Kept> {
        let kept = world.kept().map(|(terminal, slot, record)| Kept {
            terminal: terminal.to_string(),
            slot: slot.0,
            fields: self.words.fields(&Layout::upload(), Shape::Upload, &record.encode(), None),
        });
        kept.collect()
    }
}

/// Why a card was not pulled.
fn never(pull: &Fault) -> String {
    format!("the card was not pulled: no {} was sent", pull.command.spec().title)
}

impl Totals {
    fn of(exchanges: &[Exchange]) -> Self {
        let of = |device| {
            let own = exchanges.iter().filter(|exchange| exchange.to == trace::who(device));
            own.fold(Sum::default(), |sum, exchange| sum.and(exchange.work))
        };
        Self { card: of(Device::Card), psam: of(Device::Sam) }
    }
}
