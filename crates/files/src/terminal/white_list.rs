//! The white list: rows in the profile, or a table of its own.
//!
//! ```toml
//! white-list = ["02002900FFFFFFFF"]                                   # issuers
//! white-list = [{ issuer = "09981001FFFFFFFF", bin = "31052280" }]    # and how their numbers begin
//! white-list = "lists/laboratory.csv"                                 # columns issuer,bin
//! ```

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;
use tunion_data::{Bin, IssuerId};
use tunion_terminal::Trusted;

use crate::diag::{Diagnostics, FromText, Source, Text};

/// As it is written.
#[derive(Clone)]
pub(crate) enum WhiteList {
    File(String),
    Rows(Vec<Row>),
}

/// A row as it is written: an issuer, or an issuer with a BIN.
#[derive(Clone)]
pub(crate) struct Row(Trusted);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowTable {
    issuer: Text<IssuerId>,
    bin: Option<Text<Bin>>,
}

impl<'de> Deserialize<'de> for WhiteList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = WhiteList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a white list: a list of issuers, or the name of a file")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<WhiteList, E> {
                Ok(WhiteList::File(name.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<WhiteList, A::Error> {
                let mut all = Vec::new();
                while let Some(row) = rows.next_element()? {
                    all.push(row);
                }
                Ok(WhiteList::Rows(all))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}: {}", IssuerId::WHAT, IssuerId::FORM)
            }

            fn visit_str<E: de::Error>(self, issuer: &str) -> Result<Row, E> {
                let issuer = issuer.parse::<IssuerId>().map_err(|_| {
                    E::custom(format!(
                        "{issuer:?} is not {}\n{} is written as {}",
                        IssuerId::WHAT,
                        IssuerId::WHAT,
                        IssuerId::FORM
                    ))
                })?;
                Ok(Row(issuer.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Row, A::Error> {
                let RowTable { issuer, bin } = RowTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Row(Trusted { issuer: issuer.0, bin: bin.map(|bin| bin.0) }))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

/// The rows, from wherever they stand.
pub(super) fn rows(source: &Source, list: &Spanned<WhiteList>) -> Result<Vec<Trusted>, Diagnostics> {
    match list.get_ref() {
        WhiteList::Rows(rows) => Ok(rows.iter().map(|row| row.0).collect()),
        WhiteList::File(name) => {
            let name = Spanned::new(list.span(), name.clone());
            let file = Source::read(source.file(&name)?)?;
            table(&file).map_err(|errors| errors.named_at(source, &name))
        }
    }
}

/// The rows of a list file; a row without a BIN has an empty cell.
fn table(file: &Source) -> Result<Vec<Trusted>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut rows = Vec::new();
    let table = file.table(["issuer", "bin"])?;
    if table.is_empty() {
        return Err(file.whole("this white list is empty: every issuer would pass").into());
    }
    for [issuer, bin] in table {
        let bin = (!bin.get_ref().is_empty()).then(|| file.parse(&bin)).transpose();
        let (issuer, bin) = (errors.keep(file.parse(&issuer)), errors.keep(bin));
        if let (Some(issuer), Some(bin)) = (issuer, bin) {
            rows.push(Trusted { issuer, bin });
        }
    }
    errors.or(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    #[derive(Deserialize)]
    struct File {
        list: Spanned<WhiteList>,
    }

    fn inline(text: &str) -> Result<Vec<Trusted>, String> {
        let source = Source::new("nowhere/gate.toml", text);
        let file: File = source.toml().map_err(|error| error.to_string())?;
        rows(&source, &file.list).map_err(|errors| errors.to_string())
    }

    fn csv(text: &str) -> Result<Vec<Trusted>, String> {
        table(&Source::new("list.csv", text)).map_err(|errors| errors.to_string())
    }

    #[test]
    #[allow(clippy::unwrap_used, reason = "a test may panic")]
    fn three_ways_to_write_the_same() {
        let lone = inline("list = [\"09981001FFFFFFFF\", { issuer = \"02002900FFFFFFFF\" }]").unwrap();
        assert_eq!(lone, csv("# made up\nissuer,bin\n09981001FFFFFFFF,\n02002900FFFFFFFF,\n").unwrap());
        let with = inline("list = [{ issuer = \"09981001FFFFFFFF\", bin = \"31052280\" }]").unwrap();
        assert_eq!(with, csv("# made up\nissuer,bin\n09981001FFFFFFFF,31052280\n").unwrap());
        assert_eq!(inline("list = []").unwrap(), []);
    }

    #[test]
    #[allow(clippy::unwrap_used, reason = "a test may panic")]
    fn mistakes() {
        assert_snapshot!(inline("list = 3").unwrap_err());
        assert_snapshot!(inline("list = [\"0998\"]").unwrap_err());
        assert_snapshot!(
            inline("list = [{ issuer = \"09981001FFFFFFFF\", bin = \"3105228A\" }]").unwrap_err()
        );
        assert_snapshot!(
            inline("list = [{ issuer = \"09981001FFFFFFFF\", iin = \"31052280\" }]").unwrap_err()
        );
        assert_snapshot!(inline("list = \"nowhere.csv\"").unwrap_err());
        assert_snapshot!(csv("# made up\nissuer,bin\n").unwrap_err());
        assert_snapshot!(csv("# made up\nissuer,bin\n0998,31052280\n09981001FFFFFFFF,x\n").unwrap_err());
        assert_snapshot!(csv("issuer,bin\n09981001FFFFFFFF,\n").unwrap_err());
    }
}
