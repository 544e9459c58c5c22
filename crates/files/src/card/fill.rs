//! Tables that name the fields of a layout: in words, where what is left out has a default, or as bare bytes,
//! where nothing may be left out.

use std::collections::BTreeMap;

use toml::{Spanned, Value};

use super::page::Page;
use super::value;
use crate::diag::{Diagnostics, Source};
use crate::layout::{Layout, hex, key};

/// A table of fields by their names.
pub(super) type Fields = BTreeMap<Spanned<String>, Spanned<Value>>;

/// Puts what a table says into `bytes`, which have the layout's length; what it does not say stays.
pub(super) fn words(
    source: &Source,
    layout: &Layout,
    table: &Fields,
    bytes: &mut [u8],
) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    for (name, given) in in_order(table) {
        let keys: Vec<_> = layout.fields.iter().map(|field| (key(field), field)).collect();
        let options = keys.iter().map(|(name, field)| (name.as_str(), *field));
        let field = source.choose(name, "field", options);
        let field = field.map_err(|error| error.note(format!("here stand the fields of: {}", layout.title)));
        let Some(field) = errors.keep(field) else { continue };
        match value::bytes(field, layout.names(field), given.get_ref()) {
            Ok(written) => {
                let place = bytes.iter_mut().skip(field.offset);
                place.zip(written).for_each(|(to, from)| *to = from);
            }
            Err(unfit) => errors.push(source.error(given, unfit.message).help(unfit.help)),
        }
    }
    errors.or(())
}

/// The bytes of a table that gives every field as hexadecimal digits; `table` says where it stands.
pub(super) fn bare(
    source: &Source,
    layout: &Layout,
    table: &Spanned<Fields>,
) -> Result<Vec<u8>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let fields = table.get_ref();
    let mut bytes = vec![0; layout.len()];
    for (name, given) in in_order(fields) {
        let Some(field) = layout.field(name.get_ref()) else {
            let names: Vec<_> = layout.fields.iter().map(key).collect();
            let error = source.error(name, format!("there is no field `{}`", name.get_ref()));
            errors.push(error.help(format!("the fields of {} are: {}", layout.title, names.join(", "))));
            continue;
        };
        let written = given.get_ref().as_str().and_then(value::hex_bytes);
        if let Some(written) = written.filter(|written| written.len() == field.len) {
            let place = bytes.iter_mut().skip(field.offset);
            place.zip(written).for_each(|(to, from)| *to = from);
        } else {
            let wrong = || format!("these are not the bytes of `{}`", key(field));
            let message = given.get_ref().as_str().and_then(value::no_digit).unwrap_or_else(wrong);
            let error = source.error(given, message);
            errors.push(error.help(format!("write {} hexadecimal digits in quotes", 2 * field.len)));
        }
    }
    let given = |name: &str| fields.keys().any(|given| given.get_ref() == name);
    let missing: Vec<_> = layout.fields.iter().map(key).filter(|name| !given(name)).collect();
    if !missing.is_empty() {
        let message = format!("fields of {} are missing: {}", layout.title, missing.join(", "));
        let error = source.error(source.head(table), message);
        errors.push(error.help("bare bytes leave nothing to a default: add them"));
    }
    errors.or(bytes)
}

/// A table in words: every field in which `bytes` differ from `blank`.
pub(super) fn write_words(page: &mut Page, layout: &Layout, blank: &[u8], bytes: &[u8]) {
    for field in &layout.fields {
        let part = layout.part(field, bytes);
        if part != layout.part(field, blank) {
            page.key(&key(field), value::value(field, layout.names(field), part));
        }
    }
}

/// A table of bare bytes, each field with its meaning where that says more.
pub(super) fn write_bare(page: &mut Page, layout: &Layout, bytes: &[u8]) {
    for field in &layout.fields {
        let part = layout.part(field, bytes);
        let (digits, meaning) = (hex(part), layout.meaning(field, part));
        let line = format!("{} = \"{digits}\"", key(field));
        if meaning == digits || meaning.is_empty() {
            page.line(line);
        } else {
            page.line(format_args!("{line:<40} # {meaning}"));
        }
    }
}

/// A table of bare bytes in one line of a list.
pub(super) fn write_item(page: &mut Page, layout: &Layout, bytes: &[u8]) {
    let field = |field| format!("{} = \"{}\"", key(field), hex(layout.part(field, bytes)));
    let fields: Vec<_> = layout.fields.iter().map(field).collect();
    page.line(format_args!("    {{ {} }},", fields.join(", ")));
}

/// The fields in the order of the file.
pub(super) fn in_order<V>(table: &BTreeMap<Spanned<String>, V>) -> Vec<(&Spanned<String>, &V)> {
    let mut fields: Vec<_> = table.iter().collect();
    fields.sort_by_key(|(name, _)| name.span().start);
    fields
}
