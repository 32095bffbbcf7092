//! Counts words, and prints the ones that are used most.

use std::collections::HashMap;
use std::io::{self, Read};

/// Words and how often each was seen, most frequent first.
fn count<'a>(text: &'a str, least: usize) -> Vec<(&'a str, usize)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
        if word.len() >= least {
            *seen.entry(word).or_insert(0) += 1;
        }
    }
    let mut words: Vec<_> = seen.into_iter().collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    words
}

fn main() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    for (word, times) in count(&text, 4).iter().take(10) {
        println!("{times:>5}  {word}");
    }
    Ok(())
}
