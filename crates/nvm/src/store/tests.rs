use super::*;
use crate::{CommitError, Damage};
use proptest::prelude::*;
use std::vec::Vec;

const PAGES: usize = 12;
/// Bytes of the longest commit: every spare page and a root.
const LONGEST: u32 = 9 * 128;
type Small = Store<PAGES, { PAGES + SPARE + 2 }>;
/// What the store should be: its pages, each a single repeated byte.
type Model = [u8; PAGES];

fn content(store: &Small) -> Option<Model> {
    let mut model = [0; PAGES];
    for (number, value) in model.iter_mut().enumerate() {
        let page = store.page(number);
        *value = page[0];
        if page.iter().any(|byte| byte != value) {
            return None;
        }
    }
    Some(model)
}

fn apply(store: &mut Small, changes: &[(usize, u8)]) -> Result<(), CommitError> {
    let mut tx = store.begin();
    for (number, value) in changes {
        *tx.page_mut(*number).unwrap() = [*value; PAGE];
    }
    tx.commit()
}

#[test]
fn a_cut_at_every_byte_of_a_commit_leaves_old_or_new() {
    let changes: Vec<(usize, u8)> = (0..SPARE).zip(0xA0..).collect();
    let mut before = Small::format();
    apply(&mut before, &[(0, 1), (11, 2)]).unwrap();
    let old = content(&before).unwrap();
    let mut after = before.clone();
    apply(&mut after, &changes).unwrap();
    let new = content(&after).unwrap();

    let mut whole_all_the_same = false;
    for cut in 0..=LONGEST {
        for damage in [Damage::Prefix, Damage::Noise(u64::from(cut))] {
            let mut store = before.clone();
            store.set_cut(Some(Cut { after: cut, damage }));
            let outcome = apply(&mut store, &changes);
            assert_eq!(outcome.is_ok(), cut == LONGEST);
            store.set_cut(None);
            let told = content(&store);
            store.power_on().unwrap();
            // The last bytes of a root are unused zeros: a prefix that has all the rest is whole.
            let found = content(&store).unwrap();
            assert_eq!(told, Some(found), "cut after {cut} bytes, {damage:?}");
            whole_all_the_same |= outcome.is_err() && found == new;
            assert!(found == old || found == new, "cut after {cut} bytes, {damage:?}");
            assert!(outcome.is_err() || found == new);
            assert!(store.root.names_each_page_once());
            // And it still works.
            apply(&mut store, &[(5, 0x55)]).unwrap();
            assert_eq!(store.page(5)[0], 0x55);
        }
    }
    assert!(whole_all_the_same, "a cut in the root's tail");
}

#[test]
fn a_ninth_page_is_refused_and_nothing_changes() {
    let mut store = Small::format();
    let mut tx = store.begin();
    for number in 0..SPARE {
        tx.page_mut(number).unwrap()[0] = 1;
    }
    assert_eq!(tx.page_mut(SPARE), Err(TxFull));
    assert_eq!(tx.page_mut(PAGES), Err(TxFull));
    drop(tx);
    assert_eq!(content(&store), Some([0; PAGES]));
}

#[test]
fn without_power_nothing_is_written() {
    let mut store = Small::format();
    store.power_off();
    assert_eq!(apply(&mut store, &[(0, 1)]), Err(CommitError::PowerLost));
    assert_eq!(apply(&mut store, &[]), Err(CommitError::PowerLost));
    store.power_on().unwrap();
    assert_eq!(content(&store), Some([0; PAGES]));
}

#[test]
fn a_worn_memory_refuses_before_it_writes_and_keeps_its_power() {
    let mut store = Small::format();
    apply(&mut store, &[(0, 1)]).unwrap();
    let (written, generation) = (store.page_writes(), store.root.generation);
    let cut = Some(Cut { after: 0, damage: Damage::Prefix });
    store.set_worn(true);
    store.set_cut(cut);
    assert_eq!(apply(&mut store, &[(0, 2), (3, 4)]), Err(CommitError::Worn));
    // No byte was written, so the cut did not come.
    assert_eq!((store.cut(), store.is_powered(), store.is_worn()), (cut, true, true));
    assert_eq!((store.page_writes(), store.root.generation), (written, generation));
    // There is nothing to write here.
    assert_eq!(apply(&mut store, &[]), Ok(()));
    // Wear outlives power, and without power nothing else is told.
    store.power_off();
    assert_eq!(apply(&mut store, &[(0, 2)]), Err(CommitError::PowerLost));
    store.power_on().unwrap();
    assert_eq!(apply(&mut store.clone(), &[(0, 2)]), Err(CommitError::Worn));
    let mut model = [0; PAGES];
    model[0] = 1;
    assert_eq!(content(&store), Some(model));
    store.set_worn(false);
    store.set_cut(None);
    apply(&mut store, &[(0, 2)]).unwrap();
    assert_eq!(store.page(0)[0], 2);
}

#[test]
fn generations_may_wrap() {
    let mut store = Small::format();
    store.root.generation = u32::MAX - 2;
    for value in 1..6 {
        apply(&mut store, &[(0, value)]).unwrap();
        let mut again = store.clone();
        again.power_on().unwrap();
        assert_eq!(again.page(0)[0], value);
    }
}

#[test]
fn a_memory_without_a_root_is_corrupt() {
    let mut store = Small::format();
    store.memory.write(0, &[0xEE; PAGE]).unwrap();
    store.memory.write(1, &[0xEE; PAGE]).unwrap();
    assert_eq!(store.power_on(), Err(Corrupt));
    assert!(!store.is_powered());
}

/// A store with the roots of generations 6 and 7, and the root of 7.
fn seven() -> (Small, Root<PAGES>) {
    let mut store = Small::format();
    for value in 1..=7 {
        apply(&mut store, &[(0, value)]).unwrap();
    }
    let root = store.root.clone();
    (store, root)
}

#[test]
fn of_two_valid_roots_one_has_to_follow_the_other() {
    for generation in [3, 5, 9, 0xFFFF_FFFF] {
        let (mut store, root) = seven();
        store.memory.write(1, &Root { generation, ..root }.encode()).unwrap();
        assert_eq!(store.power_on(), if generation == 5 { Ok(()) } else { Err(Corrupt) }, "{generation}");
    }
}

#[test]
fn a_root_where_its_generation_does_not_belong_is_not_valid() {
    let (mut store, root) = seven();
    store.memory.write(1, &Root { generation: 8, ..root }.encode()).unwrap();
    store.power_on().unwrap();
    assert_eq!((store.root.generation, store.page(0)[0]), (6, 6));
}

#[test]
fn a_root_that_names_a_page_twice_or_beyond_the_last_is_not_valid() {
    for spoilt in [0, 19, 20, 0x7F, 0x80, 0xFF] {
        for at in 1..PAGES + SPARE {
            let (mut store, mut root) = seven();
            let page = root.map.iter_mut().chain(&mut root.free).nth(at).unwrap();
            if core::mem::replace(page, spoilt) == spoilt {
                continue;
            }
            store.memory.write(1, &root.encode()).unwrap();
            store.power_on().unwrap();
            assert_eq!(store.root.generation, 6, "{spoilt} at {at}");
        }
    }
}

proptest! {
    /// Any sequence of commits, each cut or not: the model is the last one that answered, or, after
    /// a cut, the one before or after.
    #[test]
    fn any_history_agrees_with_the_model(
        history in prop::collection::vec(
            (
                prop::collection::vec((0..PAGES, any::<u8>()), 1..=SPARE),
                prop::option::of((0u32..=LONGEST, prop::option::of(any::<u64>()))),
            ),
            1..40,
        )
    ) {
        let mut store = Small::format();
        let mut model: Model = [0; PAGES];
        for (changes, cut) in history {
            let mut new = model;
            for (number, value) in &changes {
                new[*number] = *value;
            }
            store.set_cut(cut.map(|(after, noise)| Cut {
                after,
                damage: noise.map_or(Damage::Prefix, Damage::Noise),
            }));
            let outcome = apply(&mut store, &changes);
            store.set_cut(None);
            let told = content(&store);
            store.power_on().unwrap();
            let found = content(&store).unwrap();
            prop_assert_eq!(told, Some(found));
            if outcome.is_ok() {
                prop_assert_eq!(found, new);
            } else {
                prop_assert!(found == model || found == new);
            }
            model = found;
            prop_assert!(store.root.names_each_page_once());
        }
    }
}

/// One root has room for so many pages and no more: 4 bytes of checksum, 4 of generation, one for each page
/// and each spare one.
#[test]
fn the_largest_store_keeps_its_last_page() {
    assert_eq!(MAX_PAGES, 128 - 4 - 4 - 8);
    let mut store = Store::<MAX_PAGES, { MAX_PAGES + SPARE + 2 }>::format();
    let mut tx = store.begin();
    assert_eq!(tx.page_mut(MAX_PAGES), Err(TxFull));
    *tx.page_mut(MAX_PAGES - 1).unwrap() = [0x5A; PAGE];
    tx.commit().unwrap();
    store.power_off();
    store.power_on().unwrap();
    assert_eq!(store.page(MAX_PAGES - 1), &[0x5A; PAGE]);
}
