//! Reports as the service writes them: a ZIP archive with one entry, in which every place can be told from every other.

use bytes::Bytes;

use super::chance;

/// The file of a call. Another version is another file under the same address, of the same length.
pub fn sample_archive(seed: u64, call: u64, version: u64) -> Bytes {
    let mut content = vec![0; 1500 + chance((seed, call)).usize(..1500)];
    chance((seed, call, "report", version)).fill(&mut content);
    archive("report.xlsx", &content)
}

/// An archive with one entry, which is stored as it is.
fn archive(name: &str, content: &[u8]) -> Bytes {
    let length = (content.len() as u32).to_le_bytes();
    // What the local header and the one of the directory share: version, flags, method, time, sums and lengths.
    let mut shared = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
    shared.extend(checksum(content).to_le_bytes());
    shared.extend([length, length].concat());
    shared.extend((name.len() as u32).to_le_bytes());
    let mut file = [b"PK\x03\x04".as_slice(), &shared, name.as_bytes(), content].concat();
    let directory = [b"PK\x01\x02\x14\x00".as_slice(), &shared, &[0; 14], name.as_bytes()].concat();
    let (start, size) = (file.len() as u32, directory.len() as u32);
    file.extend(directory);
    file.extend(
        [
            b"PK\x05\x06\0\0\0\0\x01\0\x01\0".as_slice(),
            &size.to_le_bytes(),
            &start.to_le_bytes(),
            &[0; 2],
        ]
        .concat(),
    );
    file.into()
}

/// CRC-32, as ZIP has it.
fn checksum(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_one_of_the_standard() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn an_archive_can_be_unpacked() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.zip");
        std::fs::write(&path, sample_archive(1, 2, 3)).expect("a file");
        let script =
            "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(z.namelist())";
        let Ok(done) = std::process::Command::new("python3")
            .args(["-c", script])
            .arg(&path)
            .output()
        else {
            println!("SKIPPED: there is no python3");
            return;
        };
        assert!(done.status.success(), "{done:?}");
        assert_eq!(String::from_utf8_lossy(&done.stdout).trim(), "['report.xlsx']");
    }
}
