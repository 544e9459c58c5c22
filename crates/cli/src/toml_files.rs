//! The TOML files that arguments name: themselves, or those of a folder.

use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How far a folder is searched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    /// Its own files.
    Folder,
    /// Those of its folders too.
    Below,
}

/// The files of these paths, those of a folder in the order of their names.
///
/// # Errors
/// A path that is not there or cannot be read; that there is none, of `what` is wanted.
pub(crate) fn find(paths: &[PathBuf], search: Search, what: &str) -> Result<Vec<PathBuf>> {
    let files = search_all(paths, search)?;
    let place = if search == Search::Below { "below" } else { "in" };
    anyhow::ensure!(!files.is_empty(), "no {what} found: no *.toml {place} {}", listed(paths));
    Ok(files)
}

/// As [`find`], where none may be there.
pub(crate) fn search_all(paths: &[PathBuf], search: Search) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        add(path, search, &mut files)?;
    }
    Ok(files)
}

/// The paths as a message has them.
pub(crate) fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn add(path: &Path, search: Search, files: &mut Vec<PathBuf>) -> Result<()> {
    let cannot = || format!("cannot read {}", path.display());
    if !fs::metadata(path).with_context(cannot)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).with_context(cannot)?;
    let mut found =
        entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>().with_context(cannot)?;
    found.sort();
    for path in found {
        if path.is_dir() {
            if search == Search::Below {
                add(&path, search, files)?;
            }
        } else if path.extension() == Some(OsStr::new("toml")) {
            files.push(path);
        }
    }
    Ok(())
}
