//! Files that a file names.

use std::path::{Component, Path, PathBuf};

use ::toml::Spanned;

use super::{Diagnostic, Source};

impl Source {
    /// The path of a file that this file names, relative to itself.
    ///
    /// # Errors
    /// There is no such file.
    pub fn file(&self, name: &Spanned<String>) -> Result<PathBuf, Diagnostic> {
        let directory = Path::new(self.path()).parent().unwrap_or(Path::new(""));
        let joined = directory.join(name.get_ref());
        if !joined.is_file() {
            let error = self.error(name, format!("there is no file `{}`", name.get_ref()));
            return Err(error.help("it is relative to this file"));
        }
        // `scenarios/../cards/lin.toml` reads better as `cards/lin.toml`, where that is the same file.
        let plain = without_parents(&joined);
        let same = matches!((plain.canonicalize(), joined.canonicalize()), (Ok(a), Ok(b)) if a == b);
        Ok(if same { plain } else { joined })
    }
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
