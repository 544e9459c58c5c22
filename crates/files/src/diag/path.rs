//! Files and directories that a file names.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use ::toml::Spanned;

use super::text::near;
use super::{Diagnostic, Source};
use crate::built_in;

/// So many names are shown; of more the first.
const FEW: usize = 8;

impl Source {
    /// The path of a file that this file names, relative to itself.
    ///
    /// # Errors
    /// There is no such file.
    pub fn file(&self, name: &Spanned<String>) -> Result<PathBuf, Diagnostic> {
        let inside = |path: &Path| built_in::text(path).is_some();
        self.built_in(name, inside).map_or_else(|| self.named(name, Path::is_file, "file", "directory"), Ok)
    }

    /// The path of a directory that this file names, relative to itself.
    ///
    /// # Errors
    /// There is no such directory.
    pub fn directory(&self, name: &Spanned<String>) -> Result<PathBuf, Diagnostic> {
        let inside = built_in::is_directory;
        self.built_in(name, inside).map_or_else(|| self.named(name, Path::is_dir, "directory", "file"), Ok)
    }

    /// The path of what is built into the program beside this file, if it is.
    fn built_in(&self, name: &Spanned<String>, inside: impl Fn(&Path) -> bool) -> Option<PathBuf> {
        let directory = Path::new(self.path()).parent()?;
        Some(without_parents(&directory.join(name.get_ref()))).filter(|path| inside(path))
    }

    fn named(
        &self,
        name: &Spanned<String>,
        is: fn(&Path) -> bool,
        what: &str,
        other: &str,
    ) -> Result<PathBuf, Diagnostic> {
        let written = name.get_ref();
        let directory = Path::new(self.path()).parent().unwrap_or(Path::new(""));
        let joined = directory.join(written);
        if is(&joined) {
            // `scenarios/../cards/lin.toml` reads better as `cards/lin.toml`, where that is the same file.
            let plain = without_parents(&joined);
            let same = matches!((plain.canonicalize(), joined.canonicalize()), (Ok(a), Ok(b)) if a == b);
            return Ok(if same { plain } else { joined });
        }
        let mut error = if joined.exists() {
            self.error(name, format!("`{written}` is a {other} where a {what} is wanted"))
        } else {
            self.error(name, format!("there is no {what} `{written}`"))
        };
        let quoted = |names: &[&str]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        // A directory that is named for a file most likely holds the file.
        let all = if joined.is_dir() { names_in(&joined, is) } else { neighbours(&joined, is) };
        let stem = joined.file_stem().unwrap_or_default().to_string_lossy();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        // By their stems, or all files would be alike in `.toml`.
        let stems = all
            .iter()
            .map(|name| (Path::new(name).file_stem().and_then(OsStr::to_str).unwrap_or(name), *name));
        let by_stem: BTreeMap<&str, &str> = stems.collect();
        let near: Vec<&str> =
            near(&stem, by_stem.keys().copied(), 3).iter().map(|stem| by_stem[stem]).collect();
        match near.as_slice() {
            [] if (1..=FEW).contains(&all.len()) => {
                error = error.help(format!("that directory has: {}", quoted(&all)));
            }
            [] if all.is_empty() => {}
            [] => {
                let (shown, more) = all.split_at(FEW);
                let more = more.len();
                error = error.help(format!("that directory has: {}, and {more} more", quoted(shown)));
            }
            [one] => error = error.help(format!("the nearest in that directory is `{one}`")),
            many => error = error.help(format!("the nearest in that directory are {}", quoted(many))),
        }
        if Path::new(written).is_relative() && !joined.exists() {
            error = error.help("it is relative to this file");
        }
        Err(error)
    }
}

/// What there is beside `path`.
fn neighbours(path: &Path, is: fn(&Path) -> bool) -> Vec<String> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    names_in(parent.unwrap_or(Path::new(".")), is)
}

fn names_in(directory: &Path, is: fn(&Path) -> bool) -> Vec<String> {
    let entries = directory.read_dir().into_iter().flatten().flatten().filter(|entry| is(&entry.path()));
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The path with each `name/..` taken out.
fn without_parents(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        let last = plain.components().next_back();
        if component == Component::ParentDir && matches!(last, Some(Component::Normal(_))) {
            plain.pop();
        } else {
            plain.push(component);
        }
    }
    plain
}
