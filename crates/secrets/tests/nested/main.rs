//! A secret is found in whatever it lies; what is made to harm the reader is told and harms nobody.

mod bad;
mod made;
mod planted;
