//! Attacks on an issuer, as a user starts them.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::Value;

use crate::support::{Folder, text};

const CLIENT: &str = "client: { client_id: shop, redirect_uri: https://shop.example/cb }\n";

/// An issuer that says of itself that it offers the password grant, and does nothing else. Where it is.
fn issuer() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = format!(
        "{{\"issuer\":\"{url}\",\"grant_types_supported\":[\"password\"],\
         \"code_challenge_methods_supported\":[\"S256\"]}}"
    );
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 2048];
            let _ = stream.read(&mut head);
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
        }
    });
    url
}

fn folder() -> Folder {
    let folder = Folder::with(&[("issuer.yaml", CLIENT)]);
    folder.only_for("issuer.yaml", 0o600);
    folder
}

#[test]
fn an_issuer_is_attacked_and_the_exit_code_tells_how_bad_it_is() {
    let (folder, url) = (folder(), issuer());
    let attack = ["attack", "--issuer", &url, "--client", "issuer.yaml", "--only", "metadata-*"];
    let output = folder.run(&[&attack[..], &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of =
        |id: &str| report["probes"].as_array().unwrap().iter().find(|one| one["id"] == id).cloned();
    assert_eq!(of("metadata-password").unwrap()["result"], "open");
    assert_eq!(of("metadata-issuer").unwrap()["result"], "safe");
    assert_eq!(of("token-code-replay"), None);
    let high = folder.run(&[&attack[..], &["--fail-from", "high"]].concat());
    assert_eq!(high.status.code(), Some(0));
    assert!(text(&high.stdout).contains("metadata-password (CWE-522)"));
    for (format, expected) in
        [("html", "<!doctype html>"), ("sarif", "\"ruleId\": \"metadata-password\"")]
    {
        let output = folder.run(&[&attack[..], &["--format", format]].concat());
        assert!(text(&output.stdout).contains(expected), "{format}");
    }
}

#[test]
fn what_cannot_be_attacked_is_not_and_says_why() {
    let (folder, url) = (folder(), issuer());
    let told = |arguments: &[&str]| {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        text(&output.stderr)
    };
    assert!(told(&["attack", "--issuer", &url]).contains("--client"));
    let elsewhere = ["attack", "--issuer", "http://192.0.2.1/a", "--client", "issuer.yaml"];
    assert!(told(&elsewhere).contains("is not on this machine"));
    let both = ["attack", "--issuer", &url, "--client", "issuer.yaml", "--upstream", &url];
    assert!(told(&both).contains("cannot be used with"));
    let none = ["attack", "--issuer", &url, "--client", "issuer.yaml", "--only", "nothing"];
    assert!(told(&none).contains("nothing is like `nothing`"));
    folder.write("issuer.yaml", "client: { client_id: shop, redirect: x }\n");
    let client = ["attack", "--issuer", &url, "--client", "issuer.yaml"];
    assert!(told(&client).contains("issuer.yaml:1:"), "{}", told(&client));
    folder.only_for("issuer.yaml", 0o644);
    assert!(told(&client).contains("can be read by others"));
}
