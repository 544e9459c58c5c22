//! Files and records.

use crate::frame::{Answer, Command, Sw, Verdict, judge_le_of_binary, judge_le_of_record};
use crate::memory::Memory;
use crate::model::Model;
use crate::security::wants_data_and_mac;
use crate::table::by_identifier;

/// Class of secure messaging.
const SECURE: u8 = 0x04;

/// The bytes of a transparent file. 18, 1A, 1E: 6981; no such file: 6A82.
fn transparent(memory: &mut Memory, sfi: u8) -> Result<&mut [u8], Sw> {
    match sfi {
        0x15 => Ok(&mut memory.info),
        0x16 => Ok(&mut memory.holder),
        0x17 => Ok(&mut memory.management),
        0x18 | 0x1A | 0x1E => Err(0x6981),
        _ => Err(0x6A82),
    }
}

/// A record, by its number from 1: none such is 6A83.
fn numbered<const N: usize>(records: &mut [[u8; N]], number: u8) -> Result<&mut [u8], Sw> {
    let index = usize::from(number).checked_sub(1).ok_or(0x6A83_u16)?;
    records.get_mut(index).map(<[u8; N]>::as_mut_slice).ok_or(0x6A83)
}

impl Model {
    /// 8.5, READ BINARY.
    pub(crate) fn read_binary(&mut self, command: &Command) -> Verdict {
        let rule = self.settings.le;
        let file = transparent(&mut self.memory, command.sfi_in_p1())?;
        let rest = from_offset(file, command)?;
        let length = judge_le_of_binary(rule, command.le, rest.len())?;
        Ok(Answer::data(rest[..length].to_vec()))
    }

    /// 8.5, READ RECORD.
    pub(crate) fn read_record(&mut self, command: &Command) -> Verdict {
        let by_identifier = by_identifier(command.p2);
        let memory = &mut self.memory;
        let record = match command.sfi_in_p2() {
            0x15..=0x17 => return Err(0x6981),
            0x18 | 0x1E if by_identifier => return Err(0x6A81),
            0x18 => numbered(&mut memory.log, command.p1)?,
            // Choice: the identifier is the low byte of 2701 to 2712, and so the number.
            0x1A => numbered(&mut memory.industry, command.p1)?,
            0x1E => numbered(&mut memory.trips, command.p1)?,
            _ => return Err(0x6A82),
        };
        judge_le_of_record(self.settings.le, command.le, record.len())?;
        Ok(Answer::data(record.to_vec()))
    }

    /// 8.5, UPDATE BINARY.
    pub(crate) fn update_binary(&mut self, command: &Command) -> Verdict {
        let sfi = command.sfi_in_p1();
        let file = transparent(&mut self.memory, sfi)?;
        let data = data_to_write(command)?;
        let rest = from_offset(file, command)?;
        if data.len() > rest.len() {
            return Err(0x6700);
        }
        let start = usize::from(command.p2);
        self.write(command, move |memory| {
            if let Ok(file) = transparent(memory, sfi) {
                file[start..start + data.len()].copy_from_slice(&data);
            }
        })
    }

    /// 8.5, UPDATE RECORD.
    pub(crate) fn update_record(&mut self, command: &Command) -> Verdict {
        let memory = &mut self.memory;
        let (sfi, number) = (command.sfi_in_p2(), command.p1);
        let record = match sfi {
            0x15..=0x17 => return Err(0x6981),
            0x18 => return Err(0x6982),
            0x1A => numbered(&mut memory.industry, number)?,
            0x1E => numbered(&mut memory.trips, number)?,
            _ => return Err(0x6A82),
        };
        let data = data_to_write(command)?;
        if data.len() != record.len() {
            return Err(0x6A83);
        }
        if sfi == 0x1A && data[..2] != [0x27, number] {
            return Err(0x6A80);
        }
        self.write(command, move |memory| {
            let record = match sfi {
                0x1A => numbered(&mut memory.industry, number),
                _ => numbered(&mut memory.trips, number),
            };
            if let Ok(record) = record {
                record.copy_from_slice(&data);
            }
        })
    }

    /// 8.5, UPDATE BINARY and UPDATE RECORD, the end: the right to write, and the writing.
    ///
    /// Choice: an authentication with either key will do.
    fn write(&mut self, command: &Command, effect: impl FnOnce(&mut Memory)) -> Verdict {
        if command.class == SECURE {
            self.secure_messaging(command, self.keys.app_maintenance)?;
            return self.commit_secured(effect);
        }
        if !self.ram.authenticated {
            return Err(0x6982);
        }
        self.commit(effect)?;
        Ok(Answer::done())
    }

    /// 8.5, APPEND RECORD.
    pub(crate) fn append_record(&mut self, command: &Command) -> Verdict {
        if command.p1 == 0x01 {
            return Err(0x6A81);
        }
        let sfi = command.sfi_in_p2();
        let record_length = match sfi {
            0x15..=0x17 => return Err(0x6981),
            0x18 => return Err(0x6A81),
            0x1A => 128,
            0x1E => 48,
            _ => return Err(0x6A82),
        };
        wants_data_and_mac(command)?;
        if command.data.len() != 16 + record_length + 4 {
            return Err(0x6700);
        }
        let (data, _) = command.data_and_mac();
        let record = &data[16..];
        if sfi == 0x1A {
            return Err(match (record[0], record[1]) {
                (0x27, 0x01..=0x12) => 0x6A84,
                (0x27, _) => 0x6A83,
                _ => 0x6A80,
            });
        }
        let record = std::array::from_fn(|i| record[i]);
        self.secure_messaging(command, self.keys.app_maintenance)?;
        self.commit_secured(|memory| newest(&mut memory.trips, record))
    }
}

/// What lies at the offset and behind it: nothing is 6B00.
fn from_offset<'a>(file: &'a [u8], command: &Command) -> Result<&'a [u8], Sw> {
    match file.get(usize::from(command.p2)..) {
        None | Some([]) => Err(0x6B00),
        Some(rest) => Ok(rest),
    }
}

/// The data without the MAC; with secure messaging and no data or no MAC 6987.
fn data_to_write(command: &Command) -> Result<Vec<u8>, Sw> {
    if command.class != SECURE {
        return Ok(command.data.clone());
    }
    wants_data_and_mac(command)?;
    Ok(command.data_and_mac().0.to_vec())
}

/// A record becomes the newest of a cyclic file; the oldest goes.
pub(crate) fn newest<const N: usize>(records: &mut Vec<[u8; N]>, record: [u8; N]) {
    records.insert(0, record);
    records.pop();
}
