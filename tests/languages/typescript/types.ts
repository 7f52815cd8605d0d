// What the compiler must say of a client's types: `build` fails unless it does.
import type { connect } from "../journey.js";

type Page = NonNullable<Awaited<ReturnType<ReturnType<typeof connect>["listCustomers"]>>["data"]>;

export function read(page: Page): void {
  for (const customer of page.data ?? []) {
    // @ts-expect-error: an entry may be null.
    customer.id;
    if (customer) {
      // @ts-expect-error: a member may be null, or not have come.
      customer.organization.length;
      customer.organization?.length;
      // A code may be one that no page knows, and it is not just anything.
      customer.jobStatus = 987654;
      customer.jobStatus = null;
      // @ts-expect-error: this code is a number.
      customer.jobStatus = "Working";
    }
  }
}
