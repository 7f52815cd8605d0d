//! Markdown, rendered as HTML in which each element says on which line of the page it stands.

use std::sync::LazyLock;

use comrak::nodes::NodeValue;
use comrak::{Arena, Node, Options};
use regex::Regex;

use super::block::{Block, COLUMNS, DEPTH, Unread};
use super::html;

pub fn read(text: &str) -> Result<Vec<Block>, Unread> {
    let mut options = Options::default();
    options.extension.table = true;
    // The lists in the cells are raw HTML.
    options.render.r#unsafe = true;
    options.render.sourcepos = true;
    refuse_depth(text)?;
    refuse_width(text)?;
    let lines: Vec<&str> = text.lines().collect();
    // What a list holds looks like a tag.
    static GENERIC: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)([| ](?:list|array|collection|ienumerable))<(\w+)>").expect("a pattern"));
    let text = GENERIC.replace_all(text, r"$1\<$2>");
    let arena = Arena::new();
    let page = comrak::parse_document(&arena, &text, &options);
    for node in page.descendants() {
        let mut data = node.data_mut();
        let line = data.sourcepos.start.line;
        match &mut data.value {
            NodeValue::HtmlBlock(block) if block.literal.starts_with("<!--") && !block.literal.contains("-->") => {
                let what = "a comment is not closed, which hides all that stands below it";
                return Err(Unread::fatal(line, what, "see where the comment is to end"));
            }
            // The renderer marks its own elements alone.
            NodeValue::HtmlBlock(block) => block.literal.insert_str(0, &format!("<!--{line}-->")),
            // A sample begins below its fence.
            NodeValue::CodeBlock(block) => {
                data.sourcepos.start.line += usize::from(block.fenced && !block.literal.is_empty())
            }
            NodeValue::TableRow(_) => put_back(node, lines[line - 1], &arena),
            _ => {}
        }
    }
    let mut html = String::new();
    comrak::format_html(page, &options, &mut html).expect("a string takes whatever is written");
    html::read(&html, Some(lines.len()))
}

/// The parser drops what stands in a row beyond the last column of its table. Here it is put back, behind the last cell.
fn put_back<'a>(row: Node<'a>, line: &str, arena: &'a Arena<'a>) {
    static CELL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?:\\.|[^\\|])*").expect("a pattern"));
    let line = line.trim_start_matches(['>', ' ', '\t']).trim_end();
    let cells = CELL.find_iter(line.strip_prefix('|').unwrap_or(line));
    let dropped = cells.skip(row.children().count()).map(|cell| cell.as_str().trim());
    let dropped = dropped.filter(|cell| !cell.is_empty() && !cell.starts_with("<!--"));
    let dropped = dropped.map(|cell| format!("</td><td>{cell}"));
    let html = arena.alloc(NodeValue::HtmlInline(dropped.collect()).into());
    row.last_child().inspect(|cell| cell.append(html));
}

/// The parser of markdown looks at every open block again on each line, so that nesting is refused before it starts.
/// What opens blocks stands at the beginning of a line: `>`, and `-`, `*`, `+` or `1.` before a blank.
fn refuse_depth(text: &str) -> Result<(), Unread> {
    for (index, line) in text.lines().enumerate() {
        let mut depth = 0;
        let mut before = ' ';
        for character in line.chars() {
            match character {
                '>' => depth += 1,
                ' ' | '\t' => depth += usize::from(matches!(before, '-' | '*' | '+' | '.' | ')')),
                '-' | '*' | '+' | '.' | ')' | '0'..='9' => {}
                _ => break,
            }
            before = character;
        }
        if depth > DEPTH {
            return Err(Unread::depth(index + 1));
        }
    }
    Ok(())
}

/// The line below the header of a table says how many columns it has.
fn refuse_width(text: &str) -> Result<(), Unread> {
    let is_rule = |line: &str| line.contains('-') && line.chars().all(|character| "|-:> \t".contains(character));
    let columns = |line: &str| line.split('|').filter(|cell| cell.contains('-')).count();
    let mut lines = text.lines().enumerate();
    match lines.find(|(_, line)| is_rule(line) && columns(line) > COLUMNS) {
        Some((index, _)) => Err(Unread::columns(index + 1)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Block, Piece, Unread};
    use super::read;

    type Rows = Vec<(usize, Vec<String>)>;

    /// The lines of the tables, each with its rows: their lines and cells.
    fn tables(text: &str) -> Vec<(usize, Rows)> {
        let mut found = Vec::new();
        for block in read(text).unwrap() {
            if let Block::Table(table) = block {
                let cells = |row: &super::super::Row| row.cells.iter().map(|cell| cell.text()).collect();
                let rows = table.rows.iter().map(|row| (row.line, cells(row))).collect();
                found.push((table.line, rows));
            }
        }
        found
    }

    #[test]
    fn each_row_has_its_own_line() {
        let text = "# Plants\n\n| Name | Type |\n| --- | --- |\n| weight | integer |\n| label | string |\n";
        let rows = vec![
            (5, vec!["weight".to_owned(), "integer".to_owned()]),
            (6, vec!["label".to_owned(), "string".to_owned()]),
        ];
        assert_eq!(tables(text), [(3, rows)]);
    }

    #[test]
    fn a_row_may_have_too_few_cells_or_too_many() {
        let text = "| Name | Type |\n| --- | --- |\n| weight |\n| a\\|b | string | extra | <!-- gone -->\n";
        let cells: Vec<_> = tables(text).remove(0).1.into_iter().map(|row| row.1).collect();
        assert_eq!(cells, [vec!["weight", ""], vec!["a|b", "string", "extra"]]);
    }

    #[test]
    fn a_header_without_its_first_pipe_and_a_table_below_text_are_tables() {
        let text = "Some words.\nName | Type |\n| --- | --- |\n| weight | integer |\n";
        let found = tables(text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, 2);
        assert_eq!(found[0].1[0].0, 4);
    }

    #[test]
    fn what_is_commented_out_is_no_row() {
        let text = "| Name | Type |\n| --- | --- |\n| weight | integer |\n<!---| hidden | string | No --->\n\n\
                    [is this right?]: # \n\n## Next\n";
        let found = tables(text);
        assert_eq!(found[0].1.len(), 1);
        let blocks = read(text).unwrap();
        assert!(matches!(&blocks[1], Block::Heading { level: 2, text, line: 8 } if text == "Next"));
        assert_eq!(blocks.len(), 2);
    }

    #[test]
    fn an_indented_heading_is_a_heading() {
        let blocks = read("Text.\n\n ## Permission  \n").unwrap();
        assert!(matches!(&blocks[1], Block::Heading { level: 2, text, line: 3 } if text == "Permission"));
    }

    #[test]
    fn a_list_in_a_cell_is_read_though_it_is_never_closed() {
        let text = "| Name |\n| --- |\n| Mode:<br><ul><li>**0** for slow<li> **1** for fast |\n";
        let blocks = read(text).unwrap();
        let Block::Table(table) = &blocks[0] else {
            panic!("{blocks:?}")
        };
        let cell = &table.rows[0].cells[0];
        let items = cell.lists().next().unwrap();
        assert_eq!(items.len(), 2);
        assert_eq!(items[1].line, 3);
        assert!(items[1].content.pieces.contains(&Piece::Bold("1".to_owned())));
        assert_eq!(cell.text(), "Mode:");
    }

    #[test]
    fn a_sample_begins_behind_its_fence() {
        // The last of these opens where the page ends.
        for (page, line, text) in [
            ("Text.\n\n```json\n{\n}\n```\n", 4, "{\n}\n"),
            ("Text.\n\n```json", 3, ""),
        ] {
            let blocks = read(page).unwrap();
            let Block::Code(code) = &blocks[1] else {
                panic!("{blocks:?}")
            };
            assert_eq!((code.line, code.text.as_str()), (line, text));
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert_eq!(
            read(&format!("Text.\n\n{}", ">".repeat(10_000))).err(),
            Some(Unread::depth(3))
        );
        assert_eq!(read(&"- ".repeat(10_000)).err(), Some(Unread::depth(1)));
    }
}
