//! What the card remembers of its security (`docs/spec/card.md` 8.2): in memory the PIN, blocks and
//! tries; in RAM the challenge and who has shown what.

use crate::card::{Card, Selected};
use crate::contents::{Block, SecurityContents, TriesLeft};
use crate::map::{self, CardStore, SECURITY};
use crate::pin::{PIN_LEN, Pin};
use crate::profile::{Algorithms, OutOfOrder, Profile};
use crate::session::Session;
use rand_core::Rng;
use tunion_apdu::{Name, Sw};
use tunion_crypto::Challenge;
use tunion_data::command::{ALGORITHM_DES, ALGORITHM_SM4};
use tunion_data::record;
use tunion_device::Fault;

record! {
    /// Security as it lies in memory, 14 bytes.
    SecurityState, SecurityStateView: 14 {
        /// The PIN, padded with FF; all FF when there is none.
        0 pin: [u8; 6],
        /// Tries left of the PIN.
        6 pin_tries: u8,
        /// Tries left of the MAC of secure messaging.
        7 message_tries: u8,
        /// Tries left of each external-authentication key.
        8 external_tries: [u8; 2],
        /// What APPLICATION BLOCK was told: 00 nothing, 01 temporarily, 02 permanently.
        10 blocked: u8,
        /// 01 after CARD BLOCK.
        11 card_blocked: u8,
        /// The algorithm in use: 00 DES, 01 SM4.
        12 algorithm: u8,
        /// Algorithms that are blocked: bit 0 DES, bit 1 SM4.
        13 blocked_algorithms: u8,
    }
}

/// A value of [`SecurityState::blocked`].
const TEMPORARILY: u8 = 0x01;
/// A value of [`SecurityState::blocked`].
const PERMANENTLY: u8 = 0x02;

impl SecurityState {
    /// The state that personalisation gives.
    pub(crate) fn new(contents: &SecurityContents, profile: &Profile) -> Self {
        let left = contents.left.unwrap_or(TriesLeft::from(profile.tries));
        let sm4 = match profile.algorithms {
            Algorithms::Des => false,
            Algorithms::Sm4 => true,
            Algorithms::Both => contents.sm4_in_use,
        };
        Self {
            pin: contents.pin.as_ref().map_or([0xFF; PIN_LEN], |pin| *pin.padded()),
            pin_tries: left.pin,
            message_tries: left.messages,
            external_tries: left.external,
            blocked: match contents.blocked {
                Block::None => 0,
                Block::Temporary => TEMPORARILY,
                Block::Permanent => PERMANENTLY,
            },
            card_blocked: contents.card_blocked.into(),
            algorithm: if sm4 { ALGORITHM_SM4 } else { ALGORITHM_DES },
            blocked_algorithms: u8::from(contents.des_blocked) | u8::from(contents.sm4_blocked) << 1,
        }
    }

    /// The contents that personalisation would give this state.
    pub(crate) fn contents(&self, transaction_tries: u8) -> SecurityContents {
        SecurityContents {
            pin: self.pin(),
            blocked: match self.blocked {
                TEMPORARILY => Block::Temporary,
                PERMANENTLY => Block::Permanent,
                _ => Block::None,
            },
            card_blocked: self.card_blocked != 0,
            left: Some(TriesLeft {
                pin: self.pin_tries,
                messages: self.message_tries,
                transactions: transaction_tries,
                external: self.external_tries,
            }),
            sm4_in_use: self.algorithm == ALGORITHM_SM4,
            des_blocked: self.is_blocked(ALGORITHM_DES),
            sm4_blocked: self.is_blocked(ALGORITHM_SM4),
        }
    }

    /// The PIN, if there is one.
    pub(crate) fn pin(&self) -> Option<Pin> {
        Pin::new(&self.pin)
    }

    /// Sets what APPLICATION BLOCK was told.
    pub(crate) fn block(&mut self, permanently: bool) {
        self.blocked = if permanently { PERMANENTLY } else { self.blocked.max(TEMPORARILY) };
    }

    /// Whether `algorithm` is blocked.
    pub(crate) fn is_blocked(&self, algorithm: u8) -> bool {
        self.blocked_algorithms & 1u8.checked_shl(algorithm.into()).unwrap_or(0) != 0
    }
}

/// What lies in RAM: gone with a SELECT that is answered, and with the power.
#[derive(Clone, Default, Debug)]
pub(crate) struct Access {
    /// What GET CHALLENGE gave out and no command has used up.
    pub(crate) challenge: Option<Challenge>,
    /// The PIN was verified.
    pub(crate) pin_verified: bool,
    /// EXTERNAL AUTHENTICATE was right.
    pub(crate) authenticated: bool,
}

impl<R: Rng> Card<R> {
    /// Security as committed.
    pub(crate) fn state(&self) -> SecurityState {
        state(&self.core.store)
    }

    /// Commits `state`. Whatever is written, or would be and cannot, ends the transaction
    /// (`docs/spec/card.md` 8.4).
    pub(crate) fn put_state(&mut self, state: &SecurityState) -> Result<(), Fault> {
        let mut tx = self.core.store.begin();
        SECURITY.write(&mut tx, &state.encode())?;
        self.session = Session::Idle;
        Ok(tx.commit()?)
    }

    /// Whether the application is blocked: by command, or because no tries are left
    /// (`docs/spec/card.md` 8.2).
    pub(crate) fn standing(&self) -> Block {
        let state = self.state();
        let tries = &self.profile.tries;
        let out_of = |limit: u8, left: u8| limit > 0 && left == 0;
        if state.blocked == PERMANENTLY || out_of(tries.messages, state.message_tries) {
            return Block::Permanent;
        }
        let temporarily = state.blocked == TEMPORARILY
            || tries.transactions > 0 && map::purse(&self.core.store).transaction_tries == 0;
        if temporarily { Block::Temporary } else { Block::None }
    }

    /// What blocks and the selection say to a command (`docs/spec/card.md` 8.3, items 6 to 9).
    pub(crate) fn admitted(&self, name: Name) -> Result<(), Sw> {
        if self.state().card_blocked != 0 {
            return Err(Sw::NOT_SUPPORTED);
        }
        match self.standing() {
            Block::None => {}
            Block::Temporary => while_blocked(name)?,
            Block::Permanent => {
                if !matches!(name, Name::SelectName | Name::SelectFile | Name::GetResponse) {
                    return Err(Sw::PERMANENTLY_BLOCKED);
                }
            }
        }
        if self.selected == Selected::Purse { Ok(()) } else { without_purse(name, self.profile.out_of_order) }
    }
}

/// Security as committed. Each command asks for a byte or two of it: inlined, the rest is not read.
#[inline]
pub(crate) fn state(store: &CardStore) -> SecurityState {
    SecurityState::try_from(SECURITY.read(store)).unwrap_or_default()
}

/// What a temporarily blocked application says.
fn while_blocked(name: Name) -> Result<(), Sw> {
    use Name as N;
    match name {
        N::SelectName
        | N::SelectFile
        | N::ReadBinary
        | N::ReadRecord
        | N::GetBalance
        | N::GetChallenge
        | N::GetTransactionProve
        | N::GetResponse
        | N::ExternalAuthenticate
        | N::InternalAuthenticate
        | N::ApplicationBlock
        | N::ApplicationUnblock
        | N::CardBlock
        | N::GetAlgorithm => Ok(()),
        N::UpdateBinary | N::SecureUpdateBinary | N::UpdateRecord | N::SecureUpdateRecord => {
            Err(Sw::NOT_SUPPORTED)
        }
        N::AppendRecord => Err(Sw::APPLICATION_BARRED),
        _ => Err(Sw::CONDITIONS),
    }
}

/// What a card says whose purse is not selected.
fn without_purse(name: Name, out_of_order: OutOfOrder) -> Result<(), Sw> {
    use Name as N;
    match name {
        N::SelectName | N::SelectFile | N::GetChallenge | N::GetResponse => Ok(()),
        N::ReadBinary
        | N::UpdateBinary
        | N::SecureUpdateBinary
        | N::UpdateRecord
        | N::SecureUpdateRecord
        | N::AppendRecord => Err(Sw::NO_CURRENT_FILE),
        N::ReadRecord => Err(Sw::FILE_NOT_FOUND),
        N::VerifyPin => Err(Sw::REFERENCE_NOT_FOUND),
        N::UpdateCappDataCache
        | N::CreditForLoad
        | N::DebitForPurchase
        | N::DebitForUnload
        | N::UpdateOverdrawLimit => Err(out_of_order.sw()),
        _ => Err(Sw::CONDITIONS),
    }
}
