//! Finds placeholders, whose values come from elsewhere and are unknown here.

use std::sync::LazyLock;

use regex::Regex;

/// Matches a variable as shells, Compose, Spring, Azure and Kubernetes write it: `$NAME`, `${NAME:default}`, `$(NAME)`.
static VARIABLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\$[A-Za-z_0-9{(]").ok());

/// Matches placeholders that other tools replace before or while production loads the file.
static REPLACED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let ways = [
        r"\{\{|\{%|\[\[",                                                         // Jinja, Helm, Handlebars, Go
        r"<%",                                                                    // ERB and its like
        r"%env\(|%[A-Za-z_][\w.]{2,}%",                                           // Symfony, Windows
        r"%\([A-Za-z_][\w.]*\)s",                                                 // Python's configparser
        r"#\{",                            // Spring's expressions, Azure Pipelines, Octopus
        r"@[A-Za-z_][\w.-]*@",             // Maven, CMake, autoconf
        r"\b__[A-Za-z][A-Za-z0-9_]*?__\b", // tokens of release pipelines
        r"^<[^<>]*>$",                     // `<your address>`
        r"^(ENC|DEC)[(\[]|^\{cipher\}",    // Jasypt, SOPS, Spring Cloud Config
        r"^(vault|ref\+\w+|op|ssm|sm|secret|env|arn|kms):|^@Microsoft\.KeyVault", // stores of secrets
    ];
    Regex::new(&ways.join("|")).ok()
});

/// Returns why a text is not the final value yet; `None` if it is final.
pub(super) fn found(text: &str) -> Option<&'static str> {
    let is = |way: &LazyLock<Option<Regex>>| way.as_ref().is_some_and(|way| way.is_match(text));
    if is(&VARIABLE) {
        return Some("refers to another variable");
    }
    replaced(text)
}

/// Returns the same for a text in which `$` has no meaning.
pub(super) fn replaced(text: &str) -> Option<&'static str> {
    let is = REPLACED.as_ref().is_some_and(|way| way.is_match(text));
    is.then_some("has a placeholder that something else replaces")
}
