//! Bytes and what they say, a field a line.

use super::lines::{Lines, WIDTH, width};
use super::value::Field;
use crate::inspect::shortened;

/// Fields, one a line: a star where the card gets something else than it has, offset, length, name, bytes, meaning.
/// Of a long record those that are blank are only named.
pub(super) fn fields(out: &mut Lines, fields: &[Field]) {
    const LONG: usize = 40;
    let length: usize = fields.iter().map(|field| field.length).sum();
    let blank = |field: &Field| {
        let zeros = field.bytes.as_bytes().chunks(2).all(|byte| byte == b"00" || byte == b"20");
        // A name for nothing is worth a line, unless it says no more than that.
        let said = field.meaning != "none" && field.meaning.bytes().any(|byte| byte.is_ascii_lowercase());
        length > LONG && field.was.is_none() && zeros && !said
    };
    let shown: Vec<&Field> = fields.iter().filter(|field| !blank(field)).collect();
    let names = shown.iter().map(|field| field.name.len()).max().unwrap_or_default();
    let bytes = shown.iter().map(|field| shortened(&field.bytes).len()).filter(|length| *length <= 20).max();
    for field in &shown {
        self::field(out, field, names, bytes.unwrap_or_default());
    }
    let blanks: Vec<&str> = fields.iter().filter(|field| blank(field)).map(|field| &*field.name).collect();
    if !blanks.is_empty() {
        out.wrapped("              blank: ", &blanks.join(", "));
    }
}

fn field(out: &mut Lines, field: &Field, names: usize, columns: usize) {
    let Field { name, offset, length, bytes, meaning, was } = field;
    if *length == 0 {
        return out.line(&format!("      {name:<names$}  {meaning}"));
    }
    let mark = if was.is_some() { '*' } else { ' ' };
    let shown = shortened(bytes);
    let meaning = match was {
        Some(was) if meaning == bytes => format!("was {was}"),
        Some(was) if was.len() == bytes.len() => format!("{meaning}, was {was}"),
        Some(was) => format!("{was} -> {meaning}"),
        None if meaning == bytes => String::new(),
        None => meaning.clone(),
    };
    let head = format!("    {mark} {offset:>3} {length:>3}  {name:<names$}  ");
    let line = format!("{head}{shown:<columns$}  {meaning}");
    if width(line.trim_end()) <= WIDTH {
        return out.line(&line);
    }
    out.bytes(&head, &shown);
    if !meaning.is_empty() {
        out.wrapped(&" ".repeat(width(&head)), &meaning);
    }
}

/// A command with header and Lc, data, and Le apart; long data stands below.
pub(super) fn command(out: &mut Lines, digits: &str) {
    const HEADER: usize = 8;
    let (header, rest) = digits.split_at_checked(HEADER).unwrap_or((digits, ""));
    let (lc, rest) = rest.split_at_checked(2).filter(|(_, data)| !data.is_empty()).unwrap_or(("", rest));
    let length = usize::from_str_radix(lc, 16).unwrap_or_default() * 2;
    let (data, le) = rest.split_at_checked(length).unwrap_or((rest, ""));
    let parts = [header, lc, data, le].into_iter().filter(|part| !part.is_empty());
    let line = format!("    > {}", parts.collect::<Vec<_>>().join(" "));
    if width(&line) <= WIDTH {
        return out.line(&line);
    }
    out.line(&format!("    > {header} {lc}"));
    out.bytes("      ", data);
    if !le.is_empty() {
        out.line(&format!("      {le}"));
    }
}
