//! The archive of an export: workbooks with what was asked for and, if it is to be large, as many more as that takes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Cursor, Write};
use std::sync::OnceLock;

use bytes::Bytes;
use fastrand::Rng;
use jiff::Timestamp;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::Book;

/// How many rows the workbook has with which an archive is made large; it is of a few MiB then.
const FILLER_ROWS: usize = 4_096;
const FILLER_TEXT: usize = 1_024;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An archive that is written anew whenever somebody wants it, so that it takes no memory.
pub(crate) struct Package {
    /// The names and contents of the workbooks that were asked for.
    books: Vec<(String, Vec<u8>)>,
    /// How often the filler follows.
    copies: u64,
    filler: Bytes,
    pub(super) length: u64,
    /// What the content is known by.
    pub(super) tag: String,
}

/// An archive of one workbook, which other archives take over as it is. It is the same in each world, and made once.
pub(crate) fn filler() -> Result<Bytes, Failure> {
    static FILLER: OnceLock<Bytes> = OnceLock::new();
    if let Some(made) = FILLER.get() {
        return Ok(made.clone());
    }
    let mut random = Rng::with_seed(0);
    let rows = (1..=FILLER_ROWS).map(|row| {
        let text: String = std::iter::repeat_with(|| random.alphanumeric())
            .take(FILLER_TEXT)
            .collect();
        json!({ "row": row, "fingerprint": text })
    });
    let book = Book::of("Fingerprints", rows.collect()).write(Timestamp::UNIX_EPOCH)?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("filler", options())?;
    archive.write_all(&book)?;
    let made = Bytes::from(archive.finish()?.into_inner());
    Ok(FILLER.get_or_init(|| made).clone())
}

impl Package {
    /// An archive with workbooks, which has so many bytes at least.
    pub(super) fn new(books: Vec<Book>, time: Timestamp, size: u64) -> Result<Self, Failure> {
        let books = books.iter().map(|book| {
            let name = book.name.replace(['/', '\\', ':'], " ");
            Ok((format!("{name}.xlsx"), book.write(time)?))
        });
        let mut package = Self {
            books: books.collect::<Result<_, Failure>>()?,
            copies: 0,
            filler: Bytes::new(),
            length: 0,
            tag: String::new(),
        };
        package.length = package.measured()?;
        if package.length < size {
            package.filler = filler()?;
            let copies = (size - package.length).div_ceil(package.filler.len() as u64);
            package.length = package.length_with(copies)?;
        }
        let mut hasher = DefaultHasher::new();
        (&package.books, package.copies).hash(&mut hasher);
        package.tag = format!("\"{:x}-{:x}\"", hasher.finish(), package.length);
        Ok(package)
    }

    /// Takes on so many copies of the filler, and says how long the archive is then.
    fn length_with(&mut self, copies: u64) -> Result<u64, Failure> {
        self.copies = 1;
        let one = self.measured()?;
        self.copies = 2;
        let step = self.measured()? - one;
        self.copies = copies;
        let length = one + (copies - 1) * step;
        // Beyond these limits of the format members take more, and all is written once to see how much.
        let is_plain = length < u64::from(u32::MAX) && copies + (self.books.len() as u64) < u64::from(u16::MAX);
        if is_plain { Ok(length) } else { self.measured() }
    }

    /// Writes the archive, one workbook at a time.
    pub(super) fn write(&self, to: &mut dyn Write) -> Result<(), Failure> {
        let mut archive = ZipWriter::new_stream(to);
        for (name, book) in &self.books {
            archive.start_file(name.as_str(), options())?;
            archive.write_all(book)?;
        }
        if self.copies > 0 {
            let mut filler = ZipArchive::new(Cursor::new(&self.filler))?;
            for copy in 1..=self.copies {
                let name = format!("Fingerprints {copy:06}.xlsx");
                archive.raw_copy_file_rename(filler.by_index_raw(0)?, name)?;
            }
        }
        archive.finish()?;
        Ok(())
    }

    fn measured(&self) -> Result<u64, Failure> {
        let mut counter = Counter(0);
        self.write(&mut counter)?;
        Ok(counter.0)
    }
}

/// Counts what is written.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.0 += part.len() as u64;
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A workbook is compressed in itself.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
}
