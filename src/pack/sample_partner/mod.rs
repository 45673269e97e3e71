//! The sample partner of a pack: what `checks/<provider>/partner.yaml` says.

mod act;
mod description;
mod surroundings;

pub use act::{Act, Again, Answer, AnswerWords, Call, Keep};
pub use description::{Carried, Deployment, FILE, Fault, Page, Rule, SamplePartner, Sampled};
pub use surroundings::{Held, HookPart, InPart, ProfilePart};
