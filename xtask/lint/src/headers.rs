//! Headers of answers that a caller acts on: when to come again, the name of a file, the number of the call.

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::place::Place;

/// The types of answers that are passed on as bytes.
const BINARY: [&str; 2] = ["application/octet-stream", "application/zip"];

/// The header that identifies a call. A service sends it with every answer or with none.
const CALL: &str = "request-id";

pub fn check(spec: &Spec, report: &mut Report) {
    let operations = spec.operations.iter();
    let responses = operations.flat_map(|operation| operation.place.members_of("responses"));
    let responses: Vec<_> = responses
        .filter_map(|(status, response)| Some((status, spec.resolve(&response)?)))
        .collect();
    let names_calls = responses.iter().any(|(_, response)| has(response, CALL));
    for (status, response) in &responses {
        let is_busy = matches!(*status, "429" | "503");
        let is_file = status.starts_with('2') && {
            let content = response.members_of("content");
            content.iter().any(|(media_type, _)| BINARY.contains(media_type))
        };
        let expected = [
            (is_busy, "Retry-After"),
            (is_file, "Content-Disposition"),
            (names_calls, CALL),
        ];
        let missing = |(is_due, header): &(bool, &str)| *is_due && !has(response, header);
        for (_, header) in expected.into_iter().filter(missing) {
            let message = format!("the response {status} does not have the header `{header}`");
            let remedy = "add it to its `headers`, and say there what is known of it";
            report.add("header", response, message, remedy);
        }
    }
}

fn has(response: &Place, header: &str) -> bool {
    let headers = response.members_of("headers");
    headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(header))
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

    const HEADER: &str = "{description: Known., schema: {type: string}, example: a}";

    #[test]
    fn a_busy_service_says_when_to_come_again() {
        for status in ["'429':", "'503':"] {
            expect(&[("'400':", status)], &[("header", "BadRequest:")]);
        }
        let header =
            format!("      description: It was not understood.\n      headers:\n        retry-after: {HEADER}\n");
        expect(
            &[
                ("'400':", "'429':"),
                ("      description: It was not understood.\n", &header),
            ],
            &[],
        );
    }

    #[test]
    fn a_file_has_a_name() {
        let file = "          description: It runs.\n          content:\n            application/zip:\n              schema: {type: string, format: binary}\n              example: PK\n";
        expect(&[("          description: It runs.\n", file)], &[("header", "'204':")]);
    }

    #[test]
    fn every_answer_or_none_identifies_the_call() {
        let header = format!("          description: It runs.\n          headers:\n            Request-Id: {HEADER}\n");
        expect(
            &[("          description: It runs.\n", &header)],
            &[("header", "'200':"), ("header", "'200':"), ("header", "BadRequest:")],
        );
    }
}
