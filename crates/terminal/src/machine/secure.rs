//! A command of secure messaging whose MAC the PSAM makes (`docs/spec/terminal.md` 2.4, 3.3; `docs/spec/card.md`
//! 4.7): the card's challenge, the PSAM's key and MAC, a grey record, the command.
//!
//! What it is for stands in `lock` and `extend`.

use super::{Answer, Refusal, Step, Tap, Terminal, Turn};
use crate::action::{Event, Note, SlotId};
use crate::codes::Code;
use crate::defect::Defect;
use crate::facts::KeyInfo;
use crate::plan::{Stamp, blank_upload};
use alloc::boxed::Box;
use alloc::vec::Vec;
use tunion_apdu::{CommandBuf, Name, build};
use tunion_data::BcdDate;
use tunion_data::command::SamKey;
use tunion_data::file::{Sfi, TripType};
use tunion_data::upload::{RecordKind, UploadRecord};

/// Length of the card's challenge.
const CHALLENGE: u8 = 4;
/// P1 of DES CRYPT: one MAC with an initial vector in front.
const MAC_WITH_VECTOR: u8 = 0x05;
/// Offset of the last day of validity in EF 15 (`docs/spec/card.md` 2.1).
const VALID_TO: u8 = 24;

/// What a command does to the card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Job {
    /// It locks the application.
    Lock(Why),
    /// It moves the last day of validity.
    Extend(BcdDate),
}

/// Why an application is locked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Why {
    /// The card is on the black list.
    BlackListed,
    /// The operator wants it.
    Wanted,
    /// The card was given back.
    Refunded,
}

impl Job {
    const fn key(self) -> SamKey {
        match self {
            Self::Lock(_) => SamKey::BLOCK,
            Self::Extend(_) => SamKey::MAINTENANCE,
        }
    }

    /// The command without its MAC. The lock can be taken back (`docs/spec/terminal.md` 3.3: P2 00).
    fn command(self) -> CommandBuf {
        match self {
            Self::Lock(_) => build::unsigned(Name::ApplicationBlock, 0x00, 0x00, &[]),
            Self::Extend(to) => {
                build::unsigned(Name::SecureUpdateBinary, 0x80 | Sfi::INFO.0, VALID_TO, &to.0)
            }
        }
    }

    pub(super) const fn kind(self) -> RecordKind {
        match self {
            Self::Lock(_) => RecordKind::Lock,
            Self::Extend(_) => RecordKind::Extension,
        }
    }
}

/// A command on its way: what it is waiting for, with what it needs then.
#[derive(Clone, Debug)]
pub(super) enum Securing {
    /// The card's challenge.
    Challenge(Job),
    /// The PSAM's key.
    Key(Job, [u8; 4]),
    /// The PSAM's MAC.
    Mac(Job),
    /// The store.
    Persist(Job, Ready),
    /// The card's answer to the command.
    Sent(Job, Ready),
}

/// A command that can be sent.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    command: CommandBuf,
    slot: SlotId,
    record: UploadRecord,
}

/// What became of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    /// The card did it.
    Done,
    /// It was not sent, or the card refused it.
    NotDone(Option<Note>),
    /// The card did not answer it. The grey record stays.
    Open,
}

impl Securing {
    pub(super) const fn asks_card(&self) -> bool {
        matches!(self, Self::Challenge(_) | Self::Sent(..))
    }

    const fn job(&self) -> Job {
        match self {
            Self::Challenge(job)
            | Self::Key(job, _)
            | Self::Mac(job)
            | Self::Persist(job, _)
            | Self::Sent(job, _) => *job,
        }
    }

    fn step(self) -> Step {
        Step::Securing(Box::new(self))
    }
}

impl Terminal<'_> {
    pub(super) fn secure(&mut self, tap: &mut Tap, job: Job) -> Step {
        self.ask(tap, build::get_challenge(CHALLENGE));
        Securing::Challenge(job).step()
    }

    /// The card answered.
    pub(super) fn secure_answer(&mut self, tap: &mut Tap, securing: Securing, answer: Answer<'_>) -> Turn {
        match securing {
            Securing::Challenge(job) => match answer.value::<[u8; 4]>(Code::WriteFailed) {
                Ok(challenge) => {
                    // The PSAM holds one thing at a time: a purchase that it has open is given up.
                    self.sam_open = None;
                    let factors = [tap.facts.info.pan.last8(), tap.facts.info.issuer.0];
                    self.ask_sam(build::init_descrypt(job.key(), &factors));
                    Ok(Some(Securing::Key(job, challenge).step()))
                }
                Err(refusal) => self.secured(tap, job, Outcome::not_done(&refusal)),
            },
            Securing::Sent(job, Ready { slot, mut record, .. }) => {
                if !answer.sw.is_ok() {
                    self.drop_grey(slot);
                    return self.secured(tap, job, Outcome::NotDone(Some(Note::Status(answer.sw))));
                }
                record.flags &= !UploadRecord::GREY;
                self.settle(slot, record);
                self.secured(tap, job, Outcome::Done)
            }
            waiting => Ok(Some(waiting.step())),
        }
    }

    /// The card did not answer. What it did with the command itself is not known.
    pub(super) fn secure_gone(&mut self, tap: &mut Tap, securing: &Securing) -> Turn {
        let sent = matches!(securing, Securing::Sent(..));
        self.secured(tap, securing.job(), if sent { Outcome::Open } else { Outcome::NotDone(None) })
    }

    /// The PSAM or the store answered. A card that went in the meantime is not sent the command.
    pub(super) fn secure_event(&mut self, tap: &mut Tap, securing: Securing, event: Event<'_>) -> Turn {
        let next = match (securing, event) {
            (Securing::Key(job, challenge), Event::SamAnswer(bytes)) => {
                match self.sam_value::<&[u8]>(bytes) {
                    Ok(_) if tap.gone => return self.secured(tap, job, Outcome::NotDone(None)),
                    Ok(_) => {}
                    Err(refusal) => return self.secured(tap, job, Outcome::not_done(&refusal)),
                }
                self.ask_sam(build::des_crypt(MAC_WITH_VECTOR, &to_sign(challenge, &job.command())));
                Securing::Mac(job)
            }
            (Securing::Mac(job), Event::SamAnswer(bytes)) => match self.sam_value::<[u8; 4]>(bytes) {
                Ok(_) if tap.gone => return self.secured(tap, job, Outcome::NotDone(None)),
                Ok(mac) => {
                    let mut record = self.record_of(tap, job);
                    let slot = self.keep_grey(&mut record, None);
                    let bare = matches!(job, Job::Lock(_)) && self.has(Defect::LockWithoutMac);
                    let command = if bare { job.command() } else { build::signed(job.command(), mac) };
                    Securing::Persist(job, Ready { command, slot, record })
                }
                Err(refusal) => return self.secured(tap, job, Outcome::not_done(&refusal)),
            },
            (Securing::Key(job, _) | Securing::Mac(job), Event::SamGone) => {
                self.sam_suspect = true;
                return self.secured(tap, job, Outcome::NotDone(None));
            }
            (Securing::Persist(job, ready), Event::Persisted(stored)) if ready.slot == stored => {
                if tap.gone {
                    self.drop_grey(stored);
                    return self.secured(tap, job, Outcome::NotDone(None));
                }
                self.send(tap, ready.command.clone());
                Securing::Sent(job, ready)
            }
            (Securing::Persist(job, ready), Event::StoreFailed(failed)) if ready.slot == failed => {
                self.drop_grey(failed);
                return self.secured(tap, job, Outcome::NotDone(None));
            }
            (waiting, _) => waiting,
        };
        Ok(Some(next.step()))
    }

    fn secured(&mut self, tap: &mut Tap, job: Job, outcome: Outcome) -> Turn {
        match job {
            Job::Lock(why) => self.lock_ended(tap, why, outcome),
            Job::Extend(to) => {
                self.extension_ended(tap, to, outcome);
                Ok(None)
            }
        }
    }

    /// The record of a command that moves no money: without a TAC, without a sequence of the PSAM or the card
    /// (`docs/spec/terminal.md` 3.3). That of an extension has the new last day.
    fn record_of(&self, tap: &Tap, job: Job) -> UploadRecord {
        let stamp = Stamp {
            profile: self.setup.profile,
            sam: &self.sam,
            facts: &tap.facts,
            key: KeyInfo::default(),
            at: tap.at,
        };
        let blank = blank_upload(&stamp);
        UploadRecord {
            kind: job.kind() as u8,
            trip_type: if job.kind() == RecordKind::Lock { TripType::Refund as u8 } else { 0 },
            tac: [0; 4],
            balance_after: tap.facts.actual,
            operator: self.setup.profile.operator,
            valid_to: if let Job::Extend(to) = job { to } else { blank.valid_to },
            ..blank
        }
    }
}

impl Outcome {
    fn not_done(refusal: &Refusal) -> Self {
        Self::NotDone(refusal.note)
    }
}

/// What the MAC is made over: the challenge as initial vector, then the command, padded.
fn to_sign(challenge: [u8; 4], command: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::from(challenge);
    bytes.resize(8, 0);
    bytes.extend_from_slice(command);
    bytes.push(0x80);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `docs/spec/terminal.md` 3.3: (rand4 ‖ 00 × 4) ‖ 84 1E 00 00 04 80 00 00.
    #[test]
    fn a_lock_is_signed_as_published() {
        let signed = to_sign([1, 2, 3, 4], &Job::Lock(Why::Wanted).command());
        assert_eq!(signed, [1, 2, 3, 4, 0, 0, 0, 0, 0x84, 0x1E, 0, 0, 4, 0x80, 0, 0]);
    }

    /// `docs/spec/terminal.md` 1.6: 04 D6 95, here at the last day alone.
    #[test]
    fn an_extension_writes_the_last_day() {
        let command = Job::Extend(BcdDate([0x20, 0x27, 0x11, 0x23])).command();
        assert_eq!(command, [0x04, 0xD6, 0x95, 0x18, 0x08, 0x20, 0x27, 0x11, 0x23]);
        assert_eq!(to_sign([0; 4], &command)[8 + 9..], [0x80, 0, 0, 0, 0, 0, 0]);
    }
}
