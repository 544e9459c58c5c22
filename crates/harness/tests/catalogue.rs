//! The catalogue in `fixtures/cards`: each card, by the name of its file, is made and answers as its file says.
//! Those with journeys are what taps leave on a card.

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tunion_apdu::{Response, Sw};
use tunion_card::{Block, Card, Chip, Contents};
use tunion_data::fci::{Directory, Fci, PPSE};
use tunion_files::card::{self, CardFile, limits};
use tunion_files::diag::Source;
use tunion_files::layout::hex;
use tunion_files::library::Library;
use tunion_files::{keys, scenario};
use tunion_harness::issue;
use tunion_harness::random::{Stream, stream};
use tunion_harness::world::World;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = std::fs::read_dir(fixtures().join("cards"))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(format!("card/{name}"), move || of_the_catalogue(&path))
        })
        .collect();
    trials.extend(
        limits::k1()
            .into_iter()
            .flatten()
            .map(|(number, _)| Trial::test(format!("k1/{number}"), move || calibration(number))),
    );
    trials.extend(USED.map(|(name, taps)| Trial::test(format!("used/{name}"), move || used(name, taps))));
    trials.extend(
        PUBLISHED
            .map(|(name, answer)| Trial::test(format!("published/{name}"), move || published(name, answer))),
    );
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn of_the_catalogue(path: &Path) -> Result<(), Failed> {
    let file = card::load(path).map_err(|errors| errors.to_string())?;
    let lab = keys::lab().map_err(|errors| errors.to_string())?;
    check(path.file_stem() == Some(file.name.as_ref()), "its name is the file's")?;
    check(!file.about.is_empty(), "a comment says what is special")?;
    let mut card = issue::card(&file, &lab, stream(1, "card", 0))?;
    check(card.image() == file.memory(), "its memory is what the file says")?;
    check(
        card.profile() == &file.profile && card.aid() == &*file.aid,
        "its behaviour is what the file says",
    )?;
    selects(&file, &mut card)?;

    // What is written of it is the same card.
    for text in [file.to_toml(), file.to_image()] {
        let again = card::parse(&Source::new("again", text)).map_err(|errors| errors.to_string())?;
        check(again.memory() == file.memory(), "it reads back")?;
        check((&again.profile, &again.aid) == (&file.profile, &file.aid), "it reads back")?;
        check(again.derived_for() == file.derived_for(), "it reads back")?;
    }
    Ok(())
}

/// SELECT of the directory and of the purse.
fn selects(file: &CardFile, card: &mut Card<Stream>) -> Result<(), Failed> {
    let waits = file.profile.interface == tunion_card::Interface::Contact;
    let mut ask = |name: &[u8]| -> Result<Response, Failed> {
        let length = u8::try_from(name.len())?;
        let mut response = Response::default();
        let command = [&[0x00, 0xA4, 0x04, 0x00, length], name].concat();
        card.process(&command, &mut response).map_err(|_| "power")?;
        if waits {
            let [0x61, waiting] = response.sw().0.to_be_bytes() else {
                return Err(format!("not 61xx but {}", response.sw()).into());
            };
            card.process(&[0x00, 0xC0, 0x00, 0x00, waiting], &mut response).map_err(|_| "power")?;
        }
        Ok(response)
    };
    let directory = ask(PPSE)?;
    check(directory.sw() == Sw::OK, "the directory is there")?;
    let entries: Vec<_> = Directory::entries(directory.data()).collect();
    check(entries.last().is_some_and(|last| last.aid == &*file.aid), "the purse is in it, the last")?;
    check(
        entries.len() == 1 + usize::from(file.profile.directory.e_cash),
        "e-cash is in it as the file says",
    )?;

    let purse = ask(&file.aid)?;
    let expected = match file.image.security.blocked {
        Block::None => Sw::OK,
        Block::Temporary => Sw(0x6A81),
        Block::Permanent => Sw(0x9303),
    };
    check(purse.sw() == expected, &format!("SELECT is answered {expected}, not {}", purse.sw()))?;
    if file.image.security.blocked == Block::Permanent {
        return check(purse.data().is_empty(), "nothing but 9303");
    }
    let fci = Fci::parse(purse.data()).map_err(|error| format!("{error:?}"))?;
    check(*fci.info == file.image.info.encode(), "the FCI holds EF 15")?;
    check(fci.version == &*file.profile.fci.version, "version")?;
    check(fci.preferred_name == &*file.profile.fci.preferred_name, "preferred name")?;
    check(fci.priority == file.profile.fci.priority, "priority")?;
    check(fci.padding == usize::from(file.profile.fci.padding), "padding")
}

/// What real cards answer to SELECT, their numbers replaced by synthetic ones (`docs/spec/card.md` 1.3).
const PUBLISHED: [(&str, &str); 4] = [
    (
        "fci-long",
        "6F508408A000000632010105A54450084D4F545F545F45508701029F0801029F120F4341524420494D41474520303030319F0C1E\
         02403640FFFFFFFF02010310499158500000000320210726202509308500",
    ),
    (
        "fci-wearable",
        "6F368408A000000632010105A5269F080200309F0C1E02215840FFFFFFFF020103104870404000000004\
         2024110720541107000000000000",
    ),
    (
        "fci-shanghai",
        "6F318408A000000632010105A5259F0801029F0C1E02002900FFFFFFFF02010310477004000000000120200115204012310114",
    ),
    (
        "fci-nanjing",
        "6F318408A000000632010105A5259F0801029F0C1E00083010FFFFFFFF02010310483001000000000220220301204912310000",
    ),
];

fn published(name: &str, answer: &str) -> Result<(), Failed> {
    let path = fixtures().join(format!("cards/{name}.toml"));
    let file = card::load(path).map_err(|errors| errors.to_string())?;
    let lab = keys::lab().map_err(|errors| errors.to_string())?;
    let mut card = issue::card(&file, &lab, stream(1, "card", 0))?;
    let mut response = Response::default();
    let select = [0x00, 0xA4, 0x04, 0x00, 0x08, 0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x05];
    card.process(&select, &mut response).map_err(|_| "power")?;
    let found = hex(response.data());
    check(found == answer, &format!("it answers {found}"))
}

/// A calibration card: the test card with the limits of the laboratory's profile
/// (`docs/spec/terminal.md` 8.5).
fn calibration(number: u16) -> Result<(), Failed> {
    let mut file = card::load(fixtures().join("cards/test.toml")).map_err(|errors| errors.to_string())?;
    let limits = limits::k1().map_err(|errors| errors.to_string())?.get(&number).copied();
    let changes = card::Changes { limits, ..card::Changes::default() };
    changes.apply(&mut file)?;
    let contents: Contents = file.contents(&keys::lab().map_err(|errors| errors.to_string())?.roots);
    contents.check()?;
    let card = Card::new(&contents, stream(1, "card", 0))?;
    let purse = card.image().purse;
    let amounts = [purse.ceiling, purse.balance, purse.overdraft_limit, purse.overdraft_used];
    let expected = match number {
        101 => [0xFF_FFFF, 0xFF_FFFF, 0, 0],
        102 => [0xFF_FFFF, 0, 0, 0],
        103 => [0xFF_FF88, 0xFF_FF00, 0x77, 0],
        104 => [0x8F_FFFF, 0x00_FFFF, 0x70_0000, 0],
        105 => [0xFF_FF00, 0x07_FF01, 0xFF, 0],
        106..=154 => [0xFF_F8FF, 0x00_0FFF, 0x700, 0],
        _ => return Err("the laboratory has no such profile".into()),
    };
    check(amounts.map(|amount| amount.fen().get()) == expected, &format!("{amounts:?}"))
}

/// Cards of the catalogue that were used, and the taps that they were used in.
const USED: [(&str, &str); 3] = [
    (
        "open-rail-journey",
        "[[tap]]\nat = 2026-11-23T07:30:00\ncard = \"used\"\nterminal = \"kiosk\"\nload = \"50.00\"\n\
         [[tap]]\nat = 2026-11-23T07:40:00\ncard = \"used\"\nterminal = \"rail\"\nenter = \"西二旗\"\n",
    ),
    (
        "open-bus-journey",
        "[[tap]]\nat = 2026-11-23T07:30:00\ncard = \"used\"\nterminal = \"kiosk\"\nload = \"50.00\"\n\
         [[tap]]\nat = 2026-11-23T08:00:00\ncard = \"used\"\nterminal = \"bus\"\nstop = \"五道口\"\n",
    ),
    (
        "full-logs",
        "[[tap]]\nat = 2026-10-31T20:00:00\ncard = \"used\"\nterminal = \"kiosk\"\nload = \"200.00\"\n\
         [[tap]]\nat = 2026-11-02T07:40:00\ncard = \"used\"\nterminal = \"rail\"\nenter = \"西二旗\"\n\
         repeat = { times = 14, every-days = 1 }\n\
         [[tap]]\nat = 2026-11-02T08:05:00\ncard = \"used\"\nterminal = \"rail\"\nexit = \"五道口\"\n\
         repeat = { times = 14, every-days = 1 }\n\
         [[tap]]\nat = 2026-11-15T18:00:00\ncard = \"used\"\nterminal = \"bus\"\nstop = \"五道口\"\n\
         [[tap]]\nat = 2026-11-15T18:25:00\ncard = \"used\"\nterminal = \"bus\"\nstop = \"西苑\"\n\
         [[tap]]\nat = 2026-11-15T18:40:00\ncard = \"used\"\nterminal = \"kiosk\"\nload = \"20.00\"\n",
    ),
];

/// The card is what its taps leave on an ordinary one.
fn used(name: &str, taps: &str) -> Result<(), Failed> {
    let file =
        card::load(fixtures().join(format!("cards/{name}.toml"))).map_err(|errors| errors.to_string())?;
    let pan = file.image.info.pan;
    let text = format!(
        "version = 1\ntitle = \"A card is used\"\nseed = 1\nkeys = \"../keys/lab.toml\"\n\
         [cards.used]\nfile = \"../cards/ordinary.toml\"\npan = \"{pan}\"\n\
         [terminals.kiosk]\nfile = \"../terminals/beijing-top-up.toml\"\n\
         [terminals.rail]\nfile = \"../terminals/beijing-rail.toml\"\n\
         [terminals.bus]\nfile = \"../terminals/beijing-bus.toml\"\nline = \"331\"\ndirection = 0\n\
         vehicle = \"A1001\"\n{}",
        taps.replace("[[tap]]", "[[tap]]\nexpect = { gate = \"open\" }")
    );
    // Only what is tapped at may stand in a scenario.
    let text = ["kiosk", "rail", "bus"].iter().fold(text, |text, terminal| {
        let tapped = text.contains(&format!("terminal = \"{terminal}\""));
        if tapped { text } else { without(&text, &format!("[terminals.{terminal}]\n")) }
    });
    let path = fixtures().join("scenarios/used.toml").display().to_string();
    let scenario = scenario::parse(&Source::new(path, text), &mut Library::default())
        .map_err(|errors| errors.to_string())?;
    let mut world = World::new(&scenario);
    for step in &scenario.steps {
        world.tap(step);
    }
    let left = world.card(0).ok_or("no card")?.image();
    let outcome = world.finish();
    check(outcome.passed(), "every gate opens")?;
    if left == file.memory() {
        return Ok(());
    }
    let right = file.with_memory(left).to_toml();
    Err(format!("{name}.toml should be:\n{right}").into())
}

/// The text without one of its tables.
fn without(text: &str, head: &str) -> String {
    let Some((before, after)) = text.split_once(head) else { return text.to_owned() };
    let end = after.find("\n[").map_or(after.len(), |end| end + 1);
    format!("{before}{}", after.get(end..).unwrap_or_default())
}

fn check(holds: bool, what: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(what.into()) }
}
