use super::*;
use std::vec::Vec as Several;
use tunion_data::Fen;

fn purse([balance, ceiling, limit, used]: [u32; 4]) -> PurseContents {
    let amount = |fen| Fen24::new(Fen::new(fen)).unwrap();
    PurseContents {
        balance: amount(balance),
        ceiling: amount(ceiling),
        overdraft_limit: amount(limit),
        overdraft_used: amount(used),
        ..PurseContents::default()
    }
}

fn contents() -> Contents {
    Contents::blank(crate::keys::testing::keys())
}

#[test]
fn each_rule_of_the_purse_to_the_fen() {
    use Inconsistent::{BalanceAboveCeiling, CeilingAndLimit, OverdrawnAboveLimit};
    const ALL: u32 = 0x00FF_FFFF;
    let cases: [([u32; 4], &[Inconsistent]); 7] = [
        ([100, 100, 20, 20], &[]),
        ([101, 100, 20, 20], &[BalanceAboveCeiling]),
        ([100, 100, 20, 21], &[OverdrawnAboveLimit]),
        ([0, ALL - 20, 20, 0], &[]),
        ([0, ALL - 19, 20, 0], &[CeilingAndLimit]),
        ([0, ALL, ALL, 0], &[CeilingAndLimit]),
        ([1, 0, 0, 1], &[BalanceAboveCeiling, OverdrawnAboveLimit]),
    ];
    for (amounts, broken) in cases {
        let purse = purse(amounts);
        assert_eq!(purse.broken().collect::<Several<_>>(), broken, "{amounts:?}");
        let contents = Contents { image: Image { purse, ..Image::default() }, ..contents() };
        assert_eq!(contents.check(), broken.first().map_or(Ok(()), |rule| Err(*rule)));
    }
}

#[test]
fn names_have_their_lengths() {
    for length in 0..=MAX_AID {
        let aid = core::iter::repeat_n(0xA0, length).collect();
        let whole = (8..=16).contains(&length);
        let expected = if whole { Ok(()) } else { Err(Inconsistent::AidLength) };
        assert_eq!(Contents { aid, ..contents() }.check(), expected, "{length}");
    }
}

#[test]
fn each_setting_has_its_range() {
    let broken = |change: &dyn Fn(&mut Profile)| {
        let mut contents = contents();
        change(&mut contents.profile);
        contents.check()
    };
    let refused = |setting| Err(Inconsistent::Profile(setting));
    assert_eq!(broken(&|profile| profile.fci.version.clear()), refused(OutOfRange::Version));
    assert_eq!(broken(&|profile| profile.fci.padding = 8), Ok(()));
    assert_eq!(broken(&|profile| profile.fci.padding = 9), refused(OutOfRange::Padding));
    for (priority, result) in
        [(0, refused(OutOfRange::Priority)), (1, Ok(())), (2, Ok(())), (3, refused(OutOfRange::Priority))]
    {
        assert_eq!(broken(&|profile| profile.directory.priority = priority), result, "{priority}");
    }
    assert_eq!(broken(&|profile| profile.prove.depth = 10), Ok(()));
    assert_eq!(broken(&|profile| profile.prove.depth = 11), refused(OutOfRange::ProveDepth));
    let tries = |pin, messages, transactions, external| {
        broken(&|profile| profile.tries = Tries { pin, messages, transactions, external })
    };
    assert_eq!(tries(1, 0, 0, 1), Ok(()));
    assert_eq!(tries(15, 15, 15, 15), Ok(()));
    for (pin, messages, transactions, external) in
        [(0, 1, 1, 1), (16, 1, 1, 1), (1, 16, 1, 1), (1, 1, 16, 1), (1, 1, 1, 0), (1, 1, 1, 16)]
    {
        assert_eq!(tries(pin, messages, transactions, external), refused(OutOfRange::Tries));
    }
}

#[test]
fn no_more_tries_are_left_than_there_are() {
    let left = |left| {
        let mut contents = contents();
        contents.image.security.left = Some(left);
        contents.check()
    };
    let all = TriesLeft::from(Tries::default());
    assert_eq!(left(all), Ok(()));
    let refused = Err(Inconsistent::MoreTriesThanAll);
    assert_eq!(left(TriesLeft { pin: 4, ..all }), refused);
    assert_eq!(left(TriesLeft { messages: 4, ..all }), refused);
    assert_eq!(left(TriesLeft { transactions: 1, ..all }), refused);
    assert_eq!(left(TriesLeft { external: [4, 0], ..all }), refused);
    assert_eq!(left(TriesLeft { external: [0, 4], ..all }), refused);
    assert_eq!(left(TriesLeft { pin: 0, messages: 0, transactions: 0, external: [0; 2] }), Ok(()));
}
