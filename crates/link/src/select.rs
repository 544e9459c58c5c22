//! The reader before its first block: from REQA to PPS.

use crate::activation::{
    Ats, NVB_ALL, PPS0, PPSS, RATS, REQA, SAK_CASCADE, SAK_PART_4, SEL, UidParts, WUPA, frame_size, pps1,
};
use crate::failure::{Failure, Stage};
use crate::frame::{Frame, Received};
use crate::identify::bit_of;
use crate::reader::Air;
use crate::settings::ReaderSettings;
use crate::time::{FRAME_DELAY, Rate, Ticks, frame_wait, start_up_guard};

/// How far the reader has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selecting {
    step: Step,
    uid: UidParts,
    /// Bits in which cards differed were seen.
    several: bool,
    air: Option<Air>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Step {
    #[default]
    Wake,
    /// So many bits of this level are known.
    Anticollision {
        level: usize,
        known: [u8; 5],
        bits: u16,
    },
    Select {
        level: usize,
        own: [u8; 5],
    },
    Rats,
    Pps(Rate),
}

/// What came of an event.
#[derive(Clone, Debug)]
pub(crate) enum Came {
    /// The frame is to be sent, and the answer awaited for so long.
    Send(Ticks),
    Done(Air),
    Failed(Failure),
}

/// How long a reader listens for the answer to begin, before ATS: it comes exactly one frame delay after its
/// question (ISO/IEC 14443-3 6.2.1.1); twice that is our reading.
const FIRST_WAIT: Ticks = Ticks(2 * FRAME_DELAY.0);

impl Selecting {
    pub(crate) fn begin(&mut self, settings: &ReaderSettings, out: &mut Frame) -> Came {
        *self = Self::default();
        *out = Frame::short(if settings.wake_halted { WUPA } else { REQA });
        Came::Send(FIRST_WAIT)
    }

    /// How far it has come, for those who are told that it failed.
    const fn stage(&self) -> Stage {
        match self.step {
            Step::Wake => Stage::Wake,
            Step::Anticollision { .. } => Stage::Anticollision,
            Step::Select { .. } => Stage::Select,
            Step::Rats => Stage::Rats,
            Step::Pps(_) => Stage::Pps,
        }
    }

    pub(crate) fn silent(&self) -> Came {
        let failure = match self.stage() {
            Stage::Wake => Failure::NoCard,
            stage => Failure::Activation(stage),
        };
        Came::Failed(failure)
    }

    pub(crate) fn hear(
        &mut self,
        settings: &ReaderSettings,
        received: Received<'_>,
        out: &mut Frame,
    ) -> Came {
        let came = match self.step {
            Step::Wake => Some(self.level(0, out)),
            Step::Anticollision { level, known, bits } => {
                self.narrow(settings, received, (level, known, bits), out)
            }
            Step::Select { level, own } => self.selected(settings, received, (level, own), out),
            Step::Rats => self.answered(settings, received, out),
            Step::Pps(rate) => self.switched(received, rate),
        };
        came.unwrap_or_else(|| Came::Failed(Failure::Activation(self.stage())))
    }

    fn level(&mut self, level: usize, out: &mut Frame) -> Came {
        self.ask(level, [0; 5], 0, out)
    }

    fn ask(&mut self, level: usize, known: [u8; 5], bits: u16, out: &mut Frame) -> Came {
        self.step = Step::Anticollision { level, known, bits };
        // NVB counts SEL and itself as two bytes.
        let (bytes, rest) = (u8::try_from(2 + bits / 8).unwrap_or(0), u8::try_from(bits % 8).unwrap_or(0));
        let mut all = [0; 7];
        if let Some((head, tail)) = all.split_first_chunk_mut() {
            *head = [SEL.get(level).copied().unwrap_or(0), bytes << 4 | rest];
            tail.copy_from_slice(&known);
        }
        *out = Frame::of_bits(&all, 16 + bits);
        Came::Send(FIRST_WAIT)
    }

    fn narrow(
        &mut self,
        settings: &ReaderSettings,
        received: Received<'_>,
        (level, mut known, bits): (usize, [u8; 5], u16),
        out: &mut Frame,
    ) -> Option<Came> {
        let frame = received.frame;
        let from = bits / 8 * 8;
        if received.damaged || frame.bits() + bits != 40 || u16::from(frame.skipped()) != bits % 8 {
            return None;
        }
        let end = received.collision.map_or(40, |bit| from + bit);
        for bit in bits..end {
            set_bit(&mut known, bit, bit_of(frame.bytes(), bit - from));
        }
        if end < 40 {
            self.several = true;
            if settings.refuse_several {
                return Some(Came::Failed(Failure::SeveralCards));
            }
            // Of those that differ, those that have a one.
            set_bit(&mut known, end, true);
            return Some(self.ask(level, known, end + 1, out));
        }
        let [a, b, c, d, check] = known;
        if a ^ b ^ c ^ d != check {
            return None;
        }
        self.step = Step::Select { level, own: known };
        out.clear();
        out.extend(&[SEL.get(level).copied().unwrap_or(0), NVB_ALL]);
        out.extend(&known);
        out.close();
        Some(Came::Send(FIRST_WAIT))
    }

    fn selected(
        &mut self,
        settings: &ReaderSettings,
        received: Received<'_>,
        (level, own): (usize, [u8; 5]),
        out: &mut Frame,
    ) -> Option<Came> {
        let &[sak] = received.checked()? else { return None };
        let more = sak & SAK_CASCADE != 0;
        self.uid.add(own, more);
        if more {
            return (level + 1 < SEL.len()).then(|| self.level(level + 1, out));
        }
        if sak & SAK_PART_4 == 0 {
            return Some(Came::Failed(Failure::NotPart4));
        }
        self.step = Step::Rats;
        out.clear();
        out.extend(&[RATS, settings.fsdi << 4 | settings.cid.unwrap_or(0) & 0x0F]);
        out.close();
        Some(Came::Send(settings.ats_wait))
    }

    fn answered(
        &mut self,
        settings: &ReaderSettings,
        received: Received<'_>,
        out: &mut Frame,
    ) -> Option<Came> {
        let ats = Ats::parse(received.checked()?)?;
        let rate = ats.fastest.min(settings.fastest);
        let mut air = Air {
            uid: heapless::Vec::from_slice(self.uid.bytes()).unwrap_or_default(),
            fsc: frame_size(ats.fsci),
            rate,
            wait: frame_wait(ats.fwi),
            guard: start_up_guard(ats.sfgi),
            cid: settings.cid.filter(|_| ats.cid),
            several: self.several,
        };
        if rate == Rate::R106 {
            return Some(Came::Done(air));
        }
        out.clear();
        out.extend(&[PPSS | settings.cid.unwrap_or(0) & 0x0F, PPS0, pps1(rate)]);
        out.close();
        self.step = Step::Pps(rate);
        // Until the card has said yes.
        air.rate = Rate::R106;
        let wait = air.wait;
        self.air = Some(air);
        Some(Came::Send(wait))
    }

    fn switched(&mut self, received: Received<'_>, rate: Rate) -> Option<Came> {
        let &[ppss] = received.checked()? else { return None };
        if ppss & 0xF0 != PPSS {
            return None;
        }
        let air = self.air.take()?;
        Some(Came::Done(Air { rate, guard: FRAME_DELAY, ..air }))
    }

    /// The guard before the frame that is to be sent, if the card asked for one.
    pub(crate) fn guard(&self) -> Option<Ticks> {
        self.air.as_ref().map(|air| air.guard)
    }
}

fn set_bit(bytes: &mut [u8; 5], bit: u16, one: bool) {
    if let Some(byte) = bytes.get_mut(usize::from(bit / 8)) {
        let mask = 1 << (bit % 8);
        *byte = if one { *byte | mask } else { *byte & !mask };
    }
}
