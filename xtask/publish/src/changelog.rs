//! What has changed since the state that was published last, for programs and for people.

use serde_json::{Value, json};
use xtask_spec::changes::{Change, Class};

/// The changes between two states of an API's document.
pub struct Changelog {
    /// What the API calls itself.
    pub title: String,
    /// The version that was published last.
    pub from: String,
    /// The version of the document.
    pub to: String,
    /// The changes, the gravest first.
    pub changes: Vec<Change>,
}

impl Changelog {
    /// Compares the published state with the document.
    pub fn new(state: &Value, document: &Value) -> Self {
        let info = |document: &Value, key: &str| document["info"][key].as_str().unwrap_or_default().to_owned();
        Self {
            title: info(document, "title"),
            from: info(state, "version"),
            to: info(document, "version"),
            changes: xtask_spec::changes::between(state, document),
        }
    }

    pub fn json(&self) -> Value {
        let changes = self.changes.iter().map(|change| {
            json!({
                "class": change.class,
                "operations": change.operations,
                "place": change.place,
                "sentence": change.to_string(),
            })
        });
        json!({ "from": self.from, "to": self.to, "changes": changes.collect::<Vec<_>>() })
    }

    pub fn markdown(&self) -> String {
        let Self {
            title,
            from,
            to,
            changes,
        } = self;
        let mut text = format!("# {title}: from {from} to {to}\n");
        if changes.is_empty() {
            text.push_str("\nNothing has changed.\n");
        }
        for (class, heading) in [
            (Class::Breaking, "Breaking"),
            (Class::Additive, "Additive"),
            (Class::Documentation, "Documentation"),
        ] {
            let own: Vec<_> = changes.iter().filter(|change| change.class == class).collect();
            if !own.is_empty() {
                text.push_str(&format!("\n## {heading}\n\n"));
            }
            for change in own {
                text.push_str(&format!("- {change}\n"));
            }
        }
        text
    }
}
