//! Who rides, and what is held to the reader.

/// The card product, or the rider without a card (`docs/spec/fares.md` sections 1 and 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// 普通: an adult.
    Ordinary,
    /// 学生: 25 % on buses, like anybody on rail.
    Student,
    /// 养老助残卡: free on buses, like anybody on rail.
    Senior,
    /// Soldiers and the others whom rail exempts.
    Military,
    /// A child of at most 1.3 m beside a paying adult: free on rail. Our reading: on buses as an adult.
    Child,
    /// A test card: as an adult.
    Test,
}

impl Product {
    /// Free on every rail group (`docs/spec/fares.md` section 1, "free" and "65 and over").
    pub(crate) fn rail_is_free(self) -> bool {
        self == Product::Military || self == Product::Child
    }
}

/// What is held to the reader (`docs/spec/fares.md` section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A T-Union card.
    Card,
    /// A T-Union card in a phone.
    Phone,
    /// A QR code of the operator's app.
    Code,
    /// A `UnionPay` bank card.
    BankCard,
    /// A bank card from abroad.
    ForeignBankCard,
    /// A single ticket, paid in cash.
    Cash,
}

impl Medium {
    /// A purse with stored value.
    pub(crate) fn is_purse(self) -> bool {
        self == Medium::Card || self == Medium::Phone
    }
}
