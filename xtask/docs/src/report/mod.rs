//! What a comparison found, in the forms in which people and programs read it.

mod content;
mod github;
mod json;
mod markdown;
mod text;

pub use content::{Report, Summary, fenced};

/// A form of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For a pull request.
    Markdown,
    /// Annotations of a GitHub workflow.
    Github,
}

impl Report {
    /// The report in a form, with a final newline.
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Text => text::render(self),
            Format::Json => json::render(self),
            Format::Markdown => markdown::render(self),
            Format::Github => github::render(self),
        }
    }
}
