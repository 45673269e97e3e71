//! Tests each defect against its section and a few other checks, in parts that run concurrently. `preflight test
//! PROVIDER` runs the whole matrix.

use std::collections::BTreeSet;

use super::caught::{SLOW, preflight, samples};

/// Returns every defect of a provider that is tested here, with the check that catches it.
fn tried(provider: &str) -> Vec<(String, String)> {
    let (_, sample) = samples().into_iter().find(|(name, _)| *name == provider).unwrap();
    let defects = sample.setup.defects.into_iter().filter(|mistake| mistake.caught_by != SLOW);
    defects.map(|mistake| (mistake.name, mistake.caught_by)).collect()
}

/// Returns one part of the defects. They are dealt out like cards, so that no part consists of one slow section.
fn part(provider: &str, number: usize, of: usize) -> Vec<(String, String)> {
    tried(provider).into_iter().skip(number - 1).step_by(of).collect()
}

fn every_defect_is_caught_by_its_check_and_fails_nothing_unrelated(provider: &str, number: usize, of: usize) {
    let mut arguments = ["test", provider, "--quick", "--jobs=1"].map(str::to_owned).to_vec();
    let tried = part(provider, number, of);
    arguments.extend(tried.iter().map(|(name, _)| format!("--only={name}")));
    let output = preflight(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    for (name, caught_by) in &tried {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(name));
        let words: Vec<&str> = line.unwrap_or_default().split_whitespace().take(3).collect();
        assert_eq!(words, [name.as_str(), caught_by.as_str(), "yes"], "{text}");
    }
    assert!(text.contains(&format!("{} tested, 0 wrong", tried.len() + 1)), "{text}");
}

/// Defines a test for each part, and the list of the parts.
macro_rules! parts {
    ($($test:ident: $provider:literal, $number:literal of $of:literal;)*) => {
        const PARTS: &[(&str, usize, usize)] = &[$(($provider, $number, $of)),*];

        $(#[test]
        fn $test() {
            every_defect_is_caught_by_its_check_and_fails_nothing_unrelated($provider, $number, $of);
        })*
    };
}

parts! {
    every_defect_is_caught_debitsuccess: "debitsuccess", 1 of 1;
    every_defect_is_caught_debitura_1: "debitura", 1 of 4;
    every_defect_is_caught_debitura_2: "debitura", 2 of 4;
    every_defect_is_caught_debitura_3: "debitura", 3 of 4;
    every_defect_is_caught_debitura_4: "debitura", 4 of 4;
}

#[test]
fn every_defect_is_in_one_part() {
    for (provider, sample) in samples() {
        let all = tried(provider);
        let slow: Vec<_> = sample.setup.defects.iter().filter(|mistake| mistake.caught_by == SLOW).collect();
        assert_eq!(all.len() + slow.len(), sample.setup.defects.len(), "{provider}");
        let own = PARTS.iter().filter(|(of, ..)| *of == provider);
        let dealt: Vec<_> = own.flat_map(|(provider, number, of)| part(provider, *number, *of)).collect();
        assert_eq!(dealt.len(), all.len(), "{provider}: a part is missing, or there twice");
        assert_eq!(BTreeSet::from_iter(dealt), BTreeSet::from_iter(all), "{provider}");
    }
}
