//! A model on the bench: commands and answers as hexadecimal text.

use std::fmt::Write as _;

use tunion_card_model::{Keys, Memory, Model, Settings, crypto};

/// Bytes of a text; spaces are nothing.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| u8::try_from(c.to_digit(16).expect("hexadecimal")).expect("a nibble"))
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Text of bytes.
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02X}").expect("a string takes it");
    }
    text
}

/// Bytes of a text that has exactly N.
pub(crate) fn fixed<const N: usize>(text: &str) -> [u8; N] {
    bytes(text).try_into().expect("the length")
}

/// Keys that differ in every use.
pub(crate) fn keys() -> Keys {
    let key = |use_: u8| -> [u8; 16] { std::array::from_fn(|i| use_ * 16 + u8::try_from(i).expect("small")) };
    Keys {
        purchase: key(0),
        load: [key(1), key(2)],
        unload: key(3),
        overdraft: key(4),
        tac: key(5),
        app_block: key(6),
        app_unblock: key(7),
        app_maintenance: key(8),
        card_control: key(9),
        pin_unblock: key(10),
        pin_reload: key(11),
        external: [key(12), key(13)],
        internal: Some(key(14)),
        version: 0x01,
    }
}

pub(crate) struct Bench {
    pub(crate) model: Model,
    /// The next random bytes of the card.
    pub(crate) random: Vec<u8>,
    /// How often the card has asked.
    pub(crate) asked: usize,
}

impl Bench {
    /// With power, nothing selected.
    pub(crate) fn new(settings: Settings) -> Self {
        let memory = Memory::fresh(&settings);
        Self { model: Model::new(settings, keys(), memory), random: bytes("1122334455667788"), asked: 0 }
    }

    /// With the purse selected.
    pub(crate) fn selected(settings: Settings) -> Self {
        let mut bench = Self::new(settings);
        bench.select();
        bench
    }

    pub(crate) fn select(&mut self) {
        let answer = self.send("00A4040008 A000000632010105");
        assert!(answer.ends_with("9000") || answer.ends_with("6A81") || answer.starts_with("61"), "{answer}");
    }

    pub(crate) fn send(&mut self, command: &str) -> String {
        let Self { model, random, asked } = self;
        text(&model.transmit(&bytes(command), &mut |slice: &mut [u8]| {
            let length = slice.len();
            slice.copy_from_slice(&random[..length]);
            *asked += 1;
        }))
    }

    #[track_caller]
    pub(crate) fn expect(&mut self, command: &str, answer: &str) {
        assert_eq!(self.send(command), text(&bytes(answer)), "{command}");
    }

    /// A secured command: challenge, header, data, MAC under the key. Its text.
    pub(crate) fn secured(&mut self, key: [u8; 16], header: &str, data: &str) -> String {
        self.expect("0084000004", &format!("{} 9000", text(&self.random[..4])));
        let challenge = self.random[..4].to_vec();
        secured(key, &challenge, header, data)
    }

    /// Opens a load of the amount and gives the CREDIT for it.
    pub(crate) fn load(&mut self, amount: u32) -> String {
        let answer = self.send(&format!("805000020B 01 {amount:08X} 000000000001"));
        assert!(answer.ends_with("9000"), "{answer}");
        let mac = self.online_mac(keys().load[0], &format!("{amount:08X} 02 000000000001"));
        format!("805200000B {DATE} {mac}")
    }

    /// Opens a purchase (01) or composite purchase (03) and gives the DEBIT for it.
    pub(crate) fn purchase(&mut self, p1: &str, amount: u32) -> String {
        let answer = self.send(&format!("8050{p1}020B 01 {amount:08X} 000000000001"));
        assert!(answer.ends_with("9000"), "{answer}");
        let kind = if p1 == "03" { "09" } else { "06" };
        let session = crypto::purchase_session(
            keys().purchase,
            std::array::from_fn(|i| self.random[i]),
            self.model.memory.offline,
            [0, 0, 0, 1],
        );
        let mac = crypto::mac(session, &bytes(&format!("{amount:08X} {kind} 000000000001 {DATE}")));
        format!("805401000F 00000001 {DATE} {}", text(&mac))
    }

    /// MAC2 of load, unload and limit update; the moment is added to the input.
    pub(crate) fn online_mac(&self, key: [u8; 16], input: &str) -> String {
        let random = std::array::from_fn(|i| self.random[i]);
        let session = crypto::load_session(key, random, self.model.memory.online);
        text(&crypto::mac(session, &bytes(&format!("{input} {DATE}"))))
    }
}

/// The moment of every transaction here.
pub(crate) const DATE: &str = "20240102 030405";

/// A secured command over this challenge.
pub(crate) fn secured(key: [u8; 16], challenge: &[u8], header: &str, data: &str) -> String {
    let lc = bytes(data).len() + 4;
    let input = format!("{header} {lc:02X} {data}");
    let mac = crypto::retail_mac(key, crypto::challenge_block(challenge), &bytes(&input));
    format!("{input} {}", text(&mac))
}

/// A command whose last byte is another.
pub(crate) fn spoilt(command: &str) -> String {
    let mut bytes = bytes(command);
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    text(&bytes)
}
