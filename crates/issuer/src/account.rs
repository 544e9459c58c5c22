//! What the issuer knows of a card.

use std::collections::BTreeMap;
use std::convert::Infallible;

use tunion_card::Contents;
use tunion_data::host::{LoadApproval, LoadRequest};
use tunion_data::{BcdDate, Fen, IssuerId, Pan};

/// Where accounts are kept: a map in memory, or a store.
pub trait CardRegistry {
    /// Why the store cannot be read or written.
    type Error;

    /// The account of a card, or `None` for a card that was never issued.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn account(&self, pan: Pan) -> Result<Option<Account>, Self::Error>;

    /// Keeps the account of a card as it is now, all of it or nothing.
    ///
    /// # Errors
    /// When the store cannot be written; the account is then as it was.
    fn put(&mut self, pan: Pan, account: Account) -> Result<(), Self::Error>;
}

impl CardRegistry for BTreeMap<Pan, Account> {
    type Error = Infallible;

    fn account(&self, pan: Pan) -> Result<Option<Account>, Infallible> {
        Ok(self.get(&pan).cloned())
    }

    fn put(&mut self, pan: Pan, account: Account) -> Result<(), Infallible> {
        self.insert(pan, account);
        Ok(())
    }
}

/// The issuer's account of one card.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// The issuer under which the card's keys were derived.
    pub issuer: IssuerId,
    /// The last day of validity, as in EF 15.
    pub valid_to: BcdDate,
    /// Whether the card may be used at all.
    pub standing: Standing,
    /// The overdraft limit (透支限额): a card's INIT answers count it into the balance.
    pub overdraft_limit: Fen,
    /// The lowest online sequence that the card can still show.
    pub online_seq: u16,
    /// Approvals for `online_seq` of which no one knows whether the card was credited (grey). The card
    /// can have been credited with one of them at most.
    pub open: Vec<Open>,
    /// The loads that were done, oldest first.
    pub booked: Vec<Booked>,
}

impl Account {
    /// The account of a card that leaves personalisation with these contents.
    #[must_use]
    pub fn new(contents: &Contents) -> Self {
        Self {
            issuer: contents.image.info.issuer,
            valid_to: contents.image.info.valid_to,
            standing: Standing::Normal,
            overdraft_limit: contents.image.purse.overdraft_limit.fen(),
            online_seq: contents.image.purse.online_seq,
            open: Vec::new(),
            booked: Vec::new(),
        }
    }

    /// All money that was loaded.
    #[must_use]
    pub fn loaded(&self) -> Fen {
        self.booked.iter().map(|booked| booked.load.request.amount).sum()
    }

    /// Takes a load as done. The card's sequence has moved past it, and no other approval for it can
    /// ever be used.
    pub(crate) fn book(&mut self, load: Open, evidence: Evidence) {
        self.online_seq = load.request.init.seq.saturating_add(1);
        self.open.clear();
        self.booked.push(Booked { load, evidence });
    }
}

/// Whether a card may be used (`docs/spec/programme.md` 13, 15, 16).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Standing {
    /// 正常.
    #[default]
    Normal,
    /// 挂失: the holder has reported it lost.
    ReportedLost,
    /// 黑名单.
    Blacklisted,
    /// Another card took its place. What is on it can be spent, nothing can be added.
    Superseded,
    /// 退卡.
    Returned,
}

/// An approval that went out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Open {
    /// What was asked.
    pub request: LoadRequest,
    /// What was answered.
    pub approval: LoadApproval,
}

/// A load that was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Booked {
    /// The approval that the card was credited with.
    pub load: Open,
    /// How the issuer knows.
    pub evidence: Evidence,
}

/// How the issuer knows that a load was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// The card's TAC, in the answer to CREDIT FOR LOAD.
    Tac,
    /// MAC2 and TAC, in the answer to GET TRANSACTION PROVE.
    Proof,
    /// A later MAC1 shows that the card's online sequence has moved, and one approval alone can have
    /// moved it.
    Sequence,
}
