//! Which application of a card a terminal selects (`docs/spec/terminal.md` 1.0, 8.2).

use alloc::vec::Vec;
use tunion_data::Aid;
use tunion_data::fci::Directory;

/// How a terminal comes to the card's application.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Selection {
    /// Whether the directory (PPSE) is selected first. Then only what the card lists there is selected. A
    /// directory that is refused, or lists nothing, is as none: what the card answered is not looked at, as
    /// in the first bus vendor's readers.
    pub directory: bool,
    /// The names that the terminal knows, the one to be selected first at the head. Empty: the e-purse's
    /// alone.
    pub aids: Vec<Aid>,
}

impl Selection {
    /// The names to be tried without a directory.
    pub(crate) fn names(&self) -> Vec<Aid> {
        if self.aids.is_empty() { Vec::from([Aid::EP]) } else { self.aids.clone() }
    }

    /// The names to be tried with this directory: those of its entries that are the terminal's, in the
    /// terminal's order. `None` when there is no entry at all.
    pub(crate) fn common(&self, directory: &[u8]) -> Option<Vec<Aid>> {
        let mut listed = Directory::entries(directory).peekable();
        listed.peek()?;
        let listed: Vec<Aid> = listed.filter_map(|entry| Aid::new(entry.aid)).collect();
        let mut common = Vec::new();
        for name in self.names() {
            common.extend(listed.iter().copied().filter(|entry| name.selects(entry.as_bytes())));
        }
        Some(common)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunion_data::fci::{E_CASH, EP_LABEL};

    fn directory(names: &[&str]) -> Vec<u8> {
        let names: Vec<Aid> = names.iter().map(|name| name.parse().unwrap()).collect();
        let entries: Vec<_> = names
            .iter()
            .map(|name| Directory { aid: name.as_bytes(), label: EP_LABEL, priority: 1 })
            .collect();
        let mut out = [0; 128];
        Directory::encode(&entries, &mut out).unwrap().to_vec()
    }

    #[test]
    fn the_terminals_order_counts_and_an_instance_is_selected_by_its_own_name() {
        let select = Selection { directory: true, aids: Vec::from([Aid::MOHURD, Aid::EP]) };
        let (instance, housing) = ("A0000006320101051000", "A00000000386980701");
        let common = select.common(&directory(&[instance, housing])).unwrap();
        assert_eq!(common, [Aid::MOHURD, instance.parse().unwrap()]);
        assert_eq!(select.names(), [Aid::MOHURD, Aid::EP]);
    }

    #[test]
    fn nothing_in_common_is_not_no_directory() {
        let select = Selection::default();
        assert_eq!(select.names(), [Aid::EP]);
        let cash = Aid::new(E_CASH.aid).unwrap();
        let mut out = [0; 64];
        let listed = Directory { aid: cash.as_bytes(), ..E_CASH };
        assert_eq!(select.common(Directory::encode(&[listed], &mut out).unwrap()), Some(Vec::new()));
        assert_eq!(select.common(&directory(&[])), None);
        assert_eq!(select.common(&[0x6F]), None);
    }
}
