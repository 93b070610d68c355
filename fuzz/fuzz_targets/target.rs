//! Where texts point: no panic, and what has one reading is written and read as the same host.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_controls::outbound_target::{Host, Reading, Target, target};

fuzz_target!(|text: &str| {
    for reading in [Reading::Anywhere, Reading::Reference, Reading::Url, Reading::Host] {
        let Some(Ok(Target::Web(web))) = target(text, reading) else { continue };
        let host = match &web.host {
            Host::Name(name) => name.clone(),
            Host::Address(std::net::IpAddr::V6(address)) => format!("[{address}]"),
            Host::Address(address) => address.to_string(),
        };
        let Some(Ok(Target::Web(again))) = target(&format!("https://{host}/"), reading) else {
            panic!("`{host}` of `{text}` is read in another way");
        };
        assert_eq!(again.host, web.host, "{text}");
    }
});
