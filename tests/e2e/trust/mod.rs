//! Packs from elsewhere that try to get what is not theirs: the attack, what the tool says, and that nobody got a key.

mod asked;
mod digest;
mod folders;
mod gate;
mod ground;
mod played;
mod tried;
