//! A catalogue of cards in one table.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use tunion_data::Fen;
use tunion_data::file::Sfi;
use tunion_files::card::CardFile;
use tunion_files::layout::Layout;

/// A card in a list.
#[derive(Serialize, Debug)]
pub struct Listed {
    /// The name in its file.
    pub name: String,
    /// The kind of card.
    #[serde(rename = "type")]
    pub card_type: String,
    /// The city it is of.
    pub city: String,
    /// Its number.
    pub pan: String,
    /// Actual balance in fen.
    pub balance_fen: u32,
    /// Overdraft used, in fen.
    pub overdraft_used_fen: u32,
    /// What is special: the first line of the comment at the file's beginning.
    pub about: String,
}

impl Listed {
    fn balance(&self) -> String {
        if self.overdraft_used_fen == 0 {
            Fen::new(self.balance_fen).to_string()
        } else {
            format!("-{}", Fen::new(self.overdraft_used_fen))
        }
    }
}

/// A card's line in a list.
#[must_use]
pub fn listed(file: &CardFile) -> Listed {
    let management = &file.image.management;
    let layout = Layout::of(Sfi::MANAGEMENT, 0);
    let card_type = layout.field("card-type").map(|field| layout.meaning(field, &[management.card_type]));
    Listed {
        name: file.name.clone(),
        card_type: card_type.unwrap_or_default(),
        city: management.city.to_string(),
        pan: file.image.info.pan.to_string(),
        balance_fen: file.image.purse.balance.fen().get(),
        overdraft_used_fen: file.image.purse.overdraft_used.fen().get(),
        about: file.about.lines().next().unwrap_or_default().to_owned(),
    }
}

/// The cards as a table: name, type, city, balance (below zero: overdraft used), what is special.
#[must_use]
pub fn table(cards: &[Listed]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["name", "type", "city", "balance", "what is special"]);
    for card in cards {
        let Listed { name, card_type, city, about, .. } = card;
        table.add_row([name, card_type, city, &card.balance(), about]);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if index == 3 {
            column.set_cell_alignment(CellAlignment::Right);
        }
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}
