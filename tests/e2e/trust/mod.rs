//! Untrusted packs that try to get what is not theirs: the attack, the message, and that nobody received a key.

mod asked;
mod digest;
mod folders;
mod gate;
mod ground;
mod played;
mod tried;
