//! The calls as an `.http` file, which editors send: a token for each set of scopes, then each operation.

use std::collections::BTreeMap;
use std::fmt::Write;

use heck::ToLowerCamelCase;

use crate::call::{Call, Cloud};

/// The file of an API.
pub fn file(title: &str, calls: &[Call], clouds: &[Cloud]) -> String {
    let mut text = format!("# {title}, for the REST Client of Visual Studio Code.\n");
    text += "# Each call takes a token for its own scopes: send that request first.\n\
             # The environment variables AVEPOINT_CLIENT_ID and AVEPOINT_CLIENT_SECRET hold the credentials, the secret as it\n\
             # stands in a form: `+` is %2B, `&` is %26, `%` is %25.\n\n";
    for (index, cloud) in clouds.iter().enumerate() {
        let mark = if index == 0 { "" } else { "# " };
        let _ = writeln!(text, "# {}", cloud.name);
        for (name, default) in &cloud.variables {
            let _ = writeln!(text, "{mark}@{name} = {default}");
        }
        let base_url = cloud.base_url.replace('{', "{{").replace('}', "}}");
        let _ = writeln!(
            text,
            "{mark}@baseUrl = {base_url}\n{mark}@tokenUrl = {}\n",
            cloud.token_url
        );
    }
    text += "# A local server\n# @baseUrl = http://localhost:8080\n# @tokenUrl = http://localhost:8080/connect/token\n";
    let tokens = tokens(calls);
    for (scopes, name) in &tokens {
        let _ = write!(
            text,
            "\n### Token for {scopes}\n# @name {name}\nPOST {{{{tokenUrl}}}}\nContent-Type: application/x-www-form-urlencoded\n\n\
             grant_type=client_credentials&client_id={{{{$processEnv AVEPOINT_CLIENT_ID}}}}\
             &client_secret={{{{$processEnv AVEPOINT_CLIENT_SECRET}}}}&scope={}\n",
            scopes.replace(' ', "+"),
        );
    }
    for call in calls {
        let Call {
            id, summary, method, ..
        } = call;
        let _ = write!(
            text,
            "\n### {summary}\n# @name {id}\n{method} {{{{baseUrl}}}}{}\n\
             Authorization: Bearer {{{{{}.response.body.$.access_token}}}}\n",
            call.target(),
            tokens[&call.scopes.join(" ")],
        );
        for header in call.parameters_in("header") {
            let _ = writeln!(text, "{}: {}", header.name, header.values().join(","));
        }
        if let Some((media_type, body)) = call.sent() {
            let _ = write!(text, "Content-Type: {media_type}\n\n{body}\n");
        }
    }
    text
}

/// The names of the requests that get a token, by the scopes.
fn tokens(calls: &[Call]) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for scopes in calls.iter().map(|call| call.scopes.join(" ")) {
        let plain = format!("token {scopes}").replace('.', " ").to_lower_camel_case();
        // Scopes may differ in their punctuation alone.
        let is_taken = names.iter().any(|(other, name)| *name == plain && *other != scopes);
        let name = if is_taken {
            format!("{plain}{}", names.len())
        } else {
            plain
        };
        names.entry(scopes).or_insert(name);
    }
    names
}
