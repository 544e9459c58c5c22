//! BER-TLV, as far as the FCI needs it: tags of one or two bytes, lengths up to 65535.

use nom::bytes::complete::take;
use nom::combinator::complete;
use nom::number::complete::{be_u8, be_u16};
use nom::{Finish, IResult, Parser};

/// One data object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tlv<'a> {
    /// The tag, one byte (`0084`) or two (`9F0C`).
    pub tag: u16,
    /// The value.
    pub value: &'a [u8],
}

/// The bytes are not a sequence of data objects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed;

fn tag(input: &[u8]) -> IResult<&[u8], u16> {
    let (rest, first) = be_u8(input)?;
    if first & 0x1F == 0x1F {
        let (rest, second) = be_u8(rest)?;
        Ok((rest, u16::from_be_bytes([first, second])))
    } else {
        Ok((rest, u16::from(first)))
    }
}

fn length(input: &[u8]) -> IResult<&[u8], usize> {
    let (rest, first) = be_u8(input)?;
    match first {
        0..=0x7F => Ok((rest, usize::from(first))),
        0x81 => be_u8.map(usize::from).parse(rest),
        0x82 => be_u16.map(usize::from).parse(rest),
        _ => Err(nom::Err::Error(nom::error::make_error(input, nom::error::ErrorKind::LengthValue))),
    }
}

fn object(input: &[u8]) -> IResult<&[u8], Tlv<'_>> {
    let (rest, tag) = tag(input)?;
    let (rest, length) = length(rest)?;
    let (rest, value) = take(length)(rest)?;
    Ok((rest, Tlv { tag, value }))
}

/// The first data object in `input`, and what follows it.
///
/// # Errors
/// [`Malformed`] when a tag, a length or the value is cut short.
pub fn first(input: &[u8]) -> Result<(Tlv<'_>, &[u8]), Malformed> {
    complete(object).parse(input).finish().map(|(rest, tlv)| (tlv, rest)).map_err(|_| Malformed)
}

/// The value of the first object with `tag` among the objects of `input`; objects before it are
/// skipped.
///
/// ```
/// use tunion_data::tlv;
/// assert_eq!(tlv::find(&[0x50, 1, 0xAA, 0x9F, 0x08, 1, 0x02], 0x9F08), Some(&[0x02][..]));
/// ```
#[must_use]
pub fn find(input: &[u8], tag: u16) -> Option<&[u8]> {
    let mut rest = input;
    while let Ok((tlv, after)) = first(rest) {
        if tlv.tag == tag {
            return Some(tlv.value);
        }
        rest = after;
    }
    None
}
