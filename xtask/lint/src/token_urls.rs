//! Token addresses: OpenAPI has room for one, and each server may have its own.

use super::report::Report;
use xtask_spec::Spec;
use xtask_spec::model::Kind;

/// The extension of an OAuth flow that names the token address for each server, by the server's `url`.
const KEY: &str = "x-token-urls";

pub fn check(spec: &Spec, report: &mut Report) {
    let servers: Vec<_> = spec.root.entries_of("servers");
    let servers: Vec<_> = servers.iter().filter_map(|server| server.text("url")).collect();
    for scheme in spec.all(Kind::SecurityScheme) {
        for (_, flow) in scheme.members_of("flows") {
            let urls = flow.members_of(KEY);
            let named: Vec<_> = urls.iter().map(|(server, _)| *server).collect();
            if named != servers {
                report.add(
                    "token-urls",
                    format!("{}/{KEY}", flow.pointer),
                    format!("`{KEY}` does not name the servers of the document, in their order"),
                    "write each server's `url` with the address of its tokens",
                );
            }
            if urls
                .first()
                .is_some_and(|(_, url)| url.value.as_str() != flow.text("tokenUrl"))
            {
                report.add(
                    "token-urls",
                    format!("{}/tokenUrl", flow.pointer),
                    "`tokenUrl` is not the address for the first server",
                    format!("write the first of `{KEY}`"),
                );
            }
            let description = scheme.description();
            for (_, url) in urls.iter().skip(1) {
                let text = url.value.as_str().unwrap_or_default();
                if !(text.starts_with("https://") && description.contains(text)) {
                    report.add(
                        "token-urls",
                        url,
                        format!("the description of the security scheme does not name `{text}`, or it is not https"),
                        "name it there: most tools show no extension",
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::expect;

    const SERVER: &str = "  - url: https://example.com\n";
    const URLS: &str = "          x-token-urls: {'https://example.com': https://example.com/token}\n";
    const TWO: &str = "  - url: https://example.com\n  - url: https://example.org\n";

    #[test]
    fn each_server_has_its_token_address() {
        expect(&[(URLS, "")], &[("token-urls", "clientCredentials:")]);
        expect(&[(SERVER, TWO)], &[("token-urls", URLS.trim())]);
        let other = "          x-token-urls: {'https://example.com': https://example.com/other}\n";
        expect(
            &[(URLS, other)],
            &[("token-urls", "tokenUrl: https://example.com/token")],
        );
    }

    #[test]
    fn the_description_names_the_other_addresses() {
        let urls = |url: &str| {
            format!(
                "          x-token-urls:\n            https://example.com: https://example.com/token\n            https://example.org: {url}\n"
            )
        };
        let described =
            "      description: Client credentials, from https://example.org/token or http://example.org/token.\n";
        let plain = "      description: Client credentials.\n";
        let good = urls("https://example.org/token");
        expect(&[(SERVER, TWO), (URLS, &good), (plain, described)], &[]);
        let line = ("token-urls", "https://example.org: https://example.org/token");
        expect(&[(SERVER, TWO), (URLS, &good)], &[line]);
        let open = urls("http://example.org/token");
        let line = ("token-urls", "https://example.org: http://example.org/token");
        expect(&[(SERVER, TWO), (URLS, &open), (plain, described)], &[line]);
    }
}
