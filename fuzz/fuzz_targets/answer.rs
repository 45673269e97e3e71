//! Any bytes as an answer: what comes of them is an answer or trouble, and never a secret.
#![no_main]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use preflight::pack::types::Stage;
use preflight::net::gate::{Draft, Gate, Purpose, Rules};
use preflight::redact::Redactor;
use preflight::net::client::{Limits, SimulatedEnvironments, Sender};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
});

const SECRET: &str = "S3cr3tQ7w8E9r0Zx";

fuzz_target!(|bytes: &[u8]| {
    RUNTIME.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let redactor = Redactor::new();
        redactor.capture("key", SECRET);
        let gate = Arc::new(Gate::new(&Rules::default()).expect("a gate"));
        let wire = Sender::new(gate, &SimulatedEnvironments::default(), redactor);
        let draft = Draft {
            purpose: Purpose::Partner { stage: Stage::Rehearsal },
            method: "GET".into(),
            url: format!("http://{at}/"),
            headers: Vec::new(),
            body: Vec::new(),
            credentials: Vec::new(),
        };
        let serve = async {
            if let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 1024];
                stream.read(&mut request).await.ok();
                stream.write_all(bytes).await.ok();
            }
        };
        let (sent, ()) = tokio::join!(wire.call(draft, Limits::within(Duration::from_millis(200))), serve);
        let told = serde_json::to_string(&sent.outcome).expect("evidence is JSON");
        assert!(!told.contains(SECRET), "{told}");
    });
});
