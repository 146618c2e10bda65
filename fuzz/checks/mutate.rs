//! The seeds of a fuzz target, and inputs near them: what the tests ask where no fuzzer runs.

use std::path::Path;

/// How many inputs near each seed are asked; `WIXAPP_FUZZ_ROUNDS` asks more.
const ROUNDS: u64 = 40;

/// Asks `check` of every seed of a target and of inputs near it, the same in every run; gives the number of inputs.
pub(crate) fn for_each_near_a_seed(repository: &Path, target: &str, check: fn(&[u8])) -> u64 {
    let folder = repository.join("fuzz/seeds").join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the seeds are there")
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    let seeds: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).expect("a seed")).collect();
    let asked = std::env::var("WIXAPP_FUZZ_ROUNDS").ok();
    let rounds = asked.map_or(ROUNDS, |text| text.parse().expect("WIXAPP_FUZZ_ROUNDS is a number"));
    let (mut random, mut count) = (Random(0x9e37_79b9_7f4a_7c15), 0);
    for seed in &seeds {
        check(seed);
        for _ in 0..rounds {
            let mut input = seed.clone();
            for _ in 0..=random.below(3) {
                random.change(&mut input, &seeds);
            }
            check(&input);
            count += 1;
        }
    }
    count
}

/// Xorshift: the same numbers everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }

    /// One byte other, gone or more; a stretch gone, twice, or from another seed.
    fn change(&mut self, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        const SIGNS: &[u8] = b"{}[]\",:.$\\0-9eE_=\x00\x7f\xff";
        let (at, end) = self.stretch(input.len());
        match self.below(6) {
            0 => input.insert(at, SIGNS[self.below(SIGNS.len())]),
            1 if at < input.len() => input[at] ^= 1 << self.below(8),
            2 if at < input.len() => input[at] = SIGNS[self.below(SIGNS.len())],
            3 => drop(input.drain(at..end)),
            4 => {
                let twice = input[at..end].to_vec();
                input.splice(at..at, twice);
            }
            _ => {
                let other = &seeds[self.below(seeds.len())];
                let (from, to) = self.stretch(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
        }
    }

    fn stretch(&mut self, length: usize) -> (usize, usize) {
        let at = self.below(length + 1);
        (at, (at + self.below(16)).min(length))
    }
}
