#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| avepoint_tests::fuzz::lists(data));
