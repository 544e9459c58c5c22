//! PIN, blocks, tries and proofs: from what is written to what the card keeps, and back.

use heapless::Vec as Bounded;
use toml::Spanned;
use tunion_card::profile::{Algorithms, Tries};
use tunion_card::{Block, Image, Inconsistent, Pin, Profile, Proofs, SecurityContents, TriesLeft};
use tunion_data::command::{Proof, Transaction};

use super::fill;
use super::page::{Page, quoted};
use super::schema::{PinTable, ProofsTable, SecurityTable};
use super::settings::{choice, name_of};
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::layout::{Layout, TRANSACTIONS};

const BLOCKS: [(&str, Block); 3] =
    [("none", Block::None), ("temporary", Block::Temporary), ("permanent", Block::Permanent)];

pub(super) fn security(
    source: &Source,
    profile: &Profile,
    pin: Option<&PinTable>,
    table: &SecurityTable,
) -> Result<SecurityContents, Diagnostics> {
    let mut errors = Diagnostics::default();
    let pin = errors.keep(pin.map(|table| self::pin(source, &table.digits)).transpose());
    let blocked = errors.keep(choice(source, table.blocked.as_ref(), "block", BLOCKS, Block::None));
    let left = errors.keep(left(source, profile.tries, table));
    let sm4_in_use = errors.keep(sm4_in_use(source, profile.algorithms, table.sm4_in_use.as_ref()));
    let (Some(pin), Some(blocked), Some(left), Some(sm4_in_use)) = (pin, blocked, left, sm4_in_use) else {
        return Err(errors);
    };
    let SecurityTable { card_blocked, des_blocked, sm4_blocked, .. } = *table;
    errors.or(SecurityContents {
        pin,
        blocked,
        card_blocked,
        left: Some(left),
        sm4_in_use,
        des_blocked,
        sm4_blocked,
    })
}

fn pin(source: &Source, digits: &Spanned<String>) -> Result<Pin, Diagnostic> {
    Pin::new(digits.get_ref().as_bytes()).ok_or_else(|| {
        source.error(digits, "this is no PIN").help("a PIN is 2 to 6 digits in quotes, such as \"123456\"")
    })
}

/// The tries left: all where the file does not say, at most all where it does.
fn left(source: &Source, all: Tries, table: &SecurityTable) -> Result<TriesLeft, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut of = |given: &Option<Spanned<u8>>, all: u8| {
        let Some(given) = given else { return all };
        if *given.get_ref() > all {
            let error = source.error(given, Inconsistent::MoreTriesThanAll.to_string());
            errors.push(error.help(format!("write at most {all}, or set more in [tries]")));
        }
        *given.get_ref()
    };
    let left = TriesLeft {
        pin: of(&table.left.pin, all.pin),
        messages: of(&table.left.messages, all.messages),
        transactions: of(&table.left.transactions, all.transactions),
        external: [of(&table.left.external_auth, all.external), of(&table.left.app_control, all.external)],
    };
    errors.or(left)
}

/// The algorithm in use: a choice on a card with both (`docs/spec/card.md` 8.4).
fn sm4_in_use(
    source: &Source,
    algorithms: Algorithms,
    given: Option<&Spanned<bool>>,
) -> Result<bool, Diagnostic> {
    let forced = match algorithms {
        Algorithms::Both => return Ok(given.is_some_and(|given| *given.get_ref())),
        Algorithms::Des => false,
        Algorithms::Sm4 => true,
    };
    match given {
        Some(given) if *given.get_ref() != forced => {
            let message = if forced { "SM4 is all that this card has" } else { "this card has no SM4" };
            Err(source.error(given, message).help("write `algorithms = \"both\"` for a card that can choose"))
        }
        _ => Ok(forced),
    }
}

pub(super) fn proofs(source: &Source, table: &ProofsTable) -> Result<Proofs, Diagnostics> {
    let mut errors = Diagnostics::default();
    let options =
        TRANSACTIONS.iter().filter_map(|(name, byte)| Some((*name, Transaction::from_byte(*byte)?)));
    let last = table.last.as_ref().map(|name| source.choose(name, "transaction", options)).transpose();
    let last = errors.keep(last).flatten();
    let tables = [
        (Transaction::Load, &table.load),
        (Transaction::Unload, &table.unload),
        (Transaction::Purchase, &table.purchase),
        (Transaction::LimitUpdate, &table.limit_update),
        (Transaction::Capp, &table.capp),
    ];
    let mut kept = Bounded::new();
    for (transaction, table) in tables {
        let Some(table) = table else { continue };
        let mut bytes = [0; 10];
        errors.keep(fill::words(source, &Layout::proof(), table, &mut bytes));
        let [high, low, proof @ ..] = bytes;
        let _ = kept.push((transaction, u16::from_be_bytes([high, low]), Proof::decode(&proof)));
    }
    errors.or(Proofs { kept, last })
}

/// The tables `[pin]`, `[security]` and `[proofs]`; with `all` also what has its default.
pub(super) fn write(page: &mut Page, profile: &Profile, image: &Image, all: bool) {
    let Image { security, proofs, .. } = image;
    if let Some(pin) = &security.pin {
        page.table("pin");
        page.key("digits", quoted(String::from_utf8_lossy(pin.digits())));
    }
    let full = TriesLeft::from(profile.tries);
    let left = security.left.unwrap_or(full);
    let sm4_in_use = profile.algorithms == Algorithms::Both && security.sm4_in_use;
    let sm4_in_use = sm4_in_use || (all && profile.algorithms == Algorithms::Sm4);
    page.table("security");
    if all || security.blocked != Block::None {
        page.key("blocked", quoted(name_of(&BLOCKS, &security.blocked)));
    }
    for (key, is) in [
        ("card-blocked", security.card_blocked),
        ("sm4-in-use", sm4_in_use),
        ("des-blocked", security.des_blocked),
        ("sm4-blocked", security.sm4_blocked),
    ] {
        if all || is {
            page.key(key, is);
        }
    }
    for (key, left, full) in [
        ("left.pin", left.pin, full.pin),
        ("left.messages", left.messages, full.messages),
        ("left.transactions", left.transactions, full.transactions),
        ("left.external-auth", left.external[0], full.external[0]),
        ("left.app-control", left.external[1], full.external[1]),
    ] {
        if all || left != full {
            page.key(key, left);
        }
    }
    let name = |transaction: Transaction| name_of(TRANSACTIONS, &(transaction as u8));
    page.table("proofs");
    if let Some(last) = proofs.last {
        page.key("last", quoted(name(last)));
    }
    for transaction in Transaction::ALL {
        let kept = proofs.kept.iter().find(|(kept, ..)| *kept == transaction);
        let Some((_, seq, proof)) = kept else { continue };
        page.table(&format!("proofs.{}", name(transaction)));
        // A proof is there, be it of zeros.
        let bytes = [&seq.to_be_bytes()[..], &proof.encode()].concat();
        fill::write_words(page, &Layout::proof(), &[], &bytes);
    }
}
