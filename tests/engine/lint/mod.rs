//! What pack authors and partners are told if one of their files is wrong.

mod emails;
mod folder;
mod hostile;
mod idle;
mod mistakes;
mod packs;
mod profiles;
mod rehearsed;
mod schemes;
mod sound;
mod started;
mod texts;
mod variables;
