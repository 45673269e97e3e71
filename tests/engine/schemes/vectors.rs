//! Vectors that providers or authors of an algorithm published: composed to the byte, verified on arrival, and rejected
//! after one bit has changed.

use preflight::pack::scheme::Alteration;
use preflight::pack::scheme::Webhooks;
use preflight::webhook::{DeliverySpec, ReceivedDelivery, Verification, compose, examine, seal};
use serde_json::{Value, json};

use super::packs::{scheme, scheme_with};

/// A published delivery.
struct Vector {
    scheme: Webhooks,
    secret: &'static str,
    event: &'static str,
    id: &'static str,
    t: i64,
    body: &'static str,
    /// The header with the code, and its value.
    code: (&'static str, &'static str),
}

const SLACK: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

const DEBITURA: &str = r#"{"id":"550e8400-e29b-41d4-a716-446655440000","specVersion":"1.0","event":"client.linked","timestamp":"2026-01-31T15:23:45Z","data":{"externalTenantId":"partner-client-123"}}"#;

fn vectors() -> Vec<Vector> {
    vec![
        Vector {
            scheme: scheme("github"),
            secret: "It's a Secret to Everybody",
            event: "ping",
            id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            t: 0,
            body: "Hello, World!",
            code: ("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
        },
        Vector {
            scheme: scheme("standard-webhooks"),
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            event: "test",
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            t: 1_614_265_330,
            body: r#"{"test": 2432232314}"#,
            code: ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        },
        Vector {
            scheme: scheme("slack"),
            secret: "8f742231b10e8888abcd99yyyzzz85a5",
            event: "/webhook-collect",
            id: "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
            t: 1_531_420_618,
            body: SLACK,
            code: ("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
        },
        Vector {
            scheme: scheme("debitura"),
            secret: "dGhpc2lzYWJhc2U2NGVuY29kZWRzZWNyZXQ=",
            event: "client.linked",
            id: "550e8400-e29b-41d4-a716-446655440000",
            t: 1_769_873_025,
            body: DEBITURA,
            code: (
                "X-Debitura-Signature",
                "t=1769873025,v1=c5136a348f39a598fb605e096205dd98f72b7c08903967db4fcbf04448385859",
            ),
        },
    ]
}

const URL: &str = "https://acme.example/hook";

impl Vector {
    fn order<'a>(&'a self, body: &'a Value, secrets: &'a [&'a str], alteration: &'a Alteration) -> DeliverySpec<'a> {
        let Vector { scheme, event, id, t, .. } = self;
        DeliverySpec { scheme, event, body, id, secrets, url: URL, sent_at: *t, happened_at: *t, alteration }
    }

    fn headers(&self) -> Vec<(String, String)> {
        seal(&self.order(&Value::Null, &[self.secret], &Alteration::default()), self.body.as_bytes()).unwrap()
    }

    fn examined(&self, headers: &[(String, String)], body: &[u8], secret: &str, now: i64) -> Verification {
        examine(&self.scheme, &[secret], &ReceivedDelivery { method: "POST", url: URL, headers, body }, now)
    }
}

/// Returns a text in which one bit of one character is changed, so that it is still text.
fn bent(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] ^= 1;
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_was_published_is_composed_to_the_byte() {
    for vector in vectors() {
        let code = vector.headers().into_iter().find(|(name, _)| name == vector.code.0).unwrap().1;
        assert_eq!(code, vector.code.1);
    }
}

#[test]
fn bodies_are_written_as_they_were_published() {
    for (vector, body) in vectors().into_iter().filter_map(|vector| Some((body(&vector)?, vector))).map(|(b, v)| (v, b))
    {
        let parcel = compose(&vector.order(&body, &[vector.secret], &Alteration::default())).unwrap();
        assert_eq!(String::from_utf8(parcel.body).unwrap(), vector.body);
        assert_eq!(parcel.headers, vector.headers());
    }
}

/// Returns the body of a vector before its id and name are set. `None` if the provider writes bodies in another way.
fn body(vector: &Vector) -> Option<Value> {
    match vector.code.0 {
        "X-Slack-Signature" => {
            let members = url::form_urlencoded::parse(vector.body.as_bytes());
            let mut body: Value =
                members.map(|(name, text)| (name.into_owned(), json!(text))).collect::<serde_json::Map<_, _>>().into();
            (body["trigger_id"], body["command"]) = (json!(""), json!(""));
            Some(body)
        }
        "X-Debitura-Signature" => {
            let mut body: Value = serde_json::from_str(vector.body).unwrap();
            (body["id"], body["event"], body["timestamp"]) = (json!(""), json!(""), json!(""));
            Some(body)
        }
        _ => None,
    }
}

#[test]
fn what_was_published_is_believed_and_nothing_that_differs_by_one_bit() {
    for vector in vectors() {
        let (headers, name) = (vector.headers(), vector.code.0);
        let read = vector.examined(&headers, vector.body.as_bytes(), vector.secret, vector.t);
        assert!(read.verified && !read.stale, "{name}: {read:?}");
        assert_eq!(read.id.as_deref(), Some(vector.id), "{name}");
        // In the vector of one specification, the body does not contain the name of the event.
        assert_eq!(read.event.as_deref(), Some(vector.event).filter(|_| name != "webhook-signature"), "{name}");
        for at in [0, vector.body.len() / 2, vector.body.len() - 1] {
            let read = vector.examined(&headers, bent(vector.body, at).as_bytes(), vector.secret, vector.t);
            assert!(!read.verified, "{name}: byte {at} of the body");
        }
        let code = headers.iter().position(|(known, _)| known == name).unwrap();
        for at in 0..vector.code.1.len() {
            let mut headers = headers.clone();
            headers[code].1 = bent(vector.code.1, at);
            assert!(
                !vector.examined(&headers, vector.body.as_bytes(), vector.secret, vector.t).verified,
                "{name}: {at}"
            );
        }
        let read = vector.examined(&headers, vector.body.as_bytes(), &bent(vector.secret, 7), vector.t);
        assert!(!read.verified, "{name}: another secret");
    }
}

#[test]
fn the_algorithms_are_those_of_the_rfcs() {
    let hi = ("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There");
    let jefe = ("4a656665", "what do ya want for nothing?");
    for (algorithm, (key, data), code) in [
        ("hmac-sha1", hi, "b617318655057264e28bc0b6fb378c8ef146be00"),
        ("hmac-sha1", jefe, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("hmac-sha256", hi, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        ("hmac-sha256", jefe, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            "hmac-sha512",
            hi,
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        ),
        (
            "hmac-sha512",
            jefe,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
    ] {
        let scheme = scheme_with("hmac", &[("hmac-sha256", algorithm)]);
        let vector = Vector { scheme, secret: key, event: "e", id: "1", t: 0, body: data, code: ("X-Code", code) };
        assert!(vector.headers().contains(&("X-Code".to_owned(), code.to_owned())), "{algorithm} {data}");
    }
}
