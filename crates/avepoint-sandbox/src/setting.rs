//! What a test sets in the world of its sandbox.

use std::sync::MutexGuard;

use crate::world::{Customer, Place, Tenant, User, World};

/// The world of a sandbox, for a test to set what it needs. While it is held, no call is carried out; from
/// [`Sandbox::world`](crate::Sandbox::world).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = avepoint_sandbox::Sandbox::builder().customers(0).without_tokens().start().await?;
/// let mut world = sandbox.world();
/// let customer = world.add_customer("Northwind");
/// let tenant = world.add_tenant(&customer, "Northwind France").expect("the customer is there");
/// let user = world.add_user(&tenant, "Ines Moreau").expect("the tenant is there");
/// drop(world);
///
/// let path = format!("partner/external/v3/um/customers/{customer}/tenants/{tenant}/users/{user}");
/// let answer = reqwest::get(format!("{}/{path}", sandbox.base_url())).await?;
/// assert!(answer.text().await?.contains(r#""displayName":"Ines Moreau""#));
/// # Ok(())
/// # }
/// ```
pub struct WorldGuard<'w> {
    world: MutexGuard<'w, World>,
}

impl<'w> WorldGuard<'w> {
    pub(crate) fn new(world: MutexGuard<'w, World>) -> Self {
        Self { world }
    }

    /// The ids of all customers, in the order of the lists.
    #[must_use]
    pub fn customers(&self) -> Vec<String> {
        self.world.ids::<Customer>(Place::ROOT).collect()
    }

    /// The ids of the tenants of a customer; none if there is no such customer.
    #[must_use]
    pub fn tenants(&self, customer: &str) -> Vec<String> {
        let customer = self.world.find::<Customer>(customer);
        let tenants = customer.map(|customer| self.world.ids::<Tenant>(customer.place));
        tenants.into_iter().flatten().collect()
    }

    /// The ids of the users of a tenant; none if there is no such tenant.
    #[must_use]
    pub fn users(&self, tenant: &str) -> Vec<String> {
        let tenant = self.world.find::<Tenant>(tenant);
        let users = tenant.map(|tenant| self.world.ids::<User>(tenant.place));
        users.into_iter().flatten().collect()
    }

    /// Adds a customer without tenants; returns its id.
    pub fn add_customer(&mut self, organization: &str) -> String {
        let added = self.world.add_made::<Customer>(Place::ROOT, |customer| {
            organization.clone_into(&mut customer.organization);
        });
        added.id
    }

    /// Adds a tenant without users to a customer; returns its id, or nothing if there is no such customer.
    pub fn add_tenant(&mut self, customer: &str, name: &str) -> Option<String> {
        let customer = self.world.find::<Customer>(customer)?.place;
        let added = self
            .world
            .add_made::<Tenant>(customer, |tenant| name.clone_into(&mut tenant.name));
        Some(added.id)
    }

    /// Adds a user to a tenant; returns its id, or nothing if there is no such tenant.
    pub fn add_user(&mut self, tenant: &str, display_name: &str) -> Option<String> {
        let tenant = self.world.find::<Tenant>(tenant)?.place;
        let added = self
            .world
            .add_made::<User>(tenant, |user| display_name.clone_into(&mut user.display_name));
        Some(added.id)
    }
}

impl std::fmt::Debug for WorldGuard<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("WorldGuard").finish_non_exhaustive()
    }
}
