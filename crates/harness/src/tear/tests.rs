//! The checker is checked: a fault is planted for each rule, and has to be found as a breach of that rule.

use super::rule::Rule;
use super::sweep::sweep_with;
use super::*;
use tunion_apdu::{Response, Sw};
use tunion_card::{Block, Card, Chip, Corrupt, Cut, Damage, Image, Pin, PowerLost, Profile, TriesLeft, Work};
use tunion_data::Fen24;
use tunion_files::keys;

use crate::counterpart::Mac;
use crate::random::Stream;

/// A card that does one thing wrong.
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each fault waits for its own moment")]
struct Faulty {
    card: Card<Stream>,
    rule: Rule,
    /// Which of two faults against the same rule.
    second: bool,
    /// A command lost power, and the card has not been woken since.
    dead: bool,
    /// It was woken after that.
    woken: bool,
    /// A debit was done.
    debited: bool,
    /// The last answer was a refusal.
    refused: bool,
    /// A command came after waking with a cut before its first byte.
    leaked: bool,
}

const PROVE: u8 = 0x5A;
/// PIN UNBLOCK.
const UNBLOCK: u8 = 0x24;

impl Faulty {
    fn new(card: Card<Stream>, (rule, second): (Rule, bool)) -> Self {
        Self { card, rule, second, dead: false, woken: false, debited: false, refused: false, leaked: false }
    }

    fn is(&self, rule: Rule) -> bool {
        self.rule == rule
    }

    /// What a card says that has been torn and woken and answers this instruction wrongly.
    fn spoilt(&self, instruction: u8, response: &Response) -> Option<Vec<u8>> {
        let mut bytes = response.bytes().to_vec();
        let (rule, wrong) = match instruction {
            0xA4 => (Rule::Select, vec![0x6A, 0x82]),
            0x5C => (Rule::Balance, {
                bytes[0] ^= 1;
                bytes
            }),
            PROVE if self.second => (Rule::Proof, vec![0x94, 0x06]),
            PROVE => (Rule::Proof, [&[0; 8][..], &[0x90, 0x00]].concat()),
            0xB2 => (Rule::Records, {
                bytes[0] ^= 1;
                bytes
            }),
            0x50 => (Rule::Sequence, {
                bytes.get_mut(5).into_iter().for_each(|byte| *byte ^= 1);
                bytes
            }),
            0x54 => (Rule::Next, vec![0x93, 0x02]),
            0x20 => (Rule::Tries, vec![0x63, 0xCF]),
            _ => return None,
        };
        (self.woken && self.is(rule)).then_some(wrong)
    }
}

impl Subject for Faulty {
    fn process(&mut self, command: &[u8], response: &mut Response) -> Result<(), PowerLost> {
        if self.dead && self.is(Rule::Silence) {
            response.set(&[0x90, 0x00]).unwrap();
            return Ok(());
        }
        if self.woken && self.is(Rule::Again) && command.get(1) == Some(&UNBLOCK) {
            response.set(&[0x69, 0x85]).unwrap();
            return Ok(());
        }
        if self.is(Rule::Power) {
            Chip::set_cut(&mut self.card, None);
        }
        let cut = Chip::cut(&self.card);
        self.leaked |= self.woken && cut.is_some_and(|cut| cut.after == 0);
        let start = self.card.clone();
        let answered = Chip::process(&mut self.card, command, response);
        if answered.is_err() {
            self.dead = true;
            if self.is(Rule::FreeTry) && self.second && cut.is_some() {
                // The try that was spent comes back.
                self.card = start;
                Chip::power_off(&mut self.card);
            }
            return answered;
        }
        self.refused = !response.sw().is_ok();
        self.debited |= command.get(1) == Some(&0x54) && !self.refused;
        if cut.is_some() && self.is(Rule::Answered) {
            let mut bytes = response.bytes().to_vec();
            bytes[0] ^= 1;
            response.set(&bytes).unwrap();
        }
        if let Some(bytes) = self.spoilt(command[1], response) {
            response.set(&bytes).unwrap();
        }
        Ok(())
    }

    fn power_on(&mut self) -> Result<(), Corrupt> {
        if self.dead && self.is(Rule::Wakes) {
            return Err(Corrupt);
        }
        self.woken |= self.dead;
        self.dead = false;
        if self.woken && self.is(Rule::Rest) && !self.second {
            // Something was written.
            Chip::set_cut(&mut self.card, None);
        }
        Chip::power_on(&mut self.card)
    }

    fn set_cut(&mut self, cut: Option<Cut>) {
        Chip::set_cut(&mut self.card, cut);
    }

    fn cut(&self) -> Option<Cut> {
        Chip::cut(&self.card)
    }

    fn work(&self) -> Work {
        let mut work = Chip::work(&self.card);
        work.page_writes += u32::from(self.refused && self.is(Rule::Refusal));
        work.crypto.des_blocks += 3 * u64::from(self.dead && self.is(Rule::FreeTry) && !self.second);
        work
    }

    fn image(&self) -> Image {
        let mut image = Card::image(&self.card);
        let spoilt = match self.rule {
            Rule::Effect => self.debited,
            Rule::Told => self.dead,
            Rule::Whole => self.dead || self.woken,
            Rule::Rest => self.second && self.leaked,
            _ => false,
        };
        if spoilt {
            image.purse.balance = Fen24::from_be_bytes([0, 0, 1]);
        }
        image
    }

    fn profile(&self) -> &Profile {
        Card::profile(&self.card)
    }

    fn aid(&self) -> &[u8] {
        Card::aid(&self.card)
    }
}

fn plain() -> Vec<Specimen> {
    let mut cards = built_in(&keys::lab().unwrap()).unwrap();
    cards.truncate(1);
    cards
}

fn settings(command: &str) -> Settings {
    Settings { seed: 1, points: 0, deeds: named(command), case: None }
}

/// The rule that a fault breaks first, and where.
fn found(fault: (Rule, bool), command: &str, case: Option<Case>) -> Option<(Case, Rule)> {
    let mut cards = plain();
    if fault.0 == Rule::Refusal {
        cards[0].contents.image.security.blocked = Block::Permanent;
    }
    let settings = Settings { case, ..settings(command) };
    let swept = sweep_with(&cards, &settings, |contents, random| {
        Card::new(contents, random).map(|card| Faulty::new(card, fault))
    });
    let swept = swept.unwrap();
    assert_eq!(swept.len(), 1, "{command}");
    match &swept[0].outcome {
        Outcome::Broken(case, broken) => Some((*case, broken.rule)),
        Outcome::Kept(_) | Outcome::Refused(_) => None,
    }
}

#[test]
fn each_rule_finds_the_fault_that_is_planted_for_it() {
    let faults = [
        (Rule::Effect, false, "DEBIT FOR PURCHASE"),
        (Rule::Refusal, false, "CREDIT FOR LOAD"),
        (Rule::Power, false, "DEBIT FOR PURCHASE"),
        (Rule::Silence, false, "CREDIT FOR LOAD"),
        (Rule::Told, false, "CREDIT FOR LOAD"),
        (Rule::Wakes, false, "CHANGE PIN"),
        (Rule::Rest, false, "VERIFY PIN"),
        (Rule::Rest, true, "VERIFY PIN"),
        (Rule::Whole, false, "DEBIT FOR CAPP PURCHASE, 1A and 1E"),
        (Rule::Answered, false, "CREDIT FOR LOAD"),
        (Rule::FreeTry, false, "DEBIT FOR PURCHASE, tries limited"),
        (Rule::FreeTry, true, "DEBIT FOR PURCHASE, tries limited"),
        (Rule::Tries, false, "VERIFY PIN, wrong"),
        (Rule::Select, false, "CHANGE ALGORITHM"),
        (Rule::Balance, false, "DEBIT FOR PURCHASE"),
        (Rule::Proof, false, "DEBIT FOR UNLOAD"),
        (Rule::Proof, true, "DEBIT FOR UNLOAD"),
        (Rule::Records, false, "DEBIT FOR PURCHASE"),
        (Rule::Sequence, false, "UPDATE RECORD 1E"),
        (Rule::Next, false, "APPEND RECORD"),
        (Rule::Again, false, "PIN UNBLOCK"),
    ];
    for rule in Rule::ALL {
        assert!(faults.iter().any(|(planted, ..)| *planted == rule), "nothing is planted for {rule:?}");
    }
    for (rule, second, command) in faults {
        let Some((case, broken)) = found((rule, second), command, None) else {
            panic!("{command}: the fault against {rule:?} was not found");
        };
        assert_eq!(broken, rule, "{command}, {case:?}");
        // And the case alone finds it again.
        if case.cut.is_some() {
            assert_eq!(found((rule, second), command, Some(case)), Some((case, rule)), "{command}");
        }
    }
}

#[test]
fn a_fault_that_no_answer_shows_is_not_found() {
    // Nobody asks for the proof of a CARD BLOCK, nor for a PIN where none was torn.
    assert_eq!(found((Rule::Proof, false), "CARD BLOCK", None), None);
    assert_eq!(found((Rule::Tries, false), "CHANGE ALGORITHM", None), None);
}

/// What a tear report says, of a card in good order, one that is blocked for good and one that is blocked
/// for a time.
#[test]
fn the_table_of_a_small_set() {
    let mut cards = built_in(&keys::lab().unwrap()).unwrap();
    let mut blocked = cards[0].clone();
    blocked.name = "blocked".to_owned();
    blocked.contents.image.security.blocked = Block::Permanent;
    let mut paused = cards[0].clone();
    paused.name = "paused".to_owned();
    paused.contents.image.security.blocked = Block::Temporary;
    cards.extend([blocked, paused]);
    let mut settings = settings("VERIFY PIN");
    for more in [
        "CREDIT FOR LOAD",
        "DEBIT FOR CAPP PURCHASE, 1A and 1E",
        "DEBIT FOR PURCHASE, wrong MAC",
        "APPLICATION UNBLOCK",
        "CHANGE ALGORITHM",
    ] {
        settings.deeds.extend(named(more));
    }
    let swept = sweep(&cards, &settings).unwrap();
    let report = Report { specimens: &cards, swept: &swept, keys: None };
    assert!(report.kept(), "{}", report.failures());
    insta::assert_snapshot!(report.table());
}

#[test]
fn a_broken_rule_is_told_with_the_line_that_repeats_it() {
    let cards = plain();
    let deeds = named("debit for purchase");
    assert_eq!(deeds.len(), 1, "a whole name means one command");
    let cut = |after, damage| Some(Cut { after, damage });
    let outcome = |case| {
        let broken = Broken { rule: Rule::Whole, found: "differs in purse".to_owned() };
        Outcome::Broken(case, broken)
    };
    let once = Case { cut: cut(317, Damage::Noise(0x1234)), again: None };
    let twice = Case { cut: cut(3, Damage::Prefix), again: cut(64, Damage::Noise(0x9)) };
    let swept: Vec<Swept> = [Case::default(), once, twice]
        .map(|case| Swept { card: 0, deed: deeds[0], seed: 7, outcome: outcome(case) })
        .to_vec();
    let mut cards = cards;
    cards[0].path = Some("my cards/plain.toml".to_owned());
    let report = Report { specimens: &cards, swept: &swept, keys: Some("keys.toml") };
    assert!(!report.kept());
    insta::assert_snapshot!(report.failures());
    insta::assert_snapshot!(report.table());
    assert!(
        report.json().unwrap().contains("\"repeat\": \"tunion tear 'my cards/plain.toml' --keys keys.toml")
    );
}

/// More rounds are more points, by other seeds.
#[test]
fn rounds_follow_until_there_are_points_enough() {
    let cards = plain();
    let once = sweep(&cards, &settings("CHANGE ALGORITHM")).unwrap();
    let report = |swept: &[Swept]| Report { specimens: &cards, swept, keys: None }.points();
    let points = report(&once) * 2 + 1;
    let more = sweep(&cards, &Settings { points, ..settings("CHANGE ALGORITHM") }).unwrap();
    assert_eq!(more.iter().map(|swept| swept.seed).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(report(&more) >= points);
}

/// Every command that spends a try is torn wrong, with tries left and at the last, in each form or in the one
/// that stands for it; and one whose tries cards need not limit also right with a limit.
#[test]
fn every_command_with_a_try_is_torn_wrong_too() {
    let torn =
        |act, mac, tries| DEEDS.iter().any(|deed| (deed.act, deed.mac, deed.tries) == (act, mac, tries));
    for deed in DEEDS {
        let act = match deed.act {
            Act::Capp { .. } => named("DEBIT FOR CAPP PURCHASE, two of 1A and 1E")[0].act,
            Act::Block { .. } => Act::Block { permanently: false },
            Act::BlockAlgorithm { .. } => Act::BlockAlgorithm { des: false },
            act => act,
        };
        let Some(counter) = act.counter() else { continue };
        assert!(torn(act, Mac::Right, Tries::OfTheCard), "{}", deed.name);
        assert!(torn(act, Mac::Wrong, Tries::Limited), "{}", deed.name);
        assert!(torn(act, Mac::Wrong, Tries::Last), "{}", deed.name);
        let unlimited = counter == Counter::Transactions;
        assert_eq!(torn(act, Mac::Right, Tries::Limited), unlimited, "{}", deed.name);
    }
}

/// Every command that writes writes on the plain card and on the odd one.
#[test]
fn every_command_can_be_brought_to_write() {
    let cards = built_in(&keys::lab().unwrap()).unwrap();
    let case = Some(Case { cut: Some(Cut { after: 1, damage: Damage::Prefix }), again: None });
    let settings = Settings { seed: 1, points: 0, deeds: DEEDS.iter().collect(), case };
    for Swept { card, deed, outcome, .. } in sweep(&cards, &settings).unwrap() {
        match outcome {
            Outcome::Kept(counts) => assert!(counts.pages >= 2, "{} on {}", deed.name, cards[card].name),
            other => panic!("{} on {}: {other:?}", deed.name, cards[card].name),
        }
    }
}

/// A card that has lost its last try, whatever its command, is refused and nothing is written.
#[test]
fn a_card_without_tries_refuses() {
    let mut cards = plain();
    let image = &mut cards[0].contents.image;
    image.security.pin = Pin::new(b"1234");
    image.security.left = Some(TriesLeft { pin: 0, messages: 3, transactions: 0, external: [0; 2] });
    for (command, word) in [
        ("VERIFY PIN", 0x6983),
        ("VERIFY PIN, wrong", 0x6983),
        ("CHANGE PIN", 0x6983),
        ("EXTERNAL AUTHENTICATE 01", 0x6983),
        ("UPDATE BINARY 15", 0x6983),
    ] {
        let swept = sweep(&cards, &settings(command)).unwrap();
        assert!(matches!(swept[0].outcome, Outcome::Refused(Sw(sw)) if sw == word), "{:?}", swept[0]);
    }
}
