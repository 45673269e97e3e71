//! The program itself and whole runs, as people, pipelines, partners and pack authors meet them.
#![cfg(test)]
#![cfg(unix)]

mod answers;
mod cases;
mod checks;
mod cli;
mod containment;
mod debitsuccess;
mod explain;
mod hostile;
mod odd_partners;
mod odd_rehearsal;
mod packs;
mod partner;
mod published_client;
mod second_partner;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other tests ask for more")]
mod support;
mod trust;
