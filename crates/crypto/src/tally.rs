//! The work done, so that a latency model can price it.

use core::ops::AddAssign;

/// How many cipher blocks and key schedules an operation took.
///
/// Every operation of this crate adds to the tally it is handed. A two-key 3DES block is three DES
/// passes and a two-key 3DES schedule is two DES schedules; each is counted once, as 3DES, because
/// hardware does it in one go (`docs/spec/terminal.md` 5.4).
///
/// ```
/// use tunion_crypto::Tally;
/// let mut command = Tally { des_blocks: 3, ..Tally::default() };
/// command += Tally { des_blocks: 1, tdes_blocks: 1, ..Tally::default() };
/// assert_eq!(command, Tally { des_blocks: 4, tdes_blocks: 1, ..Tally::default() });
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Tally {
    /// Single-DES blocks.
    pub des_blocks: u64,
    /// Single-DES key schedules.
    pub des_schedules: u64,
    /// Two-key 3DES blocks.
    pub tdes_blocks: u64,
    /// Two-key 3DES key schedules.
    pub tdes_schedules: u64,
    /// SM4 blocks.
    pub sm4_blocks: u64,
    /// SM4 key schedules.
    pub sm4_schedules: u64,
    /// AES-128 blocks.
    pub aes_blocks: u64,
    /// AES-128 key schedules.
    pub aes_schedules: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.des_blocks += other.des_blocks;
        self.des_schedules += other.des_schedules;
        self.tdes_blocks += other.tdes_blocks;
        self.tdes_schedules += other.tdes_schedules;
        self.sm4_blocks += other.sm4_blocks;
        self.sm4_schedules += other.sm4_schedules;
        self.aes_blocks += other.aes_blocks;
        self.aes_schedules += other.aes_schedules;
    }
}
