//! A trace as a packet capture, for Wireshark and tshark.
//!
//! Link type 264, `LINKTYPE_ISO_14443`. Before each frame stands a header of four bytes:
//!
//! ```text
//! 0  1  version: 00
//! 1  1  event: FE from the reader to the card, FF from the card to the reader, each with its CRC where it has one
//! 2  2  length of the frame, big-endian
//! ```
//!
//! Of a tap with frames its frames are written. Of one with APDUs alone each APDU is put into an I-block of its own,
//! with block numbers that take turns and a right CRC, whatever its length: this framing is made up, and nothing else
//! is. No activation stands before it, since none was recorded. Exchanges with the PSAM do not go over the air.

use super::air;
use super::file::{Dir, File, Line, Scene, Tap, Went, Wire};
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter};
use pcap_file::{DataLink, Endianness, PcapError, TsResolution};
use std::borrow::Cow;
use std::time::Duration;
use tunion_data::civil::DateTime;

/// Events of the header before a frame.
const TO_CARD: u8 = 0xFE;
const FROM_CARD: u8 = 0xFF;

/// A frame's length is told in two bytes.
const TOO_LONG: PcapError = PcapError::InvalidField("a frame of more than 65535 bytes");

/// Hours that civil time is ahead of UTC.
const UTC_PLUS: u64 = 8;

impl File {
    /// The trace as a capture: pcap with times in ns.
    ///
    /// Hidden digits are zeros, and a frame that has any has a right CRC all the same if it had one.
    ///
    /// ```
    /// use tunion_harness::trace::{File, Header};
    ///
    /// let empty = File { header: Header::default(), lines: Vec::new() };
    /// let capture = empty.pcap()?;
    /// // The magic number of captures in ns, and the link type.
    /// assert_eq!(capture[..4], [0xA1, 0xB2, 0x3C, 0x4D]);
    /// assert_eq!(capture[20..24], 264u32.to_be_bytes());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A frame is too long for a capture; none is that went over a link.
    pub fn pcap(&self) -> Result<Vec<u8>, PcapError> {
        let header = PcapHeader {
            datalink: DataLink::ISO_14443,
            ts_resolution: TsResolution::NanoSecond,
            endianness: Endianness::Big,
            ..PcapHeader::default()
        };
        let mut writer = PcapWriter::with_header(Vec::new(), header)?;
        let mut begin = Duration::ZERO;
        for (line, frames) in self.frames() {
            if let Line::Tap(Tap { scene: Scene { at, .. }, .. }) = line {
                begin = since_1970(*at);
            }
            for Packet { t, event, bytes } in frames {
                let length = u16::try_from(bytes.len()).map_err(|_| TOO_LONG)?;
                let data = [&[0x00, event], &length.to_be_bytes()[..], &bytes].concat();
                let whole = u32::try_from(data.len()).unwrap_or(u32::MAX);
                let at = begin + Duration::from_nanos(t);
                writer.write_packet(&PcapPacket {
                    timestamp: at,
                    orig_len: whole,
                    data: Cow::Owned(data),
                })?;
            }
        }
        Ok(writer.into_writer())
    }

    /// The frames of each line.
    fn frames(&self) -> impl Iterator<Item = (&Line, Vec<Packet>)> {
        let mut has_air = false;
        let mut number = false;
        self.lines.iter().enumerate().map(move |(at, line)| {
            if at == 0 || matches!(line, Line::Tap(_)) {
                // A card that was activated again begins with block 0.
                number = false;
                has_air = self.has_air(at);
            }
            let frame = line.went().and_then(|went| packet(went, has_air, &mut number));
            (line, frame.into_iter().collect())
        })
    }

    /// Whether frames stand between a line and the next tap.
    fn has_air(&self, at: usize) -> bool {
        let rest = self.lines.iter().skip(at + 1).take_while(|line| !matches!(line, Line::Tap(_)));
        let mut all = self.lines.get(at).into_iter().chain(rest).filter_map(Line::went);
        all.any(|went| went.link == Wire::Air)
    }
}

/// A frame of a capture.
struct Packet {
    t: u64,
    event: u8,
    bytes: Vec<u8>,
}

/// What of a line goes over the air. The block number is that of the command under way.
fn packet(went: &Went, has_air: bool, number: &mut bool) -> Option<Packet> {
    let event = match went.dir {
        Dir::To => TO_CARD,
        Dir::From => FROM_CARD,
        Dir::Lost => return None,
    };
    let bytes = match went.link {
        Wire::Air => air::with_crc(&went.bytes),
        Wire::Card if !has_air => {
            let block = air::i_block(*number, went.bytes.bytes());
            *number ^= went.dir == Dir::From;
            block
        }
        Wire::Card | Wire::Sam => return None,
    };
    Some(Packet { t: went.t, event, bytes })
}

/// Civil time in UTC+8 as time since 1970-01-01 in UTC; zero for what is before.
fn since_1970(at: DateTime) -> Duration {
    let since = at.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    let since = Duration::try_from(since).unwrap_or(Duration::ZERO);
    since.saturating_sub(Duration::from_secs(UTC_PLUS * 3600))
}
