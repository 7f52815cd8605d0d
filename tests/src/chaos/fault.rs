//! What goes wrong with an answer, and how that looks on the wire.

use bytes::Bytes;
use fastrand::Rng;
use serde_json::Value;

use super::pick;
use super::secrets::{Scanner, Spelling, json};
use crate::raw_server::{Script, head};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The documented answer.
    Nothing,
    /// The same in pieces, byte by byte, without a length, after an interim answer, or with one odd member.
    Chunked,
    Dribble,
    NoLength,
    Interim,
    Odd,
    /// The connection ends before the answer, in its head, in its body, in a piece of it, before its length is reached.
    HangUp,
    CutHead,
    CutBody,
    CutChunk,
    LongLength,
    /// The length is less than what comes.
    ShortLength,
    /// Not HTTP at all, or too much of it.
    Garbage,
    HugeHead,
    /// A success that is a page, nothing, half of an answer, far too deep, or of another kind.
    Html,
    Empty,
    Truncated,
    Nested,
    Stranger,
    /// A success that cannot be read and quotes secrets.
    Quoting,
    Throttled,
    Unavailable,
    Unauthorized,
    /// A refusal that quotes secrets.
    Refused,
    OddStatus,
    /// To another path of the same host, to the same one again, to another host, and to plain http on another machine.
    RedirectHere,
    RedirectRound,
    RedirectElsewhere,
    RedirectPlain,
}

/// How likely each is.
const FAULTS: [(u32, Fault); 29] = [
    (110, Fault::Nothing),
    (8, Fault::Chunked),
    (3, Fault::Dribble),
    (6, Fault::NoLength),
    (4, Fault::Interim),
    (20, Fault::Odd),
    (10, Fault::HangUp),
    (4, Fault::CutHead),
    (8, Fault::CutBody),
    (4, Fault::CutChunk),
    (4, Fault::LongLength),
    (4, Fault::ShortLength),
    (3, Fault::Garbage),
    (1, Fault::HugeHead),
    (5, Fault::Html),
    (5, Fault::Empty),
    (5, Fault::Truncated),
    (2, Fault::Nested),
    (5, Fault::Stranger),
    (10, Fault::Quoting),
    (16, Fault::Throttled),
    (16, Fault::Unavailable),
    (10, Fault::Unauthorized),
    (24, Fault::Refused),
    (4, Fault::OddStatus),
    (5, Fault::RedirectHere),
    (3, Fault::RedirectRound),
    (5, Fault::RedirectElsewhere),
    (5, Fault::RedirectPlain),
];

/// What the spec documents for a request.
pub struct Documented {
    pub status: u16,
    pub body: Bytes,
}

/// What a faulty answer may point to or quote.
pub struct FaultContext<'a> {
    pub scanner: &'a Scanner,
    /// What the request carries that nobody else may see.
    pub secrets: Vec<String>,
    /// The path and the query of the request.
    pub target: String,
    /// How often the request was redirected.
    pub hops: u32,
    /// The same path at another host, and on another machine.
    pub elsewhere: String,
    pub plain: String,
}

impl Fault {
    pub fn of(chance: &mut Rng) -> Self {
        let mut roll = chance.u32(..FAULTS.iter().map(|(weight, _)| weight).sum::<u32>());
        let mut faults = FAULTS.iter();
        let fault = faults.find(|(weight, _)| {
            let hit = roll < *weight;
            roll = roll.saturating_sub(*weight);
            hit
        });
        fault.map_or(Fault::Nothing, |(_, fault)| *fault)
    }

    /// Whether the answer says that what was asked for was not done.
    pub fn says_undone(self) -> bool {
        matches!(self, Fault::Throttled | Fault::Unauthorized)
    }

    pub fn redirects(self) -> bool {
        matches!(
            self,
            Fault::RedirectHere | Fault::RedirectRound | Fault::RedirectElsewhere | Fault::RedirectPlain
        )
    }

    /// Whether a tolerant reader gets an answer from it.
    pub fn is_readable(self) -> bool {
        use Fault::{Chunked, Dribble, Interim, NoLength, Nothing, Odd};
        matches!(self, Nothing | Chunked | Dribble | NoLength | Interim | Odd)
    }

    pub fn script(self, good: &Documented, context: &FaultContext<'_>, chance: &mut Rng) -> Script {
        let Documented { status, body } = good;
        let status = *status;
        let length = body.len();
        let part = if length > 0 { chance.usize(..length) } else { 0 };
        let head_with_length = |length: usize| head(status, "OK", &[JSON, ("content-length", &length.to_string())]);
        let whole = |status, body: String| Script::answer(status, &[JSON], body);
        let redirect = |to: &str| {
            Script::answer(
                pick(&mut chance.clone(), &[301, 302, 303, 307, 308]),
                &[("location", to)],
                "",
            )
        };
        match self {
            Fault::Nothing => Script::answer(status, &[JSON], body.clone()),
            // A success without a body has no pieces.
            Fault::Chunked | Fault::CutChunk | Fault::NoLength if length == 0 => Script::answer(status, &[JSON], ""),
            Fault::Chunked => {
                let pieces = [chunk(&body[..part]), chunk(&body[part..]), "0\r\n\r\n".to_owned()];
                Script::bytes(head(status, "OK", &[JSON, CHUNKED]) + &pieces.concat())
            }
            Fault::CutChunk => {
                let piece = chunk(body);
                Script::bytes(
                    head(status, "OK", &[JSON, CHUNKED])
                        + &String::from_utf8_lossy(&piece.as_bytes()[..piece.len() / 2]),
                )
                .close()
            }
            Fault::Dribble => Script::answer(status, &[JSON], body.clone()).dripping(),
            Fault::NoLength => Script::bytes(head(status, "OK", &[JSON, CLOSE]))
                .then(body.clone())
                .close(),
            Fault::Interim => {
                let hints = head(103, "Early Hints", &[("link", "</style.css>; rel=preload")]);
                Script::bytes(hints + &head_with_length(length)).then(body.clone())
            }
            Fault::Odd => Script::answer(status, &[JSON], odd(body, chance)),
            Fault::HangUp => Script::hang_up(),
            Fault::CutHead => {
                let head = head_with_length(length);
                Script::bytes(head[..chance.usize(1..head.len() - 2)].to_owned()).close()
            }
            Fault::CutBody => Script::bytes(head_with_length(length + 1))
                .then(body.slice(..part))
                .close(),
            Fault::LongLength => Script::bytes(head_with_length(length + 10)).then(body.clone()).close(),
            Fault::ShortLength => {
                let short = head(status, "OK", &[JSON, CLOSE, ("content-length", &part.to_string())]);
                Script::bytes(short).then(body.clone()).close()
            }
            Fault::Garbage => Script::bytes(b"\x16\x03\x01\0\xa5 not HTTP\r\n\r\n\0\xff".as_slice()).close(),
            Fault::HugeHead => {
                let much = "x".repeat(600_000);
                Script::bytes(head(status, "OK", &[("x-much", &much), CLOSE])).close()
            }
            Fault::Html => Script::answer(
                pick(chance, &[200, 502]),
                &[("content-type", "text/html")],
                "<html><title>Sign in</title>",
            ),
            Fault::Empty => Script::answer(200, &[JSON], ""),
            Fault::Truncated => Script::answer(status, &[JSON], body.slice(..part)),
            Fault::Nested => whole(200, pick(chance, &["[", "{\"a\":"]).repeat(50_000)),
            Fault::Stranger => whole(200, r#"{"unexpected": [{"id": "1"}, {"id": "2"}]}"#.to_owned()),
            Fault::Quoting => {
                let quote = Quote::of(context, chance);
                let text = format!("\"{}\"", quote.json);
                let members = [
                    "data",
                    "values",
                    "results",
                    "value",
                    "id",
                    "jobId",
                    "status",
                    "access_token",
                ];
                let each: Vec<_> = members
                    .iter()
                    .map(|name| format!("\"{name}\": {{\"x\": {text}}}"))
                    .collect();
                let body = pick(
                    chance,
                    &[format!("{{{}}}", each.join(",")), text.clone(), format!("[{text}")],
                )
                .clone();
                whole(200, body)
            }
            Fault::Throttled => {
                let wait = pick(
                    chance,
                    &[
                        None,
                        None,
                        Some("480"),
                        Some("960"),
                        Some("18446744073709551615"),
                        Some("9223372036854775807"),
                        Some("99999999999999999999"),
                        Some("-5"),
                        Some("soon"),
                        Some("Fri, 31 Dec 9999 23:59:59 GMT"),
                        Some("Sat, 31 Jan 2026 12:08:00 GMT"),
                    ],
                );
                let mut headers = vec![JSON];
                headers.extend(wait.map(|wait| ("retry-after", wait)));
                Script::answer(429, &headers, r#"{"message": "too many requests"}"#)
            }
            Fault::Unavailable => refusal(pick(chance, &[500, 502, 503, 504, 408]), context, chance),
            Fault::Unauthorized => {
                let quote = format!(
                    "Bearer error=\"invalid_token\", error_description=\"{}\"",
                    Quote::of(context, chance).header()
                );
                Script::answer(401, &[JSON, ("www-authenticate", &quote)], "")
            }
            Fault::Refused => refusal(pick(chance, &[400, 403, 404, 409, 422]), context, chance),
            Fault::OddStatus => Script::answer(
                pick(chance, &[203, 206, 226, 299, 300, 304, 305, 418, 451, 599, 799]),
                &[JSON, CLOSE],
                "{}",
            )
            .close(),
            Fault::RedirectHere => redirect(&format!("/hop/{}{}", context.hops + 1, context.target)),
            Fault::RedirectRound if context.hops > 0 => redirect(&format!("/hop/{}{}", context.hops, context.target)),
            Fault::RedirectRound => redirect(&context.target),
            Fault::RedirectElsewhere => redirect(&context.elsewhere),
            Fault::RedirectPlain => redirect(&context.plain),
        }
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");
const CHUNKED: (&str, &str) = ("transfer-encoding", "chunked");
const CLOSE: (&str, &str) = ("connection", "close");

fn chunk(piece: &[u8]) -> String {
    if piece.is_empty() {
        return String::new();
    }
    format!("{:x}\r\n{}\r\n", piece.len(), String::from_utf8_lossy(piece))
}

/// Secrets as a server quotes them.
pub struct Quote {
    pub text: String,
    /// The same between the quotes of a JSON text.
    pub json: String,
}

impl Quote {
    pub fn of(context: &FaultContext<'_>, chance: &mut Rng) -> Self {
        let spelling = pick(chance, &Spelling::ALL);
        // Words before it, so that whoever cuts a long text cuts a secret.
        let before = "x ".repeat(pick(chance, &[0, 0, 400, 500, 700, 4000]));
        let mut quote = Quote {
            text: before.clone(),
            json: before,
        };
        for secret in &context.secrets {
            context.scanner.learn(secret);
            quote.text += &format!(" is {} no good;", spelling.spell(secret));
            quote.json += &format!(" is {} no good;", spelling.in_json(secret));
        }
        quote
    }

    /// What of it a header may hold.
    fn header(&self) -> String {
        self.text.chars().filter(|c| matches!(c, ' '..='~')).collect()
    }
}

/// A refusal that quotes secrets, somewhere.
fn refusal(status: u16, context: &FaultContext<'_>, chance: &mut Rng) -> Script {
    let Quote { text, json } = &Quote::of(context, chance);
    let quote = Quote::of(context, chance).header();
    let headers: &[(&str, &str)] = match chance.u32(..4) {
        0 => &[JSON, ("request-id", &quote)],
        1 => &[JSON, ("x-request-id", &quote), ("retry-after", &quote)],
        _ => &[JSON, ("request-id", "r-77")],
    };
    let body = match chance.u32(..9) {
        0 => format!(r#"{{"message": "{json}"}}"#),
        1 => format!(r#"{{"error": {{"code": "{json}", "message": "{json}"}}}}"#),
        2 => format!(r#"{{"title": "Refused", "detail": "{json}", "errors": {{"field": ["{json}"]}}}}"#),
        3 => format!(r#"{{"error": "invalid_request", "error_description": "{json}"}}"#),
        4 => format!("\"{json}\""),
        5 => format!("<html><title>{text}</title><body>{text}"),
        6 => format!(r#"{{"message": "{json}"#),
        7 => format!(
            r#"{{"message": "{}"}}"#,
            self::json(&format!(r#"{{"message": "{json}"}}"#))
        ),
        _ => text.clone(),
    };
    if chance.u32(..6) == 0 {
        let length = body.len().to_string();
        let reason = head(status, &quote, &[JSON, ("content-length", &length)]);
        return Script::bytes(reason).then(body);
    }
    Script::answer(status, headers, body)
}

/// The same answer with another value in one place, as no page documents it.
fn odd(body: &Bytes, chance: &mut Rng) -> String {
    let text = String::from_utf8_lossy(body).into_owned();
    let Ok(mut value) = serde_json::from_str::<Value>(&text) else {
        return text;
    };
    let mut places = Vec::new();
    scalars(&value, "", &mut places);
    if places.is_empty() {
        return text;
    }
    // Some have no place in a value of this reader.
    let odd = pick(
        chance,
        &[
            "null",
            "\"\"",
            "\"N/A\"",
            "3000000000",
            "12.5",
            "-7",
            "true",
            "\"brand new\"",
            "1e308",
            "123456789012345678901234567890",
            "{}",
            "[1]",
        ],
    );
    if let Some(place) = value.pointer_mut(&pick(chance, &places)) {
        *place = Value::from("\u{1}");
    }
    value.to_string().replace("\"\\u0001\"", odd)
}

fn scalars(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| scalars(value, &xtask_spec::document::child(pointer, name), found)),
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .for_each(|(index, value)| scalars(value, &xtask_spec::document::child(pointer, index), found)),
        _ => found.push(pointer.to_owned()),
    }
}
