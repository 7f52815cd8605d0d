//! Rows, their ids and what is written over them.

use jiff::SignedDuration;

use super::*;

fn world() -> World {
    World::new(7, Size { customers: 5 })
}

#[test]
fn every_id_leads_to_its_row_and_to_no_other_kind_or_parent() {
    let world = world();
    for customer in world.all::<Customer>(Place::ROOT) {
        assert_eq!(
            world.find::<Customer>(&customer.id).map(|found| found.place),
            Some(customer.place)
        );
        assert!(world.find::<Tenant>(&customer.id).is_none());
        for tenant in world.all::<Tenant>(customer.place) {
            assert_eq!(world.parent(&tenant).id, customer.id);
            for user in world.all::<User>(tenant.place) {
                assert_eq!(
                    world.find_in::<User>(tenant.place, &user.id).map(|found| found.place),
                    Some(user.place)
                );
                assert!(world.find_in::<User>(customer.place, &user.id).is_none());
            }
        }
    }
}

#[test]
fn a_row_beyond_the_last_is_not_there() {
    let world = world();
    let beyond = Place::ROOT.child::<Customer>(5);
    assert!(world.find::<Customer>(&world.ids.id(beyond)).is_none());
    assert!(world.find::<Tenant>(&world.ids.id(beyond.child::<Tenant>(0))).is_none());
}

#[test]
fn what_was_added_is_there_and_has_nothing_in_it() {
    let mut world = world();
    let row = world.nth::<Customer>(Place::ROOT, 0).row;
    let added = world.add(Place::ROOT, row);
    assert_eq!(world.count::<Customer>(Place::ROOT), 6);
    assert!(world.find::<Customer>(&added.id).is_some());
    assert_eq!(world.count::<Tenant>(added.place), 0);
    let tenant = world.nth::<Tenant>(world.nth::<Customer>(Place::ROOT, 0).place, 0).row;
    let tenant = world.add(added.place, tenant);
    assert_eq!(world.count::<Tenant>(added.place), 1);
    assert_eq!(world.count::<User>(tenant.place), 0);
}

#[test]
fn what_was_changed_stays_changed() {
    let mut world = world();
    let customer = world.nth::<Customer>(Place::ROOT, 1);
    let (id, other) = (
        customer.id.clone(),
        world.nth::<Customer>(Place::ROOT, 2).row.organization,
    );
    world.change(customer, |customer| customer.organization = "Renamed".to_owned());
    assert_eq!(
        world
            .find::<Customer>(&id)
            .map(|found| found.row.organization)
            .as_deref(),
        Some("Renamed")
    );
    assert_eq!(world.nth::<Customer>(Place::ROOT, 2).organization, other);
}

#[test]
fn the_same_seed_gives_the_same_world_and_another_another() {
    let ids = |seed| {
        let world = World::new(seed, Size { customers: 5 });
        let customers = world.all::<Customer>(Place::ROOT);
        customers
            .map(|customer| format!("{} {:?}", customer.id, customer.row))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(7), ids(7));
    assert_ne!(ids(7), ids(8));
}

#[test]
fn a_world_that_begins_at_another_time_is_the_same_but_for_that() {
    let begun = |days: i64| {
        let mut world = world();
        let beginning = world.clock.beginning + SignedDuration::from_hours(24 * days);
        world.clock = Clock::starting_at(beginning);
        world
    };
    let times = |world: &World| {
        let customers = world.all::<Customer>(Place::ROOT);
        let jobs = customers.flat_map(|customer| world.all::<Job>(customer.place).collect::<Vec<_>>());
        let licenses = world.all::<License>(Place::ROOT);
        let jobs = jobs.map(|job| (job.id.clone(), job.start));
        let licenses = licenses.map(|license| (license.id.clone(), license.expiration));
        jobs.chain(licenses).collect::<Vec<_>>()
    };
    assert_eq!(times(&begun(30)), times(&begun(30)));
    for days in [30, -20_000, 1_000_000] {
        let shifted = times(&world()).into_iter();
        let shifted = shifted.map(|(id, time)| (id, time + SignedDuration::from_hours(24 * days)));
        assert_eq!(times(&begun(days)), shifted.collect::<Vec<_>>());
    }
}
