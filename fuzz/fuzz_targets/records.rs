//! Any bytes as a file, a record, a command's data: every layout keeps every bit, and what a tracer says of
//! them can be said.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tunion_apdu::Device;
use tunion_card::Work;
use tunion_data::command as c;
use tunion_data::file as f;
use tunion_data::mac as m;
use tunion_harness::trace::Exchange;

/// Decodes the front of the bytes as each layout and encodes it again.
macro_rules! round_trips {
    ($bytes:ident: $($layout:ty),+ $(,)?) => {$(
        if let Some(front) = $bytes.get(..<$layout>::LEN) {
            let value = <$layout>::try_from(front).expect("it has the layout's length");
            assert_eq!(value.encode(), front, stringify!($layout));
        }
    )+};
}

fuzz_target!(|bytes: &[u8]| {
    round_trips!(bytes: f::AppInfo, f::Holder, f::Management, f::LogRecord, f::RailRecord, f::BusRecord, f::TripRecord);
    round_trips!(bytes: c::InitRequest, c::PurchaseInit, c::LoadInit, c::LimitInitRequest, c::LimitInit);
    round_trips!(bytes: c::LimitRequest, c::DebitRequest, c::DebitAnswer, c::CreditRequest, c::CreditAnswer);
    round_trips!(bytes: c::UnloadAnswer, c::ProveRequest, c::Proof, c::Balance, c::Balances, c::SamInitRequest);
    round_trips!(bytes: c::SamInitAnswer, c::SamCreditRequest, c::SamSerial, c::SamApplication, c::SamQuota);
    round_trips!(bytes: m::TransactionMac, m::PurchaseTac, m::LoadMac1, m::LoadTac, m::LimitMac1, m::LimitMac2, m::LimitTac);
    if let Some(front) = bytes.get(..f::RailRecord::LEN) {
        let record = f::RailRecord::try_from(front).expect("it has the layout's length");
        let sealed = record.sealed();
        assert!(f::RailRecordView::new(&sealed).is_ok_and(f::RailRecordView::crc_holds));
    }
    // A trace says something of every exchange: the bytes cut in two.
    if let Some((at, rest)) = bytes.split_first() {
        let (command, answer) = rest.split_at(rest.len().min(usize::from(*at)));
        for device in [Device::Card, Device::Sam] {
            let answer = Some(answer.to_vec());
            let exchange = Exchange { device, command: command.to_vec(), answer, work: Work::default() };
            let _ = (exchange.title(), exchange.name(), exchange.sw(), exchange.lines());
        }
    }
});
