//! What lies in the card's memory (8.2) and outlives a loss of power.

use crate::settings::{Algorithms, Settings};

/// How the application was blocked by command. [`crate::Model::blocked`] adds the tries to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// Not at all.
    None,
    /// Temporarily.
    Temporarily,
    /// Permanently.
    Permanently,
}

/// One of the two algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// DES.
    Des,
    /// SM4.
    Sm4,
}

/// What GET TRANSACTION PROVE gives of one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// 02, 03, 06, 07 or 09.
    pub kind: u8,
    /// The sequence after the transaction.
    pub sequence: u16,
    /// The first four bytes.
    pub mac: [u8; 4],
    /// The last four bytes; of an unload it is MAC3.
    pub tac: [u8; 4],
}

/// What the card keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// EF 15.
    pub info: [u8; 30],
    /// EF 16.
    pub holder: [u8; 55],
    /// EF 17.
    pub management: [u8; 60],
    /// EF 18: ten records, the newest first.
    pub log: Vec<[u8; 23]>,
    /// EF 1E: thirty records, the newest first.
    pub trips: Vec<[u8; 48]>,
    /// EF 1A: eighteen records, 2701 first.
    pub industry: Vec<[u8; 128]>,
    /// Actual balance.
    pub actual: u32,
    /// Ceiling of the actual balance.
    pub ceiling: u32,
    /// Overdraft limit.
    pub limit: u32,
    /// Overdraft used.
    pub used: u32,
    /// Offline sequence: purchases.
    pub offline: u16,
    /// Online sequence: loads, unloads, limit updates.
    pub online: u16,
    /// The proofs that PROVE can still give, the newest first.
    pub proofs: Vec<Proof>,
    /// The PIN's digits, without padding.
    pub pin: Option<Vec<u8>>,
    /// PIN tries left.
    pub pin_tries: u8,
    /// Secure-messaging tries left; not used where they are without limit.
    pub message_tries: u8,
    /// Transaction MAC tries left; not used where they are without limit.
    pub transaction_tries: u8,
    /// External-authentication tries left, keys 00 and 01.
    pub external_tries: [u8; 2],
    /// Whether APPLICATION BLOCK was done.
    pub blocked: Blocked,
    /// Whether CARD BLOCK was done.
    pub card_blocked: bool,
    /// The algorithm in use.
    pub algorithm: Algorithm,
    /// DES is blocked.
    pub des_blocked: bool,
    /// SM4 is blocked.
    pub sm4_blocked: bool,
}

impl Memory {
    /// A new card: empty files, 1A with its headers, an empty purse with a ceiling of 5000.00 yuan.
    #[must_use]
    pub fn fresh(settings: &Settings) -> Self {
        let industry = (0x01..=0x12).map(|id| {
            let mut record = [0; 128];
            record[..3].copy_from_slice(&[0x27, id, 0x7D]);
            record
        });
        Self {
            info: [0; 30],
            holder: [0; 55],
            management: [0; 60],
            log: vec![[0; 23]; 10],
            trips: vec![[0; 48]; 30],
            industry: industry.collect(),
            actual: 0,
            ceiling: 500_000,
            limit: 0,
            used: 0,
            offline: 0,
            online: 0,
            proofs: Vec::new(),
            pin: settings.pin.clone(),
            pin_tries: settings.pin_tries,
            message_tries: settings.message_tries,
            transaction_tries: settings.transaction_tries,
            external_tries: settings.external_tries,
            blocked: Blocked::None,
            card_blocked: false,
            // 8.4: DES on a card that has it, else SM4.
            algorithm: if settings.algorithms == Algorithms::Sm4 { Algorithm::Sm4 } else { Algorithm::Des },
            des_blocked: false,
            sm4_blocked: false,
        }
    }

    /// What can be spent: actual balance and unused overdraft (section 3, GET BALANCE 00).
    #[must_use]
    pub fn available(&self) -> u32 {
        self.actual + self.limit.saturating_sub(self.used)
    }

    /// Takes an amount that is available: the actual balance first, then overdraft (section 6).
    pub(crate) fn spend(&mut self, amount: u32) {
        let from_actual = amount.min(self.actual);
        self.actual -= from_actual;
        self.used += amount - from_actual;
    }

    /// What actual balance and used overdraft are after a load: overdraft is paid back first (section 6).
    pub(crate) fn after_load(&self, amount: u32) -> (u64, u32) {
        let paid_back = amount.min(self.used);
        (u64::from(self.actual) + u64::from(amount - paid_back), self.used - paid_back)
    }
}
