//! One card, told to both in their own words; and whether their memories say the same.

use super::act::Setup;
use crate::memory::{Algorithm, Blocked, Memory};
use crate::model::Model;
use crate::settings::{Algorithms, BlockedSelect, Keys, Le, Link, Settings};
use tunion_apdu::LeRule;
use tunion_card::profile::{self, Profile, Prove, Tries, Variants};
use tunion_card::{
    Block, CardKeys, Contents, Image, Interface, Pin, PurseContents, SecurityContents, TriesLeft,
};
use tunion_crypto::Key16;
use tunion_data::{Fen, Fen24};

/// The PIN that a card has which has one.
pub(super) const FIRST_PIN: &[u8] = b"123456";

/// The card for the applet, and the model of it.
pub(super) fn both(setup: &Setup) -> (Contents, Model) {
    let settings = settings(setup);
    let keys = keys();
    let mut memory = Memory::fresh(&settings);
    let part = |of: u32, part: u16| u32::try_from(u64::from(of) * u64::from(part) / 0xFFFF).unwrap_or(0);
    let [ceiling, actual, limit, used] = setup.purse;
    memory.ceiling = part(0x00FF_FFFF, ceiling);
    memory.actual = part(memory.ceiling, actual);
    memory.limit = part(0x00FF_FFFF - memory.ceiling, limit);
    memory.used = part(memory.limit, used);
    let sequence = setup.near_end.map_or(0, |before| 0xFFFF - u16::from(before % 4));
    (memory.offline, memory.online) = (sequence, sequence);
    memory.sm4_blocked = settings.algorithms == Algorithms::Both && setup.algorithms & 0x08 != 0;

    let amount = |fen| Fen24::new(Fen::new(fen)).unwrap_or_default();
    let purse = PurseContents {
        balance: amount(memory.actual),
        ceiling: amount(memory.ceiling),
        overdraft_limit: amount(memory.limit),
        overdraft_used: amount(memory.used),
        offline_seq: sequence,
        online_seq: sequence,
    };
    let security = SecurityContents {
        pin: settings.pin.as_deref().and_then(Pin::new),
        sm4_blocked: memory.sm4_blocked,
        ..SecurityContents::default()
    };
    let mut image = Image { purse, security, ..Image::default() };
    // The model leaves industry records empty, the issuer gives the first two a layout.
    for (id, record) in (1..).zip(&memory.industry) {
        if let Some(place) = image.industry.get_mut(id) {
            *place = *record;
        }
    }
    let contents = Contents {
        aid: settings.aid.iter().copied().collect(),
        profile: profile_of(&settings),
        image,
        keys: card_keys(&keys),
    };
    (contents, Model::new(settings, keys, memory))
}

fn settings(setup: &Setup) -> Settings {
    let bit = |byte: u8, number: u8| byte >> number & 1 != 0;
    let [pin_tries, message_tries, transaction_tries, external] = setup.tries;
    let mut aid = Settings::default().aid;
    if bit(setup.shape, 0) {
        aid.extend([0x10, 0x00, 0x91, 0x56, 0x00, 0x00, 0x14, 0xA1]);
    }
    Settings {
        aid,
        version: if bit(setup.shape, 1) { vec![0x00, 0x30] } else { vec![0x02] },
        label: bit(setup.shape, 2),
        priority: bit(setup.shape, 3).then_some(0x02),
        preferred_name: bit(setup.shape, 4).then(|| b"CARD IMAGE 0001".to_vec()),
        zeros: if bit(setup.shape, 5) { 4 } else { 0 },
        directory_priority: if bit(setup.shape, 6) { 2 } else { 1 },
        cash_entry: bit(setup.shape, 7),
        old_directory: bit(setup.link, 0),
        purse_id: bit(setup.link, 1).then_some(0xADFA),
        files_by_id: bit(setup.link, 2),
        link: if bit(setup.link, 3) { Link::Contact } else { Link::Contactless },
        le: [Le::Strict, Le::Correcting, Le::Lenient][usize::from(setup.le % 3)],
        debit_p1_02: !bit(setup.variants, 0),
        credit_p2_02: !bit(setup.variants, 1),
        update_p1_00: !bit(setup.variants, 2),
        composite_without_update: !bit(setup.variants, 3),
        out_of_order: if bit(setup.variants, 4) { 0x6985 } else { 0x6901 },
        algorithms: match setup.algorithms % 8 {
            0 => Algorithms::Sm4,
            1..=3 => Algorithms::Both,
            _ => Algorithms::Des,
        },
        blocked_select: if bit(setup.answers, 0) {
            BlockedSelect::Invalidated
        } else {
            BlockedSelect::NotSupported
        },
        blocked_directory_warns: bit(setup.answers, 1),
        load_wants_pin: bit(setup.answers, 2) && bit(setup.answers, 3),
        prove_while_open: !(bit(setup.answers, 4) && bit(setup.answers, 5)),
        prove_depth: setup.depth % 11,
        pin: setup.pin.then(|| FIRST_PIN.to_vec()),
        pin_tries: [1, 1, 1, 3][usize::from(pin_tries % 4)],
        message_tries: message_tries % 5,
        transaction_tries: transaction_tries % 4,
        external_tries: [1 + external % 4; 2],
    }
}

fn profile_of(settings: &Settings) -> Profile {
    Profile {
        fci: profile::FciShape {
            version: settings.version.iter().copied().collect(),
            label: settings.label,
            priority: settings.priority,
            preferred_name: settings.preferred_name.iter().flatten().copied().collect(),
            padding: settings.zeros,
        },
        directory: profile::DirectoryShape {
            priority: settings.directory_priority,
            e_cash: settings.cash_entry,
            pse: settings.old_directory,
        },
        by_id: profile::ById { purse: settings.purse_id, files: settings.files_by_id },
        interface: match settings.link {
            Link::Contactless => Interface::Contactless,
            Link::Contact => Interface::Contact,
        },
        le: match settings.le {
            Le::Strict => LeRule::Strict,
            Le::Correcting => LeRule::Correcting,
            Le::Lenient => LeRule::Lenient,
        },
        variants: Variants {
            debit_p1_02: settings.debit_p1_02,
            credit_p2_02: settings.credit_p2_02,
            capp_p1_00: settings.update_p1_00,
        },
        capp_wants_update: !settings.composite_without_update,
        out_of_order: if settings.out_of_order == 0x6985 {
            profile::OutOfOrder::Conditions
        } else {
            profile::OutOfOrder::InvalidState
        },
        load_wants_pin: settings.load_wants_pin,
        algorithms: match settings.algorithms {
            Algorithms::Des => profile::Algorithms::Des,
            Algorithms::Sm4 => profile::Algorithms::Sm4,
            Algorithms::Both => profile::Algorithms::Both,
        },
        blocked: profile::BlockedAnswers {
            select: match settings.blocked_select {
                BlockedSelect::NotSupported => profile::BlockedSelect::NotSupported,
                BlockedSelect::Invalidated => profile::BlockedSelect::Invalidated,
            },
            directory_warns: settings.blocked_directory_warns,
        },
        prove: Prove { depth: settings.prove_depth, while_open: settings.prove_while_open },
        tries: Tries {
            pin: settings.pin_tries,
            messages: settings.message_tries,
            transactions: settings.transaction_tries,
            external: settings.external_tries[0],
        },
    }
}

/// A key of its own for each use.
fn keys() -> Keys {
    let key = |number: u8| std::array::from_fn(|at| number.wrapping_mul(17) ^ u8::try_from(at).unwrap_or(0));
    Keys {
        purchase: key(1),
        load: [key(2), key(3)],
        unload: key(4),
        overdraft: key(5),
        tac: key(6),
        app_block: key(7),
        app_unblock: key(8),
        app_maintenance: key(9),
        card_control: key(10),
        pin_unblock: key(11),
        pin_reload: key(12),
        external: [key(13), key(14)],
        internal: Some(key(15)),
        version: 1,
    }
}

fn card_keys(keys: &Keys) -> CardKeys {
    CardKeys {
        purchase: Key16::new(keys.purchase),
        load: keys.load.map(Key16::new),
        unload: Key16::new(keys.unload),
        overdraft: Key16::new(keys.overdraft),
        tac: Key16::new(keys.tac),
        app_block: Key16::new(keys.app_block),
        app_unblock: Key16::new(keys.app_unblock),
        app_maintenance: Key16::new(keys.app_maintenance),
        card_control: Key16::new(keys.card_control),
        pin_unblock: Key16::new(keys.pin_unblock),
        pin_reload: Key16::new(keys.pin_reload),
        external: keys.external.map(Key16::new),
        internal: keys.internal.map(Key16::new),
        version: keys.version,
    }
}

/// Whether the applet's memory is the model's; the proofs are asked for by command.
pub(super) fn same_memory(image: &Image, memory: &Memory) -> Result<(), String> {
    let purse = &image.purse;
    let security = &image.security;
    let left = security.left.ok_or("an image says what tries are left")?;
    let TriesLeft { pin, messages, transactions, external } = left;
    let blocked = match security.blocked {
        Block::None => Blocked::None,
        Block::Temporary => Blocked::Temporarily,
        Block::Permanent => Blocked::Permanently,
    };
    let algorithm = if security.sm4_in_use { Algorithm::Sm4 } else { Algorithm::Des };
    let model_pin = memory.pin.as_deref().and_then(Pin::new);
    let logs = image.log.iter().map(|entry| entry.record.encode());
    let checks = [
        ("EF 15", image.info.encode() == memory.info),
        ("EF 16", image.holder.encode() == memory.holder),
        ("EF 17", image.management.encode() == memory.management),
        ("EF 18", logs.eq(memory.log.iter().copied())),
        ("EF 1E", image.trips.iter().eq(&memory.trips)),
        ("EF 1A", image.industry.iter().map(|(_, record)| record).eq(&memory.industry)),
        ("actual balance", purse.balance.fen().get() == memory.actual),
        ("ceiling", purse.ceiling.fen().get() == memory.ceiling),
        ("overdraft limit", purse.overdraft_limit.fen().get() == memory.limit),
        ("overdraft used", purse.overdraft_used.fen().get() == memory.used),
        ("offline sequence", purse.offline_seq == memory.offline),
        ("online sequence", purse.online_seq == memory.online),
        ("PIN", security.pin == model_pin),
        ("PIN tries", pin == memory.pin_tries),
        ("message tries", messages == memory.message_tries),
        ("transaction tries", transactions == memory.transaction_tries),
        ("external tries", external == memory.external_tries),
        ("block", blocked == memory.blocked),
        ("card block", security.card_blocked == memory.card_blocked),
        ("algorithm", algorithm == memory.algorithm),
        ("DES blocked", security.des_blocked == memory.des_blocked),
        ("SM4 blocked", security.sm4_blocked == memory.sm4_blocked),
    ];
    match checks.iter().find(|(_, same)| !same) {
        Some((what, _)) => Err(format!("{what} differs: the card has {image:?}, the model {memory:?}")),
        None => Ok(()),
    }
}
