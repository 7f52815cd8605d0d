//! The clients that the program is told of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use avepoint_sandbox::App;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A client as a file tells of it.
#[derive(Deserialize)]
struct Client {
    id: String,
    secret: Option<String>,
    /// A file, found from the folder of the one that names it.
    certificate: Option<PathBuf>,
    /// All, if they are left out.
    scopes: Option<Vec<String>>,
    /// What a client does not have, by its name: what stands in it may be a secret.
    #[serde(flatten)]
    others: BTreeMap<String, IgnoredAny>,
}

/// Reads the clients of a JSON file: a list of objects with `id`, `secret` or `certificate` or both, and `scopes`.
///
/// # Errors
/// Names the file, the client and what is wrong, and no secret.
pub fn read(path: &Path) -> Result<Vec<App>, String> {
    let file = path.display();
    let text = std::fs::read(path).map_err(|error| format!("cannot read the clients {file}: {error}"))?;
    let clients: Vec<Client> = serde_json::from_slice(&text).map_err(|error| {
        // What stands in the file may be a secret: the place says enough.
        let (line, column) = (error.line(), error.column());
        let form = r#"[{"id": "app", "secret": "…", "certificate": "app.pem", "scopes": ["…"]}]"#;
        format!("{file}:{line}:{column}: there is no list of clients; write {form}")
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    clients
        .into_iter()
        .map(|client| {
            let id = client.id.clone();
            app(client, folder).map_err(|reason| format!("{file}: the client \"{id}\" {reason}"))
        })
        .collect()
}

fn app(client: Client, folder: &Path) -> Result<App, String> {
    if let Some(name) = client.others.keys().next() {
        return Err(format!(
            "has a member \"{name}\", which there is not; there are id, secret, certificate and scopes"
        ));
    }
    if client.secret.is_none() && client.certificate.is_none() {
        return Err("can prove nothing; give it a secret or a certificate".to_owned());
    }
    let mut app = App::new(client.id);
    if let Some(secret) = client.secret {
        app = app.secret(secret);
    }
    if let Some(certificate) = client.certificate {
        let path = folder.join(certificate);
        let bytes = std::fs::read(&path)
            .map_err(|error| format!("has a certificate that cannot be read, {}: {error}", path.display()))?;
        app = app.certificate(bytes).map_err(|error| error.to_string())?;
    }
    Ok(match client.scopes {
        Some(scopes) => app.scopes(scopes),
        None => app,
    })
}

/// The id and the secret that stand in one text, with a colon between them.
///
/// # Errors
/// If they do not; the text is not repeated, as it may be a secret.
pub fn pair(text: &str) -> Result<(&str, &str), String> {
    let pair = text.split_once(':');
    let pair = pair.filter(|(id, secret)| !id.is_empty() && !secret.is_empty());
    pair.ok_or_else(|| "--client: write the id and the secret with a colon between them, such as app:secret".to_owned())
}
