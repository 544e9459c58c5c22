//! Which application is selected, and how.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;
use tunion_data::Aid;
use tunion_terminal::Selection;

use crate::diag::{Diagnostics, Source, Text};

/// As it is written; what is left out stays as it is.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct SelectTable {
    directory: Option<bool>,
    aids: Option<Spanned<Vec<Spanned<Text<Aid>>>>>,
}

/// What the table makes of a selection.
pub(super) fn selection(
    source: &Source,
    table: &SelectTable,
    known: &Selection,
) -> Result<Selection, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut select = known.clone();
    select.directory = table.directory.unwrap_or(select.directory);
    if let Some(aids) = &table.aids {
        let mut seen: HashMap<String, &Spanned<Text<Aid>>> = HashMap::new();
        select.aids.clear();
        for aid in aids.get_ref() {
            let name = aid.get_ref().0;
            if let Some(first) = seen.insert(name.to_string(), aid) {
                let error = source.error(aid, format!("application {name} is given twice"));
                errors.push(error.label("the second time").also(first, "the first time"));
            }
            select.aids.push(name);
        }
        if select.aids.is_empty() {
            let error = source.error(aids, "a terminal that knows no application serves no card");
            errors.push(error.help("the e-purse is aids = [\"A000000632010105\"]"));
        }
    }
    errors.or(select)
}
