//! Matching what was with what is.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

/// What has no partner yet on either side.
pub struct Unmatched<T> {
    pub was: Vec<T>,
    pub is: Vec<T>,
}

impl<T: Copy> Unmatched<T> {
    /// The entries of two lists.
    pub fn new(was: impl IntoIterator<Item = T>, is: impl IntoIterator<Item = T>) -> Self {
        Self {
            was: was.into_iter().collect(),
            is: is.into_iter().collect(),
        }
    }

    /// Takes out the entries that have equal keys, in order, as pairs.
    pub fn match_similar<K: Eq + Hash>(&mut self, key: impl Fn(T) -> K) -> Vec<(T, T)> {
        let mut waiting: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (index, entry) in self.is.iter().enumerate() {
            waiting.entry(key(*entry)).or_default().push_back(index);
        }
        let (mut matched, mut used) = (Vec::new(), HashSet::new());
        self.was.retain(|entry| {
            let partner = waiting.get_mut(&key(*entry)).and_then(VecDeque::pop_front);
            matched.extend(partner.map(|index| (*entry, self.is[index])));
            used.extend(partner);
            partner.is_none()
        });
        let mut index = 0..;
        self.is
            .retain(|_| index.next().is_some_and(|index| !used.contains(&index)));
        matched
    }

    /// Takes out the entries that are the last of their key on each side, if they belong together.
    pub fn match_last<K: Eq + Hash>(&mut self, key: impl Fn(T) -> K, fits: impl Fn(T, T) -> bool) -> Vec<(T, T)> {
        let mut left: HashMap<K, [Vec<T>; 2]> = HashMap::new();
        for (side, entries) in [&self.was, &self.is].into_iter().enumerate() {
            for entry in entries {
                left.entry(key(*entry)).or_default()[side].push(*entry);
            }
        }
        let last = |[was, is]: &[Vec<T>; 2]| was.len() == 1 && is.len() == 1 && fits(was[0], is[0]);
        left.retain(|_, sides| last(sides));
        self.was.retain(|entry| !left.contains_key(&key(*entry)));
        self.is.retain(|entry| !left.contains_key(&key(*entry)));
        left.into_values().map(|[was, is]| (was[0], is[0])).collect()
    }
}
