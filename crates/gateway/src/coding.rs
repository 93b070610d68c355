//! Content codings, undone within limits.

use std::io::Read;

use flate2::bufread::{GzDecoder, ZlibDecoder};
use portcullis_controls::content_type::Coding;
use portcullis_controls::resource_limits::Breach;

/// Why a coded body is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodingFault {
    /// It is not what its label says, or something stands behind it.
    Broken,
    /// It would become too large.
    Breach(Breach),
}

/// Undoes a coding. The result has at most `bytes_max` bytes and is at most `ratio_max` times as
/// large as what came in; small bodies may grow to 64 KiB whatever the ratio.
pub(crate) fn decode(
    body: Vec<u8>,
    coding: Coding,
    bytes_max: usize,
    ratio_max: u32,
) -> Result<Vec<u8>, CodingFault> {
    const SMALL: usize = 64 << 10;
    let by_ratio = body.len().saturating_mul(ratio_max as usize).max(SMALL);
    let max = bytes_max.min(by_ratio);
    let breach = if by_ratio < bytes_max { Breach::DecompressedRatio } else { Breach::BodyBytes };
    match coding {
        Coding::Identity => Ok(body),
        Coding::Gzip => read(GzDecoder::new(body.as_slice()), max, breach, |decoder| {
            decoder.into_inner().is_empty()
        }),
        Coding::Deflate => read(ZlibDecoder::new(body.as_slice()), max, breach, |decoder| {
            decoder.into_inner().is_empty()
        }),
    }
}

fn read<R: Read>(
    mut decoder: R,
    max: usize,
    breach: Breach,
    is_at_end: impl FnOnce(R) -> bool,
) -> Result<Vec<u8>, CodingFault> {
    let mut out = Vec::new();
    let limit = max as u64 + 1;
    decoder.by_ref().take(limit).read_to_end(&mut out).map_err(|_| CodingFault::Broken)?;
    if out.len() > max {
        return Err(CodingFault::Breach(breach));
    }
    if is_at_end(decoder) { Ok(out) } else { Err(CodingFault::Broken) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_bomb_is_cut_off_and_honest_bodies_pass() {
        let honest = gzip(br#"{"a": 1}"#);
        assert_eq!(decode(honest.clone(), Coding::Gzip, 1 << 20, 20).unwrap(), br#"{"a": 1}"#);
        let bomb = gzip(&vec![b' '; 8 << 20]);
        assert_eq!(
            decode(bomb.clone(), Coding::Gzip, 1 << 20, 20),
            Err(CodingFault::Breach(Breach::DecompressedRatio))
        );
        assert_eq!(
            decode(bomb, Coding::Gzip, 1 << 20, 10_000),
            Err(CodingFault::Breach(Breach::BodyBytes))
        );
        let mut trailing = honest.clone();
        trailing.extend_from_slice(b"more");
        assert_eq!(decode(trailing, Coding::Gzip, 1 << 20, 20), Err(CodingFault::Broken));
        let half = honest.get(..honest.len() / 2).unwrap().to_vec();
        assert_eq!(decode(half, Coding::Gzip, 1 << 20, 20), Err(CodingFault::Broken));
        assert_eq!(decode(b"{}".to_vec(), Coding::Gzip, 1 << 20, 20), Err(CodingFault::Broken));
    }
}
