//! GET BALANCE and GET TRANSACTION PROVE.

use crate::frame::{Answer, Command, Verdict, judge_le};
use crate::memory::Proof;
use crate::model::Model;

/// Of all proofs, the newest first, those that this depth of PROVE reaches (8.1).
pub(crate) fn kept(depth: u8, proofs: &[Proof]) -> Vec<Proof> {
    let depth = usize::from(depth);
    let reached = |place: usize, proof: &Proof| {
        let last_of_type = proofs[..place].iter().all(|newer| newer.kind != proof.kind);
        match depth {
            0 => place == 0,
            1 => last_of_type,
            n => last_of_type || place < n,
        }
    };
    proofs
        .iter()
        .enumerate()
        .filter(|(place, proof)| reached(*place, proof))
        .map(|(_, proof)| *proof)
        .collect()
}

impl Model {
    /// 8.5, GET BALANCE, with the values of section 3.
    ///
    /// Choice: 05 is actual balance, ceiling, overdraft limit, overdraft used.
    pub(crate) fn get_balance(&mut self, command: &Command) -> Verdict {
        let memory = &self.memory;
        let words = match command.p1 {
            0x00 => vec![memory.available()],
            0x01 => vec![memory.limit],
            0x02 => vec![memory.used],
            0x03 => vec![memory.actual],
            0x04 => vec![memory.ceiling],
            _ => vec![memory.actual, memory.ceiling, memory.limit, memory.used],
        };
        let data: Vec<u8> = words.into_iter().flat_map(u32::to_be_bytes).collect();
        judge_le(self.settings.le, command.le, data.len())?;
        Ok(Answer::data(data))
    }

    /// 8.5, GET TRANSACTION PROVE.
    pub(crate) fn get_prove(&mut self, command: &Command) -> Verdict {
        if self.ram.open.is_some() && !self.settings.prove_while_open {
            return Err(0x9406);
        }
        let sequence = u16::from_be_bytes([command.data[0], command.data[1]]);
        let proofs = kept(self.settings.prove_depth, &self.memory.proofs);
        let proof = proofs.iter().find(|proof| proof.kind == command.p2 && proof.sequence == sequence);
        let proof = proof.ok_or(0x9406_u16)?;
        Ok(Answer::data([proof.mac, proof.tac].concat()))
    }
}
