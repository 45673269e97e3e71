//! Templates in packs and profiles: `{{ expression }}`, and nothing else.

mod engine;
mod filters;
mod variables;

pub use engine::{
    Absent, TemplateError, check_condition, engine, holds, is_template, lookup, names, only_expressions, render,
    render_json, render_text, to_json,
};
pub use filters::{FILTERS, unknown_filters, unknown_tests};
pub use variables::{MissingVariable, filled, variable};
