//! Any headers and any body as a delivery: it is examined, and never proven, since nobody signed it.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use preflight::pack::load::Catalog;
use preflight::webhook::{self, ReceivedDelivery};

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::built_in().expect("the built-in packs are sound"));

/// A secret that no input will guess.
const SECRET: &str = "dGVzdC1zZWNyZXQtb2YtMzItYnl0ZXMtMDEyMzQ1Njc=";

fuzz_target!(|input: (Vec<(String, String)>, &[u8])| {
    let (headers, body) = input;
    for pack in CATALOG.packs.values() {
        let Some(scheme) = &pack.provider.webhooks else { continue };
        let arrived = ReceivedDelivery { method: "POST", url: "https://acme.example/hooks", headers: &headers, body };
        assert!(!preflight::webhook::verify(scheme, &[SECRET], &arrived, 1_800_000_000).verified);
    }
});
