//! Reading a card: a profile, whose memory is put together here, or an image.

use toml::Spanned;
use tunion_card::{Image, PurseContents};
use tunion_data::Pan;
use tunion_data::file::Sfi;

use super::{CardFile, fields, fill, image, records, schema, security, settings};
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::kind::Kind;
use crate::layout::Layout;

/// Reads the text of a card: a profile, or an image, which begins with `image = 1`.
///
/// # Errors
/// As [`load`](super::load).
pub fn parse(source: &Source) -> Result<CardFile, Diagnostics> {
    if image::is_image(source) {
        return image::parse(source);
    }
    let mut file: schema::File = Kind::Card.read(source)?;
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 1));
    errors.keep(source.said(&file.name, "name"));
    errors.keep(source.said(&file.provenance, "provenance"));
    let profile = errors.keep(settings::profile(source, &file.profile()));
    let image = errors.keep(memory(source, &file));
    let Some((aid, profile)) = profile else { return Err(errors) };
    let security = errors.keep(security::security(source, &profile, file.pin.as_ref(), &file.security));
    let (Some(mut image), Some(security)) = (image, security) else { return Err(errors) };
    image.security = security;
    let mut card = CardFile {
        name: file.name.into_inner(),
        provenance: file.provenance.into_inner(),
        about: about(source),
        aid,
        profile,
        image,
        keys: None,
    };
    if let Some(keys) = file.keys {
        card.derive_for(keys.issuer.0, Pan::from_bytes(keys.number.0.0));
    }
    errors.or(card)
}

/// What is in the card's memory, its security apart.
fn memory(source: &Source, file: &schema::File) -> Result<Image, Diagnostics> {
    let mut errors = Diagnostics::default();
    let (rail, bus) = (file.rail.as_ref(), file.bus.as_ref());
    let info = either(source, ("info", &file.info), (Sfi::INFO, &file.ef_15), fields::info);
    let nobody = file.ef_16.is_none().then(schema::HolderTable::default);
    let holder = file.holder.as_ref().or(nobody.as_ref());
    let holder = either(source, ("holder", &holder), (Sfi::HOLDER, &file.ef_16), |source, table| {
        fields::holder(source, table)
    });
    let bare = (Sfi::MANAGEMENT, &file.ef_17);
    let management = either(source, ("management", &file.management), bare, fields::management);
    let info = errors.keep(info);
    let holder = errors.keep(holder);
    let management = errors.keep(management);
    let purse = errors.keep(fields::purse(source, PurseContents::default(), &file.purse));
    let log = errors.keep(records::log(source, &file.log, records::in_words));
    let trips = errors.keep(records::trips(source, &file.trip, records::in_words));
    let industry = errors.keep(records::industry(source, rail, bus, &file.ef_1a));
    let proofs = errors.keep(security::proofs(source, &file.proofs));
    let (Some(info), Some(holder), Some(management), Some(purse)) = (info, holder, management, purse) else {
        return Err(errors);
    };
    let (Some(log), Some(trips), Some(industry), Some(proofs)) = (log, trips, industry, proofs) else {
        return Err(errors);
    };
    errors.or(Image { info, holder, management, purse, log, industry, trips, proofs, ..Image::default() })
}

/// A file that is given in words, or else as bare bytes.
fn either<T, U: for<'a> TryFrom<&'a [u8]> + Default>(
    source: &Source,
    (name, words): (&str, &Option<T>),
    (file, bare): (Sfi, &Option<Spanned<fill::Fields>>),
    read: fn(&Source, &T) -> Result<U, Diagnostics>,
) -> Result<U, Diagnostics> {
    let number = file.0;
    match (words, bare) {
        (Some(words), None) => read(source, words),
        (None, Some(bare)) => {
            let bytes = fill::bare(source, &Layout::of(file, 0), bare)?;
            Ok(U::try_from(&bytes).unwrap_or_default())
        }
        (Some(_), Some(bare)) => {
            let message = format!("EF {number:02X} is given in words too, in [{name}]");
            Err(source.error(source.head(bare), message).help("take one of the two out").into())
        }
        (None, None) => Err(missing(source, name).into()),
    }
}

fn missing(source: &Source, name: &str) -> Diagnostic {
    source.whole(format!("the table [{name}] is missing")).help(format!("add `[{name}]`"))
}

/// The comment with which a file begins.
pub(super) fn about(source: &Source) -> String {
    let lines = source.text().lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
    lines.collect::<Vec<_>>().join("\n")
}
