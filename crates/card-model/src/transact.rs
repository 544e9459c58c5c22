//! UPDATE CAPP DATA CACHE and the commands that end a transaction.

use crate::crypto;
use crate::files::newest;
use crate::frame::{Answer, Command, Sw, Verdict};
use crate::memory::{Memory, Proof};
use crate::model::{Kind, Model, Open};
use crate::report;

/// Date and time, seven bytes.
type Moment = [u8; 7];

/// What goes into log and proof beside the open transaction.
struct Done {
    /// The sequence before the transaction.
    sequence: u16,
    moment: Moment,
    mac: [u8; 4],
    tac: [u8; 4],
}

fn moment(bytes: &[u8]) -> Moment {
    std::array::from_fn(|i| bytes[i])
}

fn four(bytes: &[u8]) -> [u8; 4] {
    std::array::from_fn(|i| bytes[i])
}

impl Model {
    /// 8.5, UPDATE CAPP DATA CACHE.
    ///
    /// Choice: a record of 1A that was given before in this transaction takes its own place, and so does the
    /// one of 1E; only a third id of 1A is too many.
    pub(crate) fn update_capp(&mut self, command: &Command) -> Verdict {
        let settings = &self.settings;
        let Some(open) = self.ram.open.as_mut().filter(|open| open.kind == Kind::Composite) else {
            return Err(self.settings.out_of_order);
        };
        let data = &command.data;
        match command.sfi_in_p2() {
            0x1E => {
                if command.p1 != 0x00 {
                    return Err(0x6A86);
                }
                if data.len() != 48 {
                    return Err(0x6A80);
                }
                open.trip = Some(std::array::from_fn(|i| data[i]));
            }
            0x1A => {
                if command.p1 == 0x00 && !settings.update_p1_00 {
                    return Err(0x6A86);
                }
                if data.len() != 128 || data[0] != 0x27 {
                    return Err(0x6A80);
                }
                let id = data[1];
                if command.p1 != 0x00 && command.p1 != id {
                    return Err(0x6A80);
                }
                if !(0x01..=0x12).contains(&id) {
                    return Err(0x6A83);
                }
                let others: Vec<_> =
                    open.industry.iter().copied().filter(|(other, _)| *other != id).collect();
                if others.len() == 2 {
                    return Err(0x6985);
                }
                open.industry = others;
                open.industry.push((id, std::array::from_fn(|i| data[i])));
            }
            _ => return Err(0x6A82),
        }
        Ok(Answer::done())
    }

    /// The open transaction, if it is of this kind; otherwise 6901, and what was open ends.
    fn belongs(&mut self, kinds: &[Kind]) -> Result<Open, Sw> {
        match &self.ram.open {
            Some(open) if kinds.contains(&open.kind) => Ok(open.clone()),
            _ => {
                self.ram.open = None;
                Err(self.settings.out_of_order)
            }
        }
    }

    /// 8.5, CREDIT FOR LOAD: date4 time3 MAC2.
    pub(crate) fn credit_for_load(&mut self, command: &Command) -> Verdict {
        if command.p2 == 0x02 && !self.settings.credit_p2_02 {
            return Err(0x6A86);
        }
        let open = self.belongs(&[Kind::Load])?;
        let sequence = self.memory.online;
        let (amount, kind, moment) = (open.amount.to_be_bytes(), [open.kind.byte()], moment(&command.data));
        let session = crypto::load_session(open.key, open.random, sequence);
        let mac2 = crypto::mac(session, &[&amount[..], &kind, &open.terminal, &moment].concat());
        self.transaction_mac(mac2, &command.data[7..])?;

        let mut after = self.memory.clone();
        let (actual, used) = after.after_load(open.amount);
        after.actual = u32::try_from(actual).unwrap_or(u32::MAX);
        after.used = used;
        let balance = after.available().to_be_bytes();
        let input = [&balance[..], &sequence.to_be_bytes(), &amount, &kind, &open.terminal, &moment].concat();
        let tac = crypto::mac(crypto::fold(self.keys.tac), &input);
        self.finish(&open, after, &Done { sequence, moment, mac: mac2, tac })?;
        Ok(Answer::data(tac.to_vec()))
    }

    /// 8.5, DEBIT FOR PURCHASE, FOR CAPP PURCHASE: tseq4 date4 time3 MAC1.
    pub(crate) fn debit_for_purchase(&mut self, command: &Command) -> Verdict {
        let composite = self.ram.open.as_ref().is_some_and(|open| open.kind == Kind::Composite);
        if command.p1 == 0x02 && (!self.settings.debit_p1_02 || composite) {
            return Err(0x6A86);
        }
        let open = self.belongs(&[Kind::Purchase, Kind::Composite])?;
        let updated = open.trip.is_some() || !open.industry.is_empty();
        if composite && !updated && !self.settings.composite_without_update {
            return Err(0x6A80);
        }
        let sequence = self.memory.offline;
        let terminal_sequence = four(&command.data);
        let moment = moment(&command.data[4..]);
        let (amount, kind) = (open.amount.to_be_bytes(), [open.kind.byte()]);
        let session = crypto::purchase_session(open.key, open.random, sequence, terminal_sequence);
        let mac1 = crypto::mac(session, &[&amount[..], &kind, &open.terminal, &moment].concat());
        self.transaction_mac(mac1, &command.data[11..])?;

        let mac2 = crypto::mac(session, &amount);
        let input = [&amount[..], &kind, &open.terminal, &terminal_sequence, &moment].concat();
        let tac = crypto::mac(crypto::fold(self.keys.tac), &input);
        let mut after = self.memory.clone();
        after.spend(open.amount);
        for (id, record) in &open.industry {
            after.industry[usize::from(*id) - 1] = *record;
        }
        if let Some(trip) = open.trip {
            newest(&mut after.trips, trip);
        }
        self.finish(&open, after, &Done { sequence, moment, mac: mac2, tac })?;
        Ok(Answer::data([tac, mac2].concat()))
    }

    /// 8.5, DEBIT FOR UNLOAD: date4 time3 MAC2.
    pub(crate) fn debit_for_unload(&mut self, command: &Command) -> Verdict {
        let open = self.belongs(&[Kind::Unload])?;
        let sequence = self.memory.online;
        let (amount, kind, moment) = (open.amount.to_be_bytes(), [open.kind.byte()], moment(&command.data));
        let session = crypto::load_session(open.key, open.random, sequence);
        let mac2 = crypto::mac(session, &[&amount[..], &kind, &open.terminal, &moment].concat());
        self.transaction_mac(mac2, &command.data[7..])?;

        let mut after = self.memory.clone();
        after.actual -= open.amount;
        let balance = after.available().to_be_bytes();
        let input = [&balance[..], &sequence.to_be_bytes(), &amount, &kind, &open.terminal, &moment].concat();
        let mac3 = crypto::mac(session, &input);
        self.finish(&open, after, &Done { sequence, moment, mac: mac2, tac: mac3 })?;
        Ok(Answer::data(mac3.to_vec()))
    }

    /// 8.5, UPDATE OVERDRAW LIMIT: newlimit3 date4 time3 MAC2.
    pub(crate) fn update_overdraw_limit(&mut self, command: &Command) -> Verdict {
        let open = self.belongs(&[Kind::Update])?;
        let data = &command.data;
        let limit = u32::from_be_bytes([0, data[0], data[1], data[2]]);
        if self.memory.ceiling.saturating_add(limit) > 0x00FF_FFFF || limit < self.memory.used {
            self.ram.open = None;
            return Err(0x6985);
        }
        let sequence = self.memory.online;
        let (kind, moment) = ([open.kind.byte()], moment(&data[3..]));
        let session = crypto::load_session(open.key, open.random, sequence);
        let mac2 = crypto::mac(session, &[&data[..3], &kind, &open.terminal, &moment].concat());
        self.transaction_mac(mac2, &data[10..])?;

        let mut after = self.memory.clone();
        after.limit = limit;
        let balance = after.available().to_be_bytes();
        let input =
            [&balance[..], &sequence.to_be_bytes(), &data[..3], &kind, &open.terminal, &moment].concat();
        let tac = crypto::mac(crypto::fold(self.keys.tac), &input);
        self.finish(&open, after, &Done { sequence, moment, mac: mac2, tac })?;
        Ok(Answer::data(tac.to_vec()))
    }

    /// 8.5, what a transaction leaves, all in one commit; 8.4, it ends the security status.
    fn finish(&mut self, open: &Open, mut after: Memory, done: &Done) -> Result<(), Sw> {
        let sequence = done.sequence + 1;
        match open.kind {
            Kind::Purchase | Kind::Composite => after.offline = sequence,
            Kind::Load | Kind::Unload | Kind::Update => after.online = sequence,
        }
        if self.settings.transaction_tries != 0 {
            after.transaction_tries = self.settings.transaction_tries;
        }
        let record = log_record(open, &after, sequence, done.moment);
        newest(&mut after.log, record);
        let proof = Proof { kind: open.kind.byte(), sequence, mac: done.mac, tac: done.tac };
        after.proofs.insert(0, proof);
        after.proofs = report::kept(self.settings.prove_depth, &after.proofs);
        self.commit(|memory| *memory = after)?;
        self.ram.verified = false;
        self.ram.authenticated = false;
        Ok(())
    }
}

/// A record of EF 18 (2.4).
fn log_record(open: &Open, after: &Memory, sequence: u16, moment: Moment) -> [u8; 23] {
    let record = [
        &sequence.to_be_bytes()[..],
        &after.limit.to_be_bytes()[1..],
        &open.amount.to_be_bytes(),
        &[open.kind.byte()],
        &open.terminal,
        &moment,
    ]
    .concat();
    std::array::from_fn(|i| record[i])
}
