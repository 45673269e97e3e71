//! The sample partner of a pack: the content of `checks/<provider>/partner.yaml`.

mod act;
mod description;
mod surroundings;

pub use act::{Act, CallStep, ResponseSpec, ResponseStep, RetryStep, StoreStep};
pub use description::{ApiHeaders, Deployment, FILE, PackedSamplePartner, Page, PartnerDefect, Rule, SamplePartner};
pub use surroundings::{EnvironmentPart, ProfilePart, ProviderState, WebhookPart};
