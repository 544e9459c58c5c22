//! A card as a card profile: what is not the default, in words where words can say it.

use tunion_card::{Image, PurseContents};
use tunion_data::file::{AppInfo, Holder, Management, Sfi};
use tunion_data::{CityCode, Pan};

use super::page::{Page, quoted};
use super::{CardFile, fields, fill, records, security, settings};
use crate::layout::{CARD_TYPES, Layout, hex};

impl CardFile {
    /// The card as a card profile. It reads back as the same card, whatever its bytes: a file that no words
    /// stand for is written byte by byte.
    ///
    /// ```
    /// use tunion_files::{card, diag::Source};
    /// let file = card::load("../../fixtures/cards/student.toml")?;
    /// let again = card::parse(&Source::new("again.toml", file.to_toml()))?;
    /// assert_eq!(again.memory(), file.memory());
    /// # Ok::<(), tunion_files::diag::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn to_toml(&self) -> String {
        let Image { info, holder, management, purse, log, industry, trips, .. } = &self.image;
        let mut page = Page::default();
        page.comment(&self.about);
        page.key("version", 1);
        page.key("name", quoted(&self.name));
        page.key("provenance", quoted(&self.provenance));
        settings::write_changed(&mut page, &self.aid, &self.profile);
        if self.keys.is_some() {
            self.write_keys(&mut page);
        }
        if !write_info(&mut page, info) {
            write_file(&mut page, Sfi::INFO, &info.encode());
        }
        if !write_holder(&mut page, holder) {
            write_file(&mut page, Sfi::HOLDER, &holder.encode());
        }
        if !write_management(&mut page, management) {
            write_file(&mut page, Sfi::MANAGEMENT, &management.encode());
        }
        write_purse(&mut page, purse, false);
        security::write(&mut page, &self.profile, &self.image, false);
        records::write_industry(&mut page, industry);
        records::write_cyclic(&mut page, log, trips);
        page.finish()
    }

    /// The table `[keys]`.
    pub(super) fn write_keys(&self, page: &mut Page) {
        let (issuer, number) = self.derived_for();
        page.table("keys");
        page.key("issuer", quoted(issuer.to_string()));
        page.key("number", quoted(hex(&number.to_bytes())));
    }
}

/// A transparent file as bare bytes.
pub(super) fn write_file(page: &mut Page, file: Sfi, bytes: &[u8]) {
    page.table(&format!("ef-{:02x}", file.0));
    fill::write_bare(page, &Layout::of(file, 0), bytes);
}

/// `[info]`; whether it can say all of it, else nothing is written.
fn write_info(page: &mut Page, info: &AppInfo) -> bool {
    let (Some(first), Some(last)) = (info.valid_from.date(), info.valid_to.date()) else { return false };
    let pan = info.pan.to_string();
    if first > last || pan.parse::<Pan>() != Ok(info.pan) {
        return false;
    }
    page.table("info");
    page.key("issuer", quoted(info.issuer.to_string()));
    page.key("pan", quoted(pan));
    page.key("valid-from", first);
    page.key("valid-to", last);
    page.unless(&2, "app-type", &info.app_type);
    page.unless(&1, "enabled", &info.enabled);
    page.unless(&quoted("0000"), "issuer-data", &quoted(hex(&info.issuer_data)));
    true
}

/// `[holder]`, left out for nobody; whether it can say all of it, else nothing is written.
fn write_holder(page: &mut Page, holder: &Holder) -> bool {
    let layout = Layout::of(Sfi::HOLDER, 0);
    let words = |name: &str, bytes: &[u8]| layout.field(name).map(|field| layout.meaning(field, bytes));
    let name = words("name", &holder.name).unwrap_or_default();
    let number = words("id-number", &holder.id_number).unwrap_or_default();
    let id_type = words("id-type", &[holder.id_type]).unwrap_or_default();
    let mut table = Page::default();
    table.table("holder");
    let nothing = quoted("");
    table.unless(&nothing, "name", &quoted(name));
    table.unless(&nothing, "id-number", &quoted(number));
    table.unless(&quoted("identity-card"), "id-type", &quoted(id_type));
    table.unless(&0, "card-flag", &holder.card_flag);
    table.unless(&0, "staff", &holder.staff_flag);
    let table = table.finish().replace("staff = 1\n", "staff = true\n");
    // Padded with zeros, or no text at all: words do not say that.
    let says = fields::holder_says(&table).is_some_and(|said| said == *holder);
    if says && !table.is_empty() {
        page.line(table.trim_end());
    }
    says
}

/// `[management]`; whether it can say all of it, else nothing is written.
fn write_management(page: &mut Page, management: &Management) -> bool {
    let Management { country, province, city, interoperable, card_type, reserved } = management;
    let Some((card_type, _)) = CARD_TYPES.iter().find(|(_, byte)| byte == card_type) else { return false };
    let decimal = |code: &CityCode| code.to_string().parse() == Ok(*code);
    if *reserved != [b' '; 49] || *interoperable > 1 || !decimal(city) || !decimal(province) {
        return false;
    }
    page.table("management");
    page.key("city", quoted(city.to_string()));
    page.unless(&quoted(city.to_string()), "province", &quoted(province.to_string()));
    page.unless(&quoted("00000156"), "country", &quoted(hex(country)));
    page.key("interoperable", *interoperable == 1);
    page.key("type", quoted(*card_type));
    true
}

/// `[purse]`; with `all` also what has its default.
pub(super) fn write_purse(page: &mut Page, purse: &PurseContents, all: bool) {
    let rows = |purse: &PurseContents| {
        let PurseContents { balance, ceiling, overdraft_limit, overdraft_used, .. } = purse;
        [
            ("balance", quoted(balance.fen().to_string())),
            ("ceiling", quoted(ceiling.fen().to_string())),
            ("overdraft-limit", quoted(overdraft_limit.fen().to_string())),
            ("overdraft-used", quoted(overdraft_used.fen().to_string())),
            ("offline-seq", i64::from(purse.offline_seq).into()),
            ("online-seq", i64::from(purse.online_seq).into()),
        ]
    };
    page.table("purse");
    for (row, default) in rows(purse).into_iter().zip(rows(&PurseContents::default())) {
        if all || row != default {
            page.key(row.0, row.1);
        }
    }
}
