//! Any answer to SELECT: the parsers end, and what they understood they understand again when it is
//! written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tunion_data::fci::{Directory, Fci};
use tunion_data::tlv;

fuzz_target!(|bytes: &[u8]| {
    let mut out = [0; 512];
    if let Ok(fci) = Fci::parse(bytes)
        && let Some(written) = fci.encode(&mut out)
    {
        assert_eq!(Fci::parse(written), Ok(fci));
    }
    let entries: Vec<Directory<'_>> = Directory::entries(bytes).collect();
    if let Some(written) = Directory::encode(&entries, &mut out) {
        assert!(Directory::entries(written).eq(entries));
    }
    let mut rest = bytes;
    while let Ok((object, after)) = tlv::first(rest) {
        assert!(after.len() < rest.len(), "every object has a tag and a length");
        assert!(tlv::find(rest, object.tag).is_some());
        rest = after;
    }
});
