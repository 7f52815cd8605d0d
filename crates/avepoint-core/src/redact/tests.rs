use std::fmt::Write;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

const ALL: usize = usize::MAX;

fn clean(secret: &str, text: &str) -> String {
    Secrets::new([secret.into()]).clean(text, ALL)
}

/// A way to write a text down.
type Spelling = fn(&str) -> String;

/// Ways that leave nothing of a text as it is, and those that servers have.
const SPELLINGS: [(&str, Spelling); 27] = [
    ("as it is", str::to_owned),
    ("capital letters", str::to_uppercase),
    ("small letters", str::to_lowercase),
    ("JSON", |text| json(text, |c, _| c.is_ascii(), false)),
    ("JSON, slashes too", |text| {
        json(text, |c, _| c != '/', false).replace('/', "\\/")
    }),
    ("JSON, each character", |text| json(text, |_, _| false, false)),
    ("JSON, each other character, in capitals", |text| {
        json(text, |_, place| place % 2 == 0, true)
    }),
    ("a URL", |text| {
        percent(text, |c, _| c.is_ascii_alphanumeric() || "-._~".contains(c), true)
    }),
    ("a form", |text| {
        percent(text, |c, _| c.is_ascii_alphanumeric() || c == ' ', false).replace(' ', "+")
    }),
    ("a URL, each byte", |text| percent(text, |_, _| false, true)),
    ("a URL, each other character", |text| {
        percent(text, |c, place| c != '%' && place % 2 == 0, false)
    }),
    ("HTML", |text| {
        let mut html = text.replace('&', "&amp;");
        for (character, name) in [
            ('<', "&lt;"),
            ('>', "&gt;"),
            ('"', "&quot;"),
            ('\'', "&apos;"),
            ('é', "&eacute;"),
        ] {
            html = html.replace(character, name);
        }
        html
    }),
    ("HTML, decimal", |text| {
        text.chars()
            .fold(String::new(), |html, c| html + &format!("&#{};", u32::from(c)))
    }),
    ("HTML, hexadecimal", |text| {
        text.chars()
            .fold(String::new(), |html, c| html + &format!("&#x{:x};", u32::from(c)))
    }),
    ("base64", |text| STANDARD_NO_PAD.encode(text)),
    ("base64 for URLs", |text| URL_SAFE_NO_PAD.encode(text)),
    ("HTML, with zeros", |text| {
        text.chars()
            .fold(String::new(), |html, c| html + &format!("&#{:040};", u32::from(c)))
    }),
    ("Python", |text| {
        text.chars()
            .fold(String::new(), |python, c| python + &format!("\\U{:08x}", u32::from(c)))
    }),
    ("Rust, with zeros", |text| {
        text.chars()
            .fold(String::new(), |rust, c| rust + &format!("\\u{{{:08x}}}", u32::from(c)))
    }),
    ("C", |text| {
        text.bytes().fold(String::new(), |c, byte| c + &format!("\\{byte:03o}"))
    }),
    ("hexadecimal: side by side", |text| {
        text.bytes()
            .fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"))
    }),
    ("hexadecimal: as .NET", |text| {
        let digits = text.bytes().map(|byte| format!("{byte:02X}"));
        digits.collect::<Vec<_>>().join("-")
    }),
    ("quoted-printable", |text| {
        let is_plain = |byte| matches!(byte, b'!'..=b'~') && byte != b'=';
        quoted_printable(text, is_plain)
    }),
    ("quoted-printable, each byte", |text| quoted_printable(text, |_| false)),
    ("base64 in lines", |text| {
        in_lines(&STANDARD_NO_PAD.encode(text), "\r\n")
    }),
    ("base64 in lines of quoted-printable", |text| {
        in_lines(&STANDARD_NO_PAD.encode(text), "=\r\n")
    }),
    ("broken lines", |text| {
        text.chars()
            .map(|c| format!("{c}\r\n "))
            .collect::<String>()
            .trim_end()
            .to_owned()
    }),
];

fn json(text: &str, plain: impl Fn(char, usize) -> bool, capitals: bool) -> String {
    let mut json = String::new();
    for (place, character) in text.chars().enumerate() {
        if matches!(character, '"' | '\\') || character.is_control() {
            let quoted = serde_json::to_string(&character).expect("JSON");
            json.push_str(&quoted[1..quoted.len() - 1]);
        } else if plain(character, place) {
            json.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                match capitals {
                    true => write!(json, "\\u{unit:04X}"),
                    false => write!(json, "\\u{unit:04x}"),
                }
                .expect("a text grows");
            }
        }
    }
    json
}

fn quoted_printable(text: &str, is_plain: impl Fn(u8) -> bool) -> String {
    text.bytes().fold(String::new(), |quoted, byte| match is_plain(byte) {
        true => quoted + &char::from(byte).to_string(),
        false => quoted + &format!("={byte:02X}"),
    })
}

fn in_lines(text: &str, end: &str) -> String {
    let lines = text.as_bytes().chunks(4).map(String::from_utf8_lossy);
    lines.collect::<Vec<_>>().join(end)
}

fn percent(text: &str, plain: impl Fn(char, usize) -> bool, capitals: bool) -> String {
    let mut url = String::new();
    for (place, character) in text.chars().enumerate() {
        if plain(character, place) {
            url.push(character);
            continue;
        }
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            match capitals {
                true => write!(url, "%{byte:02X}"),
                false => write!(url, "%{byte:02x}"),
            }
            .expect("a text grows");
        }
    }
    url
}

const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhcHAiLCJleHAiOjE3ODB9.c2lnbmF0dXJlLW9mLWl0LWFsbA";

/// How many times a spelling packs a text.
fn layers(spelling: &str) -> usize {
    usize::from(spelling.contains("base64"))
        + usize::from(spelling.contains("quoted") || spelling.contains("hexadecimal:"))
}

/// Whether the inner spelling cannot be read any more beneath the outer one: base64 in one letter case, an escape with `+`
/// within, and the end of a line among ends of lines.
fn is_lossy(outer: &str, inner: &str) -> bool {
    outer.ends_with("letters") && inner.contains("base64")
        || outer == "a form" && inner == "broken lines"
        || outer == "broken lines" && inner.ends_with("lines of quoted-printable")
}

#[test]
fn a_secret_is_found_in_every_spelling_of_every_spelling() {
    for secret in ["p<a>&s \"w\"+/=\\é😀.", TOKEN, "100%41&amp;\\u0041", "Straße-7"] {
        for (outer, write_outer) in SPELLINGS {
            for (inner, write_inner) in SPELLINGS {
                if is_lossy(outer, inner) || layers(outer) + layers(inner) > PACKED {
                    continue;
                }
                let text = format!("слово {} и слово", write_outer(&write_inner(secret)));
                assert_eq!(
                    clean(secret, &text),
                    "слово [redacted] и слово",
                    "{outer} of {inner}: {text}"
                );
            }
        }
    }
}

#[test]
fn what_one_writer_has_escaped_is_read_as_it_was() {
    for (secret, text) in [
        // HTML has names for more than the letters.
        ("Ω№5€–¾™", "&Omega;&numero;5&euro;&ndash;&frac34;&TRADE;"),
        // JSON has escaped backslashes and quotes, and left alone what looks like escapes of HTML and URLs.
        (r#"&#92;"%5cn\n%"#, r#"&#92;\"%5cn\\n%"#),
        // Every other character of a URL.
        (r"a\\n%41b\\t%42c\\n", r"a%5C\%6E%%341b%5C\%74%%342c%5C\%6E"),
        // A number of HTML that its sign ends, and its digits are escaped further.
        ("&#65;&#66;&#67;&#68;", r"&#6\u0035;&#6\u0036;&#6\u0037;&#6\u0038;"),
    ] {
        assert_eq!(clean(secret, text), REDACTED, "{text}");
        assert_eq!(
            clean(secret, &format!("it is {} now", STANDARD_NO_PAD.encode(text))),
            "it is [redacted] now",
            "{text}"
        );
    }
}

#[test]
fn a_secret_is_found_at_every_place_of_base64() {
    for engine in [STANDARD, URL_SAFE, STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        for before in ["", ":", "a:", "id:", "my-client-id:"] {
            for after in ["", "\n", "ab", "\r\nHost"] {
                let core = STANDARD_NO_PAD.encode("ret-??>>-of");
                let packed = engine.encode(format!("{before}my-secret-??>>-of-mine{after}"));
                let cleaned = clean("my-secret-??>>-of-mine", &format!("Basic {packed} is wrong"));
                assert!(
                    cleaned.starts_with("Basic ") && cleaned.ends_with(" is wrong"),
                    "{cleaned}"
                );
                assert!(
                    cleaned.contains(REDACTED) && !cleaned.contains(&core[2..8]),
                    "{cleaned}"
                );
                // What is left is the name and the sign at the end.
                assert!(
                    cleaned.len() <= "Basic  is wrong".len() + REDACTED.len() + engine.encode(before).len() + 14,
                    "{cleaned}"
                );
            }
        }
    }
}

#[test]
fn parts_of_a_secret_are_found() {
    for part in [
        &TOKEN[..40],
        &TOKEN[25..],
        &TOKEN[21..53],
        &TOKEN[60..70],
        &TOKEN[30..38],
    ] {
        assert_eq!(clean(TOKEN, &format!("the part {part}!")), "the part [redacted]!");
    }
    // Less than eight characters open nothing.
    assert_eq!(clean(TOKEN, &TOKEN[..7]), TOKEN[..7]);
}

#[test]
fn secrets_that_share_characters_are_all_hidden() {
    let secrets = ["eyJ", TOKEN, "token-of", "the-token", "eyJhbGciOiJSUzI1NiJ9"];
    let secrets = Secrets::new(secrets.map(SecretString::from));
    let text = format!("{TOKEN} eyJ, {TOKEN}{TOKEN} the-token-of");
    assert_eq!(secrets.clean(&text, ALL), "[redacted], [redacted]");
}

#[test]
fn a_short_secret_is_hidden_where_it_is_a_word() {
    assert_eq!(
        clean("e", r#"the {"access_token":"e"}"#),
        r#"the {"access_token":"[redacted]"}"#
    );
    assert_eq!(clean("e", "E=e&the"), "[redacted]=[redacted]&the");
    assert_eq!(clean("Ab1", "cab1s, ab1"), "cab1s, [redacted]");
    assert_eq!(clean("a\"1", r#"{"a\"1"}"#), r#"{"[redacted]"}"#);
    assert_eq!(clean("ab12", &STANDARD.encode("my-id:ab12")), "bXktaWQ6[redacted]==");
    assert_eq!(clean("pass", "the compass"), "the com[redacted]");
    assert_eq!(clean("密码", "这密码是"), "这[redacted]是");
    for none in ["", " ", "+"] {
        assert_eq!(clean(none, "1 + 1"), "1 + 1");
    }
}

#[test]
fn a_text_without_a_secret_stays_as_it_is() {
    let text = r#"{"message":"a \"quoted\" word &amp; 100%25 of \u0041 & \x %zz &#xzz; &none; aGVsbG8gdGhlcmU="}"#;
    assert_eq!(clean("hunter2", text), text);
    assert_eq!(Secrets::default().clean(text, ALL), text);
}

#[test]
fn no_cut_shows_a_part_of_a_secret() {
    let secrets = Secrets::new([TOKEN.into()]);
    let text = format!("the token {} is refused", percent(TOKEN, |_, _| false, true));
    let whole = "the token [redacted] is refused";
    assert_eq!(secrets.clean(&text, whole.len()), whole);
    for longest in 0..whole.len() {
        let cut = secrets.clean(&text, longest);
        let kept = cut.strip_suffix('…').expect("it goes on");
        assert!(whole.starts_with(kept) && kept.len() <= longest, "{cut}");
    }
    // The end of what is looked at is a cut too.
    let password = "Harbour-27";
    let both = secrets.with(password);
    let (longest, spelled) = (100, percent(password, |_, _| false, true));
    let examined = longest * EXAMINED + MARGIN;
    for shown in 0..spelled.len() {
        let tokens = TOKEN.repeat(examined / TOKEN.len() + 1);
        let text = format!("{}{spelled}", &tokens[..examined - shown]);
        assert_eq!(both.clean(&text, longest), "[redacted]…");
    }
}

#[test]
fn a_text_becomes_one_line() {
    let cleaned = |text| Secrets::default().clean(text, ALL);
    assert_eq!(cleaned(" a\r\n\t b\u{1b}[31m\u{2028}c\u{85}d\0 "), "a b [31m c d");
    assert_eq!(cleaned("a\u{202e}b\u{200b}c\u{feff}d\u{e0041}"), "abcd");
    assert_eq!(cleaned("e\u{301} 👍"), "e\u{301} 👍");
    assert_eq!(cleaned(" \n"), "");
    assert_eq!(
        Secrets::default().clean(&"ü".repeat(1000), 10),
        format!("{}…", "ü".repeat(10))
    );
    // What is not seen hides no secret.
    assert_eq!(clean("hunter2", "hun\u{200b}t\u{ad}er2"), "[redacted]");
}

#[test]
fn no_character_is_left_that_is_not_seen() {
    let unseen = regex::Regex::new(r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]");
    let unseen = unseen.expect("a pattern");
    for character in '\0'..=char::MAX {
        let text = format!("a{character}b");
        if unseen.is_match(&text) {
            let line = one_line(&text);
            assert!(line == "ab" || line == "a b", "{character:?}");
        }
    }
}

/// Looks at a text for these secrets with so much effort for each byte; what it took of it, and whether all is hidden.
fn effort(secrets: &[&str], text: &str, most: usize) -> (usize, bool) {
    let effort = most * text.len();
    let mut search = Search {
        needles: Needles::new(secrets.iter().copied()),
        members: MEMBERS,
        hidden: vec![false; text.len()],
        effort,
    };
    search.look(Reading::of(text), ESCAPES, PACKED);
    (
        (effort - search.effort) / text.len(),
        search.hidden.iter().all(|hidden| *hidden),
    )
}

/// A text that can be read in as many ways as it has bytes.
fn winding(length: usize) -> String {
    let mut text = String::new();
    while text.len() < length {
        for layers in 0..ESCAPES {
            let mut piece = format!("%41\\u0041&amp;{text:.40}");
            for _ in 0..layers {
                piece = piece.replace('%', "%25").replace('\\', "\\\\").replace('&', "&amp;");
            }
            text.push_str(&STANDARD_NO_PAD.encode(STANDARD_NO_PAD.encode(&piece)));
            text.push_str(&STANDARD_NO_PAD.encode(&piece));
            text.push_str(&piece);
        }
    }
    text
}

#[test]
fn the_cost_grows_with_what_is_looked_at_and_no_faster() {
    for (text, most) in [
        ("e ".repeat(1500), 5),
        (r#"{"access_token":"e"},"#.repeat(150), 5),
        (TOKEN.repeat(40), 10),
        ("%2525252541".repeat(300), 12),
        ("\\\\\\\\n".repeat(300), 10),
        ("&".repeat(3000), 10),
        ("&#0".repeat(1000), 10),
        ("=41".repeat(1000), 10),
        ("65794a".repeat(500), 12),
        (winding(3000), 100),
    ] {
        let (found, _) = effort(&["e", TOKEN], &text, EFFORT);
        assert!(found <= most, "{found} {text:.100}");
        // As much for each byte of a longer text.
        assert!(
            effort(&["e", TOKEN], &text.repeat(3), EFFORT).0 <= found + 1,
            "{text:.100}"
        );
        let cleaned = Secrets::new(["e".into(), TOKEN.into()]).clean(&text.repeat(1000), 100);
        assert!(cleaned.chars().count() <= 101);
    }
    assert!(
        effort(&["e", TOKEN], &winding(3000), 5).1,
        "what takes more is not shown"
    );
}

#[test]
fn a_secret_that_looks_like_escapes_costs_readings_and_no_more() {
    let secret = "100%41\\n&amp;\\u0041";
    for (text, most) in [
        ("e ".repeat(1500), 5),
        (
            r#"{"message": "the \"site\" is 100% there", "at": "/a%20b?c&d=\u00e9"},"#.repeat(40),
            15,
        ),
        ("%2525252541".repeat(300), 20),
        ("\\\\\\\\n".repeat(300), 20),
        ("%41\\u0041&amp;".repeat(200), 25),
        ("%2541\\\\u0041&amp;amp;".repeat(150), 60),
        (winding(3000), EFFORT),
    ] {
        let (found, _) = effort(&[secret], &text, EFFORT);
        assert!(found <= most, "{found} {text:.100}");
        assert!(effort(&[secret], &text.repeat(3), EFFORT).0 <= found + 1, "{text:.100}");
    }
    assert!(effort(&[secret], &winding(3000), 5).1, "what takes more is not shown");
}

fn spellings() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..SPELLINGS.len(), 0..4)
}

/// A secret beneath these spellings, but for those through which nobody can read.
fn spell(secret: &str, layers: &[usize]) -> String {
    let mut beneath: Vec<&str> = Vec::new();
    layers.iter().fold(secret.to_owned(), |text, layer| {
        let (name, write) = SPELLINGS[*layer];
        let packed: usize = beneath.iter().map(|name| self::layers(name)).sum();
        if packed + self::layers(name) > PACKED || beneath.iter().any(|inner| is_lossy(name, inner)) {
            return text;
        }
        beneath.push(name);
        write(&text)
    })
}

proptest! {
    #[test]
    fn any_secret_in_any_spelling_is_hidden_whole(secret in "[!-*,-~à-ÿ][ -~à-ÿĀ-ſ😀]{6,40}[!-*,-~à-ÿ]", layers in spellings()) {
        let text = format!("слово {} слово", spell(&secret, &layers));
        prop_assert_eq!(clean(&secret, &text), "слово [redacted] слово", "{}", text);
    }

    #[test]
    fn no_piece_of_a_secret_is_left(
        secret in "\\PC{1,60}", layers in spellings(), before in "(\\PC|[\\\\%&;#xun0-9]){0,20}", after in ".{0,20}", longest in 0..200usize
    ) {
        let text = format!("{before}{}{after}", spell(&secret, &layers));
        prop_assume!(clean(&secret, REDACTED) == REDACTED);
        let secrets = Secrets::new([secret.as_str().into()]);
        let cleaned = secrets.clean(&text, longest);
        prop_assert!(cleaned.chars().count() <= longest + 1);
        // What stands there says nothing of the secret, however it is read.
        prop_assert_eq!(&secrets.clean(&cleaned, ALL), &cleaned, "{}", text);
    }
}

/// A secret that is full of what looks like an escape, and of what would be one next to something else.
fn misleading() -> impl Strategy<Value = String> {
    let pieces = [
        "\\", "\\", "\\\\", "%", "&", ";", "#", "\"", "'", "/", "u00", "x", "n", "t", "b", "r", "u", "\\n", "\\t",
        "\\u0041", "\\x4", "%4", "%25", "%5c", "&amp;", "&#6", "&#92;", "&lt", "5c", "41", "0", "7", "e", "Q", "k",
        "zw", "-", "_",
    ];
    let pieces = prop::collection::vec(prop::sample::select(pieces.to_vec()), 6..24);
    pieces.prop_map(|pieces| pieces.concat())
}

/// Ways to write it down, of which servers know no others for a text of ASCII.
const MISLEADING: [(&str, Spelling); 18] = [
    ("capital letters", str::to_uppercase),
    ("small letters", str::to_lowercase),
    ("JSON", |text| json(text, |_, _| true, false)),
    ("JSON twice", |text| {
        json(&json(text, |_, _| true, false), |_, _| true, false)
    }),
    ("JSON, slashes too", |text| {
        json(text, |_, _| true, false).replace('/', "\\/")
    }),
    ("JSON, each character", |text| json(text, |_, _| false, false)),
    ("a URL", |text| {
        percent(text, |c, _| c.is_ascii_alphanumeric() || "-._~".contains(c), true)
    }),
    ("a URL, backslashes as they are", |text| {
        percent(text, |c, _| c.is_ascii_alphanumeric() || "-._~\\".contains(c), true)
    }),
    ("a URL, each other character", |text| {
        percent(text, |c, place| c != '%' && place % 2 == 0, false)
    }),
    ("JSON, each other character", |text| {
        json(text, |_, place| place % 2 == 0, false)
    }),
    ("a URL, other signs as they are", |text| {
        percent(text, |c, _| !"%\"/".contains(c), false)
    }),
    ("HTML", |text| {
        let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        html.replace('"', "&quot;").replace('\'', "&#39;")
    }),
    ("HTML, decimal", |text| {
        text.chars()
            .fold(String::new(), |html, c| html + &format!("&#{};", u32::from(c)))
    }),
    ("HTML, hexadecimal", |text| {
        text.chars()
            .fold(String::new(), |html, c| html + &format!("&#x{:x};", u32::from(c)))
    }),
    ("base64", |text| STANDARD.encode(text)),
    ("base64 without padding", |text| STANDARD_NO_PAD.encode(text)),
    ("base64 for URLs", |text| URL_SAFE.encode(text)),
    ("base64 for URLs without padding", |text| URL_SAFE_NO_PAD.encode(text)),
];

/// What a text says, read in one way: by code of its own, so that what the search overlooks is not overlooked here.
fn read(text: &str, way: usize) -> Vec<String> {
    static PATTERNS: LazyLock<[regex::Regex; 3]> = LazyLock::new(|| {
        [
            r"%[0-9a-fA-F]{2}",
            r#"\\(?:[uU][0-9a-fA-F]{4}|[xX][0-9a-fA-F]{2}|["'\\/bfnrtBFNRT])"#,
            r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|(?i:amp|lt|gt|quot|apos));",
        ]
        .map(|pattern| regex::Regex::new(pattern).expect("a pattern"))
    });
    let replaced = |by: &dyn Fn(&str) -> Option<u32>| {
        let read = PATTERNS[way].replace_all(text, |found: &regex::Captures<'_>| {
            let code = by(&found[0]).and_then(char::from_u32);
            code.map_or_else(|| found[0].to_owned(), String::from)
        });
        vec![read.into_owned()]
    };
    let hexadecimal = |digits: &str| u32::from_str_radix(digits, 16).ok();
    match way {
        0 => replaced(&|found| hexadecimal(&found[1..])),
        1 => replaced(&|found| match found.as_bytes()[1].to_ascii_lowercase() {
            b'u' | b'x' => hexadecimal(&found[2..]),
            b'n' => Some(10),
            b't' => Some(9),
            b'r' => Some(13),
            b'b' => Some(8),
            b'f' => Some(12),
            sign => Some(sign.into()),
        }),
        2 => replaced(&|found| match found[1..found.len() - 1].to_ascii_lowercase().as_str() {
            "amp" => Some('&'.into()),
            "lt" => Some('<'.into()),
            "gt" => Some('>'.into()),
            "quot" => Some('"'.into()),
            "apos" => Some('\''.into()),
            code => match code.strip_prefix("#x") {
                Some(digits) => hexadecimal(digits),
                None => code[1..].parse().ok(),
            },
        }),
        _ => {
            let standard = text.replace('-', "+").replace('_', "/");
            let digits = standard.split(|c: char| !(c.is_ascii_alphanumeric() || "+/".contains(c)));
            digits
                .flat_map(|digits| (0..4).filter_map(|from| digits.get(from..)))
                .filter_map(|digits| STANDARD_NO_PAD.decode(&digits[..digits.len() / 4 * 4]).ok())
                .map(|bytes| bytes.into_iter().map(char::from).collect())
                .collect()
        }
    }
}

/// A piece of eight characters of a secret that a text shows, read in any way so often.
fn shown(secret: &str, text: &str, times: usize) -> Option<String> {
    let secret: Vec<char> = secret.to_lowercase().chars().collect();
    let pieces: Vec<String> = secret.windows(8).map(|piece| piece.iter().collect()).collect();
    let mut texts = vec![text.to_owned()];
    for left in (0..=times).rev() {
        for text in &texts {
            let small = text.to_lowercase();
            if let Some(piece) = pieces.iter().find(|piece| small.contains(*piece)) {
                return Some(format!("{piece} in {text}"));
            }
        }
        if left > 0 {
            let mut read: Vec<_> = texts
                .iter()
                .flat_map(|text| (0..4).flat_map(|way| read(text, way)))
                .collect();
            read.sort_unstable();
            read.dedup();
            texts = read;
        }
    }
    None
}

proptest! {
    #[test]
    fn a_secret_that_looks_like_escapes_is_hidden_in_every_spelling(
        secret in misleading(), layers in prop::collection::vec(0..MISLEADING.len(), 0..4)
    ) {
        let mut beneath: Vec<&str> = Vec::new();
        let spelled = layers.iter().fold(secret.clone(), |text, layer| {
            let (name, write) = MISLEADING[*layer];
            let packed: usize = beneath.iter().map(|name| self::layers(name)).sum();
            if packed + self::layers(name) > PACKED || beneath.iter().any(|inner| is_lossy(name, inner)) {
                return text;
            }
            beneath.push(name);
            write(&text)
        });
        // No letter beside it may be one that a reading of it has as well.
        let text = format!("слово {spelled} слово");
        let cleaned = clean(&secret, &text);
        prop_assert_eq!(shown(&secret, &cleaned, 3), None, "{:?} {}: {}", beneath, text, cleaned);
        // And no more is hidden than that.
        prop_assert!(cleaned.starts_with("слово ") && cleaned.ends_with(" слово"), "{}", cleaned);
    }
}

const MEMBERS: &[&str] = &["password", "accountKey", "secretAccessKey"];

#[test]
fn the_values_of_secret_members_are_hidden_in_any_text() {
    let secrets = Secrets::default().with_members(MEMBERS);
    for (text, line) in [
        (
            r#"{"id": 1, "password": "word \"7\"", "x": "y"}"#,
            r#"{"id": 1, "password": "[redacted]", "x": "y"}"#,
        ),
        (
            r#"{"PASSWORD" : 1234567, "accountKey":null}"#,
            r#"{"PASSWORD" : [redacted], "accountKey":null}"#,
        ),
        (
            r#"{"password": true, "passwordAge": "7 days"}"#,
            r#"{"password": true, "passwordAge": "7 days"}"#,
        ),
        (
            r#"[{"secretaccesskey":["a, b", {"c": -5, "d": ["e"]}]}, 5]"#,
            r#"[{"secretaccesskey":["[redacted]", {"c": [redacted], "d": ["[redacted]"]}]}, 5]"#,
        ),
        (r#"{"password": "cut o"#, r#"{"password": "[redacted]"#),
        (r#"{"password": {"a": "cut o"#, r#"{"password": {"a": "[redacted]"#),
        (r#"{"password": "cut \"#, r#"{"password": "[redacted]"#),
        (r#"{"password": "#, r#"{"password":"#),
        (
            r#"{"message": "{\"password\": \"word \\\"7\\\"\", \"x\": \"y\"}"}"#,
            r#"{"message": "{\"password\": \"[redacted]\", \"x\": \"y\"}"}"#,
        ),
        (
            "{&quot;password&quot;: &quot;word 7&quot;}",
            "{&quot;password&quot;: &quot;[redacted]&quot;}",
        ),
        ("user=me&password=word+7&x=y", "user=me&password=[redacted]&x=y"),
        (
            "<password>word 7</password><x>y</x>",
            "<password>[redacted]</password><x>y</x>",
        ),
        ("{password: 'word 7', x: 'y'}", "{password: '[redacted]', x: 'y'}"),
        (
            "password: it must have 8 characters",
            "password: it must have 8 characters",
        ),
        ("password: hunter2\nid: 1", "password: [redacted] id: 1"),
        ("password: word 7x, id: 1", "password: [redacted], id: 1"),
        ("password: id: 1", "password: id: 1"),
        ("password=word7 is refused", "password=[redacted] is refused"),
        ("Password=two words;Id=1", "Password=[redacted];Id=1"),
        ("password=Sup3r S3cret id=1", "password=[redacted] id=1"),
        ("password=a:b==", "password=[redacted]"),
        (
            r#"{"password"=>"word 7", :id=>1}"#,
            r#"{"password"=>"[redacted]", :id=>1}"#,
        ),
        (
            "['password' => 'word 7', 'id' => 1]",
            "['password' => '[redacted]', 'id' => 1]",
        ),
        ("password => word7, id => 1", "password => [redacted], id => 1"),
        (
            r#"{"properties.password": "word 7"}"#,
            r#"{"properties.password": "[redacted]"}"#,
        ),
        (
            "<a:Password>word 7</a:Password><x/>",
            "<a:Password>[redacted]</a:Password><x/>",
        ),
        (
            r#"<password type="text" x="y">word 7</password>"#,
            r#"<password type="text" x="y">[redacted]</password>"#,
        ),
        (
            "<Password> <![CDATA[<word> 7]]> </Password>",
            "<Password> <![CDATA[[redacted]]]> </Password>",
        ),
        (
            "<accountKey><value>word 7</value></accountKey><x/>",
            "<accountKey>[redacted]</accountKey><x/>",
        ),
        (
            "<password/><x>y</x><password >cut o",
            "<password/><x>y</x><password >[redacted]",
        ),
        (
            r#"{"newPassword": "x", "password-age": 5}"#,
            r#"{"newPassword": "x", "password-age": 5}"#,
        ),
    ] {
        assert_eq!(secrets.clean(text, ALL), line);
    }
}

#[test]
fn what_a_body_says_is_secret_is_so_in_its_message() {
    let secrets = Secrets::default().with_members(MEMBERS);
    let body = r#"{"message": "word \"7\" and 1234567 are of hunter2", "storage": [{"password": "word \"7\""},
        {"accountKey": 1234567}], "inner": "{\"password\": \"hunter2\"}"}"#;
    let known = secrets.with_those_in(body);
    assert_eq!(
        known.clean("word \"7\" and 1234567 are of hunter2", ALL),
        "[redacted] and [redacted] are of [redacted]"
    );
    let mut collected = Vec::new();
    let is_secret = |name: &str| members::is_one(MEMBERS, name);
    members::collect(&is_secret, &serde_json::from_str(body).expect("JSON"), &mut collected);
    let collected: Vec<_> = collected
        .iter()
        .map(|secret| secret.expose_secret().to_owned())
        .collect();
    assert_eq!(collected, ["word \"7\"", "1234567"]);
}

#[test]
fn the_search_for_members_takes_as_long_for_each_byte_of_a_longer_text() {
    // What would be looked at again from each name on is looked at from the last one.
    for piece in [
        "password : ",
        "password :a ",
        "password:a ",
        "password=a ",
        "<password ",
        "<password>",
        "a:password ",
        "\"password\": [",
        "password => ",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let values = members::values(MEMBERS, text.as_bytes());
        assert!(values.is_sorted_by(|one, other| one.end <= other.start), "{piece}");
    }
}

proptest! {
    #[test]
    fn any_text_is_searched_for_members(text in "(password|accountKey|[\"'{}\\[\\]:,=<>\\\\ ax5é]){0,60}") {
        let secrets = Secrets::default().with_members(MEMBERS);
        secrets.with_those_in(&text).clean(&text, ALL);
    }
}
