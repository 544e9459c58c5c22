#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use insta::assert_snapshot;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/conformance/");

fn read(text: &str) -> Result<Rejections, String> {
    let source = Source::new(format!("{FOLDER}x.toml"), text);
    let told = parse(&source, &mut Library::default());
    told.map_err(|errors| errors.to_string().replace(FOLDER, ""))
}

fn fault(from: &str, to: &str) -> String {
    let text = crate::doc_example(include_str!("../rejections.rs"));
    assert!(text.contains(from), "{from}");
    read(&text.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn the_example_of_the_documentation() {
    let rejections = read(&crate::doc_example(include_str!("../rejections.rs"))).unwrap();
    assert_eq!((rejections.profile.as_str(), rejections.cases.len()), ("xian-rail", 2));
    let [young, moved] = &rejections.cases[..] else { panic!() };
    assert_eq!((young.row, young.code, young.number), (5, Code::NotYetValid, 0x02));
    assert_eq!((young.debited, young.record), (None, None));
    assert_eq!(young.scenario.steps.len(), 1);
    assert_eq!(moved.debited, Some(Fen::ZERO));
    assert!(moved.scenario.steps[0].fault.is_some());
    assert_eq!((rejections.elsewhere[0].row, rejections.elsewhere[0].number), (21, None));
}

#[test]
fn it_is_told_from_a_scenario() {
    let text = crate::doc_example(include_str!("../rejections.rs"));
    let source = Source::new(format!("{FOLDER}x.toml"), text);
    let errors = crate::scenario::parse(&source, &mut Library::default()).unwrap_err();
    assert!(errors.iter().all(Diagnostic::is_foreign), "{errors}");
}

#[test]
fn mistakes() {
    assert_snapshot!(fault("row = 5 ", "row = 23"));
    assert_snapshot!(fault("rows = [21]", "rows = [0]"));
    assert_snapshot!(fault("code = \"moved\"", "code = \"gone\""));
    assert_snapshot!(fault("light = \"yellow\"", "light = \"blue\""));
    assert_snapshot!(fault("debited = \"0.00\" ", "record = [\"late\"]"));
    assert_snapshot!(fault("profile = \"xian-rail\" ", "profile = \"beijing-rail\""));
    assert_snapshot!(fault("terminals/xian-rail.toml\"", "terminals/xian-rail.toml\"\nask-back = true"));
    assert_snapshot!(fault("row = 5 ", "raw = 5"));
    assert_snapshot!(fault("[[tap]] ", "[tap]"));
    assert_snapshot!(fault("cards.lin = {", "cards.mei = {"));
}
