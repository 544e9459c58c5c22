#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use insta::assert_snapshot;
use std::path::Path;

const CODES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/terminals/codes/");

fn text(name: &str) -> String {
    std::fs::read_to_string(format!("{CODES}{name}.toml")).unwrap()
}

fn read(text: String) -> Result<Displays, String> {
    let source = Source::new(format!("{CODES}x.toml"), text);
    let folder = Path::new(CODES).join("..").canonicalize().unwrap();
    let plain = format!("{}/", folder.display());
    let told = parse(&source, &mut Library::default());
    told.map_err(|errors| errors.to_string().replace(CODES, "").replace(&plain, ""))
}

/// What is said of a shipped table after one change.
fn changed(name: &str, from: &str, to: &str) -> String {
    let text = text(name);
    assert!(text.contains(from), "{from}");
    read(text.replacen(from, to, 1)).unwrap_err()
}

fn without(line: &str) -> String {
    let text = text("xian");
    let kept: Vec<&str> = text.lines().filter(|other| !other.starts_with(line)).collect();
    assert!(kept.len() < text.lines().count(), "{line}");
    read(kept.join("\n")).unwrap_err()
}

#[test]
fn a_table_changes_its_base_and_keeps_the_rest() {
    let [xian, shanghai, laboratory] =
        ["xian", "shanghai", "laboratory"].map(|name| read(text(name)).unwrap());
    let shown = |table: &Displays, code| (table.shown(code).number, table.shown(code).prompt);
    assert_eq!(shown(&xian, Code::NoEntry), (0x51, Prompt::SeeStaff));
    assert_eq!(shown(&shanghai, Code::NoEntry), (0x44, Prompt::SeeStaff));
    assert_eq!(shown(&laboratory, Code::NoEntry), (0x51, Prompt::InsertCoins));
    // Not in Shanghai's table: its base's.
    assert_eq!(shanghai.shown(Code::NoFare), xian.shown(Code::NoFare));
    assert_eq!(shanghai.words(Prompt::PutBack), xian.words(Prompt::PutBack));
    let accepted = Words { voice: "card accepted".into(), text: String::new(), light: Light::Green };
    assert_eq!(laboratory.words(Prompt::Accepted), &accepted);
}

#[test]
fn every_refusal_of_every_table_has_a_number_and_no_green_light() {
    for name in ["xian", "shanghai", "tianjin", "laboratory"] {
        let table = read(text(name)).unwrap();
        for code in Code::ALL {
            let shown = table.shown(*code);
            assert_eq!(shown.number == 0, *code == Code::Ok, "{name}: {code}");
            assert_ne!(shown.number, Displays::UNNAMED, "{name}: {code}");
            let light = table.words(shown.prompt).light;
            assert_eq!(light == Light::Green, *code == Code::Ok, "{name}: {code}");
        }
    }
}

#[test]
fn names_that_are_none() {
    assert_snapshot!(changed("shanghai", "no-entry = ", "no-entrance = "));
    assert_snapshot!(changed("shanghai", "prompt = \"put-back\"", "prompt = \"put-it-back\""));
    assert_snapshot!(changed("xian", "\nsenior = ", "\nelder = "));
    assert_snapshot!(changed("xian", "light = \"yellow\"", "light = \"amber\""));
    assert_snapshot!(changed("xian", "prompt = \"accepted\"", "says = \"accepted\""));
    assert_snapshot!(changed("xian", "\nprovenance", "\nsource"));
}

#[test]
fn what_a_table_without_a_base_has_to_have() {
    assert_snapshot!(without("no-entry"));
    assert_snapshot!(without("tap-again"));
    // All that a table leaves out is told at once.
    let text = text("shanghai").replacen("base = \"xian.toml\"\n", "", 1);
    assert_snapshot!(read(text).unwrap_err());
}

#[test]
fn bases_that_are_none() {
    assert_snapshot!(changed("shanghai", "base = \"xian.toml\"", "base = \"xi-an.toml\""));
    assert_snapshot!(changed("shanghai", "base = \"xian.toml\"", "base = \"../xian-rail.toml\""));
    let folder = std::env::temp_dir().join(format!("tunion-codes-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, base: &str| {
        let text = format!("version = 1\nname = \"{name}\"\nprovenance = \"made up\"\nbase = \"{base}\"\n");
        std::fs::write(folder.join(name), text).unwrap();
        folder.join(name)
    };
    let first = write("a.toml", "b.toml");
    write("b.toml", "a.toml");
    let errors = Library::default().codes(&first).unwrap_err().to_string();
    let own = Library::default().codes(write("c.toml", "c.toml")).unwrap_err().to_string();
    std::fs::remove_dir_all(&folder).unwrap();
    let plain = format!("{}/", folder.display());
    assert_snapshot!(errors.replace(&plain, ""));
    assert_snapshot!(own.replace(&plain, ""));
}

#[test]
fn numbers_and_texts() {
    assert_snapshot!(changed("shanghai", "number = 0x44", "number = 0x144"));
    assert_snapshot!(changed("shanghai", "number = 0x44", "number = \"44\""));
    assert_snapshot!(changed("shanghai", "{ number = 0x44, prompt = \"see-staff\" }", "0x44"));
    assert_snapshot!(changed("shanghai", "{ number = 0x44, prompt = \"see-staff\" }", "{ number = 0x44 }"));
    assert_snapshot!(changed("shanghai", "no-entry = ", "locked = "));
    assert_snapshot!(changed("shanghai", "version = 1", "version = 2"));
    assert_snapshot!(changed("shanghai", "name = \"shanghai\"", "name = \"\""));
}
