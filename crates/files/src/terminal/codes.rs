//! Code tables: the numbers and words that a city has for what its terminals decide.
//!
//! ```toml
//! version = 1
//! name = "xian"
//! provenance = "docs/spec/terminal.md 3.1, 3.2"
//! base = "xian.toml"              # optional: a table that this one changes
//!
//! [prompts]                       # what is said, written and lit
//! tap-again = { voice = "请重刷", text = "请重刷", light = "yellow" }
//!
//! [codes]                         # the number, and the prompt of a refusal
//! read-failed = { number = 0x05, prompt = "tap-again" }
//! ```
//!
//! Prompts and codes are named as the variants of [`Prompt`] and [`Code`], in kebab-case. A table without a
//! base has all of them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use tunion_terminal::{Code, Displays, Light, Prompt, Shown, Words};

use super::schema::Name;
use super::words::Switch;
use crate::diag::{Diagnostics, Source};
use crate::kind::Kind;
use crate::library::Library;
use crate::scenario::{kebab, variant};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    name: Name,
    provenance: Name,
    base: Option<Name>,
    #[serde(default)]
    prompts: BTreeMap<Name, WordsTable>,
    #[serde(default)]
    codes: BTreeMap<Name, ShownTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsTable {
    voice: String,
    text: String,
    light: Name,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShownTable {
    number: u8,
    prompt: Name,
}

/// Reads a code table.
pub(crate) fn parse(source: &Source, library: &mut Library) -> Result<Displays, Diagnostics> {
    let file: File = Kind::Codes.read(source)?;
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 1));
    errors.keep(source.said(&file.name, "name"));
    errors.keep(source.said(&file.provenance, "provenance"));
    let base = file.base.as_ref().map(|name| {
        let path = source.file(name)?;
        library.codes(path).map_err(|errors| errors.named_at(source, name))
    });
    let base = match base.transpose() {
        Ok(base) => base,
        Err(wrong) => {
            errors.keep(Err::<(), _>(wrong));
            return Err(errors);
        }
    };
    let mut words = BTreeMap::new();
    for (name, WordsTable { voice, text, light }) in &file.prompts {
        let prompt = errors.keep(variant(source, name, "prompt", Prompt::ALL));
        let light = errors.keep(Light::read(source, light));
        if let (Some(prompt), Some(light)) = (prompt, light) {
            words.insert(prompt, Words { voice: voice.clone(), text: text.clone(), light });
        }
    }
    let mut shown = BTreeMap::new();
    for (name, ShownTable { number, prompt }) in &file.codes {
        let code = errors.keep(variant(source, name, "code", Code::ALL));
        let prompt = errors.keep(variant(source, prompt, "prompt", Prompt::ALL));
        if let (Some(code), Some(prompt)) = (code, prompt) {
            shown.insert(code, Shown { number: *number, prompt });
        }
    }
    if base.is_none() {
        // One that is there with a slip in it is told already.
        let prompts = Prompt::ALL.iter().map(kebab).filter(|name| !has(&file.prompts, name));
        let codes = Code::ALL.iter().map(kebab).filter(|name| !has(&file.codes, name));
        let missing: Vec<String> = prompts.chain(codes).collect();
        if !missing.is_empty() {
            let error = source.error(&file.name, format!("this table has no {}", missing.join(", ")));
            errors.push(error.help("a table without a `base` has every prompt and every code"));
        }
    }
    let base = base.unwrap_or_default();
    errors.or(Displays::new(
        |code| shown.get(&code).copied().unwrap_or_else(|| base.shown(code)),
        |prompt| words.get(&prompt).unwrap_or_else(|| base.words(prompt)).clone(),
    ))
}

fn has<T>(tables: &BTreeMap<Name, T>, name: &str) -> bool {
    tables.keys().any(|key| key.get_ref() == name)
}

#[cfg(test)]
mod tests;
