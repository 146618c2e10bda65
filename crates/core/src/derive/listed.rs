//! Which purchase of Wix's list is which of those that were told.
//!
//! The list names no invoice, so a purchase is known by its product and its time. Each that was told is one of the list, the
//! nearest in time; those of the list that are left over were never told. A list that is short, or late, so only leaves out.

use super::life::{Bought, Listed};

/// For each purchase that was told its entry of the list, if there is one; and the entries that nobody told of.
pub(super) fn pair<'l, 'a>(
    bought: &[Bought<'a>],
    listed: &'l [Listed<'a>],
) -> (Vec<Option<&'l Listed<'a>>>, Vec<&'l Listed<'a>>) {
    let mut near: Vec<(usize, usize)> = (0..bought.len())
        .flat_map(|told| (0..listed.len()).map(move |entry| (told, entry)))
        .filter(|(told, entry)| bought[*told].top_up.id == listed[*entry].top_up.id)
        .collect();
    near.sort_by(|a, b| {
        let apart = |(told, entry): &(usize, usize)| {
            let (told, entry) = (&bought[*told], &listed[*entry]);
            (told.at.duration_since(entry.at).abs(), told.at, entry.at)
        };
        let names = |(told, entry): &(usize, usize)| (&bought[*told].name, &listed[*entry].fact);
        apart(a).cmp(&apart(b)).then_with(|| names(a).cmp(&names(b)))
    });
    let mut of_told: Vec<Option<&Listed<'a>>> = vec![None; bought.len()];
    let mut is_told = vec![false; listed.len()];
    for (told, entry) in near {
        if of_told[told].is_none() && !is_told[entry] {
            of_told[told] = Some(&listed[entry]);
            is_told[entry] = true;
        }
    }
    let untold = listed.iter().zip(is_told).filter(|(_, told)| !told).map(|(entry, _)| entry).collect();
    (of_told, untold)
}
