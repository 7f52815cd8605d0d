//! Writes the calls of the generated client: Rust cannot look for a function by its name while a program runs.

use std::fmt::Write as _;
use std::{env, fs};

const BEGIN: &str = "pub async fn ";
const CONFIGURATION: &str = "(configuration: &configuration::Configuration, ";

fn main() {
    println!("cargo::rerun-if-changed=client/src/apis");
    let mut calls = String::new();
    for file in fs::read_dir("client/src/apis").expect("the client is beside this program") {
        let file = file.expect("a file of the client").path();
        let module = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let source = fs::read_to_string(&file).expect("a source of the client");
        for line in source.lines().filter_map(|line| line.strip_prefix(BEGIN)) {
            calls.push_str(&call(&module, line).unwrap_or_else(|| panic!("{module}: what is {line}?")));
        }
    }
    let code = format!(
        "async fn call(api: &Configuration, case: &Case) -> Result<Value, String> {{\n    \
             match plain(&case.operation).as_str() {{\n{calls}        \
                 other => Err(format!(\"the client has no function {{other}}\")),\n    \
             }}\n\
         }}\n"
    );
    let out = env::var("OUT_DIR").expect("Cargo sets it");
    fs::write(format!("{out}/calls.rs"), code).expect("what Cargo compiles");
}

/// The arm that makes the call of a function.
fn call(module: &str, signature: &str) -> Option<String> {
    let (name, rest) = signature.split_once(CONFIGURATION)?;
    let (parameters, answer) = rest.split_once(") -> Result<")?;
    let mut arguments = String::new();
    // The types have no comma.
    for parameter in parameters.split(", ").filter(|parameter| !parameter.is_empty()) {
        let parameter = parameter.split_once(": ")?.0.trim_start_matches("r#");
        write!(arguments, ", case.read(\"{parameter}\")?").ok()?;
    }
    let writer = if answer.starts_with("reqwest::Response,") {
        "file"
    } else {
        "written"
    };
    let key = name.replace('_', "");
    Some(format!(
        "        \"{key}\" => {writer}(client::apis::{module}::{name}(api{arguments}).await).await,\n"
    ))
}
