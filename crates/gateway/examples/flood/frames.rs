//! Frames of HTTP/2 as they go over the wire (RFC 9113 section 4.1), and heads in HPACK (RFC 7541).

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;
pub(crate) const END_HEADERS: u8 = 4;
pub(crate) const END_STREAM: u8 = 1;

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = (payload.len() as u32).to_be_bytes();
    let mut out = length.to_vec();
    out.extend([kind, flags]);
    out.extend(stream.to_be_bytes());
    out.extend(payload);
    out
}

/// What a client says first; `window` is what each stream may send to it.
pub(crate) fn opening(window: u32) -> Vec<u8> {
    // SETTINGS_INITIAL_WINDOW_SIZE.
    let setting = [&[0, 4][..], &window.to_be_bytes()].concat();
    [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(SETTINGS, 0, 0, &setting)].concat()
}

/// A head without Huffman codes and without the table.
pub(crate) fn head(is_post: bool, path: &str) -> Vec<u8> {
    let mut block = vec![if is_post { 0x83 } else { 0x82 }, 0x87];
    // :path and :authority as literals with indexed names.
    for (index, value) in [(4_u8, path), (1, "localhost")] {
        block.extend([index, value.len() as u8]);
        block.extend(value.as_bytes());
    }
    if is_post {
        // content-type is field 31 of the static table: 15 and 16 more.
        let value = b"application/json";
        block.extend([0x0f, 31 - 15, value.len() as u8]);
        block.extend(value);
    }
    block
}

/// A head that puts one field of 4,000 bytes into the table, and names it as often as fits into a
/// frame.
pub(crate) fn bomb(path: &str) -> Vec<u8> {
    const VALUE_BYTES: usize = 4_000;
    const FRAME_BYTES: usize = 16_384;
    let mut block = head(false, path);
    // A literal that is kept, its name and its value; lengths have 7 bits, then 7 more each.
    let rest = VALUE_BYTES - 127;
    block.extend([0x40, 1, b'x', 127, (rest % 128) as u8 | 128, (rest / 128) as u8]);
    block.extend(vec![b'y'; VALUE_BYTES]);
    // The newest field of the table is number 62 (0x3e).
    block.resize(FRAME_BYTES, 0x80 | 0x3e);
    block
}
