//! The host of online loads, 圈存 (`docs/spec/terminal.md` 1.6).
//!
//! A load is approved, done by the card, and booked. Between the approval and the booking nobody but
//! the card knows whether the money is on it; the approval stays open (grey) until one of these:
//!
//! - the TAC of CREDIT FOR LOAD, or MAC2 and TAC of GET TRANSACTION PROVE: booked;
//! - a later INITIALIZE with the **same** online sequence: not done. Its session took the place of the
//!   one approved before, and a new approval goes out. The old one is kept beside it, in case the
//!   requests overtook each other; the card does one of them at most, and its TAC says which;
//! - a later INITIALIZE with a **higher** online sequence: done, for nothing but a credit moves it.
//!   Booked if one approval was open. If several were, the host asks for the proof before it approves
//!   anything else, and the card keeps it until then.
//!
//! So money is booked once for each online sequence of a card, and no sooner than it is on the card.

use tunion_crypto::ct_eq;
use tunion_data::command::ALGORITHM_DES;
use tunion_data::host::{LoadAnswer, LoadApproval, LoadConfirmation, LoadProof, LoadRefusal, LoadRequest};
use tunion_data::{BcdDateTime, IssuerId, Pan};

use crate::account::{Account, CardRegistry, Evidence, Open};
use crate::macs;
use crate::roots::Roots;
use crate::rules::LoadRules;

/// The issuer's host of online loads. What it remembers is in its registry.
#[derive(Clone, Debug)]
pub struct LoadHost<R> {
    roots: Roots,
    rules: LoadRules,
    registry: R,
}

impl<R: CardRegistry> LoadHost<R> {
    /// A host for the cards in `registry`.
    #[must_use]
    pub const fn new(roots: Roots, rules: LoadRules, registry: R) -> Self {
        Self { roots, rules, registry }
    }

    /// The accounts.
    #[must_use]
    pub const fn registry(&self) -> &R {
        &self.registry
    }

    /// The accounts, to issue a card or to change its standing.
    pub const fn registry_mut(&mut self) -> &mut R {
        &mut self.registry
    }

    /// Approves a load or refuses it. The same request again gets the same approval.
    ///
    /// The time that MAC2 covers is the terminal's: the host has no clock (our reading;
    /// `docs/spec/terminal.md` 1.6 has the host answer a time and no more).
    ///
    /// # Errors
    /// When the registry cannot be read or written; nothing has then been approved.
    pub fn approve(&mut self, request: &LoadRequest) -> Result<LoadAnswer, R::Error> {
        self.on_account(request.pan, request.issuer, |host, account| host.check(account, request))
    }

    /// Books a load by the TAC that CREDIT FOR LOAD answered. The same confirmation again changes
    /// nothing.
    ///
    /// # Errors
    /// When the registry cannot be read or written; nothing has then been booked.
    pub fn confirm(&mut self, seen: &LoadConfirmation) -> Result<Result<(), LoadRefusal>, R::Error> {
        let LoadConfirmation { issuer, pan, seq, tac } = *seen;
        self.on_account(pan, issuer, |host, account| {
            host.settle(account, seq, Evidence::Tac, |_, ours| ct_eq(ours, &tac))
        })
    }

    /// Books a load by the MAC2 and TAC that GET TRANSACTION PROVE answered. The same proof again
    /// changes nothing.
    ///
    /// # Errors
    /// When the registry cannot be read or written; nothing has then been booked.
    pub fn prove(&mut self, seen: &LoadProof) -> Result<Result<(), LoadRefusal>, R::Error> {
        let LoadProof { issuer, pan, seq, proof } = *seen;
        self.on_account(pan, issuer, |host, account| {
            host.settle(account, seq, Evidence::Proof, |load, ours| {
                ct_eq(ours, &proof.tac) && ct_eq(&load.approval.mac2, &proof.mac2)
            })
        })
    }

    /// Runs `decide` on a card's account and keeps what it changed.
    fn on_account<T>(
        &mut self,
        pan: Pan,
        issuer: IssuerId,
        decide: impl FnOnce(&Self, &mut Account) -> Result<T, LoadRefusal>,
    ) -> Result<Result<T, LoadRefusal>, R::Error> {
        let before = self.registry.account(pan)?;
        let Some(before) = before.filter(|account| account.issuer == issuer) else {
            return Ok(Err(LoadRefusal::UnknownCard));
        };
        let mut account = before.clone();
        let outcome = decide(self, &mut account);
        if account != before {
            self.registry.put(pan, account)?;
        }
        Ok(outcome)
    }

    fn check(&self, account: &mut Account, request: &LoadRequest) -> LoadAnswer {
        let LoadRequest { issuer, pan, key_index, init, .. } = *request;
        if init.algorithm != ALGORITHM_DES || init.key_version != self.roots.version {
            return Err(LoadRefusal::NoSuchKey);
        }
        let key = self.roots.load_key(key_index, issuer, pan).ok_or(LoadRefusal::NoSuchKey)?;
        if !ct_eq(&macs::mac1(&key, request), &init.mac1) {
            return Err(LoadRefusal::WrongMac1);
        }
        // From here on the card itself is speaking.
        follow(account, init.seq)?;
        self.rules.check(account, request)?;
        if let Some(open) = account.open.iter().find(|open| same(&open.request, request)) {
            return Ok(open.approval);
        }
        let (date, time) = BcdDateTime::from(request.at).split();
        let approval = LoadApproval { date, time, mac2: macs::mac2(&key, request) };
        account.open.push(Open { request: *request, approval });
        Ok(approval)
    }

    /// Books the approval for `seq` that `fits`, which is told the TAC that the card makes of it. A load
    /// that is booked already has to fit too.
    fn settle(
        &self,
        account: &mut Account,
        seq: u16,
        evidence: Evidence,
        fits: impl Fn(&Open, &[u8; 4]) -> bool,
    ) -> Result<(), LoadRefusal> {
        let fits = |load: &Open| {
            let LoadRequest { issuer, pan, .. } = load.request;
            fits(load, &macs::tac(&self.roots.tac_key(issuer, pan), &load.request))
        };
        if let Some(booked) = account.booked.iter_mut().find(|booked| booked.load.request.init.seq == seq) {
            if !fits(&booked.load) {
                return Err(LoadRefusal::WrongProof);
            }
            if booked.evidence == Evidence::Sequence {
                booked.evidence = evidence;
            }
            return Ok(());
        }
        if account.open.is_empty() || seq != account.online_seq {
            return Err(LoadRefusal::NotApproved);
        }
        let load = account.open.iter().copied().find(fits).ok_or(LoadRefusal::WrongProof)?;
        account.book(load, evidence);
        Ok(())
    }
}

/// Follows the card's online sequence to `seq`, which a MAC1 has shown, and settles what that settles.
fn follow(account: &mut Account, seq: u16) -> Result<(), LoadRefusal> {
    let expected = account.online_seq;
    if seq < expected {
        return Err(LoadRefusal::SequenceUsed);
    }
    if seq > expected {
        match *account.open {
            [] => {}
            [load] => account.book(load, Evidence::Sequence),
            [..] => return Err(LoadRefusal::ProofNeeded { seq: expected }),
        }
        account.online_seq = seq;
    }
    Ok(())
}

/// Whether a request is one that was asked before, sent again: all but the time has to agree.
fn same(one: &LoadRequest, other: &LoadRequest) -> bool {
    *one == LoadRequest { at: one.at, ..*other }
}
