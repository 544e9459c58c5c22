//! From power-on to the command that writes: everything before it is asked and answered here.

use super::deed::{Act, Deed, Guard};
use super::setup::{LOAD, PINS, PRICE, UNLOAD, WRONG_PIN};
use super::subject::{Subject, ask, select};
use crate::counterpart::{Counterpart, Mac, change_pin, plain, verify_pin};
use tunion_apdu::{CommandBuf, Name, Response, Sw, build};
use tunion_card::{Image, Pin};
use tunion_crypto::Challenge;
use tunion_data::command::{LimitInit, LoadInit, PurchaseInit, Transaction};
use tunion_data::file::{INDUSTRY_LEN, Sfi, TripRecord};
use tunion_data::{Fen, Fen24};

/// A command that is about to be sent.
pub(super) struct Ready {
    /// The command.
    pub(super) command: CommandBuf,
    /// The same with the other MAC, cryptogram or PIN, where it has one: right for wrong, wrong for right.
    pub(super) twin: Option<CommandBuf>,
    /// The sequence before the transaction that it ends; 0 where it ends none.
    pub(super) seq: u16,
    /// The overdraft limit that it sets.
    pub(super) limit: Fen24,
}

/// A command on the way that was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Refusal {
    /// Which command.
    pub(super) at: Vec<u8>,
    /// With what.
    pub(super) sw: Sw,
    /// Pages that it wrote all the same.
    pub(super) wrote: u32,
}

/// Prepares `deed` on a card that was just powered on. No cut may lie ahead.
pub(super) fn prepare<S: Subject>(card: &mut S, deed: &Deed, other: &Counterpart) -> Result<Ready, Refusal> {
    let mut way = Way { card, other, answered: Response::new() };
    let select = select(way.card);
    // A temporarily blocked application answers with its FCI and a warning, and is selected.
    let refused = way.ask(&select).err().filter(|_| way.answered.data().is_empty());
    refused.map_or(Ok(()), Err)?;
    way.prepare(deed)
}

struct Way<'a, S> {
    card: &'a mut S,
    other: &'a Counterpart,
    answered: Response,
}

impl<S: Subject> Way<'_, S> {
    /// Sends a command that has to be answered with 9000; the answer is in `answered`.
    fn ask(&mut self, command: &CommandBuf) -> Result<(), Refusal> {
        // Without a cut ahead there is power; a card that loses it all the same is refused with 6F00.
        self.answered = ask(self.card, command).unwrap_or_default();
        let sw = self.answered.sw();
        if sw.is_ok() {
            return Ok(());
        }
        Err(Refusal { at: command.to_vec(), sw, wrote: self.card.work().page_writes })
    }

    fn prepare(&mut self, deed: &Deed) -> Result<Ready, Refusal> {
        match deed.act {
            Act::Load | Act::Purchase | Act::Capp { .. } | Act::Unload | Act::Limit => self.transaction(deed),
            Act::VerifyPin | Act::ChangePin => Ok(self.pin(deed)),
            Act::ChangeAlgorithm => {
                let to = if self.card.image().security.sm4_in_use { 0x01 } else { 0x02 };
                Ok(alone(plain(Name::ChangeAlgorithm, [to, 0x00], &[])))
            }
            Act::Binary(_, Guard::Authentication) | Act::Record(_, Guard::Authentication) => {
                let challenge = self.challenge(8)?;
                self.ask(&self.other.authenticate(0x00, challenge, Mac::Right))?;
                let (name, parameters, data) = self.update(deed.act);
                let name =
                    if name == Name::SecureUpdateBinary { Name::UpdateBinary } else { Name::UpdateRecord };
                Ok(alone(plain(name, parameters, &data)))
            }
            _ => self.message(deed),
        }
    }

    /// INITIALIZE, what belongs between, and the command that ends it.
    fn transaction(&mut self, deed: &Deed) -> Result<Ready, Refusal> {
        let image = self.card.image();
        let wants_pin = self.card.profile().load_wants_pin;
        if wants_pin && matches!(deed.act, Act::Load | Act::Unload) {
            self.ask(&verify_pin(pins(&image).0))?;
        }
        let other = self.other;
        match deed.act {
            Act::Load => {
                self.ask(&other.init(Transaction::Load, LOAD))?;
                let init = LoadInit::try_from(self.answered.data()).unwrap_or_default();
                Ok(both(deed, |mac| other.credit(LOAD, &init, mac)).at(init.seq))
            }
            Act::Unload => {
                self.ask(&other.init(Transaction::Unload, UNLOAD))?;
                let init = LoadInit::try_from(self.answered.data()).unwrap_or_default();
                Ok(both(deed, |mac| other.debit_unload(UNLOAD, &init, mac)).at(init.seq))
            }
            Act::Limit => {
                self.ask(&other.init(Transaction::LimitUpdate, Fen::ZERO))?;
                let init = LimitInit::try_from(self.answered.data()).unwrap_or_default();
                let limit = another_limit(&image);
                let ready = both(deed, |mac| other.update_limit(limit, &init, mac)).at(init.seq);
                Ok(Ready { limit, ..ready })
            }
            act => {
                let transaction = act.transaction().unwrap_or(Transaction::Purchase);
                self.ask(&other.init(transaction, PRICE))?;
                let init = PurchaseInit::try_from(self.answered.data()).unwrap_or_default();
                if let Act::Capp { industry, trip } = act {
                    for id in industry {
                        self.ask(&build::update_capp(Sfi::INDUSTRY, *id, &industry_record(&image, *id)))?;
                    }
                    if trip {
                        self.ask(&build::update_capp(Sfi::TRIP, 0x00, &trip_record(&image)))?;
                    }
                }
                Ok(both(deed, |mac| other.debit(transaction, PRICE, &init, 1, mac)).at(init.seq))
            }
        }
    }

    fn pin(&mut self, deed: &Deed) -> Ready {
        let (now, other) = pins(&self.card.image());
        let given = |mac| if mac == Mac::Right { now } else { WRONG_PIN };
        if deed.act == Act::VerifyPin {
            both(deed, |mac| verify_pin(given(mac)))
        } else {
            both(deed, |mac| change_pin(given(mac), other))
        }
    }

    /// What answers a challenge, or, RELOAD PIN, has a MAC without one.
    fn message(&mut self, deed: &Deed) -> Result<Ready, Refusal> {
        let image = self.card.image();
        let (_, new) = pins(&image);
        let other = self.other;
        if deed.act == Act::ReloadPin {
            return Ok(both(deed, |mac| other.reload_pin(new, mac)));
        }
        // Short and long ones take turns.
        let length = if matches!(deed.act, Act::Block { .. } | Act::Append) { 4 } else { 8 };
        let challenge = self.challenge(length)?;
        if let Act::Authenticate(id) = deed.act {
            return Ok(both(deed, |mac| other.authenticate(id, challenge, mac)));
        }
        if let Act::UnblockPin { new: with_new } = deed.act {
            return Ok(both(deed, |mac| other.unblock_pin(with_new.then_some(new), challenge, mac)));
        }
        let (name, parameters, data) = self.update(deed.act);
        Ok(both(deed, |mac| other.signed(name, parameters, &data, challenge, mac)))
    }

    /// Name, parameters and data of a command with a MAC.
    fn update(&self, act: Act) -> (Name, [u8; 2], Vec<u8>) {
        let image = self.card.image();
        match act {
            Act::Binary(file, _) => (Name::SecureUpdateBinary, [0x80 | file.0, 0], binary(&image, file)),
            Act::Record(Sfi::TRIP, _) => {
                (Name::SecureUpdateRecord, [1, Sfi::TRIP.0 << 3 | 4], trip_record(&image).to_vec())
            }
            Act::Record(file, _) => {
                (Name::SecureUpdateRecord, [1, file.0 << 3 | 4], industry_record(&image, 1).to_vec())
            }
            Act::Append => {
                let key = [0xA5; 16];
                (Name::AppendRecord, [0, Sfi::TRIP.0 << 3], [&key[..], &trip_record(&image)].concat())
            }
            Act::Block { permanently } => (Name::ApplicationBlock, [0, permanently.into()], Vec::new()),
            Act::Unblock => (Name::ApplicationUnblock, [0, 0], Vec::new()),
            Act::CardBlock => (Name::CardBlock, [0, 0], Vec::new()),
            // Only BLOCK ALGORITHM is left.
            act => {
                let des = act == Act::BlockAlgorithm { des: true };
                (Name::BlockAlgorithm, [3, if des { 1 } else { 3 }], Vec::new())
            }
        }
    }

    fn challenge(&mut self, length: u8) -> Result<Challenge, Refusal> {
        self.ask(&build::get_challenge(length))?;
        let data = self.answered.data();
        let short = <[u8; 4]>::try_from(data).map(Challenge::from);
        let long = <[u8; 8]>::try_from(data).map(Challenge::from);
        Ok(short.or(long).unwrap_or(Challenge::from([0; 8])))
    }
}

impl Ready {
    fn at(self, seq: u16) -> Self {
        Self { seq, ..self }
    }
}

/// The command and its twin.
fn both(deed: &Deed, command: impl Fn(Mac) -> CommandBuf) -> Ready {
    let twin = if deed.mac == Mac::Right { Mac::Wrong } else { Mac::Right };
    Ready { twin: Some(command(twin)), ..alone(command(deed.mac)) }
}

fn alone(command: CommandBuf) -> Ready {
    Ready { command, twin: None, seq: 0, limit: Fen24::ZERO }
}

/// The PIN that the card has, and the one that it is changed to.
pub(super) fn pins(image: &Image) -> (&'static [u8], &'static [u8]) {
    let [a, b] = PINS;
    if image.security.pin == Pin::new(b) { (b, a) } else { (a, b) }
}

/// Another overdraft limit that the card takes: a fen more, or, at the end of the purse's 24 bits, a fen
/// less.
pub(super) fn another_limit(image: &Image) -> Fen24 {
    let purse = &image.purse;
    let more = purse.overdraft_limit.fen().saturating_add(Fen::new(1));
    let fits = purse.ceiling.fen().saturating_add(more) <= Fen24::MAX.fen();
    let less = purse.overdraft_limit.fen().saturating_sub(Fen::new(1));
    Fen24::new(if fits { more } else { less }).unwrap_or_default()
}

/// Other content for a transparent file: every byte differs.
pub(super) fn binary(image: &Image, file: Sfi) -> Vec<u8> {
    let mut bytes = match file {
        Sfi::INFO => image.info.encode().to_vec(),
        Sfi::HOLDER => image.holder.encode().to_vec(),
        _ => image.management.encode().to_vec(),
    };
    invert(&mut bytes);
    bytes
}

/// Another record of EF 1A: every byte after its header differs.
pub(super) fn industry_record(image: &Image, id: u8) -> [u8; INDUSTRY_LEN] {
    let mut record = image.industry.get(id).copied().unwrap_or([0; INDUSTRY_LEN]);
    let [_, _, _, body @ ..] = &mut record;
    invert(body);
    record
}

/// Another record of EF 1E than the newest: every byte differs.
pub(super) fn trip_record(image: &Image) -> [u8; TripRecord::LEN] {
    let mut record = image.trips.first().copied().unwrap_or([0; TripRecord::LEN]);
    invert(&mut record);
    record
}

fn invert(bytes: &mut [u8]) {
    for byte in bytes {
        *byte ^= 0x5A;
    }
}
