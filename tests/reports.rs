//! What the reports say, to people and to the systems that read them.
#![cfg(test)]

#[path = "reports/agree.rs"]
mod agree;
#[path = "reports/consumers.rs"]
mod consumers;
#[path = "reports/formats.rs"]
mod formats;
#[path = "reports/hostile.rs"]
mod hostile;
#[path = "reports/junit.rs"]
mod junit;
#[path = "reports/sample.rs"]
mod sample;
#[path = "reports/standing.rs"]
mod standing;
#[path = "reports/xml.rs"]
mod xml;
