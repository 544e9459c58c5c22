//! The sign-on of a load SAM (签到; `docs/spec/terminal.md` 1.6 step 1): the SAM's challenge, the host's
//! authenticator and quota, EXTERNAL AUTHENTICATE, the quota's file. At the start of the day, and before a load
//! that the quota no longer covers.

use super::bring_up::BringUp;
use super::{Answer, Stage, Terminal};
use crate::action::{Action, Event, Note};
use crate::place::Place;
use crate::profile::LoadBy;
use alloc::boxed::Box;
use tunion_apdu::build;
use tunion_data::command::SamQuota;
use tunion_data::file::Sfi;
use tunion_data::host::{SignOn, SignOnRequest};

/// What a sign-on is waiting for.
#[derive(Clone, Copy, Debug)]
pub(super) enum SigningOn {
    /// What the SAM has left.
    Quota,
    /// The SAM's challenge.
    Challenge,
    /// The host.
    Host,
    /// The SAM's judgement of the host.
    Authenticate(SignOn),
    /// The SAM's answer to the new quota.
    Write(SignOn),
}

/// Where a sign-on stands.
pub(super) enum SignOnTurn {
    /// It waits for this.
    Waiting(SigningOn),
    /// It is over; the note says why there is no new quota.
    Over(Option<Note>),
    /// The SAM did not answer as a load SAM does.
    SamFault,
}

impl Terminal<'_> {
    /// Whether loads are made with the SAM of this terminal.
    pub(super) fn loads_by_sam(&self) -> bool {
        self.setup.place == Place::TopUp && self.setup.profile.load.by == LoadBy::Sam
    }

    /// What the load SAM may still load, as it said last, less what it approved since; `None` for a terminal
    /// without one. For display: the SAM counts for itself.
    #[must_use]
    pub fn quota(&self) -> Option<SamQuota> {
        self.loads_by_sam().then_some(self.sam.quota)
    }

    /// The PSAM is brought up. Of a load SAM it is asked what is left; a sign-on follows where that is nothing.
    pub(super) fn brought_up(&mut self, bring_up: BringUp) -> Stage {
        if !self.loads_by_sam() {
            return Stage::Ready;
        }
        let [.., length] = SamQuota::LEN.to_be_bytes();
        self.ask_sam(build::read_binary(Sfi::QUOTA, length));
        Stage::SigningOn(bring_up, SigningOn::Quota)
    }

    /// Something happened during the sign-on of a terminal that is switched on. Without a quota it serves all the
    /// same: a load asks once more.
    pub(super) fn start_signing_on(&mut self, bring_up: BringUp, at: SigningOn, event: Event<'_>) -> Stage {
        match self.signing_on(at, event) {
            SignOnTurn::Waiting(at) => Stage::SigningOn(bring_up, at),
            SignOnTurn::Over(_) => Stage::Ready,
            SignOnTurn::SamFault => self.start_again(bring_up),
        }
    }

    /// Asks the host for more. `None` when the SAM has turned the host away already.
    pub(super) fn sign_on(&mut self) -> Option<SigningOn> {
        if self.sam.barred {
            return None;
        }
        self.ask_sam(build::sam_challenge());
        Some(SigningOn::Challenge)
    }

    /// The SAM or the host answered. Any other event leaves it waiting.
    pub(super) fn signing_on(&mut self, signing_on: SigningOn, event: Event<'_>) -> SignOnTurn {
        let waiting = match (signing_on, event) {
            (_, Event::SamGone) if !matches!(signing_on, SigningOn::Host) => return SignOnTurn::SamFault,
            (SigningOn::Quota, Event::SamAnswer(bytes)) => {
                let Some(quota) = sam_value::<SamQuota>(bytes) else { return SignOnTurn::SamFault };
                self.sam.quota = quota;
                let spent = quota.quota.is_zero() || !crate::loads::covers(&quota, quota.quota, self.now);
                match spent.then(|| self.sign_on()).flatten() {
                    Some(waiting) => waiting,
                    None => return SignOnTurn::Over(None),
                }
            }
            (SigningOn::Challenge, Event::SamAnswer(bytes)) => {
                let Some(challenge) = sam_value(bytes) else { return SignOnTurn::SamFault };
                let request = SignOnRequest {
                    serial: self.sam.serial,
                    terminal: self.sam.terminal,
                    challenge,
                    at: self.now,
                };
                self.want(Action::SignOn(Box::new(request)));
                SigningOn::Host
            }
            (SigningOn::Host, Event::SignedOn(Ok(given))) => {
                self.ask_sam(build::authenticate_sam(given.authenticator));
                SigningOn::Authenticate(*given)
            }
            (SigningOn::Host, Event::SignedOn(Err(refusal))) => {
                return SignOnTurn::Over(Some(Note::SignOnRefused(*refusal)));
            }
            (SigningOn::Host, Event::HostGone) => return SignOnTurn::Over(None),
            (SigningOn::Authenticate(given), Event::SamAnswer(bytes)) => {
                let Some(answer) = Answer::of(bytes) else { return SignOnTurn::SamFault };
                if !answer.sw.is_ok() {
                    self.sam.barred = true;
                    return SignOnTurn::Over(Some(Note::Status(answer.sw)));
                }
                self.ask_sam(build::write_quota(&quota_of(&given)));
                SigningOn::Write(given)
            }
            (SigningOn::Write(given), Event::SamAnswer(bytes)) => {
                if !Answer::of(bytes).is_some_and(|answer| answer.sw.is_ok()) {
                    return SignOnTurn::SamFault;
                }
                self.sam.quota = quota_of(&given);
                return SignOnTurn::Over(None);
            }
            (waiting, _) => waiting,
        };
        SignOnTurn::Waiting(waiting)
    }
}

fn quota_of(given: &SignOn) -> SamQuota {
    SamQuota { quota: given.quota, expiry: given.expiry, batch: given.batch }
}

fn sam_value<'a, T: TryFrom<&'a [u8]>>(bytes: &'a [u8]) -> Option<T> {
    let answer = Answer::of(bytes).filter(|answer| answer.sw.is_ok())?;
    T::try_from(answer.data).ok()
}
