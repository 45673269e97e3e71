//! `coverage --page`: what has changed on the provider's page.

use super::program::{Desk, in_order, snapshot};

const HTML: &str = "<!doctype html><html><head><title>Going live</title><style>li { color: red }</style></head>
<body><nav><ul><li>Home</li><li>Genuine deliveries are accepted</li></ul></nav>
<h1>Going live</h1><script>var x = '<ul><li>Not read</li></ul>';</script>
<h2>Webhooks</h2>
<ul>
  <li><label><input type=checkbox> <b>Genuine</b>&nbsp;deliveries
      are <code>accepted</code>!</label>
  <li><input type=checkbox> Deliveries are answered within <em>five</em> seconds
  <li><input type=checkbox> Deliveries are told apart by their id
</ul>
<p>See also:<ul><li>our blog</ul></body>
";

const MARKDOWN: &str = "# Going live

## Webhooks

- [ ] **Genuine** deliveries
      are `accepted`!
- [x] Deliveries are answered within *five* seconds
- [ ] Deliveries are told apart by their id

See also:

1. our [blog](https://acme.example/blog)
";

const TEXT: &str = "Going live

Webhooks
 ☐ Genuine deliveries are accepted
 ☐ Deliveries are answered within five seconds
 ☐ Deliveries are told apart by their id

See also:
 • our blog
";

#[test]
fn a_changed_a_gone_and_a_new_line_are_found_in_every_kind_of_page() {
    let desk = Desk::new();
    let mut told = String::new();
    for (file, text) in [("page.html", HTML), ("page.md", MARKDOWN), ("page.txt", TEXT), ("page", HTML)] {
        desk.write(file, text);
        let (out, err) = desk.run(&format!("coverage acme --checks checks --page {file}"), 1);
        assert!(err.is_empty(), "{err}");
        told.extend(["=== ", file, "\n", &out, "\n"]);
    }
    snapshot("pages", &told);
}

#[test]
fn a_page_that_says_the_same_is_told_to() {
    let desk = Desk::new();
    let page = "* genuine deliveries are accepted.\n* The `API key` works, in test and in production\n\
                * Deliveries are  answered within ten seconds;\n";
    desk.write("page.md", page);
    let (out, _) = desk.run("coverage acme --checks checks --page page.md", 0);
    assert_eq!(out, "3 unchanged, 0 changed, 0 gone, 0 new\n");
}

#[test]
fn what_is_pinned_is_compared_instead_of_our_words() {
    let desk = Desk::new();
    let provider = "checks/acme/provider.yaml";
    desk.write("page.md", "- You accept every genuine delivery\n- You answer within 10 s\n- Your API key works\n");
    desk.change(
        provider,
        "text: Genuine deliveries are accepted }",
        "text: Ours, page: \"You accept every genuine delivery.\" }",
    );
    desk.change(provider, "within ten seconds }", "within ten seconds, page: sha256:0123456789abcdef }");
    desk.change(provider, "in test and in production\" }", "in test and in production\", page: your API key works! }");
    let (out, _) = desk.run("coverage acme --checks checks --page page.md", 1);
    in_order(
        &out,
        &[
            "2 unchanged, 0 changed, 1 gone, 1 new",
            "gone     hooks.time",
            "only a fingerprint",
            "new      You answer within 10 s",
        ],
    );
}

#[test]
fn the_lines_that_pin_prints_pin_the_page() {
    let desk = Desk::new();
    let provider = "checks/acme/provider.yaml";
    desk.write("page.md", "- Genuine deliveries are accepted\n- Deliveries are answered within 10 seconds\n- The key works, in test and in production\n");
    let (out, _) = desk.run("coverage acme --checks checks --page page.md --pin", 0);
    in_order(&out, &["hooks.accept, line 1: Genuine", "hooks.time, line 2, CHANGED", "api.key, line 3, CHANGED"]);
    let pins: Vec<&str> = out.lines().filter(|line| line.starts_with("  page: ")).map(str::trim).collect();
    assert_eq!(pins.len(), 3, "{out}");
    for (words, pin) in ["are accepted }", "ten seconds }", "in production\" }"].iter().zip(pins) {
        desk.change(provider, words, &words.replace(" }", &format!(", {pin} }}")));
    }
    let (out, _) = desk.run("coverage acme --checks checks --page page.md", 0);
    assert_eq!(out, "3 unchanged, 0 changed, 0 gone, 0 new\n");
    desk.change("page.md", "10 seconds", "20 seconds");
    let (out, _) = desk.run("coverage acme --checks checks --page page.md", 1);
    in_order(
        &out,
        &[
            "1 changed",
            "changed  hooks.time",
            "(the pack's wording",
            "new  Deliveries are answered within 20 seconds",
            "page.md:2",
        ],
    );
}

#[test]
fn an_item_that_the_page_has_not_cannot_be_pinned() {
    let desk = Desk::new();
    desk.write("page.md", "- Genuine deliveries are accepted\n");
    let (out, _) = desk.run("coverage acme --checks checks --page page.md --pin", 1);
    in_order(&out, &["page: sha256:", "# hooks.time: no line of the page matches", "# api.key: no line"]);
}

#[test]
fn a_page_that_cannot_be_read_is_wrong_input() {
    let desk = Desk::new();
    desk.write("empty.html", "<html><body><script>only()</script></body></html>");
    std::fs::write(desk.path("page.pdf"), [b'%', 0xff, 0xfe]).unwrap();
    std::fs::File::create(desk.path("large.md")).unwrap().set_len((16 << 20) + 1).unwrap();
    let table = [
        ("missing.md", "name a saved copy of the provider's page"),
        ("checks", "name a saved copy of the provider's page"),
        ("page.pdf", "not as a PDF"),
        ("large.md", "is larger than 16 MiB"),
        ("empty.html", "contains no text"),
    ];
    for (file, hint) in table {
        let (out, err) = desk.run(&format!("coverage acme --checks checks --page {file}"), 2);
        assert!(out.is_empty() && err.contains(hint) && err.contains(file), "{file}: {err}");
    }
    desk.run("coverage acme --checks checks --pin", 2);
}

#[test]
fn a_fingerprint_that_is_none_is_refused() {
    let desk = Desk::new();
    desk.change(
        "checks/acme/provider.yaml",
        "text: Genuine deliveries are accepted }",
        "text: Ours, page: sha256:12 }",
    );
    let (_, err) = desk.run("coverage acme --checks checks", 2);
    assert!(err.contains("provider.yaml") && err.contains("sha256:12"), "{err}");
}
