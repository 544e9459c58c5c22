//! Cards to tear where no file names any.

use super::sweep::Specimen;
use tunion_apdu::LeRule;
use tunion_card::profile::{Algorithms, BlockedSelect, Tries};
use tunion_card::{Contents, Interface};
use tunion_data::Fen24;
use tunion_data::file::INDUSTRY_RECORDS;
use tunion_files::card::CardFile;
use tunion_files::diag::{Diagnostics, Source};
use tunion_files::keys::KeySet;

/// The built-in cards, under a key set: `plain`, which is `fixtures/cards/ordinary.toml` as it was when this
/// was built, and `odd`, which is another in every setting that a torn command can meet: contact link, PIN
/// wanted for loads, tries of transaction MACs limited to two and of messages not at all, one try of each
/// external authentication, both algorithms, PROVE through the whole log and not while a transaction is
/// open, files that are full and sequences and balances that are not zero.
///
/// # Errors
/// None as long as the file that was built in is right.
pub fn built_in(keys: &KeySet) -> Result<Vec<Specimen>, Diagnostics> {
    let text = include_str!("../../../../fixtures/cards/ordinary.toml");
    let file: CardFile = tunion_files::card::parse(&Source::new("fixtures/cards/ordinary.toml", text))?;
    let plain = file.contents(&keys.roots);
    let mut odd = plain.clone();
    make_odd(&mut odd);
    let named = |name: &str, contents| Specimen { name: name.to_owned(), path: None, contents };
    Ok(vec![named("plain", plain), named("odd", odd)])
}

fn make_odd(contents: &mut Contents) {
    let profile = &mut contents.profile;
    profile.interface = Interface::Contact;
    profile.le = LeRule::Correcting;
    profile.capp_wants_update = true;
    profile.load_wants_pin = true;
    profile.algorithms = Algorithms::Both;
    profile.blocked.select = BlockedSelect::Invalidated;
    profile.prove.depth = 10;
    profile.prove.while_open = false;
    profile.tries = Tries { pin: 15, messages: 0, transactions: 2, external: 1 };
    let image = &mut contents.image;
    image.security.left = None;
    let purse = &mut image.purse;
    (purse.offline_seq, purse.online_seq) = (0xFFEF, 0x00FF);
    purse.balance = Fen24::from_be_bytes([0x01, 0x00, 0x37]);
    purse.overdraft_used = Fen24::from_be_bytes([0x00, 0x00, 0x64]);
    let mut bytes = 0u8..=0xFF;
    let mut next = || bytes.next().unwrap_or(0x77);
    for id in 1..=INDUSTRY_RECORDS {
        if let Some([_, _, _, body @ ..]) = image.industry.get_mut(id) {
            body.fill(next());
        }
    }
    while image.trips.push([next(); 48]).is_ok() {}
}
