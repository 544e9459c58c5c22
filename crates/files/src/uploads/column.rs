//! The columns of an upload file: the fields of the record, each with the form in which it is written.

use tunion_data::upload::{Payment, RecordKind, Surcharge, UploadRecord};

use super::form::{self, Flags, Hex, Money, Number, Written};
use crate::rows::{Cells, Clock, Columns, columns};

/// Declares the columns in the order of the record's layout, and how a record is read from them and written.
/// A field that is forgotten, or that has no such form, does not compile.
macro_rules! fields {
    ($($column:ident = $name:literal, $field:ident as $form:ty;)*) => {
        columns! {
            /// What a clearing said of the record: its code. Passed over.
            Reason = "reason",
            /// Where the record stood: file and line. Passed over.
            Source = "source",
            /// What is wrong with it, and what would be right. Passed over.
            Finding = "finding",
            /// The version of the form.
            Version = "version",
            $(
                #[doc = concat!("[`UploadRecord::", stringify!($field), "`].")]
                $column = $name,
            )*
        }

        /// The record of a row.
        pub(super) fn record(cells: &impl Cells<Column>, clock: &mut Clock) -> Result<UploadRecord, Fault> {
            Ok(UploadRecord {
                $($field: value::<_, $form>(cells, Column::$column, clock)?,)*
            })
        }

        /// Hands every field of a record on as text, in order.
        pub(super) fn texts(record: &UploadRecord, text: &mut Vec<u8>, put: &mut impl FnMut(Column, bool, &[u8])) {
            $(
                let is_number = written::<_, $form>(record.$field, text);
                put(Column::$column, is_number, text);
            )*
        }
    };
}

fields! {
    TripType = "trip-type", trip_type as Hex;
    Transaction = "transaction", transaction as Hex;
    Flags = "flags", flags as Flags;
    Terminal = "terminal", terminal as Hex;
    TerminalSeq = "terminal-seq", terminal_seq as Number;
    PsamSerial = "psam-serial", psam_serial as Hex;
    Issuer = "issuer", issuer as Hex;
    Pan = "pan", pan as form::Pan;
    CardType = "card-type", card_type as Hex;
    CardSeq = "card-seq", card_seq as Number;
    Amount = "amount", amount as Money;
    List = "list", list as Money;
    BalanceBefore = "balance-before", balance_before as Money;
    BalanceAfter = "balance-after", balance_after as Money;
    At = "at", at as form::DateTime;
    KeyIndex = "key-index", key_index as Hex;
    KeyVersion = "key-version", key_version as Hex;
    Algorithm = "algorithm", algorithm as Hex;
    Tac = "tac", tac as Hex;
    City = "city", city as Hex;
    Acquirer = "acquirer", acquirer as Hex;
    Operator = "operator", operator as Number;
    Industry = "industry", industry as Hex;
    Line = "line", line as Number;
    Station = "station", station as Number;
    EntryLine = "entry-line", entry_line as Number;
    EntryStation = "entry-station", entry_station as Number;
    EntryAt = "entry-at", entry_at as form::DateTime;
    Surcharge = "surcharge", surcharge as Money;
    SurchargeKind = "surcharge-kind", surcharge_kind as form::Word<Surcharge>;
    AvailableBefore = "available-before", available_before as Money;
    Kind = "kind", kind as form::Word<RecordKind>;
    Origin = "origin", origin as Hex;
    LocalSeq = "local-seq", local_seq as Number;
    Payment = "payment", payment as form::Word<Payment>;
    Staff = "staff", staff as Hex;
    CardUid = "card-uid", card_uid as Hex;
    CardVersion = "card-version", card_version as Hex;
    ValidFrom = "valid-from", valid_from as form::Date;
    ValidTo = "valid-to", valid_to as form::Date;
    Batch = "batch", batch as Number;
    PreviousTransaction = "previous-transaction", previous_transaction as Hex;
    PreviousTerminal = "previous-terminal", previous_terminal as Hex;
    PreviousAmount = "previous-amount", previous_amount as Money;
    PreviousSeq = "previous-seq", previous_seq as Number;
    PreviousAt = "previous-at", previous_at as form::DateTime;
    Discount = "discount", discount as Money;
    MerchantType = "merchant-type", merchant_type as Hex;
    Reserved = "reserved", reserved as Hex;
}

impl Columns for Column {
    const ALL: &'static [Self] = Self::ALL;
    const REQUIRED: &'static [Self] = &[
        Self::Version,
        Self::Kind,
        Self::Transaction,
        Self::Terminal,
        Self::TerminalSeq,
        Self::Issuer,
        Self::Pan,
        Self::CardSeq,
        Self::Amount,
        Self::BalanceBefore,
        Self::BalanceAfter,
        Self::AvailableBefore,
        Self::At,
        Self::Tac,
    ];
    const FILE: &'static str = "upload file";
    const ARTICLE: &'static str = "an";
    const OBJECT: &'static str =
        "an upload record as an object, such as {\"version\": 1, \"kind\": \"exit\", …}";

    fn name(self) -> &'static str {
        self.name()
    }

    fn place(self) -> usize {
        self as usize
    }

    fn listed() -> String {
        let names: Vec<_> = Self::REQUIRED.iter().map(|column| column.name()).collect();
        format!("{}, and others that may be left out", names.join(", "))
    }
}

/// A fault as it is found: the column, and how it is put into words.
#[derive(Clone, Copy)]
pub(super) struct Fault {
    pub(super) column: Column,
    pub(super) refuse: fn(&str) -> (String, Option<String>),
}

#[inline]
fn value<T: Default, F: Written<T>>(
    cells: &impl Cells<Column>,
    column: Column,
    clock: &mut Clock,
) -> Result<T, Fault> {
    match cells.cell(column) {
        b"" => Ok(T::default()),
        text => F::read(text, clock).ok_or(Fault { column, refuse: F::refuse }),
    }
}

/// Writes a field as the only text; whether JSON has it as a number.
fn written<T, F: Written<T>>(value: T, text: &mut Vec<u8>) -> bool {
    text.clear();
    F::write(value, text);
    F::IS_NUMBER
}
