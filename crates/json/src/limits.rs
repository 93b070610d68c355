//! How much is read.

/// How large a text may be in each direction. Every one is a named maximum, so that the cost of
/// reading is bounded before it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole text; never above 1 GiB, because spans are 32 bits.
    pub text_bytes_max: usize,
    /// Arrays and objects inside one another; never above 512, because reading recurses.
    pub depth_max: usize,
    /// Values and member names together.
    pub nodes_max: usize,
    /// Bytes of one string or member name, after unescaping.
    pub string_bytes_max: usize,
    /// Items of one array.
    pub array_items_max: usize,
    /// Members of one object.
    pub object_members_max: usize,
    /// Characters of one number.
    pub number_bytes_max: usize,
}

impl Limits {
    /// For documents of our own side (contracts): bounded by what a machine can hold.
    pub const GENEROUS: Self = Self {
        text_bytes_max: 96 << 20,
        depth_max: 512,
        nodes_max: 16_000_000,
        string_bytes_max: 16 << 20,
        array_items_max: 10_000_000,
        object_members_max: 10_000_000,
        number_bytes_max: 1024,
    };
}

impl Default for Limits {
    /// For bodies: what an API's ordinary request stays below by an order of magnitude.
    fn default() -> Self {
        Self {
            text_bytes_max: 1 << 20,
            depth_max: 32,
            nodes_max: 100_000,
            string_bytes_max: 256 << 10,
            array_items_max: 10_000,
            object_members_max: 1_000,
            number_bytes_max: 64,
        }
    }
}
