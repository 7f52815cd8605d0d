//! A build in which other crates have switched on all that shared dependencies have. `tests/wire.rs` runs the wire's tests
//! in it: what they see must be the same.

#[cfg(test)]
mod tests {
    use serde_json::Value;

    #[test]
    fn all_of_it_is_on() {
        // These exist by their features alone.
        let http = reqwest::Client::builder()
            .tls_backend_native()
            .hickory_dns(true)
            .cookie_store(true);
        let http = http.gzip(true).brotli(true).deflate(true).zstd(true);
        assert!(http.build().is_ok());

        let number: Value = serde_json::from_str("1.500").expect("JSON");
        assert_eq!(number.to_string(), "1.500", "arbitrary_precision");
        let object: Value = serde_json::from_str(r#"{"b":1,"a":2}"#).expect("JSON");
        assert_eq!(object.to_string(), r#"{"b":1,"a":2}"#, "preserve_order");
    }
}
