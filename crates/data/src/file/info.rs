//! EF 15, 16 and 17: who issued the card, to whom, and what it is.

use crate::record;
use crate::{BcdDate, CityCode, IssuerId, Pan};

record! {
    /// EF 15, public application information (公共应用信息), 30 bytes (`docs/spec/card.md` 2.1).
    AppInfo, AppInfoView: 30 {
        /// The issuer (发卡机构代码).
        0 issuer: IssuerId,
        /// Application type (应用类型标识): 02 in every sample.
        8 app_type: u8,
        /// Enable flag (启用标识): 00 not enabled, 01 enabled, 02 disabled (`docs/spec/terminal.md` 1.0).
        /// Some readers call it the issuer's application version; 01 everywhere
        /// (`docs/spec/card.md` 2.1, 7.1).
        9 enabled: u8,
        /// Card number (应用序列号).
        10 pan: Pan,
        /// First day of validity.
        20 valid_from: BcdDate,
        /// Last day of validity.
        24 valid_to: BcdDate,
        /// The issuer's own two bytes.
        28 issuer_data: [u8; 2],
    }
}

record! {
    /// EF 16, the holder (持卡人信息), 55 bytes (`docs/spec/card.md` 2.2).
    Holder, HolderView: 55 {
        /// Card type flag.
        0 card_flag: u8,
        /// Staff flag: 01 a member of the issuer's staff (our reading; the source names no values).
        1 staff_flag: u8,
        /// Name, GBK, padded with spaces or zeros.
        2 name: [u8; 20] as Text,
        /// Number of the identity document, ASCII.
        22 id_number: [u8; 32] as Text,
        /// Kind of document: 00 identity card, 01 officer, 02 passport, 03 entry permit,
        /// 04 temporary identity card, 05 other.
        54 id_type: u8,
    }
}

record! {
    /// EF 17, management (管理信息), 60 bytes (`docs/spec/card.md` 2.3).
    Management, ManagementView: 60 {
        /// Country: `00000156`.
        0 country: [u8; 4],
        /// Province.
        4 province: CityCode,
        /// City.
        6 city: CityCode,
        /// Interoperability (互通卡种): 0001 usable in other cities, 0000 not.
        8 interoperable: u16,
        /// Card type; see [`CardType`].
        10 card_type: u8,
        /// Reserved, spaces.
        11 reserved: [u8; 49],
    }
}

/// What kind of card it is, EF 17 offset 10 (`docs/spec/card.md` 2.3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CardType {
    /// 普通卡.
    Ordinary,
    /// 学生卡.
    Student,
    /// 老人卡.
    Senior,
    /// 测试卡.
    Test,
    /// 军人卡.
    Military,
    /// A number that the public sources do not name.
    Other(u8),
}

impl CardType {
    /// The kind that the file's byte stands for.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Self {
        match byte {
            1 => Self::Ordinary,
            2 => Self::Student,
            3 => Self::Senior,
            4 => Self::Test,
            5 => Self::Military,
            other => Self::Other(other),
        }
    }

    /// The file's byte.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Ordinary => 1,
            Self::Student => 2,
            Self::Senior => 3,
            Self::Test => 4,
            Self::Military => 5,
            Self::Other(other) => other,
        }
    }
}
