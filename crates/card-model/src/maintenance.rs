//! Blocking and unblocking, and the algorithm.

use crate::frame::{Answer, Command, Verdict};
use crate::memory::{Algorithm, Blocked};
use crate::model::Model;
use crate::security::wants_mac;
use crate::settings::Algorithms;

impl Model {
    /// 8.5, APPLICATION BLOCK.
    pub(crate) fn application_block(&mut self, command: &Command) -> Verdict {
        if command.p1 == 0x01 {
            return Err(0x6A81);
        }
        wants_mac(command)?;
        self.secure_messaging(command, self.keys.app_block)?;
        let blocked = if command.p2 == 0x01 { Blocked::Permanently } else { Blocked::Temporarily };
        self.commit_secured(|memory| memory.blocked = blocked)
    }

    /// 8.5, APPLICATION UNBLOCK.
    pub(crate) fn application_unblock(&mut self, command: &Command) -> Verdict {
        if command.p1 == 0x01 {
            return Err(0x6A81);
        }
        if self.blocked() != Blocked::Temporarily {
            return Err(0x6985);
        }
        wants_mac(command)?;
        self.secure_messaging(command, self.keys.app_unblock)?;
        let full = self.settings.transaction_tries;
        self.commit_secured(|memory| {
            memory.blocked = Blocked::None;
            if full != 0 {
                memory.transaction_tries = full;
            }
        })
    }

    /// 8.5, CARD BLOCK.
    pub(crate) fn card_block(&mut self, command: &Command) -> Verdict {
        wants_mac(command)?;
        self.secure_messaging(command, self.keys.card_control)?;
        self.commit_secured(|memory| memory.card_blocked = true)
    }

    /// 8.5, GET ALGORITHM.
    pub(crate) fn get_algorithm(&self) -> Answer {
        Answer::data(vec![match self.memory.algorithm {
            Algorithm::Des => 0x00,
            Algorithm::Sm4 => 0x01,
        }])
    }

    /// 8.5, CHANGE ALGORITHM. Choice: the one in use already is written again.
    pub(crate) fn change_algorithm(&mut self, command: &Command) -> Verdict {
        let (algorithm, lacking, blocked) = if command.p1 == 0x01 {
            (Algorithm::Des, Algorithms::Sm4, self.memory.des_blocked)
        } else {
            (Algorithm::Sm4, Algorithms::Des, self.memory.sm4_blocked)
        };
        if self.settings.algorithms == lacking || blocked {
            return Err(0x6985);
        }
        self.commit(|memory| memory.algorithm = algorithm)?;
        Ok(Answer::done())
    }

    /// 8.5, BLOCK ALGORITHM.
    pub(crate) fn block_algorithm(&mut self, command: &Command) -> Verdict {
        let one_blocked = self.memory.des_blocked || self.memory.sm4_blocked;
        if self.settings.algorithms != Algorithms::Both || one_blocked {
            return Err(0x6985);
        }
        wants_mac(command)?;
        self.secure_messaging(command, self.keys.app_maintenance)?;
        let des = command.p2 == 0x01;
        self.commit_secured(|memory| if des { memory.des_blocked = true } else { memory.sm4_blocked = true })
    }
}
