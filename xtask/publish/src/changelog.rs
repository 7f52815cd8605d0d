//! What each published version has changed, for programs and for people.

use anyhow::Context;
use serde_json::{Value, json};
use xtask_spec::api::Api;
use xtask_spec::changes::between;
use xtask_spec::document::display;

/// The versions of an API's document, the newest first.
pub struct Changelog {
    /// What the API calls itself.
    title: String,
    /// Each version, the one before it, and the changes, the gravest first.
    releases: Vec<Value>,
}

impl Changelog {
    /// The recorded versions, and before them that of the document if it was not recorded yet.
    ///
    /// # Errors
    /// If the recorded versions cannot be read.
    pub fn new(api: &Api, document: &Value) -> anyhow::Result<Self> {
        let is_first = !api.published().exists();
        let mut releases = if is_first { Vec::new() } else { recorded(api)? };
        let state = if is_first { Value::Null } else { api.state()? };
        let [since, version] = [&state, document].map(|document| &document["info"]["version"]);
        if since != version {
            // That of a record that was cut off.
            releases.retain(|release| release["version"] != *version);
            let changes = if is_first {
                Vec::new()
            } else {
                between(&state, document)
            };
            let changes = changes.iter().map(|change| {
                json!({
                    "class": change.class,
                    "operations": change.operations,
                    "place": change.place,
                    "sentence": change.to_string(),
                })
            });
            let changes: Vec<_> = changes.collect();
            releases.insert(0, json!({ "version": version, "since": since, "changes": changes }));
        }
        let title = document["info"]["title"].as_str().unwrap_or_default().to_owned();
        Ok(Self { title, releases })
    }

    pub fn json(&self) -> Value {
        json!({ "title": self.title, "releases": self.releases })
    }

    pub fn markdown(&self) -> String {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut text = format!("# {}: changelog\n", self.title);
        for release in &self.releases {
            let [version, since] = ["version", "since"].map(|key| word(&release[key]));
            let changes: Vec<_> = release["changes"].as_array().into_iter().flatten().collect();
            text.push_str(&format!("\n## {version}\n"));
            if changes.is_empty() {
                text.push_str(match since.as_str() {
                    "" => "\nThe first version.\n",
                    _ => "\nNothing has changed.\n",
                });
            }
            for (class, heading) in [
                ("breaking", "Breaking"),
                ("additive", "Additive"),
                ("documentation", "Documentation"),
            ] {
                let own: Vec<_> = changes.iter().filter(|change| change["class"] == class).collect();
                if !own.is_empty() {
                    text.push_str(&format!("\n### {heading}, since {since}\n\n"));
                }
                for change in own {
                    text.push_str(&format!("- {}\n", word(&change["sentence"])));
                }
            }
        }
        text
    }
}

/// The versions that were recorded as published.
fn recorded(api: &Api) -> anyhow::Result<Vec<Value>> {
    let path = api.changelog();
    let name = display(&path);
    let remedy = "restore it from git";
    let text = std::fs::read(&path).with_context(|| format!("{name}: cannot read the published versions; {remedy}"))?;
    let recorded: Value = serde_json::from_slice(&text).with_context(|| format!("{name} is not JSON; {remedy}"))?;
    let releases = recorded["releases"].as_array().cloned();
    releases.with_context(|| format!("{name} has no `releases`; {remedy}"))
}
