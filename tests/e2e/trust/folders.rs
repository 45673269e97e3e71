//! A pack reads only its own folder, and nothing that a link in the folder leads to.

use std::os::unix::fs::symlink;

use super::ground::Ground;

#[test]
fn what_a_link_leads_to_is_not_read() {
    for place in ["fixtures/any.json", "fixtures", "whole"] {
        let ground = Ground::new("play");
        let hooks = ground.folder.path().join("outside");
        std::fs::create_dir_all(hooks.join("play")).unwrap();
        for name in ["any.json", "play/any.json"] {
            std::fs::write(hooks.join(name), r#"{ "id": "x", "private": 1 }"#).unwrap();
        }
        let fixtures = ground.folder.path().join("fixtures");
        match place {
            "fixtures/any.json" => {
                std::fs::remove_file(fixtures.join("play/any.json")).unwrap();
                symlink(hooks.join("any.json"), fixtures.join("play/any.json")).unwrap();
            }
            "fixtures" => {
                std::fs::remove_dir_all(fixtures.join("play")).unwrap();
                symlink(&hooks, fixtures.join("play")).unwrap();
            }
            _ => {
                std::fs::remove_dir_all(&fixtures).unwrap();
                symlink(&hooks, &fixtures).unwrap();
            }
        }
        let said = ground.refused(&"0".repeat(64));
        assert!(said.contains("there is no `fixtures/play/any.json`"), "{place}: {said}");
    }
}

#[test]
fn a_check_behind_a_link_is_no_check() {
    let ground = Ground::new("play");
    let hooks = ground.folder.path().join("outside.yaml");
    std::fs::rename(ground.path("hostile/it.yaml"), &hooks).unwrap();
    symlink(&hooks, ground.path("hostile/it.yaml")).unwrap();
    let said = ground.refused(&"0".repeat(64));
    assert!(said.contains("checks/play/hostile/it.yaml: is a link, so it is not read"), "{said}");
}
