//! What a whole run of the drift check costs: all pages read and extracted, the locks and specs read, everything compared.
//!
//! ```sh
//! cargo bench -p xtask-docs
//! ```
//!
//! The pages are those of ../shared, or of the folder that `AVEPOINT_SHARED` names. criterion tells the times. The ratio at the
//! end is measured apart from that, against parsing the same pages as markdown and nothing more; both sides take
//! turns, so that a machine which grows slower does so for both.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use comrak::{Arena, Options, parse_document};
use criterion::Criterion;
use xtask_docs::drift::measure;
use xtask_docs::input::Pages;
use xtask_spec::api::APIS;

/// The rounds by which the ratio is taken.
const ROUNDS: u32 = 20;

fn main() {
    let folder = PathBuf::from(env!("VENDOR_PAGES"));
    if !folder.is_dir() {
        println!(
            "SKIPPED: there are no pages at {}; name their folder with AVEPOINT_SHARED",
            folder.display()
        );
        return;
    }
    let pages = Pages::open(Some(folder), false, Vec::new())
        .expect("a checkout")
        .expect("pages");
    let mut texts = Vec::new();
    for api in APIS.iter().filter(|api| pages.has(api)) {
        let sources = pages.of(api).expect("pages");
        texts.extend(
            sources
                .into_iter()
                .map(|page| String::from_utf8(page.bytes).expect("text")),
        );
    }

    let run = || {
        for api in APIS {
            black_box(measure(api, Some(&pages)).expect("measured"));
        }
    };
    let mut options = Options::default();
    options.extension.table = true;
    let parse = || {
        for text in &texts {
            let arena = Arena::new();
            black_box(parse_document(&arena, text, &options));
        }
    };

    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    criterion.bench_function("a run over all pages", |bench| bench.iter(run));
    criterion.bench_function("parsing the same pages", |bench| bench.iter(parse));
    criterion.final_summary();

    let (mut ours, mut bare) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        ours += time(run);
        bare += time(parse);
    }
    println!(
        "a run over {} pages costs {:.0} times their parsing ({:?} and {:?})",
        texts.len(),
        ours.as_secs_f64() / bare.as_secs_f64(),
        ours / ROUNDS,
        bare / ROUNDS
    );
}

fn time(work: impl Fn()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
