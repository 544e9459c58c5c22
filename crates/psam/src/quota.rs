//! What a load SAM may load by itself: its quota, and the MACs of a load
//! (`docs/spec/terminal.md` 1.6). That the SAM itself keeps the quota is our reading; in the source the
//! machine does.

use rand_core::Rng;
use tunion_apdu::{Command, LeRule, Response, Sw};
use tunion_crypto::TdesKey;
use tunion_data::BcdDateTime;
use tunion_data::command::{SamQuota, Transaction};
use tunion_data::mac::{LoadMac1, TransactionMac};
use tunion_device::Fault;

use crate::files::File;
use crate::psam::Psam;
use crate::state::State;

const LOAD: u8 = Transaction::Load as u8;

/// What the MAC of a load is asked over.
enum Message {
    /// MAC1, which the card made: to compare with.
    Mac1(LoadMac1),
    /// MAC2, by which the card takes the money.
    Mac2(TransactionMac),
}

impl Message {
    /// Takes the padding off: 16 bytes are MAC1's, 24 are MAC2's.
    fn of(padded: &[u8]) -> Result<Self, Sw> {
        match *padded {
            [ref message @ .., 0x80] if message.len() == LoadMac1::LEN => {
                LoadMac1::try_from(message).map(Self::Mac1).map_err(|_| Sw::WRONG_DATA)
            }
            [ref message @ .., 0x80, 0, 0, 0, 0, 0] if message.len() == TransactionMac::LEN => {
                TransactionMac::try_from(message).map(Self::Mac2).map_err(|_| Sw::WRONG_DATA)
            }
            _ => Err(Sw::WRONG_DATA),
        }
    }
}

impl<R: Rng> Psam<R> {
    /// DES CRYPT under a load key, P1 01: `random4 ‖ online seq2 ‖ 8000`, which makes the session key, then
    /// MAC1's or MAC2's message padded to whole blocks. Anything else than a load by this terminal is 6A80
    /// (our reading).
    ///
    /// MAC1 is answered as often as it is asked for. MAC2 is money: its amount is committed as taken from
    /// the quota before it is answered. The load that was answered last is answered again without being
    /// taken again, for a terminal whose answer was lost; it is one load, whatever the quota has become.
    pub(crate) fn mac_of_load(
        &mut self,
        asn: [u8; 8],
        key: &TdesKey,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let (block, padded) = command.data.split_first_chunk::<8>().ok_or(Sw::WRONG_LENGTH)?;
        let message = Message::of(padded)?;
        let (transaction, terminal) = match &message {
            Message::Mac1(message) => (message.transaction, message.terminal),
            Message::Mac2(message) => (message.transaction, message.terminal),
        };
        if !block.ends_with(&[0x80, 0x00]) || transaction != LOAD || terminal != self.contents.terminal {
            return Err(Sw::WRONG_DATA.into());
        }
        command.expect(4, LeRule::Strict)?;
        if let Message::Mac2(message) = &message {
            self.take_from_quota(asn, *block, message)?;
        }
        let tally = &mut self.core.work.crypto;
        let session = key.session_key(*block, tally);
        let mac = match &message {
            Message::Mac1(message) => session.mac(&message.encode(), tally),
            Message::Mac2(message) => session.mac(&message.encode(), tally),
        };
        Ok(response.push(&mac)?)
    }

    /// Commits a load as taken from the quota. Not for the load that was taken last.
    ///
    /// # Errors
    /// [`Sw::CONDITIONS`] after the quota's time, [`Sw::INSUFFICIENT`] for more than is left.
    fn take_from_quota(&mut self, asn: [u8; 8], block: [u8; 8], load: &TransactionMac) -> Result<(), Fault> {
        let TransactionMac { amount, date, time, .. } = *load;
        let state = self.state();
        let taken = State {
            spent: 1,
            spent_asn: asn,
            spent_block: block,
            spent_amount: amount,
            spent_date: date,
            spent_time: time,
            ..state
        };
        if taken == state {
            return Ok(());
        }
        // BCD: the digits are in order as the times are.
        if BcdDateTime::join(date, time).0 > state.expiry.0 {
            return Err(Sw::CONDITIONS.into());
        }
        let quota = state.quota.checked_sub(amount).ok_or(Sw::INSUFFICIENT)?;
        self.put_state(&State { quota, ..taken })
    }

    /// File 18 of a load SAM: what is left.
    pub(crate) fn quota(&self) -> SamQuota {
        let State { quota, expiry, batch, .. } = self.state();
        SamQuota { quota, expiry, batch }
    }

    /// UPDATE BINARY of file 18, whole: a new quota takes the place of what was left. It wants an EXTERNAL
    /// AUTHENTICATE since the reset, and uses it up. Every other file is written at personalisation and never
    /// again: 6982.
    pub(crate) fn update_binary(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        if self.file(command.p1)? != File::Quota {
            return Err(Sw::SECURITY_STATUS.into());
        }
        if command.p2 != 0 {
            return Err(Sw::WRONG_OFFSET.into());
        }
        let SamQuota { quota, expiry, batch } =
            SamQuota::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        if !core::mem::take(&mut self.authenticated) {
            return Err(Sw::SECURITY_STATUS.into());
        }
        self.put_state(&State { quota, expiry, batch, ..self.state() })
    }
}
