//! Lines of at most a hundred columns.

use crate::inspect::{Object, shortened};

/// The columns of a terminal that a line may fill.
pub(super) const WIDTH: usize = 100;

/// How many columns a text takes: Chinese characters take two.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|character| if is_wide(character) { 2 } else { 1 }).sum()
}

/// The blocks of characters that terminals show two columns wide, as far as names and prompts have them
/// (Unicode's East Asian Width: W and F).
const fn is_wide(character: char) -> bool {
    matches!(character, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}')
}

/// A text behind which so many columns are filled.
pub(super) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Lines that are collected.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    pub(super) fn line(&mut self, text: &str) {
        self.0.push_str(text.trim_end());
        self.0.push('\n');
    }

    pub(super) fn gap(&mut self) {
        self.0.push('\n');
    }

    /// A text behind a label; what does not fit goes on below it.
    pub(super) fn wrapped(&mut self, label: &str, text: &str) {
        let left = width(label);
        let mut line = label.to_owned();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let begun = width(&line) > left;
            if begun && width(&line) + 1 + width(word) > WIDTH {
                self.line(&line);
                line = " ".repeat(left);
            } else if begun {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&line);
    }

    /// Hexadecimal digits behind a label, 40 bytes to a line.
    pub(super) fn bytes(&mut self, label: &str, digits: &str) {
        const DIGITS: usize = 80;
        let mut label = label.to_owned();
        let mut rest = digits;
        loop {
            let (line, after) = rest.split_at_checked(DIGITS).unwrap_or((rest, ""));
            self.line(&format!("{label}{line}"));
            if after.is_empty() {
                return;
            }
            label = " ".repeat(width(&label));
            rest = after;
        }
    }

    /// A data object and those in it.
    pub(super) fn object(&mut self, object: &Object, indent: usize) {
        let Object { tag, title, length, value, text, objects } = object;
        let left = " ".repeat(indent);
        let head =
            if tag.is_empty() { format!("{left}       ") } else { format!("{left}{tag:<4} {length:02X}") };
        let said = text.as_ref().map_or_else(String::new, |text| format!(" \"{text}\""));
        let line = format!("{head}  {title} {}{said}", shortened(value));
        if width(line.trim_end()) <= WIDTH {
            self.line(&line);
        } else {
            self.line(&format!("{head}  {title}{said}"));
            self.bytes(&format!("{left}         "), value);
        }
        for object in objects {
            self.object(object, indent + 4);
        }
    }

    pub(super) fn text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_takes_two_columns() {
        assert_eq!((width("out 五道口"), width("→"), width("")), (10, 1, 0));
        assert_eq!(padded("卡", 4), "卡  ");
    }

    #[test]
    fn what_does_not_fit_goes_on_below_its_label() {
        let mut lines = Lines::default();
        lines.wrapped("    fare  ", &"word ".repeat(40));
        lines.bytes("  > ", &"AB".repeat(41));
        let text = lines.text();
        assert!(text.lines().all(|line| width(line) <= WIDTH));
        let mut lines = text.lines();
        assert!(lines.next().unwrap().starts_with("    fare  word word"));
        assert!(lines.next().unwrap().starts_with("          word"));
        assert_eq!(text.lines().last(), Some("    AB"));
    }
}
