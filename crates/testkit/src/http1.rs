//! Raw-socket cases of HTTP/1.1: read from data files, played against any server, and what came
//! of them. The same cases run as tests of the gateway and beside other proxies.

mod case;
mod differences;
mod play;
mod recorder;

pub use case::{Case, Group, Piece, Reached, Then};
pub use play::{Hint, Outcome, play};
pub use recorder::{Received, Recorder};
