//! Small inputs on which the program was once wrong, each with the test that covers it now.
//!
//! A case that a test covers has a row here and no copy: running the same thing twice costs time and proves nothing. A
//! row whose test is missing fails, so no case is lost when tests are moved.

use crate::support::root;

/// A case, the file of its test, and the test.
type Case = (&'static str, &'static str, &'static str);

const CONFIGURATION: [Case; 4] = [
    ("finds keys with hyphens in .properties", "src/run/config/tests/mod.rs", "properties_and_sections"),
    ("leaves a placeholder of Spring or Compose undetermined", "src/run/config/tests/mod.rs", "yaml"),
    (
        "reads a profile that begins with a byte order mark",
        "tests/engine/lint/mistakes.rs",
        "what_a_parser_stumbles_over",
    ),
    (
        "hands on a variable that looks like a template",
        "tests/engine/lint/variables.rs",
        "a_password_arrives_as_it_is_everywhere",
    ),
];

const PARTNER: [Case; 6] = [
    (
        "names a stranger on the build's port",
        "tests/e2e/hostile/stranger.rs",
        "who_answers_before_the_build_is_started_is_named_with_the_port",
    ),
    (
        "fails a partner that crashes over `retryAfter`",
        "tests/engine/judge/crash.rs",
        "a_crash_over_a_refusal_is_no_pass",
    ),
    (
        "passes a partner that previews within its submission",
        "tests/e2e/odd_rehearsal/trial.rs",
        "a_partner_that_handles_one_request_at_a_time_and_previews_within_its_submission_passes",
    ),
    (
        "accepts a return URL with an empty path",
        "tests/engine/judge/return_url.rs",
        "equal_addresses_are_one_however_the_partner_writes_them",
    ),
    (
        "names a build that is frozen in mid-run",
        "tests/e2e/containment/silent.rs",
        "one_that_does_not_answer_any_more_is_named_and_not_waited_for_again",
    ),
    (
        "passes on a variable that looks like a template",
        "tests/e2e/containment/commands.rs",
        "it_sees_what_the_build_is_told_and_passed_and_the_proxy_and_nothing_of_ours",
    ),
];

const HANDLER: [Case; 5] = [
    (
        "catches an age from an unsigned header",
        "tests/e2e/odd_partners/faulty.rs",
        "a_repeat_that_is_known_by_luck_and_an_age_that_nobody_signed_are_caught",
    ),
    (
        "catches repeats known by their signature",
        "tests/e2e/odd_partners/faulty.rs",
        "a_repeat_that_is_known_by_luck_and_an_age_that_nobody_signed_are_caught",
    ),
    (
        "fails a handler that knows lower-case headers only",
        "tests/e2e/odd_partners/names.rs",
        "small_letters_alone_fail_what_is_required_and_the_cause_is_named",
    ),
    (
        "delivers to servers that close each connection unannounced",
        "tests/engine/wire/answers.rs",
        "servers_that_close_without_a_word_lose_nothing_and_get_nothing_twice",
    ),
    (
        "says of a 308 that it is a redirect",
        "tests/e2e/odd_partners/faulty.rs",
        "each_fault_fails_its_own_check_and_says_what_was_seen",
    ),
];

const PROGRAM: [Case; 9] = [
    ("leaves no earlier report after wrong input", "tests/e2e/cli/outputs.rs", "wrong_input_leaves_no_earlier_report"),
    (
        "writes times with three decimals",
        "tests/engine/reports/junit.rs",
        "times_have_three_decimals_and_no_property_is_there_twice",
    ),
    (
        "loses one report to a full disk",
        "tests/e2e/cli/files.rs",
        "a_full_disk_costs_the_report_that_was_to_go_there_and_no_other",
    ),
    (
        "leaves nothing behind at a limit of file size",
        "tests/e2e/cli/files.rs",
        "a_limit_for_the_size_of_files_is_told_and_leaves_nothing_behind",
    ),
    (
        "rejects pipes, devices and endless files",
        "tests/e2e/cli/files.rs",
        "what_is_no_file_is_refused_wherever_a_path_can_be_given",
    ),
    (
        "reports after a hang-up",
        "tests/e2e/cli/ends.rs",
        "an_interrupted_run_still_reports_what_is_known_and_ends_the_build",
    ),
    ("wants a file for each report", "tests/e2e/cli/outputs.rs", "two_reports_have_a_file_each"),
    ("overwrites no input", "tests/e2e/cli/outputs.rs", "a_report_goes_over_nothing_that_is_read"),
    ("fails when nothing could be printed", "tests/e2e/cli/files.rs", "what_could_not_be_printed_is_no_success"),
];

const SECRETS: [Case; 4] = [
    (
        "hides user info in addresses",
        "tests/e2e/cli/environment.rs",
        "a_variable_is_in_no_message_about_the_place_that_it_stands_in",
    ),
    (
        "hides a value of .env that is no address",
        "tests/e2e/cli/environment.rs",
        "a_value_out_of_a_file_is_a_secret_unless_it_is_an_address",
    ),
    ("hides what a build is handed", "tests/e2e/cli/environment.rs", "what_a_build_is_handed_is_in_no_output"),
    (
        "hides a key in the excerpt of a wrong line",
        "tests/e2e/cli/environment.rs",
        "a_credential_that_was_written_down_is_in_no_excerpt",
    ),
];

#[test]
fn every_case_is_held_by_a_test() {
    let cases = [&CONFIGURATION[..], &PARTNER, &HANDLER, &PROGRAM, &SECRETS].concat();
    let lost: Vec<_> = cases
        .into_iter()
        .filter(|(_, file, test)| {
            let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            !text.contains(&format!("fn {test}("))
        })
        .collect();
    assert!(lost.is_empty(), "no test holds these cases any more; name the test that does: {lost:#?}");
}
