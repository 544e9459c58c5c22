//! Keeping a served card: its image, written when it is served no more.

use anyhow::{Context, Result};
use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::PathBuf;
use tunion_card::Image;
use tunion_files::card::{self, CardFile};
use tunion_files::diag::Source;

/// Where a card's image goes, and whose it is.
#[derive(Clone)]
pub(crate) struct Save {
    path: PathBuf,
    file: CardFile,
}

impl Save {
    /// The image of a card of this file goes to `path`, which is new, or empty, or an image already.
    pub(crate) fn new(path: PathBuf, file: CardFile) -> Result<Self> {
        let shown = path.display();
        match fs::read(&path) {
            Ok(old) => {
                let image = old.is_empty()
                    || String::from_utf8(old).is_ok_and(|old| card::is_image(&Source::new("", old)));
                anyhow::ensure!(
                    image,
                    "{shown} is there already and is no card's image: give --save another name"
                );
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read {shown}")),
        }
        let opened = OpenOptions::new().append(true).create(true).open(&path);
        opened.with_context(|| format!("cannot write {shown}"))?;
        Ok(Self { path, file })
    }

    /// Writes what is in the card's memory.
    pub(crate) fn write(&self, memory: Image) -> Result<()> {
        let text = self.file.with_memory(memory).to_image();
        fs::write(&self.path, text).with_context(|| format!("cannot write {}", self.path.display()))
    }
}
