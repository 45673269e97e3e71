//! Validates the variables that a profile lists as public.

use crate::profile::loaded::LoadedProfile;
use crate::profile::variables::named;
use crate::yaml::Problem;

/// Keys of a profile whose values are secret, whatever their variable is called.
const SECRET: [&str; 3] = ["api_key", "secret", "credentials"];

/// Finds variables that nothing uses, most of which are misspelt, and those that contain a key or a secret.
pub(in crate::profile) fn public(read: &LoadedProfile) -> Vec<Problem> {
    let written = read.document.parse().unwrap_or_default();
    let mut used: Vec<(String, String)> = Vec::new();
    crate::json::texts(&written, &mut |pointer, text| {
        used.extend(named(text).into_iter().map(|name| (pointer.to_owned(), name.to_owned())));
    });
    let passed = read.profile.rehearsal.iter().flat_map(|rehearsal| &rehearsal.pass_env);
    used.extend(passed.map(|name| ("/rehearsal/pass_env".to_owned(), name.clone())));
    let listed = read.profile.public_env.iter().enumerate();
    let wrong = listed.filter_map(|(at, name)| {
        let problem = |message: String| read.document.problem(&format!("/public_env/{at}"), message);
        let places: Vec<&str> = used.iter().filter(|(_, used)| used == name).map(|(place, _)| place.as_str()).collect();
        if places.is_empty() {
            let names = used.iter().map(|(_, name)| name.as_str());
            let hint = "list variables that this profile uses as `${NAME}` or under `rehearsal.pass_env`";
            return Some(
                problem(format!("this profile does not use a variable `{name}`")).nearest_or(name, names, hint),
            );
        }
        let secret = places.iter().find(|place| place.split('/').rev().take(2).any(|word| SECRET.contains(&word)))?;
        let place = secret.trim_start_matches('/').replace('/', ".");
        Some(problem(format!("`{name}` cannot be public: it is used as {place}")).hint("remove it from `public_env`"))
    });
    wrong.collect()
}
