//! The pack that was read is the pack that runs, to the last byte.

use super::ground::{Ground, snapshot};

/// A change to a pack.
type Change = fn(&Ground);

#[test]
fn any_change_of_any_file_ends_the_trust() {
    let changes: [(&str, Change); 6] = [
        ("a byte of a check", |ground| append(ground, "hostile/it.yaml", "#")),
        ("a byte of provider.yaml", |ground| append(ground, "provider.yaml", "#")),
        ("a byte of a fixture", |ground| append(ground, "fixtures/any.json", " ")),
        ("a new file", |ground| ground.write("notes.txt", "x")),
        ("a new fixture", |ground| ground.write("fixtures/other.txt", "x")),
        ("another name", |ground| {
            ground.write("read-me.txt", "");
            std::fs::rename(ground.path("notes-of-old.txt"), ground.path("notes-of-new.txt")).unwrap();
            std::fs::remove_file(ground.path("read-me.txt")).unwrap();
        }),
    ];
    for (name, change) in changes {
        let ground = Ground::new("play");
        ground.write("notes-of-old.txt", "x");
        let before = ground.digest();
        change(&ground);
        assert_ne!(ground.digest(), before, "{name}");
        let said = ground.refused(&before).replace(&before, "BEFORE");
        snapshot("digest", &said);
        assert_eq!(ground.provider_heard() + &ground.evil_heard(), "", "{name}");
    }
}

fn append(ground: &Ground, file: &str, more: &str) {
    let text = std::fs::read_to_string(ground.path(file)).unwrap();
    std::fs::write(ground.path(file), text + more).unwrap();
}

#[test]
fn the_pack_that_was_read_runs_and_its_report_says_which_it_is() {
    let ground = Ground::new("play");
    let digest = ground.digest();
    let ran = ground.run();
    assert_eq!(ran.code, Some(0), "{}", ran.console);
    assert!(
        ran.console.lines().next().unwrap().contains(&format!("NOT built in, sha256 {}", &digest[..12])),
        "{}",
        ran.console
    );
    assert_eq!((&ran.json["pack"]["built_in"], &ran.json["pack"]["sha256"]), (&false.into(), &digest.as_str().into()));
    assert!(ran.junit.contains(&digest) && ran.junit.contains("NOT built in"), "{}", ran.junit);
    let markdown = std::fs::read_to_string(ground.folder.path().join("out.md")).unwrap();
    assert!(markdown.contains(&format!("**not built in**, SHA-256 {digest}: pack play 1")), "{markdown}");
}
