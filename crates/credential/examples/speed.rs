//! Measures what a token costs: fresh verification beside the bare primitive on the same bytes, and
//! what a flood of bad tokens costs before any mathematics. One line each; the median of rounds
//! that are interleaved, so that a machine that slows down slows down everybody.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    RsaKeyPair, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portcullis_credential::jwt::{Envelope, Profile};
use portcullis_credential::keys::KeySet;
use portcullis_credential::message_signature::{Message, MessageSigner, Occasion};
use portcullis_credential::opaque;
use portcullis_credential::signer::Signer;
use portcullis_model::UnixMillis;

const ROUNDS: usize = 41;
const CALLS: u32 = 500;
const NOW_S: u64 = 1_800_000_000;
const NOW: UnixMillis = UnixMillis(NOW_S * 1000);

/// A token, the key that verifies it, and the same key for the bare primitive.
struct Subject {
    name: &'static str,
    token: String,
    signature: Vec<u8>,
    keys: KeySet,
    bare: ParsedPublicKey,
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let profile = Profile::new("https://issuer.example/realms/shop", ["https://api.example"])
        .map_err(io::Error::other)?;
    let subjects = subjects().map_err(|_| io::Error::other("the library made no key"))?;
    for subject in &subjects {
        let Subject { name, token, signature, keys, bare } = subject;
        let signed = token.rsplit_once('.').map_or("", |(signed, _)| signed).as_bytes();
        let verify = || {
            let read = Envelope::read(token).and_then(|read| read.verify(keys, &profile, NOW));
            black_box(read).is_ok()
        };
        let bare = || black_box(bare.verify_sig(signed, signature)).is_ok();
        if !verify() || !bare() {
            return Err(io::Error::other("the token does not verify"));
        }
        let [ours, primitive] = medians([&verify, &bare]);
        let over = (ours / primitive - 1.0) * 100.0;
        writeln!(
            out,
            "{name}: {} bytes, verified in {:.2} us, bare {:.2} us, {over:+.1} %",
            token.len(),
            ours / 1000.0,
            primitive / 1000.0
        )?;
    }
    sign(&mut out)?;
    sign_requests(&mut out)?;
    let Some(Subject { token, .. }) = subjects.first() else { return Ok(()) };
    flood(&mut out, token, &profile)
}

/// What a token costs that tells an API who calls.
fn sign(out: &mut impl Write) -> io::Result<()> {
    let claims = r#"{"iss":"portcullis","aud":"shop-api","sub":"alice","caller_issuer":"https://issuer.example/realms/shop","scope":"read write","role":"admin","iat":1800000000,"exp":1800000030,"jti":"01J00000000000000000000000"}"#;
    let signer = Signer::generate(&mut |bytes| bytes.fill(7)).map_err(io::Error::other)?;
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
        .map_err(|_| io::Error::other("the library made no key"))?;
    let ours = || black_box(signer.sign("caller+jwt", claims)).is_ok();
    let bare = || black_box(pair.sign(&SystemRandom::new(), claims.as_bytes())).is_ok();
    let [ours, bare] = medians([&ours, &bare]);
    let (ours, bare) = (ours / 1000.0, bare / 1000.0);
    writeln!(out, "a token of ours: signed in {ours:.2} us, bare {bare:.2} us")
}

/// A request with a body of 1 KB, signed for the API, beside SHA-256 and HMAC of the same bytes.
fn sign_requests(out: &mut impl Write) -> io::Result<()> {
    let key: [u8; 32] = std::array::from_fn(|index| index as u8 + 0xd8);
    let signer = MessageSigner::new(&key, "gateway").map_err(io::Error::other)?;
    let (body, mac) = ([b'a'; 1024], hmac::Key::new(hmac::HMAC_SHA256, &key));
    let fields = [
        ("authorization", "Bearer obviously-fake"),
        ("content-type", "application/json"),
        ("x-caller", "alice"),
        ("x-request-id", "01J9Z3QK7V8M4N5P6R7S8T9V0W"),
    ];
    let occasion = Occasion { created: NOW_S, nonce: [7; 16] };
    let message = |body| Message {
        method: "POST",
        authority: "api.example",
        target: "/orders?page=2",
        fields: &fields,
        body,
    };
    let whole = || !black_box(signer.sign(message(&body), occasion)).signature.is_empty();
    let empty = || !black_box(signer.sign(message(&[]), occasion)).signature.is_empty();
    let bare = || {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
        !black_box(hmac::sign(&mac, digest.as_ref())).as_ref().is_empty()
    };
    let [whole, empty, bare] = medians([&whole, &empty, &bare]).map(|ns| ns / 1000.0);
    writeln!(
        out,
        "a request, signed: without a body {empty:.2} us, with 1 KB {whole:.2} us; its digest and a MAC alone {bare:.2} us"
    )
}

/// What is refused without mathematics.
fn flood(out: &mut impl Write, token: &str, profile: &Profile) -> io::Result<()> {
    let late = UnixMillis((NOW_S + 86_400) * 1000);
    let ours = opaque::generate(&mut |bytes| bytes.fill(7));
    let ours = String::from_utf8_lossy(ours.expose_secret()).into_owned();
    let letters = "A".repeat(token.len());
    let parts = format!("{letters}.{letters}.{letters}");
    let read = || black_box(Envelope::read(token)).is_ok();
    let pass = || Envelope::read(token).is_ok_and(|read| read.precheck(profile, NOW).is_ok());
    let expired = || Envelope::read(token).is_ok_and(|read| read.precheck(profile, late).is_ok());
    let noise = || black_box(Envelope::read(&letters)).is_ok();
    let base64 = || black_box(Envelope::read(&parts)).is_ok();
    let opaque = || black_box(opaque::digest(&ours)).is_some();
    let medians = medians([&read, &pass, &expired, &noise, &base64, &opaque]);
    let names = [
        "read alone",
        "read and precheck, all good",
        "read and precheck, expired",
        "one part",
        "three parts of letters",
        "digest of an opaque token",
    ];
    for (name, median) in names.iter().zip(medians) {
        writeln!(out, "{name}: {:.2} us", median / 1000.0)?;
    }
    Ok(())
}

/// Nanoseconds of one call of each.
fn medians<const N: usize>(subjects: [&dyn Fn() -> bool; N]) -> [f64; N] {
    let mut rounds = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for (subject, times) in subjects.iter().zip(&mut rounds) {
            let start = Instant::now();
            for _ in 0..CALLS {
                black_box(subject());
            }
            times.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS));
        }
    }
    rounds.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times.get(ROUNDS / 2).copied().unwrap_or_default()
    })
}

fn subjects() -> Result<[Subject; 3], Unspecified> {
    Ok([of_p256()?, of_rsa()?, of_ed25519()?])
}

fn of_p256() -> Result<Subject, Unspecified> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    let public = pair.public_key().as_ref();
    let (x, y) = public.get(1..).unwrap_or_default().split_at(32);
    let jwk = format!(r#""kty":"EC","crv":"P-256","x":"{}","y":"{}""#, text(x), text(y));
    let signed = signed("ES256");
    let signature = pair.sign(&SystemRandom::new(), signed.as_bytes())?;
    subject("ES256", &signed, signature.as_ref(), &jwk, (&ECDSA_P256_SHA256_FIXED, public))
}

fn of_rsa() -> Result<Subject, Unspecified> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let public = pair.public_key().as_ref();
    // RSAPublicKey of 2,048 bits: heads of nine bytes, the modulus, the exponent.
    let modulus = public.get(9..265).unwrap_or_default();
    let jwk = format!(r#""kty":"RSA","e":"AQAB","n":"{}""#, text(modulus));
    let signed = signed("RS256");
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)?;
    subject("RS256", &signed, &signature, &jwk, (&RSA_PKCS1_2048_8192_SHA256, public))
}

fn of_ed25519() -> Result<Subject, Unspecified> {
    let pair = Ed25519KeyPair::generate()?;
    let public = pair.public_key().as_ref();
    let jwk = format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, text(public));
    let signed = signed("EdDSA");
    let signature = pair.sign(signed.as_bytes());
    subject("EdDSA", &signed, signature.as_ref(), &jwk, (&ED25519, public))
}

fn subject(
    name: &'static str,
    signed: &str,
    signature: &[u8],
    jwk: &str,
    (algorithm, public): (&'static dyn VerificationAlgorithm, &[u8]),
) -> Result<Subject, Unspecified> {
    let jwks = format!(r#"{{"keys":[{{"kid":"2026-11",{jwk}}}]}}"#);
    let (keys, _) = KeySet::from_jwks(jwks.into_bytes()).map_err(|_| Unspecified)?;
    let bare = ParsedPublicKey::new(algorithm, public).map_err(|_| Unspecified)?;
    let token = format!("{signed}.{}", text(signature));
    Ok(Subject { name, token, signature: signature.to_vec(), keys, bare })
}

/// Header and claims as large issuers write them.
fn signed(algorithm: &str) -> String {
    let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT","kid":"2026-11"}}"#);
    let claims = format!(
        r#"{{"exp":{},"iat":{NOW_S},"jti":"3b1f5f0e-6f0e-4a5e-9a9b-0e6a2f1c8d11",
"iss":"https://issuer.example/realms/shop","aud":["https://api.example","account"],
"sub":"f:7c1d3d0a:alice","azp":"shop-web","sid":"0a1b2c3d","acr":"1",
"realm_access":{{"roles":["offline_access","customer","staff"]}},
"resource_access":{{"account":{{"roles":["manage-account","view-profile"]}}}},
"scope":"openid profile email orders:read","email_verified":true,"name":"Alice Example",
"preferred_username":"alice","email":"alice@example.org"}}"#,
        NOW_S + 300
    );
    format!("{}.{}", text(header), text(claims))
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
