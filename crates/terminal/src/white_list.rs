//! Issuers whose cards may roam (白名单, `docs/spec/terminal.md` 8.2; 10, file 1932).

use tunion_data::file::AppInfo;
use tunion_data::{Bin, IssuerId};

/// A row of the white list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trusted {
    /// The issuer; only bytes 0–3 count (`docs/spec/terminal.md` 1.0).
    pub issuer: IssuerId,
    /// How its card numbers begin. `None` where it does not matter: Xi'an's list has the field and no use
    /// for it, the laboratory's has one.
    pub bin: Option<Bin>,
}

impl Trusted {
    fn covers(&self, info: &AppInfo) -> bool {
        self.issuer.0[..4] == info.issuer.0[..4] && self.bin.is_none_or(|bin| bin.begins(info.pan))
    }
}

impl From<IssuerId> for Trusted {
    fn from(issuer: IssuerId) -> Self {
        Self { issuer, bin: None }
    }
}

/// Whether a card may roam. An issuer can have several rows; one of them has to fit.
pub(crate) fn admits(list: &[Trusted], info: &AppInfo) -> bool {
    list.is_empty() || list.iter().any(|row| row.covers(info))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuer_and_bin_have_to_fit_in_one_row() {
        let [test, other]: [IssuerId; 2] =
            ["09981001FFFFFFFF", "02002900FFFFFFFF"].map(|issuer| issuer.parse().unwrap());
        let row = |issuer, bin: &str| Trusted { issuer, bin: Some(bin.parse().unwrap()) };
        let card = |issuer, pan: &str| AppInfo { issuer, pan: pan.parse().unwrap(), ..AppInfo::default() };
        let list = [row(test, "31052280"), row(test, "31052281"), Trusted::from(other)];
        assert!(admits(&list, &card(test, "3105228010000000001")));
        assert!(admits(&list, &card(test, "3105228110000000001")));
        assert!(!admits(&list, &card(test, "3105228210000000001")));
        assert!(admits(&list, &card(other, "3105228210000000001")));
        assert!(!admits(&list[..2], &card(other, "3105228010000000001")));
        assert!(admits(&[], &card(other, "3105228010000000001")));
    }
}
