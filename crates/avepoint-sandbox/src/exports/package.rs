//! The archive of an export: workbooks with what was asked for and, if it is to be large, as many more as that takes.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};

use jiff::Timestamp;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Book, Filler};

pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An archive that is written anew whenever somebody wants it, so that it takes no memory.
pub(crate) struct Package {
    /// The names and contents of the workbooks that were asked for.
    books: Vec<(String, Vec<u8>)>,
    /// What makes the workbooks that follow, and how many.
    filler: Filler,
    fillers: u64,
    pub(super) length: u64,
    /// What the content is known by.
    pub(super) tag: String,
}

impl Package {
    /// An archive with workbooks, which has so many bytes at least.
    pub(super) fn new(books: &[Book], filler: Filler, time: Timestamp, size: u64) -> Result<Self, Failure> {
        let books = books.iter().map(|book| {
            let name = book.name.replace(['/', '\\', ':'], " ");
            Ok((format!("{name}.xlsx"), book.write(time)?))
        });
        let mut package = Self {
            books: books.collect::<Result<_, Failure>>()?,
            filler,
            fillers: 0,
            length: 0,
            tag: String::new(),
        };
        package.length = package.measured(&[])?;
        if package.length < size {
            // Each is as long as any other.
            let one = package.filler.workbook(1)?;
            package.length = package.length_with((size - package.length).div_ceil(one.len() as u64), &one)?;
        }
        let mut hasher = DefaultHasher::new();
        (&package.books, &package.filler, package.fillers).hash(&mut hasher);
        package.tag = format!("\"{:x}-{:x}\"", hasher.finish(), package.length);
        Ok(package)
    }

    /// Takes on so many workbooks like one, and says how long the archive is then.
    fn length_with(&mut self, fillers: u64, one: &[u8]) -> Result<u64, Failure> {
        self.fillers = 1;
        let first = self.measured(one)?;
        self.fillers = 2;
        let step = self.measured(one)? - first;
        self.fillers = fillers;
        let length = first + (fillers - 1) * step;
        // Beyond these limits of the format members take more, and all is written once to see how much.
        let is_plain = length < u64::from(u32::MAX) && fillers + (self.books.len() as u64) < u64::from(u16::MAX);
        if is_plain { Ok(length) } else { self.measured(one) }
    }

    /// Writes the archive, one workbook at a time.
    pub(super) fn write(&self, to: &mut dyn Write) -> Result<(), Failure> {
        self.write_with(to, |number| Ok(self.filler.workbook(number)?.into()))
    }

    /// How long the archive is if each workbook of the filler is as long as one.
    fn measured(&self, one: &[u8]) -> Result<u64, Failure> {
        let mut counter = Counter(0);
        self.write_with(&mut counter, |_| Ok(one.into()))?;
        Ok(counter.0)
    }

    fn write_with<'b>(
        &self,
        to: &mut dyn Write,
        filler: impl Fn(u64) -> Result<Cow<'b, [u8]>, Failure>,
    ) -> Result<(), Failure> {
        let mut archive = ZipWriter::new_stream(to);
        for (name, book) in &self.books {
            archive.start_file(name.as_str(), options())?;
            archive.write_all(book)?;
        }
        for number in 1..=self.fillers {
            archive.start_file(format!("Activities {number:06}.xlsx"), options())?;
            archive.write_all(&filler(number)?)?;
        }
        archive.finish()?;
        Ok(())
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
pub(super) fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
}
