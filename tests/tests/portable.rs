//! Every response sample of the vendor's pages, held against the portable edition of its spec.

use std::collections::HashMap;

use avepoint_tests::samples::{parsed, samples};
use xtask_publish::Judge;
use xtask_spec::api::Api;
use xtask_spec::document::child;

/// What the spec accepts of what the pages show, the portable edition of it accepts too.
#[test]
#[cfg_attr(
    not(shared_pages),
    ignore = "the vendor's pages are missing; name their folder with AVEPOINT_SHARED"
)]
fn every_sample_that_a_spec_accepts_is_portable() {
    let mut judges = HashMap::new();
    let (mut problems, mut accepted) = (Vec::new(), 0);
    for (api, case, sample) in samples().0 {
        let [exact, portable] = judges.entry(api).or_insert_with(|| {
            let document = Api::parse(api).and_then(Api::document).expect("a spec");
            let portable = xtask_publish::to_portable(&document).expect("a portable edition");
            [&document.value, &portable].map(|document| Judge::new(document).expect("schemas"))
        });
        let (method, status) = (case.method.to_lowercase(), case.status);
        let media = child(&child("/paths", &case.template), method) + &format!("/responses/{status}/content");
        let schema = child(&media, "application/json") + "/schema";
        let Ok(sample) = parsed(&sample, case.answer.as_ref()) else {
            continue;
        };
        // Operations without an answer have none.
        let Ok(exact) = exact.validator(&schema) else { continue };
        if exact.is_valid(&sample) {
            accepted += 1;
            if let Err(problem) = portable.validator(&schema).expect("a schema").validate(&sample) {
                problems.push(format!("{api} {}: {problem}", case.id));
            }
        }
    }
    println!("{accepted} samples are accepted");
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    assert!(accepted >= 37, "the specs accept only {accepted} samples");
}
