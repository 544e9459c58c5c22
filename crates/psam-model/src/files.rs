//! SELECT, READ BINARY, UPDATE BINARY.

use crate::frame::{Command, Sw, Verdict};
use crate::model::Model;

impl Model {
    /// 2.6, SELECT.
    pub(crate) fn select(&mut self, command: &Command) -> Verdict {
        self.ram.application = match command.data[..] {
            [0x3F, 0x00] => false,
            [0x80, 0x11] => true,
            _ => return Err(0x6A82),
        };
        Ok(vec![])
    }

    /// The file in the directory that is selected.
    fn find_file(&self, command: &Command) -> Result<Vec<u8>, Sw> {
        match (self.ram.application, command.p1 & 0x1F) {
            (false, 0x15) => Ok(self.settings.serial.to_vec()),
            (false, 0x16) => Ok(self.settings.terminal.to_vec()),
            (true, 0x17) => Ok(self.settings.application.to_vec()),
            (true, 0x18) if self.keys.load.is_some() => Ok(self.memory.quota_file()),
            _ => Err(0x6A82),
        }
    }

    /// 2.6, READ BINARY.
    pub(crate) fn read_binary(&self, command: &Command) -> Verdict {
        let file = self.find_file(command)?;
        let offset = usize::from(command.p2);
        if offset >= file.len() {
            return Err(0x6B00);
        }
        let left = &file[offset..];
        match command.le {
            None => Err(0x6700),
            Some(256) => Ok(left.to_vec()),
            Some(le) if le <= left.len() => Ok(left[..le].to_vec()),
            Some(_) => Err(0x6C00 | u16::try_from(left.len()).unwrap_or(0)),
        }
    }

    /// 2.6, UPDATE BINARY.
    pub(crate) fn update_binary(&mut self, command: &Command) -> Verdict {
        self.find_file(command)?;
        if command.p1 & 0x1F != 0x18 {
            return Err(0x6982);
        }
        if command.p2 != 0 {
            return Err(0x6B00);
        }
        let new: [u8; 15] = command.data[..].try_into().map_err(|_| 0x6700_u16)?;
        if !self.ram.host {
            return Err(0x6982);
        }
        self.ram.host = false;
        self.commit(|memory| {
            memory.quota = u32::from_be_bytes(std::array::from_fn(|at| new[at]));
            memory.expiry = std::array::from_fn(|at| new[4 + at]);
            memory.batch = std::array::from_fn(|at| new[11 + at]);
        })?;
        Ok(vec![])
    }
}
