//! A partner that shares nothing with the reference partner: alone, and in rehearsals.

mod alone;
mod desk;
mod rehearsed;
