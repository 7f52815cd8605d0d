//! What may be said of a page that was understood in part: what is missing among its facts may stand in the part that
//! nobody could read, and is not gone.

use super::facts::Page;
use super::finding::{Finding, Kind};

/// The pages that were understood in part, by their names, and their text.
#[derive(Debug, Default)]
pub struct Doubt(Vec<(String, String)>);

impl Doubt {
    /// Notes a page.
    pub fn add(&mut self, page: &str, bytes: &[u8]) {
        self.0
            .push((page.to_owned(), String::from_utf8_lossy(bytes).into_owned()));
    }

    fn of(&self, page: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| name == page)
            .map(|(_, text)| text.as_str())
    }

    /// Whether the page may contradict a finding of what the vendor has changed.
    #[must_use]
    pub fn contradicts(&self, finding: &Finding) -> bool {
        let Some(text) = self.of(&finding.page) else {
            return false;
        };
        match finding.kind {
            // It says that the facts are the same.
            Kind::PageWording => true,
            _ if !finding.is.is_empty() => false,
            Kind::MemberRemoved => {
                let name = finding.place.rsplit('.').next().unwrap_or_default();
                has_cell(text, name.trim_end_matches("[]"))
            }
            Kind::Host | Kind::HttpStatus | Kind::ListedEndpoint => has_cell(text, &finding.was),
            Kind::OperationRemoved => {
                let path = finding.was.split_once(' ').map_or("", |(_, path)| path);
                text.contains(path)
            }
            Kind::Scopes | Kind::Status | Kind::SampleShape | Kind::SampleUrl => true,
            _ => false,
        }
    }

    /// The pages by which samples and deviations are judged: in place of one in doubt, what it said when it was locked.
    #[must_use]
    pub fn settle(&self, pages: Vec<Page>, locked: &[Page]) -> Vec<Page> {
        let settled = |page: Page| match self.of(&page.page) {
            None => Some(page),
            Some(_) => locked.iter().find(|locked| locked.page == page.page).cloned(),
        };
        pages.into_iter().filter_map(settled).collect()
    }
}

/// Whether a text still stands as a cell of a table somewhere on the page, broken or not. In a sample a name stands
/// between quotation marks.
fn has_cell(text: &str, cell: &str) -> bool {
    let markup = |character: char| character.is_whitespace() || "*`_".contains(character);
    // A place is spelled as the sample has it, perhaps with other capitals than the table.
    let (text, cell) = (text.to_ascii_lowercase(), cell.to_ascii_lowercase());
    !cell.is_empty()
        && text.lines().any(|line| {
            line.match_indices(&cell).any(|(start, _)| {
                let before = line[..start].trim_end_matches(markup);
                let after = line[start + cell.len()..].trim_start_matches(markup);
                (before.is_empty() || before.ends_with(['|', '>'])) && after.starts_with(['|', '<', '['])
            })
        })
}

#[cfg(test)]
mod tests {
    use super::has_cell;

    #[test]
    fn a_cell_is_no_member_of_a_sample() {
        for line in [
            "| weight | Heavy. |",
            "| **`weight`** |",
            "weight | integer",
            "<td>weight</td>",
            "| Weight |",
        ] {
            assert!(has_cell(line, "weight"), "{line}");
        }
        for line in ["\"weight\": 3,", "| its weight |", "| weightless |", "The weight."] {
            assert!(!has_cell(line, "weight"), "{line}");
        }
    }
}
