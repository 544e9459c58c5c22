//! From what is written to the bytes of the card's files.

use encoding_rs::GBK;
use toml::Spanned;
use tunion_card::{Inconsistent, PurseContents};
use tunion_data::civil::Date;
use tunion_data::file::{AppInfo, CardType, Holder, Management};
use tunion_data::{Fen, Fen24};

use super::schema::{HolderTable, InfoTable, ManagementTable, PurseTable};
use crate::diag::{Diagnostic, Diagnostics, Place, Source, Text};
use crate::layout::{CARD_TYPES, ID_TYPES};

pub(super) fn info(source: &Source, table: &InfoTable) -> Result<AppInfo, Diagnostics> {
    let [first, last] = [&table.valid_from, &table.valid_to];
    in_order(source, first.get_ref().0, last.get_ref().0, last)?;
    Ok(AppInfo {
        issuer: table.issuer.0,
        app_type: table.app_type,
        enabled: table.enabled,
        pan: table.pan.0,
        valid_from: first.get_ref().0.into(),
        valid_to: last.get_ref().0.into(),
        issuer_data: table.issuer_data.0.0,
    })
}

/// The last day of a validity is not before its first.
pub(crate) fn in_order(
    source: &Source,
    first: Date,
    last: Date,
    at: impl Into<Place>,
) -> Result<(), Diagnostic> {
    if first <= last {
        return Ok(());
    }
    Err(source.error(at, format!("the validity from {first} to {last} has no day")))
}

pub(super) fn holder(source: &Source, table: &HolderTable) -> Result<Holder, Diagnostics> {
    let mut errors = Diagnostics::default();
    let name = table.name.as_ref().map_or(Ok([b' '; 20]), |name| {
        let (bytes, _, unmappable) = GBK.encode(name.get_ref());
        let bytes = if unmappable { None } else { Some(bytes) };
        padded(source, name, bytes.as_deref(), "written in GBK")
    });
    let id_number = table.id_number.as_ref().map_or(Ok([b' '; 32]), |number| {
        let bytes = number.get_ref().is_ascii().then_some(number.get_ref().as_bytes());
        padded(source, number, bytes, "written in ASCII")
    });
    let id_type = table
        .id_type
        .as_ref()
        .map_or(Ok(0x00), |name| source.choose(name, "kind of identity document", ID_TYPES.iter().copied()));
    let (name, id_number, id_type) = (errors.keep(name), errors.keep(id_number), errors.keep(id_type));
    let (Some(name), Some(id_number), Some(id_type)) = (name, id_number, id_type) else { return Err(errors) };
    let HolderTable { card_flag, staff, .. } = *table;
    errors.or(Holder { card_flag, staff_flag: staff.into(), name, id_number, id_type })
}

/// What the text of a `[holder]` table says.
pub(super) fn holder_says(text: &str) -> Option<Holder> {
    #[derive(serde::Deserialize)]
    struct File {
        #[serde(default)]
        holder: HolderTable,
    }
    let source = Source::new("", text);
    let File { holder } = source.toml().ok()?;
    self::holder(&source, &holder).ok()
}

/// `bytes` of a text, with spaces behind; `None` when the text cannot be written.
fn padded<const N: usize>(
    source: &Source,
    text: &Spanned<String>,
    bytes: Option<&[u8]>,
    how: &str,
) -> Result<[u8; N], Diagnostic> {
    let bytes = bytes.ok_or_else(|| source.error(text, format!("this cannot be {how}")))?;
    if bytes.len() > N {
        let message = format!("{} bytes where the card has {N}", bytes.len());
        return Err(source.error(text, message).note(format!("it is {how}")));
    }
    let mut field = [b' '; N];
    field.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Ok(field)
}

pub(super) fn management(source: &Source, table: &ManagementTable) -> Result<Management, Diagnostics> {
    let card_type = card_type(source, &table.card_type)?;
    Ok(Management {
        country: table.country.0.0,
        province: table.province.unwrap_or(table.city).0,
        city: table.city.0,
        interoperable: table.interoperable.into(),
        card_type: card_type.to_byte(),
        // docs/spec/card.md 2.3.
        reserved: [b' '; 49],
    })
}

/// A kind of card by its name.
pub(crate) fn card_type(source: &Source, name: &Spanned<String>) -> Result<CardType, Diagnostic> {
    let types = CARD_TYPES.iter().map(|(name, byte)| (*name, CardType::from_byte(*byte)));
    source.choose(name, "kind of card", types)
}

/// `base` with the changes of `table`, when its four amounts agree with each other
/// (`docs/spec/card.md` 6).
pub(crate) fn purse(
    source: &Source,
    base: PurseContents,
    table: &PurseTable,
) -> Result<PurseContents, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut amount = |given: &Option<Spanned<Text<Fen>>>, base: Fen24| {
        let Some(given) = given else { return base };
        let amount = Fen24::new(given.get_ref().0).ok_or_else(|| {
            let message = format!("{} yuan is more than a purse can hold", given.get_ref().0);
            source
                .error(given, message)
                .help(format!("its amounts have 24 bits: at most {}", Fen24::MAX.fen()))
        });
        errors.keep(amount).unwrap_or(base)
    };
    let purse = PurseContents {
        balance: amount(&table.balance, base.balance),
        ceiling: amount(&table.ceiling, base.ceiling),
        overdraft_limit: amount(&table.overdraft_limit, base.overdraft_limit),
        overdraft_used: amount(&table.overdraft_used, base.overdraft_used),
        offline_seq: table.offline_seq.unwrap_or(base.offline_seq),
        online_seq: table.online_seq.unwrap_or(base.online_seq),
    };
    let purse = errors.or(purse)?;
    consistent(source, &purse, table)?;
    Ok(purse)
}

/// The card's own rules ([`PurseContents::broken`]), each told where the file breaks it.
fn consistent(source: &Source, purse: &PurseContents, table: &PurseTable) -> Result<(), Diagnostics> {
    let [balance, ceiling, limit, used] =
        [purse.balance, purse.ceiling, purse.overdraft_limit, purse.overdraft_used].map(Fen24::fen);
    let mut errors = Diagnostics::default();
    for rule in purse.broken() {
        let (fields, amounts) = match rule {
            Inconsistent::BalanceAboveCeiling => {
                ([&table.balance, &table.ceiling], format!("balance {balance}, ceiling {ceiling}"))
            }
            Inconsistent::OverdrawnAboveLimit => (
                [&table.overdraft_used, &table.overdraft_limit],
                format!("overdraft used {used}, limit {limit}"),
            ),
            Inconsistent::CeilingAndLimit => (
                [&table.ceiling, &table.overdraft_limit],
                format!("ceiling {ceiling}, overdraft limit {limit}, together at most {}", Fen24::MAX.fen()),
            ),
            // Not of the purse; a profile has neither.
            Inconsistent::AidLength | Inconsistent::Profile(_) | Inconsistent::MoreTriesThanAll => continue,
        };
        let error = match fields.into_iter().flatten().next() {
            Some(given) => source.error(given, rule.to_string()),
            None => source.whole(rule.to_string()),
        };
        errors.push(error.note(amounts));
    }
    errors.or(())
}
