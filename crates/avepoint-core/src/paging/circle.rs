//! What has come before, in memory that does not grow with the list.

/// How many numbers are kept at most.
const MOST: usize = 1024;

/// Which of many numbers have come before.
///
/// The first thousand are kept each; where there are more, every second, every fourth, and so on. Whatever goes round
/// in a circle is thus found: at its first repetition while all are kept, and as many steps later as lie between two
/// that are kept, less than a two-hundredth of what has come.
#[derive(Debug)]
pub(super) struct Visited {
    kept: Vec<u64>,
    /// How many have come.
    count: u64,
    /// One of so many is kept.
    stride: u64,
    last: Option<u64>,
}

impl Default for Visited {
    fn default() -> Self {
        Visited {
            kept: Vec::new(),
            count: 0,
            stride: 1,
            last: None,
        }
    }
}

impl Visited {
    /// Whether a number is the one that came last.
    pub(super) fn is_last(&self, number: u64) -> bool {
        self.last == Some(number)
    }

    /// Takes in a number, and tells whether it is known to have come before.
    pub(super) fn came_before(&mut self, number: u64) -> bool {
        let again = self.is_last(number) || self.kept.contains(&number);
        self.last = Some(number);
        if self.count.is_multiple_of(self.stride) {
            if self.kept.len() == MOST {
                let mut even = false;
                self.kept.retain(|_| {
                    even = !even;
                    even
                });
                self.stride *= 2;
            }
            self.kept.push(number);
        }
        self.count += 1;
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn every_circle_is_found_and_nothing_else(prefix in 0_u64..4000, period in 1_u64..4000) {
            let mut visited = Visited::default();
            let steps = (0..prefix + period).chain((prefix..prefix + period).cycle());
            let found = steps.map(|number| visited.came_before(number)).position(|again| again);
            let found = found.expect("a circle has no end") as u64;
            let first = prefix + period;
            prop_assert!(first <= found && found <= first + first / 200, "{first}: {found}");
            prop_assert!(visited.kept.capacity() <= 2 * MOST);
        }
    }
}
