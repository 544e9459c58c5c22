//! Columns of text that line up, without rules between them.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// The lines of a table: the header, if there is one, then the rows. Columns of `numbers` stand at their right.
pub(crate) fn grid(
    header: Option<&[&str]>,
    rows: impl Iterator<Item = Vec<String>>,
    numbers: impl Fn(usize) -> bool,
) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if let Some(header) = header {
        table.set_header(header);
    }
    table.add_rows(rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        if numbers(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}
