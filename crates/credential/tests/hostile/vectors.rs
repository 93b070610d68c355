//! Examples of the standards: facts, as data.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portcullis_credential::Algorithm;
use portcullis_credential::keys::KeySet;

use crate::forge::base64url;

/// The only key of a set, and whether it verifies a token.
fn verifies(jwk: &str, algorithm: Algorithm, token: &str) -> bool {
    let (keys, skipped) = KeySet::from_jwks(format!(r#"{{"keys":[{jwk}]}}"#).into()).unwrap();
    assert_eq!(skipped, []);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    keys.keys()[0].verifies(algorithm, signed.as_bytes(), &signature)
}

fn thumbprint(jwk: &str) -> String {
    let (keys, _) = KeySet::from_jwks(format!(r#"{{"keys":[{jwk}]}}"#).into()).unwrap();
    base64url(keys.keys()[0].thumbprint())
}

const P256: &str = r#"{"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

const RSA: &str = r#"{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#;

const ED25519: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

#[test]
fn rfc_7515_appendix_a_2_verifies_with_rs256() {
    let token = concat!(
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt",
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XO",
        "iZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f",
        "_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDw",
        "usC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWyw",
        "lVmtVrBp0igcN_IoypGlUPQGe77Rw",
    );
    assert!(verifies(RSA, Algorithm::Rs256, token));
    assert!(!verifies(RSA, Algorithm::Ps256, token));
    assert!(!verifies(RSA, Algorithm::Rs512, token));
}

#[test]
fn rfc_7515_appendix_a_3_verifies_with_es256() {
    let token = concat!(
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt",
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5dj",
        "xLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    );
    assert!(verifies(P256, Algorithm::Es256, token));
    assert!(!verifies(P256, Algorithm::Es256, &token.replacen("eyJh", "eyJi", 1)));
    assert!(!verifies(P256, Algorithm::Es384, token));
}

#[test]
fn rfc_8037_appendix_a_4_verifies_with_eddsa() {
    let token = concat!(
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-0",
        "9PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    );
    assert!(verifies(ED25519, Algorithm::EdDsa, token));
    assert!(!verifies(ED25519, Algorithm::EdDsa, &token.replacen(".R", ".S", 1)));
}

#[test]
fn thumbprints_are_those_of_the_standards() {
    // RFC 7638 section 3.1: the other members do not count.
    let key = r#"{"kty":"RSA","alg":"RS256","kid":"2011-04-29","e":"AQAB","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#;
    assert_eq!(thumbprint(key), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    // RFC 8037 appendix A.3.
    assert_eq!(thumbprint(ED25519), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}
