//! Pairing what was with what is.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

/// Pairs the entries of two lists that have equal keys, in order, and takes them out of the lists.
pub fn by_key<T: Copy, K: Eq + Hash>(was: &mut Vec<T>, is: &mut Vec<T>, key: impl Fn(T) -> K) -> Vec<(T, T)> {
    let mut waiting: HashMap<K, VecDeque<usize>> = HashMap::new();
    for (index, entry) in is.iter().enumerate() {
        waiting.entry(key(*entry)).or_default().push_back(index);
    }
    let mut pairs = Vec::new();
    let mut used = HashSet::new();
    was.retain(|entry| {
        let partner = waiting.get_mut(&key(*entry)).and_then(VecDeque::pop_front);
        if let Some(index) = partner {
            pairs.push((*entry, is[index]));
            used.insert(index);
        }
        partner.is_none()
    });
    let mut index = 0;
    is.retain(|_| {
        index += 1;
        !used.contains(&(index - 1))
    });
    pairs
}

/// Pairs what is left if it is one entry on each side, and takes it out of the lists.
pub fn lone<T: Copy>(was: &mut Vec<T>, is: &mut Vec<T>) -> Option<(T, T)> {
    match (was.as_slice(), is.as_slice()) {
        ([gone], [new]) => {
            let pair = (*gone, *new);
            was.clear();
            is.clear();
            Some(pair)
        }
        _ => None,
    }
}
