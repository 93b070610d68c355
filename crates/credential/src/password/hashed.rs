//! What is kept of a password: Argon2id (RFC 9106), as a PHC string in one spelling.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use portcullis_model::Secret;

use super::pepper::Pepper;

/// KiB of memory that one hash takes: 19 MiB, with [`PASSES`] and [`LANES`] the first choice of OWASP's cheat sheet.
/// The place where all three are decided.
pub const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bounds of what is read: a string that asks for more is no hash of ours.
const MEMORY_KIB_MAX: u32 = 64 * 1024;
const PASSES_MAX: u32 = 8;
/// Argon2 itself asks for 8 KiB at least.
const MEMORY_KIB_MIN: u32 = 8;

const SALT: usize = 16;
const HASH: usize = 32;
const BEGIN: &str = "$argon2id$v=19$";
/// Characters of the string, at most.
const TEXT_BYTES_MAX: usize = 128;

/// 16 bytes of chance, other ones for each password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; SALT]);

impl Salt {
    /// From the operating system; none where it has none to give.
    pub fn draw() -> Option<Self> {
        let mut salt = [0; SALT];
        aws_lc_rs::rand::fill(&mut salt).ok()?;
        Some(Self(salt))
    }
}

/// The memory that hashes are made in: kept, it need not be asked for again.
#[derive(Default)]
pub struct Work(Vec<Block>);

impl Work {
    fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.len() < count {
            self.0 = vec![Block::new(); count];
        }
        self.0.get_mut(..count).unwrap_or_default()
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Work({} KiB)", self.0.len())
    }
}

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Hashed {
    cost: Cost,
    salt: Salt,
    hash: [u8; HASH],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    const TODAY: Self = Self { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES };
}

/// Why a text is no hash of ours, or none could be made. Nothing of a password is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashFault {
    /// Not the PHC string that [`Hashed`] prints as.
    Form,
    /// Memory, passes or lanes beyond what is read.
    Cost,
    /// Argon2 itself refuses.
    Argon2,
}

impl fmt::Display for HashFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "this is no hash of a password",
            Self::Cost => "this hash costs more than is computed here",
            Self::Argon2 => "the hash of a password cannot be computed",
        })
    }
}

impl std::error::Error for HashFault {}

impl Hashed {
    /// Hashes a prepared password, at today's cost. Takes some 30 ms and [`MEMORY_KIB`].
    pub fn new(
        password: &Secret,
        salt: Salt,
        pepper: &Pepper,
        work: &mut Work,
    ) -> Result<Self, HashFault> {
        let cost = Cost::TODAY;
        Ok(Self { cost, salt, hash: compute(password, salt, cost, pepper, work)? })
    }

    /// What is compared where there is no such user: it costs the same, and nothing is known to be it.
    pub const fn of_nobody() -> Self {
        Self { cost: Cost::TODAY, salt: Salt([0; SALT]), hash: [0; HASH] }
    }

    /// Whether a prepared password is this one.
    pub fn is(
        &self,
        password: &Secret,
        pepper: &Pepper,
        work: &mut Work,
    ) -> Result<bool, HashFault> {
        let shown = compute(password, self.salt, self.cost, pepper, work)?;
        Ok(verify_slices_are_equal(&shown, &self.hash).is_ok())
    }

    /// Whether it can be tried with less than one that is made today.
    pub const fn is_weaker(&self) -> bool {
        let (own, today) = (self.cost, Cost::TODAY);
        own.memory_kib < today.memory_kib || own.passes < today.passes
    }

    /// Reads what it prints as.
    pub fn parse(text: &str) -> Result<Self, HashFault> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(HashFault::Form);
        }
        let read = Self::read(text).ok_or(HashFault::Form)?;
        let Cost { memory_kib, passes, lanes } = read.cost;
        let is_bounded = (MEMORY_KIB_MIN..=MEMORY_KIB_MAX).contains(&memory_kib)
            && (1..=PASSES_MAX).contains(&passes)
            && lanes == LANES;
        if !is_bounded {
            return Err(HashFault::Cost);
        }
        // Numbers with a sign or zeros before them, and base64 with bits that stand for nothing.
        if read.text() == text { Ok(read) } else { Err(HashFault::Form) }
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(BEGIN)?.split('$');
        let (costs, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let mut costs = costs.split(',');
        let mut number = |name: &str| costs.next()?.strip_prefix(name)?.parse().ok();
        let cost = Cost { memory_kib: number("m=")?, passes: number("t=")?, lanes: number("p=")? };
        if costs.next().is_some() || parts.next().is_some() {
            return None;
        }
        let salt = Salt(STANDARD_NO_PAD.decode(salt).ok()?.try_into().ok()?);
        let hash = STANDARD_NO_PAD.decode(hash).ok()?.try_into().ok()?;
        Some(Self { cost, salt, hash })
    }

    /// The PHC string: for the store, and nobody else.
    pub fn text(&self) -> String {
        let Cost { memory_kib, passes, lanes } = self.cost;
        let (salt, hash) = (STANDARD_NO_PAD.encode(self.salt.0), STANDARD_NO_PAD.encode(self.hash));
        format!("{BEGIN}m={memory_kib},t={passes},p={lanes}${salt}${hash}")
    }
}

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hashed({:?}, ..)", self.cost)
    }
}

fn compute(
    password: &Secret,
    salt: Salt,
    cost: Cost,
    pepper: &Pepper,
    work: &mut Work,
) -> Result<[u8; HASH], HashFault> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(HASH));
    let params = params.map_err(|_| HashFault::Argon2)?;
    let blocks = work.blocks(params.block_count());
    let argon2 =
        Argon2::new_with_secret(pepper.bytes(), Algorithm::Argon2id, Version::V0x13, params);
    let argon2 = argon2.map_err(|_| HashFault::Argon2)?;
    let mut hash = [0; HASH];
    argon2
        .hash_password_into_with_memory(password.expose_secret(), &salt.0, &mut hash, blocks)
        .map_err(|_| HashFault::Argon2)?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pepper(last: u8) -> Pepper {
        let mut bytes = std::array::from_fn::<u8, 32, _>(|index| index as u8 + 0xd8);
        bytes[31] = last;
        Pepper::parse(&bytes).unwrap()
    }

    fn password(text: &str) -> Secret {
        Secret::new(text.as_bytes())
    }

    fn fake(memory_kib: u32, passes: u32) -> Hashed {
        let cost = Cost { memory_kib, passes, lanes: 1 };
        Hashed { cost, salt: Salt([7; SALT]), hash: [9; HASH] }
    }

    #[test]
    fn a_password_is_known_by_its_hash_under_the_same_pepper_alone() {
        let mut work = Work::default();
        let salt = Salt::draw().unwrap();
        assert_ne!(salt, Salt::draw().unwrap());
        let hashed = Hashed::new(&password("correct horse"), salt, &pepper(1), &mut work).unwrap();
        let mut is =
            |text: &str, by: u8| hashed.is(&password(text), &pepper(by), &mut work).unwrap();
        assert!(is("correct horse", 1));
        assert!(!is("correct horsf", 1) && !is("", 1));
        assert!(!is("correct horse", 2), "another pepper");
        assert!(!Hashed::of_nobody().is(&password("x"), &pepper(1), &mut work).unwrap());
    }

    /// Kept for years: what the library computes must not change (RFC 9106 section 5.3).
    #[test]
    fn the_vector_of_the_rfc_is_met() {
        let params = argon2::ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
            .build()
            .unwrap();
        let secret = [3; 8];
        let argon2 =
            Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).unwrap();
        let mut tag = [0; 32];
        argon2.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
        let expected = [
            0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b,
            0x53, 0xc9, 0xd0, 0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9,
            0x6b, 0x01, 0xe6, 0x59,
        ];
        assert_eq!(tag, expected);
    }

    /// Written by an earlier version, as far as this one knows.
    #[test]
    fn a_hash_of_less_cost_is_compared_as_it_was_made() {
        let pepper =
            Pepper::parse(b"00112233445566778899aabbccddeeff00112233445566778899aabbccddee00")
                .unwrap();
        let (shown, mut work) = (password("correct horse battery staple"), Work::default());
        let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
        let hash = compute(&shown, Salt([7; SALT]), cost, &pepper, &mut work).unwrap();
        let made = Hashed { cost, salt: Salt([7; SALT]), hash };
        let text = "$argon2id$v=19$m=64,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$/6p+YkFpf2GfQlacs3MDl9wSIvUacT3Kb6RaBVY5hxk";
        assert_eq!(made.text(), text);
        assert!(Hashed::parse(text).unwrap().is(&shown, &pepper, &mut work).unwrap());
    }

    #[test]
    fn todays_cost_is_not_below_what_owasp_asks() {
        let cost = Cost::TODAY;
        assert!(cost.memory_kib >= 19_456 && cost.passes >= 2 && cost.lanes >= 1);
        assert!(!Hashed::of_nobody().is_weaker());
        assert!(fake(MEMORY_KIB - 1, 2).is_weaker() && fake(MEMORY_KIB, 1).is_weaker());
        assert!(!fake(MEMORY_KIB * 2, 3).is_weaker());
    }

    #[test]
    fn a_hash_that_costs_more_than_a_worker_has_is_none_of_ours() {
        for (memory_kib, passes) in
            [(MEMORY_KIB_MAX + 1, 2), (7, 2), (MEMORY_KIB, 0), (MEMORY_KIB, 9)]
        {
            assert_eq!(Hashed::parse(&fake(memory_kib, passes).text()), Err(HashFault::Cost));
        }
        let lanes = fake(64, 1).text().replace("p=1", "p=2");
        assert_eq!(Hashed::parse(&lanes), Err(HashFault::Cost));
    }

    #[test]
    fn a_hash_has_one_spelling() {
        let text = fake(64, 1).text();
        assert_eq!(
            text,
            format!(
                "$argon2id$v=19$m=64,t=1,p=1${}$CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk",
                "BwcHBwcHBwcHBwcHBwcHBw"
            )
        );
        assert_eq!(Hashed::parse(&text), Ok(fake(64, 1)));
        for (from, to) in [
            ("$argon2id", "$argon2i"),
            ("v=19", "v=16"),
            ("m=64", "m=064"),
            ("m=64", "m=+64"),
            ("m=64,t=1", "t=1,m=64"),
            (",p=1", ",p=1,data=x"),
            (",p=1", ""),
            ("CQk", "CQl"),
            ("BwcHBw$", "BwcHBw==$"),
            ("BwcHBw$", "BwcHBx$"),
            ("$CQk", "$CQkCQk"),
        ] {
            let other = match text.rfind(from) {
                Some(at) if from == "CQk" => format!("{}{to}", &text[..at]),
                _ => text.replacen(from, to, 1),
            };
            assert_eq!(Hashed::parse(&other), Err(HashFault::Form), "{other}");
        }
        let printed = format!("{:?}", fake(64, 1));
        assert!(!printed.contains('9') && printed.contains("64"), "{printed}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(\\$argon2id\\$v=19\\$)?\\PC{0,80}") {
            let _ = Hashed::parse(&text);
        }
    }
}
