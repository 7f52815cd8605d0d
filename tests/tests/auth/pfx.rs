//! PKCS#12 that no command of `openssl` writes, put together piece by piece. The keys, the encryption and the MAC are
//! `openssl`'s all the same, so that what reads the file is held against another make.

use super::Keys;

const DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const PBE_SHA1_3DES: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03";
const SHROUDED_KEY: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02";
const CERTIFICATE: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x03";
const SAFE_CONTENTS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x06";
const X509: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01";
const SHA256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
const HMAC_SHA256: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x02\x09";
const PBKDF2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c";
const PBMAC1: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0e";

const SALT: &[u8] = b"salted as it is";

/// How a file is protected. The password of PKCS#12's own schemes stands in it as their bytes.
pub struct Recipe<'a> {
    pub password: &'a [u8],
    /// The rounds of the key's encryption as they stand in the file, where they are not those that were made.
    pub claimed: Option<u64>,
    pub mac: Mac<'a>,
    /// Whether the bags stand in another one.
    pub nested: bool,
}

pub enum Mac<'a> {
    /// PKCS#12's own, with so many rounds as it says; more than a thousand are not made.
    Own { password: &'a [u8], rounds: u64 },
    /// As in RFC 9579, with the bytes of the password and the length of the key as it says.
    Pbmac1 {
        password: &'a [u8],
        length: Option<u64>,
        rounds: u64,
    },
}

/// Makes a file of `app.key` and `app.crt`.
pub fn pfx(keys: &Keys, recipe: &Recipe<'_>) -> Vec<u8> {
    keys.run("pkcs8 -topk8 -nocrypt -in app.key -outform DER -out pkcs8.der");
    keys.run("x509 -in app.crt -outform DER -out x509.der");
    let derived = |id, length| {
        kdf(
            keys,
            "PKCS12KDF",
            "SHA1",
            recipe.password,
            &[&format!("id:{id}")],
            100,
            length,
        )
    };
    let (key, vector) = (derived(1, 24), derived(2, 8));
    keys.run(&format!(
        "enc -des-ede3-cbc -K {} -iv {} -in pkcs8.der -out shrouded",
        hex(&key),
        hex(&vector)
    ));
    let scheme = sequence(&[
        &oid(PBE_SHA1_3DES),
        &sequence(&[&octets(SALT), &integer(recipe.claimed.unwrap_or(100))]),
    ]);
    let shrouded = sequence(&[&scheme, &octets(&keys.read("shrouded"))]);
    let certificate = sequence(&[&oid(X509), &tagged(&octets(&keys.read("x509.der")))]);
    let bag = |kind, value: &[u8]| sequence(&[&oid(kind), &tagged(value)]);
    let mut bags = sequence(&[&bag(SHROUDED_KEY, &shrouded), &bag(CERTIFICATE, &certificate)]);
    if recipe.nested {
        bags = sequence(&[&bag(SAFE_CONTENTS, &bags)]);
    }
    let safes = sequence(&[&sequence(&[&oid(DATA), &tagged(&octets(&bags))])]);
    let mac = mac(keys, &recipe.mac, &safes);
    sequence(&[&integer(3), &sequence(&[&oid(DATA), &tagged(&octets(&safes))]), &mac])
}

fn mac(keys: &Keys, mac: &Mac<'_>, safes: &[u8]) -> Vec<u8> {
    keys.write("safes", safes);
    let made = |key: &[u8]| {
        keys.run(&format!(
            "dgst -sha256 -mac HMAC -macopt hexkey:{} -binary -out digest safes",
            hex(key)
        ));
        octets(&keys.read("digest"))
    };
    match mac {
        Mac::Own { password, rounds } => {
            let key = kdf(
                keys,
                "PKCS12KDF",
                "SHA256",
                password,
                &["id:3"],
                (*rounds).min(1000),
                32,
            );
            let algorithm = sequence(&[&oid(SHA256), b"\x05\x00"]);
            sequence(&[&sequence(&[&algorithm, &made(&key)]), &octets(SALT), &integer(*rounds)])
        }
        Mac::Pbmac1 {
            password,
            length,
            rounds,
        } => {
            let key = kdf(
                keys,
                "PBKDF2",
                "SHA256",
                password,
                &["pkcs5:1"],
                (*rounds).min(1000),
                32,
            );
            let hash = sequence(&[&oid(HMAC_SHA256), b"\x05\x00"]);
            let length = length.map(integer).unwrap_or_default();
            let derivation = sequence(&[&octets(SALT), &integer(*rounds), &length, &hash]);
            let parameters = sequence(&[&sequence(&[&oid(PBKDF2), &derivation]), &hash]);
            let algorithm = sequence(&[&oid(PBMAC1), &parameters]);
            // The salt is the derivation's own; that of the MAC says nothing.
            sequence(&[&sequence(&[&algorithm, &made(&key)]), &octets(b"NOT USED")])
        }
    }
}

/// A key that `openssl` derives from the bytes of a password.
fn kdf(keys: &Keys, name: &str, digest: &str, password: &[u8], more: &[&str], rounds: u64, length: usize) -> Vec<u8> {
    let mut arguments = vec!["kdf".to_owned(), "-keylen".to_owned(), length.to_string()];
    let options = [
        format!("digest:{digest}"),
        format!("hexpass:{}", hex(password)),
        format!("hexsalt:{}", hex(SALT)),
        format!("iter:{rounds}"),
    ];
    for option in options.into_iter().chain(more.iter().map(|&option| option.to_owned())) {
        arguments.extend(["-kdfopt".to_owned(), option]);
    }
    arguments.push(name.to_owned());
    let said = keys.openssl(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let bytes = said.trim().split(':');
    bytes
        .map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal"))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut whole = vec![tag];
    match length {
        0..=0x7f => whole.push(length as u8),
        0x80..=0xff => whole.extend([0x81, length as u8]),
        _ => whole.extend([&[0x82][..], &(length as u16).to_be_bytes()].concat()),
    }
    whole.extend(content);
    whole
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    der(0x30, &parts.concat())
}

fn oid(content: &[u8]) -> Vec<u8> {
    der(0x06, content)
}

fn octets(content: &[u8]) -> Vec<u8> {
    der(0x04, content)
}

fn tagged(content: &[u8]) -> Vec<u8> {
    der(0xa0, content)
}

fn integer(number: u64) -> Vec<u8> {
    let bytes = [&[0][..], &number.to_be_bytes()].concat();
    let needless = bytes
        .windows(2)
        .take_while(|pair| pair[0] == 0 && pair[1] < 0x80)
        .count();
    der(0x02, &bytes[needless..])
}
