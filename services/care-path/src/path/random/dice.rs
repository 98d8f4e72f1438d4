//! Choices out of random bytes. All-zero bytes choose the first and the least, so that a failing history shrinks.

use std::str::FromStr;

use crate::codes::Code;

/// Chooses as its bytes say, over and over.
pub struct Dice<'a> {
    bytes: &'a [u8],
    at: usize,
    texts: usize,
}

impl<'a> Dice<'a> {
    /// Dice that begin at a place in the bytes.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, texts: 0 }
    }

    /// So many texts were typed before.
    pub fn count_texts_from(&mut self, texts: usize) {
        self.texts = texts;
    }

    /// So many texts are typed by now.
    pub fn texts(&self) -> usize {
        self.texts
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.at += 1;
        // Each time round the bytes say something else, or short bytes would repeat themselves.
        let round = self.at / self.bytes.len();
        (usize::from(self.bytes[self.at % self.bytes.len()]) >> (round % 5)) % bound
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// One of these, if there are any.
    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        (!all.is_empty()).then(|| all[self.below(all.len())].clone())
    }

    /// A code of a list.
    pub fn code<C: Code>(&mut self) -> C {
        C::ALL[self.below(C::ALL.len())]
    }

    /// Some codes of a list, or none.
    pub fn codes<C: Code>(&mut self) -> Vec<C> {
        let many = self.below(4);
        (0..many).map(|_| self.code()).collect()
    }

    /// Something, or nothing.
    pub fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 1).then(|| make(self))
    }

    /// A text that is typed once and never again, so that it can be found wherever it is shown.
    pub fn text<T: FromStr>(&mut self) -> T
    where
        T::Err: std::fmt::Debug,
    {
        self.texts += 1;
        format!("<{}>", self.texts).parse().unwrap()
    }

    /// The same, with something in it.
    pub fn substance<T: FromStr>(&mut self) -> T
    where
        T::Err: std::fmt::Debug,
    {
        self.texts += 1;
        format!("<{}> a letter of theirs", self.texts).parse().unwrap()
    }

    /// The same, or nothing.
    pub fn maybe_text<T: FromStr>(&mut self) -> Option<T>
    where
        T::Err: std::fmt::Debug,
    {
        self.maybe(Self::text)
    }

    /// One of these, read.
    pub fn named<T: FromStr>(&mut self, names: &[&str]) -> T
    where
        T::Err: std::fmt::Debug,
    {
        names[self.below(names.len())].parse().unwrap()
    }
}
