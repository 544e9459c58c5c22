//! Lines of a file of any length, each a slice of one buffer.

use std::io::{self, Read};
use std::ops::Range;

/// The longest line. Rows have about a hundred bytes, or a thousand as JSON.
pub(super) const LONGEST: usize = 1 << 16;
const BUFFER: usize = 1 << 18;

/// The lines of `R`, one after another.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    buffer: Box<[u8]>,
    /// What was read and not handed out.
    rest: Range<usize>,
    number: u64,
    ended: bool,
}

/// Where the next line is.
#[derive(Debug)]
pub(super) enum Line {
    /// In the buffer, without its end.
    At(Range<usize>),
    /// It was too long, and is passed.
    TooLong,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, buffer: vec![0; BUFFER].into(), rest: 0..0, number: 0, ended: false }
    }

    /// Passes the next line; `None` at the end of the file.
    pub(super) fn advance(&mut self) -> io::Result<Option<Line>> {
        loop {
            let rest = &self.buffer[self.rest.clone()];
            if let Some(length) = memchr::memchr(b'\n', rest) {
                self.number += 1;
                let start = self.rest.start;
                self.rest.start += length + 1;
                let is_long = length > LONGEST;
                return Ok(Some(if is_long { Line::TooLong } else { Line::At(start..start + length) }));
            }
            if self.ended {
                let last = std::mem::replace(&mut self.rest, 0..0);
                if last.is_empty() {
                    return Ok(None);
                }
                self.number += 1;
                return Ok(Some(Line::At(last)));
            }
            if rest.len() > LONGEST {
                self.pass()?;
                return Ok(Some(Line::TooLong));
            }
            self.fill()?;
        }
    }

    /// Passes a line whose end is not in the buffer.
    fn pass(&mut self) -> io::Result<()> {
        self.number += 1;
        loop {
            self.rest = 0..0;
            self.fill()?;
            if let Some(length) = memchr::memchr(b'\n', &self.buffer[self.rest.clone()]) {
                self.rest.start += length + 1;
                return Ok(());
            }
            if self.ended {
                self.rest = 0..0;
                return Ok(());
            }
        }
    }

    /// Reads more behind what is left, which is moved to the front.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.rest.clone(), 0);
        self.rest = 0..self.rest.len();
        let read = loop {
            match self.input.read(&mut self.buffer[self.rest.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.ended = read == 0;
        self.rest.end += read;
        Ok(())
    }

    /// The bytes of the line that was passed last.
    pub(super) fn bytes(&self, line: Range<usize>) -> &[u8] {
        let bytes = &self.buffer[line];
        bytes.strip_suffix(b"\r").unwrap_or(bytes)
    }

    /// Its number, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}
