//! What can be set per card (8.1), and the card's keys.

/// How data comes back (8.4, contact link).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Data comes at once.
    Contactless,
    /// T=0: 61xx and GET RESPONSE.
    Contact,
}

/// How Le is judged (8.3, step 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Le {
    /// A wrong one is 6700.
    Strict,
    /// A wrong one is 6Cxx.
    Correcting,
    /// It is not looked at.
    Lenient,
}

/// Which algorithms the card has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithms {
    /// DES only.
    Des,
    /// SM4 only.
    Sm4,
    /// Both.
    Both,
}

/// The status word beside the FCI of a temporarily blocked application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockedSelect {
    /// 6A81.
    NotSupported,
    /// 6283.
    Invalidated,
}

/// What 8.1 can set, with its defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one field for each line of 8.1")]
pub struct Settings {
    /// The instance's name, 8 to 16 bytes.
    pub aid: Vec<u8>,
    /// FCI: application version (9F08), 1 or 2 bytes.
    pub version: Vec<u8>,
    /// FCI: the label `MOT_T_EP` (50) is there.
    pub label: bool,
    /// FCI: priority (87).
    pub priority: Option<u8>,
    /// FCI: preferred name (9F12).
    pub preferred_name: Option<Vec<u8>>,
    /// FCI: zero bytes after `A5`, inside `6F`; 0 to 8.
    pub zeros: u8,
    /// PPSE: priority of the purse, 01 or 02.
    pub directory_priority: u8,
    /// PPSE: an e-cash entry with priority 01 stands before the purse.
    pub cash_entry: bool,
    /// The card has `1PAY.SYS.DDF01`.
    pub old_directory: bool,
    /// The purse's file id.
    pub purse_id: Option<u16>,
    /// SELECT of an EF by its id is answered 9000.
    pub files_by_id: bool,
    /// The link.
    pub link: Link,
    /// The rule for Le.
    pub le: Le,
    /// DEBIT FOR PURCHASE with P1 = 02 is accepted.
    pub debit_p1_02: bool,
    /// CREDIT FOR LOAD with P2 = 02 is accepted.
    pub credit_p2_02: bool,
    /// UPDATE CAPP of 1A with P1 = 00 is accepted.
    pub update_p1_00: bool,
    /// DEBIT FOR CAPP PURCHASE without UPDATE CAPP is accepted.
    pub composite_without_update: bool,
    /// What a command out of order is answered: 6901, or 6985.
    pub out_of_order: u16,
    /// The algorithms.
    pub algorithms: Algorithms,
    /// SELECT of the purse while temporarily blocked.
    pub blocked_select: BlockedSelect,
    /// SELECT of the PPSE while blocked is answered 6283.
    pub blocked_directory_warns: bool,
    /// Load and unload want a verified PIN.
    pub load_wants_pin: bool,
    /// PROVE: 0 the last transaction only, 1 the last of each type, n also the n newest of the log.
    pub prove_depth: u8,
    /// PROVE is answered while a transaction is open.
    pub prove_while_open: bool,
    /// The first PIN, as ASCII digits.
    pub pin: Option<Vec<u8>>,
    /// PIN tries, 1 to 15.
    pub pin_tries: u8,
    /// Secure-messaging tries, 1 to 15, 0 without limit.
    pub message_tries: u8,
    /// Transaction MAC tries, 1 to 15, 0 without limit.
    pub transaction_tries: u8,
    /// External-authentication tries of the keys 00 and 01, 1 to 15.
    pub external_tries: [u8; 2],
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            aid: vec![0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x05],
            version: vec![0x02],
            label: false,
            priority: None,
            preferred_name: None,
            zeros: 0,
            directory_priority: 1,
            cash_entry: false,
            old_directory: false,
            purse_id: None,
            files_by_id: false,
            link: Link::Contactless,
            le: Le::Strict,
            debit_p1_02: true,
            credit_p2_02: true,
            update_p1_00: true,
            composite_without_update: true,
            out_of_order: 0x6901,
            algorithms: Algorithms::Des,
            blocked_select: BlockedSelect::NotSupported,
            blocked_directory_warns: false,
            load_wants_pin: false,
            prove_depth: 1,
            prove_while_open: true,
            pin: None,
            pin_tries: 3,
            message_tries: 3,
            transaction_tries: 0,
            external_tries: [3, 3],
        }
    }
}

/// The card's keys, already derived (8.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Purchase, index 01.
    pub purchase: [u8; 16],
    /// Load, indices 01 and 02.
    pub load: [[u8; 16]; 2],
    /// Unload, index 01.
    pub unload: [u8; 16],
    /// Overdraft limit, index 01.
    pub overdraft: [u8; 16],
    /// TAC.
    pub tac: [u8; 16],
    /// Application block.
    pub app_block: [u8; 16],
    /// Application unblock.
    pub app_unblock: [u8; 16],
    /// Application maintenance.
    pub app_maintenance: [u8; 16],
    /// Card control.
    pub card_control: [u8; 16],
    /// PIN unblock.
    pub pin_unblock: [u8; 16],
    /// PIN reload.
    pub pin_reload: [u8; 16],
    /// External authentication, key ids 00 and 01.
    pub external: [[u8; 16]; 2],
    /// Internal authentication.
    pub internal: Option<[u8; 16]>,
    /// The key version in the INITIALIZE answers.
    pub version: u8,
}
