//! Whatever a card is, its profile and its image are the same card.

use heapless::Vec as Bounded;
use proptest::collection::vec;
use proptest::prelude::*;
use tunion_apdu::LeRule;
use tunion_card::profile::OutOfOrder;
use tunion_card::profile::{
    Algorithms, BlockedAnswers, BlockedSelect, ById, DirectoryShape, FciShape, Prove, Tries, Variants,
};
use tunion_card::{
    Block, Contents, Image, Industry, Interface, LogEntry, Pin, Profile, Proofs, PurseContents,
    SecurityContents, TriesLeft,
};
use tunion_data::command::{Proof, Transaction};
use tunion_data::file::{AppInfo, Holder, LogRecord, Management, RailRecord};
use tunion_data::{Fen24, Pan};
use tunion_issuer::Roots;

use super::{CARD, Source, parse};
use crate::card::CardFile;

/// Bytes of a layout: any, or zeros, or spaces, or decimal digits.
fn bytes<const N: usize>() -> impl Strategy<Value = [u8; N]> {
    prop_oneof![
        2 => any::<[u8; N]>(),
        1 => Just([0; N]),
        1 => Just([b' '; N]),
        1 => any::<[u8; N]>().prop_map(|bytes| bytes.map(|byte| (((byte >> 4) % 10) << 4) | ((byte & 0xF) % 10))),
    ]
}

fn fci() -> impl Strategy<Value = FciShape> {
    (vec(any::<u8>(), 1..=2), any::<bool>(), any::<Option<u8>>(), vec(any::<u8>(), 0..=16), 0u8..=8).prop_map(
        |(version, label, priority, name, padding)| FciShape {
            version: Bounded::from_iter(version),
            label,
            priority,
            preferred_name: Bounded::from_iter(name),
            padding,
        },
    )
}

prop_compose! {
    fn profile()(
        fci in fci(),
        (priority, e_cash, pse) in (1u8..=2, any::<bool>(), any::<bool>()),
        (purse, files) in any::<(Option<u16>, bool)>(),
        flags: [bool; 9],
        le in prop_oneof![Just(LeRule::Strict), Just(LeRule::Correcting), Just(LeRule::Lenient)],
        algorithms in prop_oneof![Just(Algorithms::Des), Just(Algorithms::Sm4), Just(Algorithms::Both)],
        depth in 0u8..=10,
        (pin, messages, transactions, external) in (1u8..=15, 0u8..=15, 0u8..=15, 1u8..=15),
    ) -> Profile {
        let [contact, update, wants_pin, invalidated, warns, while_open, debit, credit, capp] = flags;
        Profile {
            fci,
            directory: DirectoryShape { priority, e_cash, pse },
            by_id: ById { purse, files },
            interface: if contact { Interface::Contact } else { Interface::Contactless },
            le,
            variants: Variants { debit_p1_02: debit, credit_p2_02: credit, capp_p1_00: capp },
            out_of_order: if debit { OutOfOrder::InvalidState } else { OutOfOrder::Conditions },
            capp_wants_update: update,
            load_wants_pin: wants_pin,
            algorithms,
            blocked: BlockedAnswers {
                select: if invalidated { BlockedSelect::Invalidated } else { BlockedSelect::NotSupported },
                directory_warns: warns,
            },
            prove: Prove { depth, while_open },
            tries: Tries { pin, messages, transactions, external },
        }
    }
}

/// A purse whose amounts agree.
fn purse() -> impl Strategy<Value = PurseContents> {
    any::<([u8; 3], [u8; 3], [u8; 3], u16, u16)>().prop_map(|(a, b, c, offline_seq, online_seq)| {
        let mut amounts = [a, b, c].map(|[high, middle, low]| [high >> 1, middle, low]);
        let half = |[high, middle, low]: [u8; 3]| [high >> 1, middle, low];
        amounts[1] = amounts[1].min(amounts[0]);
        let [ceiling, balance, limit] = amounts.map(Fen24::from_be_bytes);
        let used = Fen24::from_be_bytes(half(amounts[2])).min(limit);
        PurseContents {
            balance,
            ceiling,
            overdraft_limit: limit,
            overdraft_used: used,
            offline_seq,
            online_seq,
        }
    })
}

prop_compose! {
    fn security()(
        pin in proptest::option::of("[0-9]{2,6}"),
        block in 0u8..3,
        flags: [bool; 4],
        left: Option<[u8; 5]>,
    ) -> SecurityContents {
        let [card_blocked, sm4_in_use, des_blocked, sm4_blocked] = flags;
        let left = left.map(|[pin, messages, transactions, a, b]| {
            TriesLeft { pin, messages, transactions, external: [a, b] }
        });
        SecurityContents {
            pin: pin.and_then(|pin| Pin::new(pin.as_bytes())),
            blocked: [Block::None, Block::Temporary, Block::Permanent][usize::from(block)],
            card_blocked,
            left,
            sm4_in_use,
            des_blocked,
            sm4_blocked,
        }
    }
}

fn proofs() -> impl Strategy<Value = Proofs> {
    (any::<[Option<(u16, [u8; 8])>; 5]>(), proptest::option::of(0usize..5)).prop_map(|(kept, last)| Proofs {
        kept: Transaction::ALL
            .iter()
            .zip(kept)
            .filter_map(|(transaction, kept)| {
                kept.map(|(seq, proof)| (*transaction, seq, Proof::decode(&proof)))
            })
            .collect(),
        last: last.map(|index| Transaction::ALL[index]),
    })
}

prop_compose! {
    fn image()(
        info in bytes::<30>(),
        holder in bytes::<55>(),
        management in bytes::<60>(),
        purse in purse(),
        log in vec((bytes::<23>(), bytes::<8>()), 0..=10),
        records in vec((1u8..=18, bytes::<128>(), any::<bool>()), 0..4),
        trips in vec(bytes::<48>(), 0..=30),
        security in security(),
        proofs in proofs(),
    ) -> Image {
        let mut industry = Industry::default();
        for (id, bytes, sealed) in records {
            let record = industry.get_mut(id).unwrap();
            *record = if sealed { RailRecord::decode(&bytes).sealed() } else { bytes };
        }
        let entry = |(record, proof)| LogEntry {
            record: LogRecord::decode(&record),
            proof: Proof::decode(&proof),
        };
        Image {
            info: AppInfo::decode(&info),
            holder: Holder::decode(&holder),
            management: Management::decode(&management),
            purse,
            log: log.into_iter().map(entry).collect(),
            industry,
            trips: trips.into_iter().collect(),
            security,
            proofs,
        }
    }
}

prop_compose! {
    fn card()(
        name in "[a-z \"\\\\林]{1,9}",
        provenance in "[ -~]{1,9}x",
        about in "([a-z林]{1,5}\n){0,2}[a-z]?",
        aid in vec(any::<u8>(), 8..=16),
        profile in profile(),
        mut image in image(),
        keys in proptest::option::of(any::<([u8; 8], [u8; 10])>()),
        known: bool,
    ) -> CardFile {
        // No more tries left than there are.
        let all = profile.tries;
        image.security.left = image.security.left.map(|left| TriesLeft {
            pin: left.pin % (all.pin + 1),
            messages: left.messages % (all.messages + 1),
            transactions: left.transactions % (all.transactions + 1),
            external: left.external.map(|left| left % (all.external + 1)),
        });
        let mut card = parse(&Source::new("lin.toml", CARD)).unwrap();
        // Words for most of a card, and a record that has none.
        let Image { info, holder, management, .. } = card.image;
        if known {
            (image.info, image.holder, image.management) = (info, holder, management);
        }
        card = CardFile {
            name: name.replace(' ', "-"),
            provenance,
            about: about.trim_end().to_owned(),
            aid: Bounded::from_iter(aid),
            profile,
            image,
            keys: None,
        };
        if let Some((issuer, pan)) = keys {
            card.derive_for(tunion_data::IssuerId(issuer), Pan::from_bytes(pan));
        }
        card
    }
}

/// The card as the files have it: nothing is left to a default.
fn settled(card: &CardFile) -> CardFile {
    card.with_memory(card.memory())
}

proptest! {
    #[test]
    fn a_profile_is_the_card_it_was_written_of(card in card()) {
        let text = card.to_toml();
        let read = parse(&Source::new("x.toml", &*text)).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(settled(&read), settled(&card));
        prop_assert_eq!(read.to_toml(), text);
    }

    #[test]
    fn an_image_is_the_card_it_was_taken_of(card in card()) {
        let image = card.to_image();
        let read = parse(&Source::new("x.image", &*image)).map_err(|error| TestCaseError::fail(format!("{error}\n{image}")))?;
        prop_assert_eq!(settled(&read), settled(&card));
        // A profile that is made of the image gives the same image.
        let restored = parse(&Source::new("x.toml", read.to_toml())).unwrap();
        prop_assert_eq!(restored.to_image(), image);
    }

    /// What a file may say is what a card can be made of.
    #[test]
    fn every_card_of_a_file_is_consistent(card in card()) {
        let contents = card.contents(&Roots::numbered());
        prop_assert_eq!(Contents::check(&contents), Ok(()));
    }
}
