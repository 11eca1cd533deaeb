//! The binary format of wasm, as far as sections and their tables of names go (WebAssembly Core Specification, "Binary
//! Format").

use anyhow::{Context, Result, bail};

/// The sections with their kinds, in order.
pub fn split(wasm: &[u8]) -> Result<Vec<(u8, &[u8])>> {
    let mut reader = Reader(wasm.get(8..).context("not a wasm file")?);
    let mut sections = Vec::new();
    while !reader.0.is_empty() {
        let id = reader.byte()?;
        let size = reader.number()?;
        sections.push((id, reader.bytes(size)?));
    }
    Ok(sections)
}

/// The few forms that the binary format is made of.
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// One byte.
    pub fn byte(&mut self) -> Result<u8> {
        Ok(self.bytes(1)?[0])
    }

    /// So many bytes.
    pub fn bytes(&mut self, size: u64) -> Result<&'a [u8]> {
        let size = usize::try_from(size)?;
        let (bytes, rest) = self.0.split_at_checked(size).context("wasm ends too early")?;
        self.0 = rest;
        Ok(bytes)
    }

    /// A length and that many bytes of UTF-8.
    pub fn text(&mut self) -> Result<&'a str> {
        let size = self.number()?;
        Ok(std::str::from_utf8(self.bytes(size)?)?)
    }

    /// Unsigned LEB128.
    pub fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        bail!("a number of more than 64 bits")
    }
}

/// A number as unsigned LEB128.
pub fn write_number(mut number: u64, out: &mut Vec<u8>) {
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            return out.push(byte);
        }
        out.push(byte | 0x80);
    }
}

/// A length and that many bytes.
pub fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    write_number(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_was_written() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX)] {
            let mut bytes = Vec::new();
            write_number(number, &mut bytes);
            assert_eq!(Reader(&bytes).number().expect("whole"), number);
        }
    }
}
