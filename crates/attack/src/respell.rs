//! One token, in spellings that mean the same to a lenient reader.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;

use crate::own_key;
use crate::token::Encode;

/// The token in another spelling.
pub(crate) fn respelled(token: &str, encode: Encode) -> Result<String, String> {
    let (input, signature) = token.rsplit_once('.').ok_or("it has no signature")?;
    let bytes = || BASE64URL.decode(signature).map_err(|_| "its signature is not base64url");
    Ok(match encode {
        Encode::Padding => {
            let part = |part: &str| format!("{part}{}", "=".repeat((4 - part.len() % 4) % 4));
            token.split('.').map(part).collect::<Vec<_>>().join(".")
        }
        Encode::StandardAlphabet => token.replace('-', "+").replace('_', "/"),
        Encode::Whitespace => format!("{input}. {signature}"),
        Encode::TrailingBits => {
            // The last character of 64 bytes carries two bits: the next letter means the same.
            let mut letters: Vec<char> = signature.chars().collect();
            let last = letters.last_mut().ok_or("its signature is empty")?;
            *last = match *last {
                'A' => 'B',
                'Q' => 'R',
                'g' => 'h',
                'w' => 'x',
                _ => return Err("its signature has no bits to spare".to_owned()),
            };
            format!("{input}.{}", letters.into_iter().collect::<String>())
        }
        Encode::DerSignature => {
            let der = own_key::der_signature(&bytes()?).ok_or("its signature is odd")?;
            format!("{input}.{}", BASE64URL.encode(der))
        }
        // Encryption needs a key; whoever forges has it.
        Encode::Encrypted => token.to_owned(),
        Encode::SignatureTail => {
            let mut long = bytes()?;
            long.extend([0, 0]);
            format!("{input}.{}", BASE64URL.encode(long))
        }
    })
}

#[cfg(test)]
mod tests {
    use base64::alphabet;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

    use super::*;

    proptest::proptest! {
        #[test]
        fn another_spelling_is_another_text_with_the_same_bytes(bytes: [u8; 64]) {
            let lenient = GeneralPurpose::new(
                &alphabet::URL_SAFE,
                GeneralPurposeConfig::new()
                    .with_decode_allow_trailing_bits(true)
                    .with_decode_padding_mode(DecodePaddingMode::Indifferent),
            );
            let token = format!("e30.e30.{}", BASE64URL.encode(bytes));
            for encode in [Encode::Padding, Encode::TrailingBits, Encode::Whitespace] {
                let spelled = respelled(&token, encode).unwrap();
                proptest::prop_assert_ne!(&spelled, &token);
                let signature = spelled.rsplit('.').next().unwrap().trim();
                proptest::prop_assert_eq!(lenient.decode(signature).unwrap(), bytes);
            }
        }
    }

    #[test]
    fn other_spellings_mean_the_same() {
        let signature = BASE64URL.encode([0xfb; 64]);
        let token = format!("YQ.Yg.{signature}");
        let spelled = |encode| respelled(&token, encode).unwrap();
        assert_eq!(spelled(Encode::Padding), format!("YQ==.Yg==.{signature}=="));
        assert!(spelled(Encode::StandardAlphabet).contains('+'));
        assert_eq!(spelled(Encode::Whitespace), format!("YQ.Yg. {signature}"));
        let trailing = spelled(Encode::TrailingBits);
        assert_ne!(trailing, token);
        assert_eq!(trailing.len(), token.len());
        assert!(BASE64URL.decode(trailing.rsplit('.').next().unwrap()).is_err());
        assert!(respelled("none", Encode::Whitespace).is_err());
    }
}
