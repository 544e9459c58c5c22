//! Framing, the rows of 2.6, and Le.

/// A status word.
pub(crate) type Sw = u16;

/// The data of a 9000, or the status word of a refusal.
pub(crate) type Verdict = Result<Vec<u8>, Sw>;

/// A command in its parts.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) class: u8,
    pub(crate) ins: u8,
    pub(crate) p1: u8,
    pub(crate) p2: u8,
    pub(crate) data: Vec<u8>,
    /// 1 to 256.
    pub(crate) le: Option<usize>,
}

impl Command {
    /// `card.md` 8.3, step 3.
    fn parse(bytes: &[u8]) -> Result<Self, Sw> {
        let [class, ins, p1, p2, body @ ..] = bytes else { return Err(0x6700) };
        if *class == 0xFF {
            return Err(0x6E00);
        }
        let (data, le) = match body {
            [] => (vec![], None),
            [le] => (vec![], Some(*le)),
            [0, ..] => return Err(0x6700),
            [lc, rest @ ..] => match rest.len().checked_sub(usize::from(*lc)) {
                Some(0) => (rest.to_vec(), None),
                Some(1) => (rest[..rest.len() - 1].to_vec(), rest.last().copied()),
                _ => return Err(0x6700),
            },
        };
        let le = le.map(|le| if le == 0 { 256 } else { usize::from(le) });
        Ok(Self { class: *class, ins: *ins, p1: *p1, p2: *p2, data, le })
    }

    /// Le of an answer of one length.
    pub(crate) fn expects(&self, exact: usize) -> Result<(), Sw> {
        if self.le.is_none_or(|le| le == 256 || le == exact) { Ok(()) } else { Err(0x6700) }
    }
}

/// The rows of 2.6.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Row {
    Select,
    ReadBinary,
    UpdateBinary,
    GetChallenge,
    GetResponse,
    ExternalAuthenticate,
    ApplicationUnblock,
    InitSam,
    CreditSam,
    InitDescrypt,
    DesCrypt,
}

/// The row's class, instruction, P1 and P2, least and greatest Lc, and the length of its answer where
/// that is always the same.
type Line = (Row, (u8, u8), fn(u8, u8) -> bool, (usize, usize), Option<usize>);

fn zero(p1: u8, p2: u8) -> bool {
    (p1, p2) == (0, 0)
}

fn sfi(p1: u8, _: u8) -> bool {
    p1 & 0xE0 == 0x80
}

#[rustfmt::skip]
static TABLE: &[Line] = &[
    (Row::Select,               (0x00, 0xA4), zero,                                                       (2, 2),   None),
    (Row::ReadBinary,           (0x00, 0xB0), sfi,                                                        (0, 0),   None),
    (Row::UpdateBinary,         (0x00, 0xD6), sfi,                                                        (1, 255), Some(0)),
    (Row::GetChallenge,         (0x00, 0x84), zero,                                                       (0, 0),   None),
    (Row::GetResponse,          (0x00, 0xC0), zero,                                                       (0, 0),   None),
    (Row::ExternalAuthenticate, (0x00, 0x82), |p1, _| p1 == 0,                                            (8, 16),  Some(0)),
    (Row::ApplicationUnblock,   (0x84, 0x18), |p1, p2| p1 <= 1 && p2 == 0,                                (0, 4),   Some(0)),
    (Row::InitSam,              (0x80, 0x70), zero,                                                       (36, 36), Some(8)),
    (Row::CreditSam,            (0x80, 0x72), zero,                                                       (4, 4),   Some(0)),
    (Row::InitDescrypt,         (0x80, 0x1A), |_, _| true,                                                (8, 24),  Some(0)),
    (Row::DesCrypt,             (0x80, 0xFA), |p1, p2| matches!(p1, 0 | 1 | 2 | 3 | 5 | 7) && p2 == 0,    (8, 248), None),
];

/// The faults of form in their order, and Le of an answer of one length.
pub(crate) fn find(bytes: &[u8]) -> Result<(Row, Command), Sw> {
    let command = Command::parse(bytes)?;
    if !TABLE.iter().any(|line| line.1.0 == command.class) {
        return Err(0x6E00);
    }
    let line = TABLE.iter().find(|line| line.1 == (command.class, command.ins)).ok_or(0x6D00_u16)?;
    let (row, _, parameters, (least, greatest), length) = *line;
    if !parameters(command.p1, command.p2) {
        return Err(0x6A86);
    }
    if !(least..=greatest).contains(&command.data.len()) {
        return Err(0x6700);
    }
    Ok((row, command)).and_then(|(row, command)| match length {
        Some(exact) => command.expects(exact).map(|()| (row, command)),
        None => Ok((row, command)),
    })
}
