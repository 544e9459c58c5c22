//! Files and directories that a file names.

use std::path::{Component, Path, PathBuf};

use ::toml::Spanned;

use super::text::near;
use super::{Diagnostic, Source};

impl Source {
    /// The path of a file that this file names, relative to itself.
    ///
    /// # Errors
    /// There is no such file.
    pub fn file(&self, name: &Spanned<String>) -> Result<PathBuf, Diagnostic> {
        self.named(name, Path::is_file, "file", "directory")
    }

    /// The path of a directory that this file names, relative to itself.
    ///
    /// # Errors
    /// There is no such directory.
    pub fn directory(&self, name: &Spanned<String>) -> Result<PathBuf, Diagnostic> {
        self.named(name, Path::is_dir, "directory", "file")
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
        let near: Vec<_> = neighbours(&joined, is).iter().map(|near| format!("`{near}`")).collect();
        match near.as_slice() {
            [] => {}
            [one] => error = error.help(format!("the nearest in that directory is {one}")),
            many => error = error.help(format!("the nearest in that directory are {}", many.join(", "))),
        }
        if Path::new(written).is_relative() && !joined.exists() {
            error = error.help("it is relative to this file");
        }
        Err(error)
    }
}

/// Names like that of `path` in its directory.
fn neighbours(path: &Path, is: fn(&Path) -> bool) -> Vec<String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = parent.read_dir().into_iter().flatten().flatten().filter(|entry| is(&entry.path()));
    let names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    near(&name, names.iter().map(String::as_str), 3).into_iter().map(str::to_owned).collect()
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
