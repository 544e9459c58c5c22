//! Images: the whole memory of a card as text, made to be compared line by line.
//!
//! An image begins with `image = 1`, its version. Behind it stand whom the keys are derived for, how the card
//! behaves (`[profile]`, the settings of a card profile), purse, security and proofs in words, and each file
//! as bare bytes: a field to a line, of the files 18 and 1E a record to a line, the newest first, so that a
//! new record is one line more. Records that were never written, and records of EF 1A as on a new card, are
//! left out. No key is in it.

use serde::Deserialize;
use toml::Spanned;
use tunion_card::{Image, PurseContents};
use tunion_data::file::{AppInfo, Holder, Management, Sfi};

use super::fill::{self, Fields};
use super::page::{Page, quoted};
use super::records::{self, BareIndustry};
use super::schema::{KeysTable, PinTable, ProfileTable, ProofsTable, PurseTable, SecurityTable};
use super::write::{write_file, write_purse};
use super::{CardFile, fields, security, settings};
use crate::diag::{Diagnostics, Source};
use crate::kind::Kind;
use crate::layout::Layout;

/// The version of the form.
const VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    image: Spanned<u32>,
    name: Spanned<String>,
    provenance: Spanned<String>,
    keys: KeysTable,
    profile: ProfileTable,
    purse: PurseTable,
    pin: Option<PinTable>,
    security: SecurityTable,
    #[serde(default)]
    proofs: ProofsTable,
    ef_15: Spanned<Fields>,
    ef_16: Spanned<Fields>,
    ef_17: Spanned<Fields>,
    ef_18: Records,
    ef_1e: Records,
    #[serde(default)]
    ef_1a: BareIndustry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Records {
    records: Vec<Spanned<Fields>>,
}

/// Whether a text is an image and no profile, told by its first key, `image`.
#[must_use]
pub fn is_image(source: &Source) -> bool {
    let lines = source.text().lines().map(str::trim);
    let first = lines.into_iter().find(|line| !line.is_empty() && !line.starts_with('#'));
    first.and_then(|line| line.split_once('=')).is_some_and(|(key, _)| key.trim() == "image")
}

/// Reads an image.
pub(super) fn parse(source: &Source) -> Result<CardFile, Diagnostics> {
    let file: File = Kind::Image.read(source)?;
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.image, VERSION));
    errors.keep(source.said(&file.name, "name"));
    let whole = |errors: &mut Diagnostics, file: Sfi, table: &Spanned<Fields>| {
        errors.keep(fill::bare(source, &Layout::of(file, 0), table)).unwrap_or_default()
    };
    let info = whole(&mut errors, Sfi::INFO, &file.ef_15);
    let holder = whole(&mut errors, Sfi::HOLDER, &file.ef_16);
    let management = whole(&mut errors, Sfi::MANAGEMENT, &file.ef_17);
    let profile = errors.keep(settings::profile(source, &file.profile));
    let purse = errors.keep(fields::purse(source, PurseContents::default(), &file.purse));
    let log = errors.keep(records::log(source, &file.ef_18.records, fill::bare));
    let trips = errors.keep(records::trips(source, &file.ef_1e.records, fill::bare));
    let industry = errors.keep(records::industry(source, None, None, &file.ef_1a));
    let proofs = errors.keep(security::proofs(source, &file.proofs));
    let Some((aid, profile)) = profile else { return Err(errors) };
    let security = errors.keep(security::security(source, &profile, file.pin.as_ref(), &file.security));
    let (Some(purse), Some(log), Some(trips), Some(industry)) = (purse, log, trips, industry) else {
        return Err(errors);
    };
    let (Some(security), Some(proofs)) = (security, proofs) else { return Err(errors) };
    let image = Image {
        info: AppInfo::try_from(&*info).unwrap_or_default(),
        holder: Holder::try_from(&*holder).unwrap_or_default(),
        management: Management::try_from(&*management).unwrap_or_default(),
        purse,
        log,
        industry,
        trips,
        security,
        proofs,
    };
    let mut card = CardFile {
        name: file.name.into_inner(),
        provenance: file.provenance.into_inner(),
        about: super::read::about(source),
        aid,
        profile,
        image,
        keys: None,
    };
    card.derive_for(file.keys.issuer.0, tunion_data::Pan::from_bytes(file.keys.number.0.0));
    errors.or(card)
}

impl CardFile {
    /// The card as an image: its whole memory, as a card that is made of it has it.
    ///
    /// ```
    /// use tunion_files::{card, diag::Source};
    /// let image = card::load("../../fixtures/cards/student.toml")?.to_image();
    /// assert!(image.contains("valid-to = \"20270930\""));
    /// let again = card::parse(&Source::new("student.image", &*image))?;
    /// assert_eq!(again.to_image(), image);
    /// # Ok::<(), tunion_files::diag::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn to_image(&self) -> String {
        let image = self.memory();
        let Image { info, holder, management, purse, log, industry, trips, .. } = &image;
        let mut page = Page::default();
        page.comment(&self.about);
        page.key("image", VERSION);
        page.key("name", quoted(&self.name));
        page.key("provenance", quoted(&self.provenance));
        self.write_keys(&mut page);
        page.table("profile");
        settings::write_all(&mut page, &self.aid, &self.profile);
        write_purse(&mut page, purse, true);
        security::write(&mut page, &self.profile, &image, true);
        write_file(&mut page, Sfi::INFO, &info.encode());
        write_file(&mut page, Sfi::HOLDER, &holder.encode());
        write_file(&mut page, Sfi::MANAGEMENT, &management.encode());
        records::write_bare_cyclic(&mut page, log, trips);
        records::write_bare_industry(&mut page, industry);
        page.finish()
    }
}
