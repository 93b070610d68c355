//! What a look may cost.

/// Steps that are left. A step is a byte that one detector reads once, or what costs about as much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fuel(u64);

impl Fuel {
    /// `steps` of it.
    pub const fn new(steps: u64) -> Self {
        Self(steps)
    }

    /// Burns `steps`; an error if there is not enough, and then nothing is left.
    pub fn burn(&mut self, steps: usize) -> Result<(), OutOfFuel> {
        let left = self.0.checked_sub(steps as u64);
        self.0 = left.unwrap_or(0);
        left.map(|_| ()).ok_or(OutOfFuel)
    }

    /// What is left.
    pub const fn left(&self) -> u64 {
        self.0
    }
}

/// The fuel did not last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfFuel;
