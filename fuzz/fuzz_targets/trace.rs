//! Any text as a trace or as a log: it is read or refused; what was read is written and read again, hidden, shown,
//! compared and exported.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tunion_files::diag::Source;
use tunion_harness::trace::{Compared, File, Show, Style, differences};

/// Tries everything that a trace from elsewhere is used for.
fn used(file: &File) {
    let again = File::parse(&Source::new("again", file.text())).expect("what was written is a trace");
    assert_eq!(&again, file);
    assert!(differences(file, &again, Compared::ALL).is_empty());
    let masked = file.masked();
    let _ = (masked.show(Show { colour: true, tap: None }), file.pcap());
    File::parse(&Source::new("masked", masked.text())).expect("a masked trace is one");
}

fuzz_target!(|bytes: &[u8]| {
    let source = Source::new("any", String::from_utf8_lossy(bytes));
    if let Ok(file) = File::parse(&source) {
        used(&file);
    }
    for style in Style::ALL {
        if let Ok(file) = File::import(&source, Some(style)) {
            used(&file);
        }
    }
});
