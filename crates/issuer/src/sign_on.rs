//! The host at which load SAMs sign on (签到, `docs/spec/terminal.md` 1.6): it proves itself to the SAM and gives
//! it a quota, a time until when, and a batch number, and keeps book of what it gave each SAM.
//!
//! A quota takes the place of what the SAM had left, which nobody tells the host in a way that it could verify.
//! So the book counts what was given, not what was used; what was loaded the records of the batch say. All
//! amounts and durations, and that a day has a quota of its own, are our reading: the source names the fields.

use std::collections::BTreeMap;
use std::time::Duration;

use tunion_data::civil::Date;
use tunion_data::command::SamSerial;
use tunion_data::host::{SignOn, SignOnAnswer, SignOnRefusal, SignOnRequest};
use tunion_data::{BcdDateTime, Fen, TerminalId};

use crate::roots::Roots;

/// How much a load SAM may load by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuotaRules {
    /// What one sign-on gives at most.
    pub quota: Fen,
    /// What all sign-ons of one SAM on one day give together.
    pub per_day: Fen,
    /// How long a quota can be used, hours.
    pub hours: u16,
}

impl Default for QuotaRules {
    /// 2,000.00 yuan at a time, 20,000.00 a day, for 24 hours: our reading.
    fn default() -> Self {
        Self { quota: Fen::from_yuan(2000), per_day: Fen::from_yuan(20_000), hours: 24 }
    }
}

/// What the host knows of one load SAM.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SamAccount {
    /// The terminal that the SAM was given to.
    pub terminal: TerminalId,
    /// Whether it gets no quota any more: reported stolen, or held back (`docs/spec/terminal.md` 3.3: the black
    /// list of SAMs).
    pub barred: bool,
    /// The quotas that were given, oldest first.
    pub given: Vec<Given>,
}

/// A quota that was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Given {
    /// What was asked.
    pub request: SignOnRequest,
    /// What was answered.
    pub answer: SignOn,
}

/// The host of sign-ons.
///
/// ```
/// use tunion_data::civil::date;
/// use tunion_data::command::SamSerial;
/// use tunion_data::host::{SignOnRefusal, SignOnRequest};
/// use tunion_data::{Fen, TerminalId};
/// use tunion_issuer::{QuotaRules, Roots, SignOnHost};
///
/// let rules = QuotaRules { quota: Fen::from_yuan(100), per_day: Fen::from_yuan(150), hours: 12 };
/// let mut host = SignOnHost::new(Roots::numbered(), rules);
/// let (serial, terminal) = (SamSerial::default(), TerminalId([0x10, 0, 0, 0, 0, 1]));
/// host.give_out(serial, terminal);
/// let ask = |number| SignOnRequest {
///     serial,
///     terminal,
///     challenge: [number; 8],
///     at: date(2026, 11, 23).at(8, 0, 0, 0),
/// };
/// assert_eq!(host.sign_on(&ask(1)).map(|given| given.quota), Ok(Fen::from_yuan(100)));
/// assert_eq!(host.sign_on(&ask(2)).map(|given| given.quota), Ok(Fen::from_yuan(50)));
/// assert_eq!(host.sign_on(&ask(3)), Err(SignOnRefusal::DayQuotaSpent(Fen::from_yuan(150))));
/// ```
#[derive(Clone, Debug)]
pub struct SignOnHost {
    roots: Roots,
    rules: QuotaRules,
    /// By serial number.
    book: BTreeMap<[u8; SamSerial::LEN], SamAccount>,
}

impl SignOnHost {
    /// A host that has given out no load SAM yet.
    #[must_use]
    pub const fn new(roots: Roots, rules: QuotaRules) -> Self {
        Self { roots, rules, book: BTreeMap::new() }
    }

    /// Enters a load SAM that is given to a terminal. One that is in the book stays as it is.
    pub fn give_out(&mut self, serial: SamSerial, terminal: TerminalId) {
        let account = || SamAccount { terminal, barred: false, given: Vec::new() };
        self.book.entry(serial.encode()).or_insert_with(account);
    }

    /// What the host knows of a load SAM.
    #[must_use]
    pub fn account(&self, serial: SamSerial) -> Option<&SamAccount> {
        self.book.get(&serial.encode())
    }

    /// The same, to bar it or to let it in again.
    pub fn account_mut(&mut self, serial: SamSerial) -> Option<&mut SamAccount> {
        self.book.get_mut(&serial.encode())
    }

    /// Gives a load SAM its quota, or refuses it. The same request again gets the same answer.
    ///
    /// # Errors
    /// The first reason that speaks against it.
    pub fn sign_on(&mut self, request: &SignOnRequest) -> SignOnAnswer {
        let SignOnRequest { serial, terminal, challenge, at } = *request;
        let account = self.book.get_mut(&serial.encode()).ok_or(SignOnRefusal::UnknownSam)?;
        if account.terminal != terminal {
            return Err(SignOnRefusal::WrongTerminal);
        }
        if account.barred {
            return Err(SignOnRefusal::Barred);
        }
        if let Some(given) = account.given.last().filter(|given| given.request == *request) {
            return Ok(given.answer);
        }
        let rest = self.rules.per_day.saturating_sub(account.given_on(at.date()));
        let quota = self.rules.quota.min(rest);
        if quota.is_zero() {
            return Err(SignOnRefusal::DayQuotaSpent(self.rules.per_day));
        }
        let hours = Duration::from_secs(u64::from(self.rules.hours) * 3600);
        let answer = SignOn {
            authenticator: self.roots.sam_cryptogram(&serial, challenge),
            quota,
            // At the end of time a quota lasts no longer than that.
            expiry: BcdDateTime::from(at.saturating_add(hours)),
            batch: account.given.last().map_or(0, |given| given.answer.batch).wrapping_add(1),
            settled: at.date().into(),
        };
        account.given.push(Given { request: *request, answer });
        Ok(answer)
    }
}

impl SamAccount {
    /// What was given on one day.
    #[must_use]
    pub fn given_on(&self, day: Date) -> Fen {
        let that_day = self.given.iter().filter(|given| given.request.at.date() == day);
        that_day.map(|given| given.answer.quota).sum()
    }
}
