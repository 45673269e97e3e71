//! The client that an action is about. The tenant id is ours, chosen once and stored: Debitura knows the client by it.

use std::sync::PoisonError;

use super::app::App;
use super::defects::Defect;
use super::onboarding::{self, Outcome};
use super::store::{self, Client, ClientState, StoreError};

/// Returns the client with this e-mail address, new or known.
pub(super) async fn by_email(app: &App, name: String, email: String, country: String) -> Result<Client, StoreError> {
    let found = app.store.transaction(move |tx| store::client_by_email(tx, &name, &email, &country)).await?;
    Ok(as_remembered(app, found))
}

/// Finds the client with this tenant id.
pub(super) async fn by_tenant(app: &App, tenant: &str) -> Result<Option<Client>, StoreError> {
    let wanted = tenant.to_owned();
    let Some(found) = app.store.transaction(move |tx| store::client(tx, &wanted)).await? else { return Ok(None) };
    let mut client = as_remembered(app, found);
    // Only with the defect: a forgotten client is onboarded again.
    if client.tenant != tenant
        && let Outcome::Known { state, .. } = onboarding::onboard(app, &client).await?
    {
        client.state = state;
    }
    Ok(Some(client))
}

/// Returns the stored client. With [`Defect::TenantIdInMemory`] a client from before the restart is unknown.
fn as_remembered(app: &App, stored: Client) -> Client {
    if !app.has(Defect::TenantIdInMemory) {
        return stored;
    }
    let mut tenants = app.tenants.lock().unwrap_or_else(PoisonError::into_inner);
    let made_now = stored.state == ClientState::New;
    let first_seen = || if made_now { stored.tenant.clone() } else { store::new_tenant() };
    let tenant = tenants.entry(stored.email.clone()).or_insert_with(first_seen).clone();
    if tenant == stored.tenant { stored } else { Client { tenant, state: ClientState::New, url: None, ..stored } }
}
