//! The workbooks with which an archive is made large: rows of the world's users and objects, other ones in each.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use zip::{ZipArchive, ZipWriter};

use super::package::{Failure, options};
use super::{Book, Sheet};
use crate::world::{Clock, EVENTS, Item, Site, User, World};

/// How long the sheet of each workbook is. All are as long, so that the archive's length is known before it is written.
const SHEET: usize = 4 << 20;

/// How many objects of each site have rows.
const OBJECTS: usize = 4;

/// Over how many days the workbooks go, one day each.
const DAYS: u64 = 3_650;

/// Where a workbook has its only sheet.
const PLACE: &str = "xl/worksheets/sheet1.xml";

const HEAD: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#,
);
const END: &str = "</sheetData></worksheet>";

/// What the workbooks are made of: cells of the rows, which are put together anew for each. They are not compressed: that
/// would take most of the time, and make their lengths differ.
#[derive(Hash)]
pub(crate) struct Filler {
    users: Vec<String>,
    events: Vec<String>,
    objects: Vec<String>,
    /// The day of the first workbook; each is of the day before.
    begun: Timestamp,
}

impl Filler {
    pub(super) fn new(world: &World) -> Self {
        let tenant = world.insights_tenant();
        let sites = world.all::<Site>(tenant);
        let objects = sites.flat_map(|site| {
            let items = (0..world.count::<Item>(site.place).min(OBJECTS)).map(|index| world.nth(site.place, index));
            let cells = items.map(|item: crate::world::Entry<Item>| cell(&format!("{}{}", site.url, item.path)));
            cells.collect::<Vec<_>>()
        });
        Self {
            objects: objects.collect(),
            users: world.all::<User>(tenant).map(|user| cell(&user.mail)).collect(),
            events: EVENTS.iter().map(|(name, _)| cell(name)).collect(),
            begun: world.clock.beginning,
        }
    }

    /// The workbook with a number, which is as long as each other.
    pub(super) fn workbook(&self, number: u64) -> Result<Vec<u8>, Failure> {
        let sheets = vec![Sheet {
            name: "Activities".to_owned(),
            rows: Vec::new(),
        }];
        let empty = Book {
            name: String::new(),
            sheets,
        };
        let mut parts = ZipArchive::new(Cursor::new(empty.write(Timestamp::UNIX_EPOCH)?))?;
        let mut book = ZipWriter::new(Cursor::new(Vec::with_capacity(SHEET + (64 << 10))));
        for index in 0..parts.len() {
            let part = parts.by_index_raw(index)?;
            if part.name()? != PLACE {
                book.raw_copy_file(part)?;
            }
        }
        book.start_file(PLACE, options())?;
        book.write_all(self.sheet(number)?.as_bytes())?;
        Ok(book.finish()?.into_inner())
    }

    /// The sheet of a workbook: as many rows as it holds, and blanks for the rest.
    fn sheet(&self, number: u64) -> Result<String, std::fmt::Error> {
        let mut random = Rng::with_seed(number);
        let days = i64::try_from(number % DAYS).unwrap_or_default();
        let day = Clock::written(self.begun - SignedDuration::from_hours(24 * days));
        let day = day.get(..10).unwrap_or_default();
        let mut sheet = String::with_capacity(SHEET);
        sheet.push_str(HEAD);
        sheet.push_str("<row>");
        for title in ["Number", "Time", "Email", "Event", "Location"] {
            sheet.push_str(&cell(title));
        }
        for row in 1_u64.. {
            let before = sheet.len();
            let (hour, minute, second) = (row / 3_600 % 24, row / 60 % 60, row % 60);
            write!(
                sheet,
                r#"</row><row><c><v>{number}{row:06}</v></c><c t="inlineStr"><is><t>{day}T{hour:02}:{minute:02}:{second:02}Z</t></is></c>"#
            )?;
            for cells in [&self.users, &self.events, &self.objects] {
                sheet.push_str(
                    cells
                        .get(random.usize(..cells.len().max(1)))
                        .map_or("<c/>", String::as_str),
                );
            }
            if sheet.len() + "</row>".len() + END.len() > SHEET {
                sheet.truncate(before);
                break;
            }
        }
        sheet.push_str("</row>");
        sheet.push_str(END);
        sheet.extend(std::iter::repeat_n(' ', SHEET - sheet.len()));
        Ok(sheet)
    }
}

/// A cell with a text.
fn cell(text: &str) -> String {
    let mut cell = r#"<c t="inlineStr"><is><t>"#.to_owned();
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        match letter {
            '&' => cell.push_str("&amp;"),
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            letter => cell.push(letter),
        }
    }
    cell.push_str("</t></is></c>");
    cell
}
