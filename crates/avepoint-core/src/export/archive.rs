//! Whether what has come is a ZIP archive, and the whole of it, as its beginning and its end tell (APPNOTE 4.3).
//!
//! Readers of archives are lenient about what stands before and behind one, since they want to open it. Here the
//! question is another: a report that was cut, or put together from two, must not pass for a whole one.

use bytes::Buf;

/// How many bytes tell what something is that begins.
pub(super) const SIGNATURE: usize = 4;

const ENTRY: [u8; SIGNATURE] = *b"PK\x03\x04";
const END: [u8; SIGNATURE] = *b"PK\x05\x06";
const END_64: [u8; SIGNATURE] = *b"PK\x06\x06";
const LOCATOR_64: [u8; SIGNATURE] = *b"PK\x06\x07";

/// The lengths of the records at the end: the last one without its comment, and those of large archives before it.
const END_LENGTH: usize = 22;
const END_64_LENGTH: usize = 56;
const LOCATOR_64_LENGTH: usize = 20;

/// How much at the end can be what tells that it is the end: these records, and a comment of any length.
const TAIL: usize = END_64_LENGTH + LOCATOR_64_LENGTH + END_LENGTH + u16::MAX as usize;

/// Whether an archive begins so: with an entry, or with its end if it has none.
pub(super) fn begins(beginning: &[u8]) -> bool {
    beginning.starts_with(&ENTRY) || beginning.starts_with(&END)
}

/// Whether the beginning of an archive may begin so.
pub(super) fn may_begin(beginning: &[u8]) -> bool {
    ENTRY.starts_with(beginning) || END.starts_with(beginning)
}

/// The end of what has come so far.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    bytes: Vec<u8>,
    /// How much came before these bytes.
    start: u64,
}

impl Tail {
    /// Takes the next piece.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(piece);
        // Not at each piece, since what stays is moved.
        if self.bytes.len() > 2 * TAIL {
            let old = self.bytes.len() - TAIL;
            self.bytes.drain(..old);
            self.start += old as u64;
        }
    }

    /// Whether the end of an archive has come that begins with the first byte. Zeros may follow it: some writers fill up
    /// their blocks. Anything else is not of the archive, such as the page of an error in the midst of which it was cut.
    pub(crate) fn is_whole(&self) -> bool {
        let filled = self.bytes.iter().rev().take_while(|byte| **byte == 0).count();
        (0..self.bytes.len())
            .rev()
            .filter_map(|place| end(&self.bytes, self.start, place))
            .any(|end| end + filled >= self.bytes.len())
    }
}

/// Where an archive ends whose last record stands at this place of a tail that starts at that byte of the whole.
///
/// The archive may hold others: a workbook is one too. Only its own record says that the directory, which tells where
/// each entry is, reaches from where it says to just before the records of the end.
fn end(tail: &[u8], start: u64, place: usize) -> Option<usize> {
    let last = record::<END_LENGTH>(tail, place, END)?;
    let comment = usize::from((&last[20..]).get_u16_le());
    let end = place + END_LENGTH + comment;
    tail.get(place..end)?;
    let directory_end = || -> Option<(u64, u64)> {
        let locator = place
            .checked_sub(LOCATOR_64_LENGTH)
            .and_then(|place| record::<LOCATOR_64_LENGTH>(tail, place, LOCATOR_64));
        let Some(locator) = locator else {
            let (size, offset) = ((&last[12..]).get_u32_le(), (&last[16..]).get_u32_le());
            return Some((u64::from(offset) + u64::from(size), start + place as u64));
        };
        let position = (&locator[8..]).get_u64_le();
        let place = usize::try_from(position.checked_sub(start)?).ok()?;
        let end = record::<END_64_LENGTH>(tail, place, END_64)?;
        let (size, offset) = ((&end[40..]).get_u64_le(), (&end[48..]).get_u64_le());
        Some((offset.checked_add(size)?, position))
    };
    directory_end()
        .filter(|(recorded, actual)| recorded == actual)
        .map(|_| end)
}

/// The record of this length that stands at a place, if it begins with its signature.
fn record<const LENGTH: usize>(tail: &[u8], place: usize, signature: [u8; SIGNATURE]) -> Option<&[u8; LENGTH]> {
    let record = tail.get(place..)?.first_chunk::<LENGTH>()?;
    record.starts_with(&signature).then_some(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::BufMut;
    use proptest::prelude::*;

    /// An archive of one entry without a name, with what stands before its directory.
    fn archive(content: &[u8], large: bool, comment: &[u8]) -> Vec<u8> {
        let mut archive = ENTRY.to_vec();
        archive.extend_from_slice(content);
        let offset = archive.len() as u64;
        archive.extend_from_slice(b"PK\x01\x02");
        archive.put_bytes(0, 42);
        let end = archive.len() as u64;
        if large {
            archive.put_slice(&END_64);
            archive.put_u64_le(44);
            archive.put_bytes(0, 28);
            archive.put_u64_le(end - offset);
            archive.put_u64_le(offset);
            archive.put_slice(&LOCATOR_64);
            archive.put_u32_le(0);
            archive.put_u64_le(end);
            archive.put_u32_le(1);
        }
        archive.put_slice(&END);
        archive.put_bytes(0, 8);
        archive.put_u32_le(if large { u32::MAX } else { (end - offset) as u32 });
        archive.put_u32_le(if large { u32::MAX } else { offset as u32 });
        archive.put_u16_le(comment.len() as u16);
        archive.put_slice(comment);
        archive
    }

    fn is_whole(bytes: &[u8], piece: usize) -> bool {
        let mut tail = Tail::default();
        bytes.chunks(piece).for_each(|piece| tail.push(piece));
        tail.is_whole()
    }

    #[test]
    fn an_archive_ends_where_its_records_say() {
        let longest = vec![b'.'; u16::MAX.into()];
        for (large, comment) in [(false, &b""[..]), (true, b""), (false, &longest), (true, &longest)] {
            let whole = archive(&[7; 100_000], large, comment);
            assert!(begins(&whole) && is_whole(&whole, 1000), "{large} {}", comment.len());
            for cut in [1, 22, 98, whole.len() - 4] {
                assert!(!is_whole(&whole[..whole.len() - cut], 1000), "{large} {cut}");
            }
            // Another file's beginning before it moves it from where its records say.
            assert!(!is_whole(&[&ENTRY, &whole[..]].concat(), 1000));
            // What fills up a block does not.
            assert!(large || !comment.is_empty() || is_whole(&[&whole[..], &[0; 500]].concat(), 1000));
            // Nothing else may follow, not even a whole archive.
            for more in [&b"<html>Internal error</html>"[..], &[0, 0, 1], &whole] {
                assert!(!is_whole(&[&whole[..], more].concat(), 1000), "{large}");
            }
        }
        assert!(!is_whole(&archive(b"", false, b"")[46..], 1));
        let mut empty = END.to_vec();
        empty.put_bytes(0, 18);
        assert!(begins(&empty) && is_whole(&empty, 1));
    }

    #[test]
    fn the_end_of_an_archive_in_an_archive_is_not_the_end() {
        let workbook = archive(b"cells", false, b"");
        let whole = archive(&workbook, false, b"");
        assert!(is_whole(&whole, 7));
        assert!(!is_whole(&whole[..ENTRY.len() + workbook.len()], 7));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..200), places in prop::collection::vec(0_usize..200, 0..4)) {
            let mut bytes = bytes;
            for place in places {
                for (index, signature) in [END, END_64, LOCATOR_64].iter().enumerate() {
                    let place = place + index * 20;
                    if place + SIGNATURE <= bytes.len() {
                        bytes[place..place + SIGNATURE].copy_from_slice(signature);
                    }
                }
            }
            let whole = is_whole(&bytes, 13);
            prop_assert_eq!(whole, is_whole(&bytes, 200));
        }

        #[test]
        fn a_cut_archive_is_never_whole(content in prop::collection::vec(any::<u8>(), 0..300), cut in any::<prop::sample::Index>()) {
            let whole = archive(&content, false, b"");
            prop_assert!(is_whole(&whole, 64));
            let length = cut.index(whole.len());
            prop_assert!(!is_whole(&whole[..length], 64));
        }
    }
}
