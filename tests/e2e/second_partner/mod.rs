//! A partner that has nothing in common with the reference partner: by itself, and in rehearsals.

mod alone;
mod desk;
mod rehearsed;
